/**
 * Modules that code may import. Most have nothing in them: what they do beyond being imported is about a machine that is
 * not there, and using it makes the script unsupported.
 */
import { Unsupported } from '../unsupported.ts';
import { builtIn, given, text } from './calls.ts';
import { nearestInteger } from './decimal.ts';
import { exit } from './exit.ts';
import { pythonError } from './python-error.ts';
import { numeric, type PythonFunction, PythonModule, type PythonValue, toFloat, typeName } from './values.ts';

/** Of the standard library, and harmless as long as nobody uses them. */
const EMPTY: readonly string[] = [
  'collections',
  'copy',
  'datetime',
  'errno',
  'fcntl',
  'functools',
  'itertools',
  'json',
  'operator',
  'os',
  'platform',
  'pprint',
  'random',
  're',
  'select',
  'signal',
  'socket',
  'string',
  'struct',
  'subprocess',
  'threading',
  'time',
  'traceback',
  'typing',
];

/** What `from __future__ import` asks for is so already. */
const FUTURE: readonly string[] = ['absolute_import', 'annotations', 'division', 'print_function', 'unicode_literals'];

const stream = (name: string): PythonModule =>
  new PythonModule(
    name,
    members([
      builtIn('write', 1, 1, ([value], _keywords, caller) => {
        caller.write(text(value));
        return BigInt(Array.from(text(value)).length);
      }),
      builtIn('flush', 0, 0, () => null),
    ]),
  );

const members = (functions: readonly PythonFunction[]): ReadonlyMap<string, PythonValue> =>
  new Map(functions.map((one) => [one.name, one]));

function float(value: PythonValue | undefined): number {
  const number = numeric(given(value));
  if (number !== undefined) return toFloat(number);
  throw pythonError('TypeError', `must be real number, not ${typeName(given(value))}`);
}

/** To a whole number, which an int is already. */
const rounding = (name: string, round: (value: number) => number): PythonFunction =>
  builtIn(name, 1, 1, ([value]) => {
    const number = numeric(given(value));
    if (typeof number === 'bigint') return number;
    const rounded = round(float(value));
    if (Number.isFinite(rounded)) return nearestInteger(rounded);
    throw pythonError('OverflowError', 'cannot convert float infinity or NaN to integer');
  });

const MATH: ReadonlyMap<string, PythonValue> = new Map<string, PythonValue>([
  ['inf', Number.POSITIVE_INFINITY],
  ['nan', Number.NaN],
  ...members([
    rounding('ceil', Math.ceil),
    rounding('floor', Math.floor),
    builtIn('sqrt', 1, 1, ([value]) => {
      if (float(value) < 0) throw pythonError('ValueError', 'math domain error');
      return Math.sqrt(float(value));
    }),
  ]),
]);

const SYS: ReadonlyMap<string, PythonValue> = new Map<string, PythonValue>([
  ['maxsize', 2n ** 63n - 1n],
  ['stderr', stream('sys.stderr')],
  ['stdout', stream('sys.stdout')],
  ...members([builtIn('exit', 0, 1, ([status]) => exit(given(status)))]),
]);

const MODULES: ReadonlyMap<string, PythonModule> = new Map(
  [
    ...EMPTY.map((name) => new PythonModule(name)),
    new PythonModule('__future__', new Map(FUTURE.map((name) => [name, null]))),
    new PythonModule('math', MATH),
    new PythonModule('os.path'),
    new PythonModule('sys', SYS),
  ].map((module) => [module.name, module]),
);

/** @throws {Unsupported} if there is no such module here */
export function moduleNamed(name: string): PythonModule {
  const found = MODULES.get(name);
  if (found === undefined) throw new Unsupported(`Python's module ${name}`);
  return found;
}
