/**
 * `$((…))`: whole numbers, variables by their names, and C's operators (POSIX XCU §2.6.4).
 * Left out on purpose, and Unsupported: assignments, `++` and `--`, and numbers beyond 2^53.
 */
import { Unsupported } from '../../unsupported.ts';
import { DEEPEST } from '../grammar/closing.ts';
import { ShellError } from '../shell-error.ts';

type Operation = (left: number, right: number) => number;

const flag = (holds: boolean): number => (holds ? 1 : 0);

/** From the loosest to the tightest. Both sides are always worked out: there is nothing in them that does anything. */
const LEVELS: readonly Readonly<Record<string, Operation>>[] = [
  { '||': (left, right) => flag(left !== 0 || right !== 0) },
  { '&&': (left, right) => flag(left !== 0 && right !== 0) },
  { '|': (left, right) => bits(left, right, (one, other) => one | other) },
  { '^': (left, right) => bits(left, right, (one, other) => one ^ other) },
  { '&': (left, right) => bits(left, right, (one, other) => one & other) },
  { '==': (left, right) => flag(left === right), '!=': (left, right) => flag(left !== right) },
  {
    '<': (left, right) => flag(left < right),
    '<=': (left, right) => flag(left <= right),
    '>': (left, right) => flag(left > right),
    '>=': (left, right) => flag(left >= right),
  },
  { '<<': (left, right) => left * 2 ** right, '>>': (left, right) => Math.floor(left / 2 ** right) },
  { '+': (left, right) => left + right, '-': (left, right) => left - right },
  {
    '*': (left, right) => left * right,
    '/': (left, right) => Math.trunc(left / right),
    '%': (left, right) => left % right,
  },
];

const bits = (left: number, right: number, operation: (one: bigint, other: bigint) => bigint): number =>
  Number(operation(BigInt(left), BigInt(right)));

const TOKEN =
  /\s*(0[xX][\da-fA-F]+|\d\w*|[A-Za-z_]\w*|\+\+|--|<<=|>>=|[-+*/%&|^]=|&&|\|\||<<|>>|[=!<>]=|[-+*/%()<>&|^!~?:=])/y;

/**
 * @param value of a variable, `undefined` if it has none, which counts as 0
 * @param offset of the expression, for the sentence
 * @throws {ShellError} if it is no expression
 */
export function arithmetic(text: string, value: (name: string) => string | undefined, offset: number): number {
  return new Arithmetic(cut(text, offset), value, text, offset).all();
}

function cut(text: string, offset: number): readonly string[] {
  const found: string[] = [];
  const token = new RegExp(TOKEN.source, 'y');
  const end = text.trimEnd().length;
  while (token.lastIndex < end) {
    const at = token.lastIndex;
    const word = token.exec(text)?.[1];
    if (word === undefined)
      throw new ShellError(offset, `"${text.slice(at).trim()[0]}" has no place in an arithmetic expression`);
    if (/^(?:\+\+|--|.*[^=!<>]=|<<=|>>=|=)$/.test(word)) throw new Unsupported(`shell arithmetic ${word}`);
    found.push(word);
  }
  return found;
}

class Arithmetic {
  private readonly tokens: readonly string[];
  private readonly value: (name: string) => string | undefined;
  private readonly text: string;
  private readonly offset: number;
  private index: number;
  private depth: number;

  constructor(tokens: readonly string[], value: (name: string) => string | undefined, text: string, offset: number) {
    this.tokens = tokens;
    this.value = value;
    this.text = text;
    this.offset = offset;
    this.index = 0;
    this.depth = 0;
  }

  all(): number {
    if (this.tokens.length === 0) return 0;
    const result = this.choice();
    if (this.index < this.tokens.length) throw this.mistake();
    return result;
  }

  private mistake(): ShellError {
    const token = this.tokens[this.index];
    const near = token === undefined ? 'it ends too early' : `"${token}" has no place there`;
    return new ShellError(this.offset, `$((${this.text.trim()})) is no arithmetic expression: ${near}`);
  }

  private takes(token: string): boolean {
    if (this.tokens[this.index] !== token) return false;
    this.index++;
    return true;
  }

  /** `a ? b : c`. */
  private choice(): number {
    if (++this.depth > DEEPEST) throw new ShellError(this.offset, 'brackets stand in brackets too often');
    const condition = this.level(0);
    let result = condition;
    if (this.takes('?')) {
      const first = this.choice();
      if (!this.takes(':')) throw this.mistake();
      const second = this.choice();
      result = condition !== 0 ? first : second;
    }
    this.depth--;
    return result;
  }

  private level(level: number): number {
    const operations = LEVELS[level];
    if (operations === undefined) return this.unary();
    let left = this.level(level + 1);
    for (;;) {
      const token = this.tokens[this.index];
      const operation = token !== undefined && Object.hasOwn(operations, token) ? operations[token] : undefined;
      if (operation === undefined) return left;
      this.index++;
      left = this.checked(operation(left, this.level(level + 1)));
    }
  }

  private unary(): number {
    const signs: string[] = [];
    for (
      let sign = this.tokens[this.index];
      sign !== undefined && '-+!~'.includes(sign);
      sign = this.tokens[this.index]
    ) {
      signs.push(sign);
      this.index++;
    }
    let value = this.primary();
    for (const sign of signs.reverse()) {
      if (sign === '-') value = -value;
      if (sign === '!') value = flag(value === 0);
      if (sign === '~') value = -value - 1;
    }
    return value + 0;
  }

  private primary(): number {
    const token = this.tokens[this.index];
    if (token === undefined) throw this.mistake();
    if (this.takes('(')) {
      const value = this.choice();
      if (!this.takes(')')) throw this.mistake();
      return value;
    }
    if (/^\d/.test(token)) {
      this.index++;
      return this.numberOf(token);
    }
    if (!/^\w/.test(token)) throw this.mistake();
    this.index++;
    const text = this.value(token)?.trim() ?? '';
    return text === '' ? 0 : this.numberOf(text);
  }

  /** Decimal, `0x` hexadecimal, `0` octal. */
  private numberOf(text: string): number {
    const [, sign = '', digits = ''] = /^([-+]?)(.*)$/s.exec(text) ?? [];
    const value = /^0[xX][\da-fA-F]+$/.test(digits)
      ? Number(digits)
      : /^0[0-7]+$/.test(digits)
        ? Number.parseInt(digits, 8)
        : /^(?:0|[1-9]\d*)$/.test(digits)
          ? Number(digits)
          : Number.NaN;
    if (Number.isNaN(value)) throw new ShellError(this.offset, `"${text}" is no whole number`);
    return this.checked(sign === '-' ? -value : value);
  }

  private checked(value: number): number {
    if (!Number.isFinite(value))
      throw new ShellError(this.offset, `$((${this.text.trim()})) divides by 0, or is too large`);
    if (!Number.isSafeInteger(value)) throw new Unsupported('shell arithmetic beyond 2^53');
    return value;
  }
}
