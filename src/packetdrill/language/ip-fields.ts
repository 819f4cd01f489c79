/** The fields of an IP header in brackets: `[ect0]`, `[ttl 64, flowlabel 0x12345]`, `(ce)`. */
import type { Cursor } from './cursor.ts';
import { inQuotes } from './in-quotes.ts';
import { number } from './numbers.ts';
import type { IpFields, PacketAction } from './script.ts';
import { ScriptError } from './script-error.ts';

type Codepoint = NonNullable<IpFields['ecn']>;

const CODEPOINTS: ReadonlyMap<string, Codepoint> = new Map(
  (['noecn', 'ect0', 'ect1', 'ect01', 'ce'] as const).map((name) => [name, name]),
);

const NUMBERS: ReadonlyMap<string, readonly [field: 'tos' | 'ttl' | 'flowLabel', most: number]> = new Map([
  ['tos', ['tos', 255]],
  ['ttl', ['ttl', 255]],
  ['flowlabel', ['flowLabel', 0xf_ffff]],
] as const);

const KNOWN = [...CODEPOINTS.keys(), ...NUMBERS.keys()].join(', ');

/**
 * All brackets that follow, if any do.
 * @param before what stood in brackets already
 */
export function parseIpFields(cursor: Cursor, direction: PacketAction['direction'], before: IpFields = {}): IpFields {
  let fields = before;
  for (;;) {
    const end = cursor.takes('[') ? ']' : cursor.takes('(') ? ')' : undefined;
    if (end === undefined) return fields;
    do fields = parseIpField(cursor, direction, fields);
    while (cursor.takes(','));
    cursor.expect(end, 'behind a field of IP, or a comma');
  }
}

function parseIpField(cursor: Cursor, direction: PacketAction['direction'], before: IpFields): IpFields {
  const { place } = cursor;
  const name = cursor.word();
  if (name === undefined) throw cursor.error(`a field of IP belongs here: ${KNOWN}`);
  const codepoint = CODEPOINTS.get(name);
  const [field, most] = NUMBERS.get(name) ?? ['ecn' as const];
  if (codepoint === undefined && most === undefined) {
    throw new ScriptError(place, `${inQuotes(name)} is no field of IP: there are ${KNOWN}`);
  }
  if (before[field] !== undefined) {
    throw new ScriptError(place, `${codepoint === undefined ? name : 'the ECN field'} stands here a second time`);
  }
  if (codepoint === 'ect01' && direction === 'inbound') {
    throw new ScriptError(
      place,
      'ect01 is either of two, for packets that are expected: what goes in has ect0 or ect1',
    );
  }
  return { ...before, [field]: codepoint ?? number(cursor, name, most) };
}
