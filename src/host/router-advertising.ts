/**
 * A router speaks to hosts: router advertisements of RFC 4861 §6.2, from time to time and when asked.
 * Left out on purpose: checking other routers' advertisements (§6.2.7), ceasing with a lifetime of 0 (§6.2.5).
 */
import { isUnspecified } from '../layers/address.ts';
import { SECOND, type Timer } from '../layers/clock.ts';
import type { DropReason } from '../layers/drop.ts';
import * as ndp from '../layers/network/ndp.ts';
import { type NdpOptionRecord, SOURCE_LINK_LAYER_ADDRESS } from '../layers/network/ndp-options.ts';
import type { ReceivedPacket } from '../layers/network/packet.ts';
import { network, prefix } from '../layers/prefix.ts';
import { type Random, uniform } from '../layers/random.ts';
import { ALL_NODES } from './groups.ts';
import { linkLocalAddress } from './interface-identifier.ts';
import type { Machine } from './machine.ts';
import { messageFrame, sendMessage } from './ndp-sender.ts';
import type { NetworkInterface } from './network-interface.ts';
import { MAXIMUM_ADVERTISEMENT_DELAY_NS } from './settings.ts';

/** RFC 4861 §10: MAX_INITIAL_RTR_ADVERT_INTERVAL, MAX_INITIAL_RTR_ADVERTISEMENTS and MIN_DELAY_BETWEEN_RAS. */
const INITIAL_INTERVAL_NS: number = 16 * SECOND;
const INITIAL_ADVERTISEMENTS = 3;
const LEAST_INTERVAL_NS: number = 3 * SECOND;

/** What a router tells the hosts of a link. Defaults are RFC 4861 §6.2.1's. */
export interface AdvertisingOptions {
  /** Prefixes on the link, from which hosts form addresses: `['2001:db8:1::/64']`. */
  readonly prefixes?: readonly string[];
  /** For how long it is a default router; 0 says that it is none. */
  readonly routerLifetimeSeconds?: number;
  readonly validLifetimeSeconds?: number;
  readonly preferredLifetimeSeconds?: number;
  /** MaxRtrAdvInterval: the longest time between two advertisements. */
  readonly maximumIntervalSeconds?: number;
  readonly hopLimit?: number;
  /** The link's MTU in bytes; left out if it is not told. */
  readonly mtu?: number;
}

export class RouterAdvertising {
  private readonly machine: Machine;
  private readonly networkInterface: NetworkInterface;
  private readonly options: AdvertisingOptions;
  private readonly maximumIntervalNs: number;
  private readonly random: Random;
  private readonly timer: Timer;
  private sent: number;
  private sentAt: number;

  /** @throws {TypeError} if a prefix is none */
  constructor(machine: Machine, networkInterface: NetworkInterface, options: AdvertisingOptions) {
    for (const text of options.prefixes ?? []) prefix(text);
    this.machine = machine;
    this.networkInterface = networkInterface;
    this.options = options;
    this.maximumIntervalNs = (options.maximumIntervalSeconds ?? 600) * SECOND;
    this.random = machine.random(`router-advertising ${networkInterface.name}`);
    this.timer = machine.timers.timer(() => this.advertise());
    this.sent = 0;
    this.sentAt = Number.NEGATIVE_INFINITY;
  }

  /** The interface came up. */
  start(): void {
    this.sent = 0;
    this.timer.arm(this.machine.timers.now());
  }

  /** A valid solicitation: answered to all after a random delay, not too often (RFC 4861 §6.2.6). */
  solicited(packet: ReceivedPacket): DropReason | undefined {
    const source = packet.source();
    const mac = ndp.linkLayerAddress(packet.view, packet.at, packet.length, SOURCE_LINK_LAYER_ADDRESS);
    if (!isUnspecified(source)) {
      const cache = this.networkInterface.neighbours6;
      const host = mac >= 0 ? cache?.heard(source, mac, true) : cache?.get(source);
      if (host !== undefined) host.isRouter = false;
    }
    const now = this.machine.timers.now();
    const delay = Math.round(uniform(this.random) * MAXIMUM_ADVERTISEMENT_DELAY_NS);
    this.timer.arm(Math.min(this.timer.deadline, Math.max(now, this.sentAt + LEAST_INTERVAL_NS) + delay));
    return undefined;
  }

  private advertise(): void {
    const { machine, networkInterface } = this;
    const source = linkLocalAddress(networkInterface.mac);
    if (machine.addresses.get(source) !== undefined) {
      const bytes = ndp.encode(
        {
          message: 'routerAdvertisement',
          currentHopLimit: this.options.hopLimit ?? machine.settings.hopLimit,
          managedAddresses: false,
          otherConfiguration: false,
          routerLifetimeSeconds: this.routerLifetimeSeconds(),
          reachableTimeMilliseconds: 0,
          retransmissionTimerMilliseconds: 0,
          options: this.messageOptions(),
        },
        source,
        ALL_NODES,
      );
      const frame = messageFrame(machine, networkInterface, bytes.length);
      frame.bytes.set(bytes, frame.start);
      sendMessage(networkInterface, frame, bytes.length, source, ALL_NODES, -1);
      this.sent++;
    }
    const now = machine.timers.now();
    this.sentAt = now;
    // RFC 4861 §6.2.4: between a third of the longest interval and all of it; shorter for the first few.
    const interval = Math.round((0.33 + 0.67 * uniform(this.random)) * this.maximumIntervalNs);
    this.timer.arm(now + (this.sent < INITIAL_ADVERTISEMENTS ? Math.min(interval, INITIAL_INTERVAL_NS) : interval));
  }

  /** RFC 4861 §6.2.1: three times the longest interval; nobody's default router if it does not forward. */
  private routerLifetimeSeconds(): number {
    if (!this.machine.forwarding) return 0;
    return this.options.routerLifetimeSeconds ?? Math.min(9000, (3 * this.maximumIntervalNs) / SECOND);
  }

  private messageOptions(): NdpOptionRecord[] {
    const { prefixes = [], mtu, validLifetimeSeconds, preferredLifetimeSeconds } = this.options;
    const options: NdpOptionRecord[] = [{ name: 'sourceLinkLayerAddress', mac: this.networkInterface.mac }];
    if (mtu !== undefined) options.push({ name: 'mtu', mtu });
    for (const text of prefixes) {
      const { address, length } = network(prefix(text));
      options.push({
        name: 'prefixInformation',
        prefixLength: length,
        onLink: true,
        autonomous: true,
        // RFC 4861 §6.2.1: AdvValidLifetime 30 days, AdvPreferredLifetime 7 days.
        validLifetimeSeconds: validLifetimeSeconds ?? 2_592_000,
        preferredLifetimeSeconds: preferredLifetimeSeconds ?? 604_800,
        prefix: address,
      });
    }
    return options;
  }
}
