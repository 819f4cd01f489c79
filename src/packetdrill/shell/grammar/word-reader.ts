/**
 * Reads the words of a shell command: quotes, backslashes, and what is to be expanded (POSIX XCU §2.2, §2.6).
 * Left out on purpose: tilde, braces and patterns of file names, `$'…'`, and `${…}` that cuts or replaces.
 */
import { Unsupported } from '../../unsupported.ts';
import { ShellError } from '../shell-error.ts';
import { Closing, DEEPEST } from './closing.ts';
import type { VariableDefault, Word, WordPart } from './tree.ts';

/** What ends a word that is not quoted. */
const METACHARACTERS = ' \t\r\n;&|<>()';
/** What a backslash takes its meaning away from within double quotes, and in a here-document. */
const ESCAPED_IN_QUOTES = '$`"\\';
const ESCAPED_IN_HERE = '$`\\';

const NAME = '[A-Za-z_]\\w*|[0-9@*#?]';
const BRACED_NAME = '[A-Za-z_]\\w*|[0-9]+|[@*#?]';

export class WordReader {
  at: number;
  private readonly text: string;
  /** Of the text in the command. */
  private readonly base: number;
  private readonly closing: Closing;
  private depth: number;

  constructor(text: string, base = 0, depth = 0) {
    this.text = text;
    this.at = 0;
    this.base = base;
    this.closing = new Closing(text, base);
    this.depth = depth;
  }

  /** The word that begins here. Its end is a metacharacter, or the end of the text. */
  word(): Word {
    const offset = this.offset();
    const parts: WordPart[] = [];
    while (this.at < this.text.length && !METACHARACTERS.includes(this.text[this.at]!)) this.part(parts);
    return { offset, parts };
  }

  /** Everything up to `end`, as in double quotes, but that those stand for themselves: here-documents, arithmetic. */
  hereText(end: number): Word {
    const offset = this.offset();
    const parts: WordPart[] = [];
    while (this.at < end) this.quotedPart(parts, ESCAPED_IN_HERE);
    return { offset, parts };
  }

  private offset(): number {
    return this.base + this.at;
  }

  private part(parts: WordPart[]): void {
    const letter = this.text[this.at]!;
    if (letter === '\\') {
      this.escape(parts);
    } else if (letter === "'") {
      this.singleQuotes(parts);
    } else if (letter === '"') {
      this.doubleQuotes(parts);
    } else if (letter === '$' || letter === '`') {
      this.expansion(parts, false);
    } else {
      add(parts, this.offset(), letter, false);
      this.at++;
    }
  }

  private escape(parts: WordPart[]): void {
    const next = this.text[this.at + 1];
    // A backslash at the very end stands for itself; before the end of a line it joins both lines.
    if (next === undefined) add(parts, this.offset(), '\\', true);
    else if (next !== '\n') add(parts, this.offset(), next, true);
    this.at += 2;
  }

  private singleQuotes(parts: WordPart[]): void {
    const end = this.closing.quote(this.at);
    add(parts, this.offset(), this.text.slice(this.at + 1, end), true);
    this.at = end + 1;
  }

  private doubleQuotes(parts: WordPart[]): void {
    const opening = this.offset();
    this.at++;
    add(parts, opening, '', true);
    while (this.text[this.at] !== '"') {
      if (this.at >= this.text.length) throw new ShellError(opening, 'this " is not closed');
      this.quotedPart(parts, ESCAPED_IN_QUOTES);
    }
    this.at++;
  }

  private quotedPart(parts: WordPart[], escaped: string): void {
    const letter = this.text[this.at]!;
    const next = this.text[this.at + 1];
    if (letter === '\\' && next !== undefined && (next === '\n' || escaped.includes(next))) {
      if (next !== '\n') add(parts, this.offset(), next, true);
      this.at += 2;
    } else if (letter === '$' || letter === '`') {
      this.expansion(parts, true);
    } else {
      add(parts, this.offset(), letter, true);
      this.at++;
    }
  }

