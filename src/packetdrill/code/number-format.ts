/** Numbers as Python's two ways of formatting write them: digits, sign and padding. */
import { exponentText, fixedDigits, scientificDigits } from './decimal.ts';
import { pythonError } from './python-error.ts';
import { checkLength } from './sequences.ts';

/** Digits behind the point if nothing else is asked for. */
export const DEFAULT_PRECISION = 6;
/** More of them than any float has; beyond the exact value they are zeros. */
const MOST_PRECISION = 1100;

const withoutTrailingZeros = (digits: string): string =>
  digits.includes('.') ? digits.replace(/0+$/, '').replace(/\.$/, '') : digits;

/** One digit, a point, and the others: `d.ddde+xx`. */
function scientific(digits: string, exponent: number, alternate: boolean): string {
  const rest = digits.slice(1);
  return `${digits[0]}${rest !== '' || alternate ? '.' : ''}${rest}e${exponentText(exponent)}`;
}

/**
 * A float, without its sign, by `e`, `f`, `g`, `%`, or their capitals.
 * @param precision as it was asked for
 * @param alternate `#`: a point always, and with `g` the zeros behind it
 * @param fewer by how much `g` turns to exponents earlier: 1 where no type was written
 */
export function floatDigits(value: number, type: string, precision: number, alternate: boolean, fewer = 0): string {
  if (precision > MOST_PRECISION) throw pythonError('ValueError', 'precision too big');
  const isCapital = type !== type.toLowerCase();
  const text = smallDigits(Math.abs(value), type.toLowerCase(), precision, alternate, fewer);
  return isCapital ? text.toUpperCase() : text;
}

function smallDigits(value: number, type: string, precision: number, alternate: boolean, fewer: number): string {
  const percent = type === '%' ? '%' : '';
  if (Number.isNaN(value)) return `nan${percent}`;
  if (!Number.isFinite(value)) return `inf${percent}`;
  switch (type) {
    case 'e': {
      const { digits, exponent } = scientificDigits(value, precision);
      return scientific(digits, exponent, alternate);
    }
    case 'g':
      return general(value, Math.max(precision, 1), alternate, fewer);
    default: {
      const digits = fixedDigits(percent === '' ? value : value * 100, precision);
      return `${digits}${alternate && precision === 0 ? '.' : ''}${percent}`;
    }
  }
}

function general(value: number, precision: number, alternate: boolean, fewer: number): string {
  const { digits, exponent } = scientificDigits(value, precision - 1);
  if (exponent >= -4 && exponent < precision - fewer) {
    const fixed = fixedDigits(value, Math.max(0, precision - 1 - exponent));
    if (alternate) return fixed.includes('.') ? fixed : `${fixed}.`;
    return withoutTrailingZeros(fixed);
  }
  if (alternate) return scientific(digits, exponent, true);
  return scientific(digits[0] + digits.slice(1).replace(/0+$/, ''), exponent, false);
}

/** How an int is written by a type: its base, and what `#` puts in front. */
export const INTEGER_TYPES: Readonly<Record<string, { readonly base: number; readonly prefix: string }>> = {
  b: { base: 2, prefix: '0b' },
  d: { base: 10, prefix: '' },
  o: { base: 8, prefix: '0o' },
  x: { base: 16, prefix: '0x' },
  X: { base: 16, prefix: '0X' },
};

/** The digits of an int without its sign. */
export function integerDigits(value: bigint, type: string): string {
  const digits = (value < 0n ? -value : value).toString(INTEGER_TYPES[type]!.base);
  return type === 'X' ? digits.toUpperCase() : digits;
}

/** What stands before the digits. @param flag `+`, a space, or nothing */
export const signText = (isNegative: boolean, flag: string): string => (isNegative ? '-' : flag === '-' ? '' : flag);

export const isNegative = (value: bigint | number): boolean => value < 0 || Object.is(value, -0);

/** Text in a field of a width. `=` pads between what stands in front of a number and its digits. */
export function aligned(front: string, body: string, width: number, alignment: string, fill: string): string {
  checkLength(width);
  const missing = Math.max(0, width - Array.from(front + body).length);
  switch (alignment) {
    case '<':
      return front + body + fill.repeat(missing);
    case '^':
      return fill.repeat(Math.floor(missing / 2)) + front + body + fill.repeat(Math.ceil(missing / 2));
    case '=':
      return front + fill.repeat(missing) + body;
    default:
      return fill.repeat(missing) + front + body;
  }
}
