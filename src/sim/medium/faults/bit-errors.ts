/**
 * Bit errors that flip bits: each bit of the frame is hit with the same probability. The distance to the next error is
 * drawn from the geometric distribution, so the cost is per error and not per bit.
 */
import type { Random } from '../../../layers/random.ts';
import { formatProbability } from '../../units.ts';
import { logarithmOfComplement, naturalLogarithm } from '../logarithm.ts';
import type { Transit } from '../transit.ts';
import type { Dice, Fault } from './fault.ts';

export class BitErrors implements Fault {
  private readonly dice: Dice;
  private readonly scale: number;
  private readonly detail: string;
  /** Good bits before the next error, of originals and of copies; -1 before the first draw. */
  private goodBits: number;
  private goodBitsOfCopies: number;

  constructor(dice: Dice, probability: number) {
    this.dice = dice;
    this.scale = probability >= 1 ? -Infinity : logarithmOfComplement(probability);
    this.detail = `bit error rate ${formatProbability(probability)}`;
    this.goodBits = -1;
    this.goodBitsOfCopies = -1;
  }

  judge(transit: Transit): void {
    const random = this.dice.of(transit);
    let position = transit.isCopy ? this.goodBitsOfCopies : this.goodBits;
    if (position < 0) position = this.drawGap(random);
    const { bits } = transit;
    if (position < bits) {
      if (transit.dropped === undefined) {
        transit.beforeDamage();
        transit.damaged(this.detail);
      }
      do {
        if (transit.dropped === undefined) flip(transit, position);
        position += 1 + this.drawGap(random);
      } while (position < bits);
    }
    if (transit.isCopy) this.goodBitsOfCopies = position - bits;
    else this.goodBits = position - bits;
  }

  /** Bits before the next error: floor(ln u / ln(1 - p)) with u even in (0, 1], from 53 random bits. */
  private drawGap(random: Random): number {
    const high = random.next() >>> 5;
    const u = (high * 0x400_0000 + (random.next() >>> 6) + 1) / 0x20_0000_0000_0000;
    return Math.floor(naturalLogarithm(u) / this.scale);
  }
}

/** Flips one bit, counted from the first byte's highest. Behind the frame come the 32 bits of its check sequence. */
function flip(transit: Transit, position: number): void {
  const { frame } = transit;
  const at = frame.start + (position >>> 3);
  if (at < frame.end) frame.bytes[at]! ^= 0x80 >> (position & 7);
  else transit.checkSequence ^= 1 << (position & 31);
}
