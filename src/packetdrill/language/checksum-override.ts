/** A checksum that is wrong on purpose: `csum 0x1234`, `csum bad`. */
import type { Cursor } from './cursor.ts';
import { MOST_16_BITS, number } from './numbers.ts';
import type { PacketAction } from './script.ts';
import { ScriptError } from './script-error.ts';

export function parseChecksum(cursor: Cursor, direction: PacketAction['direction']): number | 'bad' | undefined {
  const { place } = cursor;
  if (!cursor.takesWord('csum')) return undefined;
  if (direction === 'outbound') {
    throw new ScriptError(place, 'the checksum of a packet that is expected is always the right one');
  }
  return cursor.takesWord('bad') ? 'bad' : number(cursor, 'a checksum that is not "bad"', MOST_16_BITS);
}
