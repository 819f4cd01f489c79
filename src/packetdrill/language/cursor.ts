/**
 * Reads a script from left to right: white space and comments are passed over, marks and words are taken. A defined name
 * gives way to its text wherever a token may begin, so not within quotes, commands, code and notes, which are taken raw.
 * Numbers are in `numbers.ts`.
 */
import { Definitions, type Substitution } from './definitions.ts';
import { inQuotes } from './in-quotes.ts';
import type { Place } from './script.ts';
import { ScriptError } from './script-error.ts';
import { ScriptText } from './script-text.ts';

/** Where a cursor stood. */
type Position = readonly [
  text: string,
  at: number,
  outer: Substitution | undefined,
  hasPassedLine: boolean,
  lastEnd: number,
];

const WORD = /[A-Za-z_]\w*/y;
const SPACE = /\s+/y;

export class Cursor {
  private readonly source: ScriptText;
  private definitions: Definitions;
  private text: string;
  private at: number;
  /** Whose text is being read, if not the script's. */
  private outer: Substitution | undefined;
  /** Whether a line has ended between what was taken last and what comes next. */
  private hasPassedLine: boolean;
  /** Where in the script that ended which was taken last. */
  private lastEnd: number;

  constructor(text: string) {
    this.source = new ScriptText(text);
    this.definitions = new Definitions(new Map(), text.length);
    this.text = text;
    this.at = 0;
    this.outer = undefined;
    this.hasPassedLine = true;
    this.lastEnd = 0;
  }

  /** From here on these names stand for their texts. */
  define(definitions: ReadonlyMap<string, string>): void {
    this.definitions = new Definitions(definitions, this.source.text.length);
  }

  // ---- where ----

  /** Where the next token stands: of what a name stands for, the place of the name. */
  get place(): Place {
    return this.source.placeAt(this.offset);
  }

  /** The same as an offset into the script. */
  get offset(): number {
    this.skip();
    return this.sourceAt;
  }

  /** Where this moment's character stands, be it white space or not. */
  get placeHere(): Place {
    return this.source.placeAt(this.sourceAt);
  }

  private get sourceAt(): number {
    return this.outer?.start ?? this.at;
  }

  /** The script from an offset to the end of what was taken last. */
  textFrom(offset: number): string {
    return this.source.text.slice(offset, this.lastEnd);
  }

  get isAtEnd(): boolean {
    this.skip();
    return this.at >= this.text.length;
  }

  /** Whether the next token is the first of its line; the end of the script is as good as one. */
  get startsLine(): boolean {
    return this.isAtEnd || this.hasPassedLine;
  }

  // ---- marks ----

  /** Whether a mark comes next, whatever follows it. */
  sees(mark: string): boolean {
    this.skip();
    return this.touches(mark);
  }

  /** Whether a mark follows at once, without white space. */
  touches(mark: string): boolean {
    return this.text.startsWith(mark, this.at);
  }

  /** Takes a mark if it comes next. */
  takes(mark: string): boolean {
    if (!this.sees(mark)) return false;
    this.consume(mark.length);
    return true;
  }

  /** @param where as in "':' belongs behind the labels" @throws {ScriptError} if another thing comes */
  expect(mark: string, where: string): void {
    if (!this.takes(mark)) throw this.error(`'${mark}' belongs ${where}`);
  }

  // ---- words and patterns; patterns are sticky ----

  /** The word that comes next, without taking it. */
  peekWord(): string | undefined {
    this.skip();
    return this.match(WORD)?.[0];
  }

  /** Takes a word, if one comes. */
  word(): string | undefined {
    const word = this.peekWord();
    if (word !== undefined) this.consume(word.length);
    return word;
  }

  /** Takes a word if it is this one. */
  takesWord(wanted: string): boolean {
    if (this.peekWord() !== wanted) return false;
    this.consume(wanted.length);
    return true;
  }

  /** Whether a pattern comes next. */
  seesPattern(pattern: RegExp): boolean {
    this.skip();
    return this.match(pattern) !== undefined;
  }

