/** The laws of the network layer's codecs, over records of every kind and bytes of any kind. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { IpAddress } from '../../src/layers/address.ts';
import { Frame } from '../../src/layers/frame.ts';
import { Memory } from '../../src/layers/memory.ts';
import * as icmpv4 from '../../src/layers/network/icmpv4.ts';
import * as icmpv6 from '../../src/layers/network/icmpv6.ts';
import * as igmp from '../../src/layers/network/igmp.ts';
import * as ipv4 from '../../src/layers/network/ipv4.ts';
import { encodeOptions as encodeIpv4Options, type Ipv4OptionRecord } from '../../src/layers/network/ipv4-options.ts';
import * as ipv6 from '../../src/layers/network/ipv6.ts';
import { ExtensionWalk, isExtension, walk } from '../../src/layers/network/ipv6-extension.ts';
import type { Ipv6ExtensionRecord, Ipv6OptionRecord } from '../../src/layers/network/ipv6-extension-record.ts';
import * as ndp from '../../src/layers/network/ndp.ts';
import { findOption, type NdpOptionRecord } from '../../src/layers/network/ndp-options.ts';
import { ReceivedPacket } from '../../src/layers/network/packet.ts';
import {
  bitErrorsAreRefused,
  bytesBehindDoNotMatter,
  bytesSurvive,
  type Codec,
  damaged,
  exactView,
  int32,
  ipv4Address,
  ipv6Address,
  octets,
  recordsSurvive,
  reserved,
  unsignedBits,
} from './message-laws.ts';
import { runs } from './runs.ts';

const data = octets(60);
const both = <A extends object, B extends object>(one: fc.Arbitrary<A>, other: fc.Arbitrary<B>): fc.Arbitrary<A & B> =>
  fc.tuple(one, other).map(([a, b]) => ({ ...a, ...b }));

// IPv4

const pointer = unsignedBits(8);
const ipv4Option: fc.Arbitrary<Ipv4OptionRecord> = fc.oneof(
  fc.constant({ name: 'noOperation' } as const),
  fc.record({
    name: fc.constantFrom('recordRoute' as const, 'looseSourceRoute' as const, 'strictSourceRoute' as const),
    pointer,
    addresses: fc.array(ipv4Address, { maxLength: 3 }),
  }),
  fc.record({
    name: fc.constant('timestamp' as const),
    pointer,
    overflow: unsignedBits(4),
    flag: unsignedBits(4),
    words: fc.array(unsignedBits(32), { maxLength: 3 }),
  }),
  fc.record({ name: fc.constant('security' as const), data: fc.uint8Array({ minLength: 9, maxLength: 9 }) }),
  fc.record({ name: fc.constant('streamIdentifier' as const), identifier: unsignedBits(16) }),
  fc.record({ name: fc.constant('routerAlert' as const), value: unsignedBits(16) }),
  fc.record({ name: fc.constant('unknown' as const), type: fc.integer({ min: 200, max: 255 }), data: octets(9) }),
);

/** Options that fill whole words, as those of a header do: NOPs behind what fits. */
const ipv4Options = fc.array(ipv4Option, { maxLength: 4 }).map((chosen) => {
  const options: Ipv4OptionRecord[] = [];
  for (const option of chosen) {
    const padded: Ipv4OptionRecord[] = [option];
    // The length without padding is where four NOPs more stop adding exactly one word.
    while (encodeIpv4Options([...padded, { name: 'noOperation' }]).length === encodeIpv4Options(padded).length) {
      padded.push({ name: 'noOperation' });
    }
    try {
      encodeIpv4Options([...options, ...padded]);
    } catch {
      break;
    }
    options.push(...padded);
  }
  return options;
});

const ipv4Record: fc.Arbitrary<ipv4.Ipv4Record> = both(
  fc.record({
    trafficClass: unsignedBits(8),
    identification: unsignedBits(16),
    dontFragment: fc.boolean(),
    moreFragments: fc.boolean(),
    fragmentOffset: unsignedBits(13).map((units) => units * 8),
    timeToLive: unsignedBits(8),
    protocol: unsignedBits(8),
    source: ipv4Address,
    destination: ipv4Address,
    options: ipv4Options,
    payload: data,
  }),
  fc.boolean().map((set) => (set ? { reservedFlag: true as const } : {})),
);

const ipv4Codec: Codec<ipv4.Ipv4Record> = {
  record: ipv4Record,
  encode: ipv4.encode,
  decode: ipv4.decode,
  decodeUnverified: ipv4.decodeUnverified,
  covered: (view) => ipv4.totalLength(view, 0),
};

