/**
 * Timers as a host with many connections uses them, beside the textbook's: an entry in a heap of objects for each arming,
 * left there and passed over when it is no longer the timer's own.
 */
import type { Timer } from '../../src/layers/clock.ts';
import { VirtualTime } from '../../src/sim/virtual-time.ts';
import { ObjectHeap } from './event-queue.ts';
import type { WorkPair } from './pair.ts';
import { WORLD_AGE_NS } from './world-age.ts';

const TIMERS = 1000;
const STEPS = 2000;
/** An acknowledgment each microsecond moves the retransmission timer of one connection after the other. */
const STEP_NS = 1000;
const TIMEOUT_NS = 200_000_000;

class TextbookTime {
  now = WORLD_AGE_NS;
  private readonly heap = new ObjectHeap();

  timer(action: () => void): { arm(deadline: number): void } {
    let armings = 0;
    return {
      arm: (deadline) => {
        const arming = ++armings;
        this.heap.push(deadline, { fire: () => arming === armings && action() });
      },
    };
  }

  step(): void {
    const { time, event } = this.heap.pop();
    this.now = time;
    event.fire();
  }
}

/** Timers that are moved again and again and never come up. */
export function rearmed(): WorkPair {
  const time = new VirtualTime();
  time.advanceTo(WORLD_AGE_NS);
  const ours = moving(
    (action) => time.timer(action),
    () => time.now(),
  );
  const textbook = new TextbookTime();
  const theirs = moving(
    (action) => textbook.timer(action),
    () => textbook.now,
  );
  return {
    what: 'timer moved, 1000 connections',
    unitsPerCall: STEPS,
    ours: () => {
      for (const goal = ours.count + STEPS; ours.count < goal; ) time.step();
    },
    textbook: () => {
      for (const goal = theirs.count + STEPS; theirs.count < goal; ) textbook.step();
    },
  };
}

function moving(
  make: (action: () => void) => { arm(deadline: number): void },
  now: () => number,
): { readonly count: number } {
  const moved = { count: 0 };
  const never = (): void => {
    throw new Error('a timer came up that is moved all the time');
  };
  const timers = Array.from({ length: TIMERS }, () => make(never));
  const acknowledged = make(() => {
    timers[moved.count++ % TIMERS]!.arm(now() + TIMEOUT_NS);
    acknowledged.arm(now() + STEP_NS);
  });
  acknowledged.arm(now() + STEP_NS);
  return moved;
}

/** Timers that come up and are armed anew. */
export function expired(): WorkPair {
  const time = new VirtualTime();
  time.advanceTo(WORLD_AGE_NS);
  const textbook = new TextbookTime();
  for (let index = 0; index < TIMERS; index++) {
    // Periods without a common measure, or the timers would come up in the same order for ever.
    const period = TIMEOUT_NS + index * 7919;
    const ours: Timer = time.timer(() => ours.arm(time.now() + period));
    ours.arm(time.now() + period);
    const theirs = textbook.timer(() => theirs.arm(textbook.now + period));
    theirs.arm(textbook.now + period);
  }
  return {
    what: 'timer expired and armed again, of 1000',
    unitsPerCall: STEPS,
    ours: () => {
      for (let step = 0; step < STEPS; step++) time.step();
    },
    textbook: () => {
      for (let step = 0; step < STEPS; step++) textbook.step();
    },
  };
}
