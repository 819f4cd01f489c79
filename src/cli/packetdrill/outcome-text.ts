/** What a script comes to, in lines: for people, and as JSON for programs. */
import colors from 'picocolors';
import type { Verdict } from '../../packetdrill/run/result.ts';
import type { Outcome } from './outcome.ts';

/** How many scripts came to what. */
export type Tally = Record<Verdict, number>;

const VERDICT_WIDTH = 'unsupported'.length;

const COLOURS: Readonly<Record<Verdict, (text: string) => string>> = {
  pass: colors.green,
  fail: colors.red,
  unsupported: colors.yellow,
};

/** `fail         rto/syn.pkt:12: it is not there`; editors know the way to such a place. */
export function outcomeLine({ verdict, script, place, reason }: Outcome, isColoured: boolean): string {
  const word = verdict.padEnd(VERDICT_WIDTH);
  const line = place === undefined ? '' : `:${place.line}`;
  const why = reason === '' ? '' : `: ${inOneLine(reason)}`;
  return `${isColoured ? COLOURS[verdict](word) : word}  ${script}${line}${why}\n`;
}

/** More of it, below its line: what it printed, and how it failed. */
export const detailLines = ({ output, details }: Outcome): string =>
  [...output.map((line) => `  ${line}`), ...details].map((line) => `${line}\n`).join('');

/**
 * The same without the last rows of the ladder, in which the details end behind an empty line: where all of it is drawn
 * they would stand there twice.
 */
export function withoutLadder(outcome: Outcome): Outcome {
  const { details } = outcome;
  const at = details.lastIndexOf('');
  const isLadder = at >= 0 && /\bhost\b.*\bscript\b/.test(details[at + 1] ?? '');
  return isLadder ? { ...outcome, details: details.slice(0, at) } : outcome;
}

/** For standard error: where a text is no script (`rto/syn.pkt:12:5: …`), or the story of an error of wirelab's own. */
export function complaintOf({ script, place, reason, isSyntaxError, crash }: Outcome): string {
  if (crash !== undefined) return `wirelab: internal error in ${script}: ${crash}\n`;
  if (!isSyntaxError) return '';
  return `${[script, ...(place === undefined ? [] : [place.line, place.column])].join(':')}: ${inOneLine(reason)}\n`;
}

export const outcomeJson = ({ script, verdict, place, reason }: Outcome): string =>
  `${JSON.stringify({ script, verdict, line: place?.line ?? null, reason })}\n`;

/** `1000 scripts: 990 pass, 6 fail, 4 unsupported in 12.3 s`. */
export function totalsLine(tally: Tally, seconds: number): string {
  const total = totalOf(tally);
  const time = seconds < 10 ? seconds.toFixed(3) : seconds.toFixed(1);
  const counts = `${tally.pass} pass, ${tally.fail} fail, ${tally.unsupported} unsupported`;
  return `${total} ${total === 1 ? 'script' : 'scripts'}: ${counts} in ${time} s\n`;
}

export const totalsJson = (tally: Tally, seconds: number): string =>
  `${JSON.stringify({ total: totalOf(tally), ...tally, seconds })}\n`;

export const totalOf = ({ pass, fail, unsupported }: Tally): number => pass + fail + unsupported;

const inOneLine = (text: string): string => text.trim().replaceAll(/\s*\n\s*/g, ' ');