describe('IPv4', () => {
  test('a record survives', () => recordsSurvive(ipv4Codec));
  test('bytes survive', () => bytesSurvive(ipv4Codec));
  test('bytes behind do not matter', () => bytesBehindDoNotMatter(ipv4Codec));
  // A wrong IHL moves the end of what is summed, so its four bits are not the checksum's to protect.
  test('a bit error in the header is refused', () =>
    bitErrorsAreRefused(
      ipv4Codec,
      (bit, bytes) => bit < ipv4.headerLength(exactView(bytes, 0), 0) * 8 && (bit < 4 || bit >= 8),
    ));

  test('RFC 1624 §4: one hop less leaves a good checksum, and the rest as it was', () => {
    fc.assert(
      fc.property(ipv4Record, (record) => {
        const bytes = ipv4.encode(record);
        const view = exactView(bytes, 0);
        const left = Math.max(record.timeToLive - 1, 0);
        expect(ipv4.decrementTimeToLive(view, 0)).toBe(left);
        expect(ipv4.decode(view, 0, bytes.length)).toEqual({ ...record, timeToLive: left });
      }),
      runs(500),
    );
  });
});

// IPv6

const ipv6Option: fc.Arbitrary<Ipv6OptionRecord> = fc.oneof(
  fc.constant({ name: 'pad1' } as const),
  fc.record({ name: fc.constant('option' as const), type: fc.integer({ min: 1, max: 255 }), data: octets(12) }),
);
const optionBytes = (option: Ipv6OptionRecord): number =>
  option.name === 'pad1' ? 1 : option.name === 'option' ? 2 + option.data.length : option.bytes.length;
const ipv6Options = fc.array(ipv6Option, { maxLength: 4 }).map((chosen) => {
  const options = [...chosen];
  while ((2 + options.reduce((sum, option) => sum + optionBytes(option), 0)) % 8 !== 0) options.push({ name: 'pad1' });
  return options;
});
const words = (minimum: number, unit: number) =>
  fc.nat(3).chain((count) => {
    const length = minimum + count * unit;
    return fc.uint8Array({ minLength: length, maxLength: length });
  });

const laterExtension: fc.Arbitrary<Ipv6ExtensionRecord> = fc.oneof(
  fc.record({ header: fc.constant('destinationOptions' as const), options: ipv6Options }),
  fc.record({
    header: fc.constant('routing' as const),
    routingType: unsignedBits(8),
    segmentsLeft: unsignedBits(8),
    data: words(4, 8),
  }),
  both(
    both(
      fc.record({
        header: fc.constant('fragment' as const),
        offset: fc.constant(0),
        moreFragments: fc.boolean(),
        identification: int32,
      }),
      reserved('reserved', 8),
    ),
    reserved('reserved2', 2),
  ),
  both(
    fc.record({
      header: fc.constant('authentication' as const),
      securityParametersIndex: unsignedBits(32),
      sequenceNumber: unsignedBits(32),
      integrityCheckValue: words(0, 4),
    }),
    reserved('reserved', 16),
  ),
);
const extensions: fc.Arbitrary<Ipv6ExtensionRecord[]> = fc
  .tuple(
    fc.option(fc.record({ header: fc.constant('hopByHop' as const), options: ipv6Options }), { nil: undefined }),
    fc.array(laterExtension, { maxLength: 3 }),
    // Only the last may be a later fragment: what follows it is data.
    fc.option(
      fc.record({
        header: fc.constant('fragment' as const),
        offset: fc.integer({ min: 1, max: 0x1fff }).map((units) => units * 8),
        moreFragments: fc.boolean(),
        identification: int32,
      }),
      { nil: undefined },
    ),
  )
  .map(([first, middle, last]) => [first, ...middle, last].filter((extension) => extension !== undefined));

const ipv6Record: fc.Arbitrary<ipv6.Ipv6Record> = fc.record({
  trafficClass: unsignedBits(8),
  flowLabel: unsignedBits(20),
  hopLimit: unsignedBits(8),
  source: ipv6Address,
  destination: ipv6Address,
  extensions,
  protocol: unsignedBits(8).filter((protocol) => !isExtension(protocol)),
  payload: data,
});

const ipv6Codec: Codec<ipv6.Ipv6Record> = {
  record: ipv6Record,
  encode: ipv6.encode,
  decode: ipv6.decode,
  decodeUnverified: ipv6.decode,
  covered: (view) => ipv6.HEADER_LENGTH + ipv6.payloadLength(view, 0),
};

