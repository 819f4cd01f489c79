/** Packets: what they are wrapped into, fields of IP, then TCP, UDP or ICMP. */
import { parseChecksum } from './checksum-override.ts';
import type { Cursor } from './cursor.ts';
import { parseLength } from './extents.ts';
import { parseIcmp } from './icmp.ts';
import { number } from './numbers.ts';
import { parsePorts } from './ports.ts';
import { refuseWord } from './rest-of-line.ts';
import type { PacketAction, PacketSpec, Ports, UdpSpec } from './script.ts';
import { parseSegment } from './segments.ts';
import { parseWrappings } from './wrappings.ts';

type Direction = PacketAction['direction'];

/** What stands behind `<` or `>`. */
export function parsePacket(cursor: Cursor, direction: Direction): PacketSpec {
  const { wrappings, ip } = parseWrappings(cursor, direction);
  const payload = parsePayload(cursor, direction);
  refuseWord(cursor, `${payload.protocol} goes on with ${FIELDS[payload.protocol]}, in this order and each once`);
  return { wrappings, ip, payload };
}

function parsePayload(cursor: Cursor, direction: Direction): PacketSpec['payload'] {
  const ports = parsePorts(cursor);
  const protocol = cursor.peekWord();
  if (protocol === 'udp') return parseDatagram(cursor, ports, direction);
  if (ports !== undefined) return parseSegment(cursor, { ports, descriptor: undefined }, direction);
  if (protocol === 'icmp' || protocol === 'icmpv6') return parseIcmp(cursor, protocol);
  const descriptor = protocol === 'sock' ? parseDescriptor(cursor) : undefined;
  return parseSegment(cursor, { ports: undefined, descriptor }, direction);
}

/** `sock(4)`. */
function parseDescriptor(cursor: Cursor): number {
  cursor.word();
  cursor.expect('(', "behind 'sock'");
  const descriptor = number(cursor, 'a descriptor', 0x7fff_ffff);
  cursor.expect(')', 'behind the descriptor');
  return descriptor;
}

/** `udp (1000) csum bad`. */
function parseDatagram(cursor: Cursor, ports: Ports | undefined, direction: Direction): UdpSpec {
  cursor.word();
  const length = parseLength(cursor);
  return { protocol: 'udp', ports, length, checksum: parseChecksum(cursor, direction) };
}

/** What may stand behind what says how long a packet is, in this order. */
const FIELDS: Readonly<Record<PacketSpec['payload']['protocol'], string>> = {
  tcp: 'ack, win, urg, csum, <options> and /udp(… > …)',
  udp: 'csum',
  icmp: 'a code, mtu, id, seq, (length) and a [quoted packet]',
  icmpv6: 'a code, mtu, id, seq, (length) and a [quoted packet]',
};
