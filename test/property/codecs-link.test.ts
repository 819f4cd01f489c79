/** The laws of DESIGN §4 for every codec of the link layer. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IpAddress } from '../../src/layers/address.ts';
import * as arp from '../../src/layers/link/arp.ts';
import * as ethernet from '../../src/layers/link/ethernet.ts';
import { isLength, isVlanTag } from '../../src/layers/link/ethertype.ts';
import * as fcs from '../../src/layers/link/fcs.ts';
import * as ipnet from '../../src/layers/link/ipnet.ts';
import * as cooked from '../../src/layers/link/linux-cooked.ts';
import * as llc from '../../src/layers/link/llc.ts';
import * as loopback from '../../src/layers/link/null.ts';
import * as ppp from '../../src/layers/link/ppp.ts';
import * as pppoe from '../../src/layers/link/pppoe.ts';
import * as vlan from '../../src/layers/link/vlan.ts';
import { codecLaws } from './codec-laws.ts';
import { runs } from './runs.ts';

const uint = (bits: number): fc.Arbitrary<number> =>
  fc.oneof(fc.nat(2 ** Math.min(bits, 31) - 1), fc.constantFrom(0, 2 ** bits - 1));
const mac = fc.oneof(fc.nat(2 ** 48 - 1), fc.constantFrom(0, 2 ** 48 - 1, 2 ** 47, 0xffff_ffff));
const payload = fc.uint8Array({ maxLength: 60 });
const known = fc.constantFrom(0x0800, 0x0806, 0x86dd, 0x8863);

describe('codec laws', () => {
  codecLaws({
    name: 'Ethernet II',
    records: fc.record({
      destination: mac,
      source: mac,
      typeOrLength: fc.oneof(known, fc.integer({ min: 0x600, max: 0xffff })),
      payload,
      trailer: fc.constant(new Uint8Array(0)),
    }),
    decode: ethernet.decode,
    encode: ethernet.encode,
  });

  codecLaws({
    name: 'IEEE 802.3',
    records: fc
      .record({ destination: mac, source: mac, payload, trailer: fc.uint8Array({ maxLength: 46 }) })
      .map((record) => ({ ...record, typeOrLength: record.payload.length })),
    decode: ethernet.decode,
    encode: ethernet.encode,
  });

  const tag = (typeOrLength: fc.Arbitrary<number>): fc.Arbitrary<vlan.VlanTag> =>
    fc.record({ priority: uint(3), dropEligible: fc.boolean(), identifier: uint(12), typeOrLength });
  codecLaws({
    name: 'VLAN tags',
    records: fc.record({
      tags: fc
        .tuple(
          fc.array(tag(fc.constantFrom(0x8100, 0x88a8, 0x9100)), { maxLength: 3 }),
          tag(
            fc.oneof(
              known,
              uint(16).filter((type) => !isVlanTag(type)),
            ),
          ),
        )
        .map(([outer, last]) => [...outer, last]),
      payload,
    }),
    decode: vlan.decode,
    encode: vlan.encode,
  });

  codecLaws({
    name: 'LLC',
    records: fc.oneof(
      fc.record({
        destinationSap: fc.oneof(fc.constant(0xaa), uint(8)),
        sourceSap: fc.constantFrom(0x42, 0xe0, 0xfe),
        control: fc.oneof(
          fc.constantFrom(3, 0xaf, 0xe3),
          uint(16).map((control) => control & ~3),
        ),
        payload,
      }),
      fc.record({
        destinationSap: fc.constant(0xaa),
        sourceSap: fc.constant(0xaa),
        control: fc.constant(3),
        snap: fc.record({ organization: uint(24), protocol: uint(16) }),
        payload,
      }),
    ),
    decode: llc.decode,
    encode: llc.encode,
  });

  const address4 = fc.integer().map((word) => new IpAddress(4, 0, 0, 0, word));
  codecLaws<arp.ArpRecord>({
    name: 'ARP for Ethernet and IPv4',
    records: fc.record({
      hardwareType: fc.constantFrom(1, 6),
      protocolType: fc.constant(0x0800),
      operation: fc.oneof(fc.constantFrom(1, 2), uint(16)),
      senderHardware: mac,
      senderProtocol: address4,
      targetHardware: mac,
      targetProtocol: address4,
    }),
    decode: arp.decode,
    encode: arp.encode,
    leavesRest: true,
  });

  const sized = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
  codecLaws<arp.ArpRecord>({
    name: 'ARP for any hardware and protocol',
    records: fc.tuple(fc.nat(20), fc.nat(20)).chain(([hardware, protocol]) => {
      const hardwareAddress = hardware === 6 ? mac : sized(hardware);
      return fc.record({
        hardwareType: uint(16),
        protocolType: fc.oneof(fc.constant(0x86dd), fc.integer({ min: 0x0801, max: 0xffff })),
        operation: uint(16),
        senderHardware: hardwareAddress,
        senderProtocol: sized(protocol),
        targetHardware: hardwareAddress,
        targetProtocol: sized(protocol),
      });
    }),
    decode: arp.decode,
    encode: arp.encode,
    leavesRest: true,
  });

  codecLaws<ppp.PppRecord>({
    name: 'PPP',
    records: fc
      .record(
        {
          control: uint(8),
          protocol: fc.constantFrom(0x0021, 0x0057, 0x8021, 0xc021, 0x7e08, 0x0020),
          compressed: fc.boolean(),
          information: payload,
        },
        { requiredKeys: ['protocol', 'compressed', 'information'] },
      )
      .map((record) => ({
        ...record,
        compressed: record.compressed && record.protocol < 256 && record.protocol % 2 === 1,
      })),
    decode: ppp.decode,
    encode: ppp.encode,
  });

  codecLaws<pppoe.PppoeRecord>({
    name: 'PPPoE',
    records: fc.record({ version: uint(4), type: uint(4), code: uint(8), session: uint(16), payload }),
    decode: pppoe.decode,
    encode: pppoe.encode,
    leavesRest: true,
  });

  codecLaws<{ tags: pppoe.PppoeTag[] }>({
    name: 'PPPoE tags',
    records: fc.record({
      tags: fc.array(fc.record({ type: uint(16), value: fc.uint8Array({ maxLength: 12 }) }), { maxLength: 5 }),
    }),
    decode: (view, at, length) => {
      const tags = pppoe.decodeTags(new Uint8Array(view.buffer, at, length));
      return typeof tags === 'string' ? tags : { tags };
    },
    encode: ({ tags }) => pppoe.encodeTags(tags),
  });

  codecLaws<loopback.NullRecord>({
    name: 'BSD loopback',
    records: fc.record({ family: fc.integer({ min: 1, max: 0xffff }), littleEndian: fc.boolean(), payload }),
    decode: loopback.decode,
    encode: loopback.encode,
  });

  codecLaws<cooked.CookedRecord>({
    name: 'Linux cooked, version 1',
    records: fc.record({
      version: fc.constant(1 as const),
      packetType: uint(16),
      hardwareType: uint(16),
      addressLength: uint(16),
      address: sized(8),
      protocol: uint(16),
      interfaceIndex: fc.constant(0),
      reserved: fc.constant(0),
      payload,
    }),
    decode: (view, at, length) => cooked.decode(view, at, length, 1),
    encode: cooked.encode,
  });

  codecLaws<cooked.CookedRecord>({
    name: 'Linux cooked, version 2',
    records: fc.record({
      version: fc.constant(2 as const),
      packetType: uint(8),
      hardwareType: uint(16),
      addressLength: uint(8),
      address: sized(8),
      protocol: uint(16),
      interfaceIndex: uint(32),
      reserved: uint(16),
      payload,
    }),
    decode: (view, at, length) => cooked.decode(view, at, length, 2),
    encode: cooked.encode,
  });

  codecLaws<ipnet.IpnetRecord>({
    name: 'Solaris IP observability',
    records: fc.record({
      version: uint(8),
      family: uint(8),
      hookType: uint(16),
      packetLength: uint(32),
      interfaceIndex: uint(32),
      groupInterfaceIndex: uint(32),
      sourceZone: uint(32),
      destinationZone: uint(32),
      payload,
    }),
    decode: ipnet.decode,
    encode: ipnet.encode,
  });
});

describe('in place and as a record', () => {
  const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

  test('Ethernet headers, VLAN tags, SNAP and ARP are written the same', () => {
    fc.assert(
      fc.property(
        mac,
        mac,
        uint(16),
        uint(3),
        fc.boolean(),
        uint(12),
        fc.integer(),
        fc.integer(),
        (a, b, type, p, d, id, s, t) => {
          const bytes = new Uint8Array(64).fill(0x5a);
          const payload = new Uint8Array(0);
          if (!isLength(type)) {
            ethernet.writeHeader(view(bytes), 3, a, b, type);
            expect(bytes.slice(3, 17)).toEqual(
              ethernet.encode({ destination: a, source: b, typeOrLength: type, payload, trailer: payload }),
            );
          }
          if (!isVlanTag(type)) {
            vlan.writeTag(view(bytes), 5, p, d, id, type);
            expect(bytes.slice(5, 9)).toEqual(
              vlan.encode({ tags: [{ priority: p, dropEligible: d, identifier: id, typeOrLength: type }], payload }),
            );
          }
          llc.writeSnapHeader(view(bytes), 7, type);
          expect(bytes.slice(7, 15)).toEqual(
            llc.encode({
              destinationSap: 0xaa,
              sourceSap: 0xaa,
              control: 3,
              snap: { organization: 0, protocol: type },
              payload,
            }),
          );
          const length = arp.writePacket(view(bytes), 9, type, a, s, b, t);
          expect(bytes.slice(9, 9 + length)).toEqual(
            arp.encode({
              hardwareType: 1,
              protocolType: 0x0800,
              operation: type,
              senderHardware: a,
              senderProtocol: new IpAddress(4, 0, 0, 0, s),
              targetHardware: b,
              targetProtocol: new IpAddress(4, 0, 0, 0, t),
            }),
          );
        },
      ),
      runs(500),
    );
  });

  test('a padded frame is given back as it was, once the protocol above has told where its payload ends', () => {
    fc.assert(
      fc.property(
        mac,
        mac,
        fc.uint8Array({ maxLength: 70 }),
        fc.uint8Array({ maxLength: 4 }),
        (destination, source, payload, left) => {
          const record = ethernet.padded({ destination, source, typeOrLength: 0x0800, payload, trailer: left });
          const bytes = ethernet.encode(record);
          expect(bytes.length).toBe(Math.max(60, 14 + payload.length + left.length));
          const decoded = ethernet.decode(view(bytes), 0, bytes.length) as ethernet.EthernetRecord;
          expect(ethernet.splitTrailer(decoded, payload.length)).toEqual(record);
          expect(ethernet.encode(decoded)).toEqual(bytes);
        },
      ),
      runs(500),
    );
  });

  test('a frame check sequence finds every burst of errors that is at most 32 bits long', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 5, maxLength: 90 }),
        fc.nat(),
        fc.integer().filter((mask) => mask !== 0),
        (data, where, mask) => {
          const bytes = new Uint8Array(data.length + fcs.FCS_LENGTH);
          bytes.set(data);
          expect(fcs.writeFcs(view(bytes), 0, data.length)).toBe(bytes.length);
          expect(fcs.check(view(bytes), 0, bytes.length)).toBeUndefined();
          const at = where % (bytes.length - 3);
          view(bytes).setInt32(at, view(bytes).getInt32(at) ^ mask);
          expect(fcs.check(view(bytes), 0, bytes.length)).toBe('ethernet-bad-fcs');
        },
      ),
      runs(1000),
    );
  });
});
