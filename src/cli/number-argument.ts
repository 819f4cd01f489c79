/**
 * Whole numbers as arguments.
 */
import { InvalidArgumentError } from 'commander';

/** A whole number, at least `least`. @throws {RangeError} */
export function countOf(text: string, what: string, least: number): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count < least) {
    throw new RangeError(`${what} is a whole number from ${least} on, not '${text}'`);
  }
  return count;
}

/** For commander: reads such a number. */
export const numberFrom =
  (what: string, least: number): ((text: string) => number) =>
  (text) => {
    try {
      return countOf(text, what, least);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
  };
