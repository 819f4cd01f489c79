/**
 * One neighbour on a link: its address, its MAC address and what is known of its reachability (RFC 4861 §5.1, §7.3.2).
 */
import type { IpAddress } from '../address.ts';
import type { Timer } from '../clock.ts';
import type { Frame } from '../frame.ts';

/** The states of RFC 4861 §7.3.2. GONE is ours: the entry left the cache, and who still holds it must look again. */
export type NeighbourState = 'INCOMPLETE' | 'REACHABLE' | 'STALE' | 'DELAY' | 'PROBE' | 'GONE';

/** A packet that waits for its neighbour's MAC address: an IP packet from `frame.start`, without a link header. */
export interface PendingPacket {
  readonly frame: Frame;
  /** Whether another host sent it: that host is told by ICMP if it cannot be delivered. */
  readonly forwarded: boolean;
}

export class Neighbour {
  readonly address: IpAddress;
  state: NeighbourState;
  /** The MAC address in two pieces, as it is written into a header: 16 bits and an int32. Unknown while INCOMPLETE. */
  macHigh: number;
  macLow: number;
  /** Whether it said that it is a router (RFC 4861 §5.1). */
  isRouter: boolean;
  /** REACHABLE turns STALE then (nanoseconds). */
  reachableUntil: number;
  lastUsedAt: number;
  lastAskedAt: number;
  /** Questions sent since it was last heard. */
  asked: number;
  readonly pending: PendingPacket[];
  /** Memory that those take. */
  pendingBytes: number;
  readonly timer: Timer;

  constructor(address: IpAddress, now: number, makeTimer: (neighbour: Neighbour) => Timer) {
    this.address = address;
    this.state = 'INCOMPLETE';
    this.macHigh = 0;
    this.macLow = 0;
    this.isRouter = false;
    this.reachableUntil = 0;
    this.lastUsedAt = now;
    this.lastAskedAt = Number.NEGATIVE_INFINITY;
    this.asked = 0;
    this.pending = [];
    this.pendingBytes = 0;
    this.timer = makeTimer(this);
  }

  /** The MAC address as a number below 2^48. */
  get mac(): number {
    return this.macHigh * 0x1_0000_0000 + (this.macLow >>> 0);
  }

  hasMac(mac: number): boolean {
    return this.mac === mac;
  }
}
