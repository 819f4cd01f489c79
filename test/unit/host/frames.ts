/** Frames that a test writes by hand, and a line of text for each frame that a host sent. */
import type { IpAddress } from '../../../src/layers/address.ts';
import { formatIpAddress, ipAddress } from '../../../src/layers/address-text.ts';
import * as arp from '../../../src/layers/link/arp.ts';
import * as ethernet from '../../../src/layers/link/ethernet.ts';
import { ARP, IPV4, IPV6 } from '../../../src/layers/link/ethertype.ts';
import { formatMac } from '../../../src/layers/mac.ts';
import * as icmpv4 from '../../../src/layers/network/icmpv4.ts';
import * as icmpv6 from '../../../src/layers/network/icmpv6.ts';
import * as ipv4 from '../../../src/layers/network/ipv4.ts';
import * as ipv6 from '../../../src/layers/network/ipv6.ts';
import * as ndp from '../../../src/layers/network/ndp.ts';
import * as udp from '../../../src/layers/transport/udp.ts';

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const BROADCAST = 0xffff_ffff_ffff;
/** A station that is no host: what a test sends comes from it. */
export const STRANGER = 0x0200_0000_00ee;

/** A frame, padded to the minimum with zeros. */
export function frameOf(destination: number, source: number, typeOrLength: number, payload: Uint8Array): Uint8Array {
  const record = { destination, source, typeOrLength, payload, trailer: new Uint8Array(0) };
  return ethernet.encode(ethernet.padded(record));
}

export function arpFrame(
  operation: number,
  sender: { readonly mac: number; readonly ip: string },
  target: { readonly mac?: number; readonly ip: string },
  destination: number = BROADCAST,
): Uint8Array {
  const payload = arp.encode({
    hardwareType: 1,
    protocolType: IPV4,
    operation,
    senderHardware: sender.mac,
    senderProtocol: ipAddress(sender.ip),
    targetHardware: target.mac ?? 0,
    targetProtocol: ipAddress(target.ip),
  });
  return frameOf(destination, sender.mac, ARP, payload);
}

export interface PacketParts {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly payload: Uint8Array;
  readonly hopLimit?: number;
  readonly dontFragment?: boolean;
  readonly moreFragments?: boolean;
  readonly fragmentOffset?: number;
  readonly identification?: number;
  readonly trafficClass?: number;
  readonly options?: ipv4.Ipv4Record['options'];
  readonly extensions?: ipv6.Ipv6Record['extensions'];
}

/** An IP packet of the family of its addresses. */
export function packet(parts: PacketParts): Uint8Array {
  const source = ipAddress(parts.source);
  const destination = ipAddress(parts.destination);
  const { protocol, payload, hopLimit = 64, trafficClass = 0 } = parts;
  if (source.family === 6) {
    const extensions = parts.extensions ?? [];
    return ipv6.encode({ trafficClass, flowLabel: 0, hopLimit, source, destination, extensions, protocol, payload });
  }
  return ipv4.encode({
    trafficClass,
    identification: parts.identification ?? 1,
    dontFragment: parts.dontFragment ?? false,
    moreFragments: parts.moreFragments ?? false,
    fragmentOffset: parts.fragmentOffset ?? 0,
    timeToLive: hopLimit,
    protocol,
    source,
    destination,
    options: parts.options ?? [],
    payload,
  });
}

export const packetFrame = (destination: number, parts: PacketParts, source: number = STRANGER): Uint8Array =>
  frameOf(destination, source, parts.source.includes(':') ? IPV6 : IPV4, packet(parts));

export const udpBytes = (
  source: string,
  from: number,
  destination: string,
  to: number,
  payload: Uint8Array,
): Uint8Array =>
  udp.encode({ sourcePort: from, destinationPort: to, payload }, ipAddress(source), ipAddress(destination));

/** A whole datagram in a frame. */
export function udpFrame(
  destinationMac: number,
  from: readonly [string, number],
  to: readonly [string, number],
  payload: Uint8Array,
  more: Partial<PacketParts> = {},
): Uint8Array {
  const bytes = udpBytes(from[0], from[1], to[0], to[1], payload);
  return packetFrame(destinationMac, {
    source: from[0],
    destination: to[0],
    protocol: udp.PROTOCOL,
    payload: bytes,
    ...more,
  });
}