  /** At `$` or a backquote. */
  private expansion(parts: WordPart[], isQuoted: boolean): void {
    const { text, at } = this;
    const offset = this.offset();
    if (text[at] === '`') {
      const end = this.closing.backquote(at);
      const commands = text.slice(at + 1, end).replace(/\\([$`\\])/g, '$1');
      parts.push({ offset: offset + 1, isQuoted, kind: 'commands', text: commands });
      this.at = end + 1;
    } else if (text.startsWith('$((', at)) {
      this.arithmetic(parts, isQuoted);
    } else if (text[at + 1] === '(') {
      const end = this.closing.bracket(at + 2, at);
      parts.push({ offset: offset + 2, isQuoted, kind: 'commands', text: text.slice(at + 2, end) });
      this.at = end + 1;
    } else if (text[at + 1] === '{') {
      this.braces(parts, isQuoted);
    } else {
      this.variable(parts, isQuoted);
    }
  }

  private arithmetic(parts: WordPart[], isQuoted: boolean): void {
    const offset = this.offset();
    const end = this.closing.bracket(this.at + 2, this.at);
    const inner = this.at + 3;
    const innerEnd = this.closing.bracket(inner, this.at);
    if (innerEnd !== end - 1) throw new ShellError(offset, '"$((" is not closed: "))" is missing');
    const reader = new WordReader(this.text.slice(inner, innerEnd), this.base + inner, this.deeper());
    parts.push({ offset, isQuoted, kind: 'arithmetic', expression: reader.hereText(innerEnd - inner) });
    this.at = end + 1;
  }

  private variable(parts: WordPart[], isQuoted: boolean): void {
    const offset = this.offset();
    const next = this.text[this.at + 1];
    const name = matched(NAME, this.text, this.at + 1);
    if (name !== undefined) {
      parts.push({ offset, isQuoted, kind: 'variable', name, isLength: false });
      this.at += 1 + name.length;
      return;
    }
    if (next === '$' || next === '!' || next === '-') throw new Unsupported(`shell variable $${next}`);
    if (!isQuoted && (next === "'" || next === '"')) throw new Unsupported(`shell quotes $${next}`);
    add(parts, offset, '$', isQuoted);
    this.at++;
  }

  /** `${NAME}`, `${#NAME}`, `${NAME:-word}`. */
  private braces(parts: WordPart[], isQuoted: boolean): void {
    const offset = this.offset();
    const { text } = this;
    const isLength = text[this.at + 2] === '#' && text[this.at + 3] !== '}';
    const from = this.at + (isLength ? 3 : 2);
    const name = matched(BRACED_NAME, text, from);
    if (name === undefined) throw new ShellError(offset, 'the name of a variable is missing behind "$" and "{"');
    this.at = from + name.length;
    if (text[this.at] === '}') {
      this.at++;
      parts.push({ offset, isQuoted, kind: 'variable', name, isLength });
      return;
    }
    const found = matched(':?[-=+]', text, this.at);
    if (found === undefined || isLength) {
      if (this.at >= text.length) throw new ShellError(offset, '"$" and "{" are not closed: "}" is missing');
      throw new Unsupported(`shell \${${name}${text[this.at]}…}`);
    }
    this.at += found.length;
    const word = this.defaultWord(offset, isQuoted);
    const instead = { operator: found.at(-1) as VariableDefault['operator'], colon: found.length === 2, word };
    parts.push({ offset, isQuoted, kind: 'variable', name, isLength: false, default: instead });
  }

  private defaultWord(opening: number, isQuoted: boolean): Word {
    const offset = this.offset();
    const parts: WordPart[] = [];
    this.deeper();
    while (this.text[this.at] !== '}') {
      if (this.at >= this.text.length) throw new ShellError(opening, '"$" and "{" are not closed: "}" is missing');
      if (isQuoted) this.quotedPart(parts, `${ESCAPED_IN_QUOTES}}`);
      else this.part(parts);
    }
    this.at++;
    this.depth--;
    return { offset, parts };
  }

  private deeper(): number {
    if (++this.depth > DEEPEST) throw new ShellError(this.offset(), 'brackets stand in brackets too often');
    return this.depth;
  }
}

/** Text is gathered into one part as long as it is quoted alike. */
function add(parts: WordPart[], offset: number, text: string, isQuoted: boolean): void {
  const last = parts.at(-1);
  if (last?.kind === 'text' && last.isQuoted === isQuoted) {
    parts[parts.length - 1] = { ...last, text: last.text + text };
  } else {
    parts.push({ offset, isQuoted, kind: 'text', text });
  }
}

/** What a pattern finds right here. */
function matched(pattern: string, text: string, at: number): string | undefined {
  const sticky = new RegExp(pattern, 'y');
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0];
}
