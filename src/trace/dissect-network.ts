/**
 * What a link carries, dissected: IPv4 and IPv6, ICMP of both with the packets that its errors quote, and packets inside
 * packets (RFC 2003, RFC 2473).
 */
import { type IpAddress, readAddress } from '../layers/address.ts';
import { pseudoHeaderSum } from '../layers/checksum.ts';
import * as icmpv4 from '../layers/network/icmpv4.ts';
import * as icmpv6 from '../layers/network/icmpv6.ts';
import * as igmp from '../layers/network/igmp.ts';
import * as ipv4 from '../layers/network/ipv4.ts';
import * as ipv6 from '../layers/network/ipv6.ts';
import { isExtension } from '../layers/network/ipv6-extension.ts';
import * as ndp from '../layers/network/ndp.ts';
import { ICMP, ICMPV6, IGMP, IPV4, IPV6, NO_NEXT_HEADER, protocolName, TCP, UDP } from '../layers/network/protocol.ts';
import { viewOf } from '../layers/record.ts';
import { dissectTcp, dissectUdp, type Endpoints, verify } from './dissect-transport.ts';
import { beginningOnly, dataLayers, type FrameBytes, isCut, unread } from './frame-bytes.ts';
import type { Layer } from './layer.ts';

/** What a packet became, and where it ends: the link may have padded the frame behind it. */
export interface DissectedPacket {
  readonly layers: readonly Layer[];
  readonly end: number;
}

/** Packets inside one another: more are not found in earnest, and would cost time. */
const DEEPEST = 8;

/** The layers of an IP packet of either version. */
export function dissectIp(frame: FrameBytes, at: number, end: number): DissectedPacket {
  if (at >= end) return { layers: unread(frame, at, end, 'IP', 1, 'ipv4-truncated'), end };
  if (frame.captured <= at) return { layers: dataLayers(frame, at, end, 'IP', 'cut-by-capture'), end };
  const version = frame.view.getUint8(at) >>> 4;
  if (version === 6) return dissectIpv6(frame, at, end);
  if (version === 4) return dissectIpv4(frame, at, end);
  return { layers: dataLayers(frame, at, end, 'IP', 'ip-bad-version'), end };
}

export function dissectIpv4(frame: FrameBytes, at: number, end: number): DissectedPacket {
  const record = ipv4.decodeUnverified(frame.view, at, end - at);
  if (typeof record === 'string') return { layers: unread(frame, at, end, 'IPv4', ipv4.HEADER_LENGTH, record), end };
  const header = ipv4.headerLength(frame.view, at);
  if (isCut(frame, at, end, header)) return { layers: dataLayers(frame, at, end, 'IPv4', 'cut-by-capture'), end };
  const packetEnd = at + ipv4.totalLength(frame.view, at);
  const verified = verify(frame, at + header, ipv4.check(frame.view, at, end - at));
  const isMalformed = record.options.some((option) => option.name === 'malformed');
  const layer: Layer = {
    protocol: 'ipv4',
    record,
    at,
    length: header,
    ...verified,
    ...(isMalformed && verified.problem === undefined ? { problem: 'ipv4-bad-option' as const } : {}),
  };
  const carried = dissectCarried(
    frame,
    at + header,
    packetEnd,
    record.protocol,
    record,
    record.fragmentOffset,
    record.moreFragments,
  );
  return { layers: [layer, ...carried], end: packetEnd };
}

