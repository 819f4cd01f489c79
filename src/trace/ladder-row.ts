/**
 * One row of a ladder, drawn into a line of cells: lifelines, and an arrow or a mark between them.
 */
import type { FrameRole } from './describe.ts';

/** What a piece of a ladder is, for those who colour it. */
export type LadderStyle = 'time' | 'name' | 'event' | 'lost' | 'again' | 'changed' | FrameRole;

/** Where everything stands. Columns count from the first lifeline's. */
export interface Grid {
  readonly hosts: readonly string[];
  /** The column of each host's lifeline. */
  readonly lifelines: readonly number[];
  readonly width: number;
  readonly showsArrivals: boolean;
  readonly noteWidth: number;
}

export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** What it says: the first that fits is taken, so the longest stands first. */
  readonly labels: readonly string[];
  /** Why it ends on the way, if it does. */
  readonly loss: string | undefined;
  readonly isChanged: boolean;
  readonly style: LadderStyle;
  /** When it arrived, and what became of it there. */
  readonly arrival: string;
  readonly note: string;
  readonly noteStyle: LadderStyle;
}

type Paint = (text: string) => string;

/** Each in one cell, with what stands for it where only ASCII can be shown. */
const ASCII: Readonly<Record<string, string>> = {
  '│': '|',
  '─': '-',
  '├': '|',
  '┤': '|',
  '┼': '+',
  '▶': '>',
  '◀': '<',
  '✗': 'X',
  '●': '*',
  '⋮': ':',
  '…': '~',
  '↻': '@',
  '≠': '!',
  '×': 'x',
  '→': '>',
  µ: 'u',
  '’': "'",
};

/** A drawing with every character above 127 replaced by one of equal width. */
export const toAscii = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences of `paint` stay
  text.replace(/[^\x00-\x7f]/g, (character) => ASCII[character] ?? '?');

/** `text` in at most `width` cells. */
export const shorten = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;

/** Only the lifelines. */
export const drawLifelines = (grid: Grid, line = '│'): string => cellsOf(grid, line).join('');

/** Texts above the lifelines: the first starts at its line, the last ends at its own, others are centred. */
export function drawNames(grid: Grid, names: readonly string[]): string {
  const cells = new Array<string>(grid.width).fill(' ');
  const last = grid.lifelines.length - 1;
  for (const [index, name] of names.entries()) {
    const column = grid.lifelines[index]!;
    const before = index === 0 ? 0 : Math.floor((column - grid.lifelines[index - 1]!) / 2);
    const shown = shorten(name, Math.max(3, index === 0 ? NAME_WIDTH : before * 2 - 2));
    const start =
      index === 0 ? column : index === last ? column - shown.length + 1 : column - Math.floor(shown.length / 2);
    put(cells, start, shown);
  }
  return cells.join('');
}

const NAME_WIDTH = 24;

/** A dot on a host's lifeline with a text beside it, on the side where there is room. */
export function drawMark(grid: Grid, host: number, text: string, paint: Paint): string {
  const cells = cellsOf(grid, '│');
  const column = grid.lifelines[host] ?? 0;
  const isLast = host > 0 && host === grid.lifelines.length - 1;
  if (isLast) {
    const shown = shorten(text, column - 2);
    const start = column - shown.length - 1;
    return cells.slice(0, start).join('') + paint(`${shown} ●`) + cells.slice(column + 1).join('');
  }
  const shown = shorten(text, grid.width - column - 3);
  return cells.slice(0, column).join('') + paint(`● ${shown}`) + cells.slice(column + 2 + shown.length).join('');
}

/** An arrow from lifeline to lifeline, through those between. */
export function drawArrow(grid: Grid, arrow: Arrow, paint: Paint): string {
  const cells = cellsOf(grid, '│');
  const from = grid.lifelines[grid.hosts.indexOf(arrow.from)]!;
  const to = grid.lifelines[grid.hosts.indexOf(arrow.to)]!;
  const isRightward = to > from;
  const left = Math.min(from, to);
  const right = Math.max(from, to);
  const span = right - left - 1;
  for (let column = left + 1; column < right; column++) cells[column] = cells[column] === '│' ? '┼' : '─';

  // Between the lifelines: two cells of line at the sender, the label, and a line with the head.
  const label = arrow.labels.find((text) => text.length + 8 <= span) ?? shorten(arrow.labels.at(-1) ?? '', span - 8);
  const text = arrow.loss === undefined ? ` ${label} ` : '';
  cells[from] = isRightward ? '├' : '┤';
  if (arrow.loss === undefined) {
    const head = isRightward ? right - 1 : left + 1;
    cells[head] = isRightward ? '▶' : '◀';
    if (arrow.isChanged) cells[isRightward ? head - 1 : head + 1] = '≠';
    put(cells, isRightward ? left + 3 : right - 2 - text.length, text);
  } else {
    drawLoss(cells, arrow, left, right, isRightward);
  }
  return cells.slice(0, left).join('') + paint(cells.slice(left, right + 1).join('')) + cells.slice(right + 1).join('');
}

/** An arrow that ends at a cross, two thirds of its way at most, with the cause behind. */
function drawLoss(cells: string[], arrow: Arrow, left: number, right: number, isRightward: boolean): void {
  const span = right - left - 1;
  const cause = shorten(arrow.loss ?? '', Math.max(0, span - 6));
  // Two cells of line, the label between spaces, one more of line, the cross, the cause between spaces.
  const room = span - cause.length - 8;
  const label = arrow.labels.find((candidate) => candidate.length <= room) ?? shorten(arrow.labels.at(-1) ?? '', room);
  const text = label === '' ? '' : ` ${label} `;
  const lineLength = Math.min(
    span - cause.length - 2,
    Math.max(text.length + 3, Math.floor(span * 0.6) - cause.length),
  );
  const tail = `✗ ${cause}`;
  if (isRightward) {
    for (let column = left + 1 + lineLength; column < right; column++) if (cells[column] === '─') cells[column] = ' ';
    put(cells, left + 3, text);
    put(cells, left + 1 + lineLength, tail);
  } else {
    for (let column = right - 1 - lineLength; column > left; column--) if (cells[column] === '─') cells[column] = ' ';
    put(cells, right - 2 - text.length, text);
    put(cells, right - lineLength - tail.length, `${cause} ✗`);
  }
}

function cellsOf(grid: Grid, line: string): string[] {
  const cells = new Array<string>(grid.width).fill(' ');
  for (const column of grid.lifelines) cells[column] = line;
  return cells;
}

function put(cells: string[], start: number, text: string): void {
  for (let index = 0; index < text.length; index++) {
    const column = start + index;
    if (column >= 0 && column < cells.length) cells[column] = text[index]!;
  }
}
