/**
 * How long a frame takes onto the line: a rate that is constant, or constant from step to step.
 *
 * Work is counted in bit-nanoseconds (bits × 10^9; a line at r bits/s does r of them in a nanosecond), which are whole
 * numbers. What is left of a nanosecond is carried into the next frame of a busy line, so a long burst ends when
 * arithmetic says, to the nanosecond.
 */

import type { Clock } from '../../layers/clock.ts';

/** From `atNs` on the line runs at this rate. */
export interface RateStep {
  readonly atNs: number;
  readonly bitsPerSecond: number;
}

const LAST_END = 0;
const CARRIED_WORK = 1;

export class LineRate {
  private readonly steps: readonly RateStep[];
  private readonly repeatNs: number;
  /** When the last frame ended, and the work carried over: an array, because double fields are boxed at each store. */
  private readonly state: Float64Array;

  /**
   * @param steps in order, the first at 0; a rate of 0 is an outage in which frames wait
   * @param repeatNs when the steps begin again; `Infinity` if never
   */
  constructor(steps: readonly RateStep[], repeatNs: number = Infinity) {
    this.steps = steps;
    this.repeatNs = repeatNs;
    this.state = Float64Array.of(-1, 0);
  }

  /** In bits a second. */
  get highestRate(): number {
    return Math.max(...this.steps.map(({ bitsPerSecond }) => bitsPerSecond));
  }

  /**
   * How long a frame that starts now takes to leave the sender, in nanoseconds. Call it in the order in which
   * frames start. A duration, unlike the moment of its end, mostly fits a small integer, which nobody allocates.
   */
  duration(clock: Clock, bits: number): number {
    const { state, steps } = this;
    const start = clock.now();
    let work = bits * 1e9;
    if (start === state[LAST_END]) work += state[CARRIED_WORK]!;
    if (steps.length > 1) return this.steppedEnd(start, work) - start;
    const rate = steps[0]!.bitsPerSecond;
    const duration = Math.floor(work / rate);
    state[CARRIED_WORK] = work - duration * rate;
    state[LAST_END] = start + duration;
    return duration;
  }

  private steppedEnd(start: number, work: number): number {
    const { steps, repeatNs } = this;
    let cycleStart = repeatNs === Infinity ? 0 : Math.floor(start / repeatNs) * repeatNs;
    let index = this.stepAt(start - cycleStart);
    for (let time = start; ; ) {
      const rate = steps[index]!.bitsPerSecond;
      const stepEnd = cycleStart + (index + 1 < steps.length ? steps[index + 1]!.atNs : repeatNs);
      const room = stepEnd - time;
      if (rate > 0 && work / rate < room) {
        const duration = Math.floor(work / rate);
        this.state[CARRIED_WORK] = work - duration * rate;
        this.state[LAST_END] = time + duration;
        return time + duration;
      }
      work -= rate * room;
      time = stepEnd;
      if (++index === steps.length) {
        index = 0;
        cycleStart += repeatNs;
      }
    }
  }

  /** The last step that has begun `phase` nanoseconds into the cycle. */
  private stepAt(phase: number): number {
    let low = 0;
    let high = this.steps.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.steps[middle]!.atNs <= phase) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
