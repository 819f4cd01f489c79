/**
 * How one line is told from another without its colour: what was measured has a shape of its own on an unbroken line, a
 * model is a line of dashes without marks, and another simulator's results are hollow shapes without a line.
 */
import { html, type Markup, NOTHING } from './html.ts';
import { px } from './svg.ts';

export type LineKind = 'measured' | 'model' | 'simulator';

/** Which of its kind it is. */
export interface LineStyle {
  readonly kind: LineKind;
  readonly index: number;
}

/** Of the style sheet. */
const COLOURS = 8;
const DASHES = ['7 4', '2 3', '9 3 2 3', '4 2', '12 4', '1 5'];
const RADIUS = 4.2;

type Shape = (x: number, y: number, radius: number) => string;

const polygon =
  (...corners: readonly (readonly [number, number])[]): Shape =>
  (x, y, radius) =>
    `M${corners.map(([right, down]) => `${px(x + right * radius)} ${px(y + down * radius)}`).join('L')}Z`;

/** Of about equal area; the last ones are strokes only. */
const SHAPES: readonly Shape[] = [
  (x, y, radius) => {
    const r = px(radius * 0.95);
    return `M${px(x - r)} ${px(y)}a${r} ${r} 0 1 0 ${px(2 * r)} 0a${r} ${r} 0 1 0 ${px(-2 * r)} 0Z`;
  },
  polygon([-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]),
  polygon([0, -1.15], [1.1, 0.8], [-1.1, 0.8]),
  polygon([0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]),
  polygon([0, 1.15], [1.1, -0.8], [-1.1, -0.8]),
  polygon(
    [-0.4, -1.2],
    [0.4, -1.2],
    [0.4, -0.4],
    [1.2, -0.4],
    [1.2, 0.4],
    [0.4, 0.4],
    [0.4, 1.2],
    [-0.4, 1.2],
    [-0.4, 0.4],
    [-1.2, 0.4],
    [-1.2, -0.4],
    [-0.4, -0.4],
  ),
  polygon([-1.1, -1.1], [1.1, -1.1], [0, 0], [1.1, 1.1], [-1.1, 1.1], [0, 0]),
  polygon([0, -1.3], [0.38, -0.38], [1.3, 0], [0.38, 0.38], [0, 1.3], [-0.38, 0.38], [-1.3, 0], [-0.38, -0.38]),
];

/** Classes of the style sheet: its kind, and its colour. From the ninth on colours come again, with hollow shapes. */
export const classOf = ({ kind, index }: LineStyle): string =>
  kind === 'measured' ? `measured c${index % COLOURS}${index >= COLOURS ? ' hollow' : ''}` : kind;

/** Nothing for an unbroken line. */
export const dashOf = ({ kind, index }: LineStyle): string =>
  kind === 'model' ? DASHES[index % DASHES.length]! : kind === 'measured' && index >= COLOURS ? '5 2' : '';

/** The mark at a place; a model has none. @param note what a tooltip says */
export function mark({ kind, index }: LineStyle, x: number, y: number, note?: string): Markup {
  if (kind === 'model') return NOTHING;
  const path = SHAPES[index % SHAPES.length]!(x, y, RADIUS);
  return note === undefined
    ? html`<path class="mark" d="${path}"/>`
    : html`<path class="mark" d="${path}"><title>${note}</title></path>`;
}

/** A little of the line with its mark, as legends have it. */
export function swatch(style: LineStyle): Markup {
  const line =
    style.kind === 'simulator' ? NOTHING : html`<path class="line" d="M1 7H27" stroke-dasharray="${dashOf(style)}"/>`;
  return html`<svg class="swatch" viewBox="0 0 28 14" width="28" height="14" aria-hidden="true"><g class="${classOf(style)}">${line}${mark(style, 14, 7)}</g></svg>`;
}

/** For where lines have no names beside them. */
export const legend = (entries: readonly { readonly style: LineStyle; readonly label: string }[], kind = ''): Markup =>
  html`<ul class="legend ${kind}">${entries.map(({ style, label }) => html`<li>${swatch(style)} ${label}</li>`)}</ul>`;
