/**
 * How far our results may be from those of models and of ns-3 on the reference path: the bounds that
 * `../shared/reference/README.md` asks for. The experiments hold themselves against them, and `npm run bench:reference` too.
 */

/** From least to most, as a share of what it is held against. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/**
 * Without loss, of the ceiling. BBR drains the line when it looks for its round trip: version 1 for 200 ms of each 10 s,
 * version 3 to half a window, each 5 s.
 */
export const FULL_LINE = 0.995;
export const FULL_LINE_BBR = 0.98;

/** Reno of Mathis with C = 1.31, for losses of 1e-4 to 1e-2. */
export const RENO_OF_MATHIS: Bounds = { least: 0.85, most: 1.15 };

/** CUBIC of Reno, above the loss at which its own response function crosses Reno's. */
export const CUBIC_OF_RENO: Bounds = { least: 0.85, most: 1.15 };

/** CUBIC of RFC 9438's response function, which is that of evenly spaced losses: dice make more of a convex growth. */
export const CUBIC_OF_RESPONSE: Bounds = { least: 0.85, most: 1.4 };

/** BBR of (1 - p) of the ceiling: version 1 at 1 % and 5 %, version 3 at 1 %. The most is what rounding makes of all of it. */
export const BBR_OF_REMAINDER: Bounds = { least: 0.9, most: 1.01 };

/** Loss-based control at 5 %, of ns-3's. */
export const HEAVY_LOSS: Bounds = { least: 0.5, most: 2 };

/** Jain's index of two flows of one kind. */
export const TWO_FLOWS_FAIRNESS = 0.95;
