import { describe, expect, test } from 'vitest';
import { type Goal, judge, showLimit, showMeasured } from '../../../../bench/goals/goal.ts';
import type { Quartiles } from '../../../../bench/measure/quartiles.ts';
import { combined } from '../../../../bench/measurements/take.ts';

const at = (median: number): Quartiles => ({ median, low: median - 1, high: median + 1 });
const FASTER: Goal = { what: 'checksum', unit: '×', least: 3, aim: 4.5, from: 'checksum', value: 'ratio' };
const LEANER: Goal = { what: 'heap', unit: ' B', most: 16, aim: 1, from: 'bulk heap', value: 'bytes' };

describe('a goal', () => {
  test('of at least: met from its limit on, aimed at from its aim on', () => {
    expect(judge(FASTER, at(2.98))).toEqual({ isMet: false, reachesAim: false });
    expect(judge(FASTER, at(3))).toEqual({ isMet: true, reachesAim: false });
    expect(judge(FASTER, at(4.5))).toEqual({ isMet: true, reachesAim: true });
  });

  test('of at most: the other way round', () => {
    expect(judge(LEANER, at(16.1))).toEqual({ isMet: false, reachesAim: false });
    expect(judge(LEANER, at(16))).toEqual({ isMet: true, reachesAim: false });
    expect(judge(LEANER, at(0.9))).toEqual({ isMet: true, reachesAim: true });
  });

  test('counts what is printed: a compilation in 100,000 frames is no byte a frame, a tenth is', () => {
    const none: Goal = { ...LEANER, most: 0, aim: 0 };
    expect(judge(none, at(0.04))).toEqual({ isMet: true, reachesAim: true });
    expect(judge(none, at(0.1)).isMet).toBe(false);
  });

  test('without an aim does not reach it; what was not measured is not met', () => {
    expect(judge({ what: 'time', unit: '', least: 5, from: 'bulk', value: 'ratio' }, at(50)).reachesAim).toBe(false);
    expect(judge(FASTER, undefined).isMet).toBe(false);
    expect(showMeasured(FASTER, undefined)).toBe('not measured');
  });

  test('is shown with its unit, a scatter only where there is one', () => {
    expect(showLimit(FASTER, 3)).toBe('≥ 3×');
    expect(showLimit(LEANER, 16)).toBe('≤ 16 B');
    expect(showLimit(LEANER, undefined)).toBe('');
    expect(showMeasured(FASTER, at(3.126))).toBe('3.13× (2.13 to 4.13)');
    expect(showMeasured(LEANER, { median: 40.06, low: 40.06, high: 40.06 })).toBe('40.1 B');
  });
});

test('of several processes the one in the middle counts', () => {
  const results = [7, 1, 2].map((median) => ({ ratio: at(median), rate: at(median * 10) }));
  expect(combined(results)).toEqual({ ratio: at(2), rate: { median: 20, low: 19, high: 21 } });
});
