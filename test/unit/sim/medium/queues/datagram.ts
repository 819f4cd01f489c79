/** Frames with a UDP datagram in IPv4 or IPv6, whose ECN field and flow a test chooses. */
import { parseIpAddress } from '../../../../../src/layers/address-text.ts';
import * as ipv4 from '../../../../../src/layers/network/ipv4.ts';
import * as ipv6 from '../../../../../src/layers/network/ipv6.ts';

export interface Datagram {
  /** Written into the payload. */
  readonly id: number;
  /** Of the frame, in bytes; 100 if left out. */
  readonly length?: number;
  /** One of the codepoints; not-ECT if left out. */
  readonly ecn?: number;
  /** The DSCP beside it. */
  readonly dscp?: number;
  readonly family?: 4 | 6;
  /** The source port. */
  readonly flow?: number;
  readonly vlan?: boolean;
}

const ETHERNET_LENGTH = 14;
const UDP_LENGTH = 8;
const SOURCE = parseIpAddress('fd00::1')!;
const DESTINATION = parseIpAddress('fd00::2')!;

/** Shortest frame that `datagram` can make. */
export const LEAST_LENGTH: number = ETHERNET_LENGTH + 4 + ipv6.HEADER_LENGTH + UDP_LENGTH + 4;

export function datagram(wanted: Datagram): Uint8Array {
  const { id, length = 100, ecn = 0, dscp = 0, family = 4, flow = 5000, vlan = false } = wanted;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let at = ETHERNET_LENGTH;
  const type = family === 4 ? 0x0800 : 0x86dd;
  if (vlan) {
    view.setUint16(12, 0x8100);
    view.setUint16(16, type);
    at += 4;
  } else view.setUint16(12, type);
  const trafficClass = (dscp << 2) | ecn;
  const header = family === 4 ? ipv4.HEADER_LENGTH : ipv6.HEADER_LENGTH;
  if (family === 4) {
    ipv4.writeHeader(view, at, header, trafficClass, length - at, id & 0xffff, 0, 64, 17, 0x0a000001, 0x0a000002);
  } else {
    ipv6.writeHeader(view, at, trafficClass, 0x12345, length - at - header, 17, 64, SOURCE, DESTINATION);
  }
  const udp = at + header;
  view.setUint16(udp, flow);
  view.setUint16(udp + 2, 53);
  view.setUint16(udp + 4, length - udp);
  view.setUint32(length - 4, id);
  return bytes;
}

/** The number that `datagram` wrote. */
export const idIn = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(bytes.length - 4);

/** The source port, of an untagged frame. */
export const flowIn = (bytes: Uint8Array): number => {
  const udp = ETHERNET_LENGTH + (bytes[12] === 0x08 ? ipv4.HEADER_LENGTH : ipv6.HEADER_LENGTH);
  return (bytes[udp]! << 8) | bytes[udp + 1]!;
};

/** The ECN field, of an untagged frame: read by hand, not by what the queues read it with. */
export const ecnIn = (bytes: Uint8Array): number => (bytes[12] === 0x08 ? bytes[15]! & 3 : (bytes[15]! >> 4) & 3);
