/** Initial sequence numbers RFC 6528, on SipHash-2-4, and the timestamp offset of RFC 7323 §5.4. */
import { describe, expect, test } from 'vitest';
import { type IpAddress, ipv4 } from '../../../../../src/layers/address.ts';
import { type SipKey, sipHash } from '../../../../../src/layers/siphash.ts';
import {
  connectionHash,
  drawKey,
  initialSequenceNumber,
} from '../../../../../src/layers/transport/tcp/initial-sequence.ts';
import { RandomStreams } from '../../../../../src/sim/random-streams.ts';

/** SipHash-2-4 once more, from the paper's section 2.2, with 64-bit integers. */
function reference(key: Uint8Array, message: Uint8Array): bigint {
  const word = (bytes: Uint8Array, at: number): bigint =>
    new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at, true);
  const rotate = (x: bigint, bits: bigint): bigint => BigInt.asUintN(64, (x << bits) | (x >> (64n - bits)));
  const k0 = word(key, 0);
  const k1 = word(key, 8);
  let v0 = k0 ^ 0x736f6d6570736575n;
  let v1 = k1 ^ 0x646f72616e646f6dn;
  let v2 = k0 ^ 0x6c7967656e657261n;
  let v3 = k1 ^ 0x7465646279746573n;
  const round = (): void => {
    v0 = BigInt.asUintN(64, v0 + v1);
    v1 = rotate(v1, 13n) ^ v0;
    v0 = rotate(v0, 32n);
    v2 = BigInt.asUintN(64, v2 + v3);
    v3 = rotate(v3, 16n) ^ v2;
    v0 = BigInt.asUintN(64, v0 + v3);
    v3 = rotate(v3, 21n) ^ v0;
    v2 = BigInt.asUintN(64, v2 + v1);
    v1 = rotate(v1, 17n) ^ v2;
    v2 = rotate(v2, 32n);
  };
  const padded = new Uint8Array((Math.floor(message.length / 8) + 1) * 8);
  padded.set(message);
  padded[padded.length - 1] = message.length & 255;
  for (let at = 0; at < padded.length; at += 8) {
    const m = word(padded, at);
    v3 ^= m;
    round();
    round();
    v0 ^= m;
  }
  v2 ^= 0xffn;
  for (let rounds = 0; rounds < 4; rounds++) round();
  return v0 ^ v1 ^ v2 ^ v3;
}

const counting = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index);
const wordsOf = (bytes: Uint8Array): number[] =>
  Array.from({ length: bytes.length / 4 }, (_, index) => new DataView(bytes.buffer).getInt32(4 * index, true));
const KEY = wordsOf(counting(16)) as unknown as SipKey;

describe('SipHash-2-4', () => {
  test('the test vector of the paper, appendix A: the reference is right', () => {
    expect(reference(counting(16), counting(15))).toBe(0xa129ca6149be45e5n);
  });

  test.each([
    [0, 0xdd0e0e31],
    [4, 0x277187b7],
    [8, 0x9a932462],
    [12, 0x860ee5fb],
  ])('the published vector for %i bytes: its lower 32 bits', (length, low) => {
    expect(sipHash(KEY, wordsOf(counting(length))) >>> 0).toBe(low);
  });

  test('as the reference for any key and any whole number of words', () => {
    const random = new RandomStreams(7).stream('siphash');
    for (let round = 0; round < 200; round++) {
      const keyBytes = Uint8Array.from({ length: 16 }, () => random.next() & 255);
      const message = Uint8Array.from({ length: 4 * (round % 12) }, () => random.next() & 255);
      const hash = sipHash(wordsOf(keyBytes) as unknown as SipKey, wordsOf(message));
      expect(hash >>> 0).toBe(Number(reference(keyBytes, message) & 0xffff_ffffn));
      expect(hash).toBe(hash | 0);
    }
  });
});

describe('ISN = M + F(localip, localport, remoteip, remoteport, secretkey)', () => {
  const random = new RandomStreams(1);
  const key = drawKey(random.stream('one'));
  const here = ipv4(10, 0, 0, 1);
  const there = ipv4(10, 0, 0, 2);
  const hash = (local: IpAddress, localPort: number, remote: IpAddress, remotePort: number, with_: SipKey = key) =>
    connectionHash(with_, local, localPort, remote, remotePort);

  test('RFC 9293 §3.4.1 (MUST-8) and RFC 6528 §3: M ticks every 4 microseconds, around the wrap as well', () => {
    for (const f of [0, 0x7fff_ffff, -1, 0x8000_0000 | 0]) {
      expect(initialSequenceNumber(0, f)).toBe(f);
      expect(initialSequenceNumber(3_999, f)).toBe(f);
      expect(initialSequenceNumber(4_000, f)).toBe((f + 1) | 0);
      expect(initialSequenceNumber(4e9, f)).toBe((f + 1_000_000) | 0);
      expect(initialSequenceNumber(4_000 * 2 ** 32, f)).toBe(f); // 4.77 hours later
    }
  });

  test('RFC 6528 §3: the same two sockets: later connections start later (INVARIANTS 41)', () => {
    const f = hash(here, 80, there, 5000);
    let before = initialSequenceNumber(0, f);
    for (let time = 1; time < 100; time++) {
      const next = initialSequenceNumber(time * 60e9, f);
      expect((next - before) | 0).toBe(15_000_000);
      before = next;
    }
  });

  test('RFC 9293 §3.4.1 (SHLD-1, MUST-9) and RFC 6528 §3: F depends on each of the four and on the key', () => {
    const all = [
      hash(here, 80, there, 5000),
      hash(there, 80, here, 5000),
      hash(here, 5000, there, 80),
      hash(here, 81, there, 5000),
      hash(here, 80, there, 5001),
      hash(ipv4(10, 0, 0, 3), 80, there, 5000),
      hash(here, 80, ipv4(10, 0, 0, 3), 5000),
      hash(here, 80, there, 5000, drawKey(random.stream('another'))),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(hash(here, 80, there, 5000)).toBe(all[0]);
  });
});
