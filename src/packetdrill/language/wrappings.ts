/**
 * What a packet is wrapped into, each up to its colon, the outermost first: `ipv4 10.0.0.1 > 10.0.0.2:`,
 * `gre key 7: mpls (label 16,tc 0,[S],ttl 255):`.
 */
import { parseIpAddress } from '../../layers/address-text.ts';
import type { Cursor } from './cursor.ts';
import { parseIpFields } from './ip-fields.ts';
import { MOST_16_BITS, number } from './numbers.ts';
import type { IpFields, MplsLabel, PacketAction, Wrapping } from './script.ts';
import { ScriptError } from './script-error.ts';

type Direction = PacketAction['direction'];

/** The wrappings, and the fields of IP that stand behind the last of them: the packet's own. */
export function parseWrappings(
  cursor: Cursor,
  direction: Direction,
): { readonly wrappings: readonly Wrapping[]; readonly ip: IpFields } {
  const wrappings: Wrapping[] = [];
  for (;;) {
    const { place } = cursor;
    const ip = parseIpFields(cursor, direction);
    const kind = cursor.peekWord();
    if (kind !== 'ipv4' && kind !== 'ipv6' && kind !== 'gre' && kind !== 'mpls') return { wrappings, ip };
    cursor.word();
    if (kind === 'ipv4' || kind === 'ipv6') {
      wrappings.push(parseIp(cursor, direction, kind, ip));
      continue;
    }
    if (Object.keys(ip).length > 0) throw new ScriptError(place, `${kind} has no field of IP`);
    wrappings.push(kind === 'gre' ? parseGre(cursor) : parseMpls(cursor));
  }
}

/** Its fields stand before its name, before its addresses or behind them. */
function parseIp(cursor: Cursor, direction: Direction, kind: 'ipv4' | 'ipv6', before: IpFields): Wrapping {
  const { place } = cursor;
  const inside = parseIpFields(cursor, direction, before);
  const source = parseAddress(cursor, kind);
  cursor.expect('>', 'between the addresses');
  const destination = parseAddress(cursor, kind);
  const ip = parseIpFields(cursor, direction, inside);
  if (kind === 'ipv4' && ip.flowLabel !== undefined) throw new ScriptError(place, 'ipv4 has no flow label');
  cursor.expect(':', `behind the header of ${kind}`);
  return { kind, source, destination, ip };
}

/** The last colon of `fd00::2:` is not the address's, that of `fd00::` is. */
const ADDRESSES = [/[\da-fA-F:.]+/y, /[\da-fA-F:.]+(?=:)/y] as const;

function parseAddress(cursor: Cursor, kind: 'ipv4' | 'ipv6'): string {
  for (const pattern of ADDRESSES) {
    const address = cursor.attempt(() => {
      const text = cursor.matches(pattern)?.[0] ?? '';
      return isAddress(text, kind) ? text : undefined;
    });
    if (address !== undefined) return address;
  }
  throw cursor.error(`an address of ${kind} belongs here`);
}

const isAddress = (text: string, kind: 'ipv4' | 'ipv6'): boolean =>
  parseIpAddress(text)?.family === (kind === 'ipv4' ? 4 : 6);

type GreField = Exclude<keyof Extract<Wrapping, { readonly kind: 'gre' }>, 'kind'>;

const GRE_FIELDS: ReadonlyMap<string, readonly [field: GreField, most?: number]> = new Map<
  string,
  readonly [GreField, number?]
>([
  ['flags', ['flags', MOST_16_BITS]],
  ['proto', ['protocol', MOST_16_BITS]],
  ['key', ['key']],
  ['seq', ['sequence']],
  ['sum', ['checksum', MOST_16_BITS]],
]);

function parseGre(cursor: Cursor): Wrapping {
  const fields: { -readonly [Field in GreField]?: number } = {};
  while (!cursor.takes(':')) {
    const { place } = cursor;
    const [field, most] = GRE_FIELDS.get(cursor.peekWord() ?? '') ?? [];
    if (field === undefined) throw cursor.error(`gre has ${[...GRE_FIELDS.keys()].join(', ')}, and then ':'`);
    const name = cursor.word() ?? field;
    if (fields[field] !== undefined) throw new ScriptError(place, `${name} stands here a second time`);
    fields[field] = number(cursor, name, most);
    cursor.takes(',');
  }
  return { kind: 'gre', ...fields };
}

function parseMpls(cursor: Cursor): Wrapping {
  const labels: MplsLabel[] = [];
  do labels.push(parseLabel(cursor));
  while (!cursor.takes(':'));
  return { kind: 'mpls', labels };
}

/** `(label 16,tc 0,[S],ttl 255)`. */
function parseLabel(cursor: Cursor): MplsLabel {
  cursor.expect('(', "before a label: mpls (label 16,tc 0,[S],ttl 255), and behind the last of them ':'");
  const field = (name: string, most: number): number => {
    if (!cursor.takesWord(name)) throw cursor.error(`a label is (label 16,tc 0,[S],ttl 255) and has "${name}" here`);
    const value = number(cursor, name, most);
    cursor.takes(',');
    return value;
  };
  const label = field('label', 0xf_ffff);
  const trafficClass = field('tc', 7);
  const isBottom = cursor.takes('[');
  if (isBottom) {
    if (!cursor.takesWord('S')) throw cursor.error('the bottom of the stack is [S]');
    cursor.expect(']', "behind 'S'");
    cursor.takes(',');
  }
  const ttl = field('ttl', 255);
  cursor.expect(')', 'behind a label');
  return { label, trafficClass, isBottom, ttl };
}
