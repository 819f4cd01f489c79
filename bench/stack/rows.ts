/** What `npm run bench:stack` can measure: a table, by name. */
import { CONTROLLER_NAMES } from '../../src/layers/transport/tcp/congestion/controllers.ts';
import type { BulkOptions } from '../cases/bulk-transfer.ts';
import { FAST, lossy, REFERENCE } from '../cases/paths.ts';

export type StackRow =
  | { readonly kind: 'bulk'; readonly name: string; readonly bulk: BulkOptions }
  | { readonly kind: 'exchanges'; readonly name: string; readonly connections: number; readonly bytes: number }
  | { readonly kind: 'connections'; readonly name: string; readonly atOnce: number }
  | { readonly kind: 'datagrams'; readonly name: string; readonly bytes: number }
  | { readonly kind: 'memory'; readonly name: string; readonly bytes: number };

const FLOWS = [1, 10, 100, 1000];
const LOSSES = ['0', '1%'] as const;

const shared: readonly StackRow[] = FLOWS.flatMap((flows) =>
  [1500, 9000].flatMap((mtu) =>
    ([4, 6] as const).map((family) =>
      bulk(`${flows} flow${flows > 1 ? 's' : ''} mtu ${mtu} ipv${family}`, { flows, mtu, family }),
    ),
  ),
);

const controlled: readonly StackRow[] = CONTROLLER_NAMES.flatMap((congestionControl) =>
  LOSSES.map((loss) =>
    bulk(`${congestionControl} loss ${loss}`, {
      tcp: { congestionControl },
      path: loss === '0' ? FAST : lossy(FAST, loss),
    }),
  ),
);

export const ROWS: readonly StackRow[] = [
  ...shared,
  ...controlled,
  bulk('1 flow 100 Mbit/s 50 ms', { path: REFERENCE }),
  bulk('100 flows 100 Mbit/s 50 ms', { path: REFERENCE, flows: 100 }),
  { kind: 'memory', name: '1 GiB transferred', bytes: 2 ** 30 },
  { kind: 'exchanges', name: 'request/response 64 B, 1 connection', connections: 1, bytes: 64 },
  { kind: 'exchanges', name: 'request/response 64 B, 100 connections', connections: 100, bytes: 64 },
  { kind: 'connections', name: 'connect and close, 10 at once', atOnce: 10 },
  { kind: 'datagrams', name: 'udp 64 B', bytes: 64 },
  { kind: 'datagrams', name: 'udp 1472 B', bytes: 1472 },
];

function bulk(name: string, options: BulkOptions): StackRow {
  return { kind: 'bulk', name, bulk: options };
}

/**
 * The rows whose names have one of these texts in them, with commas between; all for an empty text.
 * @throws {RangeError} if a text is in none
 */
export function chosenRows(texts: string): readonly StackRow[] {
  const wanted = texts.split(',').map((text) => text.trim());
  const unknown = wanted.find((text) => !ROWS.some(({ name }) => name.includes(text)));
  if (unknown !== undefined) throw new RangeError(`no row has '${unknown}' in its name`);
  return ROWS.filter(({ name }) => wanted.some((text) => name.includes(text)));
}
