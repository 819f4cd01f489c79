/**
 * `tcp-info` events as rows for a spreadsheet, a plotting program or `jq`: CSV (RFC 4180, with line feeds alone) or JSON
 * lines. A row is flat: what lies in a record inside has a name with a dot, as `controller.alpha`. `Infinity`, which means
 * never or no limit, is `null`, and an empty field.
 */
import type { TcpInfoTaken } from './events.ts';

type Cell = number | string | boolean | null;

/** The fields of an event in their order, the time in nanoseconds first. */
function cellsOf({ time, info }: TcpInfoTaken): Readonly<Record<string, Cell>> {
  const cells: Record<string, Cell> = { timeNs: time };
  flatten(info, '', cells);
  return cells;
}

function flatten(record: object, prefix: string, cells: Record<string, Cell>): void {
  for (const [name, value] of Object.entries(record)) {
    if (typeof value === 'object' && value !== null) flatten(value, `${prefix}${name}.`, cells);
    else cells[prefix + name] = value === undefined || value === Number.POSITIVE_INFINITY ? null : value;
  }
}

/** One object as a line. */
export const tcpInfoJson = (event: TcpInfoTaken): string => `${JSON.stringify(cellsOf(event))}\n`;

/** @returns what makes a line of each event; the first one has the line with the names in front, and its fields are those of all */
export function tcpInfoCsv(): (event: TcpInfoTaken) => string {
  let names: readonly string[] | undefined;
  return (event) => {
    const cells = cellsOf(event);
    const head = names === undefined ? `${Object.keys(cells).join(',')}\n` : '';
    names ??= Object.keys(cells);
    return `${head}${names.map((name) => cells[name] ?? '').join(',')}\n`;
  };
}
