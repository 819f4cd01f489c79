/**
 * One record per segment in flight: which octets, when first and last sent, how often, and what is known of its fate.
 * Detection marks records, recovery chooses among them, RTT and delivery-rate samples are read from them.
 *
 * A ring in sequence order: a record is an index, so a segment allocates nothing. All of one record lies together, in two
 * lines of the cache, where an array for each value took eighteen. The counters give the estimate of what is in the network
 * (RFC 6675 §4 `SetPipe`) without walking the records.
 */

import type { Clock } from '../../clock.ts';
import { AppliedBlocks } from './applied-blocks.ts';
import { distance, greaterThan, lessOrEqual, lessThan } from './sequence.ts';

/** The octets reached the peer: a SACK block covers them (RFC 2018). */
export const SACKED = 1;
/** Detection holds them for lost, and no retransmission is on its way. */
export const LOST = 2;
/** They were held for lost, and a retransmission is on its way. */
export const RETRANSMITTED = 4;
/** The segment carried our FIN, in its last sequence number. */
export const FINAL = 8;

/** Is told the fate of each record once: when it is first known to have arrived, and whenever it comes to be held for lost. */
export interface FateWatcher {
  /** Record `index`, with its flags as they were before. */
  delivered(log: TransmitLog, index: number): void;
  lost(log: TransmitLog, index: number): void;
}

// A record is eight integers and eight doubles. Its place is where both begin.
const SHIFT = 3;
const START = 0;
const END = 1;
const FLAGS = 2;
const TRANSMISSIONS = 3;
/** The places of its neighbours in the list of what is in the network. */
const NEXT = 4;
const PREVIOUS = 5;
/** Of the doubles the first six are the notes that `rate/delivery-rate.ts` takes when the segment is sent. */
const FIRST_SENT_NS = 6;
const LAST_SENT_NS = 7;

const FIRST_RECORDS = 16;
/** No place: the end of the list of what is in the network. */
const NONE = -1;
/** The record is in no list: it has arrived, or is held for lost. */
const OUTSIDE = -2;

export class TransmitLog {
  watcher: FateWatcher | undefined;
  /** How many records. Record 0 is the oldest. */
  count: number;
  /** Octets (SYN and FIN count) that are SACKed; lost and not sent again; sent again and not yet acknowledged. */
  sackedBytes: number;
  lostBytes: number;
  retransmittedBytes: number;
  /** Octets in all records. */
  bytes: number;
  /** How many records are SACKed. */
  sackedCount: number;
  /** Bytes of data in the largest record that was acknowledged whole. */
  largestAcknowledged: number;
  /**
   * Of the records that `acknowledge` removed last: when the first was sent whose first transmission is known, if there can
   * be no doubt which transmission of any of them is acknowledged (Karn's rule: RFC 6298 §3); else -1.
   */
  certainSentNs: number;
  private isDoubtful: boolean;
  /** The notes of all records: six numbers each, from `place` on. */
  notes: Float64Array;
  private words: Int32Array;
  private head: number;
  private capacity: number;
  private readonly applied: AppliedBlocks;
  /** Where the search for lost records goes on: none before it waits. */
  private lostHint: number;
  /**
   * Records that are in the network, in the order of their last transmission: RFC 8985 §6.2 step 5 suggests that list, so
   * that time-based detection looks at those alone that it may mark. Its ends are places.
   */
  private firstInNetwork: number;
  private lastInNetwork: number;

  constructor(watcher?: FateWatcher) {
    this.watcher = watcher;
    this.count = 0;
    this.sackedBytes = 0;
    this.lostBytes = 0;
    this.retransmittedBytes = 0;
    this.bytes = 0;
    this.sackedCount = 0;
    this.largestAcknowledged = 0;
    this.certainSentNs = -1;
    this.isDoubtful = false;
    this.notes = new Float64Array(FIRST_RECORDS << SHIFT);
    this.words = new Int32Array(FIRST_RECORDS << SHIFT);
    this.head = 0;
    this.capacity = FIRST_RECORDS;
    this.applied = new AppliedBlocks();
    this.lostHint = 0;
    this.firstInNetwork = NONE;
    this.lastInNetwork = NONE;
  }

  /** Octets that are held to be in the network: RFC 6675 §4 `pipe`. */
  get pipe(): number {
    return this.bytes - this.sackedBytes - this.lostBytes;
  }

