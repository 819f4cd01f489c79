/**
 * INVARIANTS 44: each hop takes one from the time to live, keeps the payload and updates the checksum; a packet that dies
 * on the way draws exactly one Time Exceeded; no ICMP error is about an error, a broadcast or a later fragment.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import { formatIpAddress, ipAddress } from '../../src/layers/address-text.ts';
import * as icmpv4 from '../../src/layers/network/icmpv4.ts';
import * as icmpv6 from '../../src/layers/network/icmpv6.ts';
import * as ipv4 from '../../src/layers/network/ipv4.ts';
import {
  arpFrame,
  ipIn,
  type PacketParts,
  packetFrame,
  pattern,
  type Sent,
  STRANGER,
  udpBytes,
  viewOf,
} from '../unit/host/frames.ts';
import { type Hub, Lab } from '../unit/host/lab.ts';
import { runs } from './runs.ts';

/** A chain of routers: 10.0.0.0/24 – r1 – 10.0.1.0/24 – r2 – … – 10.0.n.0/24; the same with fd00:(i+1)::/64. */
function chain(lab: Lab, count: number, mtus: readonly number[] = []): { routers: Host[]; hubs: Hub[] } {
  const hubs = Array.from({ length: count + 1 }, () => lab.hub());
  const routers = Array.from({ length: count }, (_, i) => lab.host(`r${i + 1}`, { forwarding: true }));
  for (const [i, router] of routers.entries()) {
    lab.plug(router, hubs[i]!, [`10.0.${i}.254/24`, `fd00:${i + 1}::fe/64`], { mtu: mtus[i] ?? 1500 });
    const mtu = mtus[i + 1] ?? 1500;
    // RFC 8200 §5: no IPv6 below 1280.
    const both = mtu < 1280 ? [`10.0.${i + 1}.253/24`] : [`10.0.${i + 1}.253/24`, `fd00:${i + 2}::fd/64`];
    lab.plug(router, hubs[i + 1]!, both, { mtu });
  }
  for (const [i, router] of routers.entries()) {
    for (let net = 0; net <= count; net++) {
      if (net < i) {
        router.addRoute(`10.0.${net}.0/24`, `10.0.${i}.253`);
        router.addRoute(`fd00:${net + 1}::/64`, `fd00:${i + 1}::fd`);
      } else if (net > i + 1) {
        router.addRoute(`10.0.${net}.0/24`, `10.0.${i + 1}.254`);
        router.addRoute(`fd00:${net + 1}::/64`, `fd00:${i + 2}::fe`);
      }
    }
  }
  return { routers, hubs };
}

const macOf = (host: Host, name = 'eth0'): number => host.interface(name)!.mac;
const isIcmpError = (sent: Sent): boolean =>
  (sent.protocol === icmpv4.PROTOCOL && icmpv4.isError(sent.payload[0]!)) ||
  (sent.protocol === icmpv6.PROTOCOL && icmpv6.isError(sent.payload[0]!));
const ipFrames = (hub: Hub): Sent[] => hub.sent.map(ipIn).filter((each) => each !== undefined);

