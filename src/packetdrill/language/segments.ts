/** TCP: `P. 1:1001(1000) ack 1 win 257 <nop,nop,TS val 100 ecr 0>`, from the control bits on. */
import { parseChecksum } from './checksum-override.ts';
import { parseControlBits } from './control-bits.ts';
import type { Cursor } from './cursor.ts';
import { parseRange } from './extents.ts';
import { MOST_16_BITS, number } from './numbers.ts';
import { portsInBrackets } from './ports.ts';
import type { PacketAction, Ports, TcpSpec } from './script.ts';
import { parseTcpOptions } from './tcp-options.ts';

/** What is written before the control bits. */
export type Ends = Pick<TcpSpec, 'ports' | 'descriptor'>;

export function parseSegment(cursor: Cursor, ends: Ends, direction: PacketAction['direction']): TcpSpec {
  const isNamed = ends.ports !== undefined || ends.descriptor !== undefined;
  const { flags, ace } = parseControlBits(cursor, isNamed ? '' : '; or ports, sock(…), udp, icmp, icmpv6');
  const { sequence, length } = parseRange(cursor);
  const acknowledgment = cursor.takesWord('ack') ? number(cursor, 'ack') : undefined;
  const window = cursor.takesWord('win') ? number(cursor, 'win', MOST_16_BITS) : undefined;
  const urgent = cursor.takesWord('urg') ? number(cursor, 'urg', MOST_16_BITS) : undefined;
  const checksum = parseChecksum(cursor, direction);
  const options = parseTcpOptions(cursor, direction);
  const udpEncapsulation = parseEncapsulation(cursor);
  return {
    protocol: 'tcp',
    ...ends,
    flags,
    ace,
    sequence,
    length,
    acknowledgment,
    window,
    urgent,
    options,
    checksum,
    udpEncapsulation,
  };
}

/** `/udp(9899 > 9899)`. */
const parseEncapsulation = (cursor: Cursor): Ports | undefined =>
  cursor.takes('/udp') ? portsInBrackets(cursor, "behind '/udp'") : undefined;