export function dissectIpv6(frame: FrameBytes, at: number, end: number): DissectedPacket {
  const record = ipv6.decode(frame.view, at, end - at);
  if (typeof record === 'string') return { layers: unread(frame, at, end, 'IPv6', ipv6.HEADER_LENGTH, record), end };
  const packetEnd = at + ipv6.HEADER_LENGTH + ipv6.payloadLength(frame.view, at);
  const payloadAt = packetEnd - record.payload.length;
  if (isCut(frame, at, end, payloadAt - at))
    return { layers: dataLayers(frame, at, end, 'IPv6', 'cut-by-capture'), end };
  const fragment = record.extensions.find((extension) => extension.header === 'fragment');
  const offset = fragment?.offset ?? 0;
  const isMalformed = offset === 0 && isExtension(record.protocol);
  const layer: Layer = {
    protocol: 'ipv6',
    record,
    at,
    length: payloadAt - at,
    ...(isMalformed ? { problem: 'ipv6-bad-extension' as const } : {}),
  };
  const carried = isMalformed
    ? dataLayers(frame, payloadAt, packetEnd, protocolName(record.protocol), 'ipv6-bad-extension')
    : dissectCarried(
        frame,
        payloadAt,
        packetEnd,
        record.protocol,
        { source: record.source, destination: finalDestination(record) },
        offset,
        fragment?.moreFragments ?? false,
      );
  return { layers: [layer, ...carried], end: packetEnd };
}

/**
 * The destination in the pseudo header: "the address of the final destination. At the originating node, that address will be
 * in the last element of the Routing header" (RFC 8200 §8.1). In a segment routing header the list runs backwards.
 */
function finalDestination(record: ipv6.Ipv6Record): IpAddress {
  const routing = record.extensions.find((extension) => extension.header === 'routing');
  if (routing === undefined || routing.segmentsLeft === 0 || routing.data.length < 20) return record.destination;
  const view = viewOf(routing.data);
  const isLastFirst = routing.routingType === 4;
  return readAddress(6, view, isLastFirst ? 4 : 4 + (Math.floor((routing.data.length - 4) / 16) - 1) * 16);
}

/** What a packet carries, from `at` up to `end`. */
function dissectCarried(
  frame: FrameBytes,
  at: number,
  end: number,
  protocol: number,
  ends: Endpoints,
  fragmentOffset: number,
  moreFragments: boolean,
): readonly Layer[] {
  if (fragmentOffset > 0) return dataLayers(frame, at, end, `fragment of ${protocolName(protocol)}`, 'later-fragment');
  if (moreFragments) {
    // The datagram's own length counts all fragments; 65,535 bytes is the most that they can be.
    const longest = at + 65_535;
    return dissectWhole(beginningOnly(frame, end, longest), at, longest, protocol, ends);
  }
  return dissectWhole(frame, at, end, protocol, ends);
}

function dissectWhole(frame: FrameBytes, at: number, end: number, protocol: number, ends: Endpoints): readonly Layer[] {
  switch (protocol) {
    case TCP:
      return dissectTcp(frame, at, end, ends);
    case UDP:
      return dissectUdp(frame, at, end, ends);
    case ICMP:
      return dissectIcmpv4(frame, at, end);
    case ICMPV6:
      return dissectIcmpv6(frame, at, end, ends);
    case IGMP:
      return dissectIgmp(frame, at, end);
    case IPV4:
    case IPV6:
      return dissectInner(frame, at, end);
    case NO_NEXT_HEADER:
      return dataLayers(frame, at, end, 'data');
    default:
      return dataLayers(frame, at, end, protocolName(protocol), 'ip-unknown-protocol');
  }
}

function dissectInner(frame: FrameBytes, at: number, end: number): readonly Layer[] {
  if (frame.depth >= DEEPEST) return dataLayers(frame, at, end, 'IP', 'nested-too-deep');
  return dissectIp({ ...frame, depth: frame.depth + 1 }, at, end).layers;
}

function dissectIcmpv4(frame: FrameBytes, at: number, end: number): readonly Layer[] {
  const record = icmpv4.decodeUnverified(frame.view, at, end - at);
  if (typeof record === 'string') return unread(frame, at, end, 'ICMP', icmpv4.HEADER_LENGTH, record);
  if (isCut(frame, at, end, icmpv4.HEADER_LENGTH)) return dataLayers(frame, at, end, 'ICMP', 'cut-by-capture');
  const verified = verify(frame, end, icmpv4.check(frame.view, at, end - at));
  const extent = { at, length: icmpv4.HEADER_LENGTH, ...verified };
  const bodyAt = at + icmpv4.HEADER_LENGTH;
  if (!icmpv4.isError(icmpv4.type(frame.view, at))) {
    return [{ protocol: 'icmpv4', record, ...extent }, ...dataLayers(frame, bodyAt, end, 'data')];
  }
  const quoteEnd = bodyAt + icmpv4.quoteLength(frame.view, at, end - at);
  return [
    { protocol: 'icmpv4', record, ...extent, quoted: dissectQuote(frame, bodyAt, quoteEnd) },
    ...dataLayers(frame, quoteEnd, end, 'ICMP extensions'),
  ];
}

