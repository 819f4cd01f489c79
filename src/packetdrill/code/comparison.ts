/** How Python compares: `==`, `<`, `in`, `is`, and what follows from them. */
import { pythonError } from './python-error.ts';
import { elements } from './sequences.ts';
import { numeric, PythonDict, PythonList, PythonRange, PythonTuple, type PythonValue, typeName } from './values.ts';

type Comparison = (left: PythonValue, right: PythonValue) => boolean;

export function areEqual(left: PythonValue, right: PythonValue): boolean {
  const [one, other] = [numeric(left), numeric(right)];
  // An int and a float are equal if they are the same number, however large.
  // biome-ignore lint/suspicious/noDoubleEquals: `===` is never true of a bigint and a number
  if (one !== undefined && other !== undefined) return one == other;
  if (left instanceof PythonList && right instanceof PythonList) return areAllEqual(left.items, right.items);
  if (left instanceof PythonTuple && right instanceof PythonTuple) return areAllEqual(left.items, right.items);
  if (left instanceof PythonDict && right instanceof PythonDict) return areEqualDicts(left, right);
  if (left instanceof PythonRange && right instanceof PythonRange) return areEqualRanges(left, right);
  return left === right;
}

/** Something is the same as itself even where it is not equal to itself, as `nan`. */
const isSameOrEqual = (one: PythonValue, other: PythonValue): boolean => isSame(one, other) || areEqual(one, other);

const areAllEqual = (left: readonly PythonValue[], right: readonly PythonValue[]): boolean =>
  left.length === right.length && left.every((item, index) => isSameOrEqual(item, right[index]!));

function areEqualDicts(left: PythonDict, right: PythonDict): boolean {
  if (left.size !== right.size) return false;
  return left.pairs().every(([key, value]) => {
    const other = right.get(key);
    return other !== undefined && isSameOrEqual(value, other);
  });
}

function areEqualRanges(left: PythonRange, right: PythonRange): boolean {
  if (left.length !== right.length) return false;
  if (left.length === 0n) return true;
  return left.start === right.start && (left.length === 1n || left.step === right.step);
}

/** `is`. Of what cannot be changed equal values of one type count as one object, as Python keeps small numbers. */
export const isSame: Comparison = (left, right) => Object.is(left, right);

function ordered(sign: string, holds: (order: number) => boolean): Comparison {
  const compare: Comparison = (left, right) => {
    const [one, other] = [numeric(left), numeric(right)];
    if (one !== undefined && other !== undefined)
      return holds(one < other ? -1 : one > other ? 1 : one >= other ? 0 : NaN);
    if (typeof left === 'string' && typeof right === 'string') return holds(orderOfText(left, right));
    const bothLists = left instanceof PythonList && right instanceof PythonList;
    if (bothLists || (left instanceof PythonTuple && right instanceof PythonTuple)) {
      const at = left.items.findIndex(
        (item, index) => index >= right.items.length || !isSameOrEqual(item, right.items[index]!),
      );
      // The first that differ decide; else the shorter one comes first.
      if (at >= 0 && at < right.items.length) return compare(left.items[at]!, right.items[at]!);
      return holds(left.items.length - right.items.length);
    }
    throw pythonError(
      'TypeError',
      `'${sign}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`,
    );
  };
  return compare;
}

/** By code points. */
function orderOfText(left: string, right: string): number {
  const [one, other] = [Array.from(left), Array.from(right)];
  const at = one.findIndex((character, index) => character !== other[index]);
  if (at < 0 || at >= other.length) return one.length - other.length;
  return one[at]!.codePointAt(0)! - other[at]!.codePointAt(0)!;
}

export const isLess: Comparison = ordered('<', (order) => order < 0);
export const isGreater: Comparison = ordered('>', (order) => order > 0);

/** `item in container`. */
function contains(item: PythonValue, container: PythonValue): boolean {
  if (typeof container === 'string') {
    if (typeof item === 'string') return container.includes(item);
    throw pythonError('TypeError', `'in <string>' requires string as left operand, not ${typeName(item)}`);
  }
  if (container instanceof PythonDict) return container.get(item) !== undefined;
  if (container instanceof PythonRange) return isInRange(item, container);
  if (container instanceof PythonList || container instanceof PythonTuple) {
    return container.items.some((other) => isSameOrEqual(other, item));
  }
  for (const other of elements(container)) if (isSameOrEqual(other, item)) return true;
  return false;
}

function isInRange(item: PythonValue, { start, step, length }: PythonRange): boolean {
  const number = numeric(item);
  if (number === undefined || !Number.isInteger(Number(number))) return false;
  const steps = (BigInt(number) - start) * (step > 0n ? 1n : -1n);
  const size = step > 0n ? step : -step;
  return steps >= 0n && steps % size === 0n && steps / size < length;
}

/** By the words between the operands, with one space. `<>` is Python 2's. */
export const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '==': areEqual,
  '!=': (left, right) => !areEqual(left, right),
  '<>': (left, right) => !areEqual(left, right),
  '<': isLess,
  '<=': ordered('<=', (order) => order <= 0),
  '>': isGreater,
  '>=': ordered('>=', (order) => order >= 0),
  in: contains,
  'not in': (left, right) => !contains(left, right),
  is: isSame,
  'is not': (left, right) => !isSame(left, right),
};
