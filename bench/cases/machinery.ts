/** Everything of a world beside the codecs that has a textbook way: timers, dice, pieces, tables. Made when it is asked for. */
import { CONNECTIONS, connections, ROUTES, routes } from './lookups.ts';
import type { WorkPair } from './pair.ts';
import { dice } from './random-streams.ts';
import { fragments, ranges } from './reassembly.ts';
import { expired, rearmed } from './timers.ts';

/** Functions, since a million connections need not lie in memory while something else is measured. */
export const MACHINERY: readonly (() => WorkPair)[] = [
  rearmed,
  expired,
  dice,
  () => fragments('in order'),
  () => fragments('reversed'),
  () => ranges('in order'),
  () => ranges('reversed'),
  ...ROUTES.map((count) => () => routes(count)),
  ...CONNECTIONS.map((count) => () => connections(count)),
];
