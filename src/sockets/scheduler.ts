/**
 * How sockets and `async` programs get along with time. In a simulated world a program that an event woke must run as
 * far as it can before the next event happens, or `await` would race virtual time; so whoever settles a promise that a
 * program may await says so. Sockets are handed a scheduler; the world has one for each of its programs.
 */
import type { Timers } from '../layers/clock.ts';

/** One thing that a program waits for, from the call until `over`. */
export interface Waiting {
  /** The wait ended, with or without success. Calling it twice does no harm. */
  over(): void;
}

export interface ProgramScheduler {
  /** The world's time in nanoseconds. */
  now(): number;
  /**
   * Call it when you settle a promise that a program may await, or call a program back: before the next event
   * everything that follows from it is run. Costs one store; calling it more than once does no harm.
   */
  woke(): void;
  /**
   * Settles after `durationNs` of the world's time; 0 lets everything else that is due now happen first.
   * @throws {RangeError} if the duration is negative or not a whole number
   */
  sleep(durationNs: number): Promise<void>;
  /**
   * Notes what the program waits for (`'accept on 10.0.0.1:80'`), so that a run that can go no further says who waits
   * for what.
   */
  waitsFor(what: string): Waiting;
}

const UNOBSERVED: Waiting = { over: () => undefined };

/** A scheduler over timers that run by themselves, such as the real clock: nothing needs to be drained or noted. */
export function plainScheduler(timers: Timers): ProgramScheduler {
  return {
    now: () => timers.now(),
    woke: () => undefined,
    sleep: (durationNs) => sleepOn(timers, durationNs, () => undefined),
    waitsFor: () => UNOBSERVED,
  };
}

/**
 * A promise that settles after `durationNs`; `woke` is called just before.
 * @throws {RangeError} if the duration is negative or not a whole number
 */
export function sleepOn(timers: Timers, durationNs: number, woke: () => void): Promise<void> {
  if (!Number.isSafeInteger(durationNs) || durationNs < 0) {
    throw new RangeError(`sleep takes a whole number of nanoseconds, 0 or more, not ${durationNs}`);
  }
  return new Promise((resolve) => {
    const timer = timers.timer(() => {
      woke();
      resolve();
    });
    timer.arm(timers.now() + durationNs);
  });
}