  /** Takes what matches next. */
  matches(pattern: RegExp): RegExpExecArray | undefined {
    this.skip();
    return this.matchesHere(pattern);
  }

  /** The same without passing over anything. */
  matchesHere(pattern: RegExp): RegExpExecArray | undefined {
    const match = this.match(pattern);
    if (match !== undefined) this.consume(match[0].length);
    return match;
  }

  /** Takes everything from here to a mark, which is taken too and not given; `undefined` if there is none. */
  until(mark: string): string | undefined {
    const end = this.text.indexOf(mark, this.at);
    if (end < 0) return undefined;
    const taken = this.text.slice(this.at, end);
    this.consume(end + mark.length - this.at);
    return taken;
  }

  /** Reads on, and goes back to where it stood if that comes to nothing. */
  attempt<Found>(read: () => Found | undefined): Found | undefined {
    const position = this.position;
    const found = read();
    if (found === undefined) this.position = position;
    return found;
  }

  /** Whether something comes next: reads on to see, and goes back in any case. */
  foresees(read: () => boolean): boolean {
    const position = this.position;
    const found = read();
    this.position = position;
    return found;
  }

  private get position(): Position {
    return [this.text, this.at, this.outer, this.hasPassedLine, this.lastEnd];
  }

  private set position(position: Position) {
    [this.text, this.at, this.outer, this.hasPassedLine, this.lastEnd] = position;
  }

  // ---- what is wrong ----

  /** What is wrong here: the sentence, and what stands here. */
  error(sentence: string): ScriptError {
    const { place } = this;
    return new ScriptError(place, `${sentence}, and here is ${this.found()}`);
  }

  /** What comes next, for a person. */
  private found(): string {
    if (this.isAtEnd) return 'the end of the script';
    const rest = this.text.slice(this.at, this.at + 100);
    const token = /^(?:[\w.]+|"[^"\n]*"|\S)/u.exec(rest)?.[0] ?? '';
    return this.outer === undefined ? inQuotes(token) : `${inQuotes(token)}, for which ${this.outer.root} stands`;
  }

  // ---- moving on ----

  private match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text) ?? undefined;
  }

  private consume(length: number): void {
    this.at += length;
    this.hasPassedLine = false;
    this.lastEnd = this.outer?.end ?? this.at;
  }

  /** Passes over white space and comments, leaves the text of a name at its end, and enters that of the next. */
  private skip(): void {
    for (;;) {
      const space = this.match(SPACE);
      if (space !== undefined) this.pass(this.at + space[0].length);
      else if (this.touches('//')) this.passLineComment();
      else if (this.touches('/*')) this.passBlockComment();
      else if (this.at >= this.text.length && this.outer !== undefined) {
        ({ outerText: this.text, outerAt: this.at, outer: this.outer } = this.outer);
      } else if (!this.substitute()) return;
    }
  }

  private passLineComment(): void {
    const end = this.text.indexOf('\n', this.at);
    this.pass(end < 0 ? this.text.length : end);
  }

  private passBlockComment(): void {
    const end = this.text.indexOf('*/', this.at + 2);
    if (end < 0) throw new ScriptError(this.placeHere, "this comment has no end: '*/' is missing");
    this.pass(end + 2);
  }

  private pass(to: number): void {
    if (this.text.slice(this.at, to).includes('\n')) this.hasPassedLine = true;
    this.at = to;
  }

  /** A defined name gives way to its text. @returns whether one did */
  private substitute(): boolean {
    if (this.definitions.areNone) return false;
    const { outer, at } = this;
    const name = this.match(WORD)?.[0];
    const text = name === undefined ? undefined : this.definitions.textOf(name, outer);
    if (name === undefined || text === undefined) return false;
    const outerAt = at + name.length;
    this.outer = {
      name,
      outerText: this.text,
      outerAt,
      outer,
      depth: (outer?.depth ?? 0) + 1,
      root: outer?.root ?? name,
      start: outer?.start ?? at,
      end: outer?.end ?? outerAt,
    };
    this.definitions.spend(text, this.outer, () => this.placeHere);
    this.text = text;
    this.at = 0;
    return true;
  }
}
