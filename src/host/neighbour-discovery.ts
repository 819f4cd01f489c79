/**
 * What a host does with neighbor discovery: solicitations, advertisements and redirects of RFC 4861 §7 and §8, duplicate
 * address detection of RFC 4862 §5.4. Routers and prefixes are in `router-discovery.ts`.
 * Left out on purpose: proxying (§7.2.8), anycast, the nonce of RFC 7527 (own messages are never looped back here).
 */
import { IpAddress, isUnspecified, UNSPECIFIED_V6 } from '../layers/address.ts';
import { SECOND } from '../layers/clock.ts';
import type { DropReason } from '../layers/drop.ts';
import type { Neighbour } from '../layers/link/neighbour.ts';
import * as icmpv6 from '../layers/network/icmpv6.ts';
import * as ndp from '../layers/network/ndp.ts';
import { SOURCE_LINK_LAYER_ADDRESS, TARGET_LINK_LAYER_ADDRESS } from '../layers/network/ndp-options.ts';
import type { ReceivedPacket } from '../layers/network/packet.ts';
import { type Random, uniform } from '../layers/random.ts';
import type { OwnAddress } from './address-book.ts';
import { AddressTest } from './address-test.ts';
import { ALL_NODES, solicitedNode } from './groups.ts';
import type { Machine } from './machine.ts';
import { messageFrame, sendMessage } from './ndp-sender.ts';
import type { NetworkInterface } from './network-interface.ts';
import type { Paths } from './paths.ts';
import { redirectTo } from './redirect.ts';
import { chooseSource } from './source-address.ts';

/** RFC 4861 §10: MAX_RTR_SOLICITATION_DELAY, which RFC 4862 §5.4.2 borrows. */
const LONGEST_DELAY_NS = SECOND;

/** Who reads the messages of routers, and answers those for routers. */
export interface RouterMessages {
  solicited(networkInterface: NetworkInterface, packet: ReceivedPacket): DropReason | undefined;
  advertised(networkInterface: NetworkInterface, packet: ReceivedPacket): DropReason | undefined;
}

export class NeighbourDiscovery {
  /** Told of a conflict over an address. */
  conflict: ((address: IpAddress) => void) | undefined;
  private readonly machine: Machine;
  private readonly paths: Paths;
  private readonly routers: RouterMessages;
  private readonly random: Random;
  private readonly tests: Map<OwnAddress, AddressTest>;

  constructor(machine: Machine, paths: Paths, routers: RouterMessages) {
    this.conflict = undefined;
    this.machine = machine;
    this.paths = paths;
    this.routers = routers;
    this.random = machine.random('ndp');
    this.tests = new Map();
  }

  /** Asks for a neighbour's MAC address, or whether it is still there (RFC 4861 §7.2.2). */
  ask(networkInterface: NetworkInterface, neighbour: Neighbour, unicast: boolean): void {
    const { address, mac } = neighbour;
    const source = chooseSource(this.machine.addresses.list(), address, networkInterface) ?? UNSPECIFIED_V6;
    const destination = unicast ? address : solicitedNode(address);
    const frame = messageFrame(this.machine, networkInterface);
    // §4.3: the option must be left out when the source is unspecified.
    const ownMac = isUnspecified(source) ? -1 : networkInterface.mac;
    const length = ndp.writeNeighborSolicitation(frame.view, frame.start, address, ownMac);
    sendMessage(networkInterface, frame, length, source, destination, unicast ? mac : -1);
  }

  /** Starts to use a new IPv6 address; tests it first if that is wanted (RFC 4862 §5.4). */
  claim(own: OwnAddress): void {
    const { settings, timers, addresses } = this.machine;
    const { networkInterface, address } = own;
    const questions = settings.duplicateAddressDetectionTransmits;
    this.release(own);
    if (questions === 0 || own.state === 'duplicate') return;
    addresses.setState(own, 'tentative');
    const retransTimerNs = networkInterface.neighbours6?.settings.retransTimerNs ?? SECOND;
    const test = new AddressTest(timers, {
      delayNs: Math.round(uniform(this.random) * LONGEST_DELAY_NS),
      questions,
      intervalNs: () => retransTimerNs,
      waitNs: retransTimerNs,
      ask: () => this.askWhetherFree(networkInterface, address),
      passed: () => {
        this.tests.delete(own);
        addresses.setState(own, 'preferred');
      },
    });
    this.tests.set(own, test);
  }

  /** The address is no longer this host's. */
  release(own: OwnAddress): void {
    this.tests.get(own)?.stop();
    this.tests.delete(own);
  }

  /** A message whose ICMPv6 checks have passed. */
  input(packet: ReceivedPacket): DropReason | undefined {
    const networkInterface = this.machine.interfaceAt(packet.interfaceIndex);
    const refused = ndp.check(packet);
    if (refused !== undefined || networkInterface === undefined) return refused ?? 'ndp-invalid';
    switch (icmpv6.type(packet.view, packet.at)) {
      case icmpv6.ROUTER_SOLICITATION:
        return this.routers.solicited(networkInterface, packet);
      case icmpv6.ROUTER_ADVERTISEMENT:
        return this.routers.advertised(networkInterface, packet);
      case icmpv6.NEIGHBOR_SOLICITATION:
        return this.solicited(networkInterface, packet);
      case icmpv6.NEIGHBOR_ADVERTISEMENT:
        return this.advertised(networkInterface, packet);
      default:
        return this.redirected(networkInterface, packet);
    }
  }