  /** Where the record lies: who asks for several of its values finds it once. Holds until something is appended or split. */
  place(index: number): number {
    return ((this.head + index) & (this.capacity - 1)) << SHIFT;
  }
  endAt(place: number): number {
    return this.words[place + END]!;
  }
  transmissionsAt(place: number): number {
    return this.words[place + TRANSMISSIONS]!;
  }
  lastSentAt(place: number): number {
    return this.notes[place + LAST_SENT_NS]!;
  }

  start(index: number): number {
    return this.words[this.place(index) + START]!;
  }
  end(index: number): number {
    return this.endAt(this.place(index));
  }
  length(index: number): number {
    const place = this.place(index);
    return distance(this.words[place + START]!, this.words[place + END]!);
  }
  flags(index: number): number {
    return this.words[this.place(index) + FLAGS]!;
  }
  transmissions(index: number): number {
    return this.transmissionsAt(this.place(index));
  }
  firstSent(index: number): number {
    return this.notes[this.place(index) + FIRST_SENT_NS]!;
  }
  lastSent(index: number): number {
    return this.lastSentAt(this.place(index));
  }

  /**
   * Notes a segment that was sent for the first time; it follows all the others.
   * @param isFirst false if a window probe carried all of it before: then nobody knows which of the two is acknowledged
   */
  append(start: number, end: number, final: boolean, clock: Clock, isFirst = true): void {
    const now = clock.now();
    if (this.count === this.capacity) this.grow();
    const { words, notes } = this;
    const place = this.place(this.count++);
    words[place + START] = start;
    words[place + END] = end;
    words[place + FLAGS] = final ? FINAL : 0;
    words[place + TRANSMISSIONS] = 1;
    notes[place + FIRST_SENT_NS] = isFirst ? now : -1;
    notes[place + LAST_SENT_NS] = now;
    this.bytes += distance(start, end);
    this.link(place);
  }

  /** Notes that a record was sent again. */
  retransmitted(index: number, now: number): void {
    const { words } = this;
    const place = this.place(index);
    const length = this.length(index);
    const flags = words[place + FLAGS]!;
    if ((flags & LOST) !== 0) this.lostBytes -= length;
    if ((flags & RETRANSMITTED) === 0) this.retransmittedBytes += length;
    words[place + FLAGS] = (flags & ~LOST) | RETRANSMITTED;
    this.notes[place + LAST_SENT_NS] = now;
    words[place + TRANSMISSIONS]!++;
    this.intoNetwork(place);
  }

  /** Holds a record for lost, whether or not it was sent again before. */
  markLost(index: number): void {
    const { words } = this;
    const place = this.place(index);
    const flags = words[place + FLAGS]!;
    if ((flags & (SACKED | LOST)) !== 0) return;
    const length = this.length(index);
    if ((flags & RETRANSMITTED) !== 0) this.retransmittedBytes -= length;
    this.lostBytes += length;
    words[place + FLAGS] = (flags & ~RETRANSMITTED) | LOST;
    this.outOfNetwork(place);
    this.watcher?.lost(this, index);
    if (index < this.lostHint) this.lostHint = index;
  }

  /**
   * The retransmission timer has expired: nothing that is not SACKed is in the network any more (RFC 6675 §5.1).
   * @param forgetSacks the peer may have discarded what it had SACKed (RFC 2018 §8)
   */
  markAllLost(forgetSacks: boolean): void {
    for (let index = 0; index < this.count; index++) {
      if (forgetSacks) this.clearSacked(index);
      this.markLost(index);
    }
    this.lostHint = 0;
  }

  /**
   * The losses were none: what waits to be sent again is in the network after all, as it was sent (RFC 4015 §3.3).
   */
  forgetLosses(): void {
    const order = this.sendOrder();
    for (let index = 0; index < this.count && this.lostBytes > 0; index++) {
      const { words } = this;
      const place = this.place(index);
      if ((words[place + FLAGS]! & LOST) === 0) continue;
      words[place + FLAGS] = words[place + FLAGS]! & ~LOST;
      this.lostBytes -= this.length(index);
      if (words[place + TRANSMISSIONS]! > 1) {
        words[place + FLAGS] = words[place + FLAGS]! | RETRANSMITTED;
        this.retransmittedBytes += this.length(index);
      }
      order.push(index);
    }
    this.relink(order.sort((one, other) => this.lastSent(one) - this.lastSent(other) || one - other));
  }

