import { describe, expect, test } from 'vitest';
import { ipv4 as address } from '../../../../src/layers/address.ts';
import * as ipv4 from '../../../../src/layers/network/ipv4.ts';
import { encodeOptions, isCopied } from '../../../../src/layers/network/ipv4-options.ts';
import { viewOf } from '../../../../src/layers/record.ts';

/** The SYN of dns_tcp.pcap, with its Ethernet header off. */
const SYN =
  '4500003c9b28400040061376c0a8010bd157f912' +
  '83f3003523fec80c00000000a002faf00c410000020405b40402080a79e2ca9a0000000001030307';
const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

const record: ipv4.Ipv4Record = {
  trafficClass: 0xb8,
  identification: 7,
  dontFragment: false,
  moreFragments: true,
  fragmentOffset: 1480,
  timeToLive: 64,
  protocol: 17,
  source: address(192, 0, 2, 1),
  destination: address(198, 51, 100, 2),
  options: [],
  payload: Uint8Array.of(1, 2, 3),
};

describe('IPv4', () => {
  test('RFC 791 §3.1: fields of a real packet', () => {
    const bytes = hex(SYN);
    const view = viewOf(bytes);
    expect(ipv4.check(view, 0, bytes.length)).toBeUndefined();
    expect(ipv4.version(view, 0)).toBe(4);
    expect(ipv4.headerLength(view, 0)).toBe(20);
    expect(ipv4.totalLength(view, 0)).toBe(60);
    expect(ipv4.identification(view, 0)).toBe(0x9b28);
    expect([ipv4.dontFragment(view, 0), ipv4.moreFragments(view, 0), ipv4.isFragment(view, 0)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(ipv4.timeToLive(view, 0)).toBe(64);
    expect(ipv4.protocol(view, 0)).toBe(6);
    expect(ipv4.headerChecksum(view, 0)).toBe(0x1376);
    expect(ipv4.sourceWord(view, 0)).toBe(address(192, 168, 1, 11).w3);
    expect(ipv4.destinationWord(view, 0)).toBe(address(209, 87, 249, 18).w3);
  });

  test('RFC 791 §3.1: a fragment: offset in units of 8 bytes, MF, and no mistaking DF for one', () => {
    const view = viewOf(ipv4.encode(record));
    expect(ipv4.fragmentOffset(view, 0)).toBe(1480);
    expect(ipv4.isFragment(view, 0)).toBe(true);
    const last = viewOf(ipv4.encode({ ...record, moreFragments: false }));
    expect([ipv4.isFragment(last, 0), ipv4.moreFragments(last, 0)]).toEqual([true, false]);
    const whole = viewOf(ipv4.encode({ ...record, moreFragments: false, fragmentOffset: 0, dontFragment: true }));
    expect(ipv4.isFragment(whole, 0)).toBe(false);
  });

  test('RFC 791 §3.1: writeHeader gives the bytes that were sent, checksum included', () => {
    const bytes = new Uint8Array(24).fill(0xee);
    const words = [address(192, 168, 1, 11).w3, address(209, 87, 249, 18).w3] as const;
    ipv4.writeHeader(viewOf(bytes), 2, 20, 0, 60, 0x9b28, ipv4.DONT_FRAGMENT, 64, 6, ...words);
    expect([...bytes.subarray(2, 22)]).toEqual([...hex(SYN).subarray(0, 20)]);
    expect([bytes[1], bytes[22]]).toEqual([0xee, 0xee]);
  });

  test.each([
    ['shorter than a header', 'ipv4-truncated', (bytes: Uint8Array) => bytes.subarray(0, 19)],
    ['version 5', 'ip-bad-version', (bytes: Uint8Array) => bytes.fill(0x55, 0, 1)],
    ['IHL 4', 'ipv4-bad-header-length', (bytes: Uint8Array) => bytes.fill(0x44, 0, 1)],
    ['IHL beyond the packet', 'ipv4-bad-header-length', (bytes: Uint8Array) => bytes.fill(0x47, 0, 1)],
    ['total length below the header', 'ipv4-bad-total-length', (bytes: Uint8Array) => bytes.fill(19, 3, 4)],
    ['total length beyond the frame', 'ipv4-bad-total-length', (bytes: Uint8Array) => bytes.fill(24, 3, 4)],
    ['a wrong checksum', 'ipv4-bad-checksum', (bytes: Uint8Array) => bytes.fill(9, 8, 9)],
  ])('RFC 791 §3.1: %s is refused', (_, reason, damage) => {
    const bytes = damage(ipv4.encode(record));
    expect(ipv4.check(viewOf(bytes), 0, bytes.length)).toBe(reason);
    expect(ipv4.decode(viewOf(bytes), 0, bytes.length)).toBe(reason);
  });

  test('RFC 894: Ethernet padding behind the total length is not payload', () => {
    const padded = new Uint8Array(46);
    padded.set(ipv4.encode(record));
    expect(ipv4.check(viewOf(padded), 0, 46)).toBeUndefined();
    expect(ipv4.decode(viewOf(padded), 0, 46)).toEqual(record);
  });

  test('a wrong checksum is kept by decodeUnverified, and written again', () => {
    const bytes = ipv4.encode({ ...record, checksum: 0xdead });
    expect(ipv4.decode(viewOf(bytes), 0, bytes.length)).toBe('ipv4-bad-checksum');
    expect(ipv4.decodeUnverified(viewOf(bytes), 0, bytes.length)).toEqual({ ...record, checksum: 0xdead });
  });

  test('RFC 1624 §4: one hop less where the sum would turn over, and never below zero', () => {
    for (let identification = 0; identification < 0x10000; identification += 13) {
      const bytes = ipv4.encode({ ...record, identification, timeToLive: 2 });
      expect(ipv4.decrementTimeToLive(viewOf(bytes), 0)).toBe(1);
      expect(ipv4.check(viewOf(bytes), 0, bytes.length)).toBeUndefined();
    }
    const dead = viewOf(ipv4.encode({ ...record, timeToLive: 0 }));
    expect(ipv4.decrementTimeToLive(dead, 0)).toBe(0);
    expect(ipv4.timeToLive(dead, 0)).toBe(0);
  });

  test('RFC 791 §3.1: options: each kind as the RFC draws it, padded to a word', () => {
    expect([
      ...encodeOptions([
        { name: 'recordRoute', pointer: 4, addresses: [address(1, 2, 3, 4)] },
        { name: 'noOperation' },
        { name: 'routerAlert', value: 0 },
        { name: 'timestamp', pointer: 9, overflow: 1, flag: 3, words: [0xffff_ffff] },
        { name: 'unknown', type: 0xde, data: Uint8Array.of(5) },
      ]),
    ]).toEqual([7, 7, 4, 1, 2, 3, 4, 1, 148, 4, 0, 0, 68, 8, 9, 0x13, 255, 255, 255, 255, 0xde, 3, 5, 0]);
    expect([isCopied(131), isCopied(7)]).toEqual([true, false]);
  });

  test('options whose lengths make no sense are kept as they are', () => {
    const bytes = ipv4.encode({ ...record, options: [{ name: 'malformed', bytes: Uint8Array.of(7, 1, 9, 9) }] });
    const decoded = ipv4.decode(viewOf(bytes), 0, bytes.length) as ipv4.Ipv4Record;
    expect(decoded.options).toEqual([{ name: 'malformed', bytes: Uint8Array.of(7, 1, 9, 9) }]);
  });

  test("a programmer's mistake is told: ports of a field, families, 40 bytes of options", () => {
    expect(() => ipv4.encode({ ...record, timeToLive: 256 })).toThrow(/timeToLive must be an integer from 0 to 255/);
    expect(() => ipv4.encode({ ...record, fragmentOffset: 4 })).toThrow(/multiple of 8/);
    expect(() => ipv4.encode({ ...record, payload: new Uint8Array(65516) })).toThrow(/65535/);
    const routes = Array.from({ length: 10 }, () => address(1, 1, 1, 1));
    expect(() => encodeOptions([{ name: 'recordRoute', pointer: 4, addresses: routes }])).toThrow(/room for 40/);
  });
});
