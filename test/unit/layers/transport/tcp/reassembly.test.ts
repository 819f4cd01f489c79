/** What lies beyond a gap: RFC 9293 §3.10.7.4 (SHLD-31), and which SACK blocks tell of it, RFC 2018 §4. */
import { describe, expect, test } from 'vitest';
import { Reassembly } from '../../../../../src/layers/transport/tcp/reassembly.ts';
import { SEQUENCE_STARTS } from './conversation.ts';

describe.each(SEQUENCE_STARTS)('reassembly, from sequence number %i', (start) => {
  const at = (place: number): number => (start + place) | 0;
  const holding = (...ranges: readonly (readonly [number, number])[]): Reassembly => {
    const reassembly = new Reassembly();
    for (const [from, to] of ranges) expect(reassembly.add(at(from), at(to))).toBe(true);
    return reassembly;
  };
  const held = (reassembly: Reassembly): number[][] =>
    Array.from({ length: reassembly.count }, (_, index) => [
      (reassembly.start(index) - start) | 0,
      (reassembly.end(index) - start) | 0,
    ]);

  test.each([
    [
      'apart, in any order',
      [
        [20, 30],
        [0, 10],
        [40, 50],
      ],
      [
        [0, 10],
        [20, 30],
        [40, 50],
      ],
    ],
    [
      'touching',
      [
        [0, 10],
        [10, 20],
      ],
      [[0, 20]],
    ],
    [
      'touching from below',
      [
        [10, 20],
        [0, 10],
      ],
      [[0, 20]],
    ],
    [
      'overlapping',
      [
        [0, 10],
        [5, 20],
        [15, 18],
      ],
      [[0, 20]],
    ],
    [
      'closing a hole',
      [
        [0, 10],
        [20, 30],
        [10, 20],
      ],
      [[0, 30]],
    ],
    [
      'swallowing several',
      [
        [10, 20],
        [30, 40],
        [50, 60],
        [5, 55],
      ],
      [[5, 60]],
    ],
    [
      'the same again',
      [
        [10, 20],
        [10, 20],
      ],
      [[10, 20]],
    ],
    [
      'inside',
      [
        [10, 20],
        [12, 15],
      ],
      [[10, 20]],
    ],
  ] as [string, [number, number][], number[][]][])('%s', (_, added, expected) => {
    expect(held(holding(...added))).toEqual(expected);
  });

  test('covers only what lies in one range', () => {
    const reassembly = holding([10, 20], [30, 40]);
    const covered = [
      [10, 20],
      [12, 18],
      [9, 20],
      [10, 21],
      [15, 35],
      [20, 30],
    ] as const;
    expect(covered.map(([from, to]) => reassembly.covers(at(from), at(to)))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  test('takeFrom: what follows in order', () => {
    const reassembly = holding([10, 20], [30, 40], [50, 60]);
    expect(reassembly.takeFrom(at(5))).toBe(0);
    expect(reassembly.takeFrom(at(10))).toBe(10);
    expect(reassembly.takeFrom(at(35))).toBe(5); // a segment has covered the start of the next range
    expect(held(reassembly)).toEqual([[50, 60]]);
    expect(reassembly.takeFrom(at(70))).toBe(0); // or all of it
    expect(reassembly.count).toBe(0);
  });

  test('RFC 2018 §4: the blocks that were reported most recently come first', () => {
    const reassembly = holding([10, 20], [30, 40], [50, 60], [70, 80]);
    const blocks = new Int32Array(8);
    expect(reassembly.recentBlocks(blocks, 3)).toBe(3);
    expect([...blocks.subarray(0, 6)]).toEqual([70, 80, 50, 60, 30, 40].map(at));
    reassembly.add(at(20), at(25));
    expect(reassembly.recentBlocks(blocks, 2)).toBe(2);
    expect([...blocks.subarray(0, 4)]).toEqual([10, 25, 70, 80].map(at));
    expect(reassembly.recentBlocks(blocks, 9)).toBe(4);
  });

  test('a peer that sends every other byte does not make it grow for ever', () => {
    const reassembly = new Reassembly();
    let taken = 0;
    for (let place = 0; place < 4000; place += 2) if (reassembly.add(at(place), at(place + 1))) taken++;
    expect(taken).toBe(512);
    expect(reassembly.count).toBe(512);
    // What fills a hole between two ranges is always welcome.
    expect(reassembly.add(at(1), at(2))).toBe(true);
    expect(reassembly.count).toBe(511);
  });
});
