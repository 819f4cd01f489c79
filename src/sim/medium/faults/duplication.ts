/** A copy goes on right behind the frame and meets the later faults by itself. */
import type { Transit } from '../transit.ts';
import { type Dice, type Fault, threshold } from './fault.ts';

export class Duplication implements Fault {
  private readonly dice: Dice;
  private readonly bound: number;

  constructor(dice: Dice, probability: number) {
    this.dice = dice;
    this.bound = threshold(probability);
  }

  judge(transit: Transit): void {
    if (this.dice.of(transit).next() < this.bound) transit.copies++;
  }
}
