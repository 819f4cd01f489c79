/**
 * The neighbour cache of one interface and one family: RFC 4861 §7.2 and §7.3, used for ARP as well (RFC 1122 §2.3.2).
 *
 * It is generic: it is given a way to ask for an address (ARP request or neighbour solicitation) and a way to send what
 * waited. ARP fits into RFC 4861's states: an answer to our own request confirms reachability, a request heard from a
 * neighbour tells its address and no more. RFC 1122 §2.3.2.1's cache timeout is the unicast poll of the PROBE state.
 */
import type { IpAddress } from '../address.ts';
import { AddressMap } from '../address-map.ts';
import { SECOND, type Timers } from '../clock.ts';
import type { DropReason } from '../drop.ts';
import type { Frame } from '../frame.ts';
import { type Random, uniform } from '../random.ts';
import { Neighbour, type PendingPacket } from './neighbour.ts';

export interface NeighbourSettings {
  /** Entries at most (`net.ipv4.neigh.default.gc_thresh3`). */
  maximumEntries: number;
  /**
   * Bytes of memory that packets for one neighbour may take while they wait (`net.ipv4.neigh.default.unres_qlen_bytes`).
   * The newest are kept, and one always (RFC 1122 §2.3.2.2). In bytes, so that all fragments of a large packet fit.
   */
  maximumPendingBytes: number;
  /** BaseReachableTime (RFC 4861 §10); the time used is drawn from half to one and a half of it. Nanoseconds. */
  reachableTimeNs: number;
  /** RetransTimer: between two questions to one neighbour. For ARP never below a second (RFC 1122 §2.3.2.1). */
  retransTimerNs: number;
  /** DELAY_FIRST_PROBE_TIME. */
  delayFirstProbeNs: number;
  /** MAX_MULTICAST_SOLICIT: questions to all. */
  maximumMulticastAsks: number;
  /** MAX_UNICAST_SOLICIT: questions to the address that is known. */
  maximumUnicastAsks: number;
}

/** RFC 4861 §10. */
export const NEIGHBOUR_SETTINGS: Readonly<NeighbourSettings> = {
  maximumEntries: 1024,
  maximumPendingBytes: 212_992,
  reachableTimeNs: 30 * SECOND,
  retransTimerNs: SECOND,
  delayFirstProbeNs: 5 * SECOND,
  maximumMulticastAsks: 3,
  maximumUnicastAsks: 3,
};

/** What a cache is given. Frames handed to it are its own until it hands them on. */
export interface NeighbourLink {
  readonly timers: Timers;
  readonly random: Random;
  /** Asks for a neighbour's address: all stations, or only the known one if `unicast`. */
  ask(neighbour: Neighbour, unicast: boolean): void;
  /** Sends a packet that waited. */
  transmit(neighbour: Neighbour, frame: Frame): void;
  /** A packet that waited will never be sent: its neighbour did not answer. */
  unreachable(neighbour: Neighbour, packet: PendingPacket): void;
  /** A packet that waited lost its place. */
  dropped(packet: PendingPacket, reason: DropReason): void;
  /** A neighbour left the cache because it did not answer, or ceased to be a router. */
  lost(neighbour: Neighbour): void;
}

const REDRAW_NS = 2 * 3600 * SECOND;

export class NeighbourCache {
  settings: NeighbourSettings;
  private readonly link: NeighbourLink;
  private readonly entries: AddressMap<Neighbour>;
  /** ReachableTime over its base: drawn from 0.5 … 1.5, and when it is drawn anew (RFC 4861 §6.3.2). */
  private reachableFactor: number;
  private redrawAtNs: number;

  constructor(link: NeighbourLink, settings: Partial<NeighbourSettings> = {}) {
    this.settings = { ...NEIGHBOUR_SETTINGS, ...settings };
    this.link = link;
    this.entries = new AddressMap();
    this.reachableFactor = 1;
    this.redrawAtNs = 0;
  }

  get size(): number {
    return this.entries.size;
  }

  /** For people and tests. */
  neighbours(): Neighbour[] {
    return [...this.entries.values()];
  }

  get(address: IpAddress): Neighbour | undefined {
    return this.entries.get(address);
  }

  /** The entry of an address, made if there is none; nothing is asked yet. `undefined` if the cache is full of the busy. */
  entry(address: IpAddress): Neighbour | undefined {
    return this.entries.get(address) ?? this.add(address);
  }

