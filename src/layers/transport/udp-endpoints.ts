/**
 * UDP's table of endpoints: who gets a datagram, and who hears of an error. RFC 768, RFC 1122 §4.1.
 */
import { type Family, type IpAddress, isMulticast, isUnspecified } from '../address.ts';
import type { DropReason } from '../drop.ts';
import type { ErrorCode } from '../errors.ts';
import type { IcmpError, IcmpErrorKind } from '../network/icmp-error.ts';
import type { ReceivedPacket } from '../network/packet.ts';
import { type SipKey, sipHash } from '../siphash.ts';
import type { Datagram } from './datagram-queue.ts';
import { type Binding, PortTable } from './ports.ts';
import type { TransportProtocol } from './protocol.ts';
import * as udp from './udp.ts';
import { type EndpointTable, UdpEndpoint } from './udp-endpoint.ts';
import type { UdpParts } from './udp-services.ts';

export interface UdpSettings {
  /** Bytes of datagrams that may wait for their reader (`net.core.rmem_default`). */
  readonly receiveBufferBytes: number;
}

export const UDP_SETTINGS: UdpSettings = { receiveBufferBytes: 212_992 };

/** What a program reads for an ICMP error (RFC 1122 §4.2.3.9 sorts them; the names are Linux's), and whether it is final. */
const MEANING: Readonly<Record<IcmpErrorKind, readonly [ErrorCode, boolean]>> = {
  'port-unreachable': ['ECONNREFUSED', true],
  'protocol-unreachable': ['ENOPROTOOPT', true],
  'administratively-prohibited': ['EHOSTUNREACH', true],
  'host-unreachable': ['EHOSTUNREACH', true],
  'network-unreachable': ['ENETUNREACH', true],
  'packet-too-big': ['EMSGSIZE', true],
  'parameter-problem': ['EPROTO', true],
  'source-route-failed': ['EOPNOTSUPP', false],
  'time-exceeded': ['EHOSTUNREACH', false],
  'reassembly-time-exceeded': ['EHOSTUNREACH', false],
};

export class Udp implements TransportProtocol, EndpointTable {
  private readonly parts: UdpParts;
  private readonly settings: UdpSettings;
  private readonly ports: PortTable;
  private readonly byPort: Map<number, UdpEndpoint[]>;
  private readonly sharingKey: SipKey;
  /** The last source seen: a stream of datagrams from one sender shares one address object. */
  private lastSource: IpAddress | undefined;
  private lastDestination: IpAddress | undefined;

  constructor(parts: UdpParts, settings: Partial<UdpSettings> = {}) {
    this.parts = parts;
    this.settings = { ...UDP_SETTINGS, ...settings };
    this.ports = new PortTable(parts.random('udp-ports'));
    const random = parts.random('udp endpoints that share a port');
    this.sharingKey = [random.next(), random.next(), random.next(), random.next()];
    this.byPort = new Map();
    this.lastSource = undefined;
    this.lastDestination = undefined;
  }

  /** A new endpoint, not bound. @param dualStack for IPv6: speak IPv4 too (IPV6_V6ONLY off) */
  endpoint(family: Family, dualStack = false): UdpEndpoint {
    const both = family === 6 && dualStack;
    return new UdpEndpoint(family, both, this.settings.receiveBufferBytes, this.parts, this);
  }

  claim(endpoint: UdpEndpoint, address: IpAddress, port: number): Binding | ErrorCode {
    // A wildcard of a dual-stack endpoint takes both families; a specific address only its own.
    const both = endpoint.dualStack && isUnspecified(address);
    const binding = this.ports.bind(address, port, endpoint.reuseAddress, both, endpoint.reusePort);
    if (typeof binding === 'string') return binding;
    const sharing = this.byPort.get(binding.port);
    if (sharing === undefined) this.byPort.set(binding.port, [endpoint]);
    else sharing.push(endpoint);
    return binding;
  }

  release(endpoint: UdpEndpoint, binding: Binding): void {
    this.ports.release(binding);
    const sharing = this.byPort.get(binding.port) ?? [];
    const left = sharing.filter((held) => held !== endpoint);
    if (left.length === 0) this.byPort.delete(binding.port);
    else this.byPort.set(binding.port, left);
  }