function dissectIcmpv6(frame: FrameBytes, at: number, end: number, ends: Endpoints): readonly Layer[] {
  const { source, destination } = ends;
  const length = end - at;
  const shape = icmpv6.checkShape(frame.view, at, length);
  if (shape !== undefined) return unread(frame, at, end, 'ICMPv6', icmpv6.ERROR_HEADER_LENGTH, shape);
  const type = icmpv6.type(frame.view, at);
  const offset = ndp.optionsOffset(type);
  const header = offset >= 0 ? length : Math.min(length, icmpv6.ERROR_HEADER_LENGTH);
  if (isCut(frame, at, end, header)) return dataLayers(frame, at, end, 'ICMPv6', 'cut-by-capture');
  const pseudoSum = pseudoHeaderSum(source, destination, icmpv6.PROTOCOL, length);
  const verified = verify(frame, end, icmpv6.check(frame.view, at, length, pseudoSum));
  if (offset >= 0) {
    const record = ndp.decodeUnverified(frame.view, at, length, source, destination);
    if (typeof record === 'string') return unread(frame, at, end, 'ICMPv6', ndp.ROUTER_SOLICITATION_LENGTH, record);
    return [{ protocol: 'ndp', record, at, length, ...verified }];
  }
  const record = icmpv6.decodeUnverified(frame.view, at, length, source, destination);
  if (typeof record === 'string') return unread(frame, at, end, 'ICMPv6', icmpv6.HEADER_LENGTH, record);
  const isOther = record.message === 'other';
  const bodyAt = at + (isOther ? icmpv6.HEADER_LENGTH : icmpv6.ERROR_HEADER_LENGTH);
  const extent = { at, length: bodyAt - at, ...verified };
  if (isOther || !icmpv6.isError(type)) {
    return [{ protocol: 'icmpv6', record, ...extent }, ...dataLayers(frame, bodyAt, end, 'data')];
  }
  const quoteEnd = bodyAt + icmpv6.quoteLength(frame.view, at, length);
  return [
    { protocol: 'icmpv6', record, ...extent, quoted: dissectQuote(frame, bodyAt, quoteEnd) },
    ...dataLayers(frame, quoteEnd, end, 'ICMPv6 extensions'),
  ];
}

function dissectIgmp(frame: FrameBytes, at: number, end: number): readonly Layer[] {
  const record = igmp.decodeUnverified(frame.view, at, end - at);
  if (typeof record === 'string') return unread(frame, at, end, 'IGMP', end - at, record);
  if (isCut(frame, at, end, end - at)) return dataLayers(frame, at, end, 'IGMP', 'cut-by-capture');
  const verified = verify(frame, end, igmp.check(frame.view, at, end - at));
  return [{ protocol: 'igmp', record, at, length: end - at, ...verified }];
}

/** The beginning of a packet that an error is about: its own lengths say more than is there. */
function dissectQuote(frame: FrameBytes, at: number, end: number): readonly Layer[] {
  if (end <= at) return [];
  if (frame.depth >= DEEPEST) return dataLayers(frame, at, end, 'IP', 'nested-too-deep');
  const available = Math.min(end, frame.captured) - at;
  // Total length of IPv4, payload length of IPv6: as far as the quote has them.
  const isV6 = available >= 6 && frame.view.getUint8(at) >>> 4 === 6;
  const claimed =
    available < 6 ? 0 : isV6 ? ipv6.HEADER_LENGTH + frame.view.getUint16(at + 4) : frame.view.getUint16(at + 2);
  const length = Math.max(end, at + claimed);
  const quote = { ...beginningOnly(frame, end, length), depth: frame.depth + 1 };
  return dissectIp(quote, at, length).layers;
}
