/** What all charts are made of: their frame, coordinates, and how wide a text will be. */
import { type Content, html, type Markup } from './html.ts';

/** How wide charts are drawn: in a column of text, and on a telephone. The style sheet shows one of the two. */
export type ChartWidth = 'wide' | 'narrow';
export const WIDTHS: Readonly<Record<ChartWidth, number>> = { wide: 736, narrow: 340 };

/** Of letters in charts, in pixels; `style.ts` has the same. */
export const LETTERS = 12;

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

/** On average, for a sans-serif face: nothing here can measure letters. */
export const textWidth = (text: string): number => text.length * LETTERS * 0.54;

/** As much as fits; the rest is left to a tooltip. */
export const shortened = (text: string, width: number): string => {
  const most = Math.max(2, Math.floor(width / (LETTERS * 0.54)));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
};

/** `Anchor` is where the text hangs at `x`; `y` is the middle of its letters. */
export type Anchor = 'start' | 'middle' | 'end';
export const label = (x: number, y: number, anchor: Anchor, text: Content, kind = ''): Markup =>
  html`<text class="${kind}" x="${px(x)}" y="${px(y)}" dy=".35em" text-anchor="${anchor}">${text}</text>`;

export const segment = (x1: number, y1: number, x2: number, y2: number, kind: string): Markup =>
  html`<line class="${kind}" x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}"/>`;
