import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spread } from '../../../../../src/cli/bench/report/end-labels.ts';

test('names that have room stay where they want to be', () => {
  expect(spread([90, 10, 50], 15, 0, 100)).toEqual([90, 10, 50]);
});

test('names that would overlap stand around the middle of what they want', () => {
  expect(spread([50, 50], 10, 0, 100)).toEqual([45, 55]);
  expect(spread([50, 52, 80], 10, 0, 100)).toEqual([46, 56, 80]);
  // The first two push each other, and the third with them.
  expect(spread([50, 52, 58], 10, 0, 100)[0]).toBeCloseTo(43.33, 2);
});

test('at the ends they stay inside', () => {
  expect(spread([0, 0, 0], 10, 0, 100)).toEqual([0, 10, 20]);
  expect(spread([100, 99], 10, 0, 100)).toEqual([100, 90]);
});

test('always in order, apart, and inside where there is room', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 20 }), (wanted) => {
      const places = spread(wanted, 15, 0, 300);
      const order = wanted.map((_, index) => index).sort((one, other) => wanted[one]! - wanted[other]! || one - other);
      order.slice(1).forEach((index, position) => {
        expect(places[index]! - places[order[position]!]!).toBeGreaterThanOrEqual(15 - 1e-9);
      });
      for (const place of places) {
        expect(place).toBeGreaterThanOrEqual(-1e-9);
        expect(place).toBeLessThanOrEqual(300 + 1e-9);
      }
    }),
  );
});
