/**
 * Expands words (POSIX XCU §2.6): variables, substitutions and arithmetic, and then the fields into which what was not
 * quoted falls. Patterns of file names stay as they are: there are no files that they could fit.
 */
import { Unsupported } from '../../unsupported.ts';
import type { Word, WordPart } from '../grammar/tree.ts';
import { arithmetic } from './arithmetic.ts';
import type { Limits } from './limits.ts';
import type { Session } from './session.ts';

export interface Expansion {
  readonly session: Session;
  readonly limits: Limits;
  /** Runs commands for what they print. */
  readonly printed: (text: string, offset: number) => string;
  /** Of the last of them. */
  status: number;
}

/** The fields of words: none, one or several of each. */
export function fieldsOf(words: readonly Word[], expansion: Expansion): string[] {
  const fields: string[] = [];
  for (const word of words) {
    const gathered = new Fields(expansion.limits);
    for (const part of word.parts) addPart(gathered, part, expansion);
    fields.push(...gathered.all());
    expansion.limits.checkFields(fields.length);
  }
  return fields;
}

/** The text of a word that is not split: of an assignment, a redirection or a here-document. */
export function textOf({ parts }: Word, expansion: Expansion): string {
  let text = '';
  for (const part of parts) {
    text += partText(part, expansion);
    expansion.limits.checkText(text.length);
  }
  return text;
}

/** The fields of one word while it is expanded. */
class Fields {
  private readonly done: string[];
  private readonly limits: Limits;
  private current: string | undefined;

  constructor(limits: Limits) {
    this.done = [];
    this.limits = limits;
    this.current = undefined;
  }

  /** Text that is not split; the field is there even if it is empty. */
  add(text: string): void {
    this.current = (this.current ?? '') + text;
    this.limits.checkText(this.current.length);
  }

  /** Text that is split at blanks. */
  split(text: string): void {
    const pieces = text.split(/[ \t\n]+/);
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) this.cut();
      if (piece !== '') this.add(piece);
    }
  }

  cut(): void {
    if (this.current !== undefined) this.done.push(this.current);
    this.limits.checkFields(this.done.length);
    this.current = undefined;
  }

  all(): readonly string[] {
    this.cut();
    return this.done;
  }
}

function addPart(fields: Fields, part: WordPart, expansion: Expansion): void {
  if (part.kind === 'variable' && part.name === '@' && part.isQuoted && !part.isLength && part.default === undefined) {
    for (const [index, parameter] of expansion.session.parameters.entries()) {
      if (index > 0) fields.cut();
      fields.add(parameter);
    }
    return;
  }
  // An empty argument list in quotes leaves nothing, but other empty texts in quotes are a field.
  const text = partText(part, expansion);
  if (part.kind === 'text' && !part.isQuoted) refusePatterns(text);
  if (part.kind === 'text' || part.isQuoted) fields.add(text);
  else fields.split(text);
}

/** What a shell would make several words of, or a folder. */
function refusePatterns(text: string): void {
  for (const [braces] of text.matchAll(/\{[^{}]*\}/g)) {
    if (braces.includes(',') || braces.includes('..')) throw new Unsupported(`shell braces ${braces}`);
  }
  if (text.startsWith('~')) throw new Unsupported(`shell ${text}`);
}

function partText(part: WordPart, expansion: Expansion): string {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'commands':
      return withoutLastNewlines(expansion.printed(part.text, part.offset));
    case 'arithmetic': {
      const { session } = expansion;
      const text = textOf(part.expression, expansion);
      return String(arithmetic(text, (name) => session.get(name), part.offset));
    }
    case 'variable':
      return variableText(part, expansion);
  }
}

function withoutLastNewlines(text: string): string {
  let end = text.length;
  while (text[end - 1] === '\n') end--;
  return text.slice(0, end);
}

function variableText(part: WordPart & { kind: 'variable' }, expansion: Expansion): string {
  const { session } = expansion;
  const { name, isLength } = part;
  const value = session.get(name);
  if (isLength) return String(name === '@' || name === '*' ? session.parameters.length : (value ?? '').length);
  if (part.default === undefined) return value ?? '';
  const { operator, colon, word } = part.default;
  const isThere = value !== undefined && !(colon && value === '');
  if (operator === '+') return isThere ? textOf(word, expansion) : '';
  if (isThere) return value;
  const text = textOf(word, expansion);
  if (operator === '=') session.set(name, text);
  return text;
}
