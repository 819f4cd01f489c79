/** `test` and `[`: POSIX's comparisons of texts, numbers and files, with `!`, `-a`, `-o` and brackets. */
import { Unsupported } from '../../unsupported.ts';
import { DEEPEST } from '../grammar/closing.ts';
import { sysctlOfFile } from '../sysctls/proc.ts';
import { isSysctl } from '../sysctls/sysctls.ts';
import { type CommandCall, fails } from './command.ts';

/** Not an expression: the command fails with 2, as a shell's does. */
class NoExpression extends Error {}

const NUMBER_COMPARISONS: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '-eq': (left, right) => left === right,
  '-ne': (left, right) => left !== right,
  '-lt': (left, right) => left < right,
  '-le': (left, right) => left <= right,
  '-gt': (left, right) => left > right,
  '-ge': (left, right) => left >= right,
};

const TEXT_COMPARISONS: Readonly<Record<string, (left: string, right: string) => boolean>> = {
  '=': (left, right) => left === right,
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
};

const TEXT_TESTS: Readonly<Record<string, (text: string, call: CommandCall) => boolean>> = {
  '-n': (text) => text !== '',
  '-z': (text) => text === '',
  '-e': isFile,
  '-f': isFile,
  '-r': isFile,
  '-s': isFile,
};

export function test(call: CommandCall): number {
  const words = [...call.arguments];
  if (call.name === '[' && words.pop() !== ']') return fails(call, 'missing ]', 2);
  try {
    return new Test(words, call).all() ? 0 : 1;
  } catch (error) {
    if (error instanceof NoExpression) return fails(call, error.message, 2);
    throw error;
  }
}

function isFile(path: string, { host }: CommandCall): boolean {
  const name = sysctlOfFile(path);
  if (name === undefined) {
    if (path.startsWith('/')) throw new Unsupported(`file ${path}`);
    return host.readFile(path) !== undefined;
  }
  // Whether the kernel of a script has one that is not known here, nobody can say.
  if (!isSysctl(name)) throw new Unsupported(`sysctl ${name}`);
  return true;
}

class Test {
  private readonly words: readonly string[];
  private readonly call: CommandCall;
  private index: number;
  private depth: number;

  constructor(words: readonly string[], call: CommandCall) {
    this.words = words;
    this.call = call;
    this.index = 0;
    this.depth = 0;
  }

  all(): boolean {
    if (this.words.length === 0) return false;
    const result = this.alternatives();
    if (this.index < this.words.length) throw new NoExpression(`${this.words[this.index]}: unexpected operator`);
    return result;
  }

  private alternatives(): boolean {
    let result = this.conjunction();
    while (this.words[this.index] === '-o') {
      this.index++;
      result = this.conjunction() || result;
    }
    return result;
  }

  private conjunction(): boolean {
    let result = this.negation();
    while (this.words[this.index] === '-a') {
      this.index++;
      result = this.negation() && result;
    }
    return result;
  }

  private negation(): boolean {
    let isNegated = false;
    // A `!` alone is a text that is not empty.
    while (this.words[this.index] === '!' && this.index + 1 < this.words.length && !this.isComparison()) {
      isNegated = !isNegated;
      this.index++;
    }
    return this.primary() !== isNegated;
  }

  private primary(): boolean {
    const word = this.words[this.index];
    if (word === undefined) throw new NoExpression('argument expected');
    if (this.isComparison()) return this.comparison();
    if (word === '(') return this.brackets();
    const next = this.words[this.index + 1];
    if (Object.hasOwn(TEXT_TESTS, word) && next !== undefined) {
      this.index += 2;
      return TEXT_TESTS[word]!(next, this.call);
    }
    if (/^-[a-zA-Z]$/.test(word) && next !== undefined) throw new Unsupported(`command test ${word}`);
    this.index++;
    return word !== '';
  }

  private brackets(): boolean {
    if (++this.depth > DEEPEST) throw new NoExpression('brackets stand in brackets too often');
    this.index++;
    const result = this.alternatives();
    if (this.words[this.index] !== ')') throw new NoExpression('closing paren expected');
    this.index++;
    this.depth--;
    return result;
  }

  private isComparison(): boolean {
    const operator = this.words[this.index + 1];
    if (operator === undefined || this.words[this.index + 2] === undefined) return false;
    return Object.hasOwn(NUMBER_COMPARISONS, operator) || Object.hasOwn(TEXT_COMPARISONS, operator);
  }

  private comparison(): boolean {
    const [left, operator, right] = this.words.slice(this.index, this.index + 3) as [string, string, string];
    this.index += 3;
    const compare = TEXT_COMPARISONS[operator];
    if (compare !== undefined) return compare(left, right);
    return NUMBER_COMPARISONS[operator]!(numberOf(left), numberOf(right));
  }
}

function numberOf(text: string): number {
  if (!/^\s*[-+]?\d{1,15}\s*$/.test(text)) throw new NoExpression(`${text}: integer expression expected`);
  return Number(text);
}
