/** A frame is held back with some probability, until a number of later frames has passed it or for a time. */
import { formatDuration, formatProbability } from '../../units.ts';
import type { Transit } from '../transit.ts';
import { type Dice, type Fault, threshold } from './fault.ts';

/** Displacement by frames: held until `frames` later ones have passed, or `withinNs` if fewer follow. */
export class ReorderingByFrames implements Fault {
  private readonly dice: Dice;
  private readonly bound: number;
  private readonly frames: number;
  private readonly withinNs: number;
  private readonly detail: string;

  constructor(dice: Dice, probability: number, frames: number, withinNs: number) {
    this.dice = dice;
    this.bound = threshold(probability);
    this.frames = frames;
    this.withinNs = withinNs;
    this.detail = `reorder ${formatProbability(probability)}: behind ${frames} later frames`;
  }

  judge(transit: Transit): void {
    if (this.dice.of(transit).next() < this.bound) transit.hold(this.frames, this.withinNs, this.detail);
  }
}

/** Displacement by time. */
export class ReorderingByTime implements Fault {
  private readonly dice: Dice;
  private readonly bound: number;
  private readonly byNs: number;
  private readonly detail: string;

  constructor(dice: Dice, probability: number, byNs: number) {
    this.dice = dice;
    this.bound = threshold(probability);
    this.byNs = byNs;
    this.detail = `reorder ${formatProbability(probability)}: ${formatDuration(byNs)} later`;
  }

  judge(transit: Transit): void {
    if (this.dice.of(transit).next() < this.bound) transit.delay(this.byNs, this.detail);
  }
}
