/**
 * Python's format specifications, `[[fill]align][sign][#][0][width][,][.precision][type]`: those of `format()`, of
 * `str.format` and of f-strings. Left out: `n` and `z`.
 */
import { Unsupported } from '../unsupported.ts';
import { shortestText } from './decimal.ts';
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
import { representation, textOf } from './text.ts';
import { integer, numeric, type PythonValue, toFloat, typeName } from './values.ts';

interface Specification {
  readonly fill: string | undefined;
  readonly align: string | undefined;
  readonly sign: string;
  readonly alternate: boolean;
  readonly zero: boolean;
  readonly width: number;
  /** `,` or `_` between groups of digits, or ''. */
  readonly separator: string;
  readonly precision: number | undefined;
  readonly type: string;
}

const SPECIFICATION =
  /^(?:(?<fill>.)?(?<align>[<>=^]))?(?<sign>[-+ ])?(?<coerce>z)?(?<alternate>#)?(?<zero>0)?(?<width>\d+)?(?<separator>[,_])?(?:\.(?<precision>\d+))?(?<type>[a-zA-Z%])?$/su;

function read(text: string, value: PythonValue): Specification {
  const groups = SPECIFICATION.exec(text)?.groups;
  if (groups === undefined) throw pythonError('ValueError', `invalid format specifier '${text}'`);
  const { fill, align, sign, coerce, alternate, zero, width, separator, precision, type } = groups;
  if (coerce !== undefined || type === 'n') throw new Unsupported(`Python's format specifier '${text}'`);
  if (type !== undefined && !'bcdeEfFgGosxX%'.includes(type)) throw unknownType(type, value);
  return {
    fill,
    align,
    sign: sign ?? '',
    alternate: alternate !== undefined,
    zero: zero !== undefined,
    width: Number(width ?? 0),
    separator: separator ?? '',
    precision: precision === undefined ? undefined : Number(precision),
    type: type ?? '',
  };
}

const unknownType = (type: string, value: PythonValue): Error =>
  pythonError('ValueError', `unknown format code '${type}' for object of type '${typeName(value)}'`);

/** `format(value, specification)`. @throws {PythonError} */
export function formatted(value: PythonValue, text: string): string {
  if (text === '') return textOf(value);
  const specification = read(text, value);
  if (typeof value === 'string') return formattedText(value, specification);
  const number = numeric(value);
  if (number === undefined) {
    throw pythonError('TypeError', `unsupported format string passed to ${typeName(value)}.__format__`);
  }
  const { type } = specification;
  if (typeof number === 'bigint' && (type === '' || type === 'c' || INTEGER_TYPES[type] !== undefined)) {
    return formattedInteger(number, specification);
  }
  if (type !== '' && !'eEfFgG%'.includes(type)) throw unknownType(type, value);
  return formattedFloat(toFloat(number), specification);
}

function formattedText(value: string, specification: Specification): string {
  const { fill, align, sign, alternate, zero, width, separator, precision, type } = specification;
  if (type !== '' && type !== 's') throw unknownType(type, value);
  if (sign !== '') throw pythonError('ValueError', 'Sign not allowed in string format specifier');
  if (alternate) throw pythonError('ValueError', 'Alternate form (#) not allowed in string format specifier');
  if (separator !== '') throw pythonError('ValueError', `Cannot specify '${separator}' with 's'.`);
  if (align === '=') throw pythonError('ValueError', "'=' alignment not allowed in string format specifier");
  const body = precision === undefined ? value : Array.from(value).slice(0, precision).join('');
  return aligned('', body, width, align ?? '<', fill ?? (zero ? '0' : ' '));
}

function formattedInteger(value: bigint, specification: Specification): string {
  const { sign, alternate, separator, precision, type } = specification;
  if (precision !== undefined) throw pythonError('ValueError', 'Precision not allowed in integer format specifier');
  if (type === 'c' && sign !== '')
    throw pythonError('ValueError', "Sign not allowed with integer format specifier 'c'");
  if (type === 'c') return formattedText(characterOf(value), { ...specification, type: 's' });
  const style = type === '' ? 'd' : type;
  if (separator === ',' && style !== 'd') throw pythonError('ValueError', `Cannot specify ',' with '${style}'.`);
  const front = signText(value < 0n, sign) + (alternate ? INTEGER_TYPES[style]!.prefix : '');
  return padded(front, integerDigits(value, style), '', specification, INTEGER_TYPES[style]!.base === 10 ? 3 : 4);
}

/** The character of a code point. @throws {PythonError} */
export function characterOf(value: PythonValue): string {
  const code = integer(value);
  if (code >= 0n && code < 0x11_0000n) return String.fromCodePoint(Number(code));
  throw pythonError('OverflowError', `${representation(value)} is no character: the last is 0x10ffff`);
}

function formattedFloat(value: number, specification: Specification): string {
  const { sign, alternate, precision, type } = specification;
  const front = signText(isNegative(value), sign);
  const [, whole = '', rest = ''] = /^(\d*)(.*)$/s.exec(floatBody(value, type, precision, alternate)) ?? [];
  return padded(front, whole, rest, specification, 3);
}

function floatBody(value: number, type: string, precision: number | undefined, alternate: boolean): string {
  if (type !== '') return floatDigits(value, type, precision ?? DEFAULT_PRECISION, alternate);
  if (precision === undefined) return shortestText(Math.abs(value));
  // As `g`, but it is seen to be a float.
  const digits = floatDigits(value, 'g', precision, alternate, 1);
  return /^\d+$/.test(digits) ? `${digits}.0` : digits;
}

/** A number in its field; its digits before the point in groups. */
function padded(front: string, whole: string, rest: string, specification: Specification, group: number): string {
  const { fill, align, zero, width, separator } = specification;
  const isZeroPadded = zero && align === undefined;
  let digits = whole;
  if (separator !== '' && digits !== '') {
    const room = isZeroPadded ? width - front.length - rest.length : 0;
    // Zeros in front are grouped as well, and a group does not begin with its separator.
    while (grouped(digits, separator, group).length < room) digits = `0${digits}`;
    digits = grouped(digits, separator, group);
  }
  return aligned(front, digits + rest, width, align ?? (zero ? '=' : '>'), fill ?? (zero ? '0' : ' '));
}

const grouped = (digits: string, separator: string, size: number): string =>
  digits.replace(new RegExp(`\\B(?=(?:[0-9a-fA-F]{${size}})+$)`, 'g'), separator);
