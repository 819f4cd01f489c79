/** What follows on the line of an event that is over. */
import type { Cursor } from './cursor.ts';

/**
 * Another event may. A word that is no call was meant for the one before.
 * @param sentence what that could have gone on with
 * @throws {ScriptError} if such a word follows
 */
export function refuseWord(cursor: Cursor, sentence: string): void {
  if (cursor.startsLine || cursor.peekWord() === undefined) return;
  const isCall = cursor.foresees(() => cursor.word() !== undefined && cursor.sees('('));
  if (!isCall) throw cursor.error(sentence);
}
