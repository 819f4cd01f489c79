/**
 * Sending ICMP errors: RFC 1122 §3.2.2, RFC 1812 §4.3.2, RFC 4443 §2.4. Never about an error, a broadcast or multicast, a
 * later fragment or a source that is not one host; and no more than the rate limit allows.
 */
import { type Family, type IpAddress, isLinkLocal } from '../layers/address.ts';
import { pseudoHeaderSum } from '../layers/checksum.ts';
import { copyBytes } from '../layers/memory.ts';
import * as icmpv4 from '../layers/network/icmpv4.ts';
import * as icmpv6 from '../layers/network/icmpv6.ts';
import * as ipv4 from '../layers/network/ipv4.ts';
import * as ipv6 from '../layers/network/ipv6.ts';
import type { ReceivedPacket } from '../layers/network/packet.ts';
import type { HostPath } from './host-path.ts';
import type { Machine } from './machine.ts';
import type { Paths } from './paths.ts';
import { TokenBucket } from './token-bucket.ts';
import { upperLayer } from './upper-layer.ts';

/** RFC 1812 §4.3.2.3: as much of the packet as 576 bytes hold; RFC 4443 §2.4 (c): as much as the minimum MTU holds. */
const LONGEST_MESSAGE_4 = 576;
const LONGEST_MESSAGE_6 = ipv6.MINIMUM_MTU;

/** RFC 1812 §4.3.2.5: errors travel with the precedence of internetwork control. */
const INTERNETWORK_CONTROL = 0xc0;

export type Complaint =
  | 'network-unreachable'
  | 'host-unreachable'
  | 'beyond-scope'
  | 'protocol-unreachable'
  | 'port-unreachable'
  | 'packet-too-big'
  | 'source-route-failed'
  | 'time-exceeded'
  | 'reassembly-time-exceeded'
  | 'erroneous-field'
  | 'unrecognized-option'
  | 'incomplete-headers';

type TypeAndCode = readonly [type: number, code: number];

/** RFC 4443 knows no "protocol unreachable": it points at the next header field instead (§3.4). */
const COMPLAINTS: Readonly<Record<Complaint, readonly [v4: TypeAndCode, v6: TypeAndCode]>> = {
  'network-unreachable': [
    [icmpv4.DESTINATION_UNREACHABLE, icmpv4.NETWORK_UNREACHABLE],
    [icmpv6.DESTINATION_UNREACHABLE, icmpv6.NO_ROUTE],
  ],
  'host-unreachable': [
    [icmpv4.DESTINATION_UNREACHABLE, icmpv4.HOST_UNREACHABLE],
    [icmpv6.DESTINATION_UNREACHABLE, icmpv6.ADDRESS_UNREACHABLE],
  ],
  'beyond-scope': [
    [icmpv4.DESTINATION_UNREACHABLE, icmpv4.NETWORK_UNREACHABLE],
    [icmpv6.DESTINATION_UNREACHABLE, icmpv6.BEYOND_SCOPE],
  ],
  'protocol-unreachable': [
    [icmpv4.DESTINATION_UNREACHABLE, icmpv4.PROTOCOL_UNREACHABLE],
    [icmpv6.PARAMETER_PROBLEM, icmpv6.UNRECOGNIZED_NEXT_HEADER],
  ],
  'port-unreachable': [
    [icmpv4.DESTINATION_UNREACHABLE, icmpv4.PORT_UNREACHABLE],
    [icmpv6.DESTINATION_UNREACHABLE, icmpv6.PORT_UNREACHABLE],
  ],
  'packet-too-big': [
    [icmpv4.DESTINATION_UNREACHABLE, icmpv4.FRAGMENTATION_NEEDED],
    [icmpv6.PACKET_TOO_BIG, 0],
  ],
  'source-route-failed': [
    [icmpv4.DESTINATION_UNREACHABLE, icmpv4.SOURCE_ROUTE_FAILED],
    [icmpv6.PARAMETER_PROBLEM, icmpv6.ERRONEOUS_FIELD],
  ],
  'time-exceeded': [
    [icmpv4.TIME_EXCEEDED, icmpv4.TTL_EXCEEDED],
    [icmpv6.TIME_EXCEEDED, icmpv6.HOP_LIMIT_EXCEEDED],
  ],
  'reassembly-time-exceeded': [
    [icmpv4.TIME_EXCEEDED, icmpv4.REASSEMBLY_TIME_EXCEEDED],
    [icmpv6.TIME_EXCEEDED, icmpv6.REASSEMBLY_TIME_EXCEEDED],
  ],
  'erroneous-field': [
    [icmpv4.PARAMETER_PROBLEM, 0],
    [icmpv6.PARAMETER_PROBLEM, icmpv6.ERRONEOUS_FIELD],
  ],
  'unrecognized-option': [
    [icmpv4.PARAMETER_PROBLEM, 0],
    [icmpv6.PARAMETER_PROBLEM, icmpv6.UNRECOGNIZED_OPTION],
  ],
  'incomplete-headers': [
    [icmpv4.PARAMETER_PROBLEM, 0],
    [icmpv6.PARAMETER_PROBLEM, icmpv6.FIRST_FRAGMENT_INCOMPLETE],
  ],
};

export class IcmpErrors {
  private readonly machine: Machine;
  private readonly paths: Paths;
  private readonly bucket: TokenBucket;

  constructor(machine: Machine, paths: Paths) {
    this.machine = machine;
    this.paths = paths;
    this.bucket = new TokenBucket(
      machine.timers,
      machine.settings.icmpErrorsPerSecond,
      machine.settings.icmpErrorBurst,
    );
  }

