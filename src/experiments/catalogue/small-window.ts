/** smoltcp's grid as an experiment: with a window this small, what counts is how losses are found and repaired. */
import { numberAt, outcome, placesOf } from '../claims.ts';
import { modelCurve, sampled } from '../curves.ts';
import type { Effort, Experiment } from '../experiment.ts';
import {
  GRID,
  SMALL_WINDOW_STOPPING,
  smallWindowModel,
  smallWindowPoint,
  TRANSFER_BYTES,
  WINDOW_CEILING,
} from '../small-window.ts';

const CONTROLLERS: Readonly<Record<Effort, readonly string[]>> = {
  quick: ['cubic', 'bbr1'],
  standard: ['none', 'reno', 'cubic', 'bbr', 'bbr1'],
  full: ['none', 'reno', 'cubic', 'westwood', 'bbr', 'bbr1'],
};
const BYTES: Readonly<Record<Effort, number>> = {
  quick: TRANSFER_BYTES / 5,
  standard: TRANSFER_BYTES,
  full: TRANSFER_BYTES,
};
/** What the handshake and the slow start cost of the ceiling. */
const NEARLY = 0.985;
/** A shorter transfer pays the same for its beginning. */
const NEARLY_IN_SMALL = 0.93;

export const SMALL_WINDOW: Experiment = {
  name: 'small-window',
  title: 'A small window, loss in both directions',
  question: 'How fast are losses found and repaired when the window is 32 KiB and the round trip 100 ms?',
  expected:
    'At least as fast as smoltcp, whose grid it is, with the best of our controllers; no loss leaves 22 segments in a round trip. PFTK says the order of the rest.',
  x: { key: 'loss', title: 'loss rate, both directions', scale: 'linear' },
  y: { key: 'goodput', title: 'goodput', scale: 'logarithmic' },
  series: ['controller'],
  // At 30 % a handful of timeouts decides.
  seeds: { quick: 3, standard: 5, full: 10 },
  places: (effort) =>
    CONTROLLERS[effort].flatMap((controller) =>
      GRID.map(({ loss }) => ({
        axes: { controller, loss },
        point: smallWindowPoint(controller, loss, BYTES[effort]),
        stopping: SMALL_WINDOW_STOPPING,
      })),
    ),
  references: (rows) => [
    { title: 'smoltcp', kind: 'simulator', points: GRID.map(({ loss, smoltcp }) => ({ x: loss, y: smoltcp * 8 })) },
    ...modelCurve('PFTK', sampled(rows, SMALL_WINDOW.x), (loss) => smallWindowModel(loss) * 8),
  ],
  check: (rows) => {
    const places = placesOf(rows);
    return GRID.flatMap(({ loss, smoltcp }) => {
      const found = places.filter((place) => numberAt(place, 'loss') === loss && place.axes.controller !== 'none');
      if (found.length === 0) return [];
      // The long average of a few transfers: their bytes over their time.
      const rates = found.map(({ rows: runs }) => runs.length / runs.reduce((sum, row) => sum + 8 / row.goodput, 0));
      const best = Math.max(...rates);
      const isWhole = found[0]!.rows[0].point.transferBytes === TRANSFER_BYTES;
      const least = Math.min(smoltcp, WINDOW_CEILING * (isWhole ? NEARLY : NEARLY_IN_SMALL));
      const claim = `loss ${loss}: the best controller is no slower than smoltcp, as far as the window allows`;
      const wanted = `≥ ${bytes(least)}`;
      return [outcome('small-window', claim, wanted, bytes(best), best >= least)];
    });
  },
};

const bytes = (perSecond: number): string => `${Math.round(perSecond).toLocaleString('en')} B/s`;
