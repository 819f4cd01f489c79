/** What may happen to a frame on the line. One file per fault; a direction runs those it has in a fixed order. */
import type { Random } from '../../../layers/random.ts';
import type { RandomStreams } from '../../random-streams.ts';
import type { Transit } from '../transit.ts';

export interface Fault {
  /**
   * Judges a frame that leaves the line, in order of departure. It is asked about every frame, also about one that an
   * earlier fault has dropped (`transit.dropped`): a fault that rolls dice rolls them all the same, so that taking a
   * fault away leaves the dice of the others with their frames.
   */
  judge(transit: Transit): void;
}

/** The dice of one fault of one direction. Copies that the medium makes have dice of their own, for the same reason. */
export class Dice {
  private readonly originals: Random;
  private readonly copies: Random;

  constructor(streams: RandomStreams, name: string) {
    this.originals = streams.stream(name);
    this.copies = streams.stream(`${name}/copies`);
  }

  of(transit: Transit): Random {
    return transit.isCopy ? this.copies : this.originals;
  }
}

/** A probability as a bound on 32 random bits: `random.next() < threshold(p)` holds with probability p. */
export const threshold = (probability: number): number => probability * 0x1_0000_0000;
