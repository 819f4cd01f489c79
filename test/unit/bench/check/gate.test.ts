import { describe, expect, test } from 'vitest';
import { judgeDigest, judgeRatio, passes } from '../../../../bench/check/gate.ts';
import type { Quartiles } from '../../../../bench/measure/quartiles.ts';

/** A ratio with so much noise to both sides. */
const ratio = (median: number, noise = 0): Quartiles => ({ median, low: median - noise, high: median + noise });

describe('a ratio', () => {
  test('without noise may fall by 15 %, and no further', () => {
    expect(judgeRatio(ratio(10), ratio(8.51))).toBe('holds');
    expect(judgeRatio(ratio(10), ratio(8.49))).toBe('fell');
  });

  test('may fall by its noise besides: that of then', () => {
    // The lower quartile of then is 9, and 15 % less than that is 7.65.
    expect(judgeRatio(ratio(10, 1), ratio(7.66))).toBe('holds');
    expect(judgeRatio(ratio(10, 1), ratio(7.64))).toBe('fell');
  });

  test('… and that of now', () => {
    expect(judgeRatio(ratio(10), ratio(8, 0.6))).toBe('holds');
    expect(judgeRatio(ratio(10), ratio(8, 0.4))).toBe('fell');
  });

  test('that has risen as clearly is told, and passes', () => {
    expect(judgeRatio(ratio(8.49), ratio(10))).toBe('rose');
    expect(judgeRatio(ratio(8.49, 0.2), ratio(10, 0.2))).toBe('holds');
    expect(passes('rose')).toBe(true);
  });

  test('that was not stored, or is no longer measured, does not pass unseen', () => {
    expect(judgeRatio(undefined, ratio(1))).toBe('new');
    expect(judgeRatio(ratio(1), undefined)).toBe('gone');
    expect(['new', 'gone', 'fell'].map((verdict) => passes(verdict as 'fell'))).toEqual([false, false, false]);
  });
});

test('a digest is the same or it is not', () => {
  expect(judgeDigest('ab', 'ab')).toBe('same');
  expect(judgeDigest('ab', 'ac')).toBe('changed');
  expect(judgeDigest(undefined, 'ab')).toBe('new');
  expect(judgeDigest('ab', undefined)).toBe('gone');
  expect([passes('same'), passes('changed')]).toEqual([true, false]);
});
