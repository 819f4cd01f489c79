/** Paths that change: a rate that follows a trace, and outages. */
import type { RateTrace } from '../../sim/medium/options.ts';
import { ceilingOf, meanOf, nameOf, numberAt, outcome, placeAt, placesOf, ratioOutcome, shown } from '../claims.ts';
import { basePath } from '../effort.ts';
import type { Effort, Experiment } from '../experiment.ts';

const CONTROLLERS: Readonly<Record<Effort, readonly string[]>> = {
  quick: ['cubic', 'bbr'],
  standard: ['reno', 'cubic', 'bbr', 'bbr1'],
  full: ['reno', 'cubic', 'westwood', 'bbr', 'bbr1'],
};

const TRACES: Readonly<Record<string, RateTrace>> = {
  /** Another flow comes and goes. */
  square: {
    steps: [
      { at: '0s', rate: '20Mbit/s' },
      { at: '5s', rate: '5Mbit/s' },
    ],
    repeatEvery: '10s',
  },
  /** A radio link in small: changes within a few round trips, down to a tenth. */
  mobile: {
    steps: [
      { at: '0s', rate: '18Mbit/s' },
      { at: '700ms', rate: '9Mbit/s' },
      { at: '1200ms', rate: '14Mbit/s' },
      { at: '2s', rate: '4Mbit/s' },
      { at: '2600ms', rate: '2Mbit/s' },
      { at: '3s', rate: '11Mbit/s' },
      { at: '3900ms', rate: '20Mbit/s' },
    ],
    repeatEvery: '5s',
  },
};

export const RATE_TRACE: Experiment = {
  name: 'rate-trace',
  title: 'A line whose rate changes',
  question: 'How much of a line is used whose rate goes up and down?',
  expected:
    'With a buffer of one bandwidth-delay product of the highest rate there is something to send when the rate comes back; a window that is reduced when it falls has to grow again. At least three quarters of the mean rate.',
  x: { key: 'trace', title: 'trace', scale: 'category' },
  y: { key: 'utilisation', title: 'utilisation', scale: 'linear' },
  series: ['controller'],
  places: (effort) =>
    CONTROLLERS[effort].flatMap((controller) =>
      Object.entries(TRACES).map(([trace, rate]) => ({
        axes: { controller, trace },
        point: { ...basePath('quick'), rate, acknowledgmentRate: '20Mbit/s', flows: [{ controller }] },
        // Whole cycles.
        stopping: { warmUpSeconds: 10, leastSeconds: effort === 'quick' ? 30 : 110 },
      })),
    ),
  references: () => [],
  check: (rows) =>
    placesOf(rows).flatMap((place) =>
      ratioOutcome({
        place,
        claim: `${nameOf(place, 'controller')} uses the line`,
        of: ceilingOf(place),
        least: 0.75,
        most: 1.03,
      }),
    ),
};

const OUTAGES: Readonly<Record<Effort, readonly number[]>> = {
  quick: [0, 1, 5],
  standard: [0, 0.2, 1, 2, 5, 10],
  full: [0, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
};
const OUTAGE_FROM_SECONDS = 2;
const OUTAGE_BYTES = 10_000_000;
const SLOW_START_SECONDS = 3;
const LEAST_TIMEOUT_SECONDS = 1;

export const OUTAGE: Experiment = {
  name: 'outage',
  title: 'Outages',
  question: 'How much later is a transfer complete whose path was cut for a while?',
  expected:
    'The retransmission timer doubles (RFC 6298 §5.5), so what finds the path open again leaves after at most as long as the outage has lasted, and a timeout: at most twice the outage, and what slow start takes to come back.',
  x: { key: 'outageSeconds', title: 'outage, s', scale: 'linear' },
  y: { key: 'completion', title: 'completion', scale: 'linear' },
  series: ['controller'],
  places: (effort) =>
    CONTROLLERS[effort].flatMap((controller) =>
      OUTAGES[effort].map((outageSeconds) => {
        const outages = [{ from: `${OUTAGE_FROM_SECONDS}s`, to: `${OUTAGE_FROM_SECONDS + outageSeconds}s` }];
        const cut = outageSeconds > 0 ? { data: { down: { outages } }, acknowledgments: { down: { outages } } } : {};
        return {
          axes: { controller, outageSeconds },
          point: { ...basePath('quick'), flows: [{ controller }], transferBytes: OUTAGE_BYTES, ...cut },
          stopping: { warmUpSeconds: 0, leastSeconds: 1, mostSeconds: 600 },
        };
      }),
    ),
  references: () => [],
  check: (rows) => {
    const places = placesOf(rows);
    return places.flatMap((place) => {
      const seconds = numberAt(place, 'outageSeconds');
      const unharmed = placeAt(places, { controller: String(place.axes.controller), outageSeconds: 0 });
      if (seconds === 0 || unharmed === undefined) return [];
      const [later, without] = [meanOf(place, 'completion'), meanOf(unharmed, 'completion')];
      const delay = ((later ?? Infinity) - (without ?? 0)) / 1e9;
      const most = 2 * seconds + LEAST_TIMEOUT_SECONDS + SLOW_START_SECONDS;
      const claim = `${nameOf(place, 'controller')} goes on soon after`;
      const wanted = `≤ ${shown(most)} s later`;
      return [outcome(place.rows[0].experiment, claim, wanted, `${shown(delay)} s later`, delay <= most)];
    });
  },
};
