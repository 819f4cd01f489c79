/**
 * What others made of the reference path: ns-3's runs, read from `../shared/reference` where that is there, and the models
 * of its README.
 */
import { existsSync, readFileSync } from 'node:fs';
import { SEGMENT_BYTES } from './reference-path.ts';

/** A column of the table, by loss rate. */
export type ResultColumn = ReadonlyMap<number, string>;

interface Source {
  readonly title: string;
  readonly file: string;
  readonly controller: string;
}

const FOLDER = new URL('../../../shared/reference/', import.meta.url);
const SOURCES: readonly Source[] = [
  { title: 'ns-3 NewReno', file: 'ns3-3.37-goodput.csv', controller: 'NewReno' },
  { title: 'ns-3 LinuxReno', file: 'ns3-3.37-linuxreno-goodput.csv', controller: 'LinuxReno' },
  { title: 'ns-3 CUBIC', file: 'ns3-3.48-goodput.csv', controller: 'Cubic' },
  { title: 'ns-3 BBRv1', file: 'ns3-3.48-goodput.csv', controller: 'Bbr' },
];

/** ns-3's goodput after the warm-up in Mbit/s: mean and standard deviation over its seeds; of what there is. */
export function referenceColumns(): { readonly title: string; readonly column: ResultColumn }[] {
  return SOURCES.filter(({ file }) => existsSync(new URL(file, FOLDER)))
    .map(({ title, file, controller }) => ({ title, column: column(new URL(file, FOLDER), controller) }))
    .filter(({ column }) => column.size > 0);
}

function column(file: URL, controller: string): ResultColumn {
  const [head = '', ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  const names = head.split(',');
  const samples = new Map<number, number[]>();
  for (const line of lines) {
    const cells = line.split(',');
    const cell = (name: string): string => cells[names.indexOf(name)] ?? '';
    if (cell('topo') !== 'p2p' || cell('flows') !== '1' || cell('recovery') !== 'Prr') continue;
    if (cell('cc').toLowerCase() !== controller.toLowerCase()) continue;
    const loss = Number(cell('p'));
    samples.set(loss, [...(samples.get(loss) ?? []), Number(cell('goodput_after10s_Mbps'))]);
  }
  return new Map([...samples].map(([loss, values]) => [loss, meanAndDeviation(values)]));
}

function meanAndDeviation(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return `${mean.toFixed(2)} ± ${Math.sqrt(variance).toFixed(2)}`;
}

/** Mathis' model in bits a second: C = 1.31 for independent loss and byte counting. */
export const mathis = (loss: number, roundTripSeconds: number): number =>
  ((SEGMENT_BYTES * 8) / roundTripSeconds) * (1.31 / Math.sqrt(loss));

/** RFC 9438 §5.1's response function of CUBIC, in bits a second. */
export const cubicResponse = (loss: number, roundTripSeconds: number): number =>
  ((SEGMENT_BYTES * 8) / roundTripSeconds) * 1.054 * (roundTripSeconds / loss) ** 0.75;
