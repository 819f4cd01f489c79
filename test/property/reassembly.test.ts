/** Reassembly against a set of octets. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Reassembly } from '../../src/layers/transport/tcp/reassembly.ts';
import { runs } from './runs.ts';

const SPACE = 300;

const segment = fc.record({ from: fc.nat(SPACE - 1), length: fc.integer({ min: 1, max: 40 }) });
const operation = fc.oneof(
  { weight: 5, arbitrary: fc.record({ add: segment }) },
  { weight: 1, arbitrary: fc.record({ take: fc.nat(30) }) },
);

/** Maximal runs of octets, in order. */
function rangesOf(octets: ReadonlySet<number>): [number, number][] {
  const ranges: [number, number][] = [];
  for (let at = 0; at < SPACE * 3; at++) {
    if (!octets.has(at)) continue;
    if (ranges.at(-1)?.[1] === at) ranges.at(-1)![1] = at + 1;
    else ranges.push([at, at + 1]);
  }
  return ranges;
}

test('the ranges are the runs of octets that have arrived; blocks are ranges, the latest first', () => {
  const starts = fc.constantFrom(0, 0x7fff_ff80 | 0, 0xffff_ff80 | 0);
  fc.assert(
    fc.property(starts, fc.array(operation, { maxLength: 60 }), (start, operations) => {
      const reassembly = new Reassembly();
      const octets = new Set<number>();
      const at = (place: number): number => (start + place) | 0;
      const held = (): number[][] =>
        Array.from({ length: reassembly.count }, (_, index) => [
          (reassembly.start(index) - start) | 0,
          (reassembly.end(index) - start) | 0,
        ]);
      let next = 0;
      const blocks = new Int32Array(8);
      for (const each of operations) {
        if ('add' in each) {
          const from = next + 1 + each.add.from;
          const to = from + each.add.length;
          const known = Array.from({ length: to - from }, (_, index) => octets.has(from + index)).every((has) => has);
          expect(reassembly.covers(at(from), at(to))).toBe(known);
          expect(reassembly.add(at(from), at(to))).toBe(true);
          for (let place = from; place < to; place++) octets.add(place);
          // RFC 2018 §4: the first block is the one with the newest segment.
          const count = reassembly.recentBlocks(blocks, 4);
          expect(count).toBe(Math.min(4, reassembly.count));
          const first = [(blocks[0]! - start) | 0, (blocks[1]! - start) | 0] as const;
          expect(first[0]).toBeLessThanOrEqual(from);
          expect(first[1]).toBeGreaterThanOrEqual(to);
          const shown = Array.from({ length: count }, (_, index) => `${blocks[2 * index]} ${blocks[2 * index + 1]}`);
          expect(new Set(shown).size).toBe(count);
          expect(held().map(([left, right]) => `${at(left!)} ${at(right!)}`)).toEqual(expect.arrayContaining(shown));
        } else {
          next += each.take;
          let following = next;
          while (octets.has(following)) following++;
          expect(reassembly.takeFrom(at(next))).toBe(following - next);
          next = following;
          for (const place of [...octets]) if (place < next) octets.delete(place);
        }
        expect(held()).toEqual(rangesOf(octets));
      }
    }),
    runs(300),
  );
});
