/** What can be assigned to: a name, an element, or several of them at once. */
import type { SyntaxNode } from '@lezer/common';
import { ScriptError } from '../language/script-error.ts';
import { Unsupported } from '../unsupported.ts';
import { betweenCommas, compileExpression, compileKey, single } from './expressions.ts';
import type { Frame } from './frame.ts';
import { children, type ParsedCode } from './parse.ts';
import { pythonError, raisedAt } from './python-error.ts';
import { elements, setItem } from './sequences.ts';
import { PythonRange, type PythonValue, typeName } from './values.ts';

export type Assignment = (frame: Frame, value: PythonValue) => void;

const GROUPS: ReadonlySet<string> = new Set(['TupleExpression', 'ArrayExpression', 'ParenthesizedExpression']);

/** `a`, `a[0]`, `a, b`, `(a, b)`. @throws {ScriptError} for what cannot be assigned to */
export function compileTargets(nodes: readonly SyntaxNode[], code: ParsedCode): Assignment {
  const parts = betweenCommas(nodes).map((part) => compileTarget(single(part), code));
  if (parts.length === 1 && nodes.at(-1)!.name !== ',') return parts[0]!;
  return unpacking(parts, nodes[0]!, code);
}

function compileTarget(node: SyntaxNode, code: ParsedCode): Assignment {
  const parts = children(node);
  if (node.name === 'VariableName') {
    const name = code.slice(node);
    return (frame, value) => frame.set(name, value);
  }
  if (node.name === 'MemberExpression') return compileElement(node, code);
  const inside = parts.slice(1, -1);
  if (!GROUPS.has(node.name)) {
    throw new ScriptError(code.place(node.from), `Python: ${code.slice(node)} cannot be assigned to`);
  }
  if (node.name === 'ParenthesizedExpression') return compileTargets(inside, code);
  return unpacking(
    betweenCommas(inside).map((part) => compileTarget(single(part), code)),
    node,
    code,
  );
}

function compileElement(node: SyntaxNode, code: ParsedCode): Assignment {
  const [object, mark] = children(node);
  const key = mark!.name === '.' ? undefined : compileKey(node, code);
  if (key === undefined)
    throw new Unsupported(`Python's assignment to ${mark!.name === '.' ? 'an attribute' : 'a slice'}`);
  const container = compileExpression(object!, code);
  const place = code.place(node.from);
  return (frame, value) => raisedAt(place, () => setItem(container(frame), key(frame), value));
}

/** Each target gets one element. */
function unpacking(parts: readonly Assignment[], node: SyntaxNode, code: ParsedCode): Assignment {
  const place = code.place(node.from);
  return (frame, value) => {
    const items = raisedAt(place, () => unpacked(value, parts.length));
    for (const [index, part] of parts.entries()) part(frame, items[index]!);
  };
}

function unpacked(value: PythonValue, count: number): PythonValue[] {
  if (value instanceof PythonRange && value.length !== BigInt(count)) throw wrongCount(count, value.length);
  const items = isIterable(value) ? [...elements(value)] : undefined;
  if (items === undefined) throw pythonError('TypeError', `cannot unpack non-iterable ${typeName(value)} object`);
  if (items.length !== count) throw wrongCount(count, BigInt(items.length));
  return items;
}

const wrongCount = (expected: number, found: bigint): Error =>
  pythonError('ValueError', `there are ${found} values to unpack, and ${expected} names for them`);

const ITERABLE: ReadonlySet<string> = new Set(['str', 'list', 'tuple', 'dict', 'range']);
const isIterable = (value: PythonValue): boolean => ITERABLE.has(typeName(value));

/** The names that targets assign to. */
export function targetNames(nodes: readonly SyntaxNode[], code: ParsedCode): string[] {
  return nodes.flatMap((node) => {
    if (node.name === 'VariableName') return [code.slice(node)];
    return GROUPS.has(node.name) ? targetNames(children(node), code) : [];
  });
}
