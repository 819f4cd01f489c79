/** Takes a measurement in processes of its own. */
import process from 'node:process';
import { inChild } from '../measure/child.ts';
import { type Quartiles, quartiles } from '../measure/quartiles.ts';
import { arePeersInstalled, MISSING } from '../peers/packages.ts';
import { measureTracing } from '../tracing/measure.ts';
import { MEASUREMENTS, type Measurement, type MeasurementName } from './measurements.ts';

type Values = Readonly<Record<string, Quartiles>>;

const SCRIPT = new URL('./measure-one.ts', import.meta.url);

/** @returns `undefined` if it could not be taken: why has been said on standard error */
export async function takeMeasurement(name: MeasurementName | 'tracing'): Promise<Values | undefined> {
  try {
    if (name === 'tracing') return { percent: await measureTracing() };
    const { processes, flags = [], needsPeers = false }: Measurement = MEASUREMENTS[name];
    if (needsPeers && !arePeersInstalled()) throw new Error(MISSING);
    const results: Values[] = [];
    for (let count = 0; count < processes; count++) results.push(await inChild<Values>(SCRIPT, [name], flags));
    return combined(results);
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}

/** The process in the middle, for each of the quartiles. */
export function combined(results: readonly Values[]): Values {
  const [first = {}] = results;
  return Object.fromEntries(
    Object.keys(first).map((key) => {
      const each = results.map((values) => values[key]!);
      return [key, { median: middle(each, 'median'), low: middle(each, 'low'), high: middle(each, 'high') }];
    }),
  );
}

const middle = (each: readonly Quartiles[], part: keyof Quartiles): number =>
  quartiles(each.map((quartile) => quartile[part])).median;
