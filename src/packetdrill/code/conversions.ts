/** Python's `int`, `float` and `round`: from text and between numbers. */
import { fixedDigits, nearestInteger, nearestMultiple } from './decimal.ts';
import { pythonError } from './python-error.ts';
import { representation } from './text.ts';
import { integer, numeric, type PythonValue, toFloat, typeName } from './values.ts';

/** `int(value)`, `int(text, base)`. */
export function toInteger(value: PythonValue, base: PythonValue): bigint {
  if (typeof value === 'string') return integerOfText(value, base === null ? 10 : Number(integer(base)));
  if (base !== null) throw pythonError('TypeError', "int() can't convert non-string with explicit base");
  const number = numeric(value);
  if (typeof number === 'bigint') return number;
  if (number === undefined) {
    throw pythonError('TypeError', `int() argument must be a string or a number, not '${typeName(value)}'`);
  }
  if (!Number.isFinite(number)) {
    const what = Number.isNaN(number) ? 'NaN' : 'infinity';
    throw pythonError(Number.isNaN(number) ? 'ValueError' : 'OverflowError', `cannot convert float ${what} to integer`);
  }
  return BigInt(Math.trunc(number));
}

const BASE_OF_PREFIX: Readonly<Record<string, number>> = { '0b': 2, '0o': 8, '0x': 16 };

function integerOfText(text: string, base: number): bigint {
  const wrong = (): Error =>
    pythonError('ValueError', `invalid literal for int() with base ${base}: ${representation(text)}`);
  if (base !== 0 && !(base >= 2 && base <= 36))
    throw pythonError('ValueError', 'int() base must be >= 2 and <= 36, or 0');
  const trimmed = text.trim().toLowerCase();
  const unsigned = trimmed.replace(/^[-+]/, '');
  const prefixed = BASE_OF_PREFIX[unsigned.slice(0, 2)];
  const hasPrefix = prefixed !== undefined && (base === 0 || base === prefixed);
  const actual = base === 0 ? (prefixed ?? 10) : base;
  const digits = hasPrefix ? unsigned.slice(2).replace(/^_/, '') : unsigned;
  if (!/^[0-9a-z]+(?:_[0-9a-z]+)*$/.test(digits)) throw wrong();
  if (base === 0 && !hasPrefix && /^0[0_]*[1-9]/.test(digits)) throw wrong();
  let value = 0n;
  for (const digit of digits.replaceAll('_', '')) {
    const worth = Number.parseInt(digit, 36);
    if (worth >= actual) throw wrong();
    value = value * BigInt(actual) + BigInt(worth);
  }
  return trimmed.startsWith('-') ? -value : value;
}

const NAMED_FLOAT = /^[-+]?(?:inf|infinity|nan)$/i;
const FLOAT = /^[-+]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[-+]?\d+(?:_\d+)*)?$/i;

/** `float(value)`, `float(text)`. */
export function toFloatValue(value: PythonValue): number {
  const number = numeric(value);
  if (number !== undefined) return toFloat(number);
  if (typeof value !== 'string') {
    throw pythonError('TypeError', `float() argument must be a string or a number, not '${typeName(value)}'`);
  }
  const trimmed = value.trim();
  if (NAMED_FLOAT.test(trimmed)) {
    if (/nan/i.test(trimmed)) return Number.NaN;
    return trimmed.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  if (FLOAT.test(trimmed)) return Number(trimmed.replaceAll('_', ''));
  throw pythonError('ValueError', `could not convert string to float: ${representation(value)}`);
}

/** Beyond so many digits behind the point a float is itself, or nothing is left of it before the point. */
const MOST_PLACES = 350;

/** `round(value)`, which is an int, and `round(value, places)`, which is what it was: a tie goes to the even one. */
export function rounded(value: PythonValue, places: PythonValue): bigint | number {
  const number = numeric(value);
  if (number === undefined) {
    throw pythonError('TypeError', `type ${typeName(value)} doesn't define __round__ method`);
  }
  const count = places === null ? 0 : Math.max(-MOST_PLACES, Math.min(Number(integer(places)), MOST_PLACES));
  if (typeof number === 'bigint') return count >= 0 ? number : nearestMultiple(number, 10n ** BigInt(-count));
  if (!Number.isFinite(number)) return places === null ? toInteger(number, null) : number;
  if (places === null) return nearestInteger(number);
  const digits = Number(fixedDigits(number, count));
  return number < 0 || Object.is(number, -0) ? -digits : digits;
}
