/**
 * The queue of everything that will happen: a heap in typed arrays, in total order by (time, sequence).
 *
 * An entry is two numbers, its time and the slot of its event; no object is moved. Each entry has four children, whose
 * times lie in half a line of the cache. The sequence is looked at only when two times are equal.
 * `bench/cases/event-queue.ts` measures it beside a heap of objects.
 *
 * Thousands of entries would leave the cache, and each level wait for memory: a full heap keeps the next events only, and
 * `later-events.ts` has the others until the heap is empty.
 *
 * An event that happens mostly causes another one: the first push after `pop` takes the place at the top that has become
 * free, and moves down once. Only if none comes before the top is looked at, the last entry is put there.
 */

import { LaterEvents } from './later-events.ts';

/** Something that happens at a moment. Long-lived senders keep one and schedule it again and again. */
export interface Event {
  fire(): void;
}

const NOTHING: Event = { fire: () => undefined };

// Times and tags lie apart, for only the times of all four children are looked at. The tag is the slot of the event,
// doubled, and 1 more for a timer, whose entry may be of no use any more: to ask for the class of an event took longer.
//
// The top is the second entry, its children are the third to the sixth: each four fill half a line of the cache if the
// buffer begins 16 bytes behind one, as glibc lays out large blocks. Elsewhere they may lie in two.
const TOP = 1;
/** The place above the top has the time from which on events are later ones; `Infinity` if there are none. */
const BOUND = 0;
/** The top and 64 times four children. */
const FIRST_LENGTH = TOP + 1 + 64 * 4;
/** A heap of this length gives the later half away when it is full, and grows only if that did not help. */
const FULL_LENGTH = TOP + 1 + 1024 * 4;
const parent = (at: number): number => (at + 2) >> 2;

export class EventQueue {
  /** The heap. Behind the last entry all times are `Infinity`, and so is the first one of an empty queue. */
  private times: Float64Array;
  private tags: Int32Array;
  /** Where the next entry goes. */
  private end: number;
  /** Whether the event at the top has been taken out, and its place is free. */
  private topIsFree: boolean;
  /** What the heap has no place for. There are some only while the settled heap has one. */
  private readonly later: LaterEvents;
  /** By slot. */
  private readonly events: Event[];
  private sequences: Float64Array;
  private freeSlots: Int32Array;
  private freeCount: number;
  private nextSequence: number;

  constructor() {
    this.times = emptyTimes(FIRST_LENGTH);
    this.tags = new Int32Array(FIRST_LENGTH);
    this.end = TOP;
    this.topIsFree = false;
    this.later = new LaterEvents();
    this.events = [];
    this.sequences = new Float64Array(FIRST_LENGTH);
    this.freeSlots = new Int32Array(FIRST_LENGTH);
    this.freeCount = 0;
    this.nextSequence = 0;
  }

  /** How many events wait. */
  get length(): number {
    return this.end - TOP + this.later.end - +this.topIsFree;
  }

  /** Call it before the first event is looked at, if one was taken out since: see `pop`. */
  settle(): void {
    if (this.topIsFree) this.fillTop();
  }

  /** When the first event happens, in nanoseconds; `Infinity` if none waits. Like all about the first one, once settled. */
  get firstTime(): number {
    return this.times[TOP]!;
  }

  /** The sequence number of the first event. Only while `length > 0`. */
  get firstSequence(): number {
    return this.sequences[this.tags[TOP]! >> 1]!;
  }

  /** The first event. Only while `length > 0`. */
  get first(): Event {
    return this.events[this.tags[TOP]! >> 1]!;
  }

  /** Whether there is a first event and it is a timer. */
  get firstIsTimer(): boolean {
    return (this.tags[TOP]! & 1) !== 0;
  }

  /** Takes the next sequence number, for an event that is pushed later but keeps its place among those of its time. */
  takeSequence(): number {
    return this.nextSequence++;
  }

