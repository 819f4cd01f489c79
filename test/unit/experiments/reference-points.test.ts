/** The figures that stand in the sources are those of ns-3's own files, where those are there. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SIMULATOR_COLUMNS } from '../../../src/experiments/reference-points.ts';

const FOLDER = new URL('../../../../shared/reference/', import.meta.url);

describe.each(SIMULATOR_COLUMNS)('$title', ({ file, controller, points }) => {
  test.skipIf(!existsSync(new URL(file, FOLDER)))('has the mean and the deviation of its file', () => {
    const samples = samplesOf(readFileSync(new URL(file, FOLDER), 'utf8'), controller);
    expect([...samples.keys()].sort((one, other) => one - other)).toEqual(points.map(({ loss }) => loss));
    for (const { loss, mean, deviation } of points) {
      const values = samples.get(loss)!;
      const middle = values.reduce((sum, value) => sum + value) / values.length;
      const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
      expect(Math.abs(mean - middle)).toBeLessThan(0.0051);
      expect(Math.abs(deviation - Math.sqrt(squares / Math.max(1, values.length - 1)))).toBeLessThan(0.0051);
    }
  });
});

function samplesOf(text: string, controller: string): Map<number, number[]> {
  const [head = '', ...lines] = text.trim().split('\n');
  const names = head.split(',');
  const samples = new Map<number, number[]>();
  for (const line of lines) {
    const cells = line.split(',');
    const cell = (name: string): string => cells[names.indexOf(name)]!;
    if (cell('topo') !== 'p2p' || cell('flows') !== '1' || cell('recovery') !== 'Prr') continue;
    if (cell('cc') !== controller) continue;
    const loss = Number(cell('p'));
    samples.set(loss, [...(samples.get(loss) ?? []), Number(cell('goodput_after10s_Mbps'))]);
  }
  return samples;
}
