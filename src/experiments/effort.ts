/**
 * How much work goes into a run. `standard` is what the bounds of `../shared/reference/README.md` are made for: its path,
 * and 400 loss events for each seed, or fewer where the goodput hardly varies, as BBR's does. `quick` is the same in small:
 * a fifth of the rate, and as many loss events as a run of a minute has time for; its checks allow for the sampling error of
 * that. `full` lasts for 400 events everywhere, on the large grids.
 */

import { parseDuration, parseRate } from '../sim/units.ts';
import type { Effort } from './experiment.ts';
import { FRAME_BYTES } from './models.ts';
import type { StoppingRule } from './point.ts';

interface EffortSettings {
  readonly seeds: number;
  readonly stopping: StoppingRule;
  /** Of the bottleneck. */
  readonly rate: string;
}

export const EFFORTS: Readonly<Record<Effort, EffortSettings>> = {
  quick: {
    seeds: 1,
    stopping: { warmUpSeconds: 5, leastSeconds: 15, mostSeconds: 300, leastEvents: 0, mostHalfWidth: 0 },
    rate: '20Mbit/s',
  },
  standard: {
    seeds: 1,
    stopping: { warmUpSeconds: 10, leastSeconds: 60, mostSeconds: 100_000, leastEvents: 0, mostHalfWidth: 0 },
    rate: '100Mbit/s',
  },
  full: {
    seeds: 5,
    stopping: { warmUpSeconds: 10, leastSeconds: 60, mostSeconds: 100_000, leastEvents: 0, mostHalfWidth: 0 },
    rate: '100Mbit/s',
  },
};

/** Loss events of a measurement under random loss. */
export const LOSS_EVENTS: Readonly<Record<Effort, number>> = { quick: 150, standard: 400, full: 400 };

/** From so many loss events on a claim is taken as it is; with fewer its bounds allow for the sampling error. */
export const ENOUGH_EVENTS = 400;

export const ROUND_TRIP = '50ms';

/** Frames that fill a path: its bandwidth-delay product. 417 for 100 Mbit/s and 50 ms, as in the reference runs. */
export function pathFrames(rate: string, roundTrip: string, share = 1): number {
  const bits = (parseRate(rate, 'rate') * parseDuration(roundTrip, 'roundTrip')) / 1e9;
  // ns-3's frames, of which the reference path's queue is made, have 1502 bytes on the wire.
  return Math.max(1, Math.ceil((share * bits) / 8 / (FRAME_BYTES - 12)));
}

/** The reference path in the size of an effort. */
export const basePath = (
  effort: Effort,
  roundTrip: string = ROUND_TRIP,
): { readonly rate: string; readonly roundTrip: string; readonly queue: string } => ({
  rate: EFFORTS[effort].rate,
  roundTrip,
  queue: String(pathFrames(EFFORTS[effort].rate, roundTrip)),
});

/**
 * Or until half its 95 % interval is so much of the goodput. A window that is halved at each loss needs some 4000 events for
 * that, so it is the event count that ends Reno; a BBR that fills the line is there after a minute.
 */
const HALF_WIDTHS: Readonly<Record<Effort, number>> = { quick: 0, standard: 0.02, full: 0 };

/** A place with random loss lasts for a number of loss events, or until its interval is narrow. */
export const underLoss = (effort: Effort): Pick<StoppingRule, 'leastEvents' | 'mostHalfWidth'> => ({
  leastEvents: LOSS_EVENTS[effort],
  mostHalfWidth: HALF_WIDTHS[effort],
});

/** A place whose goodput hardly depends on dice lasts for a time. */
export const WITHOUT_DICE: Readonly<Record<Effort, Pick<StoppingRule, 'warmUpSeconds' | 'leastSeconds'>>> = {
  quick: { warmUpSeconds: 5, leastSeconds: 15 },
  standard: { warmUpSeconds: 10, leastSeconds: 40 },
  full: { warmUpSeconds: 10, leastSeconds: 60 },
};

/** Of a grid of one's own: as in `standard`. */
export const UNDER_LOSS_STOPPING: Partial<StoppingRule> = { ...EFFORTS.standard.stopping, ...underLoss('standard') };
export const WITHOUT_LOSS_STOPPING: Partial<StoppingRule> = EFFORTS.standard.stopping;