describe.each(['10.0', 'fd00:'] as const)('a chain of routers, %s', (family) => {
  const at = (net: number, host: string): string =>
    family === '10.0' ? `10.0.${net}.${host}` : `fd00:${net + 1}::${host}`;

  test('RFC 1812 §5.3.1, RFC 8200 §3: one hop less each time, payload untouched; death draws exactly one error', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 6 }),
        fc.nat({ max: 1400 }),
        fc.nat({ max: 255 }),
        (count, hopLimit, length, seed) => {
          const lab = new Lab();
          const { routers, hubs } = chain(lab, count);
          const alice = lab.host('alice');
          const bob = lab.host('bob');
          lab.plug(alice, hubs[0]!, [`10.0.0.1/24`, 'fd00:1::1/64']);
          lab.plug(bob, hubs[count]!, [`10.0.${count}.2/24`, `fd00:${count + 1}::2/64`]);
          for (const each of [alice, bob]) {
            each.addRoute('0.0.0.0/0', each === alice ? '10.0.0.254' : `10.0.${count}.253`);
            each.addRoute('::/0', each === alice ? 'fd00:1::fe' : `fd00:${count + 1}::fd`);
          }
          const received: number[] = [];
          bob.register(201, { input: (packet) => void received.push(packet.hopLimit), icmpError: () => {} });
          lab.pass(1);
          for (const hub of hubs) hub.sent.length = 0;
          const payload = pattern(length, seed);
          const parts: PacketParts = {
            source: at(0, '1'),
            destination: at(count, '2'),
            protocol: 201,
            payload,
            hopLimit,
          };
          hubs[0]!.inject(packetFrame(macOf(routers[0]!), parts, macOf(alice)));
          lab.pass(5);
          const arrives = hopLimit > count;
          expect(received).toEqual(arrives ? [hopLimit - count] : []);
          for (const [i, hub] of hubs.entries()) {
            const copies = ipFrames(hub).filter((sent) => sent.protocol === 201);
            // The first hub saw the injected frame, which no host sent.
            expect(copies.length).toBe(i > 0 && hopLimit > i ? 1 : 0);
            for (const copy of copies) {
              expect(copy.hopLimit).toBe(hopLimit - i);
              expect(Buffer.compare(copy.payload, payload)).toBe(0);
            }
          }
          const errors = ipFrames(hubs[0]!).filter(isIcmpError);
          expect(errors.length).toBe(arrives ? 0 : 1);
          if (!arrives) {
            expect(errors[0]!.payload[0]).toBe(family === '10.0' ? icmpv4.TIME_EXCEEDED : icmpv6.TIME_EXCEEDED);
            const dying = Math.max(hopLimit, 1) - 1;
            const names = new Set([at(dying, family === '10.0' ? '254' : 'fe')]);
            expect(names).toContain(formatIpAddress(errors[0]!.source));
            expect(formatIpAddress(errors[0]!.destination)).toBe(at(0, '1'));
          }
          lab.expectAtRest();
        },
      ),
      runs(60),
    );
  });

  test('RFC 1122 §3.2.2, RFC 4443 §2.4 (e): never an error about an error, a group, a later fragment or a bad source', () => {
    const v4 = family === '10.0';
    const error = v4
      ? icmpv4.encode({ message: 'timeExceeded', code: 0, quote: pattern(28) } as never)
      : icmpv6Bytes(at(0, '1'), at(1, '9'));
    const cases: readonly [string, Partial<PacketParts>][] = [
      ['a plain packet that dies: the control', { hopLimit: 1 }],
      ['an ICMP error', { protocol: v4 ? 1 : 58, payload: error, hopLimit: 1 }],
      ['an ICMP error to a dead address', { protocol: v4 ? 1 : 58, payload: error, hopLimit: 9 }],
      ['a multicast packet', { destination: v4 ? '224.0.0.1' : 'ff02::1', protocol: 222 }],
      ['an unspecified source', { source: v4 ? '0.0.0.0' : '::', hopLimit: 1 }],
      ['a loopback source', { source: v4 ? '127.0.0.1' : '::1', hopLimit: 1 }],
      ['a multicast source', { source: v4 ? '224.0.0.5' : 'ff02::5', hopLimit: 1 }],
      ...(v4
        ? ([
            ['a later fragment', { hopLimit: 1, fragmentOffset: 80 }],
            ['a broadcast', { destination: '10.0.0.255', protocol: 222 }],
            ['the limited broadcast', { destination: '255.255.255.255', protocol: 222 }],
            ['a broadcast source', { source: '10.0.0.255', hopLimit: 1 }],
            ['a class E source', { source: '240.0.0.1', hopLimit: 1 }],
            ['a class E source to us', { source: '240.0.0.1', destination: '10.0.0.254', protocol: 222 }],
            ['a directed broadcast', { destination: '10.0.1.255', hopLimit: 9 }],
          ] satisfies [string, Partial<PacketParts>][])
        : ([
            [
              'a later fragment',
              { hopLimit: 1, extensions: [{ header: 'fragment', offset: 80, moreFragments: true, identification: 1 }] },
            ],
          ] as unknown as [string, Partial<PacketParts>][])),
    ];
    for (const [name, parts] of cases) {
      const lab = new Lab();
      const { routers, hubs } = chain(lab, 1);
      // A way back to wherever: no error is held back for want of a route.
      routers[0]!.addRoute('0.0.0.0/0', '10.0.0.1');
      routers[0]!.addRoute('::/0', 'fd00:1::1');
      lab.pass(1);
      for (const hub of hubs) hub.sent.length = 0;
      const frame = packetFrame(macOf(routers[0]!), {
        source: at(0, '1'),
        destination: at(1, '9'),
        protocol: 17,
        payload: udpBytes(at(0, '1'), 1, at(1, '9'), 2, pattern(32)),
        ...parts,
      });
      hubs[0]!.inject(frame);
      lab.pass(10);
      // Counted where it is made: an error to a silent address would never be seen on the wire.
      expect(routers[0]!.counters.icmpErrorsSent, name).toBe(name.startsWith('a plain') ? 1 : 0);
      expect(lab.reasons().length, name).toBeGreaterThan(0);
      lab.expectAtRest();
    }
  });
});

