/**
 * The queue of everything that will happen: a heap in typed arrays, in total order by (time, sequence).
 *
 * An entry is two numbers, its time and the slot of its event; no object is moved. Each entry has four children, which lie
 * in one line of the cache, so that a level costs one miss. The sequence is looked at only when two times are
 * equal. `bench/cases/event-queue.ts` measures it beside a heap of objects.
 *
 * An event that happens mostly causes another one: the first push after `pop` takes the place at the top that has become
 * free, and moves down once. Only if none comes before the top is looked at, the last entry is put there.
 */

/** Something that happens at a moment. Long-lived senders keep one and schedule it again and again. */
export interface Event {
  fire(): void;
}

const NOTHING: Event = { fire: () => undefined };

// An entry is at an even place: its time there, its tag behind. The tag is the slot of its event, doubled, and 1 more for
// a timer, whose entry may be of no use any more: to ask for the class of an event took longer.
//
// The top is the third entry, its children are the fourth to the seventh: each four fill a line of the cache if the buffer
// begins 16 bytes behind one, as glibc lays out large blocks. Elsewhere they may lie in two.
const TOP = 4;
const WIDTH = 2;
/** The top and 64 times four children. */
const FIRST_LENGTH = TOP + WIDTH + 64 * 4 * WIDTH;
const firstChild = (at: number): number => 4 * at - 10;
const parent = (at: number): number => ((at + 10) >> 3) << 1;

export class EventQueue {
  /** Times and tags. Behind the last entry all times are `Infinity`, and so is the first one of an empty queue. */
  private entries: Float64Array;
  /** Where the next entry goes. */
  private end: number;
  /** Whether the event at the top has been taken out, and its place is free. */
  private topIsFree: boolean;
  /** By slot. */
  private readonly events: Event[];
  private sequences: Float64Array;
  private freeSlots: Int32Array;
  private freeCount: number;
  private nextSequence: number;

  constructor() {
    this.entries = emptyEntries(FIRST_LENGTH);
    this.end = TOP;
    this.topIsFree = false;
    this.events = [];
    this.sequences = new Float64Array(FIRST_LENGTH / WIDTH);
    this.freeSlots = new Int32Array(FIRST_LENGTH / WIDTH);
    this.freeCount = 0;
    this.nextSequence = 0;
  }

  /** How many events wait. */
  get length(): number {
    return (this.end - TOP) / WIDTH - +this.topIsFree;
  }

  /** Call it before the first event is looked at, if one was taken out since: see `pop`. */
  settle(): void {
    if (this.topIsFree) this.fillTop();
  }

  /** When the first event happens, in nanoseconds; `Infinity` if none waits. Like all about the first one, once settled. */
  get firstTime(): number {
    return this.entries[TOP]!;
  }

  /** The sequence number of the first event. Only while `length > 0`. */
  get firstSequence(): number {
    return this.sequences[this.entries[TOP + 1]! >> 1]!;
  }

  /** The first event. Only while `length > 0`. */
  get first(): Event {
    return this.events[this.entries[TOP + 1]! >> 1]!;
  }

