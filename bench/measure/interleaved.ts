/**
 * Two ways of doing one thing, measured in turn: a round of the one, a round of the other, many times over. What else
 * the machine does then hits both, and the median of the rounds' ratios hardly moves; bare times do.
 *
 * In place of mitata, which measures one way after the other by the clock on the wall: of the checksum and its textbook,
 * six times over on a machine that others used too, mitata 1.0.34 gave ratios from 3.28 to 4.41, and this from 4.29 to 4.35.
 */

import { quantile } from './quartiles.ts';

/** One way: does `units` of the work. */
export type Work = (units: number) => void;

export interface Comparison {
  /** Median nanoseconds of processor time for one unit. */
  readonly oursNs: number;
  readonly otherNs: number;
  /**
   * What nine rounds in ten exceed: what it takes while nobody else runs on the core. Two processors of a virtual machine may
   * be one core, and those who share it make a round take half as long again, or twice as long; nobody makes it faster.
   */
  readonly undisturbedNs: number;
  /** The quartiles around `oursNs`. */
  readonly oursLowNs: number;
  readonly oursHighNs: number;
  /** How many times as fast ours is: the median of the rounds, and the quartiles around it. */
  readonly ratio: number;
  readonly lowRatio: number;
  readonly highRatio: number;
}

export interface Effort {
  /** How long a round of each way takes, about. */
  readonly roundMs?: number;
  readonly rounds?: number;
}

/** Compares the processor time, that of collecting garbage included, of two ways. */
export function compare(ours: Work, other: Work, { roundMs = 12, rounds = 21 }: Effort = {}): Comparison {
  const oursUnits = unitsPerRound(ours, roundMs);
  const otherUnits = unitsPerRound(other, roundMs);
  const oursNs: number[] = [];
  const otherNs: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // Who goes first alternates: the second finds the caches as the first left them.
    const [one, two] =
      round % 2 === 0
        ? [nsPerUnit(ours, oursUnits), nsPerUnit(other, otherUnits)]
        : [nsPerUnit(other, otherUnits), nsPerUnit(ours, oursUnits)].reverse();
    oursNs.push(one!);
    otherNs.push(two!);
    ratios.push(two! / one!);
  }
  return {
    oursNs: quantile(oursNs, 0.5),
    otherNs: quantile(otherNs, 0.5),
    undisturbedNs: quantile(oursNs, 0.1),
    oursLowNs: quantile(oursNs, 0.25),
    oursHighNs: quantile(oursNs, 0.75),
    ratio: quantile(ratios, 0.5),
    lowRatio: quantile(ratios, 0.25),
    highRatio: quantile(ratios, 0.75),
  };
}

/** The median of one way alone: a bare time, to look at and not to claim. */
export function nanosecondsPerUnit(work: Work, { roundMs = 12, rounds = 21 }: Effort = {}): number {
  const units = unitsPerRound(work, roundMs);
  return quantile(
    Array.from({ length: rounds }, () => nsPerUnit(work, units)),
    0.5,
  );
}

/** How many units fill a round, found while the code warms up. */
function unitsPerRound(work: Work, roundMs: number): number {
  let units = 1;
  let spent = 0;
  for (let ms = 0; ms < roundMs || spent < 4 * roundMs; ) {
    ms = (nsPerUnit(work, units) * units) / 1e6;
    spent += ms;
    if (ms < roundMs) units = Math.ceil(units * Math.min(4, Math.max(1.2, roundMs / Math.max(ms, 0.001))));
  }
  return units;
}

/** Of processor time: on a machine that others use too, the clock on the wall counts their work as well. */
function nsPerUnit(work: Work, units: number): number {
  const before = process.cpuUsage();
  work(units);
  const { user, system } = process.cpuUsage(before);
  // The system counts in microseconds; nothing measured here takes none.
  return (Math.max(1, user + system) * 1000) / units;
}