  input(packet: ReceivedPacket): DropReason | undefined {
    const { view, at } = packet;
    const refused = udp.check(view, at, packet.length, packet.pseudoHeaderSum(), packet.family);
    if (refused !== undefined) return refused;
    const sharing = this.byPort.get(udp.destinationPort(view, at));
    if (packet.toGroup) return this.toGroup(packet, sharing ?? []);
    const best = sharing === undefined ? undefined : mostSpecific(sharing, packet);
    const endpoint = best?.reusePort === true && sharing !== undefined ? this.among(sharing, best, packet) : best;
    if (endpoint === undefined) {
      this.parts.network.portUnreachable(packet);
      return 'udp-port-unreachable';
    }
    return this.deliver(packet, endpoint) ? undefined : 'udp-receive-buffer-full';
  }

  icmpError(error: IcmpError): void {
    const [code, hard] = MEANING[error.kind];
    this.owner(error)?.fail(error, code, hard);
  }

  accepts(error: IcmpError): boolean {
    return this.owner(error) !== undefined;
  }

  /** RFC 1122 §4.1.3.3: the endpoint that sent what is quoted. */
  private owner(error: IcmpError): UdpEndpoint | undefined {
    if (error.length < udp.HEADER_LENGTH) return undefined;
    const { local, remote } = error;
    const remotePort = udp.destinationPort(error.view, error.at);
    const sharing = this.byPort.get(udp.sourcePort(error.view, error.at)) ?? [];
    let best: UdpEndpoint | undefined;
    let bestScore = -1;
    for (const endpoint of sharing) {
      const score = rank(endpoint, local.family, local.w0, local.w1, local.w2, local.w3, remote, remotePort);
      if (score >= bestScore && score >= 0) {
        best = endpoint;
        bestScore = score;
      }
    }
    return best;
  }

  /** RFC 1122 §4.1.3.5 with RFC 1112 §7: every member gets one. Nobody is told if there is none. */
  private toGroup(packet: ReceivedPacket, sharing: readonly UdpEndpoint[]): DropReason | undefined {
    const group = packet.destination();
    let reason: DropReason | undefined = 'udp-port-unreachable';
    for (const endpoint of sharing) {
      if (score(endpoint, packet) < 0 || !isMember(endpoint, group, packet.interfaceIndex)) continue;
      if (this.deliver(packet, endpoint)) reason = undefined;
      else if (reason !== undefined) reason = 'udp-receive-buffer-full';
    }
    return reason;
  }

  /** Of those that share a port (SO_REUSEPORT) each has its part of the peers, as on Linux; a connected one fits better. */
  private among(sharing: readonly UdpEndpoint[], best: UdpEndpoint, packet: ReceivedPacket): UdpEndpoint {
    const fit = score(best, packet);
    const equals = sharing.filter((endpoint) => endpoint.reusePort && score(endpoint, packet) === fit);
    const { view, at, source0, source1, source2, source3 } = packet;
    const { destination0, destination1, destination2, destination3 } = packet;
    const ports = view.getInt32(at);
    const hash = sipHash(this.sharingKey, [
      ...[source0, source1, source2, source3],
      ...[destination0, destination1, destination2, destination3],
      ports,
    ]);
    return equals[(hash >>> 0) % equals.length] ?? best;
  }

  private deliver(packet: ReceivedPacket, endpoint: UdpEndpoint): boolean {
    const { view, at } = packet;
    const source = this.sourceOf(packet);
    const destination = this.destinationOf(packet);
    const datagram: Datagram = {
      length: udp.length(view, at) - udp.HEADER_LENGTH,
      source,
      sourcePort: udp.sourcePort(view, at),
      destination,
      interfaceIndex: packet.interfaceIndex,
      hopLimit: packet.hopLimit,
      trafficClass: packet.trafficClass,
    };
    return endpoint.deliver(datagram, packet.frame.bytes, at + udp.HEADER_LENGTH);
  }

