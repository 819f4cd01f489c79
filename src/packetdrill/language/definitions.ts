/** The names that stand for a text, and the text that is read in place of one. */
import { inQuotes } from './in-quotes.ts';
import type { Place } from './script.ts';
import { ScriptError } from './script-error.ts';

/** The text of a name is being read: what goes on behind the name, and where that stands in the script. */
export interface Substitution {
  readonly name: string;
  readonly outerText: string;
  /** Behind the name in `outerText`. */
  readonly outerAt: number;
  readonly outer: Substitution | undefined;
  readonly depth: number;
  /** The outermost name, which is the one in the script, and where it begins and ends there. */
  readonly root: string;
  readonly start: number;
  readonly end: number;
}

/** The most that names may come to for each character of the script: names of names grow by powers. */
const MOST_GROWTH = 20;
/** What a short script may have all the same. */
const LEAST_ALLOWED = 1_000_000;
/** Deeper than anybody defines names by names. */
const DEEPEST = 50;

export class Definitions {
  private readonly texts: ReadonlyMap<string, string>;
  /** Characters that may still be read in place of names. */
  private allowance: number;

  /** @param scriptLength characters of the script */
  constructor(texts: ReadonlyMap<string, string>, scriptLength: number) {
    this.texts = texts;
    this.allowance = LEAST_ALLOWED + MOST_GROWTH * scriptLength;
  }

  get areNone(): boolean {
    return this.texts.size === 0;
  }

  /** What a name stands for, `undefined` if for nothing: within its own text it is the name itself, as in C. */
  textOf(name: string, outer: Substitution | undefined): string | undefined {
    const text = this.texts.get(name);
    if (text === undefined) return undefined;
    for (let each = outer; each !== undefined; each = each.outer) if (each.name === name) return undefined;
    return text;
  }

  /**
   * Counts a text that will be read.
   * @param place of the name in the script
   * @throws {ScriptError} if names stand for names without end
   */
  spend(text: string, { depth, root }: Substitution, place: () => Place): void {
    this.allowance -= text.length + 1;
    if (depth <= DEEPEST && this.allowance >= 0) return;
    throw new ScriptError(place(), `what ${inQuotes(root)} stands for is too long, or is names upon names`);
  }
}
