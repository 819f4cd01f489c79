/** Prefixes against plain arithmetic on whole addresses. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Family, IpAddress } from '../../src/layers/address.ts';
import { addressBits, contains, formatPrefix, mask, network, parsePrefix } from '../../src/layers/prefix.ts';
import { runs } from './runs.ts';

/** The address as one big number. */
const number = ({ w0, w1, w2, w3 }: IpAddress): bigint =>
  [w0, w1, w2, w3].reduce((all, word) => (all << 32n) | BigInt(word >>> 0), 0n);

const cases = fc
  .record({
    family: fc.constantFrom<Family>(4, 6),
    words: fc.array(fc.integer(), { minLength: 4, maxLength: 4 }),
    length: fc.nat(128),
    flipped: fc.nat(127),
  })
  .map(({ family, words, length, flipped }) => {
    const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = family === 4 ? [0, 0, 0, words[3]] : words;
    const bits = addressBits(family);
    const bit = flipped % bits;
    const flips = [0, 1, 2, 3].map((word) =>
      word === (bit >> 5) + (family === 4 ? 3 : 0) ? 1 << (31 - (bit & 31)) : 0,
    );
    return {
      prefix: { address: new IpAddress(family, w0, w1, w2, w3), length: length % (bits + 1) },
      bit,
      other: new IpAddress(family, w0 ^ flips[0]!, w1 ^ flips[1]!, w2 ^ flips[2]!, w3 ^ flips[3]!),
    };
  });

describe('prefixes', () => {
  test('an address that differs in one bit is inside exactly if that bit belongs to the host', () => {
    fc.assert(
      fc.property(cases, ({ prefix, bit, other }) => {
        expect(contains(prefix, prefix.address)).toBe(true);
        expect(contains(prefix, other)).toBe(bit >= prefix.length);
      }),
      runs(2000),
    );
  });

  test('mask and network are what shifting makes of them', () => {
    fc.assert(
      fc.property(cases, ({ prefix: { address, length } }) => {
        const host = BigInt(addressBits(address.family) - length);
        const ones = (1n << BigInt(addressBits(address.family))) - 1n;
        expect(number(mask(address.family, length))).toBe(((ones >> host) << host) & ones);
        expect(number(network({ address, length }).address)).toBe((number(address) >> host) << host);
      }),
      runs(1000),
    );
  });

  test('text is read back', () => {
    fc.assert(
      fc.property(cases, ({ prefix }) => {
        expect(parsePrefix(formatPrefix(prefix))).toEqual(prefix);
      }),
      runs(300),
    );
  });
});
