/** Dice of a named stream, beside `Math.random`, which has no seed and whose dice nobody can throw again. */
import { RandomStreams } from '../../src/sim/random-streams.ts';
import type { WorkPair } from './pair.ts';

const DICE = 10_000;

export function dice(): WorkPair {
  const stream = new RandomStreams(1).stream('bench');
  return {
    what: 'die of a named stream, vs Math.random',
    unitsPerCall: DICE,
    ours: () => {
      let all = 0;
      for (let count = 0; count < DICE; count++) all = (all + stream.next()) | 0;
      return all;
    },
    textbook: () => {
      let all = 0;
      for (let count = 0; count < DICE; count++) all = (all + Math.random() * 0x1_0000_0000) | 0;
      return all;
    },
  };
}
