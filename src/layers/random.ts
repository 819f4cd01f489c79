/**
 * Chance as the stack sees it: a stream that is handed in. The same seed gives the same stream on every machine.
 */
export interface Random {
  /** The next 32 bits, as an unsigned integer. */
  next(): number;
}

/** A number drawn evenly from [0, 1), with 32 bits of resolution. */
export const uniform = (random: Random): number => random.next() / 0x1_0000_0000;

/** An integer drawn evenly from [0, bound). `bound` is at most 2^32; the bias is below bound / 2^32. */
export const below = (random: Random, bound: number): number => Math.floor(uniform(random) * bound);
