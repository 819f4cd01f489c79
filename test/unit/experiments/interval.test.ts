import { expect, test } from 'vitest';
import { batchHalfWidth, interval, studentQuantile } from '../../../src/experiments/interval.ts';

test("Student's t: the table, and the normal distribution far out", () => {
  expect(studentQuantile(1)).toBe(12.706);
  expect(studentQuantile(19)).toBe(2.093);
  expect(studentQuantile(60)).toBeCloseTo(2.0, 2);
  expect(studentQuantile(1000)).toBeCloseTo(1.962, 3);
});

test('by hand: 1, 2, 3 has 2 ± 4.303 · 1/√3', () => {
  const { mean, halfWidth } = interval([1, 2, 3]);
  expect(mean).toBe(2);
  expect(halfWidth).toBeCloseTo(4.303 / Math.sqrt(3), 9);
  expect(interval([5]).halfWidth).toBeUndefined();
});

test('batch means: too few samples say nothing; what does not fill a batch is left out at the beginning', () => {
  expect(batchHalfWidth([1, 2, 3])).toBeUndefined();
  expect(batchHalfWidth(new Array(9).fill(5))).toBeUndefined();
  expect(batchHalfWidth(new Array(10).fill(5))).toBe(0);
  // 45 samples: batches of two, 22 of them, the first sample out.
  expect(batchHalfWidth([1000, ...new Array(44).fill(5)])).toBe(0);
  expect(batchHalfWidth([...new Array(44).fill(5), 1000])).toBeGreaterThan(0.5);
  const even = batchHalfWidth(Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 4 : 6)))!;
  // A deviation of √(20/19), over √20, times 2.093, of a mean of 5.
  expect(even).toBeCloseTo((2.093 * Math.sqrt(20 / 19)) / Math.sqrt(20) / 5, 9);
});
