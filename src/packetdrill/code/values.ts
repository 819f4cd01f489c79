/**
 * Python's values. An int is a bigint: exact at any size, and its operators on bits are Python's, who gives negative
 * numbers as many leading ones as need be. A float is a number, None is null; a str, which Python counts by code points, is
 * a string.
 *
 * Left out on purpose: bytes, complex numbers, sets, classes and what they make.
 */
import { Unsupported } from '../unsupported.ts';
import { pythonError } from './python-error.ts';

export type PythonValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | PythonList
  | PythonTuple
  | PythonDict
  | PythonRange
  | PythonFunction
  | PythonModule
  | PythonException;

export class PythonList {
  items: PythonValue[];

  constructor(items: PythonValue[]) {
    this.items = items;
  }
}

export class PythonTuple {
  readonly items: readonly PythonValue[];

  constructor(items: readonly PythonValue[]) {
    this.items = items;
  }
}

/** A dict, in the order in which its keys came. */
export class PythonDict {
  private readonly entries: Map<string, readonly [key: PythonValue, value: PythonValue]>;

  constructor() {
    this.entries = new Map();
  }

  get size(): number {
    return this.entries.size;
  }
  keys(): PythonValue[] {
    return [...this.entries.values()].map(([key]) => key);
  }
  pairs(): (readonly [key: PythonValue, value: PythonValue])[] {
    return [...this.entries.values()];
  }
  get(key: PythonValue): PythonValue | undefined {
    return this.entries.get(hash(key))?.[1];
  }
  /** A key that is there already stays as it was first written. */
  set(key: PythonValue, value: PythonValue): void {
    const place = hash(key);
    this.entries.set(place, [this.entries.get(place)?.[0] ?? key, value]);
  }
  delete(key: PythonValue): void {
    this.entries.delete(hash(key));
  }
}

/** What is equal is one key: 1, 1.0 and True are. */
function hash(key: PythonValue): string {
  const number = numeric(key);
  if (number !== undefined) return Number.isInteger(Number(number)) ? `number ${BigInt(number)}` : `number ${number}`;
  if (typeof key === 'string') return `str ${key}`;
  if (key === null) return 'None';
  if (key instanceof PythonTuple) return JSON.stringify(key.items.map(hash));
  if (key instanceof PythonList || key instanceof PythonDict) {
    throw pythonError('TypeError', `unhashable type: '${typeName(key)}'`);
  }
  throw new Unsupported(`Python's ${typeName(key)} as a key`);
}

/** Counts without having the numbers. */
export class PythonRange {
  readonly start: bigint;
  readonly stop: bigint;
  readonly step: bigint;

  constructor(start: bigint, stop: bigint, step: bigint) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }

  get length(): bigint {
    const { start, stop, step } = this;
    if (step > 0n) return stop > start ? (stop - start + step - 1n) / step : 0n;
    return start > stop ? (start - stop - step - 1n) / -step : 0n;
  }
}

/** What a call needs of the program around it. */
export interface Caller {
  /** Counts what was done. @throws {PythonError} when it is too much */
  spend(steps: number): void;
  /** Prints text as it is, its ends of lines included. */
  write(text: string): void;
}

export type CallBody = (
  positional: readonly PythonValue[],
  keywords: ReadonlyMap<string, PythonValue>,
  caller: Caller,
) => PythonValue;

/** What can be called: a function of the code or a built-in one, a method of some value, or a type. */
export class PythonFunction {
  readonly name: string;
  readonly kind: 'function' | 'builtin' | 'type' | 'exception';
  readonly call: CallBody;

  constructor(name: string, kind: PythonFunction['kind'], call: CallBody) {
    this.name = name;
    this.kind = kind;
    this.call = call;
  }
}

/** A module, or an object of one: something with a name that has members. */
export class PythonModule {
  readonly name: string;
  readonly members: ReadonlyMap<string, PythonValue>;

  constructor(name: string, members: ReadonlyMap<string, PythonValue> = new Map()) {
    this.name = name;
    this.members = members;
  }
}

export class PythonException {
  readonly kind: string;
  readonly items: readonly PythonValue[];

  constructor(kind: string, items: readonly PythonValue[]) {
    this.kind = kind;
    this.items = items;
  }
}

/** The type's name, as `type(value).__name__` has it. */
export function typeName(value: PythonValue): string {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'float';
    case 'string':
      return 'str';
    default:
      break;
  }
  if (value === null) return 'NoneType';
  if (value instanceof PythonList) return 'list';
  if (value instanceof PythonTuple) return 'tuple';
  if (value instanceof PythonDict) return 'dict';
  if (value instanceof PythonRange) return 'range';
  if (value instanceof PythonModule) return 'module';
  if (value instanceof PythonException) return value.kind;
  return value.kind === 'type' || value.kind === 'exception' ? 'type' : 'function';
}

/** A number as it counts in arithmetic, where True is 1; `undefined` for what is none. */
export function numeric(value: PythonValue): bigint | number | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return typeof value === 'bigint' || typeof value === 'number' ? value : undefined;
}

/** An int or a bool, where nothing else will do. @throws {PythonError} */
export function integer(value: PythonValue): bigint {
  const number = numeric(value);
  if (typeof number === 'bigint') return number;
  throw pythonError('TypeError', `'${typeName(value)}' object cannot be interpreted as an integer`);
}

/** `float(value)` of a number. @throws {PythonError} */
export function toFloat(value: bigint | number): number {
  const float = Number(value);
  if (typeof value === 'bigint' && !Number.isFinite(float)) {
    throw pythonError('OverflowError', 'int too large to convert to float');
  }
  return float;
}

/** Python's `bool(value)`. */
export function isTrue(value: PythonValue): boolean {
  const number = numeric(value);
  if (number !== undefined) return Number.isNaN(number) || Number(number) !== 0;
  if (value instanceof PythonList || value instanceof PythonTuple) return value.items.length > 0;
  if (value instanceof PythonDict) return value.size > 0;
  if (value instanceof PythonRange) return value.length > 0n;
  return value !== null && value !== '';
}
