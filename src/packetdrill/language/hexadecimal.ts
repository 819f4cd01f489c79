/** Bytes as hexadecimal digits, two for each: `0x0102`, and where nothing else could stand also `cafe`. */
import type { Cursor } from './cursor.ts';
import { ScriptError } from './script-error.ts';

const DIGITS = /(?:0[xX])?([\da-fA-F]+)(?!\w)/y;
const MARKED_DIGITS = /0[xX]([\da-fA-F]*)(?!\w)/y;

/** Digits with or without `0x`, if they come next. @throws {ScriptError} if half a byte is left over */
export const parseBytes = (cursor: Cursor): Uint8Array | undefined => bytesOf(cursor, DIGITS);

/** Digits behind `0x`, if they come next. @throws {ScriptError} if half a byte is left over */
export const parseMarkedBytes = (cursor: Cursor): Uint8Array | undefined => bytesOf(cursor, MARKED_DIGITS);

function bytesOf(cursor: Cursor, pattern: RegExp): Uint8Array | undefined {
  const { place } = cursor;
  const digits = cursor.matches(pattern)?.[1];
  if (digits === undefined) return undefined;
  if (digits.length % 2 !== 0) throw new ScriptError(place, `a byte has two digits, and here are ${digits.length}`);
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) =>
    Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16),
  );
}
