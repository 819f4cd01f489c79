/** INVARIANTS 42 and 47 for a whole host: whatever arrives, nothing throws, nothing is lost track of, and it comes to rest. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import { ipAddress } from '../../src/layers/address-text.ts';
import * as icmpv4 from '../../src/layers/network/icmpv4.ts';
import * as ndp from '../../src/layers/network/ndp.ts';
import { arpFrame, packet, packetFrame, pattern, STRANGER, udpBytes, udpFrame } from '../unit/host/frames.ts';
import { Lab } from '../unit/host/lab.ts';
import { runs } from './runs.ts';

const MAC = 0x0200_0000_0001;

/** One good frame of each kind; the property spoils them. */
const GOOD: readonly Uint8Array[] = [
  arpFrame(1, { mac: STRANGER, ip: '10.0.0.9' }, { ip: '10.0.0.1' }),
  arpFrame(2, { mac: STRANGER, ip: '10.0.0.9' }, { mac: MAC, ip: '10.0.0.1' }, MAC),
  udpFrame(MAC, ['10.0.0.9', 5], ['10.0.0.1', 7], pattern(40)),
  udpFrame(MAC, ['fd00::9', 5], ['fd00::1', 7], pattern(40)),
  udpFrame(MAC, ['10.0.0.9', 5], ['192.0.2.1', 7], pattern(40)),
  udpFrame(MAC, ['10.0.0.9', 5], ['10.0.0.1', 7], pattern(40), { moreFragments: true }),
  udpFrame(MAC, ['10.0.0.9', 5], ['10.0.0.1', 7], pattern(40), { fragmentOffset: 48 }),
  packetFrame(MAC, { source: 'fd00::9', destination: 'fd00::1', protocol: 6, payload: pattern(40) }),
  packetFrame(MAC, {
    source: 'fd00::9',
    destination: 'fd00::1',
    protocol: 17,
    payload: udpBytes('fd00::9', 5, 'fd00::1', 7, pattern(24)),
    extensions: [
      { header: 'hopByHop', options: [] },
      { header: 'fragment', offset: 0, moreFragments: true, identification: 5 },
    ] as never,
  }),
  packetFrame(MAC, {
    source: '10.0.0.9',
    destination: '10.0.0.1',
    protocol: 1,
    payload: icmpv4.encode({
      message: 'destinationUnreachable',
      code: 4,
      nextHopMtu: 576,
      quote: packet({ source: '10.0.0.1', destination: '10.0.0.9', protocol: 17, payload: pattern(20) }),
    } as never),
  }),
  packetFrame(0x3333_0000_0001, {
    source: 'fe80::9',
    destination: 'ff02::1',
    protocol: 58,
    hopLimit: 255,
    payload: ndp.encode(
      {
        message: 'routerAdvertisement',
        currentHopLimit: 60,
        managedAddresses: false,
        otherConfiguration: false,
        routerLifetimeSeconds: 60,
        reachableTimeMilliseconds: 0,
        retransmissionTimerMilliseconds: 0,
        options: [
          { name: 'sourceLinkLayerAddress', mac: STRANGER },
          { name: 'mtu', mtu: 1400 },
          {
            name: 'prefixInformation',
            prefixLength: 64,
            onLink: true,
            autonomous: true,
            validLifetimeSeconds: 100,
            preferredLifetimeSeconds: 50,
            prefix: ipAddress('2001:db8::'),
          },
        ],
      },
      ipAddress('fe80::9'),
      ipAddress('ff02::1'),
    ),
  }),
];

interface Spoilt {
  readonly base: number;
  readonly changes: readonly (readonly [number, number])[];
  readonly cut: number;
  readonly waitMilliseconds: number;
}

const spoilt: fc.Arbitrary<Spoilt> = fc.record({
  base: fc.nat({ max: GOOD.length - 1 }),
  changes: fc.array(fc.tuple(fc.nat({ max: 140 }), fc.nat({ max: 255 })), { maxLength: 4 }),
  cut: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 120 })),
  waitMilliseconds: fc.oneof(fc.constant(0), fc.nat({ max: 2000 })),
});

function bytesOf({ base, changes, cut }: Spoilt): Uint8Array {
  const bytes = GOOD[base]!.slice();
  for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
  return bytes.slice(0, Math.max(0, bytes.length - cut));
}

function world(forwarding: boolean): { lab: Lab; host: Host } {
  const lab = new Lab();
  const hub = lab.hub();
  const host = lab.host('host', { forwarding, settings: { acceptRedirects: true, answerGroupEcho: true } });
  hub.join(
    host.addInterface({
      name: 'eth0',
      mac: MAC,
      addresses: ['10.0.0.1/24', 'fd00::1/64'],
      acceptRouterAdvertisements: !forwarding,
    }),
  );
  host.udp.endpoint(6, true).bind(ipAddress('::'), 7);
  return { lab, host };
}

test.each([false, true])('whatever frames arrive, with forwarding %s', (forwarding) => {
  fc.assert(
    fc.property(fc.array(spoilt, { minLength: 1, maxLength: 12 }), (frames) => {
      const { lab, host } = world(forwarding);
      const station = host.interface('eth0')!;
      for (const frame of frames) {
        lab.deliver(station, bytesOf(frame));
        lab.pass(frame.waitMilliseconds / 1000);
      }
      // Long enough for reassembly, neighbours and everything that a router lent.
      lab.pass(400);
      lab.expectAtRest();
      expect(station.neighbours4!.size + station.neighbours6!.size).toBeLessThan(40);
      let ended = 0;
      for (const count of host.counters.dropped.values()) ended += count;
      expect(ended).toBe(lab.ended.filter(({ where }) => where === 'host.eth0').length);
    }),
    runs(200),
  );
});

test('whatever bytes arrive', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom(0x0800, 0x86dd, 0x0806, 0x8100, 0x0040),
      (noise, type) => {
        const { lab, host } = world(false);
        const bytes = noise.slice();
        if (bytes.length >= 14) {
          bytes.set([0x02, 0, 0, 0, 0, 1], 0);
          bytes.set([type >> 8, type & 0xff], 12);
        }
        lab.deliver(host.interface('eth0')!, bytes);
        lab.pass(70);
        lab.expectAtRest();
      },
    ),
    runs(400),
  );
});
