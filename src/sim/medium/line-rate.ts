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

/** When a frame is on the line, in nanoseconds. */
export interface OnLine {
  beginsAt: number;
  leavesAt: number;
}

export class LineRate {
  private readonly steps: readonly RateStep[];
  private readonly repeatNs: number;
  /** When the last frame ended, and the work carried over. */
  private lastEnd: number;
  private carriedWork: number;
  /** The rate if there is but one step, otherwise 0. */
  private readonly steadyRate: number;

  /**
   * @param steps in order, the first at 0; a rate of 0 is an outage in which frames wait
   * @param repeatNs when the steps begin again; `Infinity` if never
   */
  constructor(steps: readonly RateStep[], repeatNs: number = Infinity) {
    this.steps = steps;
    this.repeatNs = repeatNs;
    this.lastEnd = -1;
    this.carriedWork = 0;
    this.steadyRate = steps.length === 1 ? steps[0]!.bitsPerSecond : 0;
  }

  /** In bits a second. */
  get highestRate(): number {
    return Math.max(...this.steps.map(({ bitsPerSecond }) => bitsPerSecond));
  }

  /**
   * Puts a frame onto the line, behind the one before or now, and writes down when it begins and when it will have left.
   * Call it in the order in which frames go. The moments are written into it, for V8 would allocate one that is returned.
   */
  put(frame: OnLine, clock: Clock, bits: number): void {
    const now = clock.now();
    const { lastEnd } = this;
    const start = now > lastEnd ? now : lastEnd;
    let work = bits * 1e9;
    if (start === lastEnd) work += this.carriedWork;
    frame.beginsAt = start;
    const rate = this.steadyRate;
    if (rate === 0) {
      frame.leavesAt = this.steppedEnd(start, work);
      return;
    }
    const duration = Math.floor(work / rate);
    this.carriedWork = work - duration * rate;
    const end = start + duration;
    this.lastEnd = end;
    frame.leavesAt = end;
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
        this.carriedWork = work - duration * rate;
        this.lastEnd = time + duration;
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
