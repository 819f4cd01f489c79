/** Independent loss: each frame is lost with the same probability, whatever became of the others. */
import { formatProbability } from '../../units.ts';
import type { Transit } from '../transit.ts';
import { type Dice, type Fault, threshold } from './fault.ts';

export class BernoulliLoss implements Fault {
  private readonly dice: Dice;
  private readonly bound: number;
  private readonly detail: string;

  constructor(dice: Dice, probability: number) {
    this.dice = dice;
    this.bound = threshold(probability);
    this.detail = `loss ${formatProbability(probability)}`;
  }

  judge(transit: Transit): void {
    if (this.dice.of(transit).next() < this.bound) transit.drop('medium-loss', this.detail);
  }
}
