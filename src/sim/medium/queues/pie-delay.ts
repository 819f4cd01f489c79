/** How long a queue takes to pass, as PIE knows it: RFC 8033 §4.3 and §5.2. */
import type { Transit } from '../transit.ts';
import { lengthOf, type WaitingFrames } from './waiting-frames.ts';

export interface DelayEstimate {
  /** `current_qdelay` in nanoseconds. */
  current(waiting: WaitingFrames): number;
  /** A frame has left, and `waiting` are those behind it. */
  departed(transit: Transit, waiting: WaitingFrames, now: number): void;
  /** PIE begins anew. */
  start(now: number): void;
}

/** §4.3: how long the frame that went last had waited; nothing, once none is left. */
export class TimestampDelay implements DelayEstimate {
  private readonly sample: Float64Array;

  constructor() {
    this.sample = new Float64Array(1);
  }

  current(): number {
    return this.sample[0]!;
  }

  departed(transit: Transit, waiting: WaitingFrames, now: number): void {
    this.sample[0] = waiting.frames === 0 ? 0 : now - transit.enqueuedAt;
  }

  start(): void {}
}

/** DQ_THRESHOLD, in bytes. */
const MEASURED_BYTES = 2 ** 14;
const WEIGHT = MEASURED_BYTES / 2 ** 16;

// Doubles in an array, because a field would box them anew at each store.
const STARTED_AT = 0;
const AVERAGE_TIME = 1;

/** §5.2 and appendix B: by Little's law, from how long 16 KiB take to leave. */
export class DepartureRateDelay implements DelayEstimate {
  private measuring: boolean;
  private departedBytes: number;
  private readonly state: Float64Array;

  constructor() {
    this.measuring = false;
    this.departedBytes = 0;
    this.state = new Float64Array(2);
  }

  current(waiting: WaitingFrames): number {
    return (waiting.bytes * this.state[AVERAGE_TIME]!) / MEASURED_BYTES;
  }

  departed(transit: Transit, waiting: WaitingFrames, now: number): void {
    if (this.measuring) this.measure(transit, now);
    if (!this.measuring && waiting.bytes >= MEASURED_BYTES) this.begin(now);
  }

  start(now: number): void {
    this.state[AVERAGE_TIME] = 0;
    this.begin(now);
  }

  private measure(transit: Transit, now: number): void {
    const { state } = this;
    this.departedBytes += lengthOf(transit);
    if (this.departedBytes < MEASURED_BYTES) return;
    const time = now - state[STARTED_AT]!;
    const average = state[AVERAGE_TIME]!;
    state[AVERAGE_TIME] = average === 0 ? time : time * WEIGHT + average * (1 - WEIGHT);
    this.measuring = false;
  }

  private begin(now: number): void {
    this.measuring = true;
    this.departedBytes = 0;
    this.state[STARTED_AT] = now;
  }
}
