import { describe, expect, test } from 'vitest';
import type { Host } from '../../../src/host/host.ts';
import { ipAddress } from '../../../src/layers/address-text.ts';
import type { UdpEndpoint } from '../../../src/layers/transport/udp-endpoint.ts';
import { ipIn, lines, pattern } from './frames.ts';
import { Lab } from './lab.ts';

const ANY4 = ipAddress('0.0.0.0');
const ANY6 = ipAddress('::');

function open(
  host: Host,
  address: string,
  port: number,
  prepare: (endpoint: UdpEndpoint) => void = () => {},
): UdpEndpoint {
  const local = ipAddress(address);
  const endpoint = host.udp.endpoint(local.family, local.family === 6);
  prepare(endpoint);
  expect(endpoint.bind(local, port)).toBeUndefined();
  return endpoint;
}

const say = (endpoint: UdpEndpoint, text: string, to?: string, port?: number): string | undefined => {
  const bytes = new TextEncoder().encode(text);
  return endpoint.send(bytes, 0, bytes.length, to === undefined ? undefined : ipAddress(to), port);
};

function read(endpoint: UdpEndpoint): string | undefined {
  const into = new Uint8Array(2000);
  const datagram = endpoint.receive(into, 0, into.length);
  return datagram === undefined ? undefined : new TextDecoder().decode(into.subarray(0, datagram.length));
}

describe('who gets a datagram', () => {
  test('BSD’s rule: a connection before an address before any; the last of equals', () => {
    const lab = new Lab();
    const { alice, bob } = lab.pair();
    const reuse = (endpoint: UdpEndpoint): void => {
      endpoint.reuseAddress = true;
    };
    const any = open(bob, '0.0.0.0', 7, reuse);
    const connected = open(bob, '0.0.0.0', 7, reuse);
    connected.connect(ipAddress('10.0.0.1'), 1111);
    const one = open(bob, '10.0.0.2', 7, reuse);
    const other = open(bob, '10.0.0.2', 7, reuse);
    const [first, second] = [open(alice, '10.0.0.1', 1111), open(alice, '10.0.0.1', 2222)];
    say(first, 'to the connection', '10.0.0.2', 7);
    say(second, 'to the last bound', '10.0.0.2', 7);
    lab.pass(1);
    expect([any, one, other, connected].map(read)).toEqual([
      undefined,
      undefined,
      'to the last bound',
      'to the connection',
    ]);
    other.close();
    one.close();
    say(second, 'to any', '10.0.0.2', 7);
    lab.pass(1);
    expect(read(any)).toBe('to any');
  });

  test('RFC 3493 §5.3: an IPv6 wildcard hears IPv4 too, unless it is restricted', () => {
    const lab = new Lab();
    const { alice, bob } = lab.pair();
    const both = open(bob, '::', 7);
    const only6 = bob.udp.endpoint(6, false);
    expect(only6.bind(ANY6, 8)).toBeUndefined();
    const four = open(alice, '0.0.0.0', 0);
    const six = alice.udp.endpoint(6, false);
    say(four, 'four', '10.0.0.2', 7);
    say(six, 'six', 'fd00::2', 7);
    say(four, 'nobody', '10.0.0.2', 8);
    lab.pass(1);
    expect([read(both), read(both), read(only6)]).toEqual(['four', 'six', undefined]);
    expect(say(six, 'x', '10.0.0.2', 7)).toBe('EAFNOSUPPORT');
    expect(say(four, 'x', 'fd00::2', 7)).toBe('EAFNOSUPPORT');
    expect(lab.reasons('bob')).toContain('udp-port-unreachable');
  });

  test('RFC 1122 §4.1.3.5: a broadcast reaches every program at the port, and needs permission', () => {
    const lab = new Lab();
    const { alice, bob, hub } = lab.pair();
    const reuse = (endpoint: UdpEndpoint): void => {
      endpoint.reuseAddress = true;
    };
    const listeners = [open(bob, '0.0.0.0', 7, reuse), open(bob, '0.0.0.0', 7, reuse), open(bob, '10.0.0.2', 7, reuse)];
    const sender = open(alice, '0.0.0.0', 0);
    expect(say(sender, 'x', '10.0.0.255', 7)).toBe('EACCES');
    expect(sender.connect(ipAddress('255.255.255.255'), 7)).toBe('EACCES');
    sender.broadcastAllowed = true;
    const own = open(alice, '0.0.0.0', 7);
    for (const to of ['10.0.0.255', '255.255.255.255']) expect(say(sender, to, to, 7)).toBeUndefined();
    lab.pass(1);
    expect(hub.sent.every((each) => each.subarray(0, 6).every((byte) => byte === 0xff))).toBe(true);
    for (const each of listeners.slice(0, 2))
      expect([read(each), read(each)]).toEqual(['10.0.0.255', '255.255.255.255']);
    // One bound to the host's own address does not hear what goes to all.
    expect(read(listeners[2]!)).toBeUndefined();
    expect(read(own)).toBe('10.0.0.255');
    expect(bob.counters.icmpErrorsSent).toBe(0);
    lab.expectAtRest();
  });

  test.each(['224.1.2.3', 'ff15::77'])('RFC 1112 §7: only members hear %s, on this host and on others', (group) => {
    const lab = new Lab();
    const { alice, bob, hub } = lab.pair();
    const six = group.includes(':');
    const [member, stranger] = [open(bob, six ? '::' : '0.0.0.0', 7), open(bob, six ? '::' : '0.0.0.0', 8)];
    expect(member.joinGroup(ipAddress(group), 2)).toBeUndefined();
    expect(member.joinGroup(ipAddress(group), 2)).toBe('EADDRINUSE');
    const own = open(alice, six ? '::' : '0.0.0.0', 7);
    expect(own.joinGroup(ipAddress(group), 2)).toBeUndefined();
    const sender = open(alice, six ? '::' : '0.0.0.0', 0);
    sender.multicastInterface = 2;
    for (const port of [7, 8]) expect(say(sender, 'hello', group, port)).toBeUndefined();
    sender.multicastLoop = false;
    say(sender, 'not to myself', group, 7);
    lab.pass(1);
    expect([read(member), read(member), read(stranger)]).toEqual(['hello', 'not to myself', undefined]);
    expect([read(own), read(own)]).toEqual(['hello', undefined]);
    // RFC 1112 §6.1: one hop unless the program says otherwise; the MAC address is the group's.
    expect(ipIn(hub.sent[0]!)!.hopLimit).toBe(1);
    expect([...hub.sent[0]!.subarray(0, 3)]).toEqual(six ? [0x33, 0x33, 0] : [1, 0, 0x5e]);
    expect(member.leaveGroup(ipAddress(group), 2)).toBeUndefined();
    say(sender, 'gone', group, 7);
    lab.pass(1);
    expect(read(member)).toBeUndefined();
    expect(lab.reasons('bob')).toContain('ip-not-for-us');
    lab.expectAtRest();
  });
});

