/**
 * A host listens to routers: default routers, on-link prefixes, MTU and hop limit of RFC 4861 §6.3, addresses formed from
 * prefixes of RFC 4862 §5.5. Only on interfaces that ask for it.
 * Left out on purpose: route information (RFC 4191), name servers (RFC 8106), temporary addresses (RFC 8981).
 */
import { type IpAddress, isLinkLocal, isUnspecified, UNSPECIFIED_V6 } from '../layers/address.ts';
import { MILLISECOND, SECOND, type Timer } from '../layers/clock.ts';
import type { DropReason } from '../layers/drop.ts';
import { MINIMUM_MTU } from '../layers/network/ipv6.ts';
import * as ndp from '../layers/network/ndp.ts';
import type { NdpOptionRecord } from '../layers/network/ndp-options.ts';
import type { ReceivedPacket } from '../layers/network/packet.ts';
import type { Route } from '../layers/network/routes.ts';
import { network, type Prefix } from '../layers/prefix.ts';
import { type Random, uniform } from '../layers/random.ts';
import { type OwnAddress, ownAddress } from './address-book.ts';
import { ALL_ROUTERS } from './groups.ts';
import { addressFor } from './interface-identifier.ts';
import type { Machine } from './machine.ts';
import { messageFrame, sendMessage } from './ndp-sender.ts';
import type { NetworkInterface } from './network-interface.ts';
import {
  MAXIMUM_ROUTER_SOLICITATIONS,
  ROUTER_SOLICITATION_DELAY_NS,
  ROUTER_SOLICITATION_INTERVAL_NS,
} from './settings.ts';
import { chooseSource } from './source-address.ts';

/** Routers and prefixes remembered of one interface (RFC 4861 §6.3.4 wants two routers at least). */
const MAXIMUM_ENTRIES = 32;
/** "All ones" means for ever (RFC 4861 §4.6.2). */
const FOR_EVER_SECONDS = 0xffff_ffff;
/** RFC 4862 §5.5.3 (e): a lifetime may not be shortened below two hours by who cannot be authenticated. */
const TWO_HOURS_NS: number = 7200 * SECOND;

type PrefixInformation = Extract<NdpOptionRecord, { name: 'prefixInformation' }>;

/** What was learnt, and when it is forgotten. */
interface Lease {
  readonly route: Route;
  readonly timer: Timer;
}

export interface AddressUser {
  /** A new address is to be used, or one is gone. */
  use(own: OwnAddress): void;
  drop(own: OwnAddress): void;
}

/** The discovery of routers on one interface. */
export class RouterDiscovery {
  private readonly machine: Machine;
  private readonly networkInterface: NetworkInterface;
  private readonly user: AddressUser;
  private readonly random: Random;
  private readonly leases: Lease[];
  private readonly ageing: Map<OwnAddress, Timer>;
  private readonly solicitor: Timer;
  private solicitations: number;

  constructor(machine: Machine, networkInterface: NetworkInterface, user: AddressUser) {
    this.machine = machine;
    this.networkInterface = networkInterface;
    this.user = user;
    this.random = machine.random(`router-discovery ${networkInterface.name}`);
    this.leases = [];
    this.ageing = new Map();
    this.solicitor = machine.timers.timer(() => this.solicit());
    this.solicitations = 0;
  }

  /** The interface came up: asks for routers after a random delay (RFC 4861 §6.3.7). */
  start(): void {
    this.solicitations = 0;
    const delay = Math.round(uniform(this.random) * ROUTER_SOLICITATION_DELAY_NS);
    this.solicitor.arm(this.machine.timers.now() + delay);
  }

  /** A valid advertisement (RFC 4861 §6.3.4). */
  advertised(packet: ReceivedPacket): DropReason | undefined {
    const source = packet.source();
    const message = ndp.decode(packet.view, packet.at, packet.length, source, packet.destination());
    if (typeof message === 'string') return message;
    if (message.message !== 'routerAdvertisement') return 'ndp-invalid';
    this.solicitor.cancel();
    const { networkInterface } = this;
    const cache = networkInterface.neighbours6;
    if (message.currentHopLimit !== 0) networkInterface.hopLimit6 = message.currentHopLimit;
    if (cache !== undefined && message.reachableTimeMilliseconds !== 0) {
      cache.settings.reachableTimeNs = message.reachableTimeMilliseconds * MILLISECOND;
    }
    if (cache !== undefined && message.retransmissionTimerMilliseconds !== 0) {
      cache.settings.retransTimerNs = message.retransmissionTimerMilliseconds * MILLISECOND;
    }
    for (const option of message.options) this.option(option, source);
    const router = cache?.get(source);
    if (router !== undefined) router.isRouter = true;
    this.defaultRouter(source, message.routerLifetimeSeconds);
    return undefined;
  }

  private option(option: NdpOptionRecord, source: IpAddress): void {
    const { networkInterface, machine } = this;
    if (option.name === 'sourceLinkLayerAddress') {
      networkInterface.neighbours6?.heard(source, option.mac, true);
    } else if (option.name === 'mtu') {
      if (option.mtu < MINIMUM_MTU || option.mtu > networkInterface.mtu) return;
      networkInterface.mtu6 = option.mtu;
      machine.pathsChanged();
    } else if (option.name === 'prefixInformation' && !isLinkLocal(option.prefix)) {
      if (option.onLink) this.onLinkPrefix(option);
      if (option.autonomous) this.autonomousPrefix(option);
    }
  }