  /** RFC 4861 §7.2.3 and §7.2.4, RFC 4862 §5.4.3. */
  private solicited(networkInterface: NetworkInterface, packet: ReceivedPacket): DropReason | undefined {
    const target = targetOf(packet);
    const own = this.ownOf(networkInterface, target);
    if (own === undefined || own.state === 'duplicate') return 'ndp-not-for-us';
    const source = packet.source();
    if (own.state === 'tentative') {
      if (isUnspecified(source)) this.taken(own);
      return 'ndp-not-for-us';
    }
    const mac = ndp.linkLayerAddress(packet.view, packet.at, packet.length, SOURCE_LINK_LAYER_ADDRESS);
    if (!isUnspecified(source) && mac >= 0) networkInterface.neighbours6?.heard(source, mac, true);
    this.answer(networkInterface, target, source, mac);
    return undefined;
  }

  private answer(networkInterface: NetworkInterface, target: IpAddress, asker: IpAddress, mac: number): void {
    const frame = messageFrame(this.machine, networkInterface);
    const toAll = isUnspecified(asker);
    const flags =
      (this.machine.forwarding ? ndp.ROUTER_FLAG : 0) | (toAll ? 0 : ndp.SOLICITED_FLAG) | ndp.OVERRIDE_FLAG;
    const length = ndp.writeNeighborAdvertisement(frame.view, frame.start, flags, target, networkInterface.mac);
    if (toAll || mac >= 0) {
      sendMessage(networkInterface, frame, length, target, toAll ? ALL_NODES : asker, toAll ? -1 : mac);
      return;
    }
    // A solicitation without the asker's MAC address: the asker is a neighbour like any other.
    const path = this.paths.path(asker, target, networkInterface.index);
    if (typeof path === 'string') {
      this.machine.discard('ip-no-route', frame);
      return;
    }
    frame.end = frame.start + length;
    path.hopLimit = ndp.HOP_LIMIT;
    path.sendMessage(frame);
  }

  /** RFC 4861 §7.2.5, RFC 4862 §5.4.4. */
  private advertised(networkInterface: NetworkInterface, packet: ReceivedPacket): DropReason | undefined {
    const { view, at, length } = packet;
    const target = targetOf(packet);
    const own = this.ownOf(networkInterface, target);
    if (own !== undefined) {
      if (own.state === 'tentative') this.taken(own);
      else this.contested(own);
      return undefined;
    }
    const mac = ndp.linkLayerAddress(view, at, length, TARGET_LINK_LAYER_ADDRESS);
    networkInterface.neighbours6?.advertised(
      target,
      mac < 0 ? undefined : mac,
      ndp.isSolicited(view, at),
      ndp.isOverride(view, at),
      ndp.isRouter(view, at),
    );
    return undefined;
  }

  /** RFC 4861 §8.3. */
  private redirected(networkInterface: NetworkInterface, packet: ReceivedPacket): DropReason | undefined {
    const { view, at, length } = packet;
    if (!this.machine.settings.acceptRedirects || this.machine.forwarding) return 'icmp-unknown-type';
    const target = targetOf(packet);
    const destination = wordsAt(view, at + 24);
    const believed = redirectTo(this.machine, networkInterface.index, packet.source(), destination, target);
    if (!believed) return 'ndp-invalid';
    const mac = ndp.linkLayerAddress(view, at, length, TARGET_LINK_LAYER_ADDRESS);
    if (mac >= 0) networkInterface.neighbours6?.heard(target, mac, true);
    return undefined;
  }

  private askWhetherFree(networkInterface: NetworkInterface, address: IpAddress): void {
    const frame = messageFrame(this.machine, networkInterface);
    const length = ndp.writeNeighborSolicitation(frame.view, frame.start, address, -1);
    sendMessage(networkInterface, frame, length, UNSPECIFIED_V6, solicitedNode(address), -1);
  }

  /** RFC 4862 §5.4.5: a duplicate is never used, and without its own link-local address a host says nothing. */
  private taken(own: OwnAddress): void {
    this.contested(own);
    this.release(own);
    this.machine.addresses.setState(own, 'duplicate');
    if (own.address.w0 >>> 16 === 0xfe80 && own.autoconfigured) own.networkInterface.ipv6Enabled = false;
  }

  private contested(own: OwnAddress): void {
    this.machine.counters.addressConflicts++;
    this.conflict?.(own.address);
  }

  private ownOf(networkInterface: NetworkInterface, address: IpAddress): OwnAddress | undefined {
    return this.machine.addresses.of(networkInterface, 6).find((own) => own.address.equals(address));
  }
}

const targetOf = (packet: ReceivedPacket): IpAddress => wordsAt(packet.view, packet.at + 8);

const wordsAt = (view: DataView, at: number): IpAddress =>
  new IpAddress(6, view.getInt32(at), view.getInt32(at + 4), view.getInt32(at + 8), view.getInt32(at + 12));