describe('IPv6', () => {
  test('a record survives', () => recordsSurvive(ipv6Codec));
  test('bytes survive', () => bytesSurvive(ipv6Codec));
  test('bytes behind do not matter', () => bytesBehindDoNotMatter(ipv6Codec));

  /** What a host accepts: options to be skipped, routes that have ended, whole packets. */
  const acceptable = (record: ipv6.Ipv6Record): ipv6.Ipv6Record => ({
    ...record,
    extensions: record.extensions
      .filter((extension) => extension.header !== 'fragment' || extension.offset === 0)
      .map((extension) => {
        if (extension.header === 'routing') return { ...extension, segmentsLeft: 0 };
        if (extension.header === 'fragment') return { ...extension, moreFragments: false };
        if (extension.header === 'authentication') return extension;
        return {
          ...extension,
          options: extension.options.map((option) =>
            option.name === 'option' ? { ...option, type: (option.type & 0x3f) | 1 } : option,
          ),
        };
      }),
  });

  test('the walk in place finds the upper layer where the record has it, and ends within the packet', () => {
    let accepted = 0;
    const found = new ExtensionWalk();
    fc.assert(
      fc.property(damaged({ ...ipv6Codec, record: ipv6Record.map(acceptable) }), fc.nat(9), (bytes, at) => {
        const view = exactView(bytes, at);
        if (ipv6.check(view, at, bytes.length) !== undefined) return;
        const reason = walk(view, at, found);
        if (reason !== undefined || found.isFragment) return;
        accepted++;
        const record = ipv6.decode(view, at, bytes.length) as ipv6.Ipv6Record;
        expect(found.protocol).toBe(record.protocol);
        expect(found.length).toBe(record.payload.length);
        expect(view.getUint8(found.nextHeaderAt)).toBe(record.protocol);
        expect(found.fragmentAt >= 0).toBe(record.extensions.some(({ header }) => header === 'fragment'));
      }),
      runs(1000),
    );
    expect(accepted).toBeGreaterThan(100);
  });
});

// ICMP

const code = unsignedBits(8);
const quote = data;
const query = { code, identifier: unsignedBits(16), sequenceNumber: unsignedBits(16), data };
const icmpv4Record: fc.Arbitrary<icmpv4.Icmpv4Record> = fc.oneof(
  fc.record({
    message: fc.constantFrom(
      'echo' as const,
      'echoReply' as const,
      'informationRequest' as const,
      'informationReply' as const,
    ),
    ...query,
  }),
  fc.record({
    message: fc.constantFrom('timestamp' as const, 'timestampReply' as const),
    ...query,
    originate: unsignedBits(32),
    receive: unsignedBits(32),
    transmit: unsignedBits(32),
  }),
  both(
    fc.record({
      message: fc.constant('destinationUnreachable' as const),
      code,
      nextHopMtu: unsignedBits(16),
      quote,
    }),
    reserved('unused', 16),
  ),
  both(
    fc.record({ message: fc.constantFrom('timeExceeded' as const, 'sourceQuench' as const), code, quote }),
    reserved('unused', 32),
  ),
  both(fc.record({ message: fc.constant('parameterProblem' as const), code, pointer, quote }), reserved('unused', 24)),
  fc.record({ message: fc.constant('redirect' as const), code, gateway: ipv4Address, quote }),
  fc.record({
    message: fc.constant('other' as const),
    type: fc.integer({ min: 17, max: 255 }),
    code,
    data: fc.uint8Array({ minLength: 4, maxLength: 40 }),
  }),
);
const icmpv4Codec: Codec<icmpv4.Icmpv4Record> = {
  record: icmpv4Record,
  encode: icmpv4.encode,
  decode: icmpv4.decode,
  decodeUnverified: icmpv4.decodeUnverified,
};

describe('ICMPv4', () => {
  test('a record survives', () => recordsSurvive(icmpv4Codec));
  test('bytes survive', () => bytesSurvive(icmpv4Codec));
  test('bytes behind do not matter', () => bytesBehindDoNotMatter(icmpv4Codec));
  test('a bit error is refused', () => bitErrorsAreRefused(icmpv4Codec));

  test('RFC 4884 §4: the quote ends within the message', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 300 }), fc.boolean(), (bytes, six) => {
        const view = exactView(bytes, 0);
        const length = (six ? icmpv6 : icmpv4).quoteLength(view, 0, bytes.length);
        expect(length).toBeLessThanOrEqual(bytes.length - 8);
        expect(length).toBeGreaterThanOrEqual(Math.min(128, bytes.length - 8));
      }),
      runs(500),
    );
  });
});

