/**
 * One record per segment in flight: which octets, when first and last sent, how often, and what is known of its fate.
 * Detection marks records, recovery chooses among them, RTT and delivery-rate samples are read from them.
 *
 * A ring of typed arrays in sequence order: a record is an index, so a segment allocates nothing. The counters give
 * the estimate of what is in the network (RFC 6675 §4 `SetPipe`) without walking the records.
 */
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

/** How many numbers a record has room for that `rate/delivery-rate.ts` notes when the segment is sent. */
export const NOTE_LENGTH = 6;

const FIRST_RECORDS = 16;
/** No slot: the end of the list of what is in the network. */
const NONE = -1;
/** The slot is in no list: its record has arrived, or is held for lost. */
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
  /** The notes of all records: `NOTE_LENGTH` numbers each, from `noteAt` on. */
  notes: Float64Array;
  private head: number;
  private capacity: number;
  private startOf: Int32Array;
  private endOf: Int32Array;
  private firstSentNs: Float64Array;
  private lastSentNs: Float64Array;
  private transmissionsOf: Uint16Array;
  private flagsOf: Uint8Array;
  /** Where the search for lost records goes on: none before it waits. */
  private lostHint: number;
  /**
   * Records that are in the network, in the order of their last transmission: RFC 8985 §6.2 step 5 suggests that list, so
   * that time-based detection looks at those alone that it may mark. Links are slots.
   */
  private sentNext: Int32Array;
  private sentPrevious: Int32Array;
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
    this.notes = new Float64Array(FIRST_RECORDS * NOTE_LENGTH);
    this.head = 0;
    this.capacity = FIRST_RECORDS;
    this.startOf = new Int32Array(FIRST_RECORDS);
    this.endOf = new Int32Array(FIRST_RECORDS);
    this.firstSentNs = new Float64Array(FIRST_RECORDS);
    this.lastSentNs = new Float64Array(FIRST_RECORDS);
    this.transmissionsOf = new Uint16Array(FIRST_RECORDS);
    this.flagsOf = new Uint8Array(FIRST_RECORDS);
    this.lostHint = 0;
    this.sentNext = new Int32Array(FIRST_RECORDS);
    this.sentPrevious = new Int32Array(FIRST_RECORDS).fill(OUTSIDE);
    this.firstInNetwork = NONE;
    this.lastInNetwork = NONE;
  }

  /** Octets that are held to be in the network: RFC 6675 §4 `pipe`. */
  get pipe(): number {
    return this.bytes - this.sackedBytes - this.lostBytes;
  }

  start(index: number): number {
    return this.startOf[this.slot(index)]!;
  }
  end(index: number): number {
    return this.endOf[this.slot(index)]!;
  }
  length(index: number): number {
    const slot = this.slot(index);
    return distance(this.startOf[slot]!, this.endOf[slot]!);
  }
  flags(index: number): number {
    return this.flagsOf[this.slot(index)]!;
  }
  transmissions(index: number): number {
    return this.transmissionsOf[this.slot(index)]!;
  }
  firstSent(index: number): number {
    return this.firstSentNs[this.slot(index)]!;
  }
  lastSent(index: number): number {
    return this.lastSentNs[this.slot(index)]!;
  }

  /** Where the notes of a record are. */
  noteAt(index: number): number {
    return this.slot(index) * NOTE_LENGTH;
  }

  /**
   * Notes a segment that was sent for the first time; it follows all the others.
   * @param firstSentNs -1 if a window probe carried all of it before: then nobody knows which of the two is acknowledged
   */
  append(start: number, end: number, final: boolean, now: number, firstSentNs: number = now): void {
    if (this.count === this.capacity) this.grow();
    const slot = this.slot(this.count++);
    this.startOf[slot] = start;
    this.endOf[slot] = end;
    this.firstSentNs[slot] = firstSentNs;
    this.lastSentNs[slot] = now;
    this.transmissionsOf[slot] = 1;
    this.flagsOf[slot] = final ? FINAL : 0;
    this.bytes += distance(start, end);
    this.sentPrevious[slot] = OUTSIDE;
    this.intoNetwork(slot);
  }

  /** Notes that a record was sent again. */
  retransmitted(index: number, now: number): void {
    const slot = this.slot(index);
    const length = this.length(index);
    const flags = this.flagsOf[slot]!;
    if ((flags & LOST) !== 0) this.lostBytes -= length;
    if ((flags & RETRANSMITTED) === 0) this.retransmittedBytes += length;
    this.flagsOf[slot] = (flags & ~LOST) | RETRANSMITTED;
    this.lastSentNs[slot] = now;
    this.transmissionsOf[slot] = Math.min(this.transmissionsOf[slot]! + 1, 0xffff);
    this.intoNetwork(slot);
  }

  /** Holds a record for lost, whether or not it was sent again before. */
  markLost(index: number): void {
    const slot = this.slot(index);
    const flags = this.flagsOf[slot]!;
    if ((flags & (SACKED | LOST)) !== 0) return;
    const length = this.length(index);
    if ((flags & RETRANSMITTED) !== 0) this.retransmittedBytes -= length;
    this.lostBytes += length;
    this.flagsOf[slot] = (flags & ~RETRANSMITTED) | LOST;
    this.outOfNetwork(slot);
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
      const slot = this.slot(index);
      if ((this.flagsOf[slot]! & LOST) === 0) continue;
      this.flagsOf[slot] = this.flagsOf[slot]! & ~LOST;
      this.lostBytes -= this.length(index);
      if (this.transmissionsOf[slot]! > 1) {
        this.flagsOf[slot] = this.flagsOf[slot]! | RETRANSMITTED;
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
    return this.indexOf(this.sentNext[this.slot(index)]!);
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
    let newly = 0;
    for (let index = this.firstFrom(left); index < this.count; index++) {
      const slot = this.slot(index);
      if (greaterThan(this.endOf[slot]!, right)) break;
      const flags = this.flagsOf[slot]!;
      if ((flags & SACKED) !== 0) continue;
      this.watcher?.delivered(this, index);
      const length = this.length(index);
      if ((flags & LOST) !== 0) this.lostBytes -= length;
      if ((flags & RETRANSMITTED) !== 0) this.retransmittedBytes -= length;
      this.flagsOf[slot] = (flags & ~(LOST | RETRANSMITTED)) | SACKED;
      this.outOfNetwork(slot);
      this.sackedBytes += length;
      this.sackedCount++;
      newly += length;
    }
    return newly;
  }

  /** Removes what lies wholly before `sndUna`, and cuts the record that straddles it. */
  acknowledge(sndUna: number): void {
    while (this.count > 0 && lessOrEqual(this.end(0), sndUna)) this.removeFirst();
    if (this.count > 0 && lessThan(this.start(0), sndUna)) this.cutFirst(sndUna);
  }

  /** Cuts record `index` in two at `sequence`, which lies inside it: the path carries less than it did. */
  split(index: number, sequence: number): void {
    if (this.count === this.capacity) this.grow();
    const order = this.sendOrder();
    for (let place = this.count; place > index + 1; place--) this.copySlot(this.slot(place - 1), this.slot(place));
    const upper = this.slot(index + 1);
    const lower = this.slot(index);
    this.copySlot(lower, upper);
    this.count++;
    this.endOf[lower] = sequence;
    this.startOf[upper] = sequence;
    this.flagsOf[lower] = this.flagsOf[lower]! & ~FINAL;
    if ((this.flagsOf[lower]! & SACKED) !== 0) this.sackedCount++;
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

  private slot(index: number): number {
    return (this.head + index) & (this.capacity - 1);
  }

  private indexOf(slot: number): number {
    return slot === NONE ? -1 : (slot - this.head) & (this.capacity - 1);
  }

  private intoNetwork(slot: number): void {
    this.outOfNetwork(slot);
    this.sentPrevious[slot] = this.lastInNetwork;
    this.sentNext[slot] = NONE;
    if (this.lastInNetwork === NONE) this.firstInNetwork = slot;
    else this.sentNext[this.lastInNetwork] = slot;
    this.lastInNetwork = slot;
  }

  private outOfNetwork(slot: number): void {
    const previous = this.sentPrevious[slot]!;
    if (previous === OUTSIDE) return;
    const next = this.sentNext[slot]!;
    if (previous === NONE) this.firstInNetwork = next;
    else this.sentNext[previous] = next;
    if (next === NONE) this.lastInNetwork = previous;
    else this.sentPrevious[next] = previous;
    this.sentPrevious[slot] = OUTSIDE;
  }

  /** The list as indices, for the rare event that slots change; and back. */
  private sendOrder(): number[] {
    const order: number[] = [];
    for (let index = this.oldestSent; index >= 0; index = this.sentAfter(index)) order.push(index);
    return order;
  }

  private relink(order: readonly number[]): void {
    this.sentPrevious.fill(OUTSIDE);
    this.firstInNetwork = NONE;
    this.lastInNetwork = NONE;
    for (const index of order) this.intoNetwork(this.slot(index));
  }

  private removeFirst(): void {
    if ((this.flags(0) & SACKED) === 0) this.watcher?.delivered(this, 0);
    this.outOfNetwork(this.head);
    this.uncount(this.flags(0), this.length(0));
    if ((this.flags(0) & SACKED) !== 0) this.sackedCount--;
    const length = this.length(0);
    this.bytes -= length;
    const dataLength = length - ((this.flags(0) & FINAL) === 0 ? 0 : 1);
    if (dataLength > this.largestAcknowledged) this.largestAcknowledged = dataLength;
    this.head = (this.head + 1) & (this.capacity - 1);
    this.count--;
    if (this.lostHint > 0) this.lostHint--;
  }

  private cutFirst(sndUna: number): void {
    const gone = distance(this.start(0), sndUna);
    this.uncount(this.flags(0), gone);
    this.bytes -= gone;
    this.startOf[this.head] = sndUna;
  }

  private uncount(flags: number, length: number): void {
    if ((flags & SACKED) !== 0) this.sackedBytes -= length;
    if ((flags & LOST) !== 0) this.lostBytes -= length;
    if ((flags & RETRANSMITTED) !== 0) this.retransmittedBytes -= length;
  }

  private clearSacked(index: number): void {
    const slot = this.slot(index);
    if ((this.flagsOf[slot]! & SACKED) === 0) return;
    this.sackedBytes -= this.length(index);
    this.sackedCount--;
    this.flagsOf[slot] = this.flagsOf[slot]! & ~SACKED;
  }

  private copySlot(from: number, to: number): void {
    this.startOf[to] = this.startOf[from]!;
    this.endOf[to] = this.endOf[from]!;
    this.firstSentNs[to] = this.firstSentNs[from]!;
    this.lastSentNs[to] = this.lastSentNs[from]!;
    this.transmissionsOf[to] = this.transmissionsOf[from]!;
    this.flagsOf[to] = this.flagsOf[from]!;
    this.notes.copyWithin(to * NOTE_LENGTH, from * NOTE_LENGTH, (from + 1) * NOTE_LENGTH);
  }

  private grow(): void {
    const order = this.sendOrder();
    const capacity = this.capacity * 2;
    const inOrder = <T extends Int32Array | Float64Array | Uint16Array | Uint8Array>(old: T, grown: T): T => {
      const first = this.head * (old.length / this.capacity);
      const tail = old.subarray(first) as T;
      grown.set(tail);
      grown.set(old.subarray(0, first), tail.length);
      return grown;
    };
    this.startOf = inOrder(this.startOf, new Int32Array(capacity));
    this.endOf = inOrder(this.endOf, new Int32Array(capacity));
    this.firstSentNs = inOrder(this.firstSentNs, new Float64Array(capacity));
    this.lastSentNs = inOrder(this.lastSentNs, new Float64Array(capacity));
    this.transmissionsOf = inOrder(this.transmissionsOf, new Uint16Array(capacity));
    this.flagsOf = inOrder(this.flagsOf, new Uint8Array(capacity));
    this.sentNext = new Int32Array(capacity);
    this.sentPrevious = new Int32Array(capacity);
    this.notes = inOrder(this.notes, new Float64Array(capacity * NOTE_LENGTH));
    this.head = 0;
    this.capacity = capacity;
    this.relink(order);
  }
}
