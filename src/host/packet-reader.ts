/** Fills the record of a received packet from its IP header, which has been checked. */
import * as checksums from '../layers/checksum.ts';
import type { Frame } from '../layers/frame.ts';
import * as ipv4 from '../layers/network/ipv4.ts';
import * as ipv6 from '../layers/network/ipv6.ts';
import type { ReceivedPacket } from '../layers/network/packet.ts';

/** V8 looks at what is imported at each use, but takes a module's own constants as they are. */
const { finish, halves } = checksums;
const { ANY_FRAGMENT, HEADER_LENGTH, WITHOUT_OPTIONS } = ipv4;

/** The IPv4 packet at `at`: its transport part starts behind the options. */
export function readPacket4(packet: ReceivedPacket, frame: Frame, at: number): void {
  const { view } = frame;
  const header = ipv4.headerLength(view, at);
  packet.frame = frame;
  packet.view = view;
  packet.family = 4;
  packet.headerAt = at;
  packet.at = at + header;
  packet.length = ipv4.totalLength(view, at) - header;
  packet.protocol = ipv4.protocol(view, at);
  packet.hopLimit = ipv4.timeToLive(view, at);
  packet.trafficClass = ipv4.trafficClass(view, at);
  packet.source0 = 0;
  packet.source1 = 0;
  packet.source2 = 0;
  packet.source3 = ipv4.sourceWord(view, at);
  packet.destination0 = 0;
  packet.destination1 = 0;
  packet.destination2 = 0;
  packet.destination3 = ipv4.destinationWord(view, at);
}

/**
 * The IPv4 packet at `at` if it is as nearly all are: from and to the same addresses as the packet that the record holds,
 * whole, without options, its lengths and its checksum right. It is what `ipv4.check` and `readPacket4` do to such a
 * packet, by words.
 * @returns whether it is; if not, the record is left as it was
 */
export function readNext4(packet: ReceivedPacket, frame: Frame, at: number): boolean {
  const { view } = frame;
  const available = frame.end - at;
  if (available < HEADER_LENGTH) return false;
  const source = view.getInt32(at + 12);
  const destination = view.getInt32(at + 16);
  if (source !== packet.source3 || destination !== packet.destination3) return false;
  const first = view.getInt32(at);
  const second = view.getInt32(at + 4);
  const third = view.getInt32(at + 8);
  const total = first & 0xffff;
  if (first >>> 24 !== WITHOUT_OPTIONS || total < HEADER_LENGTH || total > available) return false;
  if ((second & ANY_FRAGMENT) !== 0) return false;
  if (finish(halves(first) + halves(second) + halves(third) + halves(source) + halves(destination)) !== 0) return false;
  packet.frame = frame;
  packet.view = view;
  packet.headerAt = at;
  packet.at = at + HEADER_LENGTH;
  packet.length = total - HEADER_LENGTH;
  packet.protocol = (third >>> 16) & 0xff;
  packet.hopLimit = third >>> 24;
  packet.trafficClass = (first >>> 16) & 0xff;
  return true;
}

/** The IPv6 packet at `at`: its transport part starts behind the fixed header until the extension headers are walked. */
export function readPacket6(packet: ReceivedPacket, frame: Frame, at: number): void {
  const { view } = frame;
  packet.frame = frame;
  packet.view = view;
  packet.family = 6;
  packet.headerAt = at;
  packet.at = at + ipv6.HEADER_LENGTH;
  packet.length = ipv6.payloadLength(view, at);
  packet.protocol = ipv6.nextHeader(view, at);
  packet.hopLimit = ipv6.hopLimit(view, at);
  packet.trafficClass = ipv6.trafficClass(view, at);
  packet.source0 = view.getInt32(at + 8);
  packet.source1 = view.getInt32(at + 12);
  packet.source2 = view.getInt32(at + 16);
  packet.source3 = view.getInt32(at + 20);
  packet.destination0 = view.getInt32(at + 24);
  packet.destination1 = view.getInt32(at + 28);
  packet.destination2 = view.getInt32(at + 32);
  packet.destination3 = view.getInt32(at + 36);
}

/**
 * The IPv6 packet at `at` if it is from and to the same addresses as the packet that the record holds, carries the same
 * protocol, and is right in its length: what `ipv6.check` and `readPacket6` do to such a packet.
 * @returns whether it is; if not, the record is left as it was
 */
export function readNext6(packet: ReceivedPacket, frame: Frame, at: number): boolean {
  const { view } = frame;
  const available = frame.end - at - ipv6.HEADER_LENGTH;
  if (available < 0 || !isBetween6(packet, view, at)) return false;
  const first = view.getInt32(at);
  const second = view.getInt32(at + 4);
  const length = second >>> 16;
  if (first >>> 28 !== 6 || length > available || ((second >>> 8) & 0xff) !== packet.protocol) return false;
  packet.frame = frame;
  packet.view = view;
  packet.headerAt = at;
  packet.at = at + ipv6.HEADER_LENGTH;
  packet.length = length;
  packet.hopLimit = second & 0xff;
  packet.trafficClass = (first >>> 20) & 0xff;
  return true;
}

const isBetween6 = (packet: ReceivedPacket, view: DataView, at: number): boolean =>
  view.getInt32(at + 20) === packet.source3 &&
  view.getInt32(at + 36) === packet.destination3 &&
  view.getInt32(at + 8) === packet.source0 &&
  view.getInt32(at + 12) === packet.source1 &&
  view.getInt32(at + 16) === packet.source2 &&
  view.getInt32(at + 24) === packet.destination0 &&
  view.getInt32(at + 28) === packet.destination1 &&
  view.getInt32(at + 32) === packet.destination2;
