/** Fills the record of a received packet from its IP header, which has been checked. */
import type { Frame } from '../layers/frame.ts';
import * as ipv4 from '../layers/network/ipv4.ts';
import * as ipv6 from '../layers/network/ipv6.ts';
import type { ReceivedPacket } from '../layers/network/packet.ts';

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
