/** Cuts the end off a frame: what stays has a length drawn evenly from 1 byte to one less than it had. */
import { below } from '../../../layers/random.ts';
import { formatProbability } from '../../units.ts';
import type { Transit } from '../transit.ts';
import { type Dice, type Fault, threshold } from './fault.ts';

export class Truncation implements Fault {
  private readonly dice: Dice;
  private readonly bound: number;
  private readonly detail: string;

  constructor(dice: Dice, probability: number) {
    this.dice = dice;
    this.bound = threshold(probability);
    this.detail = `truncate ${formatProbability(probability)}`;
  }

  judge(transit: Transit): void {
    const random = this.dice.of(transit);
    if (random.next() >= this.bound) return;
    const length = transit.frame.end - transit.frame.start;
    const kept = 1 + below(random, length - 1);
    if (transit.dropped === undefined && length > 1) cut(transit, kept, this.detail);
  }
}

/** Leaves `kept` bytes of the frame. */
export function cut(transit: Transit, kept: number, detail: string): void {
  transit.beforeDamage();
  transit.frame.end = transit.frame.start + kept;
  transit.damaged(detail);
}
