/** The ratios of the hot path that the gate looks after, each to a yardstick that is measured in turn with it. */
import type { Quartiles } from '../measure/quartiles.ts';
import type { MeasurementName } from '../measurements/measurements.ts';
import { takeMeasurement } from '../measurements/take.ts';

interface Ratio {
  readonly name: string;
  readonly from: MeasurementName;
  readonly value: string;
}

const ratio = (name: string, from: MeasurementName, value = 'ratio'): Ratio => ({ name, from, value });

/** Only what the project brings itself: the gate holds without other packages. */
const RATIOS: readonly Ratio[] = [
  ratio('checksum of 1500 B, vs the getUint16 loop', 'checksum'),
  ratio('frame read and verified, vs wire-style objects', 'verify'),
  ratio('frame written with checksums, vs the same', 'encode'),
  ratio('next event of 1k, vs a heap of objects', 'events', '1k'),
  ratio('next event of 100k, vs a heap of objects', 'events', '100k'),
  ratio('next event of 1M, vs a heap of objects', 'events', '1M'),
  ratio('bulk TCP, vs the bare work', 'bulk'),
  ratio('bulk TCP over IPv6, vs the bare work', 'bulk ipv6'),
  ratio('bulk TCP, MTU 9000, vs the bare work', 'bulk mtu 9000'),
  ratio('bulk TCP, 1 % loss, vs the bare work', 'bulk loss'),
  ratio('100 flows, vs one flow', '100 flows'),
];

/** Measures each; `only` those with this text in their names. */
export async function measureRatios(only: string, progress: (text: string) => void): Promise<Map<string, Quartiles>> {
  const chosen = RATIOS.filter(({ name }) => name.includes(only));
  const measured = new Map<string, Quartiles>();
  for (const from of new Set(chosen.map((each) => each.from))) {
    progress(from);
    const values = await takeMeasurement(from);
    for (const { name, value } of chosen.filter((each) => each.from === from)) {
      const quartiles = values?.[value];
      if (quartiles !== undefined) measured.set(name, quartiles);
    }
  }
  return measured;
}
