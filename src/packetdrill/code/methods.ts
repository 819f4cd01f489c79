/**
 * The methods of Python's values that scripts use, by type; another one makes the script unsupported. What is a view or an
 * iterator in Python 3 is a list, as in Python 2: `dict.keys()` and its like.
 */
import { Unsupported } from '../unsupported.ts';
import { builtIn, collected, given, text } from './calls.ts';
import { areEqual } from './comparison.ts';
import { formatMethod } from './format-method.ts';
import { pythonError } from './python-error.ts';
import { checkLength, itemOf } from './sequences.ts';
import { SORTING_NAMES, sortedItems } from './sorting.ts';
import { representation } from './text.ts';
import {
  type Caller,
  integer,
  PythonDict,
  PythonFunction,
  PythonList,
  PythonModule,
  PythonTuple,
  type PythonValue,
  typeName,
} from './values.ts';

/** One method: how many values it takes, and what it does with the value that it is called on. */
interface Method<Value> {
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
  readonly body: (
    value: Value,
    positional: readonly PythonValue[],
    caller: Caller,
    keywords: ReadonlyMap<string, PythonValue>,
  ) => PythonValue;
}

type Methods<Value> = Readonly<Record<string, Method<Value>>>;

const method = <Value>(
  least: number,
  most: number,
  body: Method<Value>['body'],
  names: readonly string[] = [],
): Method<Value> => ({ least, most, names, body });

/** Without certain characters, or white space, at one of its ends. */
function strippedAtStart(value: string, characters: PythonValue): string {
  if (characters === null) return value.trimStart();
  const [all, unwanted] = [Array.from(value), Array.from(text(characters))];
  const first = all.findIndex((character) => !unwanted.includes(character));
  return first < 0 ? '' : all.slice(first).join('');
}

function strippedAtEnd(value: string, characters: PythonValue): string {
  if (characters === null) return value.trimEnd();
  const [all, unwanted] = [Array.from(value), Array.from(text(characters))];
  return all.slice(0, all.findLastIndex((character) => !unwanted.includes(character)) + 1).join('');
}

function split(value: string, separator: PythonValue, most: PythonValue): PythonList {
  const limit = most === null || integer(most) < 0n ? Number.POSITIVE_INFINITY : Number(integer(most));
  if (separator === '') throw pythonError('ValueError', 'empty separator');
  const parts: string[] = [];
  let rest = separator === null ? value.trimStart() : value;
  while (parts.length < limit && !(separator === null && rest === '')) {
    const at = separator === null ? rest.search(/\s/u) : rest.indexOf(text(separator));
    if (at < 0) break;
    parts.push(rest.slice(0, at));
    rest = separator === null ? rest.slice(at).trimStart() : rest.slice(at + text(separator).length);
  }
  if (separator !== null || rest !== '') parts.push(rest);
  return new PythonList(parts);
}

/** Whether text begins or ends so; of a tuple any will do. */
const isOneOf = (value: PythonValue | undefined, holds: (part: string) => boolean): boolean =>
  value instanceof PythonTuple ? value.items.some((part) => holds(text(part))) : holds(text(value));

/** By code points. */
function place(value: string, part: string): bigint {
  const at = value.indexOf(part);
  return at < 0 ? -1n : BigInt(Array.from(value.slice(0, at)).length);
}

const occurrences = (value: string, part: string): bigint =>
  part === '' ? BigInt(Array.from(value).length + 1) : BigInt(value.split(part).length - 1);

const TEXT: Methods<string> = {
  count: method(1, 1, (value, [part]) => occurrences(value, text(part))),
  endswith: method(1, 1, (value, [part]) => isOneOf(part, (one) => value.endsWith(one))),
  find: method(1, 1, (value, [part]) => place(value, text(part))),
  join: method(1, 1, (value, [items], caller) => {
    const joined = collected(given(items), caller).map(text).join(value);
    checkLength(joined.length);
    return joined;
  }),
  lower: method(0, 0, (value) => value.toLowerCase()),
  lstrip: method(0, 1, (value, [characters]) => strippedAtStart(value, given(characters))),
  replace: method(2, 2, (value, [old, wanted]) => {
    const replacement = text(wanted);
    const added = Number(occurrences(value, text(old))) * replacement.length;
    checkLength(value.length + added);
    return value.split(text(old)).join(replacement);
  }),
  rstrip: method(0, 1, (value, [characters]) => strippedAtEnd(value, given(characters))),
  split: method(0, 2, (value, [separator, most]) => split(value, given(separator), given(most))),
  startswith: method(1, 1, (value, [part]) => isOneOf(part, (one) => value.startsWith(one))),
  strip: method(0, 1, (value, [characters]) =>
    strippedAtEnd(strippedAtStart(value, given(characters)), given(characters)),
  ),
  upper: method(0, 0, (value) => value.toUpperCase()),
};

