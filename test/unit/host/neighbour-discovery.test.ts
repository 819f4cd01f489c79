import { describe, expect, test } from 'vitest';
import type { PingResult } from '../../../src/host/ping.ts';
import { formatIpAddress, ipAddress } from '../../../src/layers/address-text.ts';
import * as ndp from '../../../src/layers/network/ndp.ts';
import { line, lines, packetFrame, STRANGER } from './frames.ts';
import { Lab } from './lab.ts';

/** A neighbor discovery message of the stranger's, in a frame to all. */
function message(record: ndp.NdpRecord, source: string, destination: string, hopLimit = 255): Uint8Array {
  const payload = ndp.encode(record, ipAddress(source), ipAddress(destination));
  return packetFrame(0x3333_0000_0001, { source, destination, protocol: 58, payload, hopLimit });
}

const addressesOf = (host: {
  addresses: readonly { address: ReturnType<typeof ipAddress>; state: string }[];
}): string[] =>
  host.addresses
    .map(({ address, state }) => `${formatIpAddress(address)} ${state}`)
    .filter((each) => each.includes(':'));

describe('neighbours', () => {
  test('RFC 4861 §7.2.2 and RFC 4861 §7.2.4: the question goes to the solicited-node group, the answer to who asked', () => {
    const lab = new Lab();
    const { alice, hub } = lab.pair();
    const results: PingResult[] = [];
    alice.ping('fd00::2', {}, (result) => results.push(result));
    lab.pass(1);
    expect(results).toMatchObject([{ kind: 'reply' }]);
    expect(lines(hub.sent)).toEqual([
      'fd00::1 > ff02::1:ff00:2 icmp6 neighbor solicitation fd00::2',
      'fd00::2 > fd00::1 icmp6 neighbor advertisement fd00::2',
      'fd00::1 > fd00::2 icmp6 echo request',
      'fd00::2 > fd00::1 icmp6 echo reply',
    ]);
    expect(hub.sent[0]!.subarray(0, 6)).toEqual(Uint8Array.of(0x33, 0x33, 0xff, 0, 0, 2));
  });

  test('RFC 4861 §7.2.2: three questions a second apart, then the program is told', () => {
    const lab = new Lab();
    const { alice, hub } = lab.pair();
    const results: PingResult[] = [];
    alice.ping('fd00::77', { timeoutNs: 60e9 }, (result) => results.push(result));
    lab.pass(10);
    expect(hub.sent.length).toBe(3);
    expect(results).toMatchObject([{ kind: 'host-unreachable', roundTripNs: 3e9 }]);
    lab.expectAtRest();
  });

  test('RFC 4861 §7.1.1: a solicitation that came from afar (hop limit below 255) is dropped', () => {
    const lab = new Lab();
    const { bob, hub } = lab.pair();
    const solicitation: ndp.NdpRecord = {
      message: 'neighborSolicitation',
      target: ipAddress('fd00::2'),
      options: [{ name: 'sourceLinkLayerAddress', mac: STRANGER }],
    };
    hub.inject(message(solicitation, 'fd00::9', 'ff02::1:ff00:2', 254));
    lab.pass(1);
    expect(lab.reasons('bob')).toEqual(['ndp-invalid']);
    expect(hub.sent).toEqual([]);
    hub.inject(message(solicitation, 'fd00::9', 'ff02::1:ff00:2'));
    lab.pass(1);
    expect(lines(hub.sent)).toEqual(['fd00::2 > fd00::9 icmp6 neighbor advertisement fd00::2']);
    expect(bob.interface('eth0')!.neighbours6!.get(ipAddress('fd00::9'))).toMatchObject({
      state: 'STALE',
      mac: STRANGER,
    });
  });

  test('RFC 4861 §7.2.5: an advertisement without the override flag does not replace an address that works, but casts doubt', () => {
    const lab = new Lab();
    const { alice, hub } = lab.pair();
    alice.ping('fd00::2', {}, () => {});
    lab.pass(1);
    const entry = alice.interface('eth0')!.neighbours6!.get(ipAddress('fd00::2'))!;
    const before = entry.mac;
    expect(entry.state).toBe('REACHABLE');
    const advertisement = (override: boolean): ndp.NdpRecord => ({
      message: 'neighborAdvertisement',
      router: false,
      solicited: false,
      override,
      target: ipAddress('fd00::2'),
      options: [{ name: 'targetLinkLayerAddress', mac: STRANGER }],
    });
    hub.inject(message(advertisement(false), 'fd00::2', 'ff02::1'));
    lab.pass(0.1);
    expect(entry).toMatchObject({ state: 'STALE', mac: before });
    hub.inject(message(advertisement(true), 'fd00::2', 'ff02::1'));
    lab.pass(0.1);
    expect(entry).toMatchObject({ state: 'STALE', mac: STRANGER });
  });
});