  /** For packets on their way through, whose next hop lies in the packet. */
  find(w0: number, w1: number, w2: number, w3: number, family: 4 | 6): Neighbour | undefined {
    return this.entries.find(family, w0, w1, w2, w3);
  }

  /**
   * Whether a packet may go to the neighbour's MAC address now; counts as sending to it (RFC 4861 §7.3.3).
   * If not, `hold` the packet.
   */
  mayTransmit(neighbour: Neighbour): boolean {
    const now = this.link.timers.now();
    neighbour.lastUsedAt = now;
    const { state } = neighbour;
    if (state === 'REACHABLE' && now < neighbour.reachableUntil) return true;
    if (state === 'REACHABLE' || state === 'STALE') {
      neighbour.state = 'DELAY';
      neighbour.asked = 0;
      neighbour.timer.arm(now + this.settings.delayFirstProbeNs);
    }
    return neighbour.state === 'DELAY' || neighbour.state === 'PROBE';
  }

  /** Keeps a packet until the neighbour answers, and asks if nobody has. Call after `mayTransmit` said no. */
  hold(neighbour: Neighbour, frame: Frame, forwarded: boolean): void {
    const packet: PendingPacket = { frame, forwarded };
    if (neighbour.state === 'GONE') {
      this.link.unreachable(neighbour, packet);
      return;
    }
    // RFC 1122 §2.3.2.2: keep the latest.
    neighbour.pending.push(packet);
    neighbour.pendingBytes += frame.room;
    while (neighbour.pendingBytes > this.settings.maximumPendingBytes && neighbour.pending.length > 1) {
      const oldest = neighbour.pending.shift()!;
      neighbour.pendingBytes -= oldest.frame.room;
      this.link.dropped(oldest, 'neighbour-queue-full');
    }
    if (neighbour.timer.deadline === Number.POSITIVE_INFINITY) this.ask(neighbour, false);
  }

  /** Upper-layer advice that the neighbour is reachable (RFC 4861 §7.3.1). */
  confirm(neighbour: Neighbour): void {
    if (neighbour.state !== 'INCOMPLETE' && neighbour.state !== 'GONE') this.reached(neighbour);
  }

  /** Upper-layer advice that packets do not get through (RFC 1122 §3.3.1.4): the next ones start a probe (§7.3.3). */
  doubt(neighbour: Neighbour): void {
    if (neighbour.state === 'REACHABLE') this.doubted(neighbour);
  }

  /**
   * A neighbour told its address without being asked: an ARP request, a solicitation, a redirect (RFC 4861 §7.2.3).
   * @param create whether an entry is made if there is none (RFC 826: only by those who speak to us)
   */
  heard(address: IpAddress, mac: number, create: boolean): Neighbour | undefined {
    if (!isStation(mac)) return undefined;
    const neighbour = this.entries.get(address) ?? (create ? this.add(address) : undefined);
    if (neighbour === undefined) return undefined;
    if (neighbour.state !== 'INCOMPLETE' && neighbour.hasMac(mac)) return neighbour;
    setMac(neighbour, mac);
    neighbour.state = 'STALE';
    neighbour.timer.cancel();
    this.flush(neighbour);
    return neighbour;
  }

  /**
   * A neighbour advertised its address: RFC 4861 §7.2.5, in its order. An ARP reply to our question counts as solicited.
   * @param mac `undefined` if the advertisement had no target link-layer address
   */
  advertised(
    address: IpAddress,
    mac: number | undefined,
    solicited: boolean,
    override: boolean,
    router: boolean,
  ): void {
    const neighbour = this.entries.get(address);
    if (neighbour === undefined || (mac !== undefined && !isStation(mac))) return;
    if (neighbour.state === 'INCOMPLETE') {
      if (mac === undefined) return;
      neighbour.isRouter = router;
      setMac(neighbour, mac);
      if (solicited) this.reached(neighbour);
      else this.doubted(neighbour);
      this.flush(neighbour);
      return;
    }
    const differs = mac !== undefined && !neighbour.hasMac(mac);
    if (differs && !override) {
      if (neighbour.state === 'REACHABLE') this.doubted(neighbour);
      return;
    }
    if (differs) setMac(neighbour, mac);
    if (solicited) this.reached(neighbour);
    else if (differs) this.doubted(neighbour);
    const wasRouter = neighbour.isRouter;
    neighbour.isRouter = router;
    if (wasRouter && !router) this.link.lost(neighbour);
  }

