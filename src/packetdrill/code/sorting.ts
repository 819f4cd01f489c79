/** Python's `sorted` and `list.sort`: stable, by `<`, backwards if asked. */
import { called } from './calls.ts';
import { isLess } from './comparison.ts';
import { type Caller, isTrue, type PythonValue } from './values.ts';

/** The names that both may be given. */
export const SORTING_NAMES: readonly string[] = ['key', 'reverse'];

/** By what each is ordered: what `key=` makes of it, if that is given. */
export function keyOf(item: PythonValue, keywords: ReadonlyMap<string, PythonValue>, caller: Caller): PythonValue {
  const key = keywords.get('key') ?? null;
  return key === null ? item : called(key, [item], new Map(), caller);
}

/** @throws {PythonError} if some cannot be compared */
export function sortedItems(
  items: readonly PythonValue[],
  keywords: ReadonlyMap<string, PythonValue>,
  caller: Caller,
): PythonValue[] {
  const isBackwards = isTrue(keywords.get('reverse') ?? false);
  const keyed = items.map((item) => ({ item, key: keyOf(item, keywords, caller) }));
  // Equal ones keep their order in both directions.
  if (isBackwards) keyed.reverse();
  keyed.sort((one, other) => (isLess(one.key, other.key) ? -1 : isLess(other.key, one.key) ? 1 : 0));
  if (isBackwards) keyed.reverse();
  return keyed.map(({ item }) => item);
}
