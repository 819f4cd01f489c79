/**
 * The cube root, by additions and multiplications alone. ECMAScript leaves the last bits of Math.cbrt to the engine, and
 * a run must be the same on all of them; what IEEE 754 says of `+ - * /` leaves nothing open.
 */

/** @param value at least 0 @returns its cube root, within two units in the last place */
export function cubeRoot(value: number): number {
  if (value === 0) return 0;
  // Powers of eight are exact: what is left lies between 1 and 8, where 1.5 is a good enough first guess.
  let scale = 1;
  let scaled = value;
  while (scaled >= 8) {
    scaled /= 8;
    scale *= 2;
  }
  while (scaled < 1) {
    scaled *= 8;
    scale /= 2;
  }
  let root = 1.5;
  for (let step = 0; step < STEPS; step++) root -= (root * root * root - scaled) / (3 * root * root);
  return root * scale;
}

/** Newton's step doubles the digits: six are enough from 1.5 to either end. */
const STEPS = 6;
