/**
 * The decimal digits of a float, rounded half to even from its exact value: JavaScript's own `toFixed` rounds a tie up.
 */
const MANTISSA_BITS = 52;
const BIAS = 1075;

/** A fraction of two whole numbers. */
interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** What a finite float, without its sign, is exactly. */
function exactly(value: number): Fraction {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(value));
  const bits = view.getBigUint64(0);
  const stored = Number(bits >> BigInt(MANTISSA_BITS));
  const mantissa = bits & ((1n << BigInt(MANTISSA_BITS)) - 1n);
  // Below the smallest normal number the leading 1 is not implied.
  const significand = stored === 0 ? mantissa : mantissa | (1n << BigInt(MANTISSA_BITS));
  const exponent = Math.max(stored, 1) - BIAS;
  return exponent >= 0
    ? { numerator: significand << BigInt(exponent), denominator: 1n }
    : { numerator: significand, denominator: 1n << BigInt(-exponent) };
}

/** To the next whole number; a tie to the even one. Of a fraction that is not negative. */
function nearest({ numerator, denominator }: Fraction): bigint {
  const quotient = numerator / denominator;
  const twice = 2n * (numerator % denominator);
  const isUp = twice > denominator || (twice === denominator && quotient % 2n === 1n);
  return isUp ? quotient + 1n : quotient;
}

/** A fraction times ten to some power. */
const scaled = ({ numerator, denominator }: Fraction, power: number): Fraction =>
  power >= 0
    ? { numerator: numerator * 10n ** BigInt(power), denominator }
    : { numerator, denominator: denominator * 10n ** BigInt(-power) };

/** A whole number to the next multiple of a positive one; a tie to the even one. */
export function nearestMultiple(value: bigint, unit: bigint): bigint {
  const magnitude = value < 0n ? -value : value;
  const rounded = nearest({ numerator: magnitude, denominator: unit }) * unit;
  return value < 0n ? -rounded : rounded;
}

/** A finite float to the next whole number; a tie to the even one. */
export function nearestInteger(value: number): bigint {
  const rounded = nearest(exactly(value));
  return value < 0 ? -rounded : rounded;
}

/**
 * A finite float, without its sign, with so many digits behind the point; with a negative number of them as many before
 * it are zeros.
 */
export function fixedDigits(value: number, places: number): string {
  const digits = nearest(scaled(exactly(value), places)).toString();
  if (places <= 0) return digits === '0' ? digits : digits + '0'.repeat(-places);
  const padded = digits.padStart(places + 1, '0');
  return `${padded.slice(0, -places)}.${padded.slice(-places)}`;
}

/** A finite float, without its sign, as one digit, so many behind it, and the power of ten of the first. */
export function scientificDigits(
  value: number,
  places: number,
): { readonly digits: string; readonly exponent: number } {
  if (value === 0) return { digits: '0'.repeat(places + 1), exponent: 0 };
  const fraction = exactly(value);
  let exponent = Math.floor(Math.log10(Math.abs(value)));
  let digits = nearest(scaled(fraction, places - exponent)).toString();
  // The logarithm may be one off, and rounding up may add a digit.
  while (digits.length !== places + 1) {
    exponent += digits.length - (places + 1);
    digits = nearest(scaled(fraction, places - exponent)).toString();
  }
  return { digits, exponent };
}

/** As `e-05` of Python: two digits at least. */
export function exponentText(exponent: number): string {
  return `${exponent < 0 ? '-' : '+'}${Math.abs(exponent).toString().padStart(2, '0')}`;
}

/** From here on, and below 1e-4, Python writes a float with an exponent. */
const SHORTEST_WITH_EXPONENT = 16;
const LEAST_WITHOUT_EXPONENT = -4;

/** `repr` of a float: the fewest digits that are read back as the same. */
export function shortestText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (!Number.isFinite(value)) return `${sign}inf`;
  const [mantissa = '', power = ''] = Math.abs(value).toExponential().split('e');
  const exponent = Number(power);
  const digits = mantissa.replace('.', '');
  if (exponent < LEAST_WITHOUT_EXPONENT || exponent >= SHORTEST_WITH_EXPONENT) {
    return `${sign}${mantissa}e${exponentText(exponent)}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}
