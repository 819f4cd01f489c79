/** Goodput against the rate of independent loss: the experiment that ns-3 was measured with. */
import { parseRate } from '../../sim/units.ts';
import {
  BBR_OF_REMAINDER,
  CUBIC_OF_RENO,
  CUBIC_OF_RESPONSE,
  FULL_LINE,
  FULL_LINE_BBR,
  HEAVY_LOSS,
  RENO_OF_MATHIS,
} from '../agreement.ts';
import {
  ceilingOf,
  meanOf,
  nameOf,
  numberAt,
  type PlaceRows,
  placeAt,
  placesOf,
  ratioOutcome,
  roundTripSeconds,
} from '../claims.ts';
import { modelCurve, sampled } from '../curves.ts';
import { basePath, underLoss } from '../effort.ts';
import type { Effort, Experiment, Outcome, Place, ReferenceCurve } from '../experiment.ts';
import { firstRate } from '../line.ts';
import { bbrModel, cubicCrossover, cubicModel, cubicResponse, mathis, pftk } from '../models.ts';
import { REFERENCE_RATE, REFERENCE_ROUND_TRIP, SIMULATOR_COLUMNS } from '../reference-points.ts';
import type { ResultRow } from '../row.ts';

const CONTROLLERS: Readonly<Record<Effort, readonly string[]>> = {
  quick: ['reno', 'cubic', 'bbr', 'bbr1'],
  // DCTCP is Reno where nothing is marked, and Vegas where nothing waits.
  standard: ['reno', 'cubic', 'westwood', 'bbr', 'bbr1'],
  full: ['reno', 'cubic', 'dctcp', 'vegas', 'westwood', 'bbr', 'bbr1'],
};
const LOSSES: Readonly<Record<Effort, readonly number[]>> = {
  quick: [0, 1e-3, 1e-2, 5e-2],
  // Between 1 % and 5 % lies where version 3 of BBR yields.
  standard: [0, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 2e-2, 3e-2, 5e-2],
  full: [0, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 3e-2, 5e-2],
};
/** Mathis' window is one that the path never limits: below this share of the ceiling it hardly ever does. */
const UNLIMITED = 0.6;
/** The model is for loss without timeouts. */
const MOST_LOSS = 1e-2;

export const LOSS_RATE: Experiment = {
  name: 'loss-rate',
  title: 'Goodput against random loss',
  question: 'What is left of a transfer when frames are lost by chance, each by its own die?',
  expected:
    'Reno follows Mathis (C = 1.31 for growth by bytes), CUBIC follows Reno above its crossover loss and its own response function below (RFC 9438 §5); BBR loses little more than what is lost.',
  x: { key: 'loss', title: 'loss rate', scale: 'logarithmic' },
  y: { key: 'goodput', title: 'goodput', scale: 'logarithmic' },
  series: ['controller'],
  places: (effort) =>
    CONTROLLERS[effort].flatMap((controller) => LOSSES[effort].map((loss) => place(effort, controller, loss))),
  references,
  check: (rows) => placesOf(rows).flatMap((found, _, all) => check(found, all)),
};

function place(effort: Effort, controller: string, loss: number): Place {
  return {
    axes: { controller, loss },
    point: { ...basePath(effort), flows: [{ controller }], ...(loss > 0 ? { data: { loss: String(loss) } } : {}) },
    stopping: loss > 0 ? underLoss(effort) : { warmUpSeconds: 10, leastSeconds: effort === 'quick' ? 30 : 60 },
  };
}

