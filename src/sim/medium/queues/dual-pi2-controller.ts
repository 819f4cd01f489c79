/**
 * The controller of DualPI2: RFC 9332 §2.1 and appendix A. Proportional and integral in the delay, as PIE, but it needs no
 * tuning by the probability, because the square is taken where the classic traffic needs it.
 */
import { Periodic } from './periodic.ts';
import type { WaitingFrames } from './waiting-frames.ts';

export interface DualPi2Gains {
  readonly targetNs: number;
  /** Tupdate. */
  readonly updateNs: number;
  /** In Hz: how much a second of delay beyond the target, and a second more than before, add to p'. */
  readonly alpha: number;
  readonly beta: number;
  /** k: 1 or more. */
  readonly coupling: number;
}

// Doubles in an array, because a field, an argument and an answer would box them.
const BASE = 0;
/** p_CL = k p', at most 1: of a mark in the L queue. */
export const COUPLED = 1;
/** p_C = p'²: of a signal in the C queue. */
export const CLASSIC = 2;
const OLD_DELAY = 3;

export class DualPi2Controller {
  /** `COUPLED` and `CLASSIC` are where the probabilities stand. */
  readonly state: Float64Array;
  /**
   * Whether p_CL has reached its maximum of 1, and with it p_C its own of 1/k²: marks can tell of no more congestion, only
   * drops can (RFC 9332 §4.2.3).
   */
  isOverloaded: boolean;
  private readonly gains: DualPi2Gains;
  private readonly updates: Periodic;

  constructor(gains: DualPi2Gains) {
    this.state = new Float64Array(4);
    this.isOverloaded = false;
    this.gains = gains;
    this.updates = new Periodic(gains.updateNs);
  }

  /** p'. */
  get base(): number {
    return this.state[BASE]!;
  }

  /** Does the updates that were due since a frame came or went last. */
  update(low: WaitingFrames, classic: WaitingFrames, now: number): void {
    while (this.updates.isDue(now)) {
      const due = this.updates.take();
      // The longer of both, so that an L queue alone that does not answer to marks is brought under control as well.
      const delay = Math.max(age(low, due), age(classic, due));
      this.step(delay);
      if (this.base === 0 && low.frames + classic.frames === 0) this.updates.skip(now);
    }
  }

  private step(delay: number): void {
    const { gains, state } = this;
    const change = (gains.alpha * (delay - gains.targetNs) + gains.beta * (delay - state[OLD_DELAY]!)) / 1e9;
    const base = Math.min(1, Math.max(0, state[BASE]! + change));
    state[BASE] = base;
    state[COUPLED] = Math.min(1, gains.coupling * base);
    state[CLASSIC] = base * base;
    this.isOverloaded = gains.coupling * base >= 1;
    state[OLD_DELAY] = delay;
  }
}

/** How long the first frame has waited. */
function age({ first }: WaitingFrames, now: number): number {
  return first === undefined ? 0 : now - first.enqueuedAt;
}
