/** Rows as lines of a chart: the places of an experiment by what tells one line from another, with means and intervals. */
import { type PlaceRows, placesOf } from '../../../experiments/claims.ts';
import type { ExperimentView } from '../../../experiments/experiment.ts';
import { interval } from '../../../experiments/interval.ts';
import { MEASURE_NAMES, MEASURES, type MeasureName } from '../../../experiments/measures.ts';
import type { Axes } from '../../../experiments/point.ts';
import type { ResultRow } from '../../../experiments/row.ts';

/** A figure of one place, over its seeds. */
export interface Estimate {
  readonly mean: number;
  /** Half the 95 % confidence interval: over the seeds, or by batch means of the only one; `undefined` if there is none. */
  readonly halfWidth: number | undefined;
  /** Of each seed. */
  readonly values: readonly number[];
}

export interface SeriesPoint {
  readonly x: string | number;
  readonly place: PlaceRows;
  readonly estimate: Estimate;
}

export interface Series {
  readonly label: string;
  /** In the order of the rows. */
  readonly points: readonly SeriesPoint[];
}

/** `undefined` if one of the seeds has no such figure: the mean of the others would be better than the truth. */
export function estimateOf({ rows }: PlaceRows, measure: MeasureName): Estimate | undefined {
  const values = rows.map((row) => MEASURES[measure].of(row)).filter((value) => value !== undefined);
  if (values.length < rows.length) return undefined;
  const { mean, halfWidth } = interval(values);
  const [only] = rows;
  const byBatches =
    rows.length === 1 && measure === 'goodput' && only.halfWidth !== null ? only.halfWidth * mean : undefined;
  return { mean, halfWidth: halfWidth ?? byBatches, values };
}

/** What an experiment draws upwards. @throws {RangeError} if there is no such figure */
export function measureOf({ name, y }: ExperimentView): MeasureName {
  const measure = MEASURE_NAMES.find((one) => one === y.key);
  if (measure === undefined) throw new RangeError(`experiment ${name}: a row has no figure '${y.key}'`);
  return measure;
}

/** The axes whose values differ, in order; a place says nothing new by the others. */
export const varyingAxes = (rows: readonly ResultRow[]): string[] => {
  const names = [...new Set(rows.flatMap(({ axes }) => Object.keys(axes)))];
  return names.filter((name) => rows.some(({ axes }) => axes[name] !== rows[0]!.axes[name]));
};

/** The axes that tell lines apart: those that the experiment names, and any other that is not the abscissa. */
export function seriesAxes({ series, x }: ExperimentView, rows: readonly ResultRow[]): string[] {
  const others = varyingAxes(rows).filter((name) => name !== x.key && !series.includes(name));
  return [...series, ...others];
}

/** The lines of an experiment, and how many places have no such figure. */
export function seriesOf(
  view: ExperimentView,
  rows: readonly ResultRow[],
  measure: MeasureName,
): { readonly series: readonly Series[]; readonly missing: number } {
  const names = seriesAxes(view, rows);
  const lines = new Map<string, SeriesPoint[]>();
  let missing = 0;
  for (const place of placesOf(rows)) {
    const x = place.axes[view.x.key];
    const estimate = estimateOf(place, measure);
    const label = axesLabel(place.axes, names);
    const line = lines.get(label) ?? [];
    lines.set(label, line);
    if (x === undefined || estimate === undefined) missing++;
    else line.push({ x, place, estimate });
  }
  return { series: [...lines].map(([label, points]) => ({ label, points })), missing };
}

/** `reno`, `ecn on`, `cubic, flows 10`: a word speaks for itself, unless it is a mere yes or no. */
export const axesLabel = (axes: Axes, names: readonly string[]): string =>
  names
    .filter((name) => axes[name] !== undefined)
    .map((name) => {
      const value = axes[name]!;
      return typeof value === 'number' || /^(?:on|off|true|false|[\d.e+-]+)$/.test(value) ? `${name} ${value}` : value;
    })
    .join(', ');