  /**
   * Adds an event.
   * @param time nanoseconds; a finite number, for nothing else has a place in the order
   * @param sequence from `takeSequence`: among events of one time the smaller happens first
   */
  push(time: number, sequence: number, event: Event, isTimer = false): void {
    if (this.topIsFree) {
      this.topIsFree = false;
      const { times, tags } = this;
      const slot = tags[TOP]! >> 1;
      this.events[slot] = event;
      this.sequences[slot] = sequence;
      times[TOP] = time;
      tags[TOP] = 2 * slot + +isTimer;
      this.moveDown();
      return;
    }
    const at = this.append(sequence, event, isTimer);
    this.times[at] = time;
    this.moveUp(at);
  }

  /** Takes the first event out, once settled. Its place stays free until something is pushed or the queue is settled. */
  pop(): Event {
    this.topIsFree = true;
    return this.events[this.tags[TOP]! >> 1]!;
  }

  /** Drops every event that `keep` refuses, in one pass over the queue. The order of the others stays as it was. */
  retain(keep: (event: Event, sequence: number) => boolean): void {
    this.settle();
    const { times, tags, events, sequences, end } = this;
    let kept = TOP;
    for (let at = TOP; at < end; at++) {
      const tag = tags[at]!;
      if (keep(events[tag >> 1]!, sequences[tag >> 1]!)) {
        times[kept] = times[at]!;
        tags[kept] = tag;
        kept++;
      } else this.vacate(tag >> 1);
    }
    this.end = kept;
    times.fill(Infinity, kept, end);
    tags.fill(0, kept, end);
    this.order();
    this.later.retain((tag) => {
      const kept = keep(events[tag >> 1]!, sequences[tag >> 1]!);
      if (!kept) this.vacate(tag >> 1);
      return kept;
    });
    if (this.end === TOP) this.refill();
  }

  // No function that is too large to be inlined takes a time as an argument: V8 would box the double, and these 16 bytes
  // an event were most of what a frame allocated.

  /** Gives an event a slot, and that a place at the end of the heap. @returns the place */
  private append(sequence: number, event: Event, isTimer: boolean): number {
    if (this.end === this.times.length) this.makeRoom();
    const slot = this.freeCount > 0 ? this.freeSlots[--this.freeCount]! : this.events.length;
    if (slot === this.events.length) {
      if (slot === this.sequences.length) this.growSlots();
      this.events.push(event);
    } else this.events[slot] = event;
    this.sequences[slot] = sequence;
    const at = this.end++;
    this.tags[at] = 2 * slot + +isTimer;
    return at;
  }

  private vacate(slot: number): void {
    this.events[slot] = NOTHING;
    this.freeSlots[this.freeCount++] = slot;
  }

  /** The event at the top was taken out and none came in its place: the last entry goes there. */
  private fillTop(): void {
    this.topIsFree = false;
    this.vacate(this.tags[TOP]! >> 1);
    this.removeTop();
  }

  /** Puts the last entry at the top. */
  private removeTop(): void {
    const { times, tags } = this;
    const last = --this.end;
    times[TOP] = times[last]!;
    tags[TOP] = tags[last]!;
    times[last] = Infinity;
    tags[last] = 0;
    if (last === TOP) this.refill();
    else this.moveDown();
  }

  /** The heap is empty: the earliest group of the later events goes there. */
  private refill(): void {
    const { later } = this;
    while (this.end === TOP && later.bound !== Infinity) {
      const start = later.split();
      const count = later.end - start;
      while (TOP + count > this.times.length) this.grow();
      this.times.set(later.times.subarray(start, later.end), TOP);
      this.tags.set(later.tags.subarray(start, later.end), TOP);
      this.end = TOP + count;
      later.drop();
      this.times[BOUND] = later.bound;
      this.order();
    }
  }

  /** Putting entries back one after the other from the front keeps every prefix a heap. */
  private order(): void {
    for (let at = TOP; at < this.end; at++) this.moveUp(at);
  }

