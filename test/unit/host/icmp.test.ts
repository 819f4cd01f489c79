import { describe, expect, test } from 'vitest';
import type { Host } from '../../../src/host/host.ts';
import type { PingResult } from '../../../src/host/ping.ts';
import type { HostOptions } from '../../../src/host/settings.ts';
import type { Hop } from '../../../src/host/traceroute.ts';
import { formatIpAddress, ipAddress } from '../../../src/layers/address-text.ts';
import * as icmpv4 from '../../../src/layers/network/icmpv4.ts';
import * as icmpv6 from '../../../src/layers/network/icmpv6.ts';
import { arpFrame, ipIn, lines, packet, packetFrame, pattern, STRANGER, udpBytes, udpFrame, viewOf } from './frames.ts';
import { type Hub, Lab } from './lab.ts';

/** alice – r1 – r2 – bob, with an MTU for the link in the middle. */
function line(
  lab: Lab,
  middleMtu = 1500,
  settings: HostOptions = {},
): { alice: Host; bob: Host; r1: Host; r2: Host; hubs: Hub[] } {
  const hubs = [lab.hub(), lab.hub(), lab.hub()];
  const [alice, bob] = [lab.host('alice', { settings }), lab.host('bob')];
  const [r1, r2] = [lab.host('r1', { forwarding: true }), lab.host('r2', { forwarding: true })];
  const v6 = (text: string): string[] => (middleMtu < 1280 ? [] : [text]);
  lab.plug(alice, hubs[0]!, ['10.0.1.1/24', 'fd00:1::1/64']);
  lab.plug(r1, hubs[0]!, ['10.0.1.254/24', 'fd00:1::fe/64']);
  lab.plug(r1, hubs[1]!, ['10.0.2.1/24', ...v6('fd00:2::1/64')], { mtu: middleMtu });
  lab.plug(r2, hubs[1]!, ['10.0.2.2/24', ...v6('fd00:2::2/64')], { mtu: middleMtu });
  lab.plug(r2, hubs[2]!, ['10.0.3.254/24', 'fd00:3::fe/64']);
  lab.plug(bob, hubs[2]!, ['10.0.3.1/24', 'fd00:3::1/64']);
  for (const [host, v4, via6] of [
    [alice, '10.0.1.254', 'fd00:1::fe'],
    [bob, '10.0.3.254', 'fd00:3::fe'],
    [r1, '10.0.2.2', 'fd00:2::2'],
    [r2, '10.0.2.1', 'fd00:2::1'],
  ] as const) {
    host.addRoute('0.0.0.0/0', v4);
    if (middleMtu >= 1280 || via6.startsWith('fd00:1') || via6.startsWith('fd00:3')) host.addRoute('::/0', via6);
  }
  lab.pass(1);
  lab.ended.length = 0;
  for (const hub of hubs) hub.sent.length = 0;
  return { alice, bob, r1, r2, hubs };
}

describe('traceroute', () => {
  test.each([
    ['10.0.3.1', ['10.0.1.254', '10.0.2.2', '10.0.3.1']],
    ['fd00:3::1', ['fd00:1::fe', 'fd00:2::2', 'fd00:3::1']],
  ])('RFC 1812 §5.3.1: every router on the way to %s names itself', (to, expected) => {
    const lab = new Lab();
    const { alice } = line(lab);
    let hops: readonly Hop[] = [];
    alice.traceroute(to, { probes: 2 }, (found) => {
      hops = found;
    });
    lab.pass(30);
    expect(
      hops.map((hop) => hop.probes.map((each) => ('from' in each ? formatIpAddress(each.from) : each.kind))),
    ).toEqual(expected.map((each) => [each, each]));
    lab.expectAtRest();
  });
});

