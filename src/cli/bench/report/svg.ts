/** What all charts are made of: their frame, coordinates, and how wide a text will be. */
import { type Content, html, type Markup } from './html.ts';

/** How wide charts are drawn: in a column of text, and on a telephone. The style sheet shows one of the two. */
export type ChartWidth = 'wide' | 'narrow';
export const WIDTHS: Readonly<Record<ChartWidth, number>> = { wide: 736, narrow: 340 };

/** Of letters in charts, in pixels; `style.ts` has the same. */
const LETTERS = 12;

/**
 * A chart. The same text stands for both widths; only the one that is shown is read aloud.
 * @param alternative what it shows, in words, for those who do not see it
 */
export const chart = (size: ChartWidth, height: number, alternative: string, content: Content): Markup => {
  const width = WIDTHS[size];
  return html`<svg class="chart ${size}" role="img" viewBox="0 0 ${width} ${px(height)}" width="${width}" height="${px(height)}" aria-label="${alternative}">${content}</svg>`;
};

/** A coordinate: a hundredth of a pixel is enough, and there is no negative zero. */
export const px = (value: number): number => Math.round(value * 100) / 100 + 0;

/** Of a wide sans-serif face, on average: nothing here can measure letters. */
const LETTER_WIDTH = 0.6 * LETTERS;
export const textWidth = (text: string): number => text.length * LETTER_WIDTH;

/** As much as fits; the rest is left to a tooltip. */
export const shortened = (text: string, width: number): string => {
  const most = Math.max(2, Math.floor(width / LETTER_WIDTH));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
};

/** `Anchor` is where the text hangs at `x`; `y` is the middle of its letters. */
export type Anchor = 'start' | 'middle' | 'end';
export const label = (x: number, y: number, anchor: Anchor, text: Content, kind = ''): Markup =>
  html`<text class="${kind}" x="${px(x)}" y="${px(y)}" dy=".35em" text-anchor="${anchor}">${text}</text>`;

/** The name of an axis, below it: in its middle, unless that would lead out of the chart. */
export const axisTitle = (size: ChartWidth, middle: number, y: number, text: string): Markup => {
  const half = Math.min(WIDTHS[size], textWidth(text)) / 2;
  return label(Math.max(half, Math.min(WIDTHS[size] - half, middle)), y, 'middle', text, 'title');
};

export const segment = (x1: number, y1: number, x2: number, y2: number, kind: string): Markup =>
  html`<line class="${kind}" x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}"/>`;