  /** Forgets everything; what waited is reported unreachable. */
  clear(): void {
    for (const neighbour of this.neighbours()) this.remove(neighbour);
  }

  private add(address: IpAddress): Neighbour | undefined {
    if (this.entries.size >= this.settings.maximumEntries && !this.evict()) return undefined;
    const { timers } = this.link;
    const neighbour = new Neighbour(address, timers.now(), (made) => timers.timer(() => this.expired(made)));
    this.entries.set(address, neighbour);
    return neighbour;
  }

  /** Makes room: the entry that was used longest ago goes, unless it is being asked (and must not be asked again soon). */
  private evict(): boolean {
    const askedAfter = this.link.timers.now() - this.settings.retransTimerNs;
    let oldest: Neighbour | undefined;
    for (const neighbour of this.entries.values()) {
      if (neighbour.pending.length > 0 || neighbour.lastAskedAt > askedAfter) continue;
      if (oldest === undefined || neighbour.lastUsedAt < oldest.lastUsedAt) oldest = neighbour;
    }
    if (oldest === undefined) return false;
    this.remove(oldest);
    return true;
  }

  private remove(neighbour: Neighbour): void {
    neighbour.state = 'GONE';
    neighbour.timer.cancel();
    this.entries.delete(neighbour.address);
    neighbour.pendingBytes = 0;
    for (const packet of neighbour.pending.splice(0)) this.link.unreachable(neighbour, packet);
  }

  private ask(neighbour: Neighbour, unicast: boolean): void {
    const now = this.link.timers.now();
    // RFC 4861 §7.3.3, RFC 1122 §2.3.2.1: never twice within RetransTimer.
    const earliest = neighbour.lastAskedAt + this.settings.retransTimerNs;
    if (now < earliest) {
      neighbour.timer.arm(earliest);
      return;
    }
    neighbour.asked++;
    neighbour.lastAskedAt = now;
    neighbour.timer.arm(now + this.settings.retransTimerNs);
    this.link.ask(neighbour, unicast);
  }

  private expired(neighbour: Neighbour): void {
    const unicast = neighbour.state !== 'INCOMPLETE';
    if (neighbour.state === 'DELAY') {
      neighbour.state = 'PROBE';
      neighbour.asked = 0;
    }
    const limit = unicast ? this.settings.maximumUnicastAsks : this.settings.maximumMulticastAsks;
    if (neighbour.asked < limit) {
      this.ask(neighbour, unicast);
      return;
    }
    this.remove(neighbour);
    this.link.lost(neighbour);
  }

  private reached(neighbour: Neighbour): void {
    const now = this.link.timers.now();
    // RFC 4861 §6.3.2: so that the probes of many hosts do not fall into step; "at least once every few hours".
    if (now >= this.redrawAtNs) {
      this.reachableFactor = 0.5 + uniform(this.link.random);
      this.redrawAtNs = now + REDRAW_NS;
    }
    neighbour.state = 'REACHABLE';
    neighbour.asked = 0;
    neighbour.reachableUntil = now + Math.round(this.settings.reachableTimeNs * this.reachableFactor);
    neighbour.timer.cancel();
  }

  private doubted(neighbour: Neighbour): void {
    neighbour.state = 'STALE';
    neighbour.asked = 0;
    neighbour.timer.cancel();
  }

  private flush(neighbour: Neighbour): void {
    neighbour.asked = 0;
    neighbour.pendingBytes = 0;
    for (const { frame } of neighbour.pending.splice(0)) {
      this.mayTransmit(neighbour);
      this.link.transmit(neighbour, frame);
    }
  }
}

function setMac(neighbour: Neighbour, mac: number): void {
  neighbour.macHigh = Math.floor(mac / 0x1_0000_0000);
  neighbour.macLow = mac | 0;
}

/** One station's address: neither zero nor a group's (RFC 1812 §3.3.2: never believe a broadcast or multicast one). */
const isStation = (mac: number): boolean => mac !== 0 && (Math.floor(mac / 0x100_0000_0000) & 1) === 0;