describe('path MTU discovery', () => {
  test.each([
    ['10.0.3.1', 1300],
    ['fd00:3::1', 1300],
  ])('RFC 1191 §3, RFC 8201 §4: the path to %s learns the narrow link in the middle', (to, mtu) => {
    const lab = new Lab();
    const { alice } = line(lab, mtu);
    const path = alice.path(ipAddress(to));
    if (typeof path === 'string') throw new Error(path);
    expect(path.mtu).toBe(1500);
    const results: PingResult[] = [];
    const ping = (size: number): void => alice.ping(to, { size, dontFragment: true }, (result) => results.push(result));
    const headers = to.includes(':') ? 48 : 28;
    ping(1500 - headers);
    lab.pass(1);
    expect(results).toMatchObject([{ kind: 'packet-too-big', mtu }]);
    expect(path.mtu).toBe(mtu);
    expect(path.interfaceMtu).toBe(1500);
    ping(mtu - headers);
    ping(mtu - headers + 1);
    lab.pass(1);
    expect(
      results
        .slice(1)
        .map((each) => each.kind)
        .sort(),
    ).toEqual(['error', 'reply']);
    // RFC 1191 §6.3: after ten minutes the estimate is forgotten.
    lab.pass(600);
    expect(path.mtu).toBe(1500);
    lab.expectAtRest();
  });

  test('RFC 1191 §5 and §7.1: an old router says 0, and the next plateau is tried; never below 68', () => {
    const lab = new Lab();
    const { alice, hubs } = line(lab);
    const endpoint = alice.udp.endpoint(4);
    endpoint.connect(ipAddress('10.0.3.1'), 9);
    const path = alice.path(ipAddress('10.0.3.1'));
    if (typeof path === 'string') throw new Error(path);
    const tooBig = (nextHopMtu: number, totalLength: number): void => {
      const inner = packet({
        source: '10.0.1.1',
        destination: '10.0.3.1',
        protocol: 17,
        payload: udpBytes('10.0.1.1', endpoint.localPort, '10.0.3.1', 9, pattern(totalLength - 28)),
      });
      const payload = icmpv4.encode({
        message: 'destinationUnreachable',
        code: 4,
        nextHopMtu,
        quote: inner.slice(0, 28),
      } as never);
      hubs[0]!.inject(
        packetFrame(alice.interface('eth0')!.mac, {
          source: '10.0.1.254',
          destination: '10.0.1.1',
          protocol: 1,
          payload,
        }),
      );
      lab.pass(0.1);
    };
    tooBig(0, 1499);
    expect(path.mtu).toBe(1492);
    tooBig(0, 1400);
    expect(path.mtu).toBe(1006);
    tooBig(1200, 1400);
    expect(path.mtu).toBe(1006);
    tooBig(20, 1400);
    expect(path.mtu).toBe(68);
  });

  test('RFC 1191 §3: below the configured minimum packets go without DF, and routers fragment them', () => {
    const lab = new Lab();
    const { alice, hubs } = line(lab, 300, { pathMtuMinimumBytes: 552 });
    const results: PingResult[] = [];
    const ping = (size: number): void =>
      alice.ping('10.0.3.1', { size, dontFragment: true }, (result) => results.push(result));
    ping(1472);
    lab.pass(1);
    expect(results).toMatchObject([{ kind: 'packet-too-big', mtu: 300 }]);
    hubs[1]!.sent.length = 0;
    ping(524);
    lab.pass(1);
    expect(results[1]).toMatchObject({ kind: 'reply' });
    expect(hubs[1]!.sent.length).toBeGreaterThan(2);
    ping(525);
    lab.pass(1);
    expect(results[2]).toMatchObject({ kind: 'error' });
  });

  test('RFC 8201 §4: a report below the IPv6 minimum is discarded: the path keeps its MTU, and no program hears of it', () => {
    const lab = new Lab();
    const { alice, hubs } = line(lab);
    const path = alice.path(ipAddress('fd00:3::1'));
    if (typeof path === 'string') throw new Error(path);
    const endpoint = alice.udp.endpoint(6);
    endpoint.connect(ipAddress('fd00:3::1'), 9);
    const tooBig = (mtu: number): void => {
      const inner = udpBytes('fd00:1::1', endpoint.localPort, 'fd00:3::1', 9, pattern(1400));
      const between = { source: 'fd00:1::1', destination: 'fd00:3::1', protocol: 17, payload: inner };
      const [from, to] = ['fd00:1::fe', 'fd00:1::1'];
      const message = { message: 'packetTooBig', code: 0, mtu, quote: packet(between).slice(0, 48) } as never;
      const payload = icmpv6.encode(message, ipAddress(from), ipAddress(to));
      hubs[0]!.inject(
        packetFrame(alice.interface('eth0')!.mac, { source: from, destination: to, protocol: 58, payload }),
      );
      lab.pass(0.1);
    };
    tooBig(1279);
    expect(path.mtu).toBe(1500);
    expect(lab.reasons('alice')).toContain('icmp-mtu-below-minimum');
    tooBig(1280);
    expect(path.mtu).toBe(1280);
  });

  test('RFC 5927 §4: a report about what nobody here sent changes nothing', () => {
    const lab = new Lab();
    const { alice, hubs } = line(lab);
    const path = alice.path(ipAddress('10.0.3.1'));
    if (typeof path === 'string') throw new Error(path);
    for (const source of ['10.0.1.1', '10.0.1.99']) {
      const inner = packet({
        source,
        destination: '10.0.3.1',
        protocol: 17,
        payload: udpBytes(source, 5555, '10.0.3.1', 9, pattern(100)),
      });
      const payload = icmpv4.encode({
        message: 'destinationUnreachable',
        code: 4,
        nextHopMtu: 576,
        quote: inner.slice(0, 28),
      } as never);
      hubs[0]!.inject(
        packetFrame(alice.interface('eth0')!.mac, {
          source: '10.0.1.254',
          destination: '10.0.1.1',
          protocol: 1,
          payload,
        }),
      );
    }
    lab.pass(1);
    expect(path.mtu).toBe(1500);
    expect(lab.reasons('alice')).toEqual(['icmp-no-listener', 'icmp-no-listener']);
  });
});

