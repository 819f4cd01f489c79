/** IP_RECVERR and IPV6_RECVERR (ip(7), ipv6(7)): what ICMP says, in the error queue; and of a stream at once. */
import { describe, expect, test } from 'vitest';
import { ipAddress } from '../../../src/layers/address-text.ts';
import { MILLISECOND, SECOND } from '../../../src/layers/clock.ts';
import type { IcmpErrorKind } from '../../../src/layers/network/icmp-error.ts';
import * as segment from '../../../src/layers/transport/tcp/segment.ts';
import { AddressRecord } from '../../../src/sockets/address-record.ts';
import * as the from '../../../src/sockets/constants.ts';
import { ERRNO, failure } from '../../../src/sockets/errno.ts';
import { ErrorQueueEntry } from '../../../src/sockets/error-queue.ts';
import { bytes, type StreamPair, streamPair } from './stream-pair.ts';
import { ALICE, BOB, BOB6, type TestHost, twoHosts } from './two-hosts.ts';

const AGAIN = failure('EAGAIN');

describe('a datagram socket', () => {
  const listening = (domain: number = the.AF_INET) => {
    const hosts = twoHosts();
    const { core } = hosts.alice;
    const fd = core.socket(domain, the.SOCK_DGRAM);
    const [level, option] =
      domain === the.AF_INET ? [the.IPPROTO_IP, the.IP_RECVERR] : [the.IPPROTO_IPV6, the.IPV6_RECVERR];
    expect(core.setsockopt(fd, level, option, 1)).toBe(0);
    return { ...hosts, core, fd, level, option };
  };

  test.each([
    { family: 4, domain: the.AF_INET, to: BOB, origin: the.SO_EE_ORIGIN_ICMP, type: 3, code: 3 },
    { family: 6, domain: the.AF_INET6, to: BOB6, origin: the.SO_EE_ORIGIN_ICMP6, type: 1, code: 4 },
  ])('IPv$family: port unreachable, with who said it, where it was going, and its payload', async (which) => {
    const { domain, to, origin, type, code } = which;
    const { core, fd, run } = listening(domain);
    core.sendto(fd, bytes(20), 0, to, 999);
    await run();
    expect(core.readiness(fd) & the.POLLERR).toBe(the.POLLERR);
    const entry = new ErrorQueueEntry();
    const into = new Uint8Array(15);
    expect(core.recverr(fd, entry, into)).toBe(15);
    expect(entry).toMatchObject({ errno: 111, origin, type, code, info: 0, data: 0, timeNs: -1, messageLength: 20 });
    expect(entry.offender?.equals(to)).toBe(true);
    expect([entry.address.equals(to), entry.port]).toEqual([true, 999]);
    expect(into).toEqual(bytes(15));
    expect(core.recverr(fd, entry, into)).toBe(AGAIN);
    expect(core.readiness(fd) & the.POLLERR).toBe(0);
  });

  test('one of IPv6 that speaks IPv4 is shown mapped addresses', async () => {
    const { core, fd, run } = listening(the.AF_INET6);
    core.sendto(fd, bytes(20), 0, ipAddress('::ffff:10.0.0.2'), 999);
    await run();
    const entry = new ErrorQueueEntry();
    expect(core.recverr(fd, entry)).toBe(0);
    expect(entry.origin).toBe(the.SO_EE_ORIGIN_ICMP);
    expect(entry.offender?.equals(ipAddress('::ffff:10.0.0.2'))).toBe(true);
    expect(entry.address.equals(ipAddress('::ffff:10.0.0.2'))).toBe(true);
  });

  test('recvfrom with MSG_ERRQUEUE gives the payload and where it was going', async () => {
    const { core, fd, run } = listening();
    core.sendto(fd, bytes(20), 0, BOB, 999);
    await run();
    const from = new AddressRecord();
    expect(core.recvfrom(fd, new Uint8Array(5), the.MSG_ERRQUEUE, from)).toBe(5);
    expect([from.address.equals(BOB), from.port, from.datagramLength]).toEqual([true, 999, 20]);
    expect(core.recvfrom(fd, new Uint8Array(5), the.MSG_ERRQUEUE, from)).toBe(AGAIN);
  });

  test('the error is also the socket’s, once; reading the queue brings the next one up, or takes it away', async () => {
    const { core, fd, run } = listening();
    const error = () => core.getsockopt(fd, the.SOL_SOCKET, the.SO_ERROR);
    core.sendto(fd, bytes(1), 0, BOB, 998);
    core.sendto(fd, bytes(1), 0, BOB, 999);
    await run();
    expect([error(), error()]).toEqual([ERRNO.ECONNREFUSED, 0]);
    const entry = new ErrorQueueEntry();
    core.recverr(fd, entry);
    expect(error()).toBe(ERRNO.ECONNREFUSED); // of the second
    core.sendto(fd, bytes(1), 0, BOB, 997);
    await run();
    core.recverr(fd, entry);
    core.recverr(fd, entry);
    expect(entry.port).toBe(997);
    expect(error()).toBe(0);
  });

  test('a silent neighbour is found out by this host, by an ICMP error of its own', async () => {
    const { core, fd, run } = listening();
    core.sendto(fd, bytes(8), 0, ipAddress('10.0.0.99'), 9);
    await run();
    const entry = new ErrorQueueEntry();
    expect(core.recverr(fd, entry)).toBe(0);
    expect(entry).toMatchObject({ errno: ERRNO.EHOSTUNREACH, origin: the.SO_EE_ORIGIN_ICMP, type: 3, code: 1 });
    expect(entry.offender?.equals(ALICE)).toBe(true);
  });

  test('a datagram that is too large is an error of this host', () => {
    const { core, fd } = listening();
    expect(core.sendto(fd, new Uint8Array(65_510), 0, BOB, 9)).toBe(failure('EMSGSIZE'));
    const entry = new ErrorQueueEntry();
    expect(core.recverr(fd, entry)).toBe(0);
    const { SO_EE_ORIGIN_LOCAL: origin } = the;
    expect(entry).toMatchObject({ errno: ERRNO.EMSGSIZE, origin, type: 0, code: 0, info: 1500, messageLength: 0 });
    expect([entry.offender, entry.address.equals(BOB), entry.port]).toEqual([undefined, true, 9]);
    expect(core.getsockopt(fd, the.SOL_SOCKET, the.SO_ERROR)).toBe(0);
  });

  test('off, which it is at first, nothing is kept; turning it off forgets what was', async () => {
    const { core, fd, level, option, run } = listening();
    core.sendto(fd, bytes(1), 0, BOB, 999);
    await run();
    expect(core.getsockopt(fd, level, option)).toBe(1);
    core.setsockopt(fd, level, option, 0);
    expect(core.getsockopt(fd, level, option)).toBe(0);
    const entry = new ErrorQueueEntry();
    expect(core.recverr(fd, entry)).toBe(AGAIN);
    const other = core.socket(the.AF_INET, the.SOCK_DGRAM);
    core.sendto(other, bytes(1), 0, BOB, 999);
    await run();
    expect(core.recverr(other, entry)).toBe(AGAIN);
    expect(core.recverr(77, entry)).toBe(failure('EBADF'));
  });

  test('whoever watches is told of each', async () => {
    const { core, fd, run } = listening();
    let told = 0;
    core.watch(fd, () => told++);
    core.sendto(fd, bytes(1), 0, BOB, 999);
    core.sendto(fd, bytes(1), 0, BOB, 999);
    await run();
    expect(told).toBe(2);
  });
});

