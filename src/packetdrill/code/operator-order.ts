/**
 * The order in which `not`, `and`, `or` and comparisons are to be applied. The grammar reads `not a and b` as
 * `not (a and b)`, and a chain `a < b < c` as `(a < b) < c`: here the operands and words of such an expression are taken in
 * a row, and put together as Python does.
 */
import type { SyntaxNode } from '@lezer/common';
import { ScriptError } from '../language/script-error.ts';
import { children, type ParsedCode } from './parse.ts';

export type Ordered =
  | { readonly kind: 'operand'; readonly node: SyntaxNode }
  | { readonly kind: 'not'; readonly operand: Ordered }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Ordered[] };

type Part = SyntaxNode | 'not' | 'and' | 'or';

/** The word between two operands that are to be put together with `and` or `or`; `undefined` for anything else. */
const logicOf = (node: SyntaxNode): 'and' | 'or' | undefined => {
  if (node.name !== 'BinaryExpression') return undefined;
  const word = children(node)[1]?.name;
  return word === 'and' || word === 'or' ? word : undefined;
};

export const isNot = (node: SyntaxNode): boolean => node.name === 'UnaryExpression' && node.firstChild?.name === 'not';

/** Whether an expression is one of `not`, `and`, `or`. */
export const isLogic = (node: SyntaxNode): boolean => isNot(node) || logicOf(node) !== undefined;

/** In the order of the text. What is in parentheses is an operand. */
function row(node: SyntaxNode): Part[] {
  const parts = children(node);
  if (isNot(node)) return ['not', ...row(parts[1]!)];
  const word = logicOf(node);
  return word === undefined ? [node] : [...row(parts[0]!), word, ...row(parts[2]!)];
}

/** The tree of an expression of `not`, `and`, `or`, by what Python binds tighter. */
export function ordered(node: SyntaxNode): Ordered {
  return joinedBy('or', row(node));
}

function joinedBy(word: 'and' | 'or', parts: readonly Part[]): Ordered {
  const operands: Part[][] = [[]];
  for (const part of parts) {
    if (part === word) operands.push([]);
    else operands.at(-1)!.push(part);
  }
  const joined = operands.map((operand) => (word === 'or' ? joinedBy('and', operand) : negated(operand)));
  return joined.length === 1 ? joined[0]! : { kind: word, operands: joined };
}

function negated([first, ...others]: readonly Part[]): Ordered {
  if (first === 'not') return { kind: 'not', operand: negated(others) };
  return { kind: 'operand', node: first as SyntaxNode };
}

/** A chain of comparisons: `a < b <= c` has two words and three operands. */
export interface Chain {
  readonly operands: readonly SyntaxNode[];
  readonly words: readonly string[];
}

const COMPARING: ReadonlySet<string> = new Set(['CompareOp', 'in', 'not', 'is']);

const isComparison = (node: SyntaxNode): boolean =>
  node.name === 'BinaryExpression' && COMPARING.has(children(node)[1]?.name ?? '');

/** @returns `undefined` for what is no comparison @throws {ScriptError} for `a == not b`, which Python does not take */
export function comparisonChain(node: SyntaxNode, code: ParsedCode): Chain | undefined {
  if (!isComparison(node)) return undefined;
  const parts = children(node);
  const [left, right] = [parts[0]!, parts.at(-1)!];
  const word = parts
    .slice(1, -1)
    .map((part) => code.slice(part))
    .join(' ');
  const before = comparisonChain(left, code) ?? { operands: [left], words: [] };
  const chain = { operands: [...before.operands, right], words: [...before.words, word] };
  for (const operand of chain.operands) {
    if (isLogic(operand)) throw new ScriptError(code.place(operand.from), 'Python: this needs parentheses around it');
  }
  return chain;
}
