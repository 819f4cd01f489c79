/** Goodput against the round trip. */
import { CUBIC_OF_RESPONSE, RENO_OF_MATHIS } from '../agreement.ts';
import { ceilingOf, nameOf, numberAt, placesOf, ratioOutcome } from '../claims.ts';
import { abscissas, modelCurve, sampled } from '../curves.ts';
import { basePath, underLoss } from '../effort.ts';
import type { Effort, Experiment, Place } from '../experiment.ts';
import { cubicModel, cubicResponse, mathis } from '../models.ts';

const CONTROLLERS: Readonly<Record<Effort, readonly string[]>> = {
  quick: ['reno', 'cubic'],
  standard: ['reno', 'cubic', 'bbr1'],
  full: ['reno', 'cubic', 'bbr', 'bbr1'],
};
const MILLISECONDS: Readonly<Record<Effort, readonly number[]>> = {
  quick: [20, 50, 200],
  standard: [10, 20, 50, 100, 200],
  full: [5, 10, 20, 50, 100, 200, 400],
};
/** Low enough for CUBIC to be itself at 200 ms, where its crossover is at 4.4e-3. */
const LOSS: Readonly<Record<Effort, number>> = { quick: 2e-3, standard: 1e-3, full: 1e-3 };
/** CUBIC alone, far beyond its crossover (a tenth of it at 200 ms, where the bound on its response is asked for). */
const RARE_LOSS = 1e-4;
const RARE_MILLISECONDS: Readonly<Record<Effort, readonly number[]>> = {
  quick: [],
  standard: [200],
  full: [100, 200, 400],
};
const UNLIMITED = 0.6;

const place = (effort: Effort, controller: string, loss: number, roundTripMs: number): Place => ({
  axes: { controller, loss, roundTripMs },
  point: { ...basePath(effort, `${roundTripMs}ms`), flows: [{ controller }], data: { loss: String(loss) } },
  stopping: underLoss(effort),
});

export const ROUND_TRIP_TIME: Experiment = {
  name: 'round-trip',
  title: 'Goodput against the round trip',
  question: 'What does distance cost when frames are lost by chance?',
  expected:
    'Reno has 1/RTT (Mathis). CUBIC has that where its own function is below, and RTT to the power of -1/4 above (RFC 9438 §5.1): it loses less on long paths.',
  x: { key: 'roundTripMs', title: 'round trip, ms', scale: 'logarithmic' },
  y: { key: 'goodput', title: 'goodput', scale: 'logarithmic' },
  series: ['controller'],
  places: (effort) => [
    ...CONTROLLERS[effort].flatMap((controller) =>
      MILLISECONDS[effort].map((roundTripMs) => place(effort, controller, LOSS[effort], roundTripMs)),
    ),
    ...RARE_MILLISECONDS[effort].map((roundTripMs) => place(effort, 'cubic', RARE_LOSS, roundTripMs)),
  ],
  references: (rows) =>
    abscissas(rows, 'loss').flatMap((loss) => {
      const own = rows.filter(({ axes }) => axes.loss === loss);
      const at = sampled(rows, ROUND_TRIP_TIME.x);
      const curve = (title: string, controller: string, model: (loss: number, seconds: number) => number) =>
        own.some(({ axes }) => axes.controller === controller)
          ? modelCurve(`${title}, p = ${loss}`, at, (ms) => Math.min(own[0]!.ceiling, model(loss, ms / 1000)))
          : [];
      return [...curve('Mathis', 'reno', mathis), ...curve('CUBIC, RFC 9438 §5', 'cubic', cubicModel)];
    }),
  check: (rows) =>
    placesOf(rows).flatMap((place) => {
      const seconds = numberAt(place, 'roundTripMs') / 1000;
      const loss = Number(place.rows[0].point.data?.loss);
      const { controller } = place.axes;
      if (controller !== 'reno' && controller !== 'cubic') return [];
      const [reno, own] = [mathis(loss, seconds), cubicResponse(loss, seconds)];
      const isOwn = controller === 'cubic' && own > reno;
      const of = isOwn ? own : reno;
      if (of > UNLIMITED * ceilingOf(place)) return [];
      const name = nameOf(place, 'controller');
      // RFC 9438's function is that of deterministic loss; under random loss a convex growth makes more of it.
      return isOwn
        ? ratioOutcome({
            place,
            claim: `${name} follows its own function`,
            of,
            ...CUBIC_OF_RESPONSE,
            underLoss: true,
          })
        : ratioOutcome({ place, claim: `${name} follows Mathis`, of, ...RENO_OF_MATHIS, underLoss: true });
    }),
};