function indexIn(items: readonly PythonValue[], item: PythonValue, kind: string): number {
  const index = items.findIndex((other) => areEqual(other, item));
  if (index < 0) throw pythonError('ValueError', `${representation(item)} is not in ${kind}`);
  return index;
}

const countIn = (items: readonly PythonValue[], item: PythonValue): bigint =>
  BigInt(items.filter((other) => areEqual(other, item)).length);

const LIST: Methods<PythonList> = {
  append: method(1, 1, (list, [item]) => {
    checkLength(list.items.push(given(item)));
    return null;
  }),
  count: method(1, 1, (list, [item]) => countIn(list.items, given(item))),
  extend: method(1, 1, (list, [items], caller) => {
    list.items = list.items.concat(collected(given(items), caller));
    checkLength(list.items.length);
    return null;
  }),
  index: method(1, 1, (list, [item]) => BigInt(indexIn(list.items, given(item), 'list'))),
  insert: method(2, 2, (list, [at, item]) => {
    list.items.splice(Number(integer(given(at))), 0, given(item));
    checkLength(list.items.length);
    return null;
  }),
  pop: method(0, 1, (list, [at]) => {
    if (list.items.length === 0) throw pythonError('IndexError', 'pop from empty list');
    const item = itemOf(list, at ?? -1n);
    list.items.splice(Number(integer(at ?? -1n)), 1);
    return item;
  }),
  remove: method(1, 1, (list, [item]) => {
    list.items.splice(indexIn(list.items, given(item), 'list'), 1);
    return null;
  }),
  reverse: method(0, 0, (list) => {
    list.items.reverse();
    return null;
  }),
  sort: method(
    0,
    0,
    (list, _positional, caller, keywords) => {
      list.items = sortedItems(list.items, keywords, caller);
      return null;
    },
    SORTING_NAMES,
  ),
};

const TUPLE: Methods<PythonTuple> = {
  count: method(1, 1, (tuple, [item]) => countIn(tuple.items, given(item))),
  index: method(1, 1, (tuple, [item]) => BigInt(indexIn(tuple.items, given(item), 'tuple'))),
};

const DICT: Methods<PythonDict> = {
  get: method(1, 2, (dict, [key, otherwise]) => {
    const found = dict.get(given(key));
    return found === undefined ? given(otherwise) : found;
  }),
  items: method(0, 0, (dict) => new PythonList(dict.pairs().map((pair) => new PythonTuple(pair)))),
  keys: method(0, 0, (dict) => new PythonList(dict.keys())),
  pop: method(1, 2, (dict, [key, otherwise]) => {
    if (otherwise !== undefined && dict.get(given(key)) === undefined) return otherwise;
    const found = itemOf(dict, given(key));
    dict.delete(given(key));
    return found;
  }),
  update: method(1, 1, (dict, [other]) => {
    if (!(other instanceof PythonDict)) throw new Unsupported("Python's dict.update() with anything but a dict");
    for (const [key, value] of other.pairs()) dict.set(key, value);
    return null;
  }),
  values: method(0, 0, (dict) => new PythonList(dict.pairs().map(([, value]) => value))),
};

function bound<Value extends PythonValue>(
  methods: Methods<Value>,
  value: Value,
  name: string,
): PythonFunction | undefined {
  const found = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (found === undefined) return undefined;
  const { least, most, names, body } = found;
  return builtIn(name, least, most, (positional, keywords, caller) => body(value, positional, caller, keywords), names);
}

function methodOf(value: PythonValue, name: string): PythonFunction | undefined {
  if (typeof value === 'string') {
    if (name !== 'format') return bound(TEXT, value, name);
    return new PythonFunction(name, 'builtin', (positional, keywords) => formatMethod(value, positional, keywords));
  }
  if (value instanceof PythonList) return bound(LIST, value, name);
  if (value instanceof PythonTuple) return bound(TUPLE, value, name);
  return value instanceof PythonDict ? bound(DICT, value, name) : undefined;
}

/** `value.name`. @throws {Unsupported} if there is nothing of that name here */
export function attributeOf(value: PythonValue, name: string): PythonValue {
  const isModule = value instanceof PythonModule;
  const found = isModule ? value.members.get(name) : methodOf(value, name);
  if (found !== undefined) return found;
  throw new Unsupported(`Python's ${isModule ? value.name : typeName(value)}.${name}`);
}
