/** The Internet checksum against the loop that a textbook shows. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as checksum from '../../src/layers/checksum.ts';
import { runs } from './runs.ts';

/** RFC 1071 §1, word by word with the end-around carry at each step. */
function naiveSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += (bytes[i] ?? 0) * 256 + (bytes[i + 1] ?? 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return sum;
}

/** A view of exactly `bytes` within a larger buffer: reading before or behind throws. */
function tightView(bytes: Uint8Array, offset: number): DataView {
  const buffer = new Uint8Array(bytes.length + offset + 8).fill(0xa5);
  buffer.set(bytes, offset);
  return new DataView(buffer.buffer, offset, bytes.length);
}

const bytesOf = (maxLength: number): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc.uint8Array({ maxLength }),
    fc.array(fc.constantFrom(0, 0xff, 0x80), { maxLength }).map((bytes) => Uint8Array.from(bytes)),
  );

describe('the Internet checksum', () => {
  test('equals the naive loop, for every length and offset, and reads nothing else', () => {
    fc.assert(
      fc.property(bytesOf(200), fc.nat(15), (bytes, offset) => {
        expect(checksum.checksum(tightView(bytes, offset), 0, bytes.length)).toBe(~naiveSum(bytes) & 0xffff);
      }),
      runs(2000),
    );
  });

  test('a sum may be broken anywhere, and its pieces added in any order', () => {
    fc.assert(
      fc.property(bytesOf(120), fc.array(fc.nat(120), { maxLength: 4 }), (bytes, cuts) => {
        const view = tightView(bytes, 3);
        const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].sort((a, b) => b - a);
        let partial = 0;
        for (let i = 0; i + 1 < places.length; i++) {
          const from = places[i + 1] ?? 0;
          const piece = checksum.sum(view, from, (places[i] ?? 0) - from);
          partial += from % 2 === 0 ? piece : checksum.atOddOffset(piece);
        }
        expect(checksum.finish(partial)).toBe(checksum.checksum(view, 0, bytes.length));
      }),
      runs(1000),
    );
  });

  test('what was written verifies, and no flip of a single bit does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 100 }), fc.nat(), fc.nat(), (bytes, where, bit) => {
        const view = tightView(bytes, 1);
        const field = 2 * (where % (bytes.length >> 1));
        view.setUint16(field, 0);
        view.setUint16(field, checksum.checksum(view, 0, bytes.length));
        expect(checksum.checksum(view, 0, bytes.length)).toBe(0);
        const flipped = bit % (8 * bytes.length);
        view.setUint8(flipped >> 3, view.getUint8(flipped >> 3) ^ (1 << (flipped & 7)));
        expect(checksum.checksum(view, 0, bytes.length)).not.toBe(0);
      }),
      runs(1000),
    );
  });

  test('RFC 1624: an update equals the sum made anew', () => {
    fc.assert(
      // A sum is never +0 when something in it is not zero, and every header has such a field (RFC 1624 §3).
      fc.property(bytesOf(60), fc.integer(), fc.integer(), fc.nat(14), (bytes, before, after, word) => {
        const header = new Uint8Array(64);
        header.set(bytes);
        header[0] = 0x45;
        const view = new DataView(header.buffer);
        const at = 4 + 4 * (word % 15);
        view.setInt32(at, before);
        const old = checksum.checksum(view, 0, 64);
        view.setInt32(at, after);
        const anew = checksum.checksum(view, 0, 64);
        expect(checksum.update32(old, before, after)).toBe(anew);
        const half = checksum.update(old, before >>> 16, after >>> 16);
        expect(checksum.update(half, before & 0xffff, after & 0xffff)).toBe(anew);
      }),
      runs(1000),
    );
  });

  test('pseudo headers equal their spelled-out bytes', () => {
    const word = fc.oneof(fc.integer(), fc.constantFrom(0, -1, 0x7fff_ffff, -0x8000_0000));
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 8, maxLength: 8 }),
        fc.nat(255),
        fc.nat(65535),
        (words, protocol, length) => {
          const view = new DataView(new ArrayBuffer(40));
          for (const [index, value] of words.entries()) view.setInt32(4 * index, value);
          view.setInt32(32, length);
          view.setInt32(36, protocol);
          const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = words;
          expect(checksum.finish(checksum.pseudoHeaderSum6(a, b, c, d, e, f, g, h, protocol, length))).toBe(
            checksum.checksum(view, 0, 40),
          );
          view.setInt32(8, (protocol << 16) | length);
          expect(checksum.finish(checksum.pseudoHeaderSum4(a, b, protocol, length))).toBe(
            checksum.checksum(view, 0, 12),
          );
        },
      ),
      runs(500),
    );
  });
});
