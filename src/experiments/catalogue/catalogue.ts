/** Every experiment, in the order in which they are shown. */
import type { Experiment } from '../experiment.ts';
import { ABLATION } from './ablation.ts';
import { BUFFER } from './buffer.ts';
import { OUTAGE, RATE_TRACE } from './changing-path.ts';
import { LOSS_RATE } from './loss-rate.ts';
import { BIT_ERROR_RATE, BURST_LENGTH } from './loss-shapes.ts';
import { QUEUES } from './queues.ts';
import { ACK_LOSS, REORDERING } from './reordering.ts';
import { ROUND_TRIP_TIME } from './round-trip.ts';
import { MANY_FLOWS, PAIRS_OF_CONTROLLERS, PARKING_LOT } from './sharing.ts';
import { SLOW_START } from './slow-start.ts';
import { SMALL_WINDOW } from './small-window.ts';
import { TAIL_LOSS } from './tail-loss.ts';

export const EXPERIMENTS: readonly Experiment[] = [
  LOSS_RATE,
  BURST_LENGTH,
  BIT_ERROR_RATE,
  ROUND_TRIP_TIME,
  BUFFER,
  SLOW_START,
  TAIL_LOSS,
  REORDERING,
  ACK_LOSS,
  SMALL_WINDOW,
  MANY_FLOWS,
  PAIRS_OF_CONTROLLERS,
  QUEUES,
  RATE_TRACE,
  OUTAGE,
  PARKING_LOT,
  ABLATION,
];
