/** The figures themselves, beside each chart: by place, and each measurement by itself. */
import { type PlaceRows, placesOf } from '../../../experiments/claims.ts';
import type { ExperimentView } from '../../../experiments/experiment.ts';
import { MEASURE_NAMES, MEASURES, type MeasureName } from '../../../experiments/measures.ts';
import type { Distribution, ResultRow, StopReason } from '../../../experiments/row.ts';
import { type Content, html, type Markup, NOTHING } from './html.ts';
import { displayOf, figure, titled, whole } from './quantity.ts';
import { spreadOf } from './ridges.ts';
import { estimateOf, measureOf, varyingAxes } from './series.ts';

export interface Column {
  readonly title: string;
  /** Words hang on the left, figures on the right. */
  readonly kind: 'word' | 'figure';
}

/** A table in a box of its own, which scrolls where the page is narrower. @param name of what is in it, read aloud */
export const table = (name: string, columns: readonly Column[], rows: readonly (readonly Content[])[]): Markup =>
  html`<div class="scroll" role="region" aria-label="${name}" tabindex="0"><table><thead><tr>${columns.map(
    ({ title, kind }) => html`<th scope="col" class="${kind}">${title}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (cells) =>
      html`<tr>${cells.map((cell, index) => {
        const { kind } = columns[index]!;
        return index === 0
          ? html`<th scope="row" class="${kind}">${cell}</th>`
          : html`<td class="${kind}">${cell}</td>`;
      })}</tr>
`,
  )}</tbody></table></div>`;

export const word = (title: string): Column => ({ title, kind: 'word' });
export const number = (title: string): Column => ({ title, kind: 'figure' });

/** What is not there. */
export const ABSENT = '–';

/** A line for each place: the means over its seeds of all figures that there are. */
export function placesTable(view: ExperimentView, rows: readonly ResultRow[]): Markup {
  const places = placesOf(rows);
  const axes = axesOf(view, rows);
  const first = measureOf(view);
  const measures = [first, ...MEASURE_NAMES.filter((measure) => measure !== first)].filter((measure) =>
    rows.some((row) => MEASURES[measure].of(row) !== undefined),
  );
  const columns = measures.flatMap((measure) => measureColumns(measure, places, measure === first));
  return table(
    `${view.title}: figures of each place`,
    [...axes.map((axis) => axisColumn(axis, rows)), ...columns.map(({ title }) => number(title)), number('seeds')],
    places.map((place) => [
      ...axes.map((axis) => axisCell(place.axes[axis])),
      ...columns.map(({ cell }) => cell(place)),
      place.rows.length,
    ]),
  );
}

interface FigureColumn {
  readonly title: string;
  readonly cell: (place: PlaceRows) => Content;
}

function measureColumns(measure: MeasureName, places: readonly PlaceRows[], withInterval: boolean): FigureColumn[] {
  const { title, unit } = MEASURES[measure];
  const estimates = new Map(places.map((place) => [place, estimateOf(place, measure)]));
  const display = displayOf(
    unit,
    [...estimates.values()].map((estimate) => estimate?.mean ?? 0),
  );
  const shown = (value: number | undefined): string => (value === undefined ? ABSENT : figure(value / display.factor));
  const mean = { title: titled(title, display), cell: (place: PlaceRows) => shown(estimates.get(place)?.mean) };
  if (!withInterval || ![...estimates.values()].some((estimate) => estimate?.halfWidth !== undefined)) return [mean];
  return [mean, { title: '± 95 %', cell: (place) => shown(estimates.get(place)?.halfWidth) }];
}

const STOPPED: Readonly<Record<StopReason, string>> = {
  events: 'enough loss events',
  interval: 'a narrow interval',
  'least-time': 'its time',
  'time-limit': 'the time limit',
  completed: 'completion',
};

export const stopText = (reason: StopReason): string => STOPPED[reason];

/** A line for each measurement. */
export function measurementsTable(view: ExperimentView, rows: readonly ResultRow[]): Markup {
  const axes = axesOf(view, rows);
  const measure = measureOf(view);
  const { title, unit, of } = MEASURES[measure];
  const display = displayOf(
    unit,
    rows.map((row) => of(row) ?? 0),
  );
  return table(
    `${view.title}: each measurement`,
    [
      ...axes.map((axis) => axisColumn(axis, rows)),
      number('seed'),
      number(titled(title, display)),
      number('reductions'),
      number('virtual time, s'),
      number('frames'),
      word('ended by'),
      word('digest'),
    ],
    rows.map((row) => {
      const value = of(row);
      return [
        ...axes.map((axis) => axisCell(row.axes[axis])),
        row.seed,
        value === undefined ? ABSENT : figure(value / display.factor),
        whole(row.lossEvents),
        figure(row.seconds),
        whole(row.frames),
        stopText(row.stoppedBy),
        html`<code>${row.digest}</code>`,
      ];
    }),
  );
}

/** The quantiles that ridges are marked with. */
export function spreadTable(
  name: string,
  view: ExperimentView,
  rows: readonly ResultRow[],
  of: (row: ResultRow) => Distribution,
): Markup {
  const spreads = placesOf(rows).flatMap((place) => {
    const spread = spreadOf(place.rows.map(of));
    return spread === undefined ? [] : [{ place, spread }];
  });
  if (spreads.length === 0) return NOTHING;
  const axes = axesOf(view, rows);
  const display = displayOf(
    'ns',
    spreads.map(({ spread }) => spread.p95),
  );
  const titles = ['mean', '5 %', 'median', '95 %', '99 %', 'most'];
  return table(
    `${view.title}: ${name}`,
    [
      ...axes.map((axis) => axisColumn(axis, rows)),
      number('counted'),
      ...titles.map((title) => number(titled(title, display))),
    ],
    spreads.map(({ place, spread }) => [
      ...axes.map((axis) => axisCell(place.axes[axis])),
      whole(spread.count),
      ...[spread.mean, spread.p5, spread.p50, spread.p95, spread.p99, spread.maximum].map((ns) =>
        figure(ns / display.factor),
      ),
    ]),
  );
}

/** All that differ; of a single place all. What a chart draws lines by comes first. */
function axesOf({ series, x }: ExperimentView, rows: readonly ResultRow[]): string[] {
  const varying = varyingAxes(rows);
  const names = varying.length > 0 ? varying : Object.keys(rows[0]?.axes ?? {});
  const rank = (name: string): number => (series.includes(name) ? 0 : name === x.key ? 1 : 2);
  return [...names].sort((one, other) => rank(one) - rank(other));
}

const axisColumn = (axis: string, rows: readonly ResultRow[]): Column =>
  rows.every(({ axes }) => typeof axes[axis] !== 'string') ? number(axis) : word(axis);

const axisCell = (value: string | number | undefined): Content => (typeof value === 'number' ? String(value) : value);
