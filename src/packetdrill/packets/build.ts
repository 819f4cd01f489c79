/**
 * The packets that a script sends: its specification and the numbers of the conversation, as bytes of an IP packet.
 * What the script leaves open is what packetdrill takes: an ECN field of zero, a hop limit of 255, the right checksum.
 */
import type { IpAddress } from '../../layers/address.ts';
import { ipAddress } from '../../layers/address-text.ts';
import { pseudoHeaderSum } from '../../layers/checksum.ts';
import * as ecn from '../../layers/network/ecn.ts';
import * as icmpv4 from '../../layers/network/icmpv4.ts';
import * as icmpv6 from '../../layers/network/icmpv6.ts';
import * as ipv4 from '../../layers/network/ipv4.ts';
import * as ipv6 from '../../layers/network/ipv6.ts';
import { RecordWriter } from '../../layers/record-writer.ts';
import * as segment from '../../layers/transport/tcp/segment.ts';
import * as udp from '../../layers/transport/udp.ts';
import type { IcmpSpec, IpFields, PacketSpec, QuoteSpec, TcpSpec, UdpSpec, Wrapping } from '../language/script.ts';
import type { Flow } from './flow.ts';
import { signSegment } from './md5-signature.ts';
import { optionRecords } from './option-specs.ts';

export interface BuildContext {
  readonly flow: Flow;
  readonly echoIsScaled: boolean;
  /** `--tcp_md5_secret`. */
  readonly md5Secret: Uint8Array | undefined;
}

const GRE = 47;
const MPLS_IN_IP = 137;
const GRE_ETHERTYPES: Readonly<Record<string, number>> = { ipv4: 0x0800, ipv6: 0x86dd, mpls: 0x8847 };
/** IP protocol numbers of what a wrapping carries. */
const CARRIED: Readonly<Record<Wrapping['kind'], number>> = { ipv4: 4, ipv6: 41, gre: GRE, mpls: MPLS_IN_IP };
const HOP_LIMIT = 255;

interface Packet {
  /** What it is to whoever carries it: an IP protocol number. */
  readonly protocol: number;
  readonly kind: Wrapping['kind'];
  readonly bytes: Uint8Array;
}

/** An IP packet from the script to the host. @throws {RangeError} if a field cannot hold what the script says */
export function buildPacket(spec: PacketSpec, context: BuildContext): Uint8Array {
  const { local, remote } = context.flow;
  const payload = buildPayload(spec, context);
  const family = local.family;
  let packet: Packet = {
    protocol: family === 4 ? CARRIED.ipv4 : CARRIED.ipv6,
    kind: family === 4 ? 'ipv4' : 'ipv6',
    bytes: ipPacket(remote, local, payload.protocol, spec.ip, payload.bytes),
  };
  for (const wrapping of [...spec.wrappings].reverse()) packet = wrap(wrapping, packet);
  return packet.bytes;
}

function buildPayload({ payload }: PacketSpec, context: BuildContext): { protocol: number; bytes: Uint8Array } {
  switch (payload.protocol) {
    case 'tcp': {
      const bytes = tcpSegment(payload, context);
      if (payload.udpEncapsulation === undefined) return { protocol: segment.PROTOCOL, bytes };
      const { source, destination } = payload.udpEncapsulation;
      const { local, remote } = context.flow;
      const record = { sourcePort: source, destinationPort: destination, payload: bytes };
      return { protocol: udp.PROTOCOL, bytes: udp.encode(record, remote, local) };
    }
    case 'udp':
      return { protocol: udp.PROTOCOL, bytes: datagram(payload, context.flow) };
    default:
      return icmpMessage(payload, context);
  }
}

const trafficClass = ({ tos, ecn: codepoint }: IpFields): number =>
  ((tos ?? 0) & ~(codepoint === undefined ? 0 : 3)) | (codepoint === undefined ? 0 : CODEPOINTS[codepoint]);