describe('duplicate address detection', () => {
  const settings = { duplicateAddressDetectionTransmits: 1 };

  test('RFC 4862 §5.4: an address is tentative until nobody objected', () => {
    const lab = new Lab();
    const hub = lab.hub();
    const host = lab.host('host', { settings });
    lab.plug(host, hub, ['fd00::1/64']);
    expect(addressesOf(host)).toContain('fd00::1 tentative');
    lab.pass(2.5);
    expect(addressesOf(host)).toEqual(['::1 preferred', 'fe80::ff:fe00:1 preferred', 'fd00::1 preferred']);
    expect(lines(hub.sent).sort()).toEqual([
      ':: > ff02::1:ff00:1 icmp6 neighbor solicitation fd00::1',
      ':: > ff02::1:ff00:1 icmp6 neighbor solicitation fe80::ff:fe00:1',
    ]);
  });

  test('RFC 4862 §5.4.3 and RFC 4862 §5.4.5: of two hosts with one address, the second does not use it', () => {
    const lab = new Lab();
    const hub = lab.hub();
    const first = lab.host('first', { settings });
    lab.plug(first, hub, ['fd00::1/64']);
    lab.pass(3);
    const second = lab.host('second', { settings });
    lab.plug(second, hub, ['fd00::1/64']);
    lab.pass(3);
    expect(addressesOf(first)).toContain('fd00::1 preferred');
    expect(addressesOf(second)).toContain('fd00::1 duplicate');
    expect(second.isLocal(ipAddress('fd00::1'))).toBe(false);
    expect(second.counters.addressConflicts).toBe(1);
  });

  test('RFC 4862 §5.4.3: of two hosts that start at once, the one that hears the other’s question first gives way', () => {
    const lab = new Lab();
    const hub = lab.hub();
    const hosts = ['first', 'second'].map((name) => {
      const host = lab.host(name, { settings });
      lab.plug(host, hub, ['fd00::1/64']);
      return host;
    });
    lab.pass(5);
    const states = hosts.map((host) => addressesOf(host).find((each) => each.startsWith('fd00::1 ')));
    expect(states.sort()).toEqual(['fd00::1 duplicate', 'fd00::1 preferred']);
  });
});

