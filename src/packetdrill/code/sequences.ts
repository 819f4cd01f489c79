/** What Python can go through, index and slice: str, list, tuple, range, and the keys of a dict. */
import { pythonError } from './python-error.ts';
import { representation } from './text.ts';
import { integer, PythonDict, PythonList, PythonRange, PythonTuple, type PythonValue, typeName } from './values.ts';

/** So many elements, or characters, a value may have: a script has a mistake that makes more. */
const LARGEST_LENGTH = 1_000_000;

/** @throws {PythonError} if something would have too many elements */
export function checkLength(length: bigint | number): void {
  if (length <= LARGEST_LENGTH) return;
  throw pythonError('MemoryError', `a value of ${length} elements, and ${LARGEST_LENGTH} are the most`);
}

/** The elements one by one. A list may grow while it is gone through. @throws {PythonError} if it has none */
export function* elements(value: PythonValue): Generator<PythonValue, void, undefined> {
  if (typeof value === 'string' || value instanceof PythonTuple) {
    yield* typeof value === 'string' ? Array.from(value) : value.items;
  } else if (value instanceof PythonList) {
    for (let index = 0; index < value.items.length; index++) yield value.items[index]!;
  } else if (value instanceof PythonDict) {
    yield* value.keys();
  } else if (value instanceof PythonRange) {
    const { start, step, length } = value;
    for (let index = 0n; index < length; index++) yield start + index * step;
  } else {
    throw pythonError('TypeError', `'${typeName(value)}' object is not iterable`);
  }
}

/** `len(value)`. */
export function lengthOf(value: PythonValue): bigint {
  if (typeof value === 'string') return BigInt(Array.from(value).length);
  if (value instanceof PythonList || value instanceof PythonTuple) return BigInt(value.items.length);
  if (value instanceof PythonDict) return BigInt(value.size);
  if (value instanceof PythonRange) return value.length;
  throw pythonError('TypeError', `object of type '${typeName(value)}' has no len()`);
}

/** What has an order: a list, tuple, str or range. */
function orderedElements(value: PythonValue): readonly PythonValue[] {
  if (typeof value === 'string') return Array.from(value);
  if (value instanceof PythonList || value instanceof PythonTuple) return value.items;
  throw pythonError('TypeError', `'${typeName(value)}' object is not subscriptable`);
}

/** `value[key]`. */
export function itemOf(value: PythonValue, key: PythonValue): PythonValue {
  if (value instanceof PythonDict) {
    const found = value.get(key);
    if (found !== undefined) return found;
    throw pythonError('KeyError', representation(key));
  }
  if (value instanceof PythonRange) return value.start + BigInt(placeOf(value, key, value.length)) * value.step;
  const items = orderedElements(value);
  return items[placeOf(value, key, BigInt(items.length))]!;
}

/** `value[key] = item`. */
export function setItem(value: PythonValue, key: PythonValue, item: PythonValue): void {
  if (value instanceof PythonDict) value.set(key, item);
  else if (value instanceof PythonList) value.items[placeOf(value, key, BigInt(value.items.length))] = item;
  else throw pythonError('TypeError', `'${typeName(value)}' object does not support item assignment`);
}

/** Where an index points to, which counts from the end if it is negative. */
function placeOf(value: PythonValue, key: PythonValue, length: bigint): number {
  if (typeof key !== 'bigint' && typeof key !== 'boolean') {
    throw pythonError('TypeError', `${typeName(value)} indices must be integers, not ${typeName(key)}`);
  }
  const index = integer(key);
  const place = index < 0n ? index + length : index;
  if (place < 0n || place >= length) throw pythonError('IndexError', `${typeName(value)} index out of range`);
  return Number(place);
}

/** `value[start:stop:step]`, where None is what was not written. */
export function sliceOf(value: PythonValue, start: PythonValue, stop: PythonValue, step: PythonValue): PythonValue {
  const stride = step === null ? 1n : integer(step);
  if (stride === 0n) throw pythonError('ValueError', 'slice step cannot be zero');
  if (value instanceof PythonRange) return slicedRange(value, start, stop, stride);
  const items = orderedElements(value);
  const chosen: PythonValue[] = [];
  for (const at of elements(slicedIndices(BigInt(items.length), start, stop, stride))) chosen.push(items[Number(at)]!);
  if (typeof value === 'string') return chosen.join('');
  return value instanceof PythonTuple ? new PythonTuple(chosen) : new PythonList(chosen);
}

function slicedRange(range: PythonRange, start: PythonValue, stop: PythonValue, stride: bigint): PythonRange {
  const { start: from, stop: to, step } = slicedIndices(range.length, start, stop, stride);
  return new PythonRange(range.start + from * range.step, range.start + to * range.step, step * range.step);
}

/** The indices that a slice means: those beyond an end mean the end. */
function slicedIndices(length: bigint, start: PythonValue, stop: PythonValue, stride: bigint): PythonRange {
  const [least, most] = stride > 0n ? [0n, length] : [-1n, length - 1n];
  const bound = (value: PythonValue, absent: bigint): bigint => {
    if (value === null) return absent;
    const index = integer(value);
    const place = index < 0n ? index + length : index;
    return place < least ? least : place > most ? most : place;
  };
  return stride > 0n
    ? new PythonRange(bound(start, least), bound(stop, most), stride)
    : new PythonRange(bound(start, most), bound(stop, least), stride);
}

/** A sequence `count` times in a row; `undefined` if `value` is none. */
export function repeated(value: PythonValue, count: bigint): PythonValue | undefined {
  const times = count < 0n ? 0n : count;
  if (typeof value === 'string') {
    checkLength(BigInt(value.length) * times);
    return value.repeat(Number(times));
  }
  if (!(value instanceof PythonList || value instanceof PythonTuple)) return undefined;
  checkLength(BigInt(value.items.length) * times);
  const items = value.items.length === 0 ? [] : Array.from({ length: Number(times) }, () => value.items).flat();
  return value instanceof PythonList ? new PythonList(items) : new PythonTuple(items);
}

/** Two sequences of one type, one behind the other; `undefined` if they are none. */
export function joined(left: PythonValue, right: PythonValue): PythonValue | undefined {
  if (typeof left === 'string' && typeof right === 'string') {
    checkLength(left.length + right.length);
    return left + right;
  }
  const bothLists = left instanceof PythonList && right instanceof PythonList;
  if (!bothLists && !(left instanceof PythonTuple && right instanceof PythonTuple)) return undefined;
  checkLength(left.items.length + right.items.length);
  const items = [...left.items, ...right.items];
  return bothLists ? new PythonList(items) : new PythonTuple(items);
}
