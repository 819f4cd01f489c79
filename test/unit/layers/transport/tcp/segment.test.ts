import { describe, expect, test } from 'vitest';
import { ipv4 as address } from '../../../../../src/layers/address.ts';
import { pseudoHeaderSum } from '../../../../../src/layers/checksum.ts';
import { viewOf } from '../../../../../src/layers/record.ts';
import * as segment from '../../../../../src/layers/transport/tcp/segment.ts';

const source = address(192, 0, 2, 1);
const destination = address(198, 51, 100, 2);
const record: segment.TcpRecord = {
  sourcePort: 1025,
  destinationPort: 65535,
  sequenceNumber: -2,
  acknowledgmentNumber: -0x8000_0000,
  flags: segment.SYN | segment.ACK | segment.AE | 0x800,
  window: 0xfffe,
  urgentPointer: 3,
  options: [{ name: 'timestamps', value: -1, echo: 5 }, { name: 'noOperation' }, { name: 'noOperation' }],
  payload: Uint8Array.of(1, 2, 3),
};

describe('the TCP header', () => {
  test('RFC 9293 §3.1: fields in place, sequence numbers signed, twelve bits of flags', () => {
    const bytes = segment.encode(record, source, destination);
    const view = viewOf(bytes);
    expect(segment.check(view, 0, 35, pseudoHeaderSum(source, destination, 6, 35))).toBeUndefined();
    expect([segment.sourcePort(view, 0), segment.destinationPort(view, 0)]).toEqual([1025, 65535]);
    expect([segment.sequenceNumber(view, 0), segment.acknowledgmentNumber(view, 0)]).toEqual([-2, -0x8000_0000]);
    expect(segment.dataOffset(view, 0)).toBe(32);
    expect(segment.flags(view, 0)).toBe(0x912);
    expect([segment.window(view, 0), segment.urgentPointer(view, 0)]).toEqual([0xfffe, 3]);
    expect([...bytes.subarray(32)]).toEqual([1, 2, 3]);
  });

  test('RFC 9293 §3.1 (MUST-2): writeHeader and writeChecksum give what encode gives', () => {
    const expected = segment.encode(record, source, destination);
    const bytes = new Uint8Array(35).fill(0xee);
    bytes.set(expected.subarray(20), 20);
    segment.writeHeader(viewOf(bytes), 0, 1025, 65535, -2, -0x8000_0000, 32, record.flags, 0xfffe, 3);
    expect(segment.checksumField(viewOf(bytes), 0)).toBe(0);
    segment.writeChecksum(viewOf(bytes), 0, 35, pseudoHeaderSum(source, destination, 6, 35));
    expect(bytes).toEqual(expected);
    segment.writeHeader(viewOf(bytes), 0, 1025, 65535, -2, -0x8000_0000, 60, record.flags, 0xfffe, 3);
    expect(segment.dataOffset(viewOf(bytes), 0)).toBe(60);
  });

  test.each([
    ['shorter than a header', 'tcp-truncated', 19, 0x50],
    ['a data offset of 16', 'tcp-bad-data-offset', 35, 0x40],
    ['a data offset beyond the segment', 'tcp-bad-data-offset', 35, 0x90],
    ['a wrong checksum', 'tcp-bad-checksum', 35, 0x70],
  ])('%s is refused', (_, reason, available, offset) => {
    const bytes = segment.encode(record, source, destination);
    bytes[12] = offset;
    expect(segment.decode(viewOf(bytes), 0, available, source, destination)).toBe(reason);
  });

  test('the flags’ names are in the order of their bits', () => {
    expect(segment.FLAG_NAMES.map(([mask]) => mask)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256]);
  });

  test("a programmer's mistake is told", () => {
    expect(() => segment.encode({ ...record, sequenceNumber: 2 ** 31 }, source, destination)).toThrow(/sequenceNumber/);
    expect(() => segment.encode({ ...record, flags: 0x1000 }, source, destination)).toThrow(/flags/);
    const long = Array.from({ length: 41 }, () => ({ name: 'noOperation' }) as const);
    expect(() => segment.encode({ ...record, options: long }, source, destination)).toThrow(/room for 40/);
  });
});
