/** Sends neighbor discovery messages, which go to a station or group that is known, past all routes and caches. */
import type { IpAddress } from '../layers/address.ts';
import { pseudoHeaderSum } from '../layers/checksum.ts';
import type { Frame } from '../layers/frame.ts';
import { IPV6 } from '../layers/link/ethertype.ts';
import { multicastMac } from '../layers/mac.ts';
import * as icmpv6 from '../layers/network/icmpv6.ts';
import * as ipv6 from '../layers/network/ipv6.ts';
import * as ndp from '../layers/network/ndp.ts';
import type { Machine } from './machine.ts';
import type { NetworkInterface } from './network-interface.ts';

/** Room for the longest message that this host writes in place. */
const LONGEST = 64;

/**
 * A frame for a message that is written at its `start`.
 * @param length bytes that the message takes at most
 */
export const messageFrame = (machine: Machine, networkInterface: NetworkInterface, length: number = LONGEST): Frame =>
  machine.pool.acquire(networkInterface.headroom + ipv6.HEADER_LENGTH, length);

/** Sends the message of `length` bytes at `frame.start`. @param mac -1 for the one that the group maps to */
export function sendMessage(
  networkInterface: NetworkInterface,
  frame: Frame,
  length: number,
  source: IpAddress,
  destination: IpAddress,
  mac: number,
): void {
  const { view, start } = frame;
  frame.end = start + length;
  icmpv6.writeChecksum(view, start, length, pseudoHeaderSum(source, destination, icmpv6.PROTOCOL, length));
  frame.start = start - ipv6.HEADER_LENGTH;
  ipv6.writeHeader(view, frame.start, 0, 0, length, icmpv6.PROTOCOL, ndp.HOP_LIMIT, source, destination);
  const station = mac < 0 ? multicastMac(destination) : mac;
  networkInterface.transmit(frame, Math.floor(station / 0x1_0000_0000), station | 0, IPV6);
}
