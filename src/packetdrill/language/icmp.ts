/**
 * ICMP and ICMPv6: `icmp unreachable frag_needed mtu 1200 [1:1461(1460)]`, `icmpv6 echo_request id 7 seq 1 (56)`. Types
 * and codes by the names of `icmp-names.ts` or as numbers, with or without `type` and `code` before them.
 */
import * as icmpv4 from '../../layers/network/icmpv4.ts';
import * as icmpv6 from '../../layers/network/icmpv6.ts';
import type { Cursor } from './cursor.ts';
import { parseLength, parseRange } from './extents.ts';
import { ICMP_CODES, ICMP_TYPES, type IcmpProtocol, type Names } from './icmp-names.ts';
import { MOST_16_BITS, number } from './numbers.ts';
import { parsePorts } from './ports.ts';
import type { IcmpSpec, QuoteSpec } from './script.ts';
import { ScriptError } from './script-error.ts';

const ECHOES: Readonly<Record<IcmpProtocol, readonly number[]>> = {
  icmp: [icmpv4.ECHO, icmpv4.ECHO_REPLY],
  icmpv6: [icmpv6.ECHO_REQUEST, icmpv6.ECHO_REPLY],
};

/** The one message that tells an MTU, of any code if none is given, and the most that its field holds. */
const TOO_BIG: Readonly<Record<IcmpProtocol, { type: number; code?: number; most?: number; name: string }>> = {
  icmp: {
    type: icmpv4.DESTINATION_UNREACHABLE,
    code: icmpv4.FRAGMENTATION_NEEDED,
    most: MOST_16_BITS,
    name: 'unreachable frag_needed',
  },
  icmpv6: { type: icmpv6.PACKET_TOO_BIG, name: 'packet_too_big' },
};

export function parseIcmp(cursor: Cursor, protocol: IcmpProtocol): IcmpSpec {
  cursor.word();
  const type = parseName(cursor, 'type', ICMP_TYPES[protocol], `a type of ${protocol}`);
  const code = parseCode(cursor, ICMP_CODES[protocol].get(type) ?? new Map());
  const mtu = parseMtu(cursor, protocol, type, code);
  const isEcho = ECHOES[protocol].includes(type);
  const echo = isEcho ? parseEcho(cursor) : undefined;
  const { place } = cursor;
  const quote = cursor.takes('[') ? parseQuote(cursor) : undefined;
  if (isEcho && quote !== undefined) throw new ScriptError(place, 'an echo quotes no packet');
  return { protocol, type, code, mtu, echo, quote };
}

/** What may follow a type that has no code written; the code is 0 then. */
const FIELDS: ReadonlySet<string> = new Set(['mtu', 'id', 'seq']);
const MARK = /\W/y;
const DIGIT = /\d/y;

function parseCode(cursor: Cursor, codes: Names): number {
  const isLeftOut = cursor.startsLine || cursor.seesPattern(MARK) || FIELDS.has(cursor.peekWord() ?? '');
  return isLeftOut ? 0 : parseName(cursor, 'code', codes, 'a code of this type');
}

function parseName(cursor: Cursor, word: string, names: Names, what: string): number {
  cursor.takesWord(word);
  if (cursor.seesPattern(DIGIT)) return number(cursor, what, 255);
  const value = names.get(cursor.peekWord() ?? '');
  if (value === undefined) {
    const known = names.size === 0 ? '' : `${[...names.keys()].join(', ')} or `;
    throw cursor.error(`${what} is ${known}a number`);
  }
  cursor.word();
  return value;
}

function parseMtu(cursor: Cursor, protocol: IcmpProtocol, type: number, code: number): number | undefined {
  const { place } = cursor;
  if (!cursor.takesWord('mtu')) return undefined;
  const tooBig = TOO_BIG[protocol];
  if (type !== tooBig.type || code !== (tooBig.code ?? code)) {
    throw new ScriptError(place, `only ${protocol} ${tooBig.name} tells an MTU`);
  }
  return number(cursor, 'mtu', tooBig.most);
}

/** What is not written is 0. */
function parseEcho(cursor: Cursor): NonNullable<IcmpSpec['echo']> {
  const identifier = cursor.takesWord('id') ? number(cursor, 'id', MOST_16_BITS) : 0;
  const sequence = cursor.takesWord('seq') ? number(cursor, 'seq', MOST_16_BITS) : 0;
  return { identifier, sequence, length: cursor.sees('(') ? parseLength(cursor) : 0 };
}

/** `[1:1461(1460)]`, `[8080 > 53055 1:1461(1460)]`, `[udp (1000)]`. */
function parseQuote(cursor: Cursor): QuoteSpec {
  const ports = parsePorts(cursor);
  const quote: QuoteSpec = cursor.takesWord('udp')
    ? { protocol: 'udp', ports, length: parseLength(cursor) }
    : { protocol: 'tcp', ports, ...parseRange(cursor) };
  cursor.expect(']', 'behind the quoted packet');
  return quote;
}
