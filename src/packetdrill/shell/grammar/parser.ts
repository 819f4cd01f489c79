/**
 * The grammar of the shell (POSIX XCU §2.9, §2.10), as far as scripts use it: lists, pipelines, `if`, `for`, groups,
 * redirections. Left out on purpose, and Unsupported: `while`, `until`, `case`, functions, arrays, background commands.
 */
import { Unsupported } from '../../unsupported.ts';
import { ShellError } from '../shell-error.ts';
import { DEEPEST } from './closing.ts';
import { type Operator, type RedirectionType, type Token, tokens } from './lexer.ts';
import type { Assignment, Branch, Chain, Command, CommandList, Pipeline, Redirection, Word } from './tree.ts';

/** The reserved words that end something, and what they belong to. */
const CLOSING: ReadonlyMap<string, string> = new Map([
  ['then', 'if'],
  ['elif', 'if'],
  ['else', 'if'],
  ['fi', 'if'],
  ['do', 'for'],
  ['done', 'for'],
  ['}', '{'],
]);
const LEFT_OUT: ReadonlySet<string> = new Set(['while', 'until', 'case', 'function', 'select', '[[', 'coproc', 'time']);

/**
 * @param base the offset of the text in the command, for the places of mistakes
 * @throws {ShellError} if it is no shell command @throws {Unsupported} for what is left out
 */
export function parseCommands(text: string, base = 0): CommandList {
  return new Parser(tokens(text, base), base + text.length).all();
}

class Parser {
  private readonly tokens: readonly Token[];
  private readonly end: number;
  private index: number;
  private depth: number;

  constructor(all: readonly Token[], end: number) {
    this.tokens = all;
    this.end = end;
    this.index = 0;
    this.depth = 0;
  }

  all(): CommandList {
    const list = this.list(() => false);
    const token = this.token;
    if (token !== undefined) throw this.unexpected(token);
    return list;
  }

  private get token(): Token | undefined {
    return this.tokens[this.index];
  }

  private get bare(): string | undefined {
    const { token } = this;
    return token?.kind === 'word' ? token.bare : undefined;
  }

  private isOperator(...operators: readonly Operator[]): boolean {
    const { token } = this;
    return token?.kind === 'operator' && operators.includes(token.text);
  }

  private skipNewlines(): void {
    while (this.isOperator('\n')) this.index++;
  }

  /** Up to what ends it, which stays. */
  private list(isEnd: (bare: string | undefined) => boolean): CommandList {
    const chains: Chain[] = [];
    this.skipNewlines();
    while (this.token !== undefined && !isEnd(this.bare) && !this.isOperator(')')) {
      chains.push(this.chain());
      if (this.isOperator('&')) throw new Unsupported('shell &: a command in the background');
      if (this.isOperator(';', '\n')) this.index++;
      else break;
      this.skipNewlines();
    }
    return chains;
  }

  private chain(): Chain {
    const first = this.pipeline();
    const rest: { operator: '&&' | '||'; pipeline: Pipeline }[] = [];
    for (;;) {
      const operator = this.isOperator('&&') ? '&&' : this.isOperator('||') ? '||' : undefined;
      if (operator === undefined) return { first, rest };
      this.index++;
      this.skipNewlines();
      rest.push({ operator, pipeline: this.pipeline() });
    }
  }

  private pipeline(): Pipeline {
    let isNegated = false;
    while (this.bare === '!') {
      isNegated = !isNegated;
      this.index++;
    }
    const commands = [this.command()];
    while (this.isOperator('|')) {
      this.index++;
      this.skipNewlines();
      commands.push(this.command());
    }
    return { isNegated, commands };
  }

  private command(): Command {
    if (++this.depth > DEEPEST) throw new ShellError(this.place(), 'commands stand in commands too often');
    const command = this.commandInside();
    this.depth--;
    return command;
  }

  private commandInside(): Command {
    const { bare, token } = this;
    if (token === undefined) throw new ShellError(this.end, 'a command is missing at the end');
    if (this.isOperator('(')) return this.group(token.offset, true);
    if (bare === '{') return this.group(token.offset, false);
    if (bare === 'if') return this.condition(token.offset);
    if (bare === 'for') return this.loop(token.offset);
    if (bare !== undefined && LEFT_OUT.has(bare)) throw new Unsupported(`shell ${bare}`);
    if (token.kind === 'operator' || (bare !== undefined && CLOSING.has(bare))) throw this.unexpected(token);
    return this.simple(token.offset);
  }

  private unexpected(token: Token): ShellError {
    const { offset } = token;
    const word = token.kind === 'operator' ? token.text.replace('\n', 'the end of the line') : this.bare;
    const opening = word === ')' ? '(' : CLOSING.get(word ?? '');
    if (opening !== undefined) return new ShellError(offset, `"${word}" has no "${opening}" before it`);
    if (token.kind === 'operator') return new ShellError(offset, `a command is missing before "${word}"`);
    return new ShellError(offset, '";" is missing before this');
  }

  private place(): number {
    return this.token?.offset ?? this.end;
  }

  // ---- compound commands ----