  /** Whether there is a first event and it is a timer. */
  get firstIsTimer(): boolean {
    return (this.entries[TOP + 1]! & 1) !== 0;
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
      const { entries } = this;
      const slot = entries[TOP + 1]! >> 1;
      this.events[slot] = event;
      this.sequences[slot] = sequence;
      entries[TOP] = time;
      entries[TOP + 1] = 2 * slot + +isTimer;
      this.moveDown();
      return;
    }
    const at = this.append(sequence, event, isTimer);
    this.entries[at] = time;
    this.moveUp(at);
  }

  /** Takes the first event out, once settled. Its place stays free until something is pushed or the queue is settled. */
  pop(): Event {
    this.topIsFree = true;
    return this.events[this.entries[TOP + 1]! >> 1]!;
  }

  /** Drops every event that `keep` refuses, in one pass over the queue. The order of the others stays as it was. */
  retain(keep: (event: Event, sequence: number) => boolean): void {
    this.settle();
    const { entries, events, sequences, end } = this;
    let kept = TOP;
    for (let at = TOP; at < end; at += WIDTH) {
      const tag = entries[at + 1]!;
      if (keep(events[tag >> 1]!, sequences[tag >> 1]!)) {
        entries[kept] = entries[at]!;
        entries[kept + 1] = tag;
        kept += WIDTH;
      } else this.vacate(tag >> 1);
    }
    this.end = kept;
    for (let at = kept; at < end; at += WIDTH) clear(entries, at);
    // Putting them back one after the other from the front keeps every prefix a heap.
    for (let at = TOP; at < kept; at += WIDTH) this.moveUp(at);
  }

  // No function that is too large to be inlined takes a time as an argument: V8 would box the double, and these 16 bytes
  // an event were most of what a frame allocated.

  /** Gives an event a slot, and that a place at the end of the heap. @returns the place */
  private append(sequence: number, event: Event, isTimer: boolean): number {
    const at = this.end;
    if (at === this.entries.length) this.grow();
    const slot = this.freeCount > 0 ? this.freeSlots[--this.freeCount]! : this.events.length;
    if (slot === this.events.length) this.events.push(event);
    else this.events[slot] = event;
    this.sequences[slot] = sequence;
    this.entries[at + 1] = 2 * slot + +isTimer;
    this.end = at + WIDTH;
    return at;
  }

  private vacate(slot: number): void {
    this.events[slot] = NOTHING;
    this.freeSlots[this.freeCount++] = slot;
  }

  /** The event at the top was taken out and none came in its place: the last entry goes there. */
  private fillTop(): void {
    const { entries } = this;
    this.topIsFree = false;
    this.vacate(entries[TOP + 1]! >> 1);
    const last = this.end - WIDTH;
    this.end = last;
    entries[TOP] = entries[last]!;
    entries[TOP + 1] = entries[last + 1]!;
    clear(entries, last);
    this.moveDown();
  }

  /** Moves the entry at `at` up to where it belongs. */
  private moveUp(at: number): void {
    const { entries, sequences } = this;
    const time = entries[at]!;
    const tag = entries[at + 1]!;
    while (at > TOP) {
      const above = parent(at);
      const timeAbove = entries[above]!;
      if (timeAbove < time) break;
      if (timeAbove === time && sequences[entries[above + 1]! >> 1]! < sequences[tag >> 1]!) break;
      entries[at] = timeAbove;
      entries[at + 1] = entries[above + 1]!;
      at = above;
    }
    entries[at] = time;
    entries[at + 1] = tag;
  }

  /**
   * Moves the entry at the top down to where it belongs.
   *
   * Which of two is less is a coin toss, and a branch on it is guessed wrongly half the time: computing its place is faster.
   */
  private moveDown(): void {
    const { entries, end } = this;
    const time = entries[TOP]!;
    const tag = entries[TOP + 1]!;
    // Nothing to move, as when a frame's next step comes before all else.
    if (time < entries[TOP + 2]! && time < entries[TOP + 4]! && time < entries[TOP + 6]! && time < entries[TOP + 8]!)
      return;
    let at = TOP;
    for (let child = firstChild(at); child < end; child = firstChild(at)) {
      const first = this.earlier(child, child + WIDTH);
      const second = this.earlier(child + 2 * WIDTH, child + 3 * WIDTH);
      const least = this.earlier(first, second);
      const leastTime = entries[least]!;
      if (time < leastTime) break;
      const leastTag = entries[least + 1]!;
      if (time === leastTime && this.sequences[tag >> 1]! < this.sequences[leastTag >> 1]!) break;
      entries[at] = leastTime;
      entries[at + 1] = leastTag;
      at = least;
    }
    entries[at] = time;
    entries[at + 1] = tag;
  }

  /** Which of two places, the second behind the first, has the earlier event. */
  private earlier(one: number, other: number): number {
    const { entries } = this;
    const time = entries[one]!;
    const otherTime = entries[other]!;
    if (time === otherTime && time !== Infinity) {
      return this.sequences[entries[one + 1]! >> 1]! < this.sequences[entries[other + 1]! >> 1]! ? one : other;
    }
    return one + (other - one) * +(otherTime < time);
  }

  private grow(): void {
    const { length } = this.entries;
    this.entries = copied(emptyEntries(2 * length - TOP - WIDTH), this.entries);
    this.sequences = copied(new Float64Array(length), this.sequences);
    this.freeSlots = copied(new Int32Array(length), this.freeSlots);
  }
}

/** Of a length with which the last four children are complete. */
function emptyEntries(length: number): Float64Array {
  const entries = new Float64Array(length);
  for (let at = TOP; at < length; at += WIDTH) entries[at] = Infinity;
  return entries;
}

function clear(entries: Float64Array, at: number): void {
  entries[at] = Infinity;
  entries[at + 1] = 0;
}

function copied<Numbers extends Float64Array | Int32Array>(into: Numbers, from: Numbers): Numbers {
  into.set(from);
  return into;
}