  /**
   * Tells a packet's source what became of it, if that is allowed.
   * @param detail the next hop's MTU, or what a parameter problem points at, in bytes from the IP header
   * @param evenToGroup for the two exceptions of RFC 4443 §2.4 (e.3)
   */
  about(packet: ReceivedPacket, complaint: Complaint, detail = 0, evenToGroup = false): void {
    if (packet.toGroup && !evenToGroup) return;
    if (packet.family === 4 ? !this.mayAnswer4(packet) : !this.mayAnswer6(packet)) return;
    const path = this.pathBack(packet);
    if (path === undefined) return;
    if (!this.bucket.take()) {
      this.machine.counters.icmpErrorsLimited++;
      return;
    }
    this.machine.counters.icmpErrorsSent++;
    const [type, code] = COMPLAINTS[complaint][packet.family === 4 ? 0 : 1];
    if (packet.family === 4)
      this.send4(packet, path, type, code, type === icmpv4.PARAMETER_PROBLEM ? detail << 24 : detail);
    else this.send6(packet, path, type, code, detail);
  }

  /** From the address it was sent to, if that is this host's; else from that of the way back (RFC 1812 §4.3.2.4). */
  private pathBack(packet: ReceivedPacket): HostPath | undefined {
    const source = packet.source();
    const destination = packet.destination();
    const local = this.machine.addresses.get(destination) === undefined ? undefined : destination;
    const path = this.paths.path(source, local, linkOf(source, packet.interfaceIndex));
    return typeof path === 'string' ? undefined : path;
  }

  private mayAnswer4(packet: ReceivedPacket): boolean {
    const { view, headerAt, source3 } = packet;
    if (ipv4.fragmentOffset(view, headerAt) !== 0) return false;
    if (packet.protocol === icmpv4.PROTOCOL && (packet.length < 1 || icmpv4.isError(icmpv4.type(view, packet.at)))) {
      return false;
    }
    // RFC 1122 §3.2.2: zero, loopback, broadcast, multicast and class E name no single host.
    const isLoopback = source3 >>> 24 === 127 && this.machine.interfaceAt(packet.interfaceIndex)?.isLoopback !== true;
    if (source3 >>> 24 === 0 || isLoopback || source3 >>> 28 >= 0xe) return false;
    return this.machine.addresses.broadcastOwner(source3) === undefined;
  }

  private mayAnswer6(packet: ReceivedPacket): boolean {
    const { view, headerAt } = packet;
    if ((packet.source0 | packet.source1 | packet.source2 | packet.source3) === 0) return false;
    if (packet.source0 >>> 24 === 0xff) return false;
    const upper = upperLayer(view, headerAt, packet.at + packet.length);
    if (upper === undefined) return true;
    if (upper.isLaterFragment) return false;
    // RFC 4443 §2.4 (e.1) and (e.2).
    const isIcmp = upper.protocol === icmpv6.PROTOCOL;
    if (!isIcmp) return true;
    if (upper.length < 1) return false;
    const type = icmpv6.type(view, upper.at);
    return !icmpv6.isError(type) && type !== icmpv6.REDIRECT;
  }

  private send4(packet: ReceivedPacket, path: HostPath, type: number, code: number, rest: number): void {
    const total = ipv4.totalLength(packet.view, packet.headerAt);
    const quoted = Math.min(total, LONGEST_MESSAGE_4 - ipv4.HEADER_LENGTH - icmpv4.HEADER_LENGTH);
    const length = icmpv4.HEADER_LENGTH + quoted;
    const frame = this.machine.pool.acquire(path.headroom, length);
    icmpv4.writeHeader(frame.view, frame.start, type, code, rest);
    copyBytes(packet.frame.bytes, packet.headerAt, frame.bytes, frame.start + icmpv4.HEADER_LENGTH, quoted);
    icmpv4.writeChecksum(frame.view, frame.start, length);
    frame.end = frame.start + length;
    path.trafficClass = INTERNETWORK_CONTROL;
    path.send(frame, icmpv4.PROTOCOL, 0);
  }

  private send6(packet: ReceivedPacket, path: HostPath, type: number, code: number, rest: number): void {
    const total = ipv6.HEADER_LENGTH + ipv6.payloadLength(packet.view, packet.headerAt);
    const quoted = Math.min(total, LONGEST_MESSAGE_6 - ipv6.HEADER_LENGTH - icmpv6.ERROR_HEADER_LENGTH);
    const length = icmpv6.ERROR_HEADER_LENGTH + quoted;
    const frame = this.machine.pool.acquire(path.headroom, length);
    icmpv6.writeHeader(frame.view, frame.start, type, code, rest);
    copyBytes(packet.frame.bytes, packet.headerAt, frame.bytes, frame.start + icmpv6.ERROR_HEADER_LENGTH, quoted);
    const pseudo = pseudoHeaderSum(path.local, path.remote, icmpv6.PROTOCOL, length);
    icmpv6.writeChecksum(frame.view, frame.start, length, pseudo);
    frame.end = frame.start + length;
    path.send(frame, icmpv6.PROTOCOL, 0);
  }
}

/** A link-local address means something only on the link it was seen on (RFC 4291 §2.5.6). */
export const linkOf = (address: IpAddress, interfaceIndex: number): number =>
  needsLink(address.family, address) ? interfaceIndex : 0;

const needsLink = (family: Family, address: IpAddress): boolean => family === 6 && isLinkLocal(address);
