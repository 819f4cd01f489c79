/**
 * A host judges a packet between two that it has just heard by words and at once, any other check by check. Whatever the
 * frame, both must come to the same end: beside a host that hears the pair again and again, one forgets it each time.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import { ipAddress } from '../../src/layers/address-text.ts';
import * as ipv4 from '../../src/layers/network/ipv4.ts';
import { packetFrame, pattern, udpBytes, udpFrame, viewOf } from '../unit/host/frames.ts';
import { Lab } from '../unit/host/lab.ts';
import { runs } from './runs.ts';

const MAC = 0x0200_0000_0001;
const IP_AT = 14;

const PAIR_4 = { source: '10.0.0.9', destination: '10.0.0.1' };
const PAIR_6 = { source: 'fd00::9', destination: 'fd00::1' };

const GOOD: readonly Uint8Array[] = [
  udpFrame(MAC, ['10.0.0.9', 5], ['10.0.0.1', 7], pattern(40)),
  udpFrame(MAC, ['fd00::9', 5], ['fd00::1', 7], pattern(40)),
  udpFrame(MAC, ['10.0.0.9', 5], ['10.0.0.1', 9], pattern(3)),
  packetFrame(MAC, { ...PAIR_4, protocol: 6, payload: pattern(40), trafficClass: 3 }),
  packetFrame(MAC, { ...PAIR_6, protocol: 6, payload: pattern(40), trafficClass: 3, hopLimit: 1 }),
  packetFrame(MAC, { ...PAIR_4, protocol: 99, payload: pattern(24), hopLimit: 1 }),
  packetFrame(MAC, { ...PAIR_6, protocol: 99, payload: pattern(24) }),
  packetFrame(MAC, { ...PAIR_6, protocol: 59, payload: pattern(24) }),
  packetFrame(MAC, {
    ...PAIR_6,
    protocol: 17,
    payload: udpBytes('fd00::9', 5, 'fd00::1', 7, pattern(24)),
    extensions: [{ header: 'hopByHop', options: [] }] as never,
  }),
  udpFrame(MAC, ['10.0.0.9', 5], ['10.0.0.1', 7], pattern(40), { moreFragments: true }),
  udpFrame(MAC, ['10.0.0.9', 5], ['10.0.0.1', 7], pattern(40), { fragmentOffset: 48 }),
];

interface Spoilt {
  readonly base: number;
  /** The frame before. */
  readonly before: number;
  readonly changes: readonly (readonly [at: number, value: number])[];
  readonly cut: number;
  /** The IPv4 header's checksum is put right afterwards. */
  readonly sealed: boolean;
  readonly toAll: boolean;
}

const spoilt: fc.Arbitrary<Spoilt> = fc.record({
  base: fc.nat({ max: GOOD.length - 1 }),
  before: fc.nat({ max: GOOD.length - 1 }),
  changes: fc.array(
    fc.tuple(
      fc.oneof(fc.integer({ min: 12, max: 24 }), fc.integer({ min: 12, max: 80 })),
      fc.constantFrom(0, 1, 6, 17, 0x20, 0x45, 0x46, 0x55, 0x60, 255),
    ),
    {
      maxLength: 2,
    },
  ),
  cut: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 80 })),
  sealed: fc.boolean(),
  toAll: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
});

function bytesOf({ base, changes, cut, sealed, toAll }: Spoilt): Uint8Array {
  const bytes = GOOD[base]!.slice();
  for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
  const view = viewOf(bytes);
  const header = ipv4.headerLength(view, IP_AT);
  if (sealed && bytes[12] === 8 && IP_AT + header <= bytes.length) ipv4.writeChecksum(view, IP_AT);
  if (toAll) bytes.fill(0xff, 0, 6);
  return bytes.slice(0, Math.max(0, bytes.length - cut));
}

class Judge {
  readonly lab: Lab = new Lab();
  readonly host: Host;
  readonly heard: string[] = [];

  constructor() {
    this.host = this.lab.host('host');
    const hub = this.lab.hub();
    hub.join(this.host.addInterface({ name: 'eth0', mac: MAC, addresses: ['10.0.0.1/24', 'fd00::1/64'] }));
    const endpoint = this.host.udp.endpoint(6, true);
    endpoint.bind(ipAddress('::'), 7);
    this.host.register(6, {
      input: ({ family, headerAt, at, length, protocol, hopLimit, trafficClass, ...packet }) => {
        const { source0, source3, destination0, destination3, toGroup, interfaceIndex, frame } = packet;
        const place = [headerAt - frame.start, at - frame.start, length, protocol, hopLimit, trafficClass];
        this.heard.push(
          [family, ...place, source0, source3, destination0, destination3, toGroup, interfaceIndex].join(' '),
        );
        return undefined;
      },
      icmpError: () => {},
    });
  }

  deliver(bytes: Uint8Array): void {
    this.lab.deliver(this.host.interface('eth0')!, bytes);
  }

  /** What it knows of ways and addresses is out of date. */
  forget(): void {
    this.host.removeRoute(this.host.addRoute('203.0.113.0/24', undefined, 'eth0'));
  }

  get verdict(): unknown {
    return [this.heard, this.lab.ended, this.host.counters, this.host.interface('eth0')!.counters];
  }
}

test('whether or not a host knows the pair, a frame comes to the same end', () => {
  fc.assert(
    fc.property(fc.array(spoilt, { minLength: 1, maxLength: 12 }), (frames) => {
      const knows = new Judge();
      const forgets = new Judge();
      for (const frame of frames) {
        for (const judge of [knows, forgets]) judge.deliver(GOOD[frame.before]!);
        forgets.forget();
        for (const judge of [knows, forgets]) judge.deliver(bytesOf(frame));
      }
      for (const judge of [knows, forgets]) judge.lab.pass(1);
      expect(knows.verdict).toEqual(forgets.verdict);
    }),
    runs(1500),
  );
});

test('an address that is the host’s no longer is not known either', () => {
  const judge = new Judge();
  const [good4, good6] = GOOD as [Uint8Array, Uint8Array];
  judge.deliver(good4);
  judge.deliver(good6);
  expect(judge.host.counters.packetsDelivered).toBe(2);
  judge.host.removeAddress('10.0.0.1');
  judge.host.removeAddress('fd00::1');
  judge.deliver(good4);
  judge.deliver(good6);
  expect(judge.host.counters.packetsDelivered).toBe(2);
  expect(judge.host.counters.dropped).toEqual(new Map([['ip-not-for-us', 2]]));
});