describe('ICMP errors', () => {
  test('RFC 1812 §5.2.7.1: no route, no host', () => {
    const lab = new Lab();
    const { alice, r2 } = line(lab);
    for (const route of r2.routes)
      if (route.prefixLength === 0 && route.destination.family === 4) r2.removeRoute(route);
    r2.addRoute('10.0.1.0/24', '10.0.2.1');
    const results: PingResult[] = [];
    alice.ping('192.0.2.1', { timeoutNs: 9e9 }, (result) => results.push(result));
    alice.ping('10.0.3.77', { timeoutNs: 9e9 }, (result) => results.push(result));
    lab.pass(10);
    expect(results.map((each) => each.kind)).toEqual(['network-unreachable', 'host-unreachable']);
    expect(lab.reasons('r2')).toEqual(expect.arrayContaining(['ip-no-route', 'neighbour-unreachable']));
    lab.expectAtRest();
  });

  test('RFC 4443 §2.4 (f): a burst is answered, a stream at the agreed rate', () => {
    const lab = new Lab();
    const { bob, hub } = lab.pair({ settings: { icmpErrorsPerSecond: 10, icmpErrorBurst: 5 } });
    hub.inject(arpFrame(1, { mac: STRANGER, ip: '10.0.0.9' }, { ip: '10.0.0.2' }));
    lab.pass(1);
    for (let i = 0; i < 300; i++) {
      hub.inject(udpFrame(bob.interface('eth0')!.mac, ['10.0.0.9', 5], ['10.0.0.2', 7], pattern(4)));
      lab.pass(0.01);
    }
    expect(bob.counters.icmpErrorsSent).toBeGreaterThanOrEqual(34);
    expect(bob.counters.icmpErrorsSent).toBeLessThanOrEqual(35);
    expect(bob.counters.icmpErrorsSent + bob.counters.icmpErrorsLimited).toBe(300);
  });

  test('RFC 1812 §4.3.2.3: an error quotes what 576 bytes hold', () => {
    const lab = new Lab();
    const { alice, bob, hub } = lab.pair();
    const sender = alice.udp.endpoint(4);
    sender.send(pattern(1200), 0, 1200, ipAddress('10.0.0.2'), 9);
    lab.pass(1);
    const error = hub.sent.map(ipIn).find((each) => each?.protocol === 1)!;
    expect(error.payload.length).toBe(556);
    expect(error.v4!.trafficClass).toBe(0xc0);
    expect(bob.counters.icmpErrorsSent).toBe(1);
  });

  test('RFC 1122 §3.2.2.1, RFC 4443 §3.4: a protocol that nobody speaks', () => {
    const lab = new Lab();
    const { bob, hub } = lab.pair();
    const to = bob.interface('eth0')!.mac;
    hub.inject(arpFrame(1, { mac: STRANGER, ip: '10.0.0.9' }, { ip: '10.0.0.2' }));
    hub.inject(packetFrame(to, { source: '10.0.0.9', destination: '10.0.0.2', protocol: 199, payload: pattern(9) }));
    lab.pass(1);
    expect(lines(hub.sent).at(-1)).toBe('10.0.0.2 > 10.0.0.9 icmp protocol unreachable');
    expect(lab.reasons('bob')).toContain('ip-unknown-protocol');
    const extensions = [{ header: 'destinationOptions', options: [] }] as never;
    hub.inject(
      packetFrame(to, { source: 'fd00::1', destination: 'fd00::2', protocol: 199, payload: pattern(9), extensions }),
    );
    lab.pass(1);
    const error = hub.sent.map(ipIn).find((each) => each?.protocol === 58 && each.payload[0] === 4)!;
    // It points to the next header field of the options header, behind the 40 bytes of the fixed one.
    expect([error.payload[1], viewOf(error.payload).getUint32(4)]).toEqual([1, 40]);
  });

  test('RFC 1122 §3.2.1.3: addresses that no host may send from or to', () => {
    const lab = new Lab();
    const { bob, hub } = lab.pair();
    const to = bob.interface('eth0')!.mac;
    const payload = pattern(4);
    const frames: [Uint8Array, string][] = [
      [packetFrame(to, { source: '224.0.0.1', destination: '10.0.0.2', protocol: 199, payload }), 'ipv4-bad-source'],
      [
        packetFrame(to, { source: '255.255.255.255', destination: '10.0.0.2', protocol: 199, payload }),
        'ipv4-bad-source',
      ],
      [packetFrame(to, { source: '10.0.0.255', destination: '10.0.0.2', protocol: 199, payload }), 'ipv4-bad-source'],
      [
        packetFrame(to, { source: '127.0.0.1', destination: '10.0.0.2', protocol: 199, payload }),
        'ip-loopback-outside',
      ],
      [
        packetFrame(to, { source: '10.0.0.9', destination: '127.0.0.1', protocol: 199, payload }),
        'ip-loopback-outside',
      ],
      [packetFrame(to, { source: '10.0.0.9', destination: '10.0.0.77', protocol: 199, payload }), 'ip-not-for-us'],
      [
        packetFrame(0xffff_ffff_ffff, { source: '10.0.0.9', destination: '10.0.0.2', protocol: 199, payload }),
        'ip-link-broadcast',
      ],
      [packetFrame(to, { source: 'ff02::1', destination: 'fd00::2', protocol: 199, payload }), 'ipv6-bad-source'],
      [packetFrame(to, { source: '::1', destination: 'fd00::2', protocol: 199, payload }), 'ip-loopback-outside'],
      [packetFrame(to, { source: 'fd00::9', destination: '::1', protocol: 199, payload }), 'ip-loopback-outside'],
      [packetFrame(to, { source: 'fd00::9', destination: 'fd00::77', protocol: 199, payload }), 'ip-not-for-us'],
    ];
    for (const [frame, reason] of frames) {
      lab.ended.length = 0;
      hub.inject(frame);
      lab.pass(0.1);
      expect(lab.reasons('bob')).toEqual([reason]);
    }
    expect(bob.counters.icmpErrorsSent).toBe(0);
    expect(bob.counters.dropped.get('ip-loopback-outside')).toBe(4);
  });

  test('RFC 1122 §3.2.1.8: a source route is not followed, a broken option is reported', () => {
    const lab = new Lab();
    const { bob, hub } = lab.pair();
    hub.inject(arpFrame(1, { mac: STRANGER, ip: '10.0.0.9' }, { ip: '10.0.0.2' }));
    const routed = { name: 'looseSourceRoute', pointer: 4, addresses: [ipAddress('10.0.0.1')] } as const;
    const send = (options: readonly unknown[]): void =>
      hub.inject(
        packetFrame(bob.interface('eth0')!.mac, {
          source: '10.0.0.9',
          destination: '10.0.0.2',
          protocol: 17,
          payload: pattern(20),
          options: options as never,
        }),
      );
    send([routed, { name: 'noOperation' }]);
    send([{ name: 'malformed', bytes: Uint8Array.of(7, 40, 4, 0) }]);
    lab.pass(1);
    expect(lab.reasons('bob')).toEqual(['ip-source-route', 'ipv4-bad-option']);
    expect(lines(hub.sent).slice(-2)).toEqual([
      '10.0.0.2 > 10.0.0.9 icmp source route failed',
      '10.0.0.2 > 10.0.0.9 icmp pointer indicates the error',
    ]);
  });

  test('RFC 1122 §3.2.2.6: an echo request to all is answered only by who wants to', () => {
    for (const answerGroupEcho of [false, true]) {
      const lab = new Lab();
      const { alice, bob } = lab.pair({ settings: { answerGroupEcho } });
      const results: PingResult[] = [];
      alice.ping('10.0.0.255', {}, (result) => results.push(result));
      lab.pass(2);
      expect(results[0]?.kind).toBe(answerGroupEcho ? 'reply' : 'timeout');
      expect(bob.counters.icmpErrorsSent).toBe(0);
    }
  });

  test('RFC 1122 §3.2.2.2: a redirect is believed from the present gateway, if redirects are accepted at all', () => {
    for (const acceptRedirects of [true, false]) {
      for (const reporter of ['10.0.0.2', '10.0.0.9']) {
        const lab = new Lab();
        const { alice, hub } = lab.pair({ settings: { acceptRedirects } });
        alice.addRoute('0.0.0.0/0', '10.0.0.2');
        const quote = packet({ source: '10.0.0.1', destination: '192.0.2.1', protocol: 17, payload: pattern(8) });
        const payload = icmpv4.encode({ message: 'redirect', code: 1, gateway: ipAddress('10.0.0.3'), quote });
        hub.inject(
          packetFrame(alice.interface('eth0')!.mac, {
            source: reporter,
            destination: '10.0.0.1',
            protocol: 1,
            payload,
          }),
        );
        lab.pass(1);
        const host = alice.routes.find((route) => route.origin === 'redirect');
        const believed = acceptRedirects && reporter === '10.0.0.2';
        expect(host === undefined ? undefined : formatIpAddress(host.via!)).toBe(believed ? '10.0.0.3' : undefined);
      }
    }
  });
});
