/**
 * The event queue beside a heap of objects: the hold model, in which each event that happens schedules one more, at a
 * steady number of pending events.
 */
import { type Event, EventQueue } from '../../src/sim/event-queue.ts';
import { WORLD_AGE_NS } from './world-age.ts';

/** The textbook queue: an array of objects, ordered by a comparison function. */
export class ObjectHeap {
  private readonly heap: { time: number; sequence: number; event: Event }[] = [];
  private sequence = 0;

  push(time: number, event: Event): void {
    const { heap } = this;
    let at = heap.length;
    heap.push({ time, sequence: this.sequence++, event });
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.before(at, parent)) break;
      this.swap(at, parent);
      at = parent;
    }
  }

  pop(): { time: number; event: Event } {
    const { heap } = this;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let at = 0; ; ) {
      let least = at;
      const left = 2 * at + 1;
      if (left < heap.length && this.before(left, least)) least = left;
      if (left + 1 < heap.length && this.before(left + 1, least)) least = left + 1;
      if (least === at) return first;
      this.swap(at, least);
      at = least;
    }
  }

  private before(one: number, other: number): boolean {
    const a = this.heap[one]!;
    const b = this.heap[other]!;
    return a.time < b.time || (a.time === b.time && a.sequence < b.sequence);
  }

  private swap(one: number, other: number): void {
    const kept = this.heap[one]!;
    this.heap[one] = this.heap[other]!;
    this.heap[other] = kept;
  }
}

export const PENDING = [1_000, 100_000, 1_000_000] as const;

const EVENT: Event = { fire: () => undefined };

/** A small generator of delays up to a second, the same for both queues: wide, so that equal times stay rare. */
function delays(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) * 61;
  };
}

/** A function that lets `events` events happen, on an event queue with `pending` waiting. */
export function typedArrayHold(pending: number): (events: number) => number {
  const queue = new EventQueue();
  const delay = delays();
  for (let count = 0; count < pending; count++) queue.push(WORLD_AGE_NS + delay(), queue.takeSequence(), EVENT);
  return (events) => {
    let time = 0;
    for (let count = 0; count < events; count++) {
      queue.settle();
      time = queue.firstTime;
      const event = queue.pop();
      queue.push(time + delay(), queue.takeSequence(), event);
    }
    return time;
  };
}

/** The same on the heap of objects. */
export function objectHold(pending: number): (events: number) => number {
  const queue = new ObjectHeap();
  const delay = delays();
  for (let count = 0; count < pending; count++) queue.push(WORLD_AGE_NS + delay(), EVENT);
  return (events) => {
    let time = 0;
    for (let count = 0; count < events; count++) {
      const first = queue.pop();
      time = first.time;
      queue.push(time + delay(), first.event);
    }
    return time;
  };
}
