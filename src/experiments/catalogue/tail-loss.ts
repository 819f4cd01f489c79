/** The last segments of a short transfer are lost: nothing comes behind them that would tell. */

import type { ListedFault } from '../../sim/medium/fault-list.ts';
import { meanOf, nameOf, numberAt, outcome, type PlaceRows, placeAt, placesOf, shown } from '../claims.ts';
import type { Effort, Experiment, Outcome } from '../experiment.ts';
import { SEGMENT_BYTES } from '../models.ts';
import type { Point, TcpChoices } from '../point.ts';

const VARIANTS: Readonly<Record<string, TcpChoices>> = {
  'RACK and TLP': {},
  'RACK without TLP': { tailLossProbe: false },
  neither: { tailLossProbe: false, rack: false },
};
const LOST: Readonly<Record<Effort, readonly number[]>> = {
  quick: [0, 1, 3],
  standard: [0, 1, 2, 3, 5],
  full: [0, 1, 2, 3, 4, 5, 6, 7],
};
const SEGMENTS = 10;
const ROUND_TRIP_SECONDS = 0.1;
/** RFC 6298 §2.4. */
const LEAST_TIMEOUT_SECONDS = 1;
/** The receiver's, for the last odd segment before the loss. */
const ACK_DELAY_SECONDS = 0.1;
/** Serialisation, and the round trip as the sender has measured it. */
const MARGIN_SECONDS = 0.01;

export const TAIL_LOSS: Experiment = {
  name: 'tail-loss',
  title: 'Loss of the last segments',
  question: 'How much later is a short transfer complete that loses its last segments?',
  expected:
    'The FIN behind them is lost as well. A tail loss probe goes out after two round trips (RFC 8985 §7.2); what it draws lets RACK send the rest, in round trips of 1, 2, 4 … segments. Without it the timer must expire: 1 s at least (RFC 6298 §2.4).',
  x: { key: 'lost', title: 'segments lost', scale: 'linear' },
  y: { key: 'completion', title: 'completion', scale: 'linear' },
  series: ['variant'],
  places: (effort) =>
    Object.keys(VARIANTS).flatMap((variant) =>
      LOST[effort].map((lost) => ({
        axes: { variant, lost },
        point: point(variant, lost),
        stopping: { warmUpSeconds: 0, leastSeconds: 1, mostSeconds: 120 },
      })),
    ),
  references: () => [],
  check: (rows) => placesOf(rows).flatMap((place, _, all) => check(place, all)),
};

function point(variant: string, lost: number): Point {
  return {
    flows: [{ controller: 'reno' }],
    tcp: VARIANTS[variant]!,
    rate: '100Mbit/s',
    roundTrip: '100ms',
    queue: '1000',
    transferBytes: SEGMENTS * SEGMENT_BYTES,
    faults:
      lost === 0 ? [] : [FIRST_FIN, ...Array.from({ length: lost }, (_, back) => firstCopyOf(SEGMENTS - 1 - back))],
  };
}

/** Without it the FIN would tell of the loss. */
const FIRST_FIN: ListedFault = { direction: 'aToB', action: 'drop', match: { protocol: 'tcp', flags: 'F.', nth: 1 } };

function firstCopyOf(segment: number): ListedFault {
  const from = 1 + segment * SEGMENT_BYTES;
  const sequence = { from, to: from + 1 };
  return { direction: 'aToB', action: 'drop', match: { protocol: 'tcp', payload: true, sequence, nth: 1 } };
}

function check(place: PlaceRows, all: readonly PlaceRows[]): Outcome[] {
  const { variant } = place.axes;
  const lost = numberAt(place, 'lost');
  const unharmed = placeAt(all, { variant: String(variant), lost: 0 });
  if (lost === 0 || unharmed === undefined) return [];
  const { experiment } = place.rows[0];
  const name = nameOf(place, 'variant');
  const [later, without] = [meanOf(place, 'completion'), meanOf(unharmed, 'completion')];
  if (later === undefined || without === undefined) {
    return [outcome(experiment, `${name} completes`, 'complete', 'never complete', false)];
  }
  const delay = (later - without) / 1e9;
  const measured = `${shown(delay)} s later`;
  if (variant === 'RACK and TLP') {
    // Two smoothed round trips after the last ACK, which is one later than the segments; the probe's own way there and
    // back; then 1, 2, 4 … segments a round trip, as slow start has it that bounds PRR (RFC 9937) when the network is
    // empty. A delayed ACK comes on top, and may be half of the sample again.
    const least = 2 * ROUND_TRIP_SECONDS;
    const most = (4 + Math.ceil(Math.log2(lost + 1))) * ROUND_TRIP_SECONDS + 2 * ACK_DELAY_SECONDS;
    const met = delay >= least - MARGIN_SECONDS && delay <= most + MARGIN_SECONDS;
    return [
      outcome(experiment, `${name} is repaired by a probe`, `${shown(least)} to ${shown(most)} s later`, measured, met),
    ];
  }
  const least = LEAST_TIMEOUT_SECONDS - MARGIN_SECONDS;
  return [outcome(experiment, `${name} waits for the timer`, `≥ ${shown(least)} s later`, measured, delay >= least)];
}
