/**
 * Loss in bursts: the two-state model of Gilbert (1960) and Elliott (1963). In the good state a frame gets through with
 * probability k, in the bad one with probability h; before each frame the state changes with probability p (good to bad)
 * or r (bad to good). It starts as it is in the long run.
 */
import { formatProbability } from '../../units.ts';
import type { Transit } from '../transit.ts';
import { type Dice, type Fault, threshold } from './fault.ts';

export interface GilbertElliottParameters {
  /** Good to bad, per frame. */
  readonly p: number;
  /** Bad to good, per frame: bad runs are 1/r frames long on average. */
  readonly r: number;
  /** Delivered in the bad state. */
  readonly h: number;
  /** Delivered in the good state. */
  readonly k: number;
}

/**
 * The parameters for a long-run loss rate and a mean length of the bad runs: with π the share of frames that meet the
 * bad state, π = p / (p + r) and loss = (1 - k)(1 - π) + (1 - h) π.
 * @param loss as a fraction
 * @param burstFrames mean length of a bad run, at least 1; with h = 0 and k = 1 the mean length of a run of losses
 * @throws {RangeError} if no such line exists
 */
export function gilbertElliott(loss: number, burstFrames: number, h = 0, k = 1): GilbertElliottParameters {
  if (!(burstFrames >= 1) || burstFrames === Infinity) {
    throw new RangeError(`a burst is 1 frame or longer on average, not ${burstFrames}`);
  }
  if (h >= k) {
    throw new RangeError(`the bad state must lose more than the good one: h ${h} is not below k ${k}`);
  }
  if (loss < 1 - k || loss >= 1 - h) {
    throw new RangeError(
      `a loss of ${formatProbability(loss)} must lie between that of the good state, ${formatProbability(1 - k)}, and that of the bad one, ${formatProbability(1 - h)}`,
    );
  }
  const bad = (loss - (1 - k)) / (k - h);
  const r = 1 / burstFrames;
  const leastFrames = Number((bad / (1 - bad)).toPrecision(12));
  if (burstFrames < leastFrames) {
    throw new RangeError(
      `a loss of ${formatProbability(loss)} cannot come in bursts of only ${burstFrames} frames: make them ${leastFrames} or longer`,
    );
  }
  return { p: Math.min(1, (r * bad) / (1 - bad)), r, h, k };
}

export class GilbertElliott implements Fault {
  private readonly dice: Dice;
  private readonly toBad: number;
  private readonly toGood: number;
  private readonly lostInBad: number;
  private readonly lostInGood: number;
  private readonly detail: string;
  private readonly badInLongRun: number;
  private isBad: boolean;
  private started: boolean;

  constructor(dice: Dice, { p, r, h, k }: GilbertElliottParameters) {
    this.dice = dice;
    this.toBad = threshold(p);
    this.toGood = threshold(r);
    this.lostInBad = threshold(1 - h);
    this.lostInGood = threshold(1 - k);
    this.detail = `Gilbert-Elliott p ${formatProbability(p)}, r ${formatProbability(r)}`;
    this.badInLongRun = threshold(p / (p + r));
    this.isBad = false;
    this.started = false;
  }

  judge(transit: Transit): void {
    const random = this.dice.of(transit);
    if (!transit.isCopy) {
      const roll = random.next();
      if (!this.started) {
        this.started = true;
        this.isBad = roll < this.badInLongRun;
      } else if (roll < (this.isBad ? this.toGood : this.toBad)) this.isBad = !this.isBad;
    }
    const roll = random.next();
    if (this.isBad) {
      if (roll < this.lostInBad) transit.drop('medium-burst-loss', this.detail);
    } else if (roll < this.lostInGood) transit.drop('medium-loss', this.detail);
  }
}
