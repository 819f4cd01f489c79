/**
 * A small grid of transfers under loss, in virtual time: the same on every machine to the last bit, so a digest of each
 * tells whether what is measured is still the same run. A second of the processor in all.
 */

import { measurePoint } from '../../src/experiments/measure-point.ts';
import { REFERENCE_STOPPING, referencePoint, singleTask } from '../../src/experiments/reference-path.ts';
import { CONTROLLER_NAMES } from '../../src/layers/transport/tcp/congestion/controllers.ts';

/** A fifth of the rate and two fifths of the round trip of the reference path, and one product of them as the queue. */
const PATH = { rate: '20Mbit/s', roundTrip: '20ms', queue: '34' };
const STOPPING = { ...REFERENCE_STOPPING, warmUpSeconds: 1, leastSeconds: 5 };
const LOSSES = [0, 0.001, 0.01, 0.05];

export interface GridPoint {
  readonly digest: string;
  /** Mbit/s: what changes is easier to judge by it. */
  readonly goodput: number;
}

export function runLossGrid(): Map<string, GridPoint> {
  const points = new Map<string, GridPoint>();
  for (const controller of CONTROLLER_NAMES) {
    for (const loss of LOSSES) {
      const row = measurePoint(singleTask(referencePoint({ ...PATH, controller, loss }), STOPPING, 1));
      points.set(`${controller}, loss ${loss}`, { digest: row.digest, goodput: row.goodput / 1e6 });
    }
  }
  return points;
}
