/**
 * The functions and types that Python code has without importing anything, as far as scripts use them. Those that are not
 * here have a name all the same: that Python knows them, and that this does not, is no NameError.
 */
import { Unsupported } from '../unsupported.ts';
import { OPERATORS } from './arithmetic.ts';
import { builtIn, collected, given } from './calls.ts';
import { isGreater, isLess } from './comparison.ts';
import { rounded, toFloatValue, toInteger } from './conversions.ts';
import { exit } from './exit.ts';
import { formatted } from './format-spec.ts';
import { INTEGER_TYPES, integerDigits } from './number-format.ts';
import { pythonError } from './python-error.ts';
import { lengthOf } from './sequences.ts';
import { keyOf, SORTING_NAMES, sortedItems } from './sorting.ts';
import { representation, textOf } from './text.ts';
import {
  type CallBody,
  integer,
  isTrue,
  numeric,
  PythonDict,
  PythonException,
  PythonFunction,
  PythonList,
  PythonModule,
  PythonRange,
  PythonTuple,
  type PythonValue,
  typeName,
} from './values.ts';

const ANY: number = Number.POSITIVE_INFINITY;

const type = (name: string, least: number, most: number, body: CallBody): PythonFunction =>
  builtIn(name, least, most, body, [], 'type');

const exception = (name: string): PythonFunction =>
  builtIn(name, 0, ANY, (items) => new PythonException(name, items), [], 'exception');

/** `hex`, `oct` and `bin`. */
const inBase = (name: string, style: string): PythonFunction =>
  builtIn(name, 1, 1, ([value]) => {
    const number = integer(given(value));
    return `${number < 0n ? '-' : ''}${INTEGER_TYPES[style]!.prefix}${integerDigits(number, style)}`;
  });

/** `min` and `max`: of what is given, or of the elements of the only one. */
const extreme = (name: string, isBetter: (one: PythonValue, other: PythonValue) => boolean): PythonFunction =>
  builtIn(
    name,
    1,
    ANY,
    (positional, keywords, caller) => {
      const items = positional.length === 1 ? collected(positional[0]!, caller) : positional;
      if (items.length === 0) {
        const otherwise = keywords.get('default');
        if (otherwise !== undefined) return otherwise;
        throw pythonError('ValueError', `${name}() arg is an empty sequence`);
      }
      let best: PythonValue = items[0]!;
      let bestKey = keyOf(best, keywords, caller);
      for (const item of items.slice(1)) {
        const key = keyOf(item, keywords, caller);
        if (isBetter(key, bestKey)) [best, bestKey] = [item, key];
      }
      return best;
    },
    ['key', 'default'],
  );

const print: CallBody = (positional, keywords, caller) => {
  const file = keywords.get('file') ?? null;
  const isStream = file === null || (file instanceof PythonModule && /^sys\.std(?:out|err)$/.test(file.name));
  if (!isStream) throw new Unsupported("Python's print() to a file");
  const between = keywords.get('sep') ?? null;
  const end = keywords.get('end') ?? null;
  caller.write(
    positional.map(textOf).join(between === null ? ' ' : textOf(between)) + (end === null ? '\n' : textOf(end)),
  );
  return null;
};

function range(positional: readonly PythonValue[]): PythonRange {
  const [first = 0n, stop, step = 1n] = positional.map(integer);
  if (step === 0n) throw pythonError('ValueError', 'range() arg 3 must not be zero');
  return stop === undefined ? new PythonRange(0n, first, 1n) : new PythonRange(first, stop, step);
}

const dict: CallBody = ([pairs], _keywords, caller) => {
  const made = new PythonDict();
  if (pairs instanceof PythonDict) {
    for (const [key, value] of pairs.pairs()) made.set(key, value);
    return made;
  }
  for (const pair of pairs === undefined ? [] : collected(pairs, caller)) {
    const [key, value, ...others] = collected(pair, caller);
    if (key === undefined || value === undefined || others.length > 0) {
      throw pythonError('ValueError', 'each element of what a dict is made of has a key and a value');
    }
    made.set(key, value);
  }
  return made;
};

/** Whether a value is of a type, or of one of several; a bool is an int too. */
function isInstance(value: PythonValue, of: PythonValue): boolean {
  if (of instanceof PythonTuple) return of.items.some((one) => isInstance(value, one));
  if (!(of instanceof PythonFunction) || (of.kind !== 'type' && of.kind !== 'exception')) {
    throw pythonError('TypeError', 'isinstance() arg 2 must be a type or a tuple of types');
  }
  return typeName(value) === of.name || (of.name === 'int' && typeof value === 'boolean');
}

