/** The end of the ladder of a script, up to where it failed. */
import type { TraceEvent } from '../../trace/events.ts';
import { ladder } from '../../trace/ladder.ts';

/** More than a screen holds is not read. */
const ROWS = 24;
/** The hosts' names and their lifelines. */
const HEAD = 2;

export function ladderTail(events: readonly TraceEvent[]): string[] {
  const drawn = ladder(events, {
    hosts: ['host', 'script'],
    limit: Number.POSITIVE_INFINITY,
    states: true,
    calls: true,
  });
  const lines = drawn.trimEnd().split('\n');
  if (lines.length <= HEAD + ROWS) return lines;
  const left = lines.length - HEAD - ROWS;
  return [...lines.slice(0, HEAD), `  … ${left} rows before`, ...lines.slice(-ROWS)];
}
