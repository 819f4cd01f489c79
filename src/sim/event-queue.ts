/**
 * The queue of everything that will happen: a binary heap in typed arrays, in total order by (time, sequence).
 *
 * The heap moves only a double and a 32-bit slot number per level, never an object; the event and its sequence number
 * stay in their slot, and the sequence is looked at only when two times are equal. `bench/cases/event-queue.ts`
 * measures it beside a heap of objects.
 */

/** Something that happens at a moment. Long-lived senders keep one and schedule it again and again. */
export interface Event {
  fire(): void;
}

const FIRST_CAPACITY = 256;
const CACHED_ENTRIES = 1 << 18;
const NOTHING: Event = { fire: () => undefined };

export class EventQueue {
  /** How many events wait. */
  length: number;
  /** An empty queue keeps `Infinity` in front: choosing between it and a number at each look would box the double. */
  private times: Float64Array;
  private slots: Int32Array;
  private sequences: Float64Array;
  private freeSlots: Int32Array;
  private freeCount: number;
  private readonly events: Event[];
  /** By slot: whether the event is a timer, whose entry may be of no use any more. To ask what class it is of took longer. */
  private timers: Uint8Array;
  private nextSequence: number;

  constructor() {
    this.length = 0;
    this.times = new Float64Array(FIRST_CAPACITY).fill(Infinity, 0, 1);
    this.slots = new Int32Array(FIRST_CAPACITY);
    this.sequences = new Float64Array(FIRST_CAPACITY);
    this.freeSlots = new Int32Array(FIRST_CAPACITY);
    this.freeCount = 0;
    this.events = [];
    this.timers = new Uint8Array(FIRST_CAPACITY);
    this.nextSequence = 0;
  }

  /** When the first event happens, in nanoseconds; `Infinity` if none waits. */
  get firstTime(): number {
    return this.times[0]!;
  }

  /** The sequence number of the first event. Only while `length > 0`. */
  get firstSequence(): number {
    return this.sequences[this.slots[0]!]!;
  }

  /** The first event. Only while `length > 0`. */
  get first(): Event {
    return this.events[this.slots[0]!]!;
  }

  /** Whether the first event is a timer. Only while `length > 0`. */
  get firstIsTimer(): boolean {
    return this.timers[this.slots[0]!]! !== 0;
  }

  /** Takes the next sequence number, for an event that is pushed later but keeps its place among those of its time. */
  takeSequence(): number {
    return this.nextSequence++;
  }

  /**
   * Adds an event.
   * @param time nanoseconds; never `NaN`, which has no place in an order
   * @param sequence from `takeSequence`: among events of one time the smaller happens first
   */
  push(time: number, sequence: number, event: Event, isTimer = false): void {
    const at = this.append(sequence, event, isTimer);
    this.times[at] = time;
    this.siftUp(at);
  }

  /** Takes the first event out. Only while `length > 0`. */
  pop(): Event {
    const slot = this.slots[0]!;
    const event = this.events[slot]!;
    this.events[slot] = NOTHING;
    this.freeSlots[this.freeCount++] = slot;
    this.length--;
    if (this.length > 0) this.siftDown();
    else this.times[0] = Infinity;
    return event;
  }

  /** Drops every event that `keep` refuses, in one pass over the queue. The order of the others stays as it was. */
  retain(keep: (event: Event, sequence: number) => boolean): void {
    const { times, slots, sequences } = this;
    let kept = 0;
    for (let at = 0; at < this.length; at++) {
      const slot = slots[at]!;
      if (keep(this.events[slot]!, sequences[slot]!)) {
        times[kept] = times[at]!;
        slots[kept] = slot;
        kept++;
      } else {
        this.events[slot] = NOTHING;
        this.freeSlots[this.freeCount++] = slot;
      }
    }
    this.length = kept;
    if (kept === 0) times[0] = Infinity;
    // Putting them back one after the other from the front keeps every prefix a heap.
    for (let at = 1; at < kept; at++) this.siftUp(at);
  }

  // No function that is too large to be inlined takes a time as an argument: V8 would box the double, and these 16 bytes
  // an event were most of what a frame allocated.

  /** Gives an event a slot, and that a place at the end of the heap. @returns the place */
  private append(sequence: number, event: Event, isTimer: boolean): number {
    const at = this.length;
    if (at === this.times.length) this.grow();
    let slot = at;
    if (this.freeCount > 0) slot = this.freeSlots[--this.freeCount]!;
    if (slot === this.events.length) this.events.push(event);
    else this.events[slot] = event;
    this.sequences[slot] = sequence;
    this.timers[slot] = isTimer ? 1 : 0;
    this.slots[at] = slot;
    this.length = at + 1;
    return at;
  }

  /** Moves the entry at `at` up to where it belongs. */
  private siftUp(at: number): void {
    const { times, slots, sequences } = this;
    const time = times[at]!;
    const slot = slots[at]!;
    const sequence = sequences[slot]!;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const parentTime = times[parent]!;
      if (parentTime < time) break;
      const parentSlot = slots[parent]!;
      if (parentTime === time && sequences[parentSlot]! < sequence) break;
      times[at] = parentTime;
      slots[at] = parentSlot;
      at = parent;
    }
    times[at] = time;
    slots[at] = slot;
  }

  /**
   * Fills the hole at the top: moves it down to where the former last entry belongs.
   *
   * Which child is less is a coin toss, and a branch on it is guessed wrongly half the time: computing the child's place
   * is a quarter faster. In a queue beyond the caches a branch wins by a third, because a guess fetches the next level early.
   */
  private siftDown(): void {
    const { times, slots, sequences } = this;
    const length = this.length;
    const time = times[length]!;
    const slot = slots[length]!;
    const sequence = sequences[slot]!;
    const guess = length > CACHED_ENTRIES;
    let at = 0;
    for (let child = 1; child < length; child = 2 * at + 1) {
      const right = child + 1;
      if (right < length) {
        const leftTime = times[child]!;
        const rightTime = times[right]!;
        if (leftTime === rightTime) {
          if (sequences[slots[right]!]! < sequences[slots[child]!]!) child = right;
        } else if (guess) {
          if (rightTime < leftTime) child = right;
        } else child += +(rightTime < leftTime);
      }
      const childTime = times[child]!;
      const childSlot = slots[child]!;
      if (time < childTime || (time === childTime && sequence < sequences[childSlot]!)) break;
      times[at] = childTime;
      slots[at] = childSlot;
      at = child;
    }
    times[at] = time;
    slots[at] = slot;
  }

  private grow(): void {
    const capacity = this.times.length * 2;
    this.times = copied(new Float64Array(capacity), this.times);
    this.slots = copied(new Int32Array(capacity), this.slots);
    this.sequences = copied(new Float64Array(capacity), this.sequences);
    this.freeSlots = copied(new Int32Array(capacity), this.freeSlots);
    this.timers = copied(new Uint8Array(capacity), this.timers);
  }
}

function copied<Numbers extends Float64Array | Int32Array | Uint8Array>(into: Numbers, from: Numbers): Numbers {
  into.set(from);
  return into;
}
