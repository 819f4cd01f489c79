/** Utilisation against the buffer in front of the bottleneck. */
import { nameOf, numberAt, placesOf, ratioOutcome } from '../claims.ts';
import { modelCurve, sampled } from '../curves.ts';
import { basePath, pathFrames } from '../effort.ts';
import type { Effort, Experiment } from '../experiment.ts';
import { sawtoothUtilisation } from '../models.ts';
import type { StoppingRule } from '../point.ts';

const CONTROLLERS: Readonly<Record<Effort, readonly string[]>> = {
  quick: ['reno', 'cubic'],
  standard: ['reno', 'cubic', 'bbr', 'bbr1'],
  full: ['reno', 'cubic', 'westwood', 'bbr', 'bbr1'],
};
const BUFFERS: Readonly<Record<Effort, readonly number[]>> = {
  quick: [0.1, 0.5, 1],
  standard: [0.1, 0.25, 0.5, 1, 2],
  full: [0.05, 0.1, 0.25, 0.5, 0.75, 1, 2],
};
/** Several of Reno's saw teeth, which take 5 s each. */
const STOPPING: Readonly<Record<Effort, Partial<StoppingRule>>> = {
  quick: { leastSeconds: 25 },
  standard: { leastSeconds: 80, warmUpSeconds: 20 },
  full: { leastSeconds: 120, warmUpSeconds: 20 },
};
/** What a reduction leaves of the window: RFC 5681 §3.1, RFC 9438 §4.6. */
const BETA: Readonly<Record<string, number>> = { reno: 0.5, cubic: 0.7 };

export const BUFFER: Experiment = {
  name: 'buffer',
  title: 'Utilisation against the buffer',
  question: 'How much buffer does one flow need to keep a line busy, if nothing else is lost?',
  expected:
    'A window that falls by β keeps the line busy with a buffer of 1/β - 1 bandwidth-delay products: 1 for Reno, 0.43 for CUBIC. Below that the saw-tooth says how much is idle; CUBIC, which climbs fast at first, idles less than an even climb would.',
  x: { key: 'buffer', title: 'buffer, bandwidth-delay products', scale: 'logarithmic' },
  y: { key: 'utilisation', title: 'utilisation', scale: 'linear' },
  series: ['controller'],
  places: (effort) =>
    CONTROLLERS[effort].flatMap((controller) =>
      BUFFERS[effort].map((buffer) => {
        // The small path for every effort: at 100 Mbit/s a saw-tooth of Reno's takes half a minute, its first climb longer.
        const { rate, roundTrip } = basePath('quick');
        return {
          axes: { controller, buffer },
          point: { rate, roundTrip, queue: String(pathFrames(rate, roundTrip, buffer)), flows: [{ controller }] },
          stopping: STOPPING[effort],
        };
      }),
    ),
  references: (rows) =>
    Object.entries(BETA).flatMap(([controller, beta]) =>
      modelCurve(`an even climb, β = ${beta} (${controller})`, sampled(rows, BUFFER.x), (buffer) =>
        sawtoothUtilisation(buffer, beta),
      ),
    ),
  check: (rows) =>
    placesOf(rows).flatMap((place) => {
      const beta = BETA[String(place.axes.controller)];
      if (beta === undefined) return [];
      const of = sawtoothUtilisation(numberAt(place, 'buffer'), beta);
      const claim = `${nameOf(place, 'controller')} uses as much as an even climb`;
      // Reno's climb is even, so more would be as wrong as less; CUBIC's is concave, so it may be more.
      const most = place.axes.controller === 'reno' ? 1.06 : Infinity;
      return ratioOutcome({ place, claim, measure: 'utilisation', of, least: 0.94, most });
    }),
};
