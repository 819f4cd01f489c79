import { expect, test } from 'vitest';
import { MEASURE_NAMES, MEASURES } from '../../../src/experiments/measures.ts';
import { REFERENCE_STOPPING, referencePoint, singleTask } from '../../../src/experiments/reference-path.ts';
import { distribution, rowOf } from './rows.ts';

const point = referencePoint({ controller: 'reno' });
const finite = rowOf(singleTask({ ...point, transferBytes: 1e6 }, REFERENCE_STOPPING, 1));
const endless = rowOf(singleTask(point, REFERENCE_STOPPING, 1), { recovery: { ...distribution(0), count: 0 } });

test.each(MEASURE_NAMES)('%s: a figure of a row that has all', (name) => {
  expect(MEASURES[name].of(finite)).toEqual(expect.any(Number));
});

test('what a row has not is no figure: a completion without an end, a recovery that was none', () => {
  expect(MEASURES.completion.of(finite)).toBe(1e9);
  expect(MEASURES.completion.of(endless)).toBeUndefined();
  expect(MEASURES.medianRecovery.of(endless)).toBeUndefined();
});