  /** The heap is full: its later half goes to the later events. */
  private makeRoom(): void {
    const { times, tags, later, end } = this;
    if (times.length < FULL_LENGTH) {
      this.grow();
      return;
    }
    const bound = later.middle(times, TOP, end);
    // Otherwise most are of one time, and that the first.
    if (bound > times[TOP]!) {
      later.lowerBound(bound);
      let kept = TOP;
      for (let at = TOP; at < end; at++) {
        const time = times[at]!;
        if (time >= bound) later.add(time, tags[at]!);
        else {
          times[kept] = time;
          tags[kept] = tags[at]!;
          kept++;
        }
      }
      this.end = kept;
      times.fill(Infinity, kept, end);
      tags.fill(0, kept, end);
      times[BOUND] = bound;
      this.order();
    }
    if (this.end > 0.75 * end) this.grow();
  }

  /** Moves the entry at `at` up to where it belongs. */
  private moveUp(at: number): void {
    const { times, tags, sequences } = this;
    const time = times[at]!;
    const tag = tags[at]!;
    if (time >= times[BOUND]!) {
      // It was put at the end just now.
      this.later.add(time, tag);
      this.end = at;
      times[at] = Infinity;
      tags[at] = 0;
      return;
    }
    while (at > TOP) {
      const above = parent(at);
      const timeAbove = times[above]!;
      if (timeAbove < time) break;
      if (timeAbove === time && sequences[tags[above]! >> 1]! < sequences[tag >> 1]!) break;
      times[at] = timeAbove;
      tags[at] = tags[above]!;
      at = above;
    }
    times[at] = time;
    tags[at] = tag;
  }

  /**
   * Moves the entry at the top down to where it belongs.
   *
   * Which of two is less is a coin toss, and a branch on it is guessed wrongly half the time: computing its place is faster.
   */
  private moveDown(): void {
    const { times, tags, end } = this;
    const time = times[TOP]!;
    const tag = tags[TOP]!;
    if (time >= times[BOUND]!) {
      this.later.add(time, tag);
      this.removeTop();
      return;
    }
    // Nothing to move, as when a frame's next step comes before all else.
    if (time < times[TOP + 1]! && time < times[TOP + 2]! && time < times[TOP + 3]! && time < times[TOP + 4]!) return;
    let at = TOP;
    // The first of its children. As a function with a name V8 would call it, twice a level.
    for (let child = 4 * at - 2; child < end; child = 4 * at - 2) {
      const first = this.earlier(child, child + 1);
      const second = this.earlier(child + 2, child + 3);
      const least = this.earlier(first, second);
      const leastTime = times[least]!;
      if (time < leastTime) break;
      const leastTag = tags[least]!;
      if (time === leastTime && this.sequences[tag >> 1]! < this.sequences[leastTag >> 1]!) break;
      times[at] = leastTime;
      tags[at] = leastTag;
      at = least;
    }
    times[at] = time;
    tags[at] = tag;
  }

  /** Which of two places, the second behind the first, has the earlier event. */
  private earlier(one: number, other: number): number {
    const { times } = this;
    const time = times[one]!;
    const otherTime = times[other]!;
    if (time === otherTime && time !== Infinity) {
      return this.sequences[this.tags[one]! >> 1]! < this.sequences[this.tags[other]! >> 1]! ? one : other;
    }
    return one + (other - one) * +(otherTime < time);
  }

  private grow(): void {
    const { length } = this.times;
    const longer = 2 * length - 2;
    this.times = copied(emptyTimes(longer), this.times);
    this.tags = copied(new Int32Array(longer), this.tags);
  }

  private growSlots(): void {
    const longer = 2 * this.sequences.length;
    this.sequences = copied(new Float64Array(longer), this.sequences);
    this.freeSlots = copied(new Int32Array(longer), this.freeSlots);
  }
}

/** Of a length with which the last children are complete. */
const emptyTimes = (length: number): Float64Array => new Float64Array(length).fill(Infinity);

function copied<Numbers extends Float64Array | Int32Array>(into: Numbers, from: Numbers): Numbers {
  into.set(from);
  return into;
}