function check(found: PlaceRows, all: readonly PlaceRows[]): Outcome[] {
  const { controller } = found.axes;
  const loss = numberAt(found, 'loss');
  const ceiling = ceilingOf(found);
  const seconds = roundTripSeconds(found);
  const name = nameOf(found, 'controller');
  if (loss === 0) {
    const isBbr = controller === 'bbr' || controller === 'bbr1';
    // On a smaller path what BBR drains is as long, and a window that comes back as slow.
    const least = isBbr ? (isReference(found.rows[0]) ? FULL_LINE_BBR : FULL_LINE_BBR - 0.005) : FULL_LINE;
    return ratioOutcome({ place: found, claim: `${name} fills the line`, of: ceiling, least });
  }
  const inModel = loss <= MOST_LOSS && mathis(loss, seconds) < UNLIMITED * ceiling;
  if (controller === 'reno') {
    if (loss > MOST_LOSS) {
      return heavy(found, name, "ns-3's LinuxReno", simulated('LinuxReno', loss));
    }
    if (!inModel) return [];
    const claim = `${name} follows Mathis`;
    return ratioOutcome({ place: found, claim, of: mathis(loss, seconds), ...RENO_OF_MATHIS, underLoss: true });
  }
  if (controller === 'cubic') return cubic(found, all, name, loss, seconds, inModel);
  const carries = (controller === 'bbr1' && loss >= 1e-2) || (controller === 'bbr' && loss === 1e-2);
  if (!carries) return [];
  const claim = `${name} carries (1 - p) of the line`;
  return ratioOutcome({ place: found, claim, of: (1 - loss) * ceiling, ...BBR_OF_REMAINDER });
}

function cubic(
  found: PlaceRows,
  all: readonly PlaceRows[],
  name: string,
  loss: number,
  seconds: number,
  inModel: boolean,
): Outcome[] {
  if (loss > MOST_LOSS) return heavy(found, name, "ns-3's CUBIC", simulated('Cubic', loss));
  if (!inModel) return [];
  const own = { place: found, of: cubicModel(loss, seconds), ...CUBIC_OF_RESPONSE, underLoss: true };
  const follows = ratioOutcome({ ...own, claim: `${name} follows RFC 9438 §5` });
  const reno = placeAt(all, { controller: 'reno', loss });
  const of = reno === undefined ? undefined : meanOf(reno, 'goodput');
  if (of === undefined) return follows;
  const beside =
    loss > cubicCrossover(seconds)
      ? ratioOutcome({ place: found, claim: `${name} is as fast as Reno`, of, ...CUBIC_OF_RENO, underLoss: true })
      : ratioOutcome({ place: found, claim: `${name} is faster than Reno`, of, least: 1, underLoss: true });
  return [...follows, ...beside];
}

function heavy(place: PlaceRows, name: string, whose: string, of: number | undefined): Outcome[] {
  if (of === undefined) return [];
  const claim = `${name} is within a factor of two of ${whose}`;
  return ratioOutcome({ place, claim, of, ...HEAVY_LOSS, underLoss: true });
}

/** Whether a row is of the path that ns-3 was measured on. */
const isReference = ({ point }: ResultRow): boolean =>
  point.rate === REFERENCE_RATE && point.roundTrip === REFERENCE_ROUND_TRIP;

function simulated(controller: string, loss: number): number | undefined {
  const point = SIMULATOR_COLUMNS.find((column) => column.controller === controller)?.points.find(
    (one) => one.loss === loss,
  );
  return point === undefined ? undefined : point.mean * 1e6;
}

function references(rows: readonly ResultRow[]): ReferenceCurve[] {
  const [first] = rows;
  if (first === undefined) return [];
  const losses = sampled(rows, LOSS_RATE.x).filter((loss) => loss > 0);
  const seconds = roundTripSeconds({ axes: {}, rows: [first] });
  const rate = parseRate(firstRate(first.point.rate), 'rate');
  const limited = (value: number): number => Math.min(value, first.ceiling);
  return [
    ...modelCurve('Mathis, C = 1.31', losses, (loss) => limited(mathis(loss, seconds))),
    ...modelCurve('PFTK', losses, (loss) => limited(pftk(loss, seconds, { timeoutSeconds: Math.max(1, 4 * seconds) }))),
    // Its response alone: the larger of it and Mathis is what CUBIC does.
    ...modelCurve('CUBIC alone, RFC 9438 §5', losses, (loss) => limited(cubicResponse(loss, seconds))),
    ...modelCurve('(1 - p) of the line', losses, (loss) => bbrModel(loss, rate)),
    ...SIMULATOR_COLUMNS.map(({ title, points }): ReferenceCurve => {
      // On a smaller path only those say something whose window that path would not have limited.
      const shown = points.filter(({ mean }) => isReference(first) || mean * 1e6 < UNLIMITED * first.ceiling);
      return {
        title,
        kind: 'simulator',
        points: shown.map(({ loss, mean, deviation }) => ({ x: loss, y: mean * 1e6, spread: deviation * 1e6 })),
      };
    }).filter(({ points }) => points.length > 0),
  ];
}
