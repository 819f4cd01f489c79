/** When an event happens: `0.1`, `+.1`, `0.1~0.2`, `*`, and `+0...0.2` for a call that blocks. */
import type { Cursor } from './cursor.ts';
import { seconds } from './numbers.ts';
import type { EventTime } from './script.ts';
import { ScriptError } from './script-error.ts';

export interface WrittenTime {
  readonly time: EventTime;
  /** When the call ends, which then the event must be. */
  readonly endNs: number | undefined;
}

/** An event without a time follows the one before at once. */
const AT_ONCE: WrittenTime = { time: { kind: 'relative', ns: 0 }, endNs: undefined };

export function parseTime(cursor: Cursor): WrittenTime {
  if (cursor.takes('*')) return { time: { kind: 'any' }, endNs: undefined };
  const isRelative = cursor.takes('+');
  const ns = seconds(cursor);
  if (ns === undefined) {
    if (isRelative) throw cursor.error("behind '+' belongs a number of seconds");
    if (cursor.seesPattern(/[\d.]/y)) throw cursor.error('a time is a number of seconds such as 0.250');
    return AT_ONCE;
  }
  if (cursor.takes('~')) {
    const toNs = parseEnd(cursor, isRelative, ns, 'this range');
    return { time: { kind: 'range', isRelative, fromNs: ns, toNs }, endNs: undefined };
  }
  const time: EventTime = { kind: isRelative ? 'relative' : 'absolute', ns };
  return { time, endNs: cursor.takes('...') ? parseEnd(cursor, isRelative, ns, 'this call') : undefined };
}

/** The end counts from where the beginning counts from, with or without a sign of its own. */
function parseEnd(cursor: Cursor, isRelative: boolean, fromNs: number, what: string): number {
  const { place } = cursor;
  if (cursor.takes('+') && !isRelative) {
    throw new ScriptError(place, `${what} begins at an absolute time, so its end is absolute as well, without '+'`);
  }
  const ns = seconds(cursor);
  if (ns === undefined) throw cursor.error(`${what} needs its end here, a number of seconds`);
  if (ns < fromNs) throw new ScriptError(place, `${what} ends before it begins`);
  return ns;
}
