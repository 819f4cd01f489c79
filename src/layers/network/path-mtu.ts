/**
 * What ICMP taught about path MTUs: RFC 1191 and RFC 8201. One estimate per destination; it only ever goes down, and is
 * forgotten after a while, so that a wider path is found again (RFC 1191 §6.3, RFC 8201 §4).
 * Packetization-layer discovery (RFC 4821, RFC 8899) needs no ICMP and is the transport's affair.
 */
import type { IpAddress } from '../address.ts';
import { AddressMap } from '../address-map.ts';
import { type Clock, SECOND } from '../clock.ts';

/** RFC 791 §3.1: every module forwards 68 bytes without fragmenting. */
export const MINIMUM_V4 = 68;
/** RFC 8200 §5. */
export const MINIMUM_V6 = 1280;

/** RFC 1191 §6.3 recommends 10 minutes; RFC 8201 §4 forbids less than 5 (`net.ipv4.route.mtu_expires`). */
export const LIFETIME_NS: number = 600 * SECOND;

/** Destinations at most; the estimate that expires first goes. */
const MAXIMUM_ENTRIES = 1024;

/** RFC 1191 §7.1: what to try when an old router did not say its MTU. */
const PLATEAUS: readonly number[] = [32_000, 17_914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68];

interface Estimate {
  readonly destination: IpAddress;
  readonly mtu: number;
  readonly expiresAt: number;
}

export class PathMtuCache {
  /** Changes whenever an estimate is made. */
  generation: number;
  private readonly clock: Clock;
  private readonly lifetimeNs: number;
  private readonly estimates: AddressMap<Estimate>;

  constructor(clock: Clock, lifetimeNs: number = LIFETIME_NS) {
    this.generation = 0;
    this.clock = clock;
    this.lifetimeNs = lifetimeNs;
    this.estimates = new AddressMap();
  }

  /** The estimate in bytes, or `Infinity` if nothing is known. */
  mtu(destination: IpAddress): number {
    const estimate = this.current(destination);
    return estimate === undefined ? Number.POSITIVE_INFINITY : estimate.mtu;
  }

  /** When the estimate is forgotten (nanoseconds), or `Infinity`. */
  expiresAt(destination: IpAddress): number {
    return this.current(destination)?.expiresAt ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Learns from a "packet too big".
   * @param reported the next hop's MTU in bytes; 0 from routers older than RFC 1191
   * @param packetLength bytes of the packet that was too big; 0 if unknown
   * @returns whether the estimate went down
   */
  tooBig(destination: IpAddress, reported: number, packetLength: number): boolean {
    const mtu = destination.family === 4 ? lowered4(reported, packetLength) : reported;
    // RFC 8201 §4: a report below the IPv6 minimum is discarded. RFC 1191 §3: never below 68.
    if (mtu < (destination.family === 4 ? MINIMUM_V4 : MINIMUM_V6)) return false;
    if (mtu >= this.mtu(destination)) return false;
    if (this.estimates.size >= MAXIMUM_ENTRIES) this.evict();
    this.estimates.set(destination, { destination, mtu, expiresAt: this.clock.now() + this.lifetimeNs });
    this.generation++;
    return true;
  }

  private current(destination: IpAddress): Estimate | undefined {
    const estimate = this.estimates.get(destination);
    if (estimate === undefined || this.clock.now() < estimate.expiresAt) return estimate;
    this.estimates.delete(destination);
    return undefined;
  }

  private evict(): void {
    let first: Estimate | undefined;
    for (const estimate of this.estimates.values()) {
      if (first === undefined || estimate.expiresAt < first.expiresAt) first = estimate;
    }
    if (first !== undefined) this.estimates.delete(first.destination);
  }
}

/** RFC 1191 §3 and §5: what the router said, or the next plateau below the packet that it refused. */
function lowered4(reported: number, packetLength: number): number {
  if (reported !== 0) return Math.max(reported, MINIMUM_V4);
  return PLATEAUS.find((plateau) => plateau < packetLength) ?? MINIMUM_V4;
}
