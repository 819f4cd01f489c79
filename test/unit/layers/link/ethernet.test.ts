import { describe, expect, test } from 'vitest';
import * as ethernet from '../../../../src/layers/link/ethernet.ts';
import { macAddress } from '../../../../src/layers/mac.ts';
import { viewOf } from '../../../../src/layers/record.ts';

const alice = macAddress('02:00:00:00:00:0a');
const bob = macAddress('f2:00:00:00:00:0b');

const record = (payload: number, over: Partial<ethernet.EthernetRecord> = {}): ethernet.EthernetRecord => ({
  destination: bob,
  source: alice,
  typeOrLength: 0x0800,
  payload: new Uint8Array(payload).fill(7),
  trailer: new Uint8Array(0),
  ...over,
});

describe('Ethernet', () => {
  test('RFC 894: destination, source, type, data', () => {
    const view = viewOf(ethernet.encode(record(46)));
    expect(ethernet.check(view, 0, 60)).toBeUndefined();
    expect(ethernet.destination(view, 0)).toBe(bob);
    expect(ethernet.source(view, 0)).toBe(alice);
    expect(ethernet.typeOrLength(view, 0)).toBe(0x0800);
    expect(ethernet.isToGroup(view, 0)).toBe(false);
    expect(ethernet.isToGroup(viewOf(ethernet.encode(record(0, { destination: 0x3333_0000_0001 }))), 0)).toBe(true);
  });

  test('RFC 894: a short frame is padded with zeros up to 60 bytes, and a long one is left alone', () => {
    const bytes = new Uint8Array(80).fill(0xff);
    expect(ethernet.writePadding(viewOf(bytes), 3, 42)).toBe(60);
    expect([...bytes.subarray(40, 50)]).toEqual([255, 255, 255, 255, 255, 0, 0, 0, 0, 0]);
    expect([...bytes.subarray(60, 65)]).toEqual([0, 0, 0, 255, 255]);
    expect(ethernet.writePadding(viewOf(bytes), 0, 61)).toBe(61);
    expect(ethernet.encode(ethernet.padded(record(28)))).toHaveLength(60);
    expect(ethernet.encode(ethernet.padded(record(47)))).toHaveLength(61);
  });

  test('a runt that was never padded is read all the same: a TAP device delivers such frames', () => {
    const bytes = ethernet.encode(record(28));
    expect(ethernet.check(viewOf(bytes), 0, bytes.length)).toBeUndefined();
  });

  test('IEEE 802.3 §3.2.6: below 1536 it is a length, and what lies behind is trailer', () => {
    const given = record(38, { typeOrLength: 38, trailer: Uint8Array.of(1, 2, 3) });
    const bytes = ethernet.encode(given);
    expect(ethernet.decode(viewOf(bytes), 0, bytes.length)).toEqual(given);
    expect(ethernet.check(viewOf(bytes), 0, 14 + 37)).toBe('ethernet-bad-length');
  });

  test('the protocol above says where the payload of an EtherType ends', () => {
    const given = ethernet.padded(record(20));
    const bytes = ethernet.encode(given);
    const decoded = ethernet.decode(viewOf(bytes), 0, bytes.length) as ethernet.EthernetRecord;
    expect(decoded.payload).toHaveLength(46);
    expect(ethernet.splitTrailer(decoded, 20)).toEqual(given);
    expect(ethernet.encode(ethernet.splitTrailer(decoded, 20))).toEqual(bytes);
    expect(() => ethernet.splitTrailer(decoded, 47)).toThrow(RangeError);
  });

  test('13 bytes are no frame', () => {
    expect(ethernet.decode(new DataView(new ArrayBuffer(13)), 0, 13)).toBe('ethernet-truncated');
  });

  test('a programmer’s mistake is named', () => {
    expect(() => ethernet.encode(record(10, { typeOrLength: 11 }))).toThrow(/11 bytes, and it has 10/);
    expect(() => ethernet.encode(record(10, { destination: 2 ** 48 }))).toThrow(/the Ethernet destination/);
    expect(() => ethernet.encode(record(10, { typeOrLength: -1 }))).toThrow(RangeError);
  });
});
