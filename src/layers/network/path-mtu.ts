/**
 * What ICMP taught about path MTUs: RFC 1191 and RFC 8201. One estimate per destination; reports only ever lower it, and
 * after a while it is forgotten or raised, so that a wider path is found again (RFC 1191 §6.3 and §7.1, RFC 8201 §5.3).
 * Packetization-layer discovery (RFC 4821) needs no ICMP and is the transport's affair.
 */
import type { Family, IpAddress } from '../address.ts';
import { AddressMap } from '../address-map.ts';
import { type Clock, SECOND } from '../clock.ts';

/** RFC 791 §3.1: every module forwards 68 bytes without fragmenting. */
export const MINIMUM_V4 = 68;
/** RFC 8200 §5. */
export const MINIMUM_V6 = 1280;

/** RFC 1191 §6.3 recommends 10 minutes; RFC 8201 §4 forbids less than 5 (`net.ipv4.route.mtu_expires`). */
const LIFETIME_NS: number = 600 * SECOND;
/** RFC 1191 §3: not less than 1 minute after an attempt to detect an increase that was successful; 2 are recommended. */
const RAISE_INTERVAL_NS: number = 120 * SECOND;

/** Destinations at most; the estimate that expires first goes. */
const MAXIMUM_ENTRIES = 1024;

/** RFC 1191 §7.1 table 7-1: what to try when an old router did not say its MTU, and on the way up again. */
const PLATEAUS: readonly number[] = [65_535, 32_000, 17_914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68];

/** What becomes of an estimate that is out of date: RFC 1191 §6.3 or §7.1. */
export type PathMtuRaise = 'first-hop' | 'next-plateau';

export interface PathMtuOptions {
  /** How long an estimate is believed, in nanoseconds; `Infinity` for ever. */
  readonly lifetimeNs: number;
  /** IPv4: what is reported below this many bytes counts as this, and packets of that size go without DF. */
  readonly minimumBytes: number;
  readonly raise: PathMtuRaise;
}

export const PATH_MTU_OPTIONS: PathMtuOptions = {
  lifetimeNs: LIFETIME_NS,
  minimumBytes: MINIMUM_V4,
  raise: 'first-hop',
};

interface Estimate {
  readonly destination: IpAddress;
  readonly mtu: number;
  readonly expiresAt: number;
  /** The path carries less than the configured minimum: routers may fragment. */
  readonly fragments: boolean;
}

export class PathMtuCache {
  private readonly clock: Clock;
  private readonly options: PathMtuOptions;
  private readonly estimates: AddressMap<Estimate>;
  private readonly changed: () => void;

  /** @param changed called whenever an estimate is made */
  constructor(clock: Clock, options: PathMtuOptions = PATH_MTU_OPTIONS, changed: () => void = () => {}) {
    this.clock = clock;
    this.options = options;
    this.changed = changed;
    this.estimates = new AddressMap();
  }

  /** The estimate in bytes, or `Infinity` if nothing is known. */
  mtu(destination: IpAddress): number {
    return this.current(destination)?.mtu ?? Number.POSITIVE_INFINITY;
  }

  /** When the estimate is forgotten or raised (nanoseconds), or `Infinity`. */
  expiresAt(destination: IpAddress): number {
    return this.current(destination)?.expiresAt ?? Number.POSITIVE_INFINITY;
  }

  /** Whether a router on the path carries less than the configured minimum, so that DF would stop everything. */
  fragments(destination: IpAddress): boolean {
    return this.current(destination)?.fragments === true;
  }

  /**
   * Learns from a "packet too big" that is believed.
   * @param claimed the MTU that it amounts to: see `claimedMtu`
   * @returns whether the estimate went down
   */
  tooBig(destination: IpAddress, claimed: number): boolean {
    const { lifetimeNs, minimumBytes } = this.options;
    const fragments = destination.family === 4 && claimed < minimumBytes;
    const mtu = fragments ? minimumBytes : claimed;
    const before = this.current(destination);
    const isLower = mtu < (before?.mtu ?? Number.POSITIVE_INFINITY);
    if (before === undefined && this.estimates.size >= MAXIMUM_ENTRIES) this.evict();
    // RFC 1191 §3, RFC 8201 §4: an increase is not attempted for a while after any such message, but none increases it.
    this.estimates.set(destination, {
      destination,
      mtu: isLower || before === undefined ? mtu : before.mtu,
      expiresAt: this.clock.now() + lifetimeNs,
      fragments: fragments || before?.fragments === true,
    });
    this.changed();
    return isLower;
  }

  /** Forgets all that it was told: paths carry what their first hop does. */
  clear(): void {
    this.estimates.clear();
    this.changed();
  }

  private current(destination: IpAddress): Estimate | undefined {
    const estimate = this.estimates.get(destination);
    if (estimate === undefined || this.clock.now() < estimate.expiresAt) return estimate;
    const next = this.options.raise === 'first-hop' ? undefined : plateauAbove(estimate.mtu);
    if (next === undefined) {
      this.estimates.delete(destination);
      return undefined;
    }
    const raised = { destination, mtu: next, expiresAt: this.clock.now() + RAISE_INTERVAL_NS, fragments: false };
    this.estimates.set(destination, raised);
    return raised;
  }

  private evict(): void {
    let first: Estimate | undefined;
    for (const estimate of this.estimates.values()) {
      if (first === undefined || estimate.expiresAt < first.expiresAt) first = estimate;
    }
    if (first !== undefined) this.estimates.delete(first.destination);
  }
}

/**
 * The MTU that a "packet too big" amounts to.
 * @param reported the next hop's MTU in bytes; 0 from routers older than RFC 1191
 * @param packetLength total length of the quoted packet; `headerLength` that of its IP header
 * @param current what is believed now
 * @returns 0 if the message must be discarded
 */
export function claimedMtu(
  family: Family,
  reported: number,
  packetLength: number,
  headerLength: number,
  current: number,
): number {
  // RFC 8201 §4: a report below the IPv6 minimum is discarded. RFC 1191 §3: never below 68.
  if (family === 6) return reported < MINIMUM_V6 ? 0 : reported;
  if (reported !== 0) return Math.max(reported, MINIMUM_V4);
  // RFC 1191 §5: routers derived from 4.2BSD quote a total length that has the header's added to it. One that could be
  // right is taken as it is.
  const length = packetLength >= current ? packetLength - headerLength : packetLength;
  return PLATEAUS.find((plateau) => plateau < length) ?? MINIMUM_V4;
}

const plateauAbove = (mtu: number): number | undefined => PLATEAUS.findLast((plateau) => plateau > mtu);
