/** The largest of the last slots: draft-ietf-ccwg-bbr-06 §5.5.3 and §5.5.9 ask for such filters. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WindowedMaximum } from '../../../../../../src/layers/transport/tcp/congestion/windowed-maximum.ts';

describe('windowed maximum', () => {
  test('a value counts in its own slot and those after it, as many as there are', () => {
    const filter = new WindowedMaximum(3);
    filter.update(10, 0);
    filter.update(5, 1);
    filter.update(1, 2);
    expect([filter.value, filter.latest]).toEqual([10, 1]);
    filter.advance(3);
    expect([filter.value, filter.latest]).toEqual([5, 0]);
    filter.advance(4);
    expect(filter.value).toBe(1);
    filter.advance(9);
    expect(filter.value).toBe(0);
  });

  test('it is the maximum of what a list of all values has in the window', () => {
    const values = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 100 })));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), values, (slots, list) => {
        const filter = new WindowedMaximum(slots);
        const all: [number, number][] = [];
        let time = 0;
        for (const [step, value] of list) {
          time += step;
          all.push([time, value]);
          filter.update(value, time);
          const inWindow = all.filter(([at]) => time - at < slots);
          expect(filter.value).toBe(Math.max(...inWindow.map(([, each]) => each)));
          expect(filter.latest).toBe(Math.max(...all.filter(([at]) => at === time).map(([, each]) => each)));
        }
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});
