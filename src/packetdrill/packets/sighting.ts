/**
 * A packet that the host has sent, read back from its bytes. What cannot be read is said with the stack's own reason: the
 * host must never send such a thing.
 */
import type { IpAddress } from '../../layers/address.ts';
import type { DropReason } from '../../layers/drop.ts';
import * as icmpv4 from '../../layers/network/icmpv4.ts';
import * as icmpv6 from '../../layers/network/icmpv6.ts';
import * as ipv4 from '../../layers/network/ipv4.ts';
import * as ipv6 from '../../layers/network/ipv6.ts';
import { viewOf } from '../../layers/record.ts';
import type { TcpOptionRecord } from '../../layers/transport/tcp/option-records.ts';
import * as segment from '../../layers/transport/tcp/segment.ts';
import * as udp from '../../layers/transport/udp.ts';

export interface Sighting {
  /** Nanoseconds on the script's clock. */
  readonly time: number;
  /** Of the frame in the trace. */
  readonly serial: number;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly trafficClass: number;
  readonly hopLimit: number;
  /** 0 in IPv4. */
  readonly flowLabel: number;
  readonly payload: SeenTcp | SeenUdp | SeenIcmp;
  /** What it carries above IP, as it came. */
  readonly bytes: Uint8Array;
}

export interface SeenTcp {
  readonly protocol: 'tcp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Signed 32-bit integers of the wire. */
  readonly sequence: number;
  readonly acknowledgment: number;
  /** 12 bits. */
  readonly flags: number;
  readonly window: number;
  readonly urgent: number;
  readonly options: readonly TcpOptionRecord[];
  readonly length: number;
}

export interface SeenUdp {
  readonly protocol: 'udp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly length: number;
}

export interface SeenIcmp {
  readonly protocol: 'icmp' | 'icmpv6';
  readonly type: number;
  readonly code: number;
  /** The word behind the checksum: an MTU, or identifier and sequence number. */
  readonly word: number;
  /** What follows it: a quoted packet, or an echo's data. */
  readonly data: Uint8Array;
}

/** @returns the packet, or why it is none */
export function readSighting(time: number, serial: number, packet: Uint8Array): Sighting | DropReason {
  const view = viewOf(packet);
  const isIpv4 = packet.length > 0 && packet[0]! >>> 4 === 4;
  const record = isIpv4 ? ipv4.decode(view, 0, packet.length) : ipv6.decode(view, 0, packet.length);
  if (typeof record === 'string') return record;
  const { source, destination } = record;
  const payload = readPayload(record.protocol, record.payload, source, destination);
  if (typeof payload === 'string') return payload;
  return {
    time,
    serial,
    source,
    destination,
    trafficClass: record.trafficClass,
    hopLimit: 'timeToLive' in record ? record.timeToLive : record.hopLimit,
    flowLabel: 'flowLabel' in record ? record.flowLabel : 0,
    payload,
    bytes: record.payload,
  };
}

function readPayload(
  protocol: number,
  bytes: Uint8Array,
  source: IpAddress,
  destination: IpAddress,
): Sighting['payload'] | DropReason {
  const view = viewOf(bytes);
  switch (protocol) {
    case segment.PROTOCOL: {
      const record = segment.decode(view, 0, bytes.length, source, destination);
      if (typeof record === 'string') return record;
      return {
        protocol: 'tcp',
        sourcePort: record.sourcePort,
        destinationPort: record.destinationPort,
        sequence: record.sequenceNumber,
        acknowledgment: record.acknowledgmentNumber,
        flags: record.flags,
        window: record.window,
        urgent: record.urgentPointer,
        options: record.options.flatMap(eachEnd),
        length: record.payload.length,
      };
    }
    case udp.PROTOCOL: {
      const record = udp.decode(view, 0, bytes.length, source, destination);
      if (typeof record === 'string') return record;
      const { sourcePort, destinationPort, payload } = record;
      return { protocol: 'udp', sourcePort, destinationPort, length: payload.length };
    }
    case icmpv4.PROTOCOL:
    case icmpv6.PROTOCOL: {
      const isVersion4 = protocol === icmpv4.PROTOCOL;
      const record = isVersion4
        ? icmpv4.decode(view, 0, bytes.length)
        : icmpv6.decode(view, 0, bytes.length, source, destination);
      if (typeof record === 'string') return record;
      return {
        protocol: isVersion4 ? 'icmp' : 'icmpv6',
        type: view.getUint8(0),
        code: view.getUint8(1),
        word: bytes.length >= 8 ? view.getUint32(4) : 0,
        data: bytes.slice(Math.min(8, bytes.length)),
      };
    }
    default:
      return 'ip-unknown-protocol';
  }
}

/** In a script each zero behind the options is an `eol` of its own. */
const eachEnd = (record: TcpOptionRecord): TcpOptionRecord[] =>
  record.name === 'endOfList'
    ? Array.from({ length: 1 + record.padding.length }, () => ({ name: 'endOfList', padding: new Uint8Array(0) }))
    : [record];
