import { describe, expect, test } from 'vitest';
import { ipv4 as address, IpAddress } from '../../../../src/layers/address.ts';
import { pseudoHeaderSum } from '../../../../src/layers/checksum.ts';
import { viewOf } from '../../../../src/layers/record.ts';
import * as udp from '../../../../src/layers/transport/udp.ts';

const source = address(192, 0, 2, 1);
const destination = address(198, 51, 100, 2);
const source6 = new IpAddress(6, 0x2001_0db8, 0, 0, 1);
const destination6 = new IpAddress(6, 0x2001_0db8, 0, 0, 2);
const record: udp.UdpRecord = { sourcePort: 53, destinationPort: 50000, payload: Uint8Array.of(1, 2, 3) };

describe('UDP', () => {
  test('RFC 768: header in place; ports above 255; odd lengths', () => {
    const bytes = udp.encode(record, source, destination);
    const view = viewOf(bytes);
    const pseudo = pseudoHeaderSum(source, destination, udp.PROTOCOL, 11);
    expect(udp.check(view, 0, 11, pseudo, 4)).toBeUndefined();
    expect([udp.sourcePort(view, 0), udp.destinationPort(view, 0), udp.length(view, 0)]).toEqual([53, 50000, 11]);
    const written = new Uint8Array(14).fill(0xee);
    udp.writeHeader(viewOf(written), 3, 53, 50000, 11);
    written.set(record.payload, 11);
    udp.writeChecksum(viewOf(written), 3, 11, pseudo);
    expect(written.subarray(3)).toEqual(bytes);
  });

  test.each([
    ['shorter than a header', 'udp-truncated', 7, 11],
    ['a length below the header', 'udp-bad-length', 11, 7],
    ['a length beyond the packet', 'udp-bad-length', 11, 12],
  ])('RFC 768: what is %s is refused', (_, reason, available, claimed) => {
    const bytes = udp.encode(record, source, destination);
    bytes[5] = claimed;
    expect(udp.decode(viewOf(bytes), 0, available, source, destination)).toBe(reason);
  });

  test('RFC 768: a checksum of zero is none; RFC 8200 §8.1: IPv6 forbids it', () => {
    const bytes = udp.encode({ ...record, checksum: 0 }, source, destination);
    expect(udp.decode(viewOf(bytes), 0, 11, source, destination)).toEqual({ ...record, checksum: 0 });
    expect(udp.decode(viewOf(bytes), 0, 11, source6, destination6)).toBe('udp-no-checksum');
  });

  test('RFC 768: a checksum that computes to zero is sent as all ones', () => {
    const base = udp.encode({ ...record, payload: Uint8Array.of(0, 0) }, source, destination);
    // The two bytes of payload take the value of the checksum, so that all adds up to 0xffff.
    const payload = base.slice(6, 8);
    const bytes = udp.encode({ ...record, payload }, source, destination);
    expect([bytes[6], bytes[7]]).toEqual([0xff, 0xff]);
    expect(udp.decode(viewOf(bytes), 0, 10, source, destination)).toEqual({ ...record, payload });
  });

  test('RFC 768: what IP delivers beyond the length is no data, and not in the checksum', () => {
    for (const [from, to] of [[source, destination] as const, [source6, destination6] as const]) {
      const bytes = udp.encode({ ...record, trailer: Uint8Array.of(9, 9, 9, 9) }, from, to);
      const pseudo = pseudoHeaderSum(from, to, udp.PROTOCOL, bytes.length);
      expect(udp.check(viewOf(bytes), 0, bytes.length, pseudo, from.family)).toBeUndefined();
      bytes[14] = 0;
      expect(udp.check(viewOf(bytes), 0, bytes.length, pseudo, from.family)).toBeUndefined();
      bytes[10] = 0xff;
      expect(udp.check(viewOf(bytes), 0, bytes.length, pseudo, from.family)).toBe('udp-bad-checksum');
    }
  });

  test('RFC 768: the pseudo-header counts: another address, another checksum', () => {
    const bytes = udp.encode(record, source, destination);
    expect(udp.decode(viewOf(bytes), 0, 11, source, address(198, 51, 100, 3))).toBe('udp-bad-checksum');
  });

  test("a programmer's mistake is told", () => {
    expect(() => udp.encode({ ...record, sourcePort: 65536 }, source, destination)).toThrow(/sourcePort/);
    expect(() => udp.encode({ ...record, payload: new Uint8Array(65528) }, source, destination)).toThrow(/length/);
  });
});
