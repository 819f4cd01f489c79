/**
 * A frame's bytes as a list of layers, outermost first, for people: text, trees, JSON, ladders. Total: whatever the bytes, it
 * ends, reads nothing beyond them, and names a reason for what it could not read.
 */
import { PACKET_LENGTH as ARP_PACKET_LENGTH, decode as decodeArp } from '../layers/link/arp.ts';
import * as ethernet from '../layers/link/ethernet.ts';
import { ARP, ETHERTYPES, etherTypeName, IPV4, IPV6, isLength, isVlanTag } from '../layers/link/ethertype.ts';
import * as ipnet from '../layers/link/ipnet.ts';
import * as cooked from '../layers/link/linux-cooked.ts';
import * as llc from '../layers/link/llc.ts';
import * as bsdLoopback from '../layers/link/null.ts';
import * as ppp from '../layers/link/ppp.ts';
import * as pppoe from '../layers/link/pppoe.ts';
import * as vlan from '../layers/link/vlan.ts';
import { type DissectedPacket, dissectIp, dissectIpv4, dissectIpv6 } from './dissect-network.ts';
import { dataLayers, type FrameBytes, frameBytes, isCut, unread } from './frame-bytes.ts';
import type { Layer, LayerExtent, LayerProblem, LayerRecord } from './layer.ts';
import { LINK_TYPES, linkTypeName } from './link-type.ts';

export interface Dissection {
  readonly layers: readonly Layer[];
  /** The frame, as far as it was captured. */
  readonly bytes: Uint8Array;
  /** How many bytes it had on the wire. */
  readonly originalLength: number;
}

type Dissector = (frame: FrameBytes, at: number, end: number) => DissectedPacket;

/** By link type. */
const LINKS: ReadonlyMap<number, Dissector> = new Map<number, Dissector>([
  [LINK_TYPES.ethernet, dissectEthernet],
  [LINK_TYPES.null, dissectLoopback],
  [LINK_TYPES.loop, dissectLoopback],
  [LINK_TYPES.ppp, dissectPpp],
  [LINK_TYPES.pppHdlc, dissectPpp],
  [LINK_TYPES.raw, dissectIp],
  [LINK_TYPES.rawBsd, dissectIp],
  [LINK_TYPES.rawOpenBsd, dissectIp],
  [LINK_TYPES.ipv4, dissectIpv4],
  [LINK_TYPES.ipv6, dissectIpv6],
  [LINK_TYPES.linuxCooked, (frame, at, end) => dissectCooked(frame, at, end, 1)],
  [LINK_TYPES.linuxCooked2, (frame, at, end) => dissectCooked(frame, at, end, 2)],
  [LINK_TYPES.ipnet, dissectIpnet],
]);

/**
 * Dissects a frame.
 * @param linkType what the frame starts with: see `link-type.ts`
 * @param originalLength how long it was on the wire, if a capture cut it
 */
export function dissect(linkType: number, bytes: Uint8Array, originalLength: number = bytes.length): Dissection {
  const frame = frameBytes(bytes, originalLength);
  const end = frame.bytes.length;
  const dissector = LINKS.get(linkType);
  const layers =
    dissector === undefined
      ? dataLayers(frame, 0, end, linkTypeName(linkType), 'link-type-unknown')
      : withPadding(frame, dissector(frame, 0, end), end);
  return { layers, bytes, originalLength };
}

/** The layers, and what the frame has behind the packet. */
function withPadding(frame: FrameBytes, packet: DissectedPacket, end: number): readonly Layer[] {
  const realEnd = Math.min(end, frame.captured);
  if (packet.end >= realEnd) return packet.layers;
  const bytes = frame.bytes.slice(packet.end, realEnd);
  return [...packet.layers, { protocol: 'padding', record: { bytes }, at: packet.end, length: bytes.length }];
}

