/**
 * The path of `../shared/reference/README.md`: two hosts, one bottleneck with a drop-tail queue of one bandwidth-delay
 * product, independent loss on the data direction, transfers that never end.
 */

import type { Point, StoppingRule, Task, TcpChoices } from './point.ts';
import { REFERENCE_RATE, REFERENCE_ROUND_TRIP } from './reference-points.ts';

export interface ReferenceOptions {
  readonly controller: string;
  /** The share of data frames that are lost. */
  readonly loss?: number;
  readonly rate?: string;
  readonly roundTrip?: string;
  readonly queue?: string;
  readonly flows?: number;
  /** Of both hosts. */
  readonly tcp?: TcpChoices;
}

/** One bandwidth-delay product in ns-3's frames of 1502 bytes. */
const QUEUE = '417';

/** After 10 s, and for at least a minute. */
export const REFERENCE_STOPPING: StoppingRule = {
  warmUpSeconds: 10,
  leastSeconds: 60,
  mostSeconds: 100_000,
  leastEvents: 0,
  mostHalfWidth: 0,
};

export function referencePoint(options: ReferenceOptions): Point {
  const { controller, loss = 0, flows = 1, tcp } = options;
  return {
    flows: [{ controller, count: flows }],
    rate: options.rate ?? REFERENCE_RATE,
    roundTrip: options.roundTrip ?? REFERENCE_ROUND_TRIP,
    queue: options.queue ?? QUEUE,
    ...(loss > 0 ? { data: { loss: String(loss) } } : {}),
    ...(tcp === undefined ? {} : { tcp }),
  };
}

/** A measurement that belongs to no experiment. */
export const singleTask = (point: Point, stopping: StoppingRule, seed: number): Task => ({
  experiment: 'single',
  pointId: '',
  axes: {},
  point,
  stopping,
  seed,
});
