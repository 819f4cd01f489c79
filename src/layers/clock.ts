/**
 * Time as the stack sees it: an integer number of nanoseconds from a clock that is handed in.
 * Nothing below the bridge may ask the machine what time it is, so virtual and real time look the same.
 */

export const MICROSECOND = 1_000;
export const MILLISECOND = 1_000_000;
export const SECOND = 1_000_000_000;

/** Tells the time, in nanoseconds since an epoch of its own. It never goes back. */
export interface Clock {
  now(): number;
}

/**
 * One timer: an object with a deadline. Re-arming stores a number, so a timer that moves with every segment costs next
 * to nothing; the queue behind it is touched at most once per expiry.
 */
export interface Timer {
  /** When it fires, in nanoseconds; `Infinity` while it is not armed. */
  readonly deadline: number;
  /** Fires once at `deadline` (absolute, nanoseconds), or at once if that has passed. Replaces an earlier deadline. */
  arm(deadline: number): void;
  /** The same, `delay` nanoseconds from now. Durations mostly are small integers; a deadline V8 allocates for the call. */
  armAfter(delay: number): void;
  cancel(): void;
}

/** A clock that also wakes its users. */
export interface Timers extends Clock {
  /** Makes a timer, not armed. `fire` runs with `now() >= deadline`, and the timer is then no longer armed. */
  timer(fire: () => void): Timer;
}