// Pairs of addresses for codecs whose checksum has a pseudo-header: fixed ones, for the law speaks of one packet.
type Ends = readonly [source: IpAddress, destination: IpAddress];
const ends: Ends = [
  fc.sample(ipv6Address, { seed: 1, numRuns: 1 })[0]!,
  fc.sample(ipv6Address, { seed: 2, numRuns: 1 })[0]!,
];

const icmpv6Record: fc.Arbitrary<icmpv6.Icmpv6Record> = fc.oneof(
  fc.record({ message: fc.constantFrom('echoRequest' as const, 'echoReply' as const), ...query }),
  both(
    fc.record({ message: fc.constantFrom('destinationUnreachable' as const, 'timeExceeded' as const), code, quote }),
    reserved('unused', 32),
  ),
  fc.record({ message: fc.constant('packetTooBig' as const), code, mtu: unsignedBits(32), quote }),
  fc.record({ message: fc.constant('parameterProblem' as const), code, pointer: unsignedBits(32), quote }),
  fc.record({ message: fc.constant('other' as const), type: fc.integer({ min: 130, max: 255 }), code, data }),
);
const icmpv6Codec: Codec<icmpv6.Icmpv6Record> = {
  record: icmpv6Record,
  encode: (record) => icmpv6.encode(record, ...ends),
  decode: (view, at, length) => icmpv6.decode(view, at, length, ...ends),
  decodeUnverified: (view, at, length) => icmpv6.decodeUnverified(view, at, length, ...ends),
};

describe('ICMPv6', () => {
  test('a record survives', () => recordsSurvive(icmpv6Codec));
  test('bytes survive', () => bytesSurvive(icmpv6Codec));
  test('bytes behind do not matter', () => bytesBehindDoNotMatter(icmpv6Codec));
  test('a bit error is refused', () => bitErrorsAreRefused(icmpv6Codec));
});

const ndpOption: fc.Arbitrary<NdpOptionRecord> = fc.oneof(
  fc.record({
    name: fc.constantFrom('sourceLinkLayerAddress' as const, 'targetLinkLayerAddress' as const),
    mac: unsignedBits(48),
  }),
  both(
    both(
      fc.record({
        name: fc.constant('prefixInformation' as const),
        prefixLength: unsignedBits(8),
        onLink: fc.boolean(),
        autonomous: fc.boolean(),
        validLifetimeSeconds: unsignedBits(32),
        preferredLifetimeSeconds: unsignedBits(32),
        prefix: ipv6Address,
      }),
      reserved('reserved1', 6),
    ),
    reserved('reserved2', 32),
  ),
  both(fc.record({ name: fc.constant('redirectedHeader' as const), packet: words(0, 8) }), reserved('reserved', 48)),
  both(fc.record({ name: fc.constant('mtu' as const), mtu: unsignedBits(32) }), reserved('reserved', 16)),
  both(
    fc.record({
      name: fc.constant('recursiveDnsServer' as const),
      lifetimeSeconds: unsignedBits(32),
      servers: fc.array(ipv6Address, { minLength: 1, maxLength: 3 }),
    }),
    reserved('reserved', 16),
  ),
  fc.record({ name: fc.constant('unknown' as const), type: fc.integer({ min: 40, max: 255 }), data: words(6, 8) }),
);
const options = fc.array(ndpOption, { maxLength: 3 });
const ndpRecord: fc.Arbitrary<ndp.NdpRecord> = fc.oneof(
  both(fc.record({ message: fc.constant('routerSolicitation' as const), options }), reserved('reserved', 32)),
  both(
    fc.record({
      message: fc.constant('routerAdvertisement' as const),
      currentHopLimit: unsignedBits(8),
      managedAddresses: fc.boolean(),
      otherConfiguration: fc.boolean(),
      routerLifetimeSeconds: unsignedBits(16),
      reachableTimeMilliseconds: unsignedBits(32),
      retransmissionTimerMilliseconds: unsignedBits(32),
      options,
    }),
    reserved('reserved', 6),
  ),
  both(
    fc.record({ message: fc.constant('neighborSolicitation' as const), target: ipv6Address, options }),
    reserved('reserved', 32),
  ),
  both(
    fc.record({
      message: fc.constant('neighborAdvertisement' as const),
      router: fc.boolean(),
      solicited: fc.boolean(),
      override: fc.boolean(),
      target: ipv6Address,
      options,
    }),
    reserved('reserved', 29),
  ),
  both(
    fc.record({ message: fc.constant('redirect' as const), target: ipv6Address, destination: ipv6Address, options }),
    reserved('reserved', 32),
  ),
);
const ndpCodec: Codec<ndp.NdpRecord> = {
  record: ndpRecord,
  encode: (record) => ndp.encode(record, ...ends),
  decode: (view, at, length) => ndp.decode(view, at, length, ...ends),
  decodeUnverified: (view, at, length) => ndp.decodeUnverified(view, at, length, ...ends),
};

