/** The numbers of packets and times: whole ones, decimal or hexadecimal, within bounds; seconds. */
import type { Cursor } from './cursor.ts';
import { inQuotes } from './in-quotes.ts';
import { ScriptError } from './script-error.ts';

const WHOLE = /(?:0[xX][\da-fA-F]+|\d+)(?!\w)/y;
// Not the `0.1` of `0.15x`.
const SECONDS = /(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?(?!\w|\.\d)/y;

export const MOST_16_BITS = 0xffff;
const MOST_32_BITS = 0xffff_ffff;
/** What a number can count in nanoseconds: 104 days. */
const MOST_NS: number = Number.MAX_SAFE_INTEGER;

/** Takes a whole number if one comes. */
export function takesNumber(cursor: Cursor): boolean {
  return cursor.matches(WHOLE) !== undefined;
}

/** @param what as the subject of a sentence @throws {ScriptError} if no number comes, or one out of bounds */
export function number(cursor: Cursor, what: string, most: number = MOST_32_BITS): number {
  const { place } = cursor;
  const written = cursor.matches(WHOLE)?.[0];
  if (written === undefined) {
    const isName = cursor.peekWord() !== undefined;
    throw cursor.error(isName ? `${what} is a whole number or a defined name` : `${what} is a whole number`);
  }
  const found = Number(written);
  if (found <= most) return found;
  throw new ScriptError(place, `${what} is a number from 0 to ${most}, and here is ${inQuotes(written)}`);
}

/** Takes a number of seconds if one comes, and gives whole nanoseconds. @throws {ScriptError} if it is too large */
export function seconds(cursor: Cursor): number | undefined {
  const { place } = cursor;
  const match = cursor.matches(SECONDS);
  if (match === undefined) return undefined;
  const ns = Math.round(Number(match[0]) * 1e9);
  if (ns > MOST_NS) throw new ScriptError(place, `a time is at most ${Math.floor(MOST_NS / 1e9)} seconds`);
  return ns;
}