describe('routers and prefixes', () => {
  function world(options: { valid?: number; preferred?: number } = {}) {
    const lab = new Lab();
    const [inside, outside] = [lab.hub(), lab.hub()];
    const router = lab.host('router', { forwarding: true });
    const advertise = {
      prefixes: ['2001:db8:1::/64'],
      mtu: 1400,
      hopLimit: 40,
      maximumIntervalSeconds: 30,
      ...(options.valid === undefined
        ? {}
        : { validLifetimeSeconds: options.valid, preferredLifetimeSeconds: options.preferred ?? 1 }),
    };
    inside.join(router.addInterface({ name: 'in', mac: 0x0200_0000_0a01, addresses: ['2001:db8:1::1/64'], advertise }));
    lab.plug(router, outside, ['2001:db8:2::1/64'], { name: 'out' });
    const server = lab.host('server');
    lab.plug(server, outside, ['2001:db8:2::2/64']);
    server.addRoute('::/0', '2001:db8:2::1');
    // The first advertisement is long past when the client comes: it must ask.
    lab.pass(5);
    inside.sent.length = 0;
    const client = lab.host('client');
    inside.join(client.addInterface({ name: 'eth0', mac: 0x0200_0000_0c01, acceptRouterAdvertisements: true }));
    return { lab, router, server, client, inside };
  }

  test('RFC 4861 §6.3.4 and RFC 4862 §5.5: a host that knows nothing gets an address, a default router, MTU and hop limit, and reaches the world', () => {
    const { lab, client, inside } = world();
    lab.pass(3);
    expect(lines(inside.sent).some((each) => each.includes('router solicitation'))).toBe(true);
    expect(addressesOf(client)).toContain('2001:db8:1::ff:fe00:c01 preferred');
    const path = client.path(ipAddress('2001:db8:2::2'));
    if (typeof path === 'string') throw new Error(path);
    expect(path).toMatchObject({ onLink: false, mtu: 1400, hopLimit: 40 });
    expect(formatIpAddress(path.local)).toBe('2001:db8:1::ff:fe00:c01');
    const results: PingResult[] = [];
    client.ping('2001:db8:2::2', {}, (result) => results.push(result));
    lab.pass(1);
    expect(results).toMatchObject([{ kind: 'reply', hopLimit: 63 }]);
  });

  test('RFC 4862 §5.5.4: an address is deprecated, then gone, when nobody renews it', () => {
    const { lab, router, client } = world({ valid: 20_000, preferred: 50 });
    lab.pass(3);
    expect(addressesOf(client)).toContain('2001:db8:1::ff:fe00:c01 preferred');
    router.interface('in')!.detach();
    lab.pass(55);
    expect(addressesOf(client)).toContain('2001:db8:1::ff:fe00:c01 deprecated');
    lab.pass(20_000);
    expect(addressesOf(client)).toEqual(['::1 preferred', 'fe80::ff:fe00:c01 preferred']);
    expect(client.path(ipAddress('2001:db8:2::2'))).toBe('ENETUNREACH');
  });

  test('RFC 4862 §5.5.3 (e): a forged advertisement cannot take an address away at once', () => {
    const { lab, client, inside } = world();
    lab.pass(3);
    inside.inject(
      message(
        {
          message: 'routerAdvertisement',
          currentHopLimit: 0,
          managedAddresses: false,
          otherConfiguration: false,
          routerLifetimeSeconds: 0,
          reachableTimeMilliseconds: 0,
          retransmissionTimerMilliseconds: 0,
          options: [
            {
              name: 'prefixInformation',
              prefixLength: 64,
              onLink: false,
              autonomous: true,
              validLifetimeSeconds: 1,
              preferredLifetimeSeconds: 1,
              prefix: ipAddress('2001:db8:1::'),
            },
          ],
        },
        'fe80::666',
        'ff02::1',
      ),
    );
    lab.pass(0.5);
    const own = client.addresses.find((each) => each.autoconfigured && each.address.w0 >>> 16 === 0x2001)!;
    expect(Math.round((own.validUntil - lab.timers.now()) / 1e9)).toBe(7199 + 1);
  });

  test('RFC 4861 §6.1.2: an advertisement from a global address is dropped', () => {
    const lab = new Lab();
    const hub = lab.hub();
    const host = lab.host('host');
    hub.join(host.addInterface({ name: 'eth0', mac: 0x0200_0000_0c01, acceptRouterAdvertisements: true }));
    const record: ndp.NdpRecord = {
      message: 'routerAdvertisement',
      currentHopLimit: 9,
      managedAddresses: false,
      otherConfiguration: false,
      routerLifetimeSeconds: 1800,
      reachableTimeMilliseconds: 0,
      retransmissionTimerMilliseconds: 0,
      options: [],
    };
    hub.inject(message(record, 'fd00::9', 'ff02::1'));
    lab.pass(0.1);
    expect(lab.reasons('host')).toEqual(['ndp-invalid']);
    hub.inject(message(record, 'fe80::9', 'ff02::1'));
    lab.pass(0.1);
    expect(host.routes.filter((route) => route.prefixLength === 0).map((route) => formatIpAddress(route.via!))).toEqual(
      ['fe80::9'],
    );
    expect(line(hub.sent[0] ?? message(record, 'fe80::9', 'ff02::1'))).toContain('router');
  });
});
