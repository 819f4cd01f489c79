/** A script's text, and where in it something stands. */
import type { Place } from './script.ts';

export class ScriptText {
  readonly text: string;
  /** Where each line begins. */
  private readonly lines: readonly number[];

  constructor(text: string) {
    this.text = text;
    const lines = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.push(at + 1);
    this.lines = lines;
  }

  /** @param offset from the start of the text */
  placeAt(offset: number): Place {
    let [low, high] = [0, this.lines.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.lines[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - this.lines[low]! + 1 };
  }
}
