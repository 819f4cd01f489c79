import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linearScale, logarithmicScale, type Scale } from '../../../../../src/cli/bench/report/scale.ts';

const SPAN = { from: 0, to: 600 };
const room = (): number => 30;
const labels = ({ ticks }: Scale): (string | undefined)[] => ticks.map(({ label }) => label);

describe('a logarithmic axis', () => {
  test('has ticks at 1, 2 and 5 times powers of ten', () => {
    expect(labels(logarithmicScale([1, 100], SPAN, room))).toEqual(['1', '2', '5', '10', '20', '50', '100']);
    expect(labels(logarithmicScale([0.3, 7], SPAN, room))).toEqual(['0.5', '1', '2', '5']);
  });

  test('names only powers of ten where there is no room for more', () => {
    const { ticks } = logarithmicScale([1e-4, 1], { from: 0, to: 200 }, room);
    expect(ticks.filter(({ label }) => label !== undefined).map(({ value }) => value)).toEqual([
      1e-4, 1e-3, 1e-2, 0.1, 1,
    ]);
    expect(ticks.filter(({ label }) => label === undefined).map(({ value }) => value)).toContain(0.05);
    expect(labels(logarithmicScale([1e-9, 1], { from: 0, to: 200 }, room)).filter((one) => one !== undefined)).toEqual([
      '10⁻⁸',
      '10⁻⁶',
      '0.0001',
      '0.01',
      '1',
    ]);
  });

  test('has even ticks where there is hardly one at 1, 2 or 5', () => {
    expect(labels(logarithmicScale([8.1, 9.4], SPAN, () => 100))).toEqual(['8.5', '9']);
  });

  test('puts equal ratios at equal distances', () => {
    const { at } = logarithmicScale([1, 100], SPAN, room);
    expect(at(10) - at(1)).toBeCloseTo(at(100) - at(10));
    expect(at(1)).toBeLessThan(at(100));
  });

  test('has a place for 0 before it begins, and a break there', () => {
    const { at, ticks, zero } = logarithmicScale([0, 1e-3, 1e-2], SPAN, room);
    expect(ticks[0]).toMatchObject({ value: 0, label: '0' });
    expect(at(0)).toBe(zero!.at);
    expect(zero!.at).toBeLessThan(zero!.breakAt);
    expect(zero!.breakAt).toBeLessThan(at(1e-3));
    expect(logarithmicScale([1e-3, 1e-2], SPAN, room).zero).toBeUndefined();
  });

  test('shows a single value in the middle, and nothing at all without falling over', () => {
    expect(logarithmicScale([3], SPAN, room).at(3)).toBeCloseTo(300);
    expect(labels(logarithmicScale([], SPAN, room)).length).toBeGreaterThan(1);
    expect(logarithmicScale([0], SPAN, room).at(0)).toBeGreaterThan(0);
  });
});

describe('a linear axis', () => {
  test('has steps of 1, 2 or 5', () => {
    expect(labels(linearScale([0, 100], SPAN, () => 50))).toEqual([
      '0',
      '10',
      '20',
      '30',
      '40',
      '50',
      '60',
      '70',
      '80',
      '90',
      '100',
    ]);
    expect(labels(linearScale([0, 100], SPAN, () => 100))).toEqual(['0', '20', '40', '60', '80', '100']);
    expect(labels(linearScale([-8, 4], SPAN, () => 200))).toEqual(['−5', '0']);
  });

  test('has nothing between whole numbers where there is nothing', () => {
    expect(labels(linearScale([1, 3], SPAN, room, true))).toEqual(['1', '2', '3']);
    expect(labels(linearScale([1, 3], SPAN, room))).toContain('1.2');
  });

  test('shows a single value', () => {
    expect(linearScale([5, 5], SPAN, room).at(5)).toBe(300);
    expect(linearScale([0, 0], SPAN, room).at(0)).toBe(300);
    expect(linearScale([1, 1 + 1e-12], SPAN, room).at(1)).toBe(300);
  });
});

test('ticks lie on the axis in order, where their values are, and their names do not touch', () => {
  const value = fc.double({ min: 1e-6, max: 1e12, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(fc.oneof(value, fc.constant(0)), { minLength: 1, maxLength: 8 }),
      fc.boolean(),
      fc.boolean(),
      (values, isLogarithmic, isDownwards) => {
        const span = isDownwards ? { from: 400, to: 20 } : { from: 20, to: 400 };
        const width = (text: string): number => 8 * text.length;
        const scale = isLogarithmic
          ? logarithmicScale(values, span, width)
          : linearScale([Math.min(...values), Math.max(...values)], span, width);
        for (const tick of scale.ticks) {
          expect(tick.at).toBeGreaterThanOrEqual(20 - 1e-6);
          expect(tick.at).toBeLessThanOrEqual(400 + 1e-6);
          expect(scale.at(tick.value)).toBeCloseTo(tick.at, 3);
        }
        const named = scale.ticks.filter(({ label, value }) => label !== undefined && value !== 0);
        if (named.length < 3) return;
        named.slice(1).forEach((tick, index) => {
          const before = named[index]!;
          expect(Math.abs(tick.at - before.at)).toBeGreaterThanOrEqual(
            (width(tick.label!) + width(before.label!)) / 2 - 1e-6,
          );
        });
      },
    ),
    { numRuns: 300, examples: [[[136_180_471.900514, 50_000_000.05, 0], true, false]] },
  );
});
