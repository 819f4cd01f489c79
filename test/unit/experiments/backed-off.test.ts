/** A timer that has backed off for a minute ends no measurement late, and leaves it no time of nothing. */
import { expect, test } from 'vitest';
import { measurePoint } from '../../../src/experiments/measure-point.ts';
import { REFERENCE_STOPPING, referencePoint, singleTask } from '../../../src/experiments/reference-path.ts';

test('where hardly anything arrives, the measurement lasts as long as it was to', () => {
  const point = referencePoint({ controller: 'reno', loss: 0.9 });
  for (let seed = 1; seed <= 5; seed++) {
    const row = measurePoint(singleTask(point, { ...REFERENCE_STOPPING, warmUpSeconds: 5, leastSeconds: 20 }, seed));
    expect(row.seconds).toBe(20);
    expect(row.utilisation).toBeLessThan(0.01);
  }
});
