/**
 * How times are spread: for each place the shape of its histogram on a logarithmic axis, with the median, the range from
 * the 5th to the 95th percentile, and the 99th. What is shorter than a microsecond has one place before the axis.
 */
import type { Distribution } from '../../../experiments/row.ts';
import { html, type Markup, NOTHING } from './html.ts';
import { displayOf, figure, whole } from './quantity.ts';
import { logarithmicScale, type Scale, type Span } from './scale.ts';
import { axisTitle, type ChartWidth, chart, label, px, segment, shortened, textWidth, WIDTHS } from './svg.ts';

export interface Ridge {
  readonly label: string;
  /** Of each seed. */
  readonly parts: readonly Distribution[];
}

export interface Ridges {
  readonly alternative: string;
  /** Of the axis, without its unit. */
  readonly title: string;
  readonly rows: readonly Ridge[];
}

/** A distribution over all seeds. Quantiles are the means of the seeds'. */
export interface Spread {
  readonly count: number;
  readonly mean: number;
  readonly p5: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly maximum: number;
}

/** `undefined` if nothing was counted. */
export function spreadOf(parts: readonly Distribution[]): Spread | undefined {
  const counted = parts.filter(({ count }) => count > 0);
  if (counted.length === 0) return undefined;
  const mean = (of: (part: Distribution) => number): number =>
    counted.reduce((sum, part) => sum + of(part), 0) / counted.length;
  return {
    count: counted.reduce((sum, part) => sum + part.count, 0),
    mean: mean((part) => part.mean),
    p5: mean(({ quantiles }) => quantiles.p5),
    p50: mean(({ quantiles }) => quantiles.p50),
    p95: mean(({ quantiles }) => quantiles.p95),
    p99: mean(({ quantiles }) => quantiles.p99),
    maximum: Math.max(...counted.map(({ maximum }) => maximum)),
  };
}

const SHORTEST_NS = 1000;
const TOP = 6;
const BOTTOM = 46;
const ROW_HEIGHT = 30;
const NAME_HEIGHT = 18;
/** Half of a label under the first tick. */
const NARROW_LEFT = 16;
const MOST_NAME_WIDTH = 220;
const FIGURE_WIDTH = 84;
const SHAPE_HEIGHT = 20;

export function ridges(data: Ridges): Markup {
  const rows = data.rows.filter(({ parts }) => spreadOf(parts) !== undefined);
  if (rows.length === 0) return NOTHING;
  return html`${draw({ ...data, rows }, 'wide')}${draw({ ...data, rows }, 'narrow')}`;
}

function draw({ alternative, title, rows }: Ridges, size: ChartWidth): Markup {
  const isWide = size === 'wide';
  const nameWidth = isWide
    ? Math.min(MOST_NAME_WIDTH, Math.max(...rows.map((row) => textWidth(row.label))) + 12)
    : NARROW_LEFT;
  const height = isWide ? ROW_HEIGHT : ROW_HEIGHT + NAME_HEIGHT;
  const bottom = TOP + rows.length * height;
  const columns: Span = { from: nameWidth, to: WIDTHS[size] - FIGURE_WIDTH };
  const spreads = rows.map(({ parts }) => spreadOf(parts)!);
  const edges = rows.flatMap(({ parts }) => columnsOf(parts).flatMap(({ from, to }) => [from, to]));
  const ends = [...edges, ...spreads.map(({ p99 }) => p99)];
  const unit = displayOf('ns', ends);
  const scale = logarithmicScale(
    ends.map((value) => (value < SHORTEST_NS ? 0 : value / unit.factor)),
    columns,
    (text) => textWidth(text) + 14,
  );
  const at = (ns: number): number => scale.at(ns < SHORTEST_NS ? 0 : ns / unit.factor);
  const own = (ns: number): string => {
    const display = displayOf('ns', [ns]);
    return `${figure(ns / display.factor, 3)} ${display.unit}`;
  };
  return chart(size, bottom + BOTTOM, alternative, [
    scale.ticks.map(({ value, at: x, label: text }) =>
      text === undefined
        ? segment(x, bottom, x, bottom + 3, 'axis')
        : [segment(x, TOP, x, bottom, 'grid'), label(x, bottom + 13, 'middle', value === 0 ? '< 1 µs' : text)],
    ),
    segment(columns.from, bottom, columns.to, bottom, 'axis'),
    scale.zero === undefined
      ? NOTHING
      : html`<path class="break" d="M${px(scale.zero.breakAt - 4)} ${px(bottom + 4)}l4 -8m2 8l4 -8"/>`,
    axisTitle(size, (columns.from + columns.to) / 2, bottom + BOTTOM - 14, `${title}, ${unit.unit}`),
    rows.map((row, index) => {
      const foot = TOP + (index + 1) * height - 6;
      const { count, p5, p50, p95, p99 } = spreads[index]!;
      const note = `${row.label}: median ${own(p50)}, 5 to 95 % ${own(p5)} to ${own(p95)}, 99 % ${own(p99)}, ${whole(count)} in all`;
      const short = isWide ? shortened(row.label, MOST_NAME_WIDTH - 12) : row.label;
      const nameAt = isWide ? foot - 6 : foot - SHAPE_HEIGHT - 8;
      return [
        label(isWide ? columns.from - 12 : 0, nameAt, isWide ? 'end' : 'start', short, 'row-name'),
        html`<g class="ridge"><title>${note}</title><path class="shape" d="${shape(row.parts, at, scale, foot)}"/>${segment(at(p5), foot, at(p95), foot, 'range')}${segment(at(p99), foot - 4, at(p99), foot + 4, 'p99')}<circle class="median" cx="${px(at(p50))}" cy="${px(foot)}" r="3.4"/></g>`,
        label(WIDTHS[size], nameAt, 'end', own(p50), 'figure'),
      ];
    }),
  ]);
}

interface Column {
  readonly from: number;
  readonly to: number;
  count: number;
}

/** Of the highest column; a lower one would not be seen. */
const LEAST_HEIGHT = 0.01;

/** The histograms of all seeds on top of each other, in order; what is shorter than the shortest is one column. */
function columnsOf(parts: readonly Distribution[]): Column[] {
  const columns = new Map<number, Column>();
  for (const [from, to, count] of parts.flatMap(({ histogram }) => histogram)) {
    const key = from < SHORTEST_NS ? 0 : from;
    const column = columns.get(key);
    if (column === undefined) columns.set(key, { from: key, to: from < SHORTEST_NS ? 0 : to, count });
    else column.count += count;
  }
  const highest = Math.max(...[...columns.values()].map(({ count }) => count));
  return [...columns.values()]
    .filter(({ count }) => count >= LEAST_HEIGHT * highest)
    .sort((one, other) => one.from - other.from);
}

/** The highest column of each row is as high as there is room. */
function shape(parts: readonly Distribution[], at: (ns: number) => number, { zero }: Scale, foot: number): string {
  const columns = columnsOf(parts);
  const highest = Math.max(...columns.map(({ count }) => count));
  return columns
    .map(({ from, to, count }) => {
      const [left, right] = to === 0 && zero !== undefined ? [zero.at - 7, zero.at + 7] : [at(from), at(to)];
      return `M${px(left)} ${px(foot)}V${px(foot - (count / highest) * SHAPE_HEIGHT)}H${px(right)}V${px(foot)}Z`;
    })
    .join('');
}
