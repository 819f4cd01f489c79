/** Texts in quotes, with the escapes of C. An escape for an octet is the character of that number. */
import type { Cursor } from './cursor.ts';
import { ScriptError } from './script-error.ts';

const PLAIN = /[^"\\\n]+/y;
const ESCAPE = /\\(?:x([\da-fA-F]{1,2})|([0-7]{1,3})|([^\n]))/uy;

const LETTERS: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
  ['"', '"'],
  ["'", "'"],
  ['?', '?'],
]);

/** Takes a text in quotes if one comes. @throws {ScriptError} if it does not end on its line */
export function parseString(cursor: Cursor): string | undefined {
  const { place } = cursor;
  if (!cursor.takes('"')) return undefined;
  const parts: string[] = [];
  while (!cursor.touches('"')) {
    const part = cursor.matchesHere(PLAIN)?.[0] ?? parseEscape(cursor);
    if (part === undefined) throw new ScriptError(place, `this text has no end on its line: '"' is missing`);
    parts.push(part);
  }
  cursor.takes('"');
  return parts.join('');
}

function parseEscape(cursor: Cursor): string | undefined {
  const { placeHere } = cursor;
  const match = cursor.matchesHere(ESCAPE);
  if (match === undefined) return undefined;
  const [written, hexadecimal, octal, letter = ''] = match;
  if (hexadecimal !== undefined) return String.fromCharCode(Number.parseInt(hexadecimal, 16));
  if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
  const meant = LETTERS.get(letter);
  if (meant !== undefined) return meant;
  throw new ScriptError(placeHere, `${written} is no escape: there are \\n, \\t, \\", \\\\, \\x41, \\101 and the like`);
}
