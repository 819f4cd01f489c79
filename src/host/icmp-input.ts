/**
 * ICMP messages that arrive, of both families: RFC 1122 §3.2.2, RFC 4443. They are protocols as UDP and TCP are.
 * Left out on purpose: timestamps, address masks, information requests, source quench (RFC 6633, RFC 6918).
 */
import { IpAddress, isUnspecified } from '../layers/address.ts';
import type { DropReason } from '../layers/drop.ts';
import { copyBytes } from '../layers/memory.ts';
import type { IcmpError } from '../layers/network/icmp-error.ts';
import * as icmpv4 from '../layers/network/icmpv4.ts';
import * as icmpv6 from '../layers/network/icmpv6.ts';
import * as ipv4 from '../layers/network/ipv4.ts';
import type { ReceivedPacket } from '../layers/network/packet.ts';
import type { TransportProtocol } from '../layers/transport/protocol.ts';
import type { IcmpErrorInput } from './icmp-error-input.ts';
import { linkOf } from './icmp-errors.ts';
import type { Machine } from './machine.ts';
import type { NeighbourDiscovery } from './neighbour-discovery.ts';
import type { Paths } from './paths.ts';
import type { Ping } from './ping.ts';
import { redirectTo } from './redirect.ts';

/** What both families share: pings that wait, and errors about them. */
abstract class IcmpProtocol implements TransportProtocol {
  protected readonly machine: Machine;
  protected readonly paths: Paths;
  protected readonly ping: Ping;
  protected readonly errors: IcmpErrorInput;

  constructor(machine: Machine, paths: Paths, ping: Ping, errors: IcmpErrorInput) {
    this.machine = machine;
    this.paths = paths;
    this.ping = ping;
    this.errors = errors;
  }

  abstract input(packet: ReceivedPacket): DropReason | undefined;

  icmpError(error: IcmpError): void {
    this.ping.failed(error);
  }

  accepts(error: IcmpError): boolean {
    return this.ping.accepts(error);
  }

  /** RFC 1122 §3.2.2.6, RFC 4443 §4.2: the data goes back as it came, from the address that was asked. */
  protected answerEcho(packet: ReceivedPacket, type: number): DropReason | undefined {
    const { machine } = this;
    if (packet.toGroup && !machine.settings.answerGroupEcho) return 'icmp-unknown-type';
    const source = packet.source();
    if (isUnspecified(source)) return 'icmp-unknown-type';
    const local = packet.toGroup ? undefined : packet.destination();
    const path = this.paths.path(source, local, linkOf(source, packet.interfaceIndex));
    if (typeof path === 'string') return 'ip-no-route';
    path.trafficClass = packet.trafficClass & 0xfc;
    const frame = machine.pool.acquire(path.headroom, packet.length);
    copyBytes(packet.frame.bytes, packet.at, frame.bytes, frame.start, packet.length);
    frame.end = frame.start + packet.length;
    frame.view.setUint8(frame.start, type);
    if (packet.family === 4) {
      icmpv4.writeChecksum(frame.view, frame.start, packet.length);
      path.send(frame, icmpv4.PROTOCOL, 0);
      return undefined;
    }
    path.sendMessage(frame);
    return undefined;
  }
}

export class Icmp4 extends IcmpProtocol {
  input(packet: ReceivedPacket): DropReason | undefined {
    const { view, at } = packet;
    const refused = icmpv4.check(view, at, packet.length);
    if (refused !== undefined) return refused;
    const type = icmpv4.type(view, at);
    if (type === icmpv4.ECHO) return this.answerEcho(packet, icmpv4.ECHO_REPLY);
    if (type === icmpv4.ECHO_REPLY) return this.ping.replied(packet);
    if (type === icmpv4.REDIRECT) return this.redirected(packet);
    return icmpv4.isError(type) ? this.errors.input4(packet) : 'icmp-unknown-type';
  }

  /** RFC 1122 §3.2.2.2: all redirects are taken as redirects for the host. */
  private redirected(packet: ReceivedPacket): DropReason | undefined {
    const { view, at, length } = packet;
    if (!this.machine.settings.acceptRedirects || this.machine.forwarding) return 'icmp-unknown-type';
    const quoteAt = at + icmpv4.HEADER_LENGTH;
    if (length < icmpv4.HEADER_LENGTH + ipv4.HEADER_LENGTH) return 'icmp-truncated';
    const destination = new IpAddress(4, 0, 0, 0, ipv4.destinationWord(view, quoteAt));
    const gateway = new IpAddress(4, 0, 0, 0, icmpv4.gatewayWord(view, at));
    const done = redirectTo(this.machine, packet.interfaceIndex, packet.source(), destination, gateway);
    return done ? undefined : 'icmp-no-listener';
  }
}

export class Icmp6 extends IcmpProtocol {
  private readonly discovery: NeighbourDiscovery;

  constructor(machine: Machine, paths: Paths, ping: Ping, errors: IcmpErrorInput, discovery: NeighbourDiscovery) {
    super(machine, paths, ping, errors);
    this.discovery = discovery;
  }

  input(packet: ReceivedPacket): DropReason | undefined {
    const { view, at, length } = packet;
    const refused = icmpv6.check(view, at, length, packet.pseudoHeaderSum());
    if (refused !== undefined) return refused;
    const type = icmpv6.type(view, at);
    if (type === icmpv6.ECHO_REQUEST) return this.answerEcho(packet, icmpv6.ECHO_REPLY);
    if (type === icmpv6.ECHO_REPLY) return this.ping.replied(packet);
    if (type >= icmpv6.ROUTER_SOLICITATION && type <= icmpv6.REDIRECT) return this.discovery.input(packet);
    return icmpv6.isError(type) ? this.errors.input6(packet) : 'icmp-unknown-type';
  }
}
