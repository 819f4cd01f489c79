/** The options of TCP: `<mss 1460,nop,nop,TS val 100 ecr 0,sack 1:2 3:4>`, and `<...>` for whatever comes. */
import { parseAccurateEcn } from './accurate-ecn.ts';
import type { Cursor } from './cursor.ts';
import { parseBytes, parseMarkedBytes } from './hexadecimal.ts';
import { inQuotes } from './in-quotes.ts';
import { MOST_16_BITS, number } from './numbers.ts';
import type { OptionSpec, PacketAction, TcpSpec } from './script.ts';
import { ScriptError } from './script-error.ts';

type ParseOption = (cursor: Cursor, name: string) => OptionSpec;

/** A number, or `...` for any. */
const open = (cursor: Cursor, what: string, most?: number): number | undefined =>
  cursor.takes('...') ? undefined : number(cursor, what, most);

const OPTIONS: ReadonlyMap<string, ParseOption> = new Map<string, ParseOption>([
  ['mss', (cursor) => ({ name: 'mss', bytes: open(cursor, 'mss', MOST_16_BITS) })],
  ['nop', () => ({ name: 'nop' })],
  ['eol', () => ({ name: 'eol' })],
  ['sackOK', () => ({ name: 'sackOK' })],
  ['wscale', (cursor) => ({ name: 'wscale', shift: open(cursor, 'wscale', 255) })],
  ['TS', parseTimestamps],
  ['sack', parseSack],
  ['FO', parseFastOpen],
  ['FOEXP', parseFastOpen],
  ['ECN', parseAccurateEcn],
  ['accecn', parseAccurateEcn],
  ['md5', parseSignature],
  ['uto', parseUserTimeout],
  ['option', parseAnyKind],
]);

/** The options, if any are written: none written are none. */
export function parseTcpOptions(cursor: Cursor, direction: PacketAction['direction']): TcpSpec['options'] {
  if (!areOptions(cursor)) return [];
  cursor.takes('<');
  const { place } = cursor;
  if (cursor.takes('...')) {
    cursor.expect('>', "behind '...', which is all options at once");
    if (direction === 'outbound') return 'any';
    throw new ScriptError(place, 'whatever comes is only expected: what goes in has its options written out');
  }
  const options: OptionSpec[] = [];
  if (cursor.takes('>')) return options;
  do options.push(parseOption(cursor));
  while (cursor.takes(','));
  cursor.expect('>', 'behind an option, or a comma');
  return options;
}

/** A `<` on another line is the next packet, if no option is behind it. */
function areOptions(cursor: Cursor): boolean {
  if (!cursor.sees('<')) return false;
  if (!cursor.startsLine) return true;
  return cursor.foresees(
    () => cursor.takes('<') && (cursor.sees('>') || cursor.sees('...') || OPTIONS.has(cursor.peekWord() ?? '')),
  );
}

function parseOption(cursor: Cursor): OptionSpec {
  const { place } = cursor;
  const name = cursor.word();
  if (name === undefined) throw cursor.error("an option of TCP belongs here, or '>'");
  const parse = OPTIONS.get(name);
  if (parse !== undefined) return parse(cursor, name);
  throw new ScriptError(place, `${inQuotes(name)} is no TCP option: there are ${[...OPTIONS.keys()].join(', ')}`);
}

function parseTimestamps(cursor: Cursor): OptionSpec {
  if (!cursor.takesWord('val')) throw cursor.error('TS goes on with "val"');
  const value = open(cursor, 'val');
  if (!cursor.takesWord('ecr')) throw cursor.error('TS val goes on with "ecr"');
  return { name: 'TS', value, echo: open(cursor, 'ecr') };
}

const DIGIT = /\d/y;

function parseSack(cursor: Cursor): OptionSpec {
  if (cursor.takes('...')) return { name: 'sack', blocks: undefined };
  const blocks: (readonly [number, number])[] = [];
  while (cursor.seesPattern(DIGIT)) {
    const left = number(cursor, 'an edge of a block');
    cursor.expect(':', 'between the edges of a block');
    blocks.push([left, number(cursor, 'an edge of a block')]);
  }
  return { name: 'sack', blocks };
}

/** `FO` alone asks for a cookie. */
function parseFastOpen(cursor: Cursor, name: string): OptionSpec {
  const option = name === 'FO' ? name : 'FOEXP';
  if (cursor.takes('...')) return { name: option, cookie: undefined };
  const cookie = parseBytes(cursor);
  if (cookie === undefined && !cursor.sees(',') && !cursor.sees('>')) {
    throw cursor.error('a cookie is hexadecimal digits or a defined name that stands for them');
  }
  return { name: option, cookie: cookie ?? new Uint8Array(0) };
}

const DIGEST_LENGTH = 16;
const DIGESTS: ReadonlyMap<string, 'valid' | 'invalid' | undefined> = new Map([
  ['valid', 'valid'],
  ['invalid', 'invalid'],
  ['any', undefined],
]);

/** RFC 2385. */
function parseSignature(cursor: Cursor): OptionSpec {
  const word = cursor.attempt(() => {
    const found = cursor.word();
    return found !== undefined && DIGESTS.has(found) ? found : undefined;
  });
  if (word !== undefined) return { name: 'md5', digest: DIGESTS.get(word) };
  if (cursor.takes('...')) return { name: 'md5', digest: undefined };
  const { place } = cursor;
  const digest = parseBytes(cursor);
  if (digest === undefined) throw cursor.error('md5 goes on with 32 hexadecimal digits, valid, invalid or any');
  if (digest.length === DIGEST_LENGTH) return { name: 'md5', digest };
  throw new ScriptError(place, `an MD5 digest has 32 hexadecimal digits, and here are ${2 * digest.length}`);
}

const TIMEOUT = /(\d+)(m?)(?!\w)/y;
const MOST_TIMEOUT = 0x7fff;

/** RFC 5482 §3.1: 15 bits, of seconds or of minutes. */
function parseUserTimeout(cursor: Cursor): OptionSpec {
  const { place } = cursor;
  const [, digits, minutes] = cursor.matches(TIMEOUT) ?? [];
  if (digits === undefined) throw cursor.error('uto goes on with a number of seconds, or of minutes: 10m');
  const timeout = Number(digits);
  if (timeout > MOST_TIMEOUT) {
    throw new ScriptError(
      place,
      `uto is a number from 0 to ${MOST_TIMEOUT}, and here is ${inQuotes(digits)}; minutes are written as 10m`,
    );
  }
  return { name: 'uto', unit: minutes === 'm' ? 'minutes' : 'seconds', timeout };
}

/** `option 99 length 4 0x0102`: any kind, byte for byte. */
function parseAnyKind(cursor: Cursor): OptionSpec {
  const kind = number(cursor, 'the kind of an option', 255);
  const length = cursor.takesWord('length') ? number(cursor, 'the length of an option', 255) : undefined;
  return { name: 'option', kind, length, data: parseMarkedBytes(cursor) ?? new Uint8Array(0) };
}
