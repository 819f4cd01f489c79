import { crc32 as zlibCrc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import * as fcs from '../../../../src/layers/link/fcs.ts';
import { viewOf } from '../../../../src/layers/record.ts';

/** A bit at a time, as the standard's shift register does it. */
function naive(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const carry = ((crc ^ (byte >>> bit)) & 1) === 1;
      crc = (crc >>> 1) ^ (carry ? 0xedb88320 : 0);
    }
  }
  return ~crc;
}

describe('frame check sequence', () => {
  test('the check value of CRC-32 that every catalogue gives', () => {
    expect(fcs.crc32(viewOf(new TextEncoder().encode('123456789')), 0, 9) >>> 0).toBe(0xcbf43926);
    expect(fcs.crc32(viewOf(new Uint8Array(0)), 0, 0)).toBe(0);
  });

  test('every length and place agrees with the shift register', () => {
    const bytes = Uint8Array.from({ length: 80 }, (_, index) => (index * 167 + 13) & 0xff);
    for (let from = 0; from < 5; from++) {
      for (let length = 0; length <= 70; length++) {
        expect(fcs.crc32(viewOf(bytes), from, length)).toBe(naive(bytes.subarray(from, from + length)));
      }
    }
  });

  test.runIf(typeof zlibCrc32 === 'function')('zlib, where Node has it, agrees', () => {
    const bytes = Uint8Array.from({ length: 1514 }, (_, index) => (index * index) & 0xff);
    expect(fcs.crc32(viewOf(bytes), 0, 1514) >>> 0).toBe(zlibCrc32(bytes));
  });

  test('what was written is accepted, and no flip of a single bit is', () => {
    const bytes = Uint8Array.from({ length: 66 }, (_, index) => (index * 31) & 0xff);
    const view = viewOf(bytes);
    expect(fcs.writeFcs(view, 1, 60)).toBe(64);
    expect(fcs.check(view, 1, 64)).toBeUndefined();
    for (let bit = 8; bit < 8 * 65; bit++) {
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      expect(fcs.check(view, 1, 64)).toBe('ethernet-bad-fcs');
      bytes[bit >> 3]! ^= 1 << (bit & 7);
    }
  });

  test('RFC 1662 §C.3: the register over frame and sequence ends at the "good" value', () => {
    const view = new DataView(new ArrayBuffer(64));
    view.setUint32(10, 0xdeadbeef);
    fcs.writeFcs(view, 0, 60);
    expect(~fcs.crc32(view, 0, 64) >>> 0).toBe(0xdebb20e3);
  });

  test('three bytes hold no sequence', () => {
    expect(fcs.check(new DataView(new ArrayBuffer(3)), 0, 3)).toBe('ethernet-truncated');
  });
});