  private sourceOf(packet: ReceivedPacket): IpAddress {
    const last = this.lastSource;
    if (
      last !== undefined &&
      isSame(last, packet.family, packet.source0, packet.source1, packet.source2, packet.source3)
    )
      return last;
    this.lastSource = packet.source();
    return this.lastSource;
  }

  private destinationOf(packet: ReceivedPacket): IpAddress {
    const last = this.lastDestination;
    const { family, destination0, destination1, destination2, destination3 } = packet;
    if (last !== undefined && isSame(last, family, destination0, destination1, destination2, destination3)) return last;
    this.lastDestination = packet.destination();
    return this.lastDestination;
  }
}

/** The endpoint that names the most of a datagram's addresses; of equals the one bound last, as Linux does. */
function mostSpecific(sharing: readonly UdpEndpoint[], packet: ReceivedPacket): UdpEndpoint | undefined {
  let best: UdpEndpoint | undefined;
  let bestScore = 0;
  for (const endpoint of sharing) {
    const its = score(endpoint, packet);
    if (its < bestScore) continue;
    best = endpoint;
    bestScore = its;
  }
  return best;
}

/** How well an endpoint fits; -1 if it does not. A connection counts most, then an interface, an address, a family. */
function score(endpoint: UdpEndpoint, packet: ReceivedPacket): number {
  const { family, destination0, destination1, destination2, destination3 } = packet;
  if (endpoint.interfaceIndex !== 0 && endpoint.interfaceIndex !== packet.interfaceIndex) return -1;
  const { remote } = endpoint;
  if (remote !== undefined) {
    if (endpoint.remotePort !== udp.sourcePort(packet.view, packet.at)) return -1;
    if (!isSame(remote, packet.family, packet.source0, packet.source1, packet.source2, packet.source3)) return -1;
  }
  const fit = addressFit(endpoint, family, destination0, destination1, destination2, destination3, packet.toGroup);
  if (fit < 0) return -1;
  return fit + (endpoint.interfaceIndex !== 0 ? 4 : 0) + (remote !== undefined ? 8 : 0);
}

/** The same for a datagram that went the other way. */
function rank(
  endpoint: UdpEndpoint,
  family: Family,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
  remote: IpAddress,
  remotePort: number,
): number {
  if (endpoint.remote !== undefined && !(endpoint.remote.equals(remote) && endpoint.remotePort === remotePort))
    return -1;
  const fit = addressFit(endpoint, family, w0, w1, w2, w3, false);
  return fit < 0 ? -1 : fit + (endpoint.remote !== undefined ? 8 : 0);
}

function addressFit(
  endpoint: UdpEndpoint,
  family: Family,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
  toGroup: boolean,
): number {
  const { local } = endpoint;
  if (isSame(local, family, w0, w1, w2, w3)) return 2;
  // A connected endpoint's local address was chosen by `connect`; it goes on hearing its groups.
  if (!isUnspecified(local) && !(toGroup && endpoint.memberships.length > 0)) return -1;
  if (endpoint.family === family) return 1;
  return endpoint.dualStack ? 0 : -1;
}

/** Whether an endpoint hears a group: it joined, or bound the group itself. Broadcasts and all-hosts go to all. */
function isMember(endpoint: UdpEndpoint, group: IpAddress, interfaceIndex: number): boolean {
  if (!isMulticast(group) || isEveryHost(group) || endpoint.local.equals(group)) return true;
  return endpoint.memberships.some(
    (held) => held.group.equals(group) && (held.interfaceIndex === 0 || held.interfaceIndex === interfaceIndex),
  );
}

/** 224.0.0.1 (RFC 1112 §4), ff01::1 and ff02::1 (RFC 4291 §2.7.1). */
const isEveryHost = (group: IpAddress): boolean =>
  group.family === 4
    ? group.w3 === (0xe0000001 | 0)
    : (group.w0 >>> 16 === 0xff01 || group.w0 >>> 16 === 0xff02) && (group.w1 | group.w2) === 0 && group.w3 === 1;

const isSame = (address: IpAddress, family: Family, w0: number, w1: number, w2: number, w3: number): boolean =>
  address.w3 === w3 && address.w2 === w2 && address.w1 === w1 && address.w0 === w0 && address.family === family;
