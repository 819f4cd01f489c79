/**
 * Which sequence numbers beyond RCV.NXT have arrived (RFC 9293 §3.10.7.4, SHLD-31), and what to report of them as
 * SACK blocks (RFC 2018 §4). A short sorted list of ranges; each remembers when it last grew.
 */
import { greaterThan, lessOrEqual, lessThan } from './sequence.ts';

/** Most ranges kept: a peer that sends every other byte would otherwise make the list as long as the window. */
const MOST_RANGES = 512;

export class Reassembly {
  /** Ranges in sequence order: `[start, end)` at 2i and 2i + 1. Disjoint, and never touching. */
  private ranges: Int32Array;
  /** When each range last grew: a count of arrivals. */
  private grown: Float64Array;
  private arrivals: number;
  /** How many ranges. */
  count: number;

  constructor() {
    this.ranges = new Int32Array(16);
    this.grown = new Float64Array(8);
    this.arrivals = 0;
    this.count = 0;
  }

  start(index: number): number {
    return this.ranges[2 * index]!;
  }

  end(index: number): number {
    return this.ranges[2 * index + 1]!;
  }

  /** Whether `[start, end)` would add nothing. */
  covers(start: number, end: number): boolean {
    for (let index = 0; index < this.count; index++) {
      if (lessOrEqual(this.start(index), start) && lessOrEqual(end, this.end(index))) return true;
    }
    return false;
  }

  /** The first range that has an octet of `[start, end)`, or -1. */
  firstOverlap(start: number, end: number): number {
    for (let index = 0; index < this.count; index++) {
      if (lessThan(start, this.end(index)) && lessThan(this.start(index), end)) return index;
    }
    return -1;
  }

  /** Notes that `[start, end)` is there, just arrived. @returns false when there are too many ranges already: drop the segment */
  add(start: number, end: number): boolean {
    let first = 0;
    while (first < this.count && lessThan(this.end(first), start)) first++;
    let next = first;
    while (next < this.count && lessOrEqual(this.start(next), end)) {
      if (lessThan(this.start(next), start)) start = this.start(next);
      if (greaterThan(this.end(next), end)) end = this.end(next);
      next++;
    }
    // Ranges first … next are merged into one: 0 of them makes room, 2 or more close up.
    const change = 1 - (next - first);
    if (change > 0 && this.count === MOST_RANGES) return false;
    this.shift(next, change);
    this.ranges[2 * first] = start;
    this.ranges[2 * first + 1] = end;
    this.grown[first] = ++this.arrivals;
    return true;
  }

  /** The in-order part has reached `rcvNxt`: takes away the range that starts there. @returns bytes that follow in order */
  takeFrom(rcvNxt: number): number {
    let taken = 0;
    while (this.count > 0 && lessOrEqual(this.start(0), rcvNxt)) {
      const end = this.end(0);
      if (greaterThan(end, rcvNxt)) {
        taken += (end - rcvNxt) | 0;
        rcvNxt = end;
      }
      this.shift(1, -1);
    }
    return taken;
  }

  /**
   * Chooses what to report: the range that grew last first, then the others by how lately they grew (RFC 2018 §4).
   * @param into receives left and right edges in pairs
   * @returns how many blocks, at most `most`
   */
  recentBlocks(into: Int32Array, most: number): number {
    const blocks = Math.min(most, this.count);
    let before = Number.POSITIVE_INFINITY;
    for (let block = 0; block < blocks; block++) {
      let chosen = -1;
      let latest = -1;
      for (let index = 0; index < this.count; index++) {
        const when = this.grown[index]!;
        if (when < before && when > latest) {
          latest = when;
          chosen = index;
        }
      }
      into[2 * block] = this.start(chosen);
      into[2 * block + 1] = this.end(chosen);
      before = latest;
    }
    return blocks;
  }

  clear(): void {
    this.count = 0;
  }

  /** Moves the ranges from `index` on by `change` places. */
  private shift(index: number, change: number): void {
    if (change > 0 && this.count + change > this.grown.length) this.grow();
    if (change !== 0) {
      this.ranges.copyWithin(2 * (index + change), 2 * index, 2 * this.count);
      this.grown.copyWithin(index + change, index, this.count);
      this.count += change;
    }
  }

  private grow(): void {
    const ranges = new Int32Array(this.ranges.length * 2);
    ranges.set(this.ranges);
    this.ranges = ranges;
    const grown = new Float64Array(this.grown.length * 2);
    grown.set(this.grown);
    this.grown = grown;
  }
}
