/** A script's descriptors by the numbers that it gives them, which need not be those of the socket core. */
import type { DescriptorTable } from '../calls/call.ts';
import type { OpenFile } from '../calls/open-file.ts';
import type { Expression } from '../language/script.ts';

export class DescriptorNumbers implements DescriptorTable {
  private readonly files: Map<number, OpenFile>;

  constructor() {
    this.files = new Map();
  }

  get(number: number): OpenFile | undefined {
    return this.files.get(number);
  }

  /** The number of a file; `undefined` if it has none any more. */
  numberOf(file: OpenFile): number | undefined {
    for (const [number, other] of this.files) if (other === file) return number;
    return undefined;
  }

  set(number: number, file: OpenFile): void {
    this.files.set(number, file);
  }

  delete(number: number): void {
    this.files.delete(number);
  }

  all(): Iterable<OpenFile> {
    return new Set(this.files.values());
  }

  /** A call has opened a file: its number is what the script says it is, or else the lowest that is free. */
  open(expected: Expression, _result: number, file: OpenFile): void {
    let number = expected.kind === 'number' && expected.value >= 0 ? expected.value : FIRST;
    if (expected.kind !== 'number') while (this.files.has(number)) number++;
    this.files.set(number, file);
  }
}

/** A program expects 0, 1 and 2 to be its standard streams. */
const FIRST = 3;