  /** The record in the network that was sent longest ago, or -1: see `sentAfter`. */
  get oldestSent(): number {
    return this.indexOf(this.firstInNetwork);
  }

  /** The record in the network that was sent next after record `index`, which is in the network too; or -1. */
  sentAfter(index: number): number {
    return this.indexOf(this.words[this.place(index) + NEXT]!);
  }

  /** The first record that is lost and waits to be sent again, or -1. */
  firstLost(): number {
    if (this.lostBytes === 0) return -1;
    for (let index = this.lostHint; index < this.count; index++) {
      if ((this.flags(index) & LOST) !== 0) {
        this.lostHint = index;
        return index;
      }
    }
    return -1;
  }

  /**
   * Applies one SACK block: records that lie wholly inside it have arrived.
   * @returns octets that are SACKed now and were not
   */
  applySack(left: number, right: number): number {
    // Nothing is SACKed: for the first time, or the peer may have discarded it, or the connection is another gigabyte on.
    if (this.sackedCount === 0) this.applied.forget();
    const from = this.applied.extend(left, right);
    if (from === right) return 0;
    let newly = 0;
    for (let index = this.firstWithin(left, from); index < this.count; index++) {
      const { words } = this;
      const place = this.place(index);
      if (greaterThan(words[place + END]!, right)) break;
      const flags = words[place + FLAGS]!;
      if ((flags & SACKED) !== 0) continue;
      this.watcher?.delivered(this, index);
      const length = this.length(index);
      if ((flags & LOST) !== 0) this.lostBytes -= length;
      if ((flags & RETRANSMITTED) !== 0) this.retransmittedBytes -= length;
      words[place + FLAGS] = (flags & ~(LOST | RETRANSMITTED)) | SACKED;
      this.outOfNetwork(place);
      this.sackedBytes += length;
      this.sackedCount++;
      newly += length;
    }
    return newly;
  }

  /** Removes what lies wholly before `sndUna`, and cuts the record that straddles it. Tells `certainSentNs`. */
  acknowledge(sndUna: number): void {
    this.certainSentNs = -1;
    this.isDoubtful = false;
    while (this.count > 0 && lessOrEqual(this.end(0), sndUna)) this.removeFirst();
    if (this.isDoubtful) this.certainSentNs = -1;
    if (this.count > 0 && lessThan(this.start(0), sndUna)) this.cutFirst(sndUna);
  }

  /** Cuts record `index` in two at `sequence`, which lies inside it: the path carries less than it did. */
  split(index: number, sequence: number): void {
    if (this.count === this.capacity) this.grow();
    this.applied.forget();
    const order = this.sendOrder();
    const { words } = this;
    for (let later = this.count; later > index + 1; later--) this.copy(this.place(later - 1), this.place(later));
    const upper = this.place(index + 1);
    const lower = this.place(index);
    this.copy(lower, upper);
    this.count++;
    words[lower + END] = sequence;
    words[upper + START] = sequence;
    words[lower + FLAGS]! &= ~FINAL;
    if ((words[lower + FLAGS]! & SACKED) !== 0) this.sackedCount++;
    this.lostHint = Math.min(this.lostHint, index);
    this.relink(order.flatMap((old) => (old === index ? [old, old + 1] : [old > index ? old + 1 : old])));
  }

