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
 * The first event lies in front of the heap. What happens mostly causes another event: the first push after `pop` takes the
 * place in front, or leaves it to the top of the heap and takes the place there. So where two lines send to each other, and
 * all timers are far away, nothing moves in the heap. Only if none comes before the front is looked at, the heap gives its top.
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
// The front is the first entry, the top of the heap the second, its children are the third to the sixth: each four fill half
// a line of the cache if the buffer begins 16 bytes behind one, as glibc lays out large blocks. Elsewhere they may lie in two.
const FRONT = 0;
const TOP = 1;
/** The front, the top and 64 times four children. */
const FIRST_LENGTH = TOP + 1 + 64 * 4;
/** A heap of this length gives the later half away when it is full, and grows only if that did not help. */
const FULL_LENGTH = TOP + 1 + 1024 * 4;
const parent = (at: number): number => (at + 2) >> 2;

export class EventQueue {
  /**
   * The front and the heap: behind the last entry all times are `Infinity`, and so is the front of an empty queue. To be written
   * by others only where `reserve` says.
   */
  times: Float64Array;
  private tags: Int32Array;
  /** Where the next entry goes. */
  private end: number;
  /** Whether the event in front has been taken out, and its place is free. If nothing waits, it is not. */
  private frontIsFree: boolean;
  /** What the heap has no place for. There are some only while the heap has one. */
  private readonly later: LaterEvents;
  /** From when on events are later ones; `Infinity` if there are none. */
  private bound: number;
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
    this.frontIsFree = false;
    this.later = new LaterEvents();
    this.bound = Infinity;
    this.events = [];
    this.sequences = new Float64Array(FIRST_LENGTH);
    this.freeSlots = new Int32Array(FIRST_LENGTH);
    this.freeCount = 0;
    this.nextSequence = 0;
  }

  /** How many events wait. */
  get length(): number {
    const inFront = !this.frontIsFree && this.times[FRONT] !== Infinity;
    return +inFront + this.end - TOP + this.later.end;
  }

  /** Call it before the first event is looked at, if one was taken out since: see `pop`. */
  settle(): void {
    if (this.frontIsFree) this.fillFront();
  }

  /** When the first event happens, in nanoseconds; `Infinity` if none waits. Like all about the first one, once settled. */
  get firstTime(): number {
    return this.times[FRONT]!;
  }

  /** The sequence number of the first event. Only while `length > 0`. */
  get firstSequence(): number {
    return this.sequences[this.tags[FRONT]! >> 1]!;
  }

  /** The first event. Only while `length > 0`. */
  get first(): Event {
    return this.events[this.tags[FRONT]! >> 1]!;
  }

  /** Whether there is a first event and it is a timer. */
  get firstIsTimer(): boolean {
    return (this.tags[FRONT]! & 1) !== 0;
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
    const at = this.reserve();
    this.times[at] = time;
    this.put(at, sequence, event, isTimer);
  }

  /**
   * The first half of `push`, for who cannot afford a time as an argument: where V8 does not inline the call it allocates one,
   * 24 bytes a segment.
   * @returns where in `times` to write the time; `put` must follow at once
   */
  reserve(): number {
    return this.frontIsFree ? FRONT : this.append();
  }

  /** The second half. */
  put(at: number, sequence: number, event: Event, isTimer: boolean): void {
    if (at === FRONT) this.putInFront(sequence, event, isTimer);
    else this.putIn(at, sequence, event, isTimer);
  }

  /** Takes the first event out, once settled. Its place stays free until something is pushed or the queue is settled. */
  pop(): Event {
    this.frontIsFree = true;
    return this.events[this.tags[FRONT]! >> 1]!;
  }

  /** Drops every event that `keep` refuses, in one pass over the queue. The order of the others stays as it was. */
  retain(keep: (event: Event, sequence: number) => boolean): void {
    this.settle();
    const { times, tags, events, sequences, end } = this;
    const isKept = (tag: number): boolean => {
      const kept = keep(events[tag >> 1]!, sequences[tag >> 1]!);
      if (!kept) this.vacate(tag >> 1);
      return kept;
    };
    const isFrontKept = times[FRONT] === Infinity || isKept(tags[FRONT]!);
    let kept = TOP;
    for (let at = TOP; at < end; at++) {
      const tag = tags[at]!;
      if (!isKept(tag)) continue;
      times[kept] = times[at]!;
      tags[kept++] = tag;
    }
    this.end = kept;
    times.fill(Infinity, kept, end);
    tags.fill(0, kept, end);
    this.order();
    this.later.retain(isKept);
    if (this.end === TOP) this.refill();
    if (!isFrontKept) this.takeTop();
  }

  // No function that is too large to be inlined takes a time as an argument: V8 would box the double, and these 16 bytes
  // an event were most of what a frame allocated.

  /** The time is in front, whose place was free: the event stays there, or goes to the top, whose event goes in front. */
  private putInFront(sequence: number, event: Event, isTimer: boolean): void {
    const { times, tags, events, sequences } = this;
    this.frontIsFree = false;
    const slot = tags[FRONT]! >> 1;
    // Mostly a line that has its next frame: what is there need not be written again, nor the collector be told.
    if (events[slot] !== event) events[slot] = event;
    sequences[slot] = sequence;
    const tag = 2 * slot + +isTimer;
    const time = times[FRONT]!;
    const topTime = times[TOP]!;
    if (time < topTime || (time === topTime && sequence < sequences[tags[TOP]! >> 1]!)) {
      tags[FRONT] = tag;
      return;
    }
    times[FRONT] = topTime;
    tags[FRONT] = tags[TOP]!;
    times[TOP] = time;
    tags[TOP] = tag;
    // Nothing to move, as when two lines send to each other and all timers are far away.
    const isLess = time < times[TOP + 1]! && time < times[TOP + 2]! && time < times[TOP + 3]! && time < times[TOP + 4]!;
    if (!isLess || time >= this.bound) this.moveDown();
  }

  /** The time is at `at`, the end of the heap: the event goes in front, or from there to where it belongs. */
  private putIn(at: number, sequence: number, event: Event, isTimer: boolean): void {
    const { times, tags } = this;
    const slot = this.takeSlot(event);
    this.sequences[slot] = sequence;
    const tag = 2 * slot + +isTimer;
    const time = times[at]!;
    const frontTime = times[FRONT]!;
    const isFirst = time < frontTime || (time === frontTime && sequence < this.sequences[tags[FRONT]! >> 1]!);
    tags[at] = isFirst ? tags[FRONT]! : tag;
    if (isFirst) {
      times[at] = frontTime;
      times[FRONT] = time;
      tags[FRONT] = tag;
      // There was none.
      if (frontTime === Infinity) {
        this.end = at;
        return;
      }
    }
    this.moveUp(at);
  }

  private takeSlot(event: Event): number {
    const slot = this.freeCount > 0 ? this.freeSlots[--this.freeCount]! : this.events.length;
    if (slot === this.events.length) {
      if (slot === this.sequences.length) this.growSlots();
      this.events.push(event);
    } else this.events[slot] = event;
    return slot;
  }

  private vacate(slot: number): void {
    this.events[slot] = NOTHING;
    this.freeSlots[this.freeCount++] = slot;
  }

  /** @returns the place of an entry more at the end of the heap */
  private append(): number {
    if (this.end === this.times.length) this.makeRoom();
    return this.end++;
  }

  /** The event in front was taken out and none came in its place. */
  private fillFront(): void {
    this.frontIsFree = false;
    this.vacate(this.tags[FRONT]! >> 1);
    this.takeTop();
  }

  /** The top of the heap, or nothing if it is empty, becomes the front. */
  private takeTop(): void {
    const { times, tags } = this;
    times[FRONT] = times[TOP]!;
    tags[FRONT] = tags[TOP]!;
    if (this.end > TOP) this.removeTop();
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
      this.bound = later.bound;
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
      this.bound = bound;
      this.order();
    }
    if (this.end > 0.75 * end) this.grow();
  }

  /** Moves the entry at `at` up to where it belongs. */
  private moveUp(at: number): void {
    const { times, tags, sequences } = this;
    const time = times[at]!;
    const tag = tags[at]!;
    if (time >= this.bound) {
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
    if (time >= this.bound) {
      this.later.add(time, tag);
      this.removeTop();
      return;
    }
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
