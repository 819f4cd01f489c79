/**
 * Forwarding: RFC 1812 §5.2 and §5.3, RFC 8200 §3. One hop less, the checksum updated, the payload untouched.
 * Left out on purpose: sending redirects, forwarding directed broadcasts (RFC 2644) and multicast, source routes.
 */

import { IpAddress } from '../layers/address.ts';
import type { DropReason } from '../layers/drop.ts';
import type { Frame } from '../layers/frame.ts';
import { IPV4, IPV6 } from '../layers/link/ethertype.ts';
import { copyBytes } from '../layers/memory.ts';
import { fragment4 } from '../layers/network/fragmentation.ts';
import * as ipv4 from '../layers/network/ipv4.ts';
import * as ipv6 from '../layers/network/ipv6.ts';
import type { ReceivedPacket } from '../layers/network/packet.ts';
import type { Route } from '../layers/network/routes.ts';
import type { IcmpErrors } from './icmp-errors.ts';
import type { Machine } from './machine.ts';
import type { NetworkInterface } from './network-interface.ts';

export class Forwarding {
  private readonly machine: Machine;
  private readonly errors: IcmpErrors;

  constructor(machine: Machine, errors: IcmpErrors) {
    this.machine = machine;
    this.errors = errors;
  }

  /** An IPv4 packet for another host. */
  forward4(packet: ReceivedPacket): DropReason | undefined {
    const { view, headerAt } = packet;
    if (packet.toGroup || !isForwardable4(packet.source3, packet.destination3)) return 'ip-not-forwardable';
    if (this.machine.addresses.broadcastOwner(packet.destination3) !== undefined) return 'ip-not-forwardable';
    if (packet.hopLimit <= 1) {
      this.errors.about(packet, 'time-exceeded');
      return 'ip-ttl-exceeded';
    }
    const route = this.machine.routes.find(4, 0, 0, 0, packet.destination3, 0);
    const out = route === undefined ? undefined : this.machine.interfaceAt(route.interfaceIndex);
    if (route === undefined || out === undefined || out.isLoopback) {
      this.errors.about(packet, 'network-unreachable');
      return 'ip-no-route';
    }
    const total = ipv4.totalLength(view, headerAt);
    if (total > out.mtu && ipv4.dontFragment(view, headerAt)) {
      this.errors.about(packet, 'packet-too-big', out.mtu);
      return 'ip-needs-fragmentation';
    }
    const copy = this.copy(packet, total, out.headroom);
    ipv4.decrementTimeToLive(copy.view, copy.start);
    this.machine.counters.packetsForwarded++;
    if (total <= out.mtu) {
      this.send(route, out, copy, packet);
      return undefined;
    }
    fragment4(this.machine.pool, copy, out.mtu, out.headroom, (fragment) => {
      this.machine.counters.fragmentsCreated++;
      this.send(route, out, fragment, packet);
    });
    this.machine.pool.release(copy);
    return undefined;
  }

  /** An IPv6 packet for another host. */
  forward6(packet: ReceivedPacket): DropReason | undefined {
    const { destination0, destination1, destination2, destination3 } = packet;
    // RFC 4291 §2.5.6 and §2.5.2: neither from nor to such an address.
    if (isLinkLocal(destination0) || isUnspecified(packet)) return 'ip-not-forwardable';
    if (packet.hopLimit <= 1) {
      this.errors.about(packet, 'time-exceeded');
      return 'ip-ttl-exceeded';
    }
    if (isLinkLocal(packet.source0)) {
      this.errors.about(packet, 'beyond-scope');
      return 'ip-not-forwardable';
    }
    const route = this.machine.routes.find(6, destination0, destination1, destination2, destination3, 0);
    const out = route === undefined ? undefined : this.machine.interfaceAt(route.interfaceIndex);
    if (route === undefined || out === undefined || out.isLoopback || !out.ipv6Enabled) {
      this.errors.about(packet, 'network-unreachable');
      return 'ip-no-route';
    }
    const total = ipv6.HEADER_LENGTH + ipv6.payloadLength(packet.view, packet.headerAt);
    if (total > out.mtu6) {
      this.errors.about(packet, 'packet-too-big', out.mtu6, true);
      return 'ip-needs-fragmentation';
    }
    const copy = this.copy(packet, total, out.headroom);
    ipv6.decrementHopLimit(copy.view, copy.start);
    this.machine.counters.packetsForwarded++;
    this.send(route, out, copy, packet);
    return undefined;
  }

  /** The received frame is borrowed, so what goes on is a copy, with room for the next link's header. */
  private copy(packet: ReceivedPacket, total: number, headroom: number): Frame {
    const copy = this.machine.pool.acquire(headroom, total);
    copyBytes(packet.frame.bytes, packet.headerAt, copy.bytes, copy.start, total);
    copy.end = copy.start + total;
    return copy;
  }

  private send(route: Route, out: NetworkInterface, frame: Frame, packet: ReceivedPacket): void {
    const { family, destination0, destination1, destination2, destination3 } = packet;
    const cache = family === 4 ? out.neighbours4 : out.neighbours6;
    const { via } = route;
    let neighbour =
      via === undefined ? cache?.find(destination0, destination1, destination2, destination3, family) : cache?.get(via);
    neighbour ??= cache?.entry(via ?? new IpAddress(family, destination0, destination1, destination2, destination3));
    if (cache === undefined || neighbour === undefined) {
      this.machine.dropped(out, 'neighbour-queue-full', frame);
      this.machine.pool.release(frame);
      return;
    }
    if (cache.mayTransmit(neighbour)) {
      out.transmit(frame, neighbour.macHigh, neighbour.macLow, family === 4 ? IPV4 : IPV6);
    } else {
      cache.hold(neighbour, frame, true);
    }
  }
}

/** RFC 1812 §5.3.7 and §4.2.2.11, RFC 3927 §7: neither "this network", loopback, link-local, multicast nor class E. */
const isForwardable4 = (source: number, destination: number): boolean =>
  isGlobal4(source) && isGlobal4(destination) && destination >>> 28 < 0xe && source >>> 28 < 0xe;

const isGlobal4 = (word: number): boolean => word >>> 24 !== 0 && word >>> 24 !== 127 && word >>> 16 !== 0xa9fe;

const isLinkLocal = (word0: number): boolean => word0 >>> 22 === 0xfe80 >>> 6;

const isUnspecified = (packet: ReceivedPacket): boolean =>
  (packet.source0 | packet.source1 | packet.source2 | packet.source3) === 0 ||
  (packet.destination0 | packet.destination1 | packet.destination2 | packet.destination3) === 0;