  /** The first record that starts at or after `sequence`: `count` if none does. */
  firstFrom(sequence: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (lessThan(this.start(middle), sequence)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first record that starts at or after `left` and does not end before `from`. */
  private firstWithin(left: number, from: number): number {
    const index = this.firstFrom(from);
    const before = index - 1;
    return index > 0 && greaterThan(this.end(before), from) && !lessThan(this.start(before), left) ? before : index;
  }

  /** Whether anything that starts at or after `sequence` is SACKed. */
  isSackedFrom(sequence: number): boolean {
    if (this.sackedCount === 0) return false;
    for (let index = this.firstFrom(sequence); index < this.count; index++) {
      if ((this.flags(index) & SACKED) !== 0) return true;
    }
    return false;
  }

  clear(): void {
    this.count = 0;
    this.sackedBytes = 0;
    this.lostBytes = 0;
    this.retransmittedBytes = 0;
    this.bytes = 0;
    this.sackedCount = 0;
    this.lostHint = 0;
    this.firstInNetwork = NONE;
    this.lastInNetwork = NONE;
  }

  private indexOf(place: number): number {
    return place === NONE ? -1 : ((place >> SHIFT) - this.head) & (this.capacity - 1);
  }

  private intoNetwork(place: number): void {
    this.outOfNetwork(place);
    this.link(place);
  }

  /** Puts a record that is not in the network at the end of the list of those that are. */
  private link(place: number): void {
    const { words, lastInNetwork: last } = this;
    words[place + PREVIOUS] = last;
    words[place + NEXT] = NONE;
    if (last === NONE) this.firstInNetwork = place;
    else words[last + NEXT] = place;
    this.lastInNetwork = place;
  }

  private outOfNetwork(place: number): void {
    const { words } = this;
    const previous = words[place + PREVIOUS]!;
    if (previous === OUTSIDE) return;
    const next = words[place + NEXT]!;
    if (previous === NONE) this.firstInNetwork = next;
    else words[previous + NEXT] = next;
    if (next === NONE) this.lastInNetwork = previous;
    else words[next + PREVIOUS] = previous;
    words[place + PREVIOUS] = OUTSIDE;
  }

  /** The list as indices, for the rare event that places change; and back. */
  private sendOrder(): number[] {
    const order: number[] = [];
    for (let index = this.oldestSent; index >= 0; index = this.sentAfter(index)) order.push(index);
    return order;
  }

  private relink(order: readonly number[]): void {
    for (let place = 0; place < this.words.length; place += 1 << SHIFT) this.words[place + PREVIOUS] = OUTSIDE;
    this.firstInNetwork = NONE;
    this.lastInNetwork = NONE;
    for (const index of order) this.intoNetwork(this.place(index));
  }

  private removeFirst(): void {
    const { words } = this;
    const place = this.place(0);
    const flags = words[place + FLAGS]!;
    // What was SACKed arrived at some earlier time, and what was sent twice at one of two.
    if (words[place + TRANSMISSIONS]! > 1 || (flags & SACKED) !== 0) this.isDoubtful = true;
    if (this.certainSentNs < 0) this.certainSentNs = this.notes[place + FIRST_SENT_NS]!;
    const length = distance(words[place + START]!, words[place + END]!);
    if ((flags & SACKED) === 0) this.watcher?.delivered(this, 0);
    else this.sackedCount--;
    this.outOfNetwork(place);
    if (flags !== 0) this.uncount(flags, length);
    this.bytes -= length;
    const dataLength = (flags & FINAL) === 0 ? length : length - 1;
    if (dataLength > this.largestAcknowledged) this.largestAcknowledged = dataLength;
    this.head = (this.head + 1) & (this.capacity - 1);
    this.count--;
    if (this.lostHint > 0) this.lostHint--;
  }

  private cutFirst(sndUna: number): void {
    const gone = distance(this.start(0), sndUna);
    this.uncount(this.flags(0), gone);
    this.bytes -= gone;
    this.words[this.place(0) + START] = sndUna;
  }

  private uncount(flags: number, length: number): void {
    if ((flags & SACKED) !== 0) this.sackedBytes -= length;
    if ((flags & LOST) !== 0) this.lostBytes -= length;
    if ((flags & RETRANSMITTED) !== 0) this.retransmittedBytes -= length;
  }

  private clearSacked(index: number): void {
    const { words } = this;
    const place = this.place(index);
    if ((words[place + FLAGS]! & SACKED) === 0) return;
    this.sackedBytes -= this.length(index);
    this.sackedCount--;
    words[place + FLAGS] = words[place + FLAGS]! & ~SACKED;
  }

  private copy(from: number, to: number): void {
    this.words.copyWithin(to, from, from + (1 << SHIFT));
    this.notes.copyWithin(to, from, from + (1 << SHIFT));
  }

  private grow(): void {
    const order = this.sendOrder();
    this.words = turned(this.words, this.place(0), new Int32Array(this.words.length * 2));
    this.notes = turned(this.notes, this.place(0), new Float64Array(this.notes.length * 2));
    this.head = 0;
    this.capacity *= 2;
    this.relink(order);
  }
}

/** Puts into `grown` what `ring` holds, from the place `first` on. */
function turned<Numbers extends Int32Array | Float64Array>(ring: Numbers, first: number, grown: Numbers): Numbers {
  grown.set(ring.subarray(first));
  grown.set(ring.subarray(0, first), ring.length - first);
  return grown;
}
