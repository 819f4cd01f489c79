/**
 * Curves over numbers: measured lines with marks and 95 % intervals, models as dashes, other simulators as hollow marks.
 * Where there is room each line has its name at its end; on a telephone a legend below has them.
 */
import { spread } from './end-labels.ts';
import { type Content, html, type Markup, NOTHING } from './html.ts';
import { classOf, dashOf, type LineStyle, legend, mark } from './marks.ts';
import { linearScale, logarithmicScale, type Scale, type Span } from './scale.ts';
import { axisTitle, type ChartWidth, chart, label, px, segment, shortened, textWidth, WIDTHS } from './svg.ts';

export interface CurvePoint {
  readonly x: number;
  readonly y: number;
  /** From and to: an interval of the mean, or a spread. */
  readonly range?: readonly [low: number, high: number];
  /** Each seed's own, if there are several. */
  readonly seeds: readonly number[];
  /** What a tooltip says. */
  readonly note: string;
}

export interface Curve {
  readonly label: string;
  readonly style: LineStyle;
  readonly points: readonly CurvePoint[];
}

export interface CurveAxis {
  readonly title: string;
  readonly scale: 'linear' | 'logarithmic';
  /** The ends of a linear axis; what is shown decides if left out. */
  readonly domain?: readonly [number, number];
}

export interface LineChart {
  /** What it shows, in words. */
  readonly alternative: string;
  readonly x: CurveAxis;
  readonly y: CurveAxis;
  readonly curves: readonly Curve[];
}

const HEIGHTS: Readonly<Record<ChartWidth, number>> = { wide: 404, narrow: 300 };
const TOP = 30;
const BOTTOM = 46;
const TICK_HEIGHTS = { logarithmic: 18, linear: 28 } as const;
const NAME_HEIGHT = 15;
const LEAST_LABEL_ROOM = 40;
const MOST_NAME_WIDTH = 210;
/** From the end of the axis to the names: a leader line is there. */
const NAME_GAP = 22;

/** Both widths, and the legend for the narrow one. */
export function lineChart(data: LineChart): Markup {
  const shown = inOrder(data);
  if (shown.curves.length === 0) return html`<p class="empty">Nothing was measured that could be drawn.</p>`;
  return html`${draw(shown, 'wide')}${draw(shown, 'narrow')}${legend(shown.curves, 'narrow')}`;
}

/** The wide one alone, as high as is wanted. */
export const wideChart = (data: LineChart, height: number): Markup => draw(inOrder(data), 'wide', height);

function inOrder(data: LineChart): LineChart {
  const curves = data.curves
    .map((curve) => ({ ...curve, points: [...curve.points].sort((one, other) => one.x - other.x) }))
    .filter(({ points }) => points.length > 0);
  return { ...data, curves };
}

function draw({ alternative, x, y, curves }: LineChart, size: ChartWidth, height = HEIGHTS[size]): Markup {
  const points = curves.flatMap((curve) => curve.points);
  const rows: Span = { from: height - BOTTOM, to: TOP };
  const yScale = scaleOf(
    y,
    points.flatMap((point) => [point.y, ...point.seeds, ...(point.range ?? [])]),
    rows,
    () => TICK_HEIGHTS[y.scale],
  );
  const left = Math.max(...yScale.ticks.map((tick) => textWidth(tick.label ?? ''))) + 12;
  const nameWidth = Math.min(MOST_NAME_WIDTH, Math.max(...curves.map((curve) => textWidth(curve.label))) + 10);
  const columns: Span = { from: left, to: WIDTHS[size] - (size === 'wide' ? nameWidth + NAME_GAP : 8) };
  const xScale = scaleOf(
    x,
    points.map((point) => point.x),
    columns,
    (text) => Math.max(LEAST_LABEL_ROOM, textWidth(text) + 12),
  );
  const content: Content = [
    grid(xScale, yScale, columns, rows),
    label(0, 10, 'start', y.title, 'title'),
    axisTitle(size, (columns.from + columns.to) / 2, height - 8, x.title),
    // Models lie behind, what was measured in front.
    ...(['model', 'simulator', 'measured'] as const).map((kind) =>
      curves.filter(({ style }) => style.kind === kind).map((curve) => curveOf(curve, xScale, yScale)),
    ),
    size === 'wide' ? names(curves, xScale, yScale, columns, rows) : NOTHING,
  ];
  return chart(size, height, alternative, content);
}

