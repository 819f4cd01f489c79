/**
 * A ladder diagram of a run for the terminal: one lifeline per host, time running down, one arrow per frame at the time it was
 * sent, with what it says, when it arrived, or why it did not. How one row is drawn is in `ladder-row.ts`.
 */
import { Conversations } from './conversations.ts';
import { describe, type FrameRole } from './describe.ts';
import { dissect } from './dissect.ts';
import { hostOf, type TraceEvent } from './events.ts';
import { RETRANSMIT_MARKS, shortReason } from './fate-text.ts';
import { type Journey, JourneyTracker } from './journey.ts';
import {
  type Arrow,
  drawArrow,
  drawLifelines,
  drawMark,
  drawNames,
  type Grid,
  type LadderStyle,
  shorten,
  toAscii,
} from './ladder-row.ts';
import { LINK_TYPES } from './link-type.ts';
import { type TimeScale, timeScale } from './time-scale.ts';

export interface LadderSettings {
  /** Columns of the terminal. */
  readonly width?: number;
  /** Hosts from left to right; by default those that appear, in that order. Frames of other hosts are left out. */
  readonly hosts?: readonly string[];
  /** What stands under a host's name: its address, for instance. */
  readonly subtitles?: Readonly<Record<string, string>>;
  /** How many frames to draw. */
  readonly limit?: number;
  /** Whether TCP state changes, and calls of programs, get rows of their own. */
  readonly states?: boolean;
  readonly calls?: boolean;
  readonly ascii?: boolean;
  /** Colours a piece. Without it the string has no escape sequences. */
  readonly paint?: (style: LadderStyle, text: string) => string;
  /** Of the frames: Ethernet unless told. */
  readonly linkType?: number;
}

const DEFAULT_WIDTH = 100;
const DEFAULT_LIMIT = 60;
const TIME_WIDTH = 11;
const ARRIVAL_WIDTH = 12;
/** An arrow with flags and a sequence number needs this much between two lifelines. */
const NARROWEST_SPAN = 18;
/** Shorter notes than this are left out. */
const NARROWEST_NOTE = 6;
/** A wait is marked when it is this long, and this many times the median one: a retransmission timeout shows. */
const LONG_WAIT_NS = 50_000_000;
const LONG_WAIT_FACTOR = 4;

interface FrameRow {
  readonly time: number;
  readonly journey: Journey;
}

interface MarkRow {
  readonly time: number;
  readonly host: string;
  readonly text: string;
}

type Row = FrameRow | MarkRow;

/** Draws the ladder of a run's events, which must be in the order of the run. Every line ends in a line feed. */
export function ladder(events: Iterable<TraceEvent>, settings: LadderSettings = {}): string {
  const { rows, hosts, hidden } = collect(events, settings);
  if (hosts.length < 2) return '(no frames)\n';
  const paint = settings.paint ?? ((_style, text) => text);
  const scale = timeScale(rows.at(-1)?.time ?? 0);
  const arrows = arrowsOf(rows, settings, scale);
  const grid = gridOf(hosts, settings.width ?? DEFAULT_WIDTH, arrows);
  const waits = longWaits(rows);

  const lines: string[] = [];
  const addLine = (time: string, drawn: string, right = ''): void => {
    lines.push(`${paint('time', time.padStart(TIME_WIDTH))}  ${drawn}${right}`.trimEnd());
  };
  addLine(scale.unit, paint('name', drawNames(grid, hosts)), grid.showsArrivals ? paint('time', '     arrives') : '');
  if (settings.subtitles !== undefined) {
    addLine(
      '',
      drawNames(
        grid,
        hosts.map((host) => settings.subtitles?.[host] ?? ''),
      ),
    );
  }
  addLine('', drawLifelines(grid));
  for (const [index, row] of rows.entries()) {
    const wait = waits.get(index);
    if (wait !== undefined) addLine(`+${scale.duration(wait)}`, drawLifelines(grid, '⋮'));
    const arrow = arrows[index];
    if ('host' in row || arrow === undefined) {
      if ('host' in row) {
        addLine(
          scale.format(row.time),
          drawMark(grid, hosts.indexOf(row.host), row.text, (text) => paint('event', text)),
        );
      }
      continue;
    }
    const arrival = grid.showsArrivals ? paint('time', arrow.arrival.padStart(ARRIVAL_WIDTH)) : '';
    const note =
      arrow.note === '' || grid.noteWidth === 0
        ? ''
        : `  ${paint(arrow.noteStyle, shorten(arrow.note, grid.noteWidth))}`;
    addLine(
      scale.format(row.time),
      drawArrow(grid, arrow, (text) => paint(arrow.style, text)),
      arrival + note,
    );
  }
  addLine('', drawLifelines(grid, hidden > 0 ? '⋮' : '│'));
  if (hidden > 0) lines.push(`${' '.repeat(TIME_WIDTH + 2)}… ${hidden} more ${hidden === 1 ? 'frame' : 'frames'}`);
  const text = `${lines.join('\n')}\n`;
  return settings.ascii ? toAscii(text) : text;
}

