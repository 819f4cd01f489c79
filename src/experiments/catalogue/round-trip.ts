/** Goodput against the round trip. */
import { ceilingOf, nameOf, numberAt, placesOf, ratioOutcome } from '../claims.ts';
import { abscissas, modelCurve } from '../curves.ts';
import { basePath, underLoss } from '../effort.ts';
import type { Effort, Experiment } from '../experiment.ts';
import { cubicModel, cubicResponse, mathis } from '../models.ts';

const CONTROLLERS: Readonly<Record<Effort, readonly string[]>> = {
  quick: ['reno', 'cubic'],
  standard: ['reno', 'cubic', 'bbr', 'bbr1'],
  full: ['reno', 'cubic', 'bbr', 'bbr1'],
};
const MILLISECONDS: Readonly<Record<Effort, readonly number[]>> = {
  quick: [20, 50, 200],
  standard: [10, 20, 50, 100, 200],
  full: [5, 10, 20, 50, 100, 200, 400],
};
/** Low enough for CUBIC to be itself at 200 ms, where its crossover is at 4.4e-3. */
const LOSS: Readonly<Record<Effort, number>> = { quick: 2e-3, standard: 1e-3, full: 1e-3 };
const UNLIMITED = 0.6;

export const ROUND_TRIP_TIME: Experiment = {
  name: 'round-trip',
  title: 'Goodput against the round trip',
  question: 'What does distance cost when frames are lost by chance?',
  expected:
    'Reno has 1/RTT (Mathis). CUBIC has that where its own function is below, and RTT to the power of -1/4 above (RFC 9438 §5.1): it loses less on long paths.',
  x: { key: 'roundTripMs', title: 'round trip, ms', scale: 'logarithmic' },
  y: { key: 'goodput', title: 'goodput', scale: 'logarithmic' },
  series: ['controller'],
  places: (effort) =>
    CONTROLLERS[effort].flatMap((controller) =>
      MILLISECONDS[effort].map((roundTripMs) => ({
        axes: { controller, roundTripMs },
        point: {
          ...basePath(effort, `${roundTripMs}ms`),
          flows: [{ controller }],
          data: { loss: String(LOSS[effort]) },
        },
        stopping: underLoss(effort),
      })),
    ),
  references: (rows) => {
    const at = abscissas(rows, 'roundTripMs');
    const loss = Number(rows[0]?.point.data?.loss ?? Number.NaN);
    const limited = (value: number): number => Math.min(rows[0]!.ceiling, value);
    return [
      ...modelCurve('Mathis, C = 1.31', at, (milliseconds) => limited(mathis(loss, milliseconds / 1000))),
      ...modelCurve('CUBIC, RFC 9438 §5', at, (milliseconds) => limited(cubicModel(loss, milliseconds / 1000))),
    ];
  },
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
            least: 0.85,
            most: 1.4,
            underLoss: true,
          })
        : ratioOutcome({ place, claim: `${name} follows Mathis`, of, least: 0.85, most: 1.15, underLoss: true });
    }),
};
