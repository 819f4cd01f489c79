/** Where what a command prints goes. */
import type { Limits } from './limits.ts';

export interface Output {
  write(text: string): void;
  /** All that was meant for it has been written. */
  end?(): void;
}

/** A text: what a substitution, a pipe or the whole command takes. */
export class TextOutput implements Output {
  private readonly limits: Limits;
  private readonly pieces: string[];
  private length: number;

  constructor(limits: Limits) {
    this.limits = limits;
    this.pieces = [];
    this.length = 0;
  }

  get text(): string {
    return this.pieces.join('');
  }

  write(text: string): void {
    this.length += text.length;
    this.limits.checkText(this.length);
    this.pieces.push(text);
  }
}

/** `/dev/null`. */
export const NOTHING: Output = { write: () => {} };

/** A file that takes its text when all of it is there: a sysctl. */
export class WholeOutput extends TextOutput {
  private readonly taken: (text: string) => void;

  constructor(limits: Limits, taken: (text: string) => void) {
    super(limits);
    this.taken = taken;
  }

  end(): void {
    this.taken(this.text);
  }
}
