import { expect, test } from 'vitest';
import { compare } from '../../../src/experiments/compare.ts';
import { REFERENCE_STOPPING, referencePoint } from '../../../src/experiments/reference-path.ts';
import type { ResultRow } from '../../../src/experiments/row.ts';
import { distribution, rowOf } from './rows.ts';

const AB = {
  name: 'ab',
  comparison: { axis: 'variant', baseline: 'all', measures: ['goodput', 'medianRecovery'] },
} as const;

function row(variant: string, seed: number, goodput: number, figures: Partial<ResultRow> = {}): ResultRow {
  const point = referencePoint({ controller: 'reno', loss: 0.01 });
  const task = {
    experiment: 'ab',
    pointId: variant,
    axes: { variant, loss: 0.01 },
    point,
    stopping: REFERENCE_STOPPING,
    seed,
  };
  return rowOf(task, { goodput, ...figures });
}

test('differences are those of pairs with one seed: what both share drops out', () => {
  const rows = [row('all', 1, 100), row('all', 2, 900), row('less', 1, 90), row('less', 2, 892), row('less', 3, 1)];
  const [goodput] = compare(AB, rows);
  expect(goodput).toMatchObject({
    experiment: 'ab',
    where: 'loss=0.01',
    baseline: 'all',
    variant: 'less',
    measure: 'goodput',
    baselineMean: 500,
    variantMean: 491,
    difference: -9,
    seeds: 2,
  });
  // -10 and -8: a deviation of √2, over √2, times t for one degree of freedom. The seeds themselves differ by 800.
  expect(goodput!.halfWidth).toBeCloseTo(12.706, 9);
});

test('one seed has no interval; a figure that is not there is not compared; nor is anything without a baseline', () => {
  const none = { recovery: { ...distribution(0), count: 0 } };
  const one = compare(AB, [row('all', 1, 100), row('less', 1, 90, none)]);
  expect(one.map(({ measure, halfWidth }) => [measure, halfWidth])).toEqual([['goodput', null]]);
  expect(compare(AB, [row('less', 1, 90)])).toEqual([]);
  expect(compare({ name: 'ab' }, [row('all', 1, 1), row('less', 1, 2)])).toEqual([]);
});