describe('neighbor discovery', () => {
  test('a record survives', () => recordsSurvive(ndpCodec));
  test('bytes survive', () => bytesSurvive(ndpCodec));
  test('bytes behind do not matter', () => bytesBehindDoNotMatter(ndpCodec));
  test('a bit error is refused', () => bitErrorsAreRefused(ndpCodec));

  test('in place: check is total, and what it accepts can be searched for any option', () => {
    const packet = new ReceivedPacket(new Frame(new Memory(256).allocate(1)));
    packet.family = 6;
    packet.hopLimit = 255;
    packet.source0 = 0xfe80_0000 | 0;
    fc.assert(
      fc.property(damaged(ndpCodec), fc.nat(9), fc.nat(255), (bytes, at, type) => {
        packet.view = exactView(bytes, at);
        packet.at = at;
        packet.length = bytes.length;
        if (ndp.check(packet) !== undefined) return;
        const record = ndpCodec.decodeUnverified(packet.view, at, bytes.length) as ndp.NdpRecord;
        const offset = ndp.optionsOffset(bytes[0]!);
        const has = record.options.some((option) => option.name === 'unknown' && option.type === type);
        if (has) expect(findOption(packet.view, at + offset, at + bytes.length, type)).toBeGreaterThan(0);
        const mac = ndp.linkLayerAddress(packet.view, at, bytes.length, 1);
        const first = record.options.find((option) => option.name === 'sourceLinkLayerAddress');
        if (mac >= 0) expect(first).toEqual({ name: 'sourceLinkLayerAddress', mac });
      }),
      runs(800),
    );
  });
});

// IGMP

const group = { maximumResponseCode: unsignedBits(8), group: ipv4Address };
const noData = new Uint8Array(0);
const igmpRecord: fc.Arbitrary<igmp.IgmpRecord> = fc.oneof(
  fc.record({ message: fc.constant('query' as const), ...group, data: fc.constant(noData) }),
  fc.record({
    message: fc.constantFrom('reportV1' as const, 'reportV2' as const, 'leaveGroup' as const),
    ...group,
    data,
  }),
  both(
    fc.record({
      message: fc.constant('queryV3' as const),
      ...group,
      suppressRouterSideProcessing: fc.boolean(),
      robustness: unsignedBits(3),
      queryIntervalCode: unsignedBits(8),
      sources: fc.array(ipv4Address, { maxLength: 4 }),
      data,
    }),
    reserved('reserved', 4),
  ),
  both(
    both(
      fc.record({
        message: fc.constant('reportV3' as const),
        groups: fc.array(
          fc.record({
            type: unsignedBits(8),
            group: ipv4Address,
            sources: fc.array(ipv4Address, { maxLength: 3 }),
            auxiliaryData: words(0, 4),
          }),
          { maxLength: 3 },
        ),
        data,
      }),
      reserved('reserved', 8),
    ),
    reserved('reserved2', 16),
  ),
  fc.record({
    message: fc.constant('other' as const),
    type: fc.integer({ min: 0x30, max: 255 }),
    code,
    data: fc.uint8Array({ minLength: 4, maxLength: 40 }),
  }),
);
const igmpCodec: Codec<igmp.IgmpRecord> = {
  record: igmpRecord,
  encode: igmp.encode,
  decode: igmp.decode,
  decodeUnverified: igmp.decodeUnverified,
};

describe('IGMP', () => {
  test('a record survives', () => recordsSurvive(igmpCodec));
  test('bytes survive', () => bytesSurvive(igmpCodec));
  test('bytes behind do not matter', () => bytesBehindDoNotMatter(igmpCodec));
  test('a bit error is refused', () => bitErrorsAreRefused(igmpCodec));
});
