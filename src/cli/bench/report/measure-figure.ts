/** One figure of an experiment's rows as a chart: curves over numbers, rows of marks over names. */
import type { AxisView, ExperimentView, ReferenceCurve } from '../../../experiments/experiment.ts';
import { MEASURES, type MeasureName } from '../../../experiments/measures.ts';
import type { ResultRow } from '../../../experiments/row.ts';
import { type DotRow, dotPlot } from './dot-plot.ts';
import { html, type Markup } from './html.ts';
import { type Curve, type LineChart, lineChart } from './line-chart.ts';
import type { LineStyle } from './marks.ts';
import { type Display, displayOf, figure, titled } from './quantity.ts';
import { axesLabel, type Estimate, measureOf, type Series, seriesOf } from './series.ts';

/** What is drawn upwards: a figure of the rows, and models of it. */
export interface Ordinate {
  readonly measure: MeasureName;
  readonly title: string;
  readonly scale: AxisView['scale'];
  readonly references: readonly ReferenceCurve[];
}

/** What the experiment itself draws. */
export const mainOrdinate = (view: ExperimentView): Ordinate => ({
  measure: measureOf(view),
  title: view.y.title,
  scale: view.y.scale,
  references: view.references,
});

export function measureFigure(view: ExperimentView, rows: readonly ResultRow[], ordinate: Ordinate): Markup {
  const { series, missing } = seriesOf(view, rows, ordinate.measure);
  const drawn = isOverNumbers(view, series) ? lineChart(curves(view, series, ordinate)) : marks(view, series, ordinate);
  const places = missing === 1 ? '1 place is' : `${missing} places are`;
  return missing === 0
    ? drawn
    : html`${drawn}<p class="note">${places} not drawn: not every measurement there has this figure (a transfer was not complete, or nothing was counted).</p>`;
}

/** The figure as curves; `undefined` where it is over names, or over a single place. */
export function measureCurves(
  view: ExperimentView,
  rows: readonly ResultRow[],
  ordinate: Ordinate,
): LineChart | undefined {
  const { series } = seriesOf(view, rows, ordinate.measure);
  return isOverNumbers(view, series) ? curves(view, series, ordinate) : undefined;
}

function isOverNumbers({ x: { scale } }: ExperimentView, series: readonly Series[]): boolean {
  const abscissas = new Set(series.flatMap(({ points }) => points.map(({ x }) => x)));
  // One place is no axis.
  return scale !== 'category' && abscissas.size > 1 && [...abscissas].every((x) => typeof x === 'number');
}

function curves(view: ExperimentView, series: readonly Series[], ordinate: Ordinate): LineChart {
  const display = displayFor(series, ordinate);
  const title = titled(ordinate.title, display);
  const shown = (value: number): number => value / display.factor;
  const measured = series.map(
    ({ label, points }, index): Curve => ({
      label,
      style: { kind: 'measured', index },
      points: points.map(({ x, estimate }) => ({
        x: Number(x),
        y: shown(estimate.mean),
        ...rangeOf(estimate, ordinate.measure, shown),
        seeds: seedsOf(estimate, shown),
        note: `${valueText(estimate, display)} at ${view.x.title} ${x}`,
      })),
    }),
  );
  const references = ordinate.references.map(
    (reference, index): Curve => ({
      label: reference.title,
      style: styleOf(reference, index, ordinate.references),
      points: reference.points
        .filter(({ x, y }) => typeof x === 'number' && Number.isFinite(y))
        .map(({ x, y, spread = 0 }) => ({
          x: Number(x),
          y: shown(y),
          ...(spread > 0 ? { range: [shown(y - spread), shown(y + spread)] as const } : {}),
          seeds: [],
          note: `${figure(shown(y))}${spread > 0 ? ` ± ${figure(shown(spread))}` : ''} ${display.unit} at ${view.x.title} ${x}`,
        })),
    }),
  );
  const all = [...measured, ...references];
  const scale = ordinate.scale === 'logarithmic' ? 'logarithmic' : 'linear';
  const values = all.flatMap(({ points }) =>
    points.flatMap((point) => [point.y, ...point.seeds, ...(point.range ?? [])]),
  );
  return {
    alternative: `${title} against ${view.x.title}${scaleWords(view.x.scale, scale)}. ${all.map(curveWords).join(' ')} The figures are in a table below.`,
    x: { title: view.x.title, scale: view.x.scale === 'logarithmic' ? 'logarithmic' : 'linear' },
    y: { title, scale, domain: domainOf(ordinate.measure, values) },
    curves: all,
  };
}

const scaleWords = (x: AxisView['scale'], y: AxisView['scale']): string => {
  if (x === 'logarithmic' && y === 'logarithmic') return ', both axes logarithmic';
  if (x !== 'logarithmic' && y !== 'logarithmic') return '';
  return x === 'logarithmic' ? ', the horizontal axis logarithmic' : ', the vertical axis logarithmic';
};

const KIND_WORDS = { measured: '', model: ' (model)', simulator: ' (another simulator)' } as const;