function absolute(value: PythonValue): PythonValue {
  const number = numeric(value);
  if (number === undefined) throw pythonError('TypeError', `bad operand type for abs(): '${typeName(value)}'`);
  return typeof number === 'bigint' ? (number < 0n ? -number : number) : Math.abs(number);
}

const FUNCTIONS: readonly PythonFunction[] = [
  builtIn('abs', 1, 1, ([value]) => absolute(given(value))),
  builtIn('all', 1, 1, ([items], _keywords, caller) => collected(given(items), caller).every(isTrue)),
  builtIn('any', 1, 1, ([items], _keywords, caller) => collected(given(items), caller).some(isTrue)),
  inBase('bin', 'b'),
  type('bool', 0, 1, ([value]) => isTrue(given(value))),
  type('dict', 0, 1, dict),
  builtIn(
    'divmod',
    2,
    2,
    ([left, right]) =>
      new PythonTuple([OPERATORS['//']!(given(left), given(right)), OPERATORS['%']!(given(left), given(right))]),
  ),
  builtIn('exit', 0, 1, ([status]) => exit(given(status))),
  type('float', 0, 1, ([value]) => (value === undefined ? 0 : toFloatValue(value))),
  builtIn('format', 1, 2, ([value, specification]) => formatted(given(value), textOf(specification ?? ''))),
  inBase('hex', 'x'),
  type('int', 0, 2, ([value, base]) => (value === undefined ? 0n : toInteger(value, given(base)))),
  builtIn('isinstance', 2, 2, ([value, of]) => isInstance(given(value), given(of))),
  builtIn('len', 1, 1, ([value]) => lengthOf(given(value))),
  type(
    'list',
    0,
    1,
    ([items], _keywords, caller) => new PythonList(items === undefined ? [] : collected(items, caller)),
  ),
  extreme('max', isGreater),
  extreme('min', isLess),
  inBase('oct', 'o'),
  builtIn('pow', 2, 2, ([base, exponent]) => OPERATORS['**']!(given(base), given(exponent))),
  builtIn('print', 0, ANY, print, ['sep', 'end', 'file', 'flush']),
  builtIn('quit', 0, 1, ([status]) => exit(given(status))),
  type('range', 1, 3, range),
  builtIn('repr', 1, 1, ([value]) => representation(given(value))),
  builtIn(
    'round',
    1,
    2,
    ([value, places], keywords) => rounded(given(value), places ?? given(keywords.get('ndigits'))),
    ['ndigits'],
  ),
  builtIn(
    'sorted',
    1,
    1,
    ([items], keywords, caller) => new PythonList(sortedItems(collected(given(items), caller), keywords, caller)),
    SORTING_NAMES,
  ),
  type('str', 0, 1, ([value]) => (value === undefined ? '' : textOf(value))),
  builtIn('sum', 1, 2, ([items, start], _keywords, caller) =>
    collected(given(items), caller).reduce((sum, item) => OPERATORS['+']!(sum, item), start ?? 0n),
  ),
  type(
    'tuple',
    0,
    1,
    ([items], _keywords, caller) => new PythonTuple(items === undefined ? [] : collected(items, caller)),
  ),
  // Python 2's name of `range`.
  type('xrange', 1, 3, range),
];

const EXCEPTIONS: readonly string[] = [
  'ArithmeticError',
  'AssertionError',
  'AttributeError',
  'Exception',
  'IndexError',
  'KeyError',
  'LookupError',
  'NameError',
  'NotImplementedError',
  'OSError',
  'OverflowError',
  'RuntimeError',
  'SystemExit',
  'TypeError',
  'ValueError',
  'ZeroDivisionError',
];

const BUILT_INS: ReadonlyMap<string, PythonValue> = new Map(
  [...FUNCTIONS, ...EXCEPTIONS.map(exception)].map((one) => [one.name, one]),
);

/** What else Python has built in, and code may mean by these names. */
const UNKNOWN: ReadonlySet<string> = new Set(
  (
    'aiter anext ascii breakpoint bytearray bytes callable chr classmethod compile complex delattr dir enumerate eval exec ' +
    'filter frozenset getattr globals hasattr hash help id input issubclass iter locals long map memoryview next object ' +
    'open ord property raw_input reduce reversed set setattr slice staticmethod super type unichr unicode vars zip ' +
    '__builtins__ __debug__ __doc__ __file__ __import__ __name__ Ellipsis NotImplemented BaseException'
  ).split(' '),
);

/** What is built in by a name; `undefined` if Python has nothing of it. @throws {Unsupported} if only Python has */
export function builtInNamed(name: string): PythonValue | undefined {
  if (UNKNOWN.has(name)) throw new Unsupported(`Python's ${name}`);
  return BUILT_INS.get(name);
}