  private defaultRouter(via: IpAddress, lifetimeSeconds: number): void {
    this.machine.routes.suspect(via, this.networkInterface.index, false);
    this.lease(this.route(UNSPECIFIED_V6, 0, via), lifetimeSeconds);
  }

  private onLinkPrefix(option: PrefixInformation): void {
    if (option.prefixLength > 128) return;
    const { address, length } = network({ address: option.prefix, length: option.prefixLength });
    this.lease(this.route(address, length, undefined), option.validLifetimeSeconds);
  }

  private route(destination: IpAddress, prefixLength: number, via: IpAddress | undefined): Route {
    const interfaceIndex = this.networkInterface.index;
    // RFC 4861 §6.3.6 and RFC 4191 say nothing of metrics: what a person configured goes first.
    return { destination, prefixLength, via, interfaceIndex, metric: 1024, origin: 'advertised', suspect: false };
  }

  /** Puts a route in, prolongs it, or takes it out when its lifetime is 0 (RFC 4861 §6.3.5). */
  private lease(route: Route, lifetimeSeconds: number): void {
    const { routes, timers } = this.machine;
    const index = this.leases.findIndex((held) => isSame(held.route, route));
    let held = this.leases[index];
    if (lifetimeSeconds === 0) {
      if (held !== undefined) this.forget(held);
      return;
    }
    if (held === undefined) {
      if (this.leases.length >= MAXIMUM_ENTRIES) return;
      const made: Lease = { route, timer: timers.timer(() => this.forget(made)) };
      held = made;
      this.leases.push(made);
      routes.add(route);
    }
    if (lifetimeSeconds === FOR_EVER_SECONDS) held.timer.cancel();
    else held.timer.arm(timers.now() + lifetimeSeconds * SECOND);
  }

  private forget(lease: Lease): void {
    lease.timer.cancel();
    this.leases.splice(this.leases.indexOf(lease), 1);
    this.machine.routes.remove(lease.route);
  }

  /** RFC 4862 §5.5.3. */
  private autonomousPrefix(option: PrefixInformation): void {
    const { machine, networkInterface } = this;
    if (option.preferredLifetimeSeconds > option.validLifetimeSeconds) return;
    // (d): prefix and interface identifier must make 128 bits, and Ethernet's identifiers have 64 (RFC 2464 §4).
    if (option.prefixLength !== 64) return;
    const prefix: Prefix = { address: addressFor(option.prefix, networkInterface.mac), length: 64 };
    const now = machine.timers.now();
    const validUntil = now + lifetimeNs(option.validLifetimeSeconds);
    let own = machine.addresses.of(networkInterface, 6).find((held) => held.address.equals(prefix.address));
    if (own === undefined) {
      if (option.validLifetimeSeconds === 0 || this.ageing.size >= MAXIMUM_ENTRIES) return;
      own = ownAddress(prefix, networkInterface, true);
      own.validUntil = validUntil;
      const made = own;
      this.ageing.set(
        own,
        machine.timers.timer(() => this.age(made)),
      );
      this.user.use(own);
    } else if (!own.autoconfigured) {
      return;
    } else if (option.validLifetimeSeconds * SECOND > TWO_HOURS_NS || validUntil > own.validUntil) {
      own.validUntil = validUntil;
    } else if (own.validUntil - now > TWO_HOURS_NS) {
      own.validUntil = now + TWO_HOURS_NS;
    }
    own.preferredUntil = now + lifetimeNs(option.preferredLifetimeSeconds);
    this.age(own);
  }

  /** RFC 4862 §5.5.4: first deprecated, then gone. */
  private age(own: OwnAddress): void {
    const { addresses, timers } = this.machine;
    const timer = this.ageing.get(own);
    const now = timers.now();
    if (own.validUntil <= now) {
      timer?.cancel();
      this.ageing.delete(own);
      this.user.drop(own);
      return;
    }
    if (own.state === 'preferred' && own.preferredUntil <= now) addresses.setState(own, 'deprecated');
    if (own.state === 'deprecated' && own.preferredUntil > now) addresses.setState(own, 'preferred');
    const next = own.preferredUntil > now ? Math.min(own.preferredUntil, own.validUntil) : own.validUntil;
    if (next === Number.POSITIVE_INFINITY) timer?.cancel();
    else timer?.arm(next);
  }

  private solicit(): void {
    const { machine, networkInterface } = this;
    this.solicitations++;
    const source = chooseSource(machine.addresses.list(), ALL_ROUTERS, networkInterface) ?? UNSPECIFIED_V6;
    const frame = messageFrame(machine, networkInterface);
    const mac = isUnspecified(source) ? -1 : networkInterface.mac;
    const length = ndp.writeRouterSolicitation(frame.view, frame.start, mac);
    sendMessage(networkInterface, frame, length, source, ALL_ROUTERS, -1);
    if (this.solicitations < MAXIMUM_ROUTER_SOLICITATIONS) {
      this.solicitor.arm(machine.timers.now() + ROUTER_SOLICITATION_INTERVAL_NS);
    }
  }
}

const lifetimeNs = (seconds: number): number =>
  seconds === FOR_EVER_SECONDS ? Number.POSITIVE_INFINITY : seconds * SECOND;

const isSame = (one: Route, other: Route): boolean =>
  one.prefixLength === other.prefixLength &&
  one.destination.equals(other.destination) &&
  (one.via === undefined ? other.via === undefined : other.via !== undefined && one.via.equals(other.via));
