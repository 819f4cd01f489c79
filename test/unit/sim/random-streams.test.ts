import { describe, expect, test } from 'vitest';
import type { Random } from '../../../src/layers/random.ts';
import { RandomStreams } from '../../../src/sim/random-streams.ts';

const take = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.next());

describe('random streams', () => {
  test('a stream depends on the seed and its name alone', () => {
    const alone = new RandomStreams(7);
    const crowded = new RandomStreams(7);
    const expected = take(alone.stream('link1/aToB/loss'), 100);
    take(crowded.stream('another'), 13);
    const wanted = crowded.stream('link1/aToB/loss');
    const drawn = take(wanted, 40);
    take(crowded.stream('a third'), 5);
    expect([...drawn, ...take(wanted, 60)]).toEqual(expected);
    expect(take(new RandomStreams(8).stream('link1/aToB/loss'), 100)).not.toEqual(expected);
  });

  test('the numbers of seed 1 are the same for ever', () => {
    expect(take(new RandomStreams(1).stream('example'), 4)).toMatchInlineSnapshot(`
      [
        1218359486,
        1001267895,
        1572946470,
        2824649867,
      ]
    `);
  });

  test('first numbers of neighbouring seeds and names are evenly spread', () => {
    const buckets = new Array<number>(16).fill(0);
    const bits = new Array<number>(32).fill(0);
    for (let seed = 0; seed < 500; seed++) {
      for (let name = 0; name < 8; name++) {
        const first = new RandomStreams(seed).stream(`link${name}`).next();
        expect(Number.isInteger(first) && first >= 0 && first < 2 ** 32).toBe(true);
        buckets[first >>> 28]!++;
        for (let bit = 0; bit < 32; bit++) bits[bit]! += (first >>> bit) & 1;
      }
    }
    // 4000 draws: 250 a bucket, standard deviation 15.3; 2000 ones a bit, standard deviation 31.6. Five of them.
    for (const count of buckets) expect(Math.abs(count - 250)).toBeLessThan(77);
    for (const ones of bits) expect(Math.abs(ones - 2000)).toBeLessThan(158);
  });

  test('one name is one stream: its dice are not thrown twice', () => {
    const streams = new RandomStreams(3);
    expect(take(streams.stream('x'), 3)).not.toEqual(take(streams.stream('x'), 3));
  });

  test('a snapshot survives JSON and brings every stream back', () => {
    const streams = new RandomStreams(11);
    const early = streams.stream('early');
    take(early, 5);
    const snapshot = JSON.parse(JSON.stringify(streams.snapshot()));
    const rest = take(early, 10);
    const late = take(streams.stream('late'), 10);
    streams.restore(snapshot);
    expect(take(early, 10)).toEqual(rest);
    expect(take(streams.stream('late'), 10)).toEqual(late);
    const elsewhere = new RandomStreams(11);
    elsewhere.restore(snapshot);
    expect(take(elsewhere.stream('early'), 10)).toEqual(rest);
  });

  test('a seed is a whole number', () => {
    expect(() => new RandomStreams(0.5)).toThrow(RangeError);
    expect(() => new RandomStreams(Number.NaN)).toThrow(RangeError);
  });
});
