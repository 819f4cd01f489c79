/**
 * Identification fields of packets that may be fragmented: a counter per destination that starts at random, which repeats
 * as late as it can and tells nobody how much is sent to others (RFC 6864 §4.2, RFC 7739 §5.2).
 */
import type { IpAddress } from '../layers/address.ts';
import { AddressMap } from '../layers/address-map.ts';
import type { Random } from '../layers/random.ts';

/** Destinations remembered; after so many all start anew, at random. */
const MAXIMUM_ENTRIES = 4096;

export interface Identification {
  /** The next one to use; its lower 16 bits for IPv4. */
  next: number;
}

export class Identifications {
  private readonly random: Random;
  private counters: AddressMap<Identification>;

  constructor(random: Random) {
    this.random = random;
    this.counters = new AddressMap();
  }

  /** The counter of a destination: a path keeps it. */
  to(destination: IpAddress): Identification {
    const held = this.counters.get(destination);
    if (held !== undefined) return held;
    if (this.counters.size >= MAXIMUM_ENTRIES) this.counters = new AddressMap();
    const made = { next: this.random.next() | 0 };
    this.counters.set(destination, made);
    return made;
  }
}