const CODEPOINTS: Readonly<Record<NonNullable<IpFields['ecn']>, number>> = {
  noecn: ecn.NOT_ECT,
  ect0: ecn.ECT_0,
  ect1: ecn.ECT_1,
  ect01: ecn.ECT_0,
  ce: ecn.CONGESTION_EXPERIENCED,
};

function ipPacket(
  source: IpAddress,
  destination: IpAddress,
  protocol: number,
  fields: IpFields,
  payload: Uint8Array,
): Uint8Array {
  const shared = { trafficClass: trafficClass(fields), source, destination, protocol, payload };
  return source.family === 4
    ? ipv4.encode({
        ...shared,
        identification: 0,
        dontFragment: true,
        moreFragments: false,
        fragmentOffset: 0,
        timeToLive: fields.ttl ?? HOP_LIMIT,
        options: [],
      })
    : ipv6.encode({
        ...shared,
        flowLabel: fields.flowLabel ?? 0,
        hopLimit: fields.ttl ?? HOP_LIMIT,
        extensions: [],
      });
}

function wrap(wrapping: Wrapping, inner: Packet): Packet {
  switch (wrapping.kind) {
    case 'ipv4':
    case 'ipv6': {
      const [source, destination] = [ipAddress(wrapping.source), ipAddress(wrapping.destination)];
      const bytes = ipPacket(source, destination, inner.protocol, wrapping.ip, inner.bytes);
      return { protocol: CARRIED[wrapping.kind], kind: wrapping.kind, bytes };
    }
    case 'mpls': {
      const writer = new RecordWriter();
      for (const { label, trafficClass: precedence, isBottom, ttl } of wrapping.labels) {
        writer.uint32('label', ((label << 12) | (precedence << 9) | (isBottom ? 0x100 : 0) | ttl) >>> 0);
      }
      writer.octets(inner.bytes);
      return { protocol: MPLS_IN_IP, kind: 'mpls', bytes: writer.finish() };
    }
    case 'gre': {
      // RFC 2784, with the key and sequence number of RFC 2890.
      const { checksum, key, sequence } = wrapping;
      const present =
        (checksum === undefined ? 0 : 0x8000) |
        (key === undefined ? 0 : 0x2000) |
        (sequence === undefined ? 0 : 0x1000);
      const writer = new RecordWriter();
      writer.uint16('flags', wrapping.flags ?? present);
      writer.uint16('protocol', wrapping.protocol ?? GRE_ETHERTYPES[inner.kind] ?? 0);
      if (checksum !== undefined) writer.uint32('checksum', checksum * 0x1_0000);
      if (key !== undefined) writer.uint32('key', key);
      if (sequence !== undefined) writer.uint32('sequence', sequence);
      writer.octets(inner.bytes);
      return { protocol: GRE, kind: 'gre', bytes: writer.finish() };
    }
  }
}

/** ACE, if it is written as a number, is AE, CWR and ECE. */
export const controlBits = ({ flags, ace, acknowledgment }: TcpSpec): number =>
  (ace === undefined ? flags : (flags & ~(7 << 6)) | (ace << 6)) | (acknowledgment === undefined ? 0 : segment.ACK);

function tcpSegment(spec: TcpSpec, { flow, echoIsScaled, md5Secret }: BuildContext): Uint8Array {
  const { local, localPort, remote, remotePort } = flow;
  const options = spec.options === 'any' ? [] : optionRecords(spec.options, flow, echoIsScaled);
  const record = {
    sourcePort: spec.ports?.source ?? remotePort,
    destinationPort: spec.ports?.destination ?? localPort,
    sequenceNumber: spec.sequence | 0,
    acknowledgmentNumber: spec.acknowledgment === undefined ? 0 : flow.liveSequence(spec.acknowledgment),
    flags: controlBits(spec),
    window: spec.window ?? 0,
    urgentPointer: spec.urgent ?? 0,
    options,
    payload: payloadOf(spec.sequence, spec.length),
  };
  const bytes = segment.encode(record, remote, local);
  if (md5Secret !== undefined && spec.options !== 'any') signSegment(bytes, spec.options, flow, md5Secret);
  if (spec.checksum !== undefined) spoilChecksum(bytes, 16, spec.checksum);
  return bytes;
}

