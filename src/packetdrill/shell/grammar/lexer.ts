/**
 * Cuts a shell command into words and operators (POSIX XCU §2.3), with the here-documents put in where they belong.
 */
import { Unsupported } from '../../unsupported.ts';
import { ShellError } from '../shell-error.ts';
import { endOfLine } from './closing.ts';
import type { Redirection, Word } from './tree.ts';
import { WordReader } from './word-reader.ts';

export type Token = {
  readonly offset: number;
} /** `bare`: its text, if nothing in it is quoted or expanded: then it may be a reserved word. */ & (
  | { readonly kind: 'word'; readonly word: Word; readonly bare: string | undefined }
  | { readonly kind: 'operator'; readonly text: Operator }
  /** What stands before its target, but for here-documents, whose text is known. */
  | { readonly kind: 'redirection'; readonly descriptor: number; readonly type: RedirectionType }
  | { readonly kind: 'here'; readonly descriptor: number; body: Word }
);

export type Operator = '\n' | ';' | '&' | '|' | '&&' | '||' | '(' | ')';
/** `both`: `&>`, output and errors. */
export type RedirectionType = Exclude<Redirection['kind'], 'here'> | 'both';

const OPERATORS: readonly Operator[] = ['&&', '||', '\n', ';', '&', '|', '(', ')'];

const REDIRECTIONS: Readonly<Record<string, RedirectionType>> = {
  '&>>': 'both',
  '&>': 'both',
  '>>': 'write',
  '>|': 'write',
  '>&': 'duplicate',
  '<&': 'duplicate',
  '>': 'write',
  '<': 'read',
};

interface HereDocument {
  readonly token: Token & { readonly kind: 'here' };
  readonly end: string;
  readonly isLiteral: boolean;
  readonly stripsTabs: boolean;
}

/** @throws {ShellError} for quotes or brackets that are not closed */
export function tokens(text: string, base = 0): readonly Token[] {
  return new Lexer(text, base).all();
}

class Lexer {
  private readonly text: string;
  private readonly base: number;
  private readonly found: Token[];
  private at: number;
  private waiting: HereDocument[];

  constructor(text: string, base: number) {
    this.text = text;
    this.base = base;
    this.found = [];
    this.at = 0;
    this.waiting = [];
  }

  all(): readonly Token[] {
    while (this.at < this.text.length) this.next();
    this.fillHereDocuments();
    return this.found;
  }

  private next(): void {
    const { text, at } = this;
    const letter = text[at]!;
    if (letter === ' ' || letter === '\t' || letter === '\r') this.at++;
    else if (text.startsWith('\\\n', at)) this.at += 2;
    else if (letter === '#') this.at = endOfLine(text, at);
    else if (!this.redirection() && !this.operator()) this.word();
  }

  private operator(): boolean {
    const operator = OPERATORS.find((candidate) => this.text.startsWith(candidate, this.at));
    if (operator === undefined) return false;
    this.found.push({ kind: 'operator', offset: this.base + this.at, text: operator });
    this.at += operator.length;
    if (operator === '\n') this.fillHereDocuments();
    return true;
  }

  private word(): void {
    const { word } = this.readWord();
    const [only, more] = word.parts;
    const isBare = only?.kind === 'text' && !only.isQuoted && more === undefined;
    const bare = isBare ? only.text : undefined;
    this.found.push({ kind: 'word', offset: word.offset, word, bare });
  }

  private readWord(): { readonly word: Word; readonly written: string } {
    const reader = new WordReader(this.text, this.base);
    const from = this.at;
    reader.at = from;
    const word = reader.word();
    this.at = reader.at;
    return { word, written: this.text.slice(from, this.at) };
  }

  /** `>`, `2>&1`, `<<EOF`. */
  private redirection(): boolean {
    const form = /(\d*)(<<-?|&>>|&>|>>|>\||>&|<&|>|<)/y;
    form.lastIndex = this.at;
    const [all, digits = '', sign = ''] = form.exec(this.text) ?? [];
    if (all === undefined || (digits !== '' && sign.startsWith('&'))) return false;
    const offset = this.base + this.at;
    if (sign === '<<' && this.text[this.at + all.length] === '<') throw new Unsupported('shell redirection <<<');
    this.at += all.length;
    const descriptor = digits === '' ? (sign.startsWith('<') ? 0 : 1) : Number(digits);
    if (sign.startsWith('<<')) this.hereDocument(offset, descriptor, sign === '<<-');
    else this.found.push({ kind: 'redirection', offset, descriptor, type: REDIRECTIONS[sign]! });
    return true;
  }

  private hereDocument(offset: number, descriptor: number, stripsTabs: boolean): void {
    while (this.text[this.at] === ' ' || this.text[this.at] === '\t') this.at++;
    const { written } = this.readWord();
    if (written === '') throw new ShellError(offset, '"<<" is followed by the word that ends the text');
    const token = { kind: 'here' as const, offset, descriptor, body: { offset, parts: [] } };
    const end = written.replace(/["'\\]/g, '');
    this.waiting.push({ token, end, isLiteral: end !== written, stripsTabs });
    this.found.push(token);
  }

  /** The line is over: the texts of its here-documents follow, one after the other. */
  private fillHereDocuments(): void {
    for (const document of this.waiting) this.fill(document);
    this.waiting = [];
  }

  private fill({ token, end, isLiteral, stripsTabs }: HereDocument): void {
    const from = this.at;
    const lines: string[] = [];
    for (;;) {
      if (this.at >= this.text.length)
        throw new ShellError(token.offset, `the line "${end}" that ends this text is missing`);
      const lineEnd = endOfLine(this.text, this.at);
      const line = this.text.slice(this.at, lineEnd);
      const kept = stripsTabs ? line.replace(/^\t+/, '') : line;
      this.at = Math.min(lineEnd + 1, this.text.length);
      if (kept === end) break;
      lines.push(`${kept}\n`);
    }
    const body = lines.join('');
    const offset = this.base + from;
    token.body = isLiteral
      ? { offset, parts: [{ offset, isQuoted: true, kind: 'text', text: body }] }
      : new WordReader(body, offset).hereText(body.length);
  }
}
