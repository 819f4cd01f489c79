/**
 * A delay that varies from frame to frame, on top of the propagation delay. Unless frames may overtake, one that would
 * arrive before its predecessor arrives with it, as in a queue.
 */
import type { Random } from '../../../layers/random.ts';
import { naturalLogarithm } from '../logarithm.ts';
import type { Transit } from '../transit.ts';
import type { Dice, Fault } from './fault.ts';

/** How much later a frame is, in nanoseconds, drawn anew for each. */
export type JitterDistribution = (random: Random) => number;

/** Evenly from 0 to `maximumNs`. */
export const uniformJitter =
  (maximumNs: number): JitterDistribution =>
  (random) =>
    Math.floor((random.next() / 0x1_0000_0000) * (maximumNs + 1));

/** Normal, with draws below 0 taken as 0. By Marsaglia's polar method, which needs no trigonometry. */
export const normalJitter =
  (meanNs: number, deviationNs: number): JitterDistribution =>
  (random) => {
    for (;;) {
      const x = random.next() / 0x8000_0000 - 1;
      const y = random.next() / 0x8000_0000 - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const normal = x * Math.sqrt((-2 * naturalLogarithm(square)) / square);
      return Math.max(0, Math.round(meanNs + deviationNs * normal));
    }
  };

export class Jitter implements Fault {
  private readonly dice: Dice;
  private readonly distribution: JitterDistribution;
  private readonly mayOvertake: boolean;

  constructor(dice: Dice, distribution: JitterDistribution, mayOvertake: boolean) {
    this.dice = dice;
    this.distribution = distribution;
    this.mayOvertake = mayOvertake;
  }

  judge(transit: Transit): void {
    const ns = this.distribution(this.dice.of(transit));
    if (this.mayOvertake) transit.delay(ns, 'jitter');
    else transit.extraDelayNs += ns;
  }
}