describe('a stream socket', () => {
  /** A router says something of the segment that alice would send next, or has sent last. */
  const says = ({ host }: TestHost, localPort: number, kind: IcmpErrorKind, sequence: number): void => {
    const view = new DataView(new ArrayBuffer(12));
    view.setUint16(4, localPort);
    view.setUint16(6, 80);
    view.setInt32(8, sequence);
    const reporter = ipAddress('10.0.0.254');
    const where = { reporter, local: ALICE, remote: BOB, view, at: 4, length: 8 };
    host.tcp.icmpError({ ...where, kind, type: 3, code: 1, mtu: 0 });
  };

  /** The same, of what alice has sent last. */
  const inFlight = ({ alice, a }: StreamPair, kind: IcmpErrorKind): void => {
    alice.core.send(a, bytes(10));
    const [block] = [...alice.host.tcp.connections];
    says(alice, block!.identity.localPort, kind, block!.sndUna);
  };

  test('with IP_RECVERR an established connection has the error at once, and goes on', async () => {
    const pair = await streamPair();
    const { alice, bob, a, b, wait } = pair;
    expect(alice.core.setsockopt(a, the.IPPROTO_IP, the.IP_RECVERR, 1)).toBe(0);
    let told = 0;
    alice.core.watch(a, () => told++);
    inFlight(pair, 'host-unreachable');
    expect(told).toBe(1);
    expect(alice.core.readiness(a) & the.POLLERR).toBe(the.POLLERR);
    expect(alice.core.recverr(a, new ErrorQueueEntry())).toBe(AGAIN);
    expect(alice.core.recv(a, bytes(1))).toBe(failure('EHOSTUNREACH'));
    expect(alice.core.recv(a, bytes(1))).toBe(AGAIN);
    expect(alice.core.readiness(a) & the.POLLERR).toBe(0);
    await wait(SECOND);
    expect(bob.core.recv(b, bytes(20))).toBe(10);
    // And an error that ends it is told of afterwards.
    inFlight(pair, 'network-unreachable');
    expect(alice.core.send(a, bytes(1))).toBe(failure('ENETUNREACH'));
    bob.core.setsockopt(b, the.SOL_SOCKET, the.SO_LINGER, { on: true, seconds: 0 });
    bob.core.close(b);
    await wait(SECOND);
    expect(alice.core.recv(a, bytes(1))).toBe(failure('ECONNRESET'));
  });

  test('without it the error is a soft one: RFC 9293 §3.9.2.2', async () => {
    const pair = await streamPair();
    const { alice, a } = pair;
    inFlight(pair, 'host-unreachable');
    expect(alice.core.readiness(a) & the.POLLERR).toBe(0);
    expect(alice.core.getsockopt(a, the.SOL_SOCKET, the.SO_ERROR)).toBe(0);
    expect(alice.core.getsockopt(a, the.IPPROTO_TCP, the.TCP_INFO)).toMatchObject({ softError: 'EHOSTUNREACH' });
  });

  test('what ends an attempt to connect is in the error queue too, from the TCP header on', async () => {
    const { alice, cut, run } = twoHosts();
    const { core } = alice;
    const probe = core.socket(the.AF_INET, the.SOCK_STREAM);
    core.connect(probe, BOB, 81); // finds out bob's MAC address
    await run(SECOND);
    const fd = core.socket(the.AF_INET, the.SOCK_STREAM);
    core.connect(fd, BOB, 80);
    cut();
    await run(SECOND + 10 * MILLISECOND);
    const [block] = [...alice.host.tcp.connections];
    const { localPort } = block!.identity;
    says(alice, localPort, 'port-unreachable', block!.iss);
    expect(core.readiness(fd) & (the.POLLERR | the.POLLHUP)).toBe(the.POLLERR | the.POLLHUP);
    const entry = new ErrorQueueEntry();
    const into = new Uint8Array(20);
    expect(core.recverr(fd, entry, into)).toBe(8);
    const origin = the.SO_EE_ORIGIN_ICMP;
    expect(entry).toMatchObject({ errno: ERRNO.ECONNREFUSED, origin, type: 3, code: 1, port: 80, messageLength: 8 });
    expect(entry.address.equals(BOB)).toBe(true);
    expect(entry.offender?.equals(ipAddress('10.0.0.254'))).toBe(true);
    expect(segment.sourcePort(new DataView(into.buffer), 0)).toBe(localPort);
    // Linux: with the entry the error is reported.
    expect(core.getsockopt(fd, the.SOL_SOCKET, the.SO_ERROR)).toBe(0);
  });

  test('what does not end it is no entry', async () => {
    const { alice, cut, run } = twoHosts();
    const { core } = alice;
    const probe = core.socket(the.AF_INET, the.SOCK_STREAM);
    core.connect(probe, BOB, 81);
    await run(SECOND);
    const fd = core.socket(the.AF_INET, the.SOCK_STREAM);
    core.connect(fd, BOB, 80);
    cut();
    const [block] = [...alice.host.tcp.connections];
    says(alice, block!.identity.localPort, 'host-unreachable', block!.iss);
    expect(core.readiness(fd)).toBe(0);
    expect(core.recverr(fd, new ErrorQueueEntry())).toBe(AGAIN);
  });

  test('a connection has IP_RECVERR from its listener', async () => {
    const { bob, b } = await streamPair({ listening: [[the.IPPROTO_IP, the.IP_RECVERR, 1]] });
    expect(bob.core.getsockopt(b, the.IPPROTO_IP, the.IP_RECVERR)).toBe(1);
  });
});
