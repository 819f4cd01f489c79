/** How much a packet carries: `(1000)`, and with its sequence numbers `1:1001(1000)`. */
import type { Cursor } from './cursor.ts';
import { MOST_16_BITS, number } from './numbers.ts';
import { ScriptError } from './script-error.ts';

export function parseLength(cursor: Cursor): number {
  cursor.expect('(', 'before the length');
  const length = number(cursor, 'the length', MOST_16_BITS);
  cursor.expect(')', 'behind the length');
  return length;
}

/** Sequence numbers wrap: `4294967290:4(10)`. */
export function parseRange(cursor: Cursor): { readonly sequence: number; readonly length: number } {
  const { place } = cursor;
  const sequence = number(cursor, 'a sequence number');
  cursor.expect(':', 'between the first sequence number and the end');
  const end = number(cursor, 'a sequence number');
  const length = parseLength(cursor);
  const right = (sequence + length) % 2 ** 32;
  if (end !== right) {
    throw new ScriptError(
      place,
      `${sequence}:${end}(${length}) is not ${length} bytes: write ${sequence}:${right}(${length}), or another length`,
    );
  }
  return { sequence, length };
}
