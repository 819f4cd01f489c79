/** Address text against ipaddr.js, which is somebody else's reading of the same RFCs. */
import { isIP } from 'node:net';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { IpAddress, writeAddress } from '../../src/layers/address.ts';
import { formatIpAddress, parseIpAddress } from '../../src/layers/address-text.ts';
import { runs } from './runs.ts';

/** Words with many zero halves, so that runs of zeros of every length and place occur. */
const word = fc
  .tuple(fc.constantFrom(0, 0, 0, 1, 0xffff), fc.oneof(fc.constant(0), fc.nat(0xffff)))
  .map(([high, low]) => (high << 16) | low);
const address6 = fc.tuple(word, word, word, word).map(([a, b, c, d]) => new IpAddress(6, a, b, c, d));
const address4 = fc.integer().map((w3) => new IpAddress(4, 0, 0, 0, w3));

function bytesOf(address: IpAddress): number[] {
  const bytes = new Uint8Array(address.family === 4 ? 4 : 16);
  writeAddress(address, new DataView(bytes.buffer), 0);
  return [...bytes];
}

describe('address text', () => {
  test('is what ipaddr.js writes, except in the mixed notation of RFC 5952 §5', () => {
    fc.assert(
      fc.property(fc.oneof(address4, address6), (address) => {
        const oracle = ipaddr.fromByteArray(bytesOf(address));
        const text = formatIpAddress(address);
        if (oracle.kind() === 'ipv6' && (oracle as ipaddr.IPv6).isIPv4MappedAddress()) {
          expect(text).toBe(`::ffff:${(oracle as ipaddr.IPv6).toIPv4Address().toString()}`);
        } else {
          expect(text).toBe(oracle.kind() === 'ipv6' ? (oracle as ipaddr.IPv6).toRFC5952String() : oracle.toString());
        }
      }),
      runs(3000),
    );
  });

  test('is read back as the same address', () => {
    fc.assert(
      fc.property(fc.oneof(address4, address6), (address) => {
        expect(parseIpAddress(formatIpAddress(address))).toEqual(address);
      }),
      runs(2000),
    );
  });

  test('is read as ipaddr.js reads it, in whatever way it is written', () => {
    const writings = address6.chain((address) => {
      const oracle = ipaddr.fromByteArray(bytesOf(address)) as ipaddr.IPv6;
      const padded = oracle.parts.map((part) => part.toString(16).padStart(4, '0')).join(':');
      return fc.constantFrom(oracle.toNormalizedString(), padded, padded.toUpperCase());
    });
    fc.assert(
      fc.property(writings, (text) => {
        expect(bytesOf(parseIpAddress(text) as IpAddress)).toEqual(ipaddr.parse(text).toByteArray());
      }),
      runs(1000),
    );
  });

  test('is accepted exactly where inet_pton accepts it (node:net), and means what ipaddr.js makes of it', () => {
    const piece = fc.constantFrom(
      ...['0', '1', '01', '12', '255', '256', 'f', 'ffff', '10000', ':', ':', '::', '.', 'g', '-', ' ', '1.2.3.4'],
    );
    const pieces = fc.array(piece, { maxLength: 16 }).map((all) => all.join(''));
    const joined = fc.array(piece, { maxLength: 9 }).map((all) => all.join(':'));
    fc.assert(
      fc.property(fc.oneof(pieces, joined), (text) => {
        const address = parseIpAddress(text);
        expect(address?.family ?? 0).toBe(isIP(text));
        // ipaddr.js reads ::192.0.2.1 as IPv4-mapped; RFC 4291 §2.2 form 3 says otherwise.
        if (address === undefined || (text.includes('::') && text.includes('.'))) return;
        expect(bytesOf(address)).toEqual(ipaddr.parse(text).toByteArray());
      }),
      runs(5000),
    );
  });
});