export interface Sent {
  readonly ethernet: ethernet.EthernetRecord;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly protocol: number;
  readonly hopLimit: number;
  readonly payload: Uint8Array;
  readonly v4: ipv4.Ipv4Record | undefined;
  readonly v6: ipv6.Ipv6Record | undefined;
}

/** The IP packet in a frame, or `undefined` if there is none. @throws {Error} if it is malformed: hosts send nothing such */
export function ipIn(bytes: Uint8Array): Sent | undefined {
  const record = ethernet.decode(viewOf(bytes), 0, bytes.length);
  if (typeof record === 'string') throw new Error(record);
  const view = viewOf(record.payload);
  if (record.typeOrLength === IPV4) {
    const v4 = ipv4.decode(view, 0, view.byteLength);
    if (typeof v4 === 'string') throw new Error(v4);
    const { source, destination, protocol, payload } = v4;
    return { ethernet: record, source, destination, protocol, hopLimit: v4.timeToLive, payload, v4, v6: undefined };
  }
  if (record.typeOrLength !== IPV6) return undefined;
  const v6 = ipv6.decode(view, 0, view.byteLength);
  if (typeof v6 === 'string') throw new Error(v6);
  const { source, destination, protocol, payload, hopLimit } = v6;
  return { ethernet: record, source, destination, protocol, hopLimit, payload, v4: undefined, v6 };
}

/** A frame as one line: what a person would write at a whiteboard. */
export function line(bytes: Uint8Array): string {
  const found = ipIn(bytes);
  if (found === undefined) return arpLine(bytes);
  const way = `${formatIpAddress(found.source)} > ${formatIpAddress(found.destination)}`;
  return `${way} ${upperLine(found)}`;
}

export const lines = (frames: readonly Uint8Array[]): string[] => frames.map(line);

function arpLine(bytes: Uint8Array): string {
  const record = arp.decode(viewOf(bytes), ethernet.HEADER_LENGTH, bytes.length - ethernet.HEADER_LENGTH);
  if (typeof record === 'string') throw new Error(record);
  const to = ethernet.destination(viewOf(bytes), 0) === BROADCAST ? '' : ' (unicast)';
  const sender = formatIpAddress(record.senderProtocol as IpAddress);
  const target = formatIpAddress(record.targetProtocol as IpAddress);
  if (record.operation === arp.REQUEST) return `arp who has ${target} tell ${sender}${to}`;
  return `arp ${sender} is at ${formatMac(record.senderHardware as number)}${to}`;
}

function upperLine(found: Sent): string {
  const { protocol, payload, source, destination, v4, v6 } = found;
  const view = viewOf(payload);
  const fragment = v6?.extensions.find((each) => each.header === 'fragment');
  const offset = v4?.fragmentOffset ?? 0;
  if (offset !== 0 || v4?.moreFragments === true || fragment !== undefined) return `fragment of ${payload.length}`;
  if (protocol === udp.PROTOCOL) {
    const record = udp.decode(view, 0, view.byteLength, source, destination);
    if (typeof record === 'string') throw new Error(record);
    return `udp ${record.sourcePort} > ${record.destinationPort} (${record.payload.length})`;
  }
  if (protocol === icmpv4.PROTOCOL) {
    const record = icmpv4.decode(view, 0, view.byteLength);
    if (typeof record === 'string') throw new Error(record);
    const type = view.getUint8(0);
    return `icmp ${icmpv4.CODE_NAMES[type]?.[view.getUint8(1)] ?? icmpv4.TYPE_NAMES[type] ?? type}`;
  }
  if (protocol !== icmpv6.PROTOCOL) return `protocol ${protocol}`;
  const type = view.getUint8(0);
  const target = ndp.decode(view, 0, view.byteLength, source, destination);
  if (typeof target !== 'string' && 'target' in target)
    return `icmp6 ${icmpv6.TYPE_NAMES[type]} ${formatIpAddress(target.target)}`;
  return `icmp6 ${icmpv6.CODE_NAMES[type]?.[view.getUint8(1)] ?? icmpv6.TYPE_NAMES[type] ?? type}`;
}

/** Bytes that tell their place. */
export const pattern = (length: number, seed = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 0xff);