function scaleOf(axis: CurveAxis, values: readonly number[], span: Span, room: (text: string) => number): Scale {
  if (axis.scale === 'logarithmic') return logarithmicScale(values, span, room);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const margin = 0.03 * (most - least);
  return linearScale(axis.domain ?? [least - margin, most + margin], span, room, values.every(Number.isInteger));
}

function grid(xScale: Scale, yScale: Scale, columns: Span, rows: Span): Content {
  return [
    yScale.ticks.map(({ at, label: text }) =>
      text === undefined
        ? segment(columns.from - 3, at, columns.from, at, 'axis')
        : [segment(columns.from, at, columns.to, at, 'grid'), label(columns.from - 7, at, 'end', text)],
    ),
    xScale.ticks.map(({ at, label: text }) =>
      text === undefined
        ? segment(at, rows.from, at, rows.from + 3, 'axis')
        : [segment(at, rows.from, at, rows.to, 'grid'), label(at, rows.from + 13, 'middle', text)],
    ),
    segment(columns.from, rows.from, columns.to, rows.from, 'axis'),
    segment(columns.from, rows.from, columns.from, rows.to, 'axis'),
    xScale.zero === undefined
      ? NOTHING
      : html`<path class="break" d="M${px(xScale.zero.breakAt - 4)} ${px(rows.from + 4)}l4 -8m2 8l4 -8"/>`,
    yScale.zero === undefined
      ? NOTHING
      : html`<path class="break" d="M${px(columns.from - 4)} ${px(yScale.zero.breakAt + 4)}l8 -4m-8 -2l8 -4"/>`,
  ];
}

function curveOf({ label: name, style, points }: Curve, xScale: Scale, yScale: Scale): Markup {
  const at = (point: CurvePoint): string => `${px(xScale.at(point.x))} ${px(yScale.at(point.y))}`;
  // Over the gap in front of a logarithmic axis no line leads.
  const joined = xScale.zero === undefined ? points : points.filter((point) => point.x > 0);
  const isLine = style.kind !== 'simulator' && joined.length > 1;
  const line = html`<path class="line" d="M${joined.map(at).join('L')}" stroke-dasharray="${dashOf(style)}"/>`;
  return html`<g class="curve ${classOf(style)}">${isLine ? line : NOTHING}${points.map((point) => {
    const [x, y] = [xScale.at(point.x), yScale.at(point.y)];
    const range = point.range === undefined ? NOTHING : bar(x, yScale.at(point.range[0]), yScale.at(point.range[1]));
    const seeds = point.seeds.map(
      (value) => html`<circle class="seed" cx="${px(x)}" cy="${px(yScale.at(value))}" r="1.8"/>`,
    );
    // A model has no marks; one that says something about a single abscissa is a stroke there.
    const stroke = style.kind === 'model' && joined.length === 1 ? segment(x - 9, y, x + 9, y, 'line') : NOTHING;
    return [range, seeds, stroke, mark(style, x, y, `${name}: ${point.note}`)];
  })}</g>`;
}

const bar = (x: number, low: number, high: number): Markup =>
  html`<path class="bar" d="M${px(x - 3)} ${px(low)}h6m-3 0V${px(high)}m-3 0h6"/>`;

function names(curves: readonly Curve[], xScale: Scale, yScale: Scale, columns: Span, rows: Span): Content {
  const ends = curves.map(({ points }) => points.at(-1)!);
  const places = spread(
    ends.map((end) => yScale.at(end.y)),
    NAME_HEIGHT,
    rows.to,
    rows.from,
  );
  return curves.map(({ label: name, style }, index) => {
    const [x, y, place] = [xScale.at(ends[index]!.x) + 7, yScale.at(ends[index]!.y), places[index]!];
    const from = columns.to + NAME_GAP;
    const short = shortened(name, WIDTHS.wide - from);
    const whole = short === name ? NOTHING : html`<title>${name}</title>`;
    // To the end of the axis on the level of the point, then to the name.
    const leader = html`<path class="leader" d="M${px(x)} ${px(y)}H${px(Math.max(x, columns.to + 2))}L${px(from - 4)} ${px(place)}"/>`;
    return [leader, html`<g class="${classOf(style)}">${label(from, place, 'start', [short, whole], 'name')}</g>`];
  });
}