/** The rows in order of time, the hosts in order of appearance, and how many frames are beyond the limit. */
function collect(
  events: Iterable<TraceEvent>,
  settings: LadderSettings,
): { rows: readonly Row[]; hosts: readonly string[]; hidden: number } {
  const limit = settings.limit ?? DEFAULT_LIMIT;
  const tracker = new JourneyTracker();
  const appeared = new Set<string>();
  const isShown = (host: string): boolean => settings.hosts?.includes(host) ?? true;
  const rows: Row[] = [];
  let frames = 0;
  for (const event of events) {
    const journey = tracker.add(event);
    if (journey !== undefined && (event.kind === 'frame-sent' || event.kind === 'frame-duplicated')) {
      const from = hostOf(journey.direction.from);
      const to = hostOf(journey.direction.to);
      if (!isShown(from) || !isShown(to) || from === to) continue;
      frames++;
      if (frames > limit) continue;
      appeared.add(from).add(to);
      rows.push({ time: event.time, journey });
    } else if (frames <= limit && 'host' in event && isShown(event.host)) {
      const text = markText(event, settings);
      if (text !== undefined) rows.push({ time: event.time, host: event.host, text });
    }
  }
  const hosts = settings.hosts ?? [...appeared];
  return {
    rows: rows.filter((row) => !('host' in row) || hosts.includes(row.host)),
    hosts,
    hidden: Math.max(0, frames - limit),
  };
}

function markText(event: TraceEvent, settings: LadderSettings): string | undefined {
  if (event.kind === 'tcp-state' && settings.states) return event.to;
  if (event.kind !== 'call' || !settings.calls) return undefined;
  return event.result === '' ? event.text : `${event.text} → ${event.result}`;
}

/** What to draw for each row that is a frame. Relative sequence numbers need the frames in order. */
function arrowsOf(rows: readonly Row[], settings: LadderSettings, scale: TimeScale): (Arrow | undefined)[] {
  const conversations = new Conversations();
  const linkType = settings.linkType ?? LINK_TYPES.ethernet;
  let latestArrival = 0;
  return rows.map((row) => {
    if ('host' in row) return undefined;
    const { journey } = row;
    const { labels, role } = describe(dissect(linkType, journey.sentBytes), conversations);
    const copy = journey.copyOf === undefined ? '' : '×2 ';
    const again = journey.retransmission === undefined ? '' : `↻ ${RETRANSMIT_MARKS[journey.retransmission]} `;
    const isOvertaken = journey.arrivedAt !== undefined && journey.arrivedAt < latestArrival;
    latestArrival = Math.max(latestArrival, journey.arrivedAt ?? 0);
    const note = noteOf(journey, isOvertaken);
    return {
      from: hostOf(journey.direction.from),
      to: hostOf(journey.direction.to),
      labels: labels.map((label) => copy + again + label),
      loss: journey.drop === undefined ? undefined : shortReason(journey.drop.reason),
      isChanged: journey.corruptions.length > 0,
      style: styleOf(journey, role),
      arrival: journey.arrivedAt === undefined ? '' : scale.format(journey.arrivedAt),
      note,
      noteStyle: journey.hostDrop === undefined ? 'time' : 'lost',
    };
  });
}

function styleOf(journey: Journey, role: FrameRole): LadderStyle {
  if (journey.drop !== undefined) return 'lost';
  if (journey.retransmission !== undefined) return 'again';
  return journey.corruptions.length > 0 ? 'changed' : role;
}

/** What became of a frame at its end, if anything but being taken. */
function noteOf(journey: Journey, overtook: boolean): string {
  if (journey.hostDrop !== undefined) return `✗ ${shortReason(journey.hostDrop.reason)}`;
  if (journey.arrivedAt === undefined && journey.drop === undefined) return 'under way';
  if (journey.corruptions.length > 0) return `≠ ${journey.corruptions[0]}`;
  if (journey.marks.length > 0) return `CE ${journey.marks[0]}`;
  return overtook ? 'overtakes' : '';
}

function gridOf(hosts: readonly string[], width: number, arrows: readonly (Arrow | undefined)[]): Grid {
  const longestNote = Math.max(0, ...arrows.map((arrow) => arrow?.note.length ?? 0));
  const least = (hosts.length - 1) * (NARROWEST_SPAN + 1) + 1;
  const free = width - TIME_WIDTH - 2;
  const showsArrivals = free - ARRIVAL_WIDTH >= least + NARROWEST_SPAN;
  const besides = free - (showsArrivals ? ARRIVAL_WIDTH : 0);
  const noteRoom = Math.min(longestNote, Math.floor(besides / 4), besides - least - 2);
  const noteWidth = noteRoom < NARROWEST_NOTE ? 0 : noteRoom;
  const diagram = Math.max(least, besides - (noteWidth === 0 ? 0 : noteWidth + 2));
  const step = Math.floor((diagram - 1) / (hosts.length - 1));
  return {
    hosts,
    lifelines: hosts.map((_host, index) => index * step),
    width: (hosts.length - 1) * step + 1,
    showsArrivals,
    noteWidth,
  };
}

/** Before which rows nothing happened for a long time, and how long. */
function longWaits(rows: readonly Row[]): ReadonlyMap<number, number> {
  const waits = rows.slice(1).map((row, index) => row.time - rows[index]!.time);
  const positive = waits.filter((wait) => wait > 0).sort((a, b) => a - b);
  const median = positive[Math.floor(positive.length / 2)] ?? 0;
  const long = new Map<number, number>();
  for (const [index, wait] of waits.entries()) {
    if (wait >= LONG_WAIT_NS && wait >= LONG_WAIT_FACTOR * median) long.set(index + 1, wait);
  }
  return long;
}
