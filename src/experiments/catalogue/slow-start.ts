/** How long transfers take that end while the window still grows: the staircase of slow start. */
import { meanOf, nameOf, numberAt, outcome, placesOf, roundTripSeconds, shown } from '../claims.ts';
import { modelCurve, sampled } from '../curves.ts';
import type { Effort, Experiment } from '../experiment.ts';
import { SEGMENT_BYTES, type SlowStartGrowth, slowStartRounds } from '../models.ts';
import type { TcpChoices } from '../point.ts';

interface Variant {
  readonly name: string;
  readonly tcp: TcpChoices;
  readonly growth: SlowStartGrowth;
}

const VARIANTS: readonly Variant[] = [
  { name: 'delayed ACKs, L = 1', tcp: {}, growth: {} },
  {
    name: 'delayed ACKs, L = 2',
    tcp: { appropriateByteCountingLimitSegments: 2 },
    growth: { limit: 2 },
  },
  { name: 'an ACK for each segment', tcp: { delayedAck: false }, growth: { segmentsPerAck: 1 } },
  { name: 'an initial window of 3', tcp: { initialWindowSegments: 3 }, growth: { initialWindow: 3 } },
];
const SEGMENTS: Readonly<Record<Effort, readonly number[]>> = {
  quick: [4, 10, 30, 100, 300],
  standard: [1, 4, 10, 15, 30, 60, 100, 200, 300, 600, 1000],
  full: [1, 2, 4, 7, 10, 15, 20, 30, 45, 60, 80, 100, 150, 200, 300, 450, 600, 800, 1000, 2000],
};
const ROUND_TRIP_SECONDS = 0.1;
/** RFC 6298's least timeout is longer than all of it; a delayed ACK is not. */
const DELAYED_ACK_SECONDS = 0.1;

/** A round trip for the handshake; the last of the windows needs only half of one. */
const seconds = (segments: number, growth: SlowStartGrowth): number =>
  ROUND_TRIP_SECONDS * (slowStartRounds(segments, growth) + 0.5);

export const SLOW_START: Experiment = {
  name: 'slow-start',
  title: 'Short transfers without loss',
  question: 'How many round trips does a short transfer take?',
  expected:
    'The handshake, then windows that grow by as many segments as there are ACKs (RFC 5681 §3.1, RFC 3465): 10, 15, 22 … with delayed ACKs and L = 1, doubling otherwise. A last odd segment may wait for a delayed ACK before the next window.',
  x: { key: 'segments', title: 'segments', scale: 'logarithmic' },
  y: { key: 'completion', title: 'completion', scale: 'linear' },
  series: ['variant'],
  places: (effort) =>
    VARIANTS.flatMap(({ name, tcp }) =>
      SEGMENTS[effort].map((segments) => ({
        axes: { variant: name, segments },
        point: {
          flows: [{ controller: 'reno' }],
          tcp: { hystart: 'none', ...tcp },
          rate: '1Gbit/s',
          roundTrip: '100ms',
          queue: '10000',
          transferBytes: segments * SEGMENT_BYTES,
        },
        stopping: { warmUpSeconds: 0, leastSeconds: 1, mostSeconds: 60 },
      })),
    ),
  references: (rows) => {
    // There is no half of a segment.
    const at = [...new Set(sampled(rows, SLOW_START.x).map(Math.round))];
    return VARIANTS.flatMap(({ name, growth }) =>
      modelCurve(`model: ${name}`, at, (segments) => seconds(segments, growth) * 1e9),
    );
  },
  check: (rows) =>
    placesOf(rows).flatMap((place) => {
      const variant = VARIANTS.find(({ name }) => name === place.axes.variant);
      const completion = meanOf(place, 'completion');
      const claim = `${nameOf(place, 'variant')} takes as long as the windows say`;
      const least = variant === undefined ? 0 : seconds(numberAt(place, 'segments'), variant.growth);
      // What one ACK more or less makes of the last window is a round trip; serialisation is 12 µs a segment.
      const most = least + ROUND_TRIP_SECONDS + DELAYED_ACK_SECONDS;
      const wanted = `${shown(least - ROUND_TRIP_SECONDS)} to ${shown(most)} s`;
      if (completion === undefined) return [outcome(place.rows[0].experiment, claim, wanted, 'never complete', false)];
      const measured = completion / 1e9;
      const trips = shown(measured / roundTripSeconds(place));
      const met = measured >= least - ROUND_TRIP_SECONDS * 1.001 && measured <= most * 1.001;
      return [outcome(place.rows[0].experiment, claim, wanted, `${shown(measured)} s, ${trips} round trips`, met)];
    }),
};
