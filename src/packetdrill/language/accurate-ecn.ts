/** The AccECN option (RFC 9768 §3.2.3): `ECN e0b 1 ceb 0 e1b 1`, whose order is that of its names. */
import type { Cursor } from './cursor.ts';
import { number } from './numbers.ts';
import type { OptionSpec } from './script.ts';
import { ScriptError } from './script-error.ts';

const ORDERS = [
  ['e0b', 'ceb', 'e1b'],
  ['e1b', 'ceb', 'e0b'],
] as const;
const COUNTERS: ReadonlySet<string> = new Set(ORDERS[0]);
const MOST_24_BITS = 0xff_ffff;

/** Counters may be left out from the end; without any the order is the first, and `...` is any of that order. */
export function parseAccurateEcn(cursor: Cursor): OptionSpec {
  if (cursor.takes('...')) return { name: 'ECN', order: 0, counters: undefined };
  const order = cursor.peekWord() === 'e1b' ? 1 : 0;
  const counters: number[] = [];
  for (let name = cursor.peekWord() ?? ''; COUNTERS.has(name); name = cursor.peekWord() ?? '') {
    const { place } = cursor;
    if (name !== ORDERS[order][counters.length]) {
      const orders = ORDERS.map((names) => names.join(', ')).join(' or ');
      throw new ScriptError(place, `${name} is out of order: the counters stand as ${orders}`);
    }
    cursor.word();
    counters.push(number(cursor, name, MOST_24_BITS));
  }
  return { name: 'ECN', order, counters };
}
