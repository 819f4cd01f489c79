/** The words of a command, taken one after the other: `dev tun0 mtu lock 1400`. */
import { Unsupported } from '../../unsupported.ts';

export class WordList {
  private readonly words: readonly string[];
  private readonly command: string;
  private index: number;

  /** @param command how it is called where something is missing */
  constructor(words: readonly string[], command: string) {
    this.words = words;
    this.command = command;
    this.index = 0;
  }

  get next(): string | undefined {
    return this.words[this.index];
  }

  get all(): string {
    return this.words.join(' ');
  }

  /** The next word, if there is one. */
  take(): string | undefined {
    return this.words[this.index++];
  }

  /** Takes the next word if it is this one. */
  takes(word: string): boolean {
    if (this.next !== word) return false;
    this.index++;
    return true;
  }

  /** What stands behind a name. @throws {Unsupported} if nothing does */
  valueOf(name: string): string {
    const value = this.take();
    if (value === undefined) throw new Unsupported(`${this.command} ${name} without a value`);
    return value;
  }

  /** The same, as a whole number. */
  numberOf(name: string, least: number, most: number): number {
    const text = this.valueOf(name);
    const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) throw new Unsupported(`${this.command} ${name} ${text}`);
    return value;
  }
}

/** The first of `names` that begins with what was written, as ip(8) and tc(8) allow. */
export const abbreviated = (written: string, names: readonly string[]): string | undefined =>
  written === '' ? undefined : names.find((name) => name.startsWith(written));
