/** Python's `%` on text, as in C's printf: flags, width, precision, and names in brackets. Left out: `%a`. */
import { Unsupported } from '../unsupported.ts';
import { characterOf } from './format-spec.ts';
import {
  aligned,
  DEFAULT_PRECISION,
  floatDigits,
  INTEGER_TYPES,
  integerDigits,
  isNegative,
  signText,
} from './number-format.ts';
import { pythonError } from './python-error.ts';
import { itemOf } from './sequences.ts';
import { representation, textOf } from './text.ts';
import {
  integer,
  numeric,
  PythonDict,
  PythonList,
  PythonTuple,
  type PythonValue,
  toFloat,
  typeName,
} from './values.ts';

interface Field {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly type: string;
}

/** How a value of one type is written: what stands in front, and the rest. */
type Writer = (value: PythonValue, field: Field) => readonly [front: string, body: string];

const CONVERSION =
  /%(?:\((?<name>[^)]*)\))?(?<flags>[-+ #0]*)(?<width>\d+|\*)?(?<precision>\.(?:\d+|\*)?)?[hlL]?(?<type>.)?/gsu;

interface ConversionGroups {
  readonly name?: string;
  readonly flags?: string;
  readonly width?: string;
  /** With its point. */
  readonly precision?: string;
  readonly type?: string;
}

/** The values in turn, or by name. */
class Values {
  readonly named: PythonDict | undefined;
  private readonly isMapping: boolean;
  private readonly positional: readonly PythonValue[];
  private used: number;

  constructor(values: PythonValue) {
    this.named = values instanceof PythonDict ? values : undefined;
    this.isMapping = values instanceof PythonDict || values instanceof PythonList;
    this.positional = values instanceof PythonTuple ? values.items : [values];
    this.used = 0;
  }

  /** A dict, and as Python has it a list, need not be used up. */
  get areLeft(): boolean {
    return !this.isMapping && this.used < this.positional.length;
  }
  next(): PythonValue {
    const value = this.positional[this.used++];
    if (value === undefined) throw pythonError('TypeError', 'not enough arguments for format string');
    return value;
  }
  of(name: string): PythonValue {
    if (this.named === undefined) throw pythonError('TypeError', 'format requires a mapping');
    return itemOf(this.named, name);
  }
}

/** `text % values`. @throws {PythonError} */
export function percentFormat(text: string, values: PythonValue): string {
  const given = new Values(values);
  const result = text.replace(CONVERSION, (...found: unknown[]) => {
    const groups = found.at(-1) as ConversionGroups;
    const { name, type } = groups;
    if (type === undefined) throw pythonError('ValueError', 'incomplete format');
    const count = (written: string): number => Number(written === '*' ? integer(given.next()) : written);
    const width = count(groups.width ?? '');
    const precision = groups.precision === undefined ? undefined : Math.max(0, count(groups.precision.slice(1)));
    if (type === '%') return '%';
    // A negative width, which only a star can give, is the flag `-`.
    const flags = `${groups.flags ?? ''}${width < 0 ? '-' : ''}`;
    const value = name === undefined ? given.next() : given.of(name);
    return converted(value, { flags, width: Math.abs(width), precision, type });
  });
  if (given.areLeft) throw pythonError('TypeError', 'not all arguments converted during string formatting');
  return result;
}

function converted(value: PythonValue, field: Field): string {
  const { flags, width, type } = field;
  if (type === 'a') throw new Unsupported("Python's %a");
  const write = Object.hasOwn(WRITERS, type) ? WRITERS[type] : undefined;
  if (write === undefined) throw pythonError('ValueError', `unsupported format character '${type}'`);
  const [front, body] = write(value, field);
  if (flags.includes('-')) return aligned(front, body, width, '<', ' ');
  const isZeroPadded = flags.includes('0') && numeric(value) !== undefined && !'srca'.includes(type);
  return aligned(front, body, width, isZeroPadded ? '=' : '>', isZeroPadded ? '0' : ' ');
}

const signFlag = (flags: string): string => (flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '');

const onText =
  (text: (value: PythonValue) => string): Writer =>
  (value, { precision }) => ['', Array.from(text(value)).slice(0, precision).join('')];

const onInteger =
  (style: string): Writer =>
  (value, { flags, precision, type }) => {
    const number = wholeNumber(value, type);
    const prefix = flags.includes('#') ? INTEGER_TYPES[style]!.prefix : '';
    const digits = integerDigits(number, style).padStart(precision ?? 0, '0');
    return [signText(number < 0n, signFlag(flags)) + prefix, digits];
  };

/** `%d` drops what is behind the point of a float. @throws {PythonError} */
function wholeNumber(value: PythonValue, type: string): bigint {
  const number = numeric(value);
  if (typeof number === 'bigint') return number;
  const isDecimal = type === 'd' || type === 'i' || type === 'u';
  if (number === undefined || !isDecimal) {
    const wanted = isDecimal ? 'a real number' : 'an integer';
    throw pythonError('TypeError', `%${type} format: ${wanted} is required, not ${typeName(value)}`);
  }
  if (!Number.isFinite(number)) throw pythonError('OverflowError', 'cannot convert float infinity or NaN to integer');
  return BigInt(Math.trunc(number));
}

const onFloat: Writer = (value, { flags, precision, type }) => {
  const number = numeric(value);
  if (number === undefined) throw pythonError('TypeError', `must be real number, not ${typeName(value)}`);
  const digits = floatDigits(toFloat(number), type, precision ?? DEFAULT_PRECISION, flags.includes('#'));
  return [signText(isNegative(number), signFlag(flags)), digits];
};

const onCharacter: Writer = (value) => {
  if (typeof value === 'string' && Array.from(value).length === 1) return ['', value];
  if (typeof numeric(value) === 'bigint') return ['', characterOf(value)];
  throw pythonError('TypeError', `%c requires an int or a character, not ${typeName(value)}`);
};

const WRITERS: Readonly<Record<string, Writer>> = {
  d: onInteger('d'),
  i: onInteger('d'),
  u: onInteger('d'),
  x: onInteger('x'),
  X: onInteger('X'),
  o: onInteger('o'),
  e: onFloat,
  E: onFloat,
  f: onFloat,
  F: onFloat,
  g: onFloat,
  G: onFloat,
  c: onCharacter,
  s: onText(textOf),
  r: onText(representation),
};
