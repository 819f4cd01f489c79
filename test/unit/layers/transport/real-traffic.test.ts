/**
 * Real captures through every codec: what was read is written again to the byte, and the checksum verdicts are tshark's
 * (4.0, with all checksum validation on).
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type IpAddress, readAddress } from '../../../../src/layers/address.ts';
import * as icmpv6 from '../../../../src/layers/network/icmpv6.ts';
import * as igmp from '../../../../src/layers/network/igmp.ts';
import * as ipv4 from '../../../../src/layers/network/ipv4.ts';
import * as ipv6 from '../../../../src/layers/network/ipv6.ts';
import * as ndp from '../../../../src/layers/network/ndp.ts';
import { viewOf } from '../../../../src/layers/record.ts';
import * as segment from '../../../../src/layers/transport/tcp/segment.ts';
import * as udp from '../../../../src/layers/transport/udp.ts';
import { readCapture } from '../../../../src/trace/capture-file.ts';

const CAPTURES = new URL('../../../../../shared/captures/', import.meta.url);
const SKIPPED = existsSync(CAPTURES) ? '' : ' (skipped: ../shared/captures is not there)';

/** Frames whose transport checksum is right, and wrong, as tshark says. */
const VERDICTS: readonly (readonly [file: string, linkHeader: number, good: number, bad: number])[] = [
  ['tfo-5c1fa7f9ae91', 14, 14, 0],
  ['mptcp-v1', 16, 0, 20],
  ['accecn_handshake', 14, 3, 3],
  ['icmpv6', 14, 5, 0],
  ['ipv6-routing-header', 14, 4, 0],
  ['IGMP_V2', 14, 18, 0],
  ['dns_udp', 14, 2, 0],
  ['dns_tcp', 14, 11, 0],
  ['ssh', 14, 54, 0],
  ['tftp', 14, 7, 0],
  ['print-flags', 14, 8, 2],
  ['dhcp-rfc3004', 14, 4, 0],
  ['ripv1v2', 14, 4, 0],
];

type Message = readonly [unverified: object | string, again: Uint8Array, verified: object | string];

/** Decodes and encodes what an IP packet carries. */
function transport(protocol: number, bytes: Uint8Array, source: IpAddress, destination: IpAddress): Message {
  const view = viewOf(bytes);
  const read = <R extends object>(
    codec: {
      decode: (view: DataView, at: number, length: number, source: IpAddress, destination: IpAddress) => R | string;
      decodeUnverified: (
        view: DataView,
        at: number,
        length: number,
        source: IpAddress,
        destination: IpAddress,
      ) => R | string;
    },
    encode: (record: R) => Uint8Array,
  ): Message => {
    const record = codec.decodeUnverified(view, 0, bytes.length, source, destination);
    if (typeof record === 'string') throw new Error(`${record}: ${bytes}`);
    return [record, encode(record), codec.decode(view, 0, bytes.length, source, destination)];
  };
  if (protocol === 6) return read(segment, (record) => segment.encode(record, source, destination));
  if (protocol === 17) return read(udp, (record) => udp.encode(record, source, destination));
  if (protocol === 2) return read(igmp, igmp.encode);
  if (protocol !== 58) throw new Error(`no codec for protocol ${protocol}`);
  if (ndp.optionsOffset(bytes[0]!) >= 0) return read(ndp, (record) => ndp.encode(record, source, destination));
  return read(icmpv6, (record) => icmpv6.encode(record, source, destination));
}

/** Where a packet with a routing header goes in the end: what the checksum covers (RFC 8200 §8.1). */
function finalDestination(record: ipv6.Ipv6Record): IpAddress {
  const routing = record.extensions.find((extension) => extension.header === 'routing');
  if (routing === undefined || routing.segmentsLeft === 0) return record.destination;
  return readAddress(6, viewOf(routing.data), routing.data.length - 16);
}

describe.skipIf(SKIPPED !== '')(`real traffic${SKIPPED}`, () => {
  test.each(VERDICTS)('%s', (file, linkHeader, good, bad) => {
    const found = { good: 0, bad: 0 };
    for (const { bytes: frame } of readCapture(readFileSync(new URL(`${file}.pcap`, CAPTURES))).frames) {
      const view = viewOf(frame.subarray(linkHeader));
      const packet = (ipv4.version(view, 0) === 4 ? ipv4 : ipv6).decode(view, 0, view.byteLength);
      if (typeof packet === 'string') throw new Error(packet);
      const again = 'options' in packet ? ipv4.encode(packet) : ipv6.encode(packet);
      expect([...again]).toEqual([...frame.subarray(linkHeader, linkHeader + again.length)]);
      const destination = 'extensions' in packet ? finalDestination(packet) : packet.destination;
      const [, message, verified] = transport(packet.protocol, packet.payload, packet.source, destination);
      expect([...message]).toEqual([...packet.payload]);
      found[typeof verified === 'string' ? 'bad' : 'good']++;
    }
    expect(found).toEqual({ good, bad });
  });

  test('Fast Open, Multipath TCP and the AE flag are found where they are', () => {
    const names = (file: string, linkHeader: number): Set<string> => {
      const found = new Set<string>();
      for (const { bytes: frame } of readCapture(readFileSync(new URL(`${file}.pcap`, CAPTURES))).frames) {
        const packet = ipv4.decode(viewOf(frame.subarray(linkHeader)), 0, frame.length - linkHeader) as ipv4.Ipv4Record;
        const view = viewOf(packet.payload);
        const record = segment.decodeUnverified(view, 0, packet.payload.length, packet.source, packet.destination);
        for (const option of (record as segment.TcpRecord).options) found.add(option.name);
        if (((record as segment.TcpRecord).flags & segment.AE) !== 0) found.add('AE');
      }
      return found;
    };
    expect(names('tfo-5c1fa7f9ae91', 14)).toContain('experiment');
    expect(names('mptcp-v1', 16)).toContain('multipath');
    expect(names('accecn_handshake', 14)).toContain('AE');
  });
});
