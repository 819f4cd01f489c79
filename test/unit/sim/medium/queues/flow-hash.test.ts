import { describe, expect, test } from 'vitest';
import { FramePool } from '../../../../../src/layers/frame.ts';
import { Memory } from '../../../../../src/layers/memory.ts';
import { flowHash } from '../../../../../src/sim/medium/queues/flow-hash.ts';
import { datagram } from './datagram.ts';

const pool = new FramePool(new Memory());
const hashOf = (bytes: Uint8Array, salt = 1): number => flowHash(pool.from(bytes), salt);

/** A datagram with single bytes changed. */
function changed(family: 4 | 6, changes: Readonly<Record<number, number>>): Uint8Array {
  const bytes = datagram({ id: 1, family });
  for (const [at, value] of Object.entries(changes)) bytes[Number(at)] = value;
  return bytes;
}

describe.each([4, 6] as const)('the flow of an IPv%i packet', (family) => {
  const addresses = family === 4 ? [26, 30] : [22, 38];
  const ports = family === 4 ? 34 : 54;
  const protocolAt = family === 4 ? 23 : 20;

  test('RFC 8290 §4.1: is its addresses, its protocol and its ports', () => {
    const hashes = [
      changed(family, {}),
      changed(family, { [addresses[0]!]: 99 }),
      changed(family, { [addresses[1]!]: 99 }),
      changed(family, { [protocolAt]: 6 }),
      changed(family, { [ports]: 99 }),
      changed(family, { [ports + 3]: 99 }),
    ].map((bytes) => hashOf(bytes));
    expect(new Set(hashes).size).toBe(6);
  });

  test('and nothing else: not length, traffic class, number, MAC addresses or content', () => {
    const [one, ...others] = [
      datagram({ id: 1, family }),
      datagram({ id: 2, family, length: 900 }),
      datagram({ id: 3, family, ecn: 3, dscp: 40 }),
      changed(family, { 0: 9, 11: 9, [ports + 9]: 77 }),
    ].map((bytes) => hashOf(bytes));
    expect(others).toEqual([one, one, one]);
    expect(hashOf(datagram({ id: 1, family, vlan: true }))).toBe(one);
  });

  test('RFC 8290 §4.1.1: without ports it is addresses and protocol', () => {
    const icmp = (byte: number): number => hashOf(changed(family, { [protocolAt]: 1, [ports]: byte }));
    expect(icmp(0)).toBe(icmp(200));
  });

  test('is salted', () => {
    const bytes = datagram({ id: 1, family });
    expect(new Set(Array.from({ length: 50 }, (_, salt) => hashOf(bytes, salt) % 1024)).size).toBeGreaterThan(40);
  });

  test('spreads flows that differ by one port evenly', () => {
    const counts = new Array<number>(64).fill(0);
    for (let flow = 0; flow < 6400; flow++) counts[hashOf(datagram({ id: 1, family, flow })) % 64]!++;
    // 100 each, with a deviation of 10.
    expect(Math.min(...counts)).toBeGreaterThan(60);
    expect(Math.max(...counts)).toBeLessThan(140);
  });
});

test('all fragments of a packet are of one flow, though only the first has the ports', () => {
  const [first, second] = [0x2000, 0x0002].map((flags) => {
    const bytes = datagram({ id: 1 });
    new DataView(bytes.buffer).setUint16(20, flags);
    if (flags === 2) bytes.fill(7, 34);
    return hashOf(bytes);
  });
  expect(first).toBe(second);
  const [one, two] = [0x0001, 0x0010].map((offset) => {
    const bytes = datagram({ id: 1, family: 6 });
    bytes[20] = 44;
    bytes[54] = 17;
    new DataView(bytes.buffer).setUint16(56, offset);
    if (offset !== 1) bytes.fill(7, 62);
    return hashOf(bytes);
  });
  expect(one).toBe(two);
});

test('extension headers are stepped over', () => {
  const bytes = datagram({ id: 1, family: 6, length: 120 });
  const plain = datagram({ id: 1, family: 6, length: 112 });
  bytes.copyWithin(62, 54, 112);
  bytes[20] = 60;
  bytes.set([17, 0, 1, 4, 0, 0, 0, 0], 54);
  expect(hashOf(bytes)).toBe(hashOf(plain));
});

test('what is no IP packet goes by its MAC addresses and type, and whatever is cut short does no harm', () => {
  const arp = (station: number): Uint8Array => {
    const bytes = new Uint8Array(60);
    bytes.set([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, station, 8, 6]);
    return bytes;
  };
  expect(hashOf(arp(1))).not.toBe(hashOf(arp(2)));
  for (const whole of [datagram({ id: 1 }), datagram({ id: 1, family: 6 })]) {
    for (let length = 1; length < whole.length; length++) hashOf(whole.slice(0, length));
  }
});
