/** System calls: `write(4, ..., 1000) = -1 EAGAIN (Resource temporarily unavailable)`. */
import type { Cursor } from './cursor.ts';
import { parseArguments, parseResult } from './expressions.ts';
import { inQuotes } from './in-quotes.ts';
import { refuseWord } from './rest-of-line.ts';
import type { CallAction } from './script.ts';
import { ScriptError } from './script-error.ts';

const ERROR_NAME = /E[A-Z\d]+(?!\w)/y;

/** @param endNs when it ends, if it blocks */
export function parseCall(cursor: Cursor, endNs: number | undefined): CallAction {
  const name = cursor.word() ?? '';
  cursor.expect('(', `behind ${inQuotes(name)}, if that is a call`);
  const given = parseArguments(cursor);
  cursor.expect('=', `behind the arguments of ${inQuotes(name)}, and then its result`);
  const result = parseResult(cursor);
  const errno = cursor.matches(ERROR_NAME)?.[0];
  const note = parseNote(cursor);
  refuseWord(cursor, 'behind a result stand the name of an error such as EAGAIN and a note in brackets');
  return { kind: 'call', name, arguments: given, result, errno, note, endNs };
}

/** Everything up to the bracket that closes its own, as it stands. */
function parseNote(cursor: Cursor): string | undefined {
  const { place } = cursor;
  if (!cursor.takes('(')) return undefined;
  const parts: string[] = [];
  for (let depth = 1; depth > 0; ) {
    const part = cursor.matchesHere(/[^()]+|[()]/y)?.[0];
    if (part === undefined) throw new ScriptError(place, "this note has no end: ')' is missing");
    if (part === '(') depth++;
    if (part === ')') depth--;
    parts.push(part);
  }
  return parts.slice(0, -1).join('');
}
