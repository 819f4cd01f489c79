import { describe, expect, test } from 'vitest';
import * as ppp from '../../../../src/layers/link/ppp.ts';
import * as pppoe from '../../../../src/layers/link/pppoe.ts';
import { viewOf } from '../../../../src/layers/record.ts';

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const information = Uint8Array.of(0x45, 0);

describe('PPP', () => {
  test.each([
    ['ff0300214500', { control: 3, protocol: 0x21, compressed: false, information }],
    ['00214500', { protocol: 0x21, compressed: false, information }],
    ['214500', { protocol: 0x21, compressed: true, information }],
    ['ff03214500', { control: 3, protocol: 0x21, compressed: true, information }],
    ['ff5f7e084500', { control: 0x5f, protocol: 0x7e08, compressed: false, information }],
  ])('RFC 1661 §2, §6.5, §6.6: %s', (hex, record) => {
    const bytes = bytesOf(hex);
    expect(ppp.decode(viewOf(bytes), 0, bytes.length)).toEqual(record);
    expect(ppp.encode(record)).toEqual(bytes);
  });

  test.each(['', 'ff', 'ff03', 'ff0300', '00'])('%s is cut short', (hex) => {
    expect(ppp.decode(viewOf(bytesOf(hex)), 0, hex.length / 2)).toBe('ppp-truncated');
  });

  test('protocols have names, and IP has its EtherType', () => {
    expect(ppp.protocolName(0xc021)).toBe('LCP');
    expect(ppp.protocolName(0x7e08)).toBe('0x7e08');
    expect([0x21, 0x57, 0xc021].map(ppp.etherTypeOf)).toEqual([0x0800, 0x86dd, undefined]);
  });

  test('a protocol that would be read as another one is refused', () => {
    expect(() => ppp.encode({ protocol: 0x0121, compressed: false, information })).toThrow(RangeError);
    expect(() => ppp.encode({ protocol: 0x20, compressed: true, information })).toThrow(RangeError);
    expect(() => ppp.encode({ protocol: 0xff, compressed: true, information })).toThrow(RangeError);
    expect(() => ppp.encode({ protocol: 0xc021, compressed: true, information })).toThrow(RangeError);
  });
});

describe('PPPoE', () => {
  // pppoe.pcap of tcpdump's test suite, behind the Ethernet header.
  const initiation = bytesOf('110900000012' + '01010000' + '0120000205dc' + '0103000416372c16');

  test('RFC 2516 §5.1: a PADI with its tags', () => {
    const record = pppoe.decode(viewOf(initiation), 0, initiation.length) as pppoe.PppoeRecord;
    expect(record).toMatchObject({ version: 1, type: 1, code: 9, session: 0 });
    expect(pppoe.codeName(record.code)).toBe('PADI');
    const tags = pppoe.decodeTags(record.payload) as pppoe.PppoeTag[];
    expect(tags.map(({ type, value }) => [pppoe.tagName(type), Buffer.from(value).toString('hex')])).toEqual([
      ['Service-Name', ''],
      ['PPP-Max-Payload', '05dc'],
      ['Host-Uniq', '16372c16'],
    ]);
    expect(pppoe.encode({ ...record, payload: pppoe.encodeTags(tags) })).toEqual(initiation);
  });

  test('RFC 2516 §4: padding behind its length is not read; a length beyond the frame is dropped', () => {
    const padded = new Uint8Array(46);
    padded.set(initiation);
    expect(pppoe.encode(pppoe.decode(viewOf(padded), 0, 46) as pppoe.PppoeRecord)).toEqual(initiation);
    expect(pppoe.decode(viewOf(initiation), 0, initiation.length - 1)).toBe('pppoe-bad-length');
    expect(pppoe.decode(viewOf(initiation), 0, 5)).toBe('pppoe-truncated');
  });

  test('RFC 2516 §4: a tag that runs beyond the payload is no tag', () => {
    expect(pppoe.decodeTags(bytesOf('01010001'))).toBe('pppoe-bad-length');
    expect(pppoe.decodeTags(bytesOf('010100'))).toBe('pppoe-bad-length');
  });
});
