import { describe, expect, test } from 'vitest';
import { IpAddress } from '../../../../src/layers/address.ts';
import * as ipv6 from '../../../../src/layers/network/ipv6.ts';
import { ExtensionWalk, walk, writeFragmentHeader } from '../../../../src/layers/network/ipv6-extension.ts';
import type { Ipv6ExtensionRecord } from '../../../../src/layers/network/ipv6-extension-record.ts';
import { viewOf } from '../../../../src/layers/record.ts';

const source = new IpAddress(6, 0x2001_0db8, 0, 0, 1);
const destination = new IpAddress(6, 0xff02_0000, 0, 0, 0xfb);
const record: ipv6.Ipv6Record = {
  trafficClass: 0xb9,
  flowLabel: 0xabcde,
  hopLimit: 3,
  source,
  destination,
  extensions: [],
  protocol: 17,
  payload: new Uint8Array(12).fill(9),
};

/** Walks a packet with these extension headers, 7 bytes into a buffer. */
function walked(extensions: Ipv6ExtensionRecord[], over: Partial<ipv6.Ipv6Record> = {}, cut = 0) {
  const bytes = ipv6.encode({ ...record, extensions, ...over });
  const buffer = new Uint8Array(7 + bytes.length - cut);
  buffer.set(bytes.subarray(0, bytes.length - cut), 7);
  const view = viewOf(buffer);
  view.setUint16(7 + 4, bytes.length - cut - 40);
  const found = new ExtensionWalk();
  const reason = walk(view, 7, found);
  return { reason, found, view };
}

const option = (type: number): Ipv6ExtensionRecord => ({
  header: 'destinationOptions',
  options: [{ name: 'option', type, data: Uint8Array.of(1, 2, 3, 4) }],
});
const fragment = (offset: number, moreFragments: boolean): Ipv6ExtensionRecord => ({
  header: 'fragment',
  offset,
  moreFragments,
  identification: -5,
});

describe('IPv6', () => {
  test('RFC 8200 §3: fields in place are those of the record', () => {
    const view = viewOf(ipv6.encode(record));
    expect(ipv6.check(view, 0, 52)).toBeUndefined();
    expect(ipv6.version(view, 0)).toBe(6);
    expect(ipv6.trafficClass(view, 0)).toBe(0xb9);
    expect(ipv6.flowLabel(view, 0)).toBe(0xabcde);
    expect(ipv6.payloadLength(view, 0)).toBe(12);
    expect(ipv6.nextHeader(view, 0)).toBe(17);
    expect(ipv6.hopLimit(view, 0)).toBe(3);
    expect(ipv6.sourceWord(view, 0, 3)).toBe(1);
    expect(ipv6.destinationWord(view, 0, 0)).toBe(0xff02_0000 | 0);
    expect(ipv6.decrementHopLimit(view, 0)).toBe(2);
  });

  test('writeHeader and encode agree', () => {
    const bytes = new Uint8Array(40);
    ipv6.writeHeader(viewOf(bytes), 0, 0xb9, 0xabcde, 12, 17, 3, source, destination);
    expect([...bytes]).toEqual([...ipv6.encode(record).subarray(0, 40)]);
  });

  test.each([
    ['shorter than a header', 'ipv6-truncated', 39, 6],
    ['version 4', 'ip-bad-version', 52, 4],
    ['payload beyond the frame', 'ipv6-bad-payload-length', 51, 6],
  ])('RFC 8200 §3: %s is refused', (_, reason, available, version) => {
    const bytes = ipv6.encode(record);
    bytes[0] = (version << 4) | (bytes[0]! & 0xf);
    expect(ipv6.check(viewOf(bytes), 0, available)).toBe(reason);
    expect(ipv6.decode(viewOf(bytes), 0, available)).toBe(reason);
  });

  test('RFC 8200 §4.2: options are filled up to 8 bytes with Pad1 or PadN', () => {
    const filled = (length: number): number[] => {
      const options = [{ name: 'option' as const, type: 0x1e, data: new Uint8Array(length) }];
      return [...ipv6.encode({ ...record, extensions: [{ header: 'destinationOptions', options }] }).subarray(40, -12)];
    };
    expect(filled(4)).toEqual([17, 0, 0x1e, 4, 0, 0, 0, 0]);
    expect(filled(3)).toEqual([17, 0, 0x1e, 3, 0, 0, 0, 0]);
    expect(filled(2)).toEqual([17, 0, 0x1e, 2, 0, 0, 1, 0]);
    expect(filled(5).slice(9)).toEqual([1, 5, 0, 0, 0, 0, 0]);
  });
});

