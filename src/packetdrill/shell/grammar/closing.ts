/** Where a command substitution ends: its closing bracket, not counting those in quotes, comments and further ones inside. */
import { ShellError } from '../shell-error.ts';

/** Deeper than anybody writes. */
export const DEEPEST = 20;

/** Finds the ends of what is opened in a text. */
export class Closing {
  private readonly text: string;
  /** Where the text itself stands, for the places of mistakes. */
  private readonly base: number;

  constructor(text: string, base: number) {
    this.text = text;
    this.base = base;
  }

  /**
   * The place of the bracket that closes what was opened before `from`.
   * @param opening where, for the sentence
   * @throws {ShellError} if there is none
   */
  bracket(from: number, opening: number, depth = 0): number {
    const { text } = this;
    if (depth > DEEPEST) throw this.mistake(opening, 'brackets stand in brackets too often; write it in several lines');
    let at = from;
    while (at < text.length) {
      const letter = text[at]!;
      if (letter === ')') return at;
      if (letter === '(') at = this.bracket(at + 1, opening, depth + 1) + 1;
      else if (letter === '\\') at += 2;
      else if (letter === "'") at = this.quote(at) + 1;
      else if (letter === '"') at = this.doubleQuote(at, opening, depth) + 1;
      else if (letter === '`') at = this.backquote(at) + 1;
      else if (letter === '#' && /\s/.test(text[at - 1] ?? ' ')) at = endOfLine(text, at);
      else at++;
    }
    throw this.mistake(opening, '"(" is not closed: ")" is missing');
  }

  /** The backquote that ends what begins with the one at `at`. @throws {ShellError} */
  backquote(at: number): number {
    const { text } = this;
    for (let index = at + 1; index < text.length; index++) {
      if (text[index] === '\\') index++;
      else if (text[index] === '`') return index;
    }
    throw this.mistake(at, 'this backquote is not closed');
  }

  /** The same for `'`. */
  quote(at: number): number {
    const end = this.text.indexOf("'", at + 1);
    if (end < 0) throw this.mistake(at, "this ' is not closed");
    return end;
  }

  private doubleQuote(from: number, opening: number, depth: number): number {
    const { text } = this;
    let at = from + 1;
    while (at < text.length) {
      const letter = text[at]!;
      if (letter === '"') return at;
      if (letter === '\\') at += 2;
      else if (text.startsWith('$(', at)) at = this.bracket(at + 2, opening, depth + 1) + 1;
      else if (letter === '`') at = this.backquote(at) + 1;
      else at++;
    }
    throw this.mistake(from, 'this " is not closed');
  }

  private mistake(at: number, sentence: string): ShellError {
    return new ShellError(this.base + at, sentence);
  }
}

/** Of the line that `at` is on. */
export function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}
