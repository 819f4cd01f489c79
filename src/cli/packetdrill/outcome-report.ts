/** How much is said of each script: less of each the more there are. */
import colors from 'picocolors';
import { ladder } from '../../trace/ladder.ts';
import { ladderPaint } from '../paint.ts';
import type { Outcome, ScriptTask } from './outcome.ts';
import {
  detailLines,
  outcomeJson,
  outcomeLine,
  type Tally,
  totalsJson,
  totalsLine,
  withoutLadder,
} from './outcome-text.ts';

export interface OutcomeStyle {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly ladder: boolean;
}

/** More than these fill a screen: then only those are listed that did not pass. */
const MOST_LISTED = 20;

/** The text of one script out of `total`; '' if there is nothing to say. */
export function outcomeText(outcome: Outcome, style: OutcomeStyle, total: number): string {
  if (style.json) return outcomeJson(outcome);
  const isListed = outcome.verdict !== 'pass' || style.verbose || total <= MOST_LISTED;
  if (!isListed) return '';
  const drawn = ladderOf(outcome);
  const isTold = style.verbose || total === 1;
  const details = isTold ? detailLines(drawn === '' ? outcome : withoutLadder(outcome)) : '';
  return `${outcomeLine(outcome, isColoured())}${details}${drawn}`;
}

export const totalsText = (tally: Tally, seconds: number, { json }: OutcomeStyle): string =>
  (json ? totalsJson : totalsLine)(tally, seconds);

/** Whose events the ladders need: of what failed, and of one that is alone. */
export const eventsFor = ({ ladder: isDrawn, json }: OutcomeStyle, total: number): ScriptTask['events'] => {
  if (!isDrawn || json) return 'none';
  return total === 1 ? 'all' : 'of a failure';
};

/** The whole conversation. Not in the worker, which knows no terminal; that takes a quarter of a millisecond. */
function ladderOf({ events }: Outcome): string {
  if (events.length === 0) return '';
  return ladder(events, {
    hosts: ['host', 'script'],
    states: true,
    calls: true,
    limit: Number.POSITIVE_INFINITY,
    width: process.stdout.isTTY ? Math.min(process.stdout.columns, 120) : 100,
    ...ladderPaint(),
  });
}

const isColoured = (): boolean => colors.isColorSupported && process.stdout.isTTY;