function curveWords({ label, style, points }: Curve): string {
  const sorted = [...points].sort((one, other) => one.x - other.x);
  const [first, last] = [sorted[0], sorted.at(-1)];
  const name = `${label}${KIND_WORDS[style.kind]}`;
  if (first === undefined || last === undefined) return '';
  if (first === last) return `${name}: ${figure(first.y)} at ${first.x}.`;
  return `${name}: from ${figure(first.y)} at ${first.x} to ${figure(last.y)} at ${last.x}.`;
}

/** A row for each name; in it a mark for each series, and for what models and others say of it. */
function marks(view: ExperimentView, series: readonly Series[], ordinate: Ordinate): Markup {
  const display = displayFor(series, ordinate);
  const title = titled(ordinate.title, display);
  const shown = (value: number): number => value / display.factor;
  const names = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))];
  const isOne = series.length === 1 && ordinate.references.length === 0;
  const rows = names.map(
    (name): DotRow => ({
      label: axesLabel({ [view.x.key]: name }, [view.x.key]),
      dots: [
        ...series.flatMap(({ label, points }, index) =>
          points
            .filter(({ x }) => x === name)
            .map(({ estimate }) => ({
              style: { kind: 'measured', index } as const,
              value: shown(estimate.mean),
              ...rangeOf(estimate, ordinate.measure, shown),
              seeds: seedsOf(estimate, shown),
              note: `${isOne ? name : `${label}, ${name}`}: ${valueText(estimate, display)}`,
              text: figure(shown(estimate.mean)),
            })),
        ),
        ...ordinate.references.flatMap((reference, index) =>
          reference.points
            .filter(({ x }) => x === name)
            .map(({ y }) => ({
              // A model has no mark of its own where there are no lines.
              style: { ...styleOf(reference, index, ordinate.references), kind: 'simulator' } as const,
              value: shown(y),
              seeds: [],
              note: `${reference.title}, ${name}: ${figure(shown(y))} ${display.unit}`,
              text: figure(shown(y)),
            })),
        ),
      ],
    }),
  );
  const values = rows.flatMap(({ dots }) => dots.flatMap((dot) => [dot.value, ...dot.seeds]));
  const words = rows.map(({ label, dots }) => `${label}: ${dots.map(({ text }) => text).join(', ')}.`);
  return dotPlot({
    alternative: `${title} by ${view.x.title}${series.length > 1 ? `, each for ${series.map(({ label }) => label).join(', ')}` : ''}. ${words.join(' ')}`,
    title,
    scale: ordinate.scale === 'logarithmic' ? 'logarithmic' : 'linear',
    domain: domainOf(ordinate.measure, values),
    rows,
    legend: [
      ...series.map(({ label }, index) => ({ label, style: { kind: 'measured', index } as const })),
      ...ordinate.references.map((reference, index) => ({
        label: reference.title,
        style: { ...styleOf(reference, index, ordinate.references), kind: 'simulator' } as const,
      })),
    ],
  });
}

/** Which of its kind it is. */
const styleOf = ({ kind }: ReferenceCurve, index: number, all: readonly ReferenceCurve[]): LineStyle => ({
  kind,
  index: all.slice(0, index).filter((other) => other.kind === kind).length,
});

const displayFor = (series: readonly Series[], { measure, references }: Ordinate): Display =>
  displayOf(MEASURES[measure].unit, [
    ...series.flatMap(({ points }) => points.map(({ estimate }) => estimate.mean)),
    ...references.flatMap(({ points }) => points.map(({ y }) => y)),
  ]);

const rangeOf = (
  { mean, halfWidth }: Estimate,
  measure: MeasureName,
  shown: (value: number) => number,
): { readonly range?: readonly [number, number] } =>
  halfWidth === undefined
    ? {}
    : { range: [shown(Math.max(0, mean - halfWidth)), shown(Math.min(mostOf(measure), mean + halfWidth))] };

/** No interval goes beyond what a figure can be. */
const mostOf = (measure: MeasureName): number =>
  measure === 'fairness' || MEASURES[measure].unit === 'share' ? 1 : Infinity;

const seedsOf = ({ values }: Estimate, shown: (value: number) => number): number[] =>
  values.length > 1 ? values.map(shown) : [];

function valueText({ mean, halfWidth, values }: Estimate, { factor, unit }: Display): string {
  const width = halfWidth === undefined ? '' : ` ± ${figure(halfWidth / factor, 3)}`;
  const seeds = values.length > 1 ? ` (${values.length} seeds)` : '';
  return `${figure(mean / factor)}${width}${unit === '' ? '' : ` ${unit}`}${seeds}`;
}

/** Shares and indices hang down from 1, other figures stand on 0. */
function domainOf(measure: MeasureName, values: readonly number[]): readonly [number, number] {
  const most = values.reduce((one, other) => Math.max(one, other), 0);
  const isUpTo = measure === 'fairness' || measure === 'utilisation';
  if (!isUpTo) return [0, most === 0 ? 1 : most * 1.05];
  const whole = MEASURES[measure].unit === 'share' ? 100 : 1;
  const least = values.reduce((one, other) => Math.min(one, other), whole);
  return [Math.max(0, Math.floor((least / whole) * 10 - 0.3) / 10) * whole, Math.max(whole, most)];
}
