/** Models as curves: close together, from end to end of what was measured. */
import { expect, test } from 'vitest';
import { LOSS_RATE } from '../../../src/experiments/catalogue/loss-rate.ts';
import { sampled } from '../../../src/experiments/curves.ts';
import { tasksOf } from '../../../src/experiments/presets.ts';
import { rowOf } from './rows.ts';

const rows = tasksOf([LOSS_RATE], 'quick').map((task) => rowOf(task));

test('evenly by the scale, with the places of the rows, and none between 0 and the first on a logarithmic axis', () => {
  const at = sampled(rows, LOSS_RATE.x);
  expect(at.length).toBeGreaterThan(90);
  expect(at).toEqual([...at].sort((one, other) => one - other));
  for (const loss of [0, 1e-3, 1e-2, 5e-2]) expect(at).toContain(loss);
  expect(at.filter((x) => x > 0 && x < 1e-3)).toEqual([]);
  const steps = at.slice(2).map((x, index) => x / at[index + 1]!);
  expect(Math.max(...steps)).toBeLessThan(1.05);
  const linear = sampled(rows, { key: 'loss', scale: 'linear' });
  expect(linear.filter((x) => x > 0 && x < 1e-3).length).toBeGreaterThan(0);
});

test('one place is one place, and no row none', () => {
  const alone = rows.filter(({ axes }) => axes.loss === 1e-2);
  expect(sampled(alone, LOSS_RATE.x)).toEqual([1e-2]);
  expect(sampled([], LOSS_RATE.x)).toEqual([]);
});

test('the model of a curve passes through what it says at each measured place', () => {
  const [mathis] = LOSS_RATE.references(rows);
  expect(mathis!.points.find(({ x }) => x === 1e-2)!.y).toBeCloseTo(3.035e6, -4);
  expect(mathis!.points.length).toBeGreaterThan(90);
});