describe('the chain of extension headers', () => {
  test('RFC 8200 §4.1: extension headers in order, up to the upper layer', () => {
    const { reason, found, view } = walked([
      { header: 'hopByHop', options: [{ name: 'option', type: 5, data: Uint8Array.of(0, 0) }] },
      { header: 'routing', routingType: 4, segmentsLeft: 0, data: new Uint8Array(20) },
      {
        header: 'authentication',
        securityParametersIndex: 1,
        sequenceNumber: 2,
        integrityCheckValue: new Uint8Array(12),
      },
      option(0x1e),
    ]);
    expect(reason).toBeUndefined();
    expect(found).toMatchObject({
      protocol: 17,
      at: 7 + 40 + 8 + 24 + 24 + 8,
      length: 12,
      isFragment: false,
      fragmentAt: -1,
    });
    expect(view.getUint8(found.nextHeaderAt)).toBe(17);
  });

  test('RFC 8200 §4.7: no next header', () => {
    expect(walked([option(0x1e)], { protocol: 59 }).found).toMatchObject({ protocol: 59, length: 12 });
  });

  test('RFC 8200 §4.1: hop-by-hop options anywhere but first are an unrecognized next header', () => {
    // The destination options header names it in its first byte, at 40.
    const { reason, found } = walked([option(0x1e), { header: 'hopByHop', options: [] }]);
    expect([reason, found.problemCode, found.problemPointer]).toEqual(['ipv6-bad-extension', 1, 40]);
  });

  test.each([
    [0x3e, undefined, -1, false],
    [0x7e, 'ipv6-unknown-option', -1, false],
    [0xbe, 'ipv6-unknown-option', 2, true],
    [0xfe, 'ipv6-unknown-option', 2, false],
  ])('RFC 8200 §4.2: unknown option %i: %s', (type, reason, code, evenToMulticast) => {
    const { reason: got, found } = walked([option(type)]);
    expect([got, found.problemCode, found.problemEvenToMulticast]).toEqual([reason, code, evenToMulticast]);
    if (code >= 0) expect(found.problemPointer).toBe(42);
  });

  test('RFC 8200 §4.4: an unknown routing type matters only while segments are left', () => {
    const routing = (segmentsLeft: number): Ipv6ExtensionRecord[] => [
      { header: 'routing', routingType: 0, segmentsLeft, data: new Uint8Array(20) },
    ];
    expect(walked(routing(0)).reason).toBeUndefined();
    const { reason, found } = walked(routing(1));
    expect([reason, found.problemCode, found.problemPointer]).toEqual(['ip-source-route', 0, 42]);
  });

  test('RFC 8200 §4.5: a fragment ends the walk; its data starts behind the fragment header', () => {
    const first = walked([option(0x1e), fragment(0, true)], { payload: new Uint8Array(16) });
    expect(first.reason).toBeUndefined();
    expect(first.found).toMatchObject({ isFragment: true, fragmentAt: 7 + 48, at: 7 + 56, length: 16, protocol: 17 });
    const later = walked([fragment(1480, false)], { protocol: 6, payload: new Uint8Array(3) });
    expect(later.found).toMatchObject({ isFragment: true, at: 7 + 48, length: 3, protocol: 6 });
  });

  test('RFC 6946 §4: an atomic fragment is a whole packet', () => {
    const { reason, found } = walked([fragment(0, false), option(0x1e)]);
    expect(reason).toBeUndefined();
    expect(found).toMatchObject({ isFragment: false, fragmentAt: 47, protocol: 17, at: 7 + 56 });
  });

  test('RFC 8200 §4.5: a first fragment without its upper-layer header draws code 3', () => {
    const short = walked([fragment(0, true)], { protocol: 6, payload: new Uint8Array(16) });
    expect([short.reason, short.found.problemCode, short.found.problemPointer]).toEqual(['ipv6-bad-extension', 3, 0]);
    expect(walked([fragment(0, true)], { protocol: 6, payload: new Uint8Array(24) }).reason).toBeUndefined();
    expect(walked([fragment(0, true), option(0x1e)], { payload: new Uint8Array(7) }).found.problemCode).toBe(3);
    // Nor are its options looked at before it is put together.
    expect(walked([fragment(0, true), option(0xfe)]).reason).toBeUndefined();
  });

  test('RFC 8200 §4: a chain of extension headers that the packet cuts off is refused', () => {
    expect(walked([option(0x1e)], { payload: new Uint8Array(0) }, 1).reason).toBe('ipv6-bad-extension');
    const long: Ipv6ExtensionRecord = { header: 'routing', routingType: 2, segmentsLeft: 0, data: new Uint8Array(20) };
    expect(walked([long], { payload: new Uint8Array(0) }, 8).reason).toBe('ipv6-bad-extension');
    const options: Ipv6ExtensionRecord = {
      header: 'hopByHop',
      options: [{ name: 'malformed', bytes: Uint8Array.of(1, 5, 0, 0, 0, 0) }],
    };
    expect(walked([options]).reason).toBe('ipv6-bad-extension');
    // A type as the packet's very last byte: its length would lie outside.
    const cut: Ipv6ExtensionRecord = {
      header: 'hopByHop',
      options: [{ name: 'malformed', bytes: Uint8Array.of(1, 3, 0, 0, 0, 5) }],
    };
    expect(walked([cut], { payload: new Uint8Array(0) }).reason).toBe('ipv6-bad-extension');
  });

  test('a walk forgets the one before', () => {
    const found = new ExtensionWalk();
    const bad = viewOf(
      ipv6.encode({ ...record, extensions: [fragment(0, true), option(0xbe)], payload: new Uint8Array(0) }),
    );
    expect(walk(bad, 0, found)).toBe('ipv6-bad-extension');
    expect(walk(viewOf(ipv6.encode(record)), 0, found)).toBeUndefined();
    expect(found).toMatchObject({
      problemCode: -1,
      isFragment: false,
      fragmentAt: -1,
      protocol: 17,
      at: 40,
      length: 12,
    });
  });

  test('RFC 8200 §4.5: writeFragmentHeader and the record agree', () => {
    const bytes = new Uint8Array(8).fill(0xff);
    writeFragmentHeader(viewOf(bytes), 0, 17, 1480, true, -5);
    expect([...bytes]).toEqual([...ipv6.encode({ ...record, extensions: [fragment(1480, true)] }).subarray(40, 48)]);
  });
});