function dissectEthernet(frame: FrameBytes, at: number, end: number): DissectedPacket {
  const record = ethernet.decode(frame.view, at, end - at);
  if (typeof record === 'string') return failed(frame, at, end, 'Ethernet', ethernet.HEADER_LENGTH, record);
  const header = ethernet.HEADER_LENGTH;
  if (isCut(frame, at, end, header)) return failed(frame, at, end, 'Ethernet', header, 'cut-by-capture');
  return behind(
    { protocol: 'ethernet', record },
    { at, length: header },
    dissectType(frame, at + header, end, record.typeOrLength),
  );
}

/** What follows an EtherType, or a length: VLAN tags, PPPoE, LLC, ARP, IP. */
function dissectType(frame: FrameBytes, at: number, end: number, type: number): DissectedPacket {
  if (isLength(type)) return dissectLlc(frame, at, Math.min(end, at + type));
  if (isVlanTag(type)) return dissectVlan(frame, at, end);
  switch (type) {
    case IPV4:
      return dissectIpv4(frame, at, end);
    case IPV6:
      return dissectIpv6(frame, at, end);
    case ARP:
      return dissectArp(frame, at, end);
    case ETHERTYPES.pppoeDiscovery.number:
    case ETHERTYPES.pppoeSession.number:
      return dissectPppoe(frame, at, end, type === ETHERTYPES.pppoeSession.number);
    default:
      return { layers: dataLayers(frame, at, end, etherTypeName(type), 'ethernet-unknown-type'), end };
  }
}

function dissectVlan(frame: FrameBytes, at: number, end: number): DissectedPacket {
  const record = vlan.decode(frame.view, at, end - at);
  if (typeof record === 'string') return failed(frame, at, end, 'VLAN', vlan.TAG_LENGTH, record);
  const length = record.tags.length * vlan.TAG_LENGTH;
  if (isCut(frame, at, end, length)) return failed(frame, at, end, 'VLAN', length, 'cut-by-capture');
  const type = record.tags.at(-1)!.typeOrLength;
  return behind({ protocol: 'vlan', record }, { at, length }, dissectType(frame, at + length, end, type));
}

function dissectLlc(frame: FrameBytes, at: number, end: number): DissectedPacket {
  const record = llc.decode(frame.view, at, end - at);
  if (typeof record === 'string') return failed(frame, at, end, 'LLC', llc.SNAP_HEADER_LENGTH, record);
  const length = llc.headerLength(frame.view, at);
  if (isCut(frame, at, end, length)) return failed(frame, at, end, 'LLC', length, 'cut-by-capture');
  const { snap } = record;
  const payloadAt = at + length;
  if (snap?.organization === llc.ORGANIZATION_ETHERTYPE && !isLength(snap.protocol)) {
    return behind({ protocol: 'llc', record }, { at, length }, dissectType(frame, payloadAt, end, snap.protocol));
  }
  const name = record.destinationSap === llc.SAP_SPANNING_TREE ? 'spanning tree' : 'LLC payload';
  const layers = dataLayers(frame, payloadAt, end, name, 'ethernet-unknown-type');
  return behind({ protocol: 'llc', record }, { at, length }, { layers, end });
}

function dissectArp(frame: FrameBytes, at: number, end: number): DissectedPacket {
  const record = decodeArp(frame.view, at, end - at);
  if (typeof record === 'string') return failed(frame, at, end, 'ARP', ARP_PACKET_LENGTH, record);
  const length = 8 + 2 * (frame.view.getUint8(at + 4) + frame.view.getUint8(at + 5));
  if (isCut(frame, at, end, length)) return failed(frame, at, end, 'ARP', length, 'cut-by-capture');
  return { layers: [{ protocol: 'arp', record, at, length }], end: at + length };
}

function dissectPppoe(frame: FrameBytes, at: number, end: number, isSession: boolean): DissectedPacket {
  const record = pppoe.decode(frame.view, at, end - at);
  if (typeof record === 'string') return failed(frame, at, end, 'PPPoE', pppoe.HEADER_LENGTH, record);
  const length = pppoe.HEADER_LENGTH;
  if (isCut(frame, at, end, length)) return failed(frame, at, end, 'PPPoE', length, 'cut-by-capture');
  const payloadAt = at + length;
  const payloadEnd = payloadAt + record.payload.length;
  const payload = isSession
    ? dissectPpp(frame, payloadAt, payloadEnd)
    : { layers: dataLayers(frame, payloadAt, payloadEnd, 'PPPoE tags'), end: payloadEnd };
  return behind({ protocol: 'pppoe', record }, { at, length }, { layers: payload.layers, end: payloadEnd });
}

