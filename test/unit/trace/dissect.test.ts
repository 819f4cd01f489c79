import { describe, expect, test } from 'vitest';
import { ipv4 } from '../../../src/layers/address.ts';
import { ipAddress } from '../../../src/layers/address-text.ts';
import { encode as encodeIcmpv4 } from '../../../src/layers/network/icmpv4.ts';
import { encode as encodeIpv4, type Ipv4Record } from '../../../src/layers/network/ipv4.ts';
import { encode as encodeIpv6 } from '../../../src/layers/network/ipv6.ts';
import { encode as encodeUdp } from '../../../src/layers/transport/udp.ts';
import { dissect } from '../../../src/trace/dissect.ts';
import { fieldsOf } from '../../../src/trace/fields.ts';
import { findLayer, type Layer } from '../../../src/trace/layer.ts';
import { LINK_TYPES } from '../../../src/trace/link-type.ts';
import { textWriter } from '../../../src/trace/text.ts';
import { FORTH, segmentFrame } from './run.ts';

const A = ipv4(10, 0, 0, 1);
const B = ipv4(10, 0, 0, 2);

const packet = (protocol: number, payload: Uint8Array, change: Partial<Ipv4Record> = {}): Uint8Array =>
  encodeIpv4({
    trafficClass: 0,
    identification: 0,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive: 64,
    protocol,
    source: A,
    destination: B,
    options: [],
    payload,
    ...change,
  });

const datagram = (length: number): Uint8Array =>
  encodeUdp({ sourcePort: 4000, destinationPort: 53, payload: new Uint8Array(length).fill(7) }, A, B);

const outline = (layers: readonly Layer[]): string[] =>
  layers.map((layer) =>
    [
      layer.protocol === 'data' ? layer.record.name : layer.protocol,
      `${layer.at}+${layer.length}`,
      layer.checksum ?? '',
      layer.problem ?? '',
    ]
      .filter((word) => word !== '')
      .join(' '),
  );

const raw = (bytes: Uint8Array, originalLength?: number): readonly Layer[] =>
  dissect(LINK_TYPES.raw, bytes, originalLength).layers;

