/** The sequence number extension: RFC 5925 §6.2 as RFC 9187 corrects it. */
import { describe, expect, test } from 'vitest';
import { SequenceExtension } from '../../../../../../src/layers/transport/tcp/authentication/sequence-extension.ts';

/** The validation suite of RFC 9187 §6: extension, sequence number, in their order. */
const VALIDATION: readonly (readonly [number, number])[] = [
  [0, 0x00000000],
  [0, 0x30000000],
  [0, 0x90000000],
  [0, 0x70000000],
  [0, 0xa0000000],
  [1, 0x00000001],
  [0, 0xe0000000],
  [1, 0x00000000],
  [1, 0x7fffffff],
  [1, 0x00000000],
  [1, 0x50000000],
  [1, 0x80000000],
  [1, 0x00000001],
  [1, 0x40000000],
  [1, 0x90000000],
  [1, 0xb0000000],
  [2, 0x0fffffff],
  [2, 0x20000000],
  [2, 0x90000000],
  [2, 0x70000000],
  [2, 0xa0000000],
  [3, 0x00004000],
  [2, 0xd0000000],
  [3, 0x20000000],
  [3, 0x90000000],
  [3, 0x70000000],
  [3, 0xa0000000],
  [4, 0x00004000],
  [3, 0xd0000000],
];

describe('the sequence number extension', () => {
  test('RFC 9187 §6: the validation suite', () => {
    const extension = new SequenceExtension();
    extension.start(0);
    const computed = VALIDATION.map(([, sequence]) => {
      const result = extension.of(sequence | 0);
      extension.advance(sequence | 0);
      return [result, sequence];
    });
    expect(computed).toEqual(VALIDATION);
  });

  test('RFC 5925 §6.2: starts at zero whatever the initial sequence number', () => {
    for (const start of [0, 1, -1, 0x7fff_ffff, -0x8000_0000]) {
      const extension = new SequenceExtension();
      extension.start(start);
      expect(extension.of(start)).toBe(0);
      expect(extension.current).toBe(0);
    }
  });

  test('RFC 5925 §6.2: counts every time that the sequence number rolls over, and a late segment has the one before', () => {
    const extension = new SequenceExtension();
    extension.start(-10);
    for (let turns = 1; turns <= 5; turns++) {
      extension.advance(0);
      expect([extension.of(0), extension.of(-1), extension.of(-10)]).toEqual([turns, turns - 1, turns - 1]);
      for (const quarter of [0x4000_0000, -0x8000_0000, -0x4000_0000, -1]) {
        extension.advance(quarter | 0);
        expect(extension.of(quarter | 0)).toBe(turns);
      }
    }
  });

  test('RFC 9187 §4: what is only looked at moves nothing', () => {
    const extension = new SequenceExtension();
    extension.start(-10);
    expect(extension.of(5)).toBe(1);
    expect(extension.current).toBe(0);
    expect(extension.of(-10)).toBe(0);
  });
});