function dissectPpp(frame: FrameBytes, at: number, end: number): DissectedPacket {
  const record = ppp.decode(frame.view, at, end - at);
  if (typeof record === 'string') return failed(frame, at, end, 'PPP', 4, record);
  const length = ppp.headerLength(frame.view, at);
  if (isCut(frame, at, end, length)) return failed(frame, at, end, 'PPP', length, 'cut-by-capture');
  const type = ppp.etherTypeOf(record.protocol);
  const name = ppp.protocolName(record.protocol);
  return behind({ protocol: 'ppp', record }, { at, length }, dissectKnown(frame, at + length, end, type, name));
}

function dissectLoopback(frame: FrameBytes, at: number, end: number): DissectedPacket {
  const record = bsdLoopback.decode(frame.view, at, end - at);
  const length = bsdLoopback.HEADER_LENGTH;
  if (typeof record === 'string') return failed(frame, at, end, 'BSD loopback', length, record);
  if (isCut(frame, at, end, length)) return failed(frame, at, end, 'BSD loopback', length, 'cut-by-capture');
  const type = bsdLoopback.etherTypeOf(record.family);
  const name = `family ${record.family}`;
  return behind({ protocol: 'null', record }, { at, length }, dissectKnown(frame, at + length, end, type, name));
}

function dissectIpnet(frame: FrameBytes, at: number, end: number): DissectedPacket {
  const record = ipnet.decode(frame.view, at, end - at);
  const length = ipnet.HEADER_LENGTH;
  if (typeof record === 'string') return failed(frame, at, end, 'IP observability', length, record);
  if (isCut(frame, at, end, length)) return failed(frame, at, end, 'IP observability', length, 'cut-by-capture');
  const type = ipnet.etherTypeOf(record.family);
  const name = `family ${record.family}`;
  return behind({ protocol: 'ipnet', record }, { at, length }, dissectKnown(frame, at + length, end, type, name));
}

function dissectCooked(frame: FrameBytes, at: number, end: number, version: cooked.CookedVersion): DissectedPacket {
  const record = cooked.decode(frame.view, at, end - at, version);
  const length = cooked.headerLength(version);
  if (typeof record === 'string') return failed(frame, at, end, 'Linux cooked', length, record);
  if (isCut(frame, at, end, length)) return failed(frame, at, end, 'Linux cooked', length, 'cut-by-capture');
  const payloadAt = at + length;
  const { protocol } = record;
  const payload =
    protocol === cooked.PROTOCOL_LLC
      ? dissectLlc(frame, payloadAt, end)
      : dissectKnown(frame, payloadAt, end, isLength(protocol) ? undefined : protocol, `protocol ${protocol}`);
  return behind({ protocol: 'linuxCooked', record }, { at, length }, payload);
}

/** What a link says to carry by an EtherType, or by a number of its own that has none. */
const dissectKnown = (
  frame: FrameBytes,
  at: number,
  end: number,
  type: number | undefined,
  name: string,
): DissectedPacket =>
  type === undefined
    ? { layers: dataLayers(frame, at, end, name, 'ethernet-unknown-type'), end }
    : dissectType(frame, at, end, type);

/** A layer, and what it carries. */
const behind = (record: LayerRecord, extent: LayerExtent, carried: DissectedPacket): DissectedPacket => ({
  layers: [{ ...record, ...extent } as Layer, ...carried.layers],
  end: carried.end,
});

const failed = (
  frame: FrameBytes,
  at: number,
  end: number,
  name: string,
  leastLength: number,
  problem: LayerProblem,
): DissectedPacket => ({ layers: unread(frame, at, end, name, leastLength, problem), end });
