import { describe, expect, test } from 'vitest';
import { ipAddress } from '../../../src/layers/address-text.ts';
import * as checksum from '../../../src/layers/checksum.ts';

const viewOf = (...bytes: number[]): DataView => new DataView(Uint8Array.from(bytes).buffer);

describe('the Internet checksum', () => {
  test('RFC 1071 §3: the numerical example sums to ddf2', () => {
    const view = viewOf(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
    expect(checksum.sum(view, 0, 8)).toBe(0xddf2);
    expect(checksum.finish(checksum.sum(view, 0, 8))).toBe(0x220d);
  });

  test('RFC 1071 §3: the example broken at an odd boundary sums to the same', () => {
    const view = viewOf(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
    const first = checksum.sum(view, 0, 3);
    const second = checksum.atOddOffset(checksum.sum(view, 3, 5));
    expect(checksum.finish(first + second)).toBe(0x220d);
  });

  test('RFC 1071 §1 [2]: an odd last byte counts as the upper half of a word', () => {
    expect(checksum.sum(viewOf(0x12, 0x34, 0x56), 0, 3)).toBe(0x1234 + 0x5600);
  });

  test('no bytes and zero bytes have the checksum 0xffff; a block of 0xff has 0', () => {
    expect(checksum.checksum(viewOf(), 0, 0)).toBe(0xffff);
    expect(checksum.checksum(new DataView(new ArrayBuffer(40)), 0, 40)).toBe(0xffff);
    expect(checksum.checksum(new DataView(new Uint8Array(1500).fill(0xff).buffer), 0, 1500)).toBe(0);
  });

  test('RFC 1071 §1: no carry is lost in 64 KB, nor in a megabyte, of the largest words', () => {
    for (const length of [65_535, 65_536, 0x4_0000, 0x4_0000 + 1, 1_000_003]) {
      const bytes = new Uint8Array(length).fill(0xff);
      if (length % 2 === 1) bytes[length - 1] = 0;
      expect(checksum.sum(new DataView(bytes.buffer), 0, length) % 0xffff).toBe(0);
      bytes[0] = 0xfe;
      expect(checksum.checksum(new DataView(bytes.buffer), 0, length)).toBe(0x0100);
    }
  });

  test('RFC 1071 §2 (1): deferred carries: 65,000 partials may be added before they are folded', () => {
    expect(checksum.finish(65_000 * 0xffff + 1)).toBe(0xfffe);
  });
});

describe('pseudo headers', () => {
  test('RFC 768: source, destination, zero and protocol, length', () => {
    const source = ipAddress('192.0.2.1');
    const destination = ipAddress('198.51.100.255');
    const spelled = viewOf(192, 0, 2, 1, 198, 51, 100, 255, 0, 17, 0x12, 0x34);
    expect(checksum.finish(checksum.pseudoHeaderSum(source, destination, 17, 0x1234))).toBe(
      checksum.checksum(spelled, 0, 12),
    );
  });

  test('RFC 8200 §8.1: addresses, a 32-bit length, and the next header', () => {
    const source = ipAddress('2001:db8:1:2:ffff:fffe:fffd:fffc');
    const destination = ipAddress('fe80::dead:beef');
    const spelled = viewOf(
      ...[0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 2, 0xff, 0xff, 0xff, 0xfe, 0xff, 0xfd, 0xff, 0xfc],
      ...[0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xde, 0xad, 0xbe, 0xef],
      ...[0, 1, 0x23, 0x45, 0, 0, 0, 6],
    );
    expect(checksum.finish(checksum.pseudoHeaderSum(source, destination, 6, 0x12345))).toBe(
      checksum.checksum(spelled, 0, 40),
    );
  });
});

describe('incremental update', () => {
  test('RFC 1624 §4: the example gives 0000, not the ffff of RFC 1141', () => {
    expect(checksum.update(0xdd2f, 0x5555, 0x3285)).toBe(0x0000);
  });

  test('RFC 1624 §3: a 32-bit word changes as its two halves do', () => {
    expect(checksum.update32(0xdd2f, 0x5555_0000 | 0, 0x3285_0000)).toBe(0x0000);
    expect(checksum.update32(0x1234, 0xffff_8000 | 0, 0x8000_0001 | 0)).toBe(
      checksum.update(checksum.update(0x1234, 0xffff, 0x8000), 0x8000, 0x0001),
    );
  });
});
