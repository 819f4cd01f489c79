/**
 * The natural logarithm from the four operations alone. `Math.log` may differ in its last bit from engine to engine, and
 * one bit would be another run; IEEE 754 defines these operations to the bit.
 */

/** ln(x) for x > 0, to about 15 digits. */
export function naturalLogarithm(x: number): number {
  let exponent = 0;
  let mantissa = x;
  while (mantissa < Math.SQRT1_2) {
    mantissa *= 2;
    exponent--;
  }
  while (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  // ln m = 2 artanh s with |s| <= 0.172: the 12th term is below 1e-18.
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let sum = 0;
  for (let odd = 23; odd >= 1; odd -= 2) sum = sum * square + 1 / odd;
  return exponent * Math.LN2 + 2 * s * sum;
}

/** ln(1 - p) for 0 <= p < 1, exact also where 1 - p would round p away. */
export const logarithmOfComplement = (p: number): number =>
  p < 1e-4 ? -p * (1 + p * (1 / 2 + p * (1 / 3 + p / 4))) : naturalLogarithm(1 - p);