describe('what a program is told', () => {
  test.each(['10.0.0.2', 'fd00::2'])(
    'RFC 1122 §4.1.3.3: port unreachable at %s reaches the connected socket that sent',
    (to) => {
      const lab = new Lab();
      const { alice } = lab.pair();
      const connected = alice.udp.endpoint(ipAddress(to).family);
      expect(connected.connect(ipAddress(to), 9)).toBeUndefined();
      const loose = alice.udp.endpoint(ipAddress(to).family);
      const careful = alice.udp.endpoint(ipAddress(to).family);
      careful.receiveErrors = true;
      let changes = 0;
      connected.changed = () => changes++;
      say(connected, 'x');
      say(loose, 'x', to, 9);
      say(careful, 'x', to, 9);
      lab.pass(1);
      expect(changes).toBe(1);
      expect(say(connected, 'y')).toBe('ECONNREFUSED');
      expect(connected.takeError()).toBeUndefined();
      expect(loose.takeError()).toBeUndefined();
      expect(careful.errors).toMatchObject([{ code: 'ECONNREFUSED', kind: 'port-unreachable', remotePort: 9 }]);
      expect(careful.takeError()).toBe('ECONNREFUSED');
      lab.expectAtRest();
    },
  );

  test('RFC 1122 §3.3.2: a silent neighbour is EHOSTUNREACH, no route is ENETUNREACH', () => {
    const lab = new Lab();
    const { alice } = lab.pair();
    const connected = alice.udp.endpoint(4);
    connected.connect(ipAddress('10.0.0.99'), 9);
    say(connected, 'x');
    lab.pass(4);
    expect(connected.takeError()).toBe('EHOSTUNREACH');
    expect(say(connected, 'x', '192.0.2.1', 9)).toBe('ENETUNREACH');
    expect(connected.connect(ipAddress('192.0.2.1'), 9)).toBe('ENETUNREACH');
    lab.expectAtRest();
  });

  test('a receive buffer holds what it holds; empty datagrams take room too', () => {
    const lab = new Lab();
    const { alice, bob } = lab.pair();
    const receiver = open(bob, '0.0.0.0', 7);
    receiver.receiveBufferBytes = 1000;
    const sender = open(alice, '0.0.0.0', 0);
    for (let i = 0; i < 30; i++) say(sender, '', '10.0.0.2', 7);
    lab.pass(1);
    expect(receiver.readableCount).toBe(15);
    expect(receiver.overflowed).toBe(15);
    expect(lab.reasons('bob')).toEqual(Array(15).fill('udp-receive-buffer-full'));
    expect(read(receiver)).toBe('');
    expect(receiver.readableCount).toBe(14);
    receiver.close();
    expect(receiver.readableCount).toBe(0);
  });

  test('errors of use: addresses, ports, lengths', () => {
    const lab = new Lab();
    const { alice } = lab.pair();
    const endpoint = alice.udp.endpoint(4);
    expect(say(endpoint, 'x')).toBe('EDESTADDRREQ');
    expect(endpoint.bind(ipAddress('10.0.0.2'), 7)).toBe('EADDRNOTAVAIL');
    expect(endpoint.bind(ANY6, 7)).toBe('EAFNOSUPPORT');
    expect(endpoint.bind(ANY4, 7)).toBeUndefined();
    expect(endpoint.bind(ANY4, 8)).toBe('EINVAL');
    expect(alice.udp.endpoint(4).bind(ipAddress('10.0.0.1'), 7)).toBe('EADDRINUSE');
    const bytes = new Uint8Array(66_000);
    expect(endpoint.send(bytes, 0, 65_508, ipAddress('10.0.0.2'), 9)).toBe('EMSGSIZE');
    expect(endpoint.send(bytes, 0, 65_507, ipAddress('127.0.0.1'), 9)).toBeUndefined();
    endpoint.dontFragment = true;
    expect(endpoint.send(bytes, 0, 1473, ipAddress('10.0.0.2'), 9)).toBe('EMSGSIZE');
    expect(endpoint.send(bytes, 0, 1472, ipAddress('10.0.0.2'), 9)).toBeUndefined();
    endpoint.close();
    expect(say(endpoint, 'x', '10.0.0.2', 9)).toBe('EBADF');
    lab.pass(10);
    lab.expectAtRest();
  });

  test('RFC 6864 §4: what may be fragmented has an identification of its own, what may not needs none', () => {
    const lab = new Lab();
    const { alice, hub } = lab.pair();
    const endpoint = open(alice, '0.0.0.0', 0);
    for (let i = 0; i < 5; i++) endpoint.send(pattern(40), 0, 40, ipAddress('10.0.0.2'), 9);
    endpoint.dontFragment = true;
    for (let i = 0; i < 2; i++) endpoint.send(pattern(40), 0, 40, ipAddress('10.0.0.2'), 9);
    lab.pass(1);
    const own = hub.sent.map(ipIn).filter((each) => each?.protocol === 17);
    const free = own.filter((each) => !each!.v4!.dontFragment).map((each) => each!.v4!.identification);
    expect(new Set(free).size).toBe(5);
    expect(own.filter((each) => each!.v4!.dontFragment).map((each) => each!.v4!.identification)).toEqual([0, 0]);
  });

  test('an address that went away can no longer be spoken from; one that came can', () => {
    const lab = new Lab();
    const { alice, hub } = lab.pair();
    const connected = alice.udp.endpoint(4);
    connected.connect(ipAddress('10.0.0.2'), 9);
    expect(say(connected, 'x')).toBeUndefined();
    alice.removeAddress('10.0.0.1');
    expect(say(connected, 'x')).toBe('EADDRNOTAVAIL');
    alice.addAddress(alice.interface('eth0')!, '10.0.0.7/24');
    const fresh = alice.udp.endpoint(4);
    hub.sent.length = 0;
    say(fresh, 'x', '10.0.0.2', 9);
    lab.pass(1);
    const sent = lines(hub.sent).filter((each) => each.includes('> 10.0.0.2 udp'));
    expect(sent.at(-1)).toBe(`10.0.0.7 > 10.0.0.2 udp ${fresh.localPort} > 9 (1)`);
    lab.expectAtRest();
  });
});