  private group(offset: number, isApart: boolean): Command {
    this.index++;
    const body = this.list((bare) => !isApart && bare === '}');
    if (isApart ? !this.isOperator(')') : this.bare !== '}') {
      throw new ShellError(
        offset,
        isApart ? '"(" is not closed: ")" is missing' : '"{" is not closed: "; }" is missing',
      );
    }
    if (body.length === 0) throw new ShellError(offset, 'there is no command between these brackets');
    this.index++;
    return { kind: 'group', offset, body, isApart, redirections: this.redirections() };
  }

  private condition(offset: number): Command {
    const branches: Branch[] = [];
    do {
      const condition = this.part(['then']);
      branches.push({ condition, body: this.part(['elif', 'else', 'fi']) });
    } while (this.bare === 'elif');
    const otherwise = this.bare === 'else' ? this.part(['fi']) : undefined;
    this.index++;
    return { kind: 'if', offset, branches, otherwise, redirections: this.redirections() };
  }

  private loop(offset: number): Command {
    this.index++;
    const { bare: variable } = this;
    if (variable === undefined || !/^[A-Za-z_]\w*$/.test(variable)) {
      throw new ShellError(this.place(), '"for" is followed by the name of a variable');
    }
    this.index++;
    this.skipNewlines();
    const words = this.bare === 'in' ? this.loopWords() : undefined;
    if (this.isOperator(';', '\n')) this.index++;
    this.skipNewlines();
    if (this.bare !== 'do') throw new ShellError(this.place(), `"for ${variable}" has no "do"`);
    const body = this.part(['done']);
    this.index++;
    return { kind: 'for', offset, variable, words, body, redirections: this.redirections() };
  }

  private loopWords(): readonly Word[] {
    const words: Word[] = [];
    this.index++;
    for (; this.token?.kind === 'word'; this.index++) words.push(this.token.word);
    return words;
  }

  /** The commands behind the reserved word that stands here, up to the next of its kin, which stays. */
  private part(ends: readonly string[]): CommandList {
    const { bare: name } = this;
    const offset = this.place();
    this.index++;
    const list = this.list((bare) => bare !== undefined && ends.includes(bare));
    if (this.bare === undefined || !ends.includes(this.bare)) {
      if (this.token?.kind === 'word') throw this.unexpected(this.token);
      throw new ShellError(offset, `"${name}" has no "${ends.at(-1)}" behind it`);
    }
    if (list.length === 0)
      throw new ShellError(this.place(), `there is no command between "${name}" and "${this.bare}"`);
    return list;
  }

  // ---- simple commands ----

  private simple(offset: number): Command {
    const assignments: Assignment[] = [];
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    for (;;) {
      const { token } = this;
      if (token?.kind === 'word') {
        this.index++;
        const assignment = words.length === 0 ? assignmentOf(token.word) : undefined;
        if (assignment === undefined) words.push(token.word);
        else assignments.push(assignment);
        this.refuseBracket(words, assignment);
        continue;
      }
      const found = this.redirections();
      if (found.length === 0) break;
      redirections.push(...found);
    }
    return { kind: 'simple', offset, assignments, words, redirections };
  }

  /** `name()` and `name=(…)`. */
  private refuseBracket(words: readonly Word[], assignment: Assignment | undefined): void {
    if (!this.isOperator('(')) return;
    if (assignment !== undefined) throw new Unsupported(`shell array ${assignment.name}`);
    const [part] = words[0]?.parts ?? [];
    const name = words.length === 1 && part?.kind === 'text' ? part.text : undefined;
    if (name !== undefined) throw new Unsupported(`shell function ${name}`);
    throw new ShellError(this.place(), '"(" stands where a word is due; put it in quotes');
  }

  private redirections(): Redirection[] {
    const found: Redirection[] = [];
    for (;;) {
      const { token } = this;
      if (token?.kind === 'here') {
        this.index++;
        found.push({ offset: token.offset, descriptor: token.descriptor, kind: 'here', target: token.body });
      } else if (token?.kind === 'redirection') {
        this.index++;
        found.push(...this.redirection(token.offset, token.descriptor, token.type));
      } else {
        return found;
      }
    }
  }

  private redirection(offset: number, descriptor: number, type: RedirectionType): Redirection[] {
    const { token } = this;
    if (token?.kind !== 'word') throw new ShellError(offset, 'a redirection is followed by where to');
    this.index++;
    const target = token.word;
    if (type !== 'both') return [{ offset, descriptor, kind: type, target }];
    const one: Word = { offset, parts: [{ offset, isQuoted: false, kind: 'text', text: '1' }] };
    return [
      { offset, descriptor: 1, kind: 'write', target },
      { offset, descriptor: 2, kind: 'duplicate', target: one },
    ];
  }
}

/** `NAME=value`: the name and the sign stand there as they are. */
function assignmentOf({ offset, parts }: Word): Assignment | undefined {
  const [first, ...rest] = parts;
  if (first?.kind !== 'text' || first.isQuoted) return undefined;
  const [all, name] = /^([A-Za-z_]\w*)=/.exec(first.text) ?? [];
  if (all === undefined || name === undefined) return undefined;
  const value = first.text.slice(all.length);
  const begin = value === '' ? [] : [{ ...first, text: value }];
  return { name, value: { offset: offset + all.length, parts: [...begin, ...rest] } };
}
