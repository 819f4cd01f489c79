/** What a run came to, for a person at a terminal: a table for each experiment, comparisons, and what was expected. */
import colors from 'picocolors';
import { type PlaceRows, percent, placesOf, shown, valueText } from '../../experiments/claims.ts';
import type { Comparison, Experiment, Outcome } from '../../experiments/experiment.ts';
import { interval } from '../../experiments/interval.ts';
import { MEASURES, type MeasureName } from '../../experiments/measures.ts';
import type { ResultRow } from '../../experiments/row.ts';
import { textTable } from './text-table.ts';

const COLUMNS: readonly (readonly [title: string, measure: MeasureName])[] = [
  ['goodput', 'goodput'],
  ['used', 'utilisation'],
  ['Jain', 'fairness'],
  ['reduced', 'lossEvents'],
  ['timeouts', 'timeouts'],
  ['again', 'resentShare'],
  ['for nothing', 'spuriousShare'],
  ['recovery', 'medianRecovery'],
  ['wait', 'medianQueueDelay'],
  ['wait 95 %', 'p95QueueDelay'],
  ['complete', 'completion'],
];

/** One experiment: its question, and a line for each place. */
export function experimentText(experiment: Experiment, rows: readonly ResultRow[]): string {
  const places = placesOf(rows);
  if (places.length === 0) return '';
  const axes = Object.keys(places[0]!.axes).filter((axis) => varies(places, axis) || places.length === 1);
  const columns = COLUMNS.filter(([, measure]) => places.some((place) => meanText(place, measure) !== ''));
  const head = [...axes, ...columns.map(([title]) => title)];
  const lines = places.map((place) => [
    ...axes.map((axis) => String(place.axes[axis])),
    ...columns.map(([, measure]) => meanText(place, measure)),
  ]);
  return `${bold(experiment.title)}  ${experiment.question}\n${textTable(head, lines, axes.length)}`;
}

const varies = (places: readonly PlaceRows[], axis: string): boolean =>
  places.some((place) => place.axes[axis] !== places[0]!.axes[axis]);

/** The mean over the seeds, with its interval where there are several. */
function meanText({ rows }: PlaceRows, measure: MeasureName): string {
  const values = rows.flatMap((row) => MEASURES[measure].of(row) ?? []);
  if (values.length === 0) return '';
  const { mean, halfWidth } = interval(values);
  const spread = measure === 'goodput' && halfWidth !== undefined && mean > 0 ? ` ± ${percent(halfWidth / mean)}` : '';
  return `${valueText(mean, measure)}${spread}`;
}

/** Differences of pairs, where there are any. */
export function comparisonText(comparisons: readonly Comparison[]): string {
  const goodput = comparisons.filter(({ measure }) => measure === 'goodput');
  if (goodput.length === 0) return '';
  const lines = goodput.map(({ where, variant, baselineMean, variantMean, difference, halfWidth, seeds }) => [
    where,
    variant,
    valueText(baselineMean, 'goodput'),
    valueText(variantMean, 'goodput'),
    signed(difference / baselineMean),
    halfWidth === null ? '' : `± ${percent(halfWidth / baselineMean)}`,
    String(seeds),
  ]);
  const head = ['where', 'variant', goodput[0]!.baseline, 'variant', 'difference', '95 %', 'seeds'];
  return `  the same losses with and without:\n${textTable(head, lines, 2)}`;
}

/** What was expected, a line each. */
export const outcomesText = (outcomes: readonly Outcome[]): string =>
  outcomes
    .map(({ claim, wanted, measured, met }) => {
      const verdict = met ? colors.green('met   ') : colors.red('NOT MET');
      return `  ${verdict} ${claim}: wanted ${wanted}, measured ${measured}\n`;
    })
    .join('');

/** The last line. */
export function summaryText(outcomes: readonly Outcome[], rows: number, wallSeconds: number): string {
  const missed = outcomes.filter(({ met }) => !met).length;
  const verdict =
    outcomes.length === 0
      ? 'nothing was expected'
      : `${outcomes.length - missed} of ${outcomes.length} expectations met`;
  return `${bold(verdict)}; ${rows} rows in ${shown(Math.round(wallSeconds * 10) / 10)} s on the clock\n`;
}

const bold = (text: string): string => colors.bold(text);

const signed = (share: number): string => `${share > 0 ? '+' : ''}${percent(share)}`;