function icmpv6Bytes(source: string, destination: string): Uint8Array {
  return icmpv6.encode(
    { message: 'timeExceeded', code: 0, quote: pattern(48) } as never,
    ipAddress(source),
    ipAddress(destination),
  );
}

test('RFC 1191 §4, RFC 4443 §3.2: too big and not to be cut: the next hop’s MTU is reported, and the packet ends', () => {
  fc.assert(
    fc.property(fc.integer({ min: 68, max: 1400 }), fc.boolean(), (mtu, dontFragment) => {
      const lab = new Lab();
      const { routers, hubs } = chain(lab, 1, [1500, mtu]);
      lab.pass(1);
      for (const hub of hubs) hub.sent.length = 0;
      const payload = pattern(1450);
      const parts: PacketParts = { source: '10.0.0.1', destination: '10.0.1.9', protocol: 201, payload, dontFragment };
      hubs[1]!.inject(answerArp(routers[0]!, '10.0.1.9'));
      hubs[0]!.inject(answerArp(routers[0]!, '10.0.0.1', 'eth0'));
      hubs[0]!.inject(packetFrame(macOf(routers[0]!), parts));
      lab.pass(1);
      const forwarded = ipFrames(hubs[1]!);
      const errors = ipFrames(hubs[0]!).filter(isIcmpError);
      if (dontFragment) {
        expect(forwarded).toEqual([]);
        expect(errors.length).toBe(1);
        expect(icmpv4.nextHopMtu(viewOf(errors[0]!.payload), 0)).toBe(mtu);
      } else {
        expect(errors).toEqual([]);
        expect(forwarded.every(({ v4 }) => v4!.payload.length + ipv4.HEADER_LENGTH <= mtu)).toBe(true);
        const pieces = forwarded.sort((one, other) => one.v4!.fragmentOffset - other.v4!.fragmentOffset);
        expect(Buffer.compare(Buffer.concat(pieces.map((each) => each.payload)), payload)).toBe(0);
      }
      lab.expectAtRest();
    }),
    runs(60),
  );
});

/** A request from the stranger, who speaks as `ip`: the router learns him. */
function answerArp(router: Host, ip: string, name = 'eth1'): Uint8Array {
  const own = router.addresses.find((each) => each.networkInterface.name === name && each.address.family === 4)!;
  return arpFrame(1, { mac: STRANGER, ip }, { ip: formatIpAddress(own.address) });
}