describe('dissection', () => {
  test('a padded Ethernet frame: the padding is no data', () => {
    const frame = new Uint8Array(60);
    frame.set(segmentFrame(FORTH, {}));
    expect(outline(dissect(LINK_TYPES.ethernet, frame).layers)).toEqual([
      'ethernet 0+14',
      'ipv4 14+20 good',
      'tcp 34+20 good',
      'padding 54+6',
    ]);
  });

  test('a changed byte makes a checksum bad, and nothing else', () => {
    const frame = segmentFrame(FORTH, { text: 'hello' });
    frame[frame.length - 1]! ^= 1;
    expect(outline(dissect(LINK_TYPES.ethernet, frame).layers)).toEqual([
      'ethernet 0+14',
      'ipv4 14+20 good',
      'tcp 34+20 bad tcp-bad-checksum',
      'HTTP 54+5',
    ]);
  });

  test('RFC 8200 §8.1: UDP without a checksum: allowed over IPv4, not over IPv6', () => {
    const bare = datagram(3);
    bare.fill(0, 6, 8);
    expect(outline(raw(packet(17, bare)))).toEqual(['ipv4 0+20 good', 'udp 20+8 none', 'DNS 28+3']);
    const six = encodeIpv6({
      trafficClass: 0,
      flowLabel: 0,
      hopLimit: 64,
      source: ipAddress('2001:db8::1'),
      destination: ipAddress('2001:db8::2'),
      extensions: [],
      protocol: 17,
      payload: bare,
    });
    expect(outline(raw(six))).toEqual(['ipv6 0+40', 'udp 40+8 none udp-no-checksum', 'DNS 48+3']);
  });

  test('a frame that the capture cut: what is there is shown, checksums over what is not are unverified', () => {
    const whole = packet(17, datagram(100));
    expect(outline(raw(whole.slice(0, 60), whole.length))).toEqual([
      'ipv4 0+20 good',
      'udp 20+8 unverified',
      'DNS 28+32',
    ]);
    expect(outline(raw(whole.slice(0, 25), whole.length))).toEqual(['ipv4 0+20 good', 'UDP 20+5 cut-by-capture']);
    expect(outline(raw(whole.slice(0, 12), whole.length))).toEqual(['IPv4 0+12 cut-by-capture']);
    const options = [{ name: 'timestamps', value: 1, echo: 2 }] as const;
    const segment = segmentFrame(FORTH, { options, text: 'hello' });
    const { layers } = dissect(LINK_TYPES.ethernet, segment.slice(0, 60), segment.length);
    expect(outline(layers).slice(2)).toEqual(['TCP 34+26 cut-by-capture']);
    // Not cut by the capture: the frame itself is too short.
    expect(outline(raw(whole.slice(0, 60)))).toEqual(['IPv4 0+60 ipv4-bad-total-length']);
  });

  test('fragments: the first has the header and no verdict, the others neither', () => {
    const whole = datagram(40);
    expect(outline(raw(packet(17, whole.slice(0, 24), { moreFragments: true })))).toEqual([
      'ipv4 0+20 good',
      'udp 20+8 unverified',
      'DNS 28+16',
    ]);
    expect(outline(raw(packet(17, whole.slice(24), { fragmentOffset: 24 })))).toEqual([
      'ipv4 0+20 good',
      'fragment of UDP 20+24 later-fragment',
    ]);
  });

  test('an ICMP error quotes the beginning of a packet, at its place in the frame', () => {
    const quote = packet(17, datagram(100)).slice(0, 28);
    const error = packet(1, encodeIcmpv4({ message: 'destinationUnreachable', code: 3, nextHopMtu: 0, quote }));
    const layers = raw(error);
    expect(outline(layers)).toEqual(['ipv4 0+20 good', 'icmpv4 20+8 good']);
    const icmp = findLayer(layers, 'icmpv4')!;
    expect(outline(icmp.quoted ?? [])).toEqual(['ipv4 28+20 good', 'udp 48+8 unverified']);
    expect(fieldsOf(icmp, error)).toMatchObject({ typeName: 'destination unreachable', codeName: 'port unreachable' });
    expect(
      textWriter()({ time: undefined, timeDigits: 6, linkType: LINK_TYPES.raw, bytes: error, originalLength: 56 }),
    ).toBe(
      '- IP 10.0.0.1 > 10.0.0.2: ICMP destination unreachable: port unreachable ' +
        '(10.0.0.1.4000 > 10.0.0.2.53 UDP), length 36\n',
    );
  });

  test('packets inside packets end somewhere', () => {
    let inner = packet(17, datagram(1));
    for (let depth = 0; depth < 12; depth++) inner = packet(4, inner);
    const layers = raw(inner);
    expect(layers).toHaveLength(10);
    expect(layers.at(-1)?.problem).toBe('nested-too-deep');
  });

  test.each([
    [LINK_TYPES.null, '02000000'],
    [LINK_TYPES.null, '00000002'],
    [LINK_TYPES.loop, '00000002'],
    [LINK_TYPES.ppp, '0021'],
    [LINK_TYPES.pppHdlc, 'ff030021'],
    [LINK_TYPES.raw, ''],
    [LINK_TYPES.rawBsd, ''],
    [LINK_TYPES.rawOpenBsd, ''],
    [LINK_TYPES.ipv4, ''],
    [LINK_TYPES.linuxCooked, '00000001000600000000000000000800'],
    [LINK_TYPES.linuxCooked2, '0800000000000001000100060000000000000000'],
    [LINK_TYPES.ethernet, '020000000002020000000001 8100 2007 0800'],
    [LINK_TYPES.ethernet, '020000000002020000000001 0031 aaaa03 000000 0800'],
    [LINK_TYPES.ethernet, '020000000002020000000001 8864 11 00 0001 002b 0021'],
  ])('link type %d finds the packet behind %s', (linkType, header) => {
    const start = Buffer.from(header.replaceAll(' ', ''), 'hex');
    const bytes = new Uint8Array(Buffer.concat([start, packet(17, datagram(13))]));
    const { layers } = dissect(linkType, bytes);
    expect(findLayer(layers, 'udp')?.at).toBe(start.length + 20);
    expect(layers.every((layer) => layer.problem === undefined)).toBe(true);
  });

  test('what is not known says so', () => {
    expect(outline(dissect(147, new Uint8Array(3)).layers)).toEqual(['link type 147 0+3 link-type-unknown']);
    const ethernet = Uint8Array.from(Buffer.from('020000000002020000000001 88cc 0207'.replaceAll(' ', ''), 'hex'));
    expect(outline(dissect(1, ethernet).layers)).toEqual(['ethernet 0+14', 'LLDP 14+2 ethernet-unknown-type']);
    expect(outline(raw(packet(132, new Uint8Array(5))))).toEqual(['ipv4 0+20 good', 'SCTP 20+5 ip-unknown-protocol']);
  });
});
