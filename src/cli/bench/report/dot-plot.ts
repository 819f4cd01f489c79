/**
 * Marks in rows, along an axis of values: for what has names instead of numbers. Names stand to the left of their rows, or
 * above them where the page is narrow.
 */
import { type Content, html, type Markup, NOTHING } from './html.ts';
import { classOf, type LineStyle, legend, mark } from './marks.ts';
import { linearScale, logarithmicScale, type Scale, type Span } from './scale.ts';
import { axisTitle, type ChartWidth, chart, label, px, segment, shortened, textWidth, WIDTHS } from './svg.ts';

export interface Dot {
  readonly style: LineStyle;
  readonly value: number;
  readonly range?: readonly [low: number, high: number];
  readonly seeds: readonly number[];
  /** What a tooltip says, and what stands beside the mark. */
  readonly note: string;
  readonly text?: string;
}

export interface DotRow {
  readonly label: string;
  readonly dots: readonly Dot[];
}

export interface DotPlot {
  readonly alternative: string;
  readonly title: string;
  readonly scale: 'linear' | 'logarithmic';
  /** The ends of a linear axis. */
  readonly domain: readonly [number, number];
  readonly rows: readonly DotRow[];
  /** What the styles mean; none if there is one. */
  readonly legend: readonly { readonly style: LineStyle; readonly label: string }[];
  /** A value that all are held against. */
  readonly against?: number;
}

const TOP = 6;
const BOTTOM = 46;
const DOT_HEIGHT = 13;
const ROW_GAP = 11;
const NAME_HEIGHT = 18;
const LEAST_LABEL_ROOM = 60;
/** Half of a label under the first tick. */
const NARROW_LEFT = 16;
const MOST_NAME_WIDTH = 210;

export function dotPlot(plot: DotPlot): Markup {
  const rows = plot.rows.filter(({ dots }) => dots.length > 0);
  if (rows.length === 0) return html`<p class="empty">Nothing was measured that could be drawn.</p>`;
  const filled = { ...plot, rows };
  return html`${draw(filled, 'wide')}${draw(filled, 'narrow')}${plot.legend.length > 1 ? legend(plot.legend) : NOTHING}`;
}

function draw({ alternative, title, scale: kind, domain, rows, against }: DotPlot, size: ChartWidth): Markup {
  const isWide = size === 'wide';
  const nameWidth = isWide
    ? Math.min(MOST_NAME_WIDTH, Math.max(...rows.map((row) => textWidth(row.label))) + 12)
    : NARROW_LEFT;
  const texts = rows.flatMap(({ dots }) => dots.map((dot) => textWidth(dot.text ?? '')));
  const columns: Span = { from: nameWidth, to: WIDTHS[size] - Math.max(0, ...texts) - 14 };
  const values = rows.flatMap(({ dots }) => dots.flatMap((dot) => [dot.value, ...dot.seeds, ...(dot.range ?? [])]));
  const room = (text: string): number => Math.max(LEAST_LABEL_ROOM, textWidth(text) + 14);
  const scale = kind === 'logarithmic' ? logarithmicScale(values, columns, room) : linearScale(domain, columns, room);
  let top = TOP;
  const drawn = rows.map((row) => {
    const height = ROW_GAP + row.dots.length * DOT_HEIGHT + (isWide ? 0 : NAME_HEIGHT);
    const content = rowOf(row, scale, columns, top, height, isWide);
    top += height;
    return content;
  });
  const content: Content = [
    scale.ticks.map(({ at, label: text }) =>
      text === undefined
        ? segment(at, top, at, top + 3, 'axis')
        : [segment(at, TOP, at, top, 'grid'), label(at, top + 13, 'middle', text)],
    ),
    against === undefined ? NOTHING : segment(scale.at(against), TOP, scale.at(against), top, 'against'),
    segment(columns.from, top, columns.to, top, 'axis'),
    scale.zero === undefined
      ? NOTHING
      : html`<path class="break" d="M${px(scale.zero.breakAt - 4)} ${px(top + 4)}l4 -8m2 8l4 -8"/>`,
    axisTitle(size, (columns.from + columns.to) / 2, top + BOTTOM - 14, title),
    drawn,
  ];
  return chart(size, top + BOTTOM, alternative, content);
}

function rowOf(row: DotRow, scale: Scale, columns: Span, top: number, height: number, isWide: boolean): Content {
  const nameAt = isWide ? top + height / 2 : top + ROW_GAP / 2 + NAME_HEIGHT / 2;
  const first = top + ROW_GAP / 2 + (isWide ? 0 : NAME_HEIGHT) + DOT_HEIGHT / 2;
  const short = isWide ? shortened(row.label, MOST_NAME_WIDTH - 12) : row.label;
  const whole = short === row.label ? NOTHING : html`<title>${row.label}</title>`;
  return [
    segment(0, top + height, columns.to, top + height, 'row'),
    isWide
      ? label(columns.from - 12, nameAt, 'end', [short, whole], 'row-name')
      : label(0, nameAt, 'start', short, 'row-name'),
    row.dots.map((dot, index) => {
      const [x, y] = [scale.at(dot.value), first + index * DOT_HEIGHT];
      const range = dot.range === undefined ? NOTHING : bar(y, scale.at(dot.range[0]), scale.at(dot.range[1]));
      const seeds = dot.seeds.map(
        (value) => html`<circle class="seed" cx="${px(scale.at(value))}" cy="${px(y)}" r="1.8"/>`,
      );
      const textAt = Math.max(x, dot.range === undefined ? x : scale.at(dot.range[1]), ...dot.seeds.map(scale.at)) + 9;
      const text = dot.text === undefined ? NOTHING : label(textAt, y, 'start', dot.text, 'figure');
      return html`<g class="curve ${classOf(dot.style)}">${range}${seeds}${mark(dot.style, x, y, dot.note)}${text}</g>`;
    }),
  ];
}

const bar = (y: number, low: number, high: number): Markup =>
  html`<path class="bar" d="M${px(low)} ${px(y - 3)}v6m0 -3H${px(high)}m0 -3v6"/>`;