/** Every octet is told by its place, so that what is read in the wrong order could be seen. */
function payloadOf(sequence: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = (sequence + index) & 0xff;
  return bytes;
}

function spoilChecksum(bytes: Uint8Array, at: number, checksum: number | 'bad'): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const right = view.getUint16(at);
  // Neither the right one nor the zero that UDP would take for none.
  view.setUint16(at, checksum === 'bad' ? right ^ 0xffff || 1 : checksum);
}

function datagram(spec: UdpSpec, { local, localPort, remote, remotePort }: Flow): Uint8Array {
  const record = {
    sourcePort: spec.ports?.source ?? remotePort,
    destinationPort: spec.ports?.destination ?? localPort,
    payload: payloadOf(0, spec.length),
  };
  const bytes = udp.encode(record, remote, local);
  if (spec.checksum !== undefined) spoilChecksum(bytes, 6, spec.checksum);
  return bytes;
}

function icmpMessage(spec: IcmpSpec, { flow }: BuildContext): { protocol: number; bytes: Uint8Array } {
  const { local, remote } = flow;
  const { type, code, mtu, echo, quote } = spec;
  const writer = new RecordWriter();
  writer.uint8('type', type);
  writer.uint8('code', code);
  writer.uint16('checksum', 0);
  if (echo !== undefined) {
    writer.uint16('identifier', echo.identifier);
    writer.uint16('sequence', echo.sequence);
    writer.octets(payloadOf(0, echo.length));
  } else {
    // The MTU has 16 bits at the end of the word in ICMP (RFC 1191 §4) and all 32 in ICMPv6 (RFC 4443 §3.2).
    writer.uint32('mtu', mtu ?? 0);
    writer.octets(quote === undefined ? new Uint8Array(0) : quoted(quote, flow));
  }
  const bytes = writer.finish();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (spec.protocol === 'icmp') {
    icmpv4.writeChecksum(view, 0, bytes.length);
    return { protocol: icmpv4.PROTOCOL, bytes };
  }
  const pseudo = pseudoHeaderSum(remote, local, icmpv6.PROTOCOL, bytes.length);
  icmpv6.writeChecksum(view, 0, bytes.length, pseudo);
  return { protocol: icmpv6.PROTOCOL, bytes };
}

/** RFC 792: "the internet header plus the first 64 bits of the original datagram's data" say whose it was. */
const QUOTED_BYTES = 8;

/** The headers of the host's packet that an error is about. */
function quoted(quote: QuoteSpec, flow: Flow): Uint8Array {
  const { local, remote } = flow;
  const source = quote.ports?.source ?? flow.localPort;
  const destination = quote.ports?.destination ?? flow.remotePort;
  const header = quote.protocol === 'tcp' ? segment.HEADER_LENGTH : udp.HEADER_LENGTH;
  const payload = new Uint8Array(header + quote.length);
  const view = new DataView(payload.buffer);
  view.setUint16(0, source);
  view.setUint16(2, destination);
  if (quote.protocol === 'tcp') {
    view.setInt32(4, flow.liveSequence(quote.sequence));
    view.setUint16(12, ((header >>> 2) << 12) | segment.ACK);
  } else view.setUint16(4, payload.length);
  const protocol = quote.protocol === 'tcp' ? segment.PROTOCOL : udp.PROTOCOL;
  const whole = ipPacket(local, remote, protocol, {}, payload);
  return whole.subarray(0, whole.length - payload.length + QUOTED_BYTES);
}
