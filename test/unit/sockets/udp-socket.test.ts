import { describe, expect, test } from 'vitest';
import { ipAddress } from '../../../src/layers/address-text.ts';
import { AddressRecord, MessageRecord } from '../../../src/sockets/address-record.ts';
import * as the from '../../../src/sockets/constants.ts';
import { failure } from '../../../src/sockets/errno.ts';
import { ALICE, ALICE6, BOB, BOB6, twoHosts } from './two-hosts.ts';

const ANY = ipAddress('0.0.0.0');
const ANY6 = ipAddress('::');
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** A socket of alice's and one of bob's that is bound to port 12000. */
function pair(domain = the.AF_INET) {
  const hosts = twoHosts();
  const { alice, bob } = hosts;
  const a = alice.core.socket(domain, the.SOCK_DGRAM);
  const b = bob.core.socket(domain, the.SOCK_DGRAM);
  expect(bob.core.bind(b, domain === the.AF_INET ? ANY : ANY6, 12000)).toBe(0);
  return { ...hosts, a, b };
}

describe('a datagram socket', () => {
  test('sends a datagram whole, with its true source; reading gives exactly one', async () => {
    const { alice, bob, a, b, run } = pair();
    expect(bob.core.recv(b, new Uint8Array(10))).toBe(failure('EAGAIN'));
    expect(alice.core.sendto(a, bytes(1, 2, 3), 0, BOB, 12000)).toBe(3);
    expect(alice.core.sendto(a, bytes(4), 0, BOB, 12000)).toBe(1);
    expect(alice.core.sendto(a, bytes(), 0, BOB, 12000)).toBe(0);
    await run();
    const into = new Uint8Array(10);
    const from = new AddressRecord();
    const own = new AddressRecord();
    expect(bob.core.recvfrom(b, into, 0, from)).toBe(3);
    expect([...into.subarray(0, 4)]).toEqual([1, 2, 3, 0]);
    expect(alice.core.getsockname(a, own)).toBe(0);
    expect(own.port).toBeGreaterThanOrEqual(49152);
    expect(from.address.equals(ALICE)).toBe(true);
    expect(from.port).toBe(own.port);
    expect(bob.core.recv(b, into)).toBe(1);
    expect(bob.core.recv(b, into)).toBe(0);
    expect(bob.core.recv(b, into)).toBe(failure('EAGAIN'));
  });

  test('what does not fit is lost; the record and MSG_TRUNC tell how long it was', async () => {
    const { alice, bob, a, b, run } = pair();
    alice.core.sendto(a, new Uint8Array(3000).fill(7), 0, BOB, 12000);
    alice.core.sendto(a, new Uint8Array(3000).fill(8), 0, BOB, 12000);
    await run();
    const into = new Uint8Array(2048);
    const from = new AddressRecord();
    expect(bob.core.ioctl(b, the.FIONREAD)).toBe(3000);
    expect(bob.core.recvfrom(b, into, 0, from)).toBe(2048);
    expect(from.datagramLength).toBe(3000);
    expect(bob.core.recv(b, into, the.MSG_TRUNC)).toBe(3000);
    expect(into[0]).toBe(8);
    expect(bob.core.ioctl(b, the.FIONREAD)).toBe(0);
  });

  test.each([
    { family: 4, domain: the.AF_INET, to: BOB, level: the.IPPROTO_IP, hops: the.IP_RECVTTL, traffic: the.IP_RECVTOS },
    {
      family: 6,
      domain: the.AF_INET6,
      to: BOB6,
      level: the.IPPROTO_IPV6,
      hops: the.IPV6_RECVHOPLIMIT,
      traffic: the.IPV6_RECVTCLASS,
    },
  ])('IPv$family: recvmsg tells hop limit and traffic class to who wants to know', async (which) => {
    const { domain, to, level, hops, traffic } = which;
    const { alice, bob, a, b, run } = pair(domain);
    const six = domain === the.AF_INET6;
    alice.core.setsockopt(a, level, six ? the.IPV6_UNICAST_HOPS : the.IP_TTL, 33);
    alice.core.setsockopt(a, level, six ? the.IPV6_TCLASS : the.IP_TOS, 0xb8);
    const message = new MessageRecord();
    const told = async (): Promise<number[]> => {
      alice.core.sendto(a, bytes(1, 2, 3), 0, to, 12000);
      await run();
      expect(bob.core.recvmsg(b, new Uint8Array(2), 0, message)).toBe(2);
      expect(message.datagramLength).toBe(3);
      return [message.hopLimit, message.trafficClass];
    };
    expect(await told()).toEqual([-1, -1]);
    bob.core.setsockopt(b, level, hops, 1);
    expect(await told()).toEqual([33, -1]);
    bob.core.setsockopt(b, level, traffic, 1);
    expect(await told()).toEqual([33, 0xb8]);
    bob.core.setsockopt(b, level, hops, 0);
    expect(await told()).toEqual([-1, 0xb8]);
  });

  test('of an IPv4 packet the options of IPv6 tell nothing', async () => {
    const { alice, bob, b, run } = pair(the.AF_INET6);
    bob.core.setsockopt(b, the.IPPROTO_IPV6, the.IPV6_RECVHOPLIMIT, 1);
    const four = alice.core.socket(the.AF_INET, the.SOCK_DGRAM);
    alice.core.sendto(four, bytes(1), 0, BOB, 12000);
    await run();
    const message = new MessageRecord();
    expect(bob.core.recvmsg(b, new Uint8Array(2), 0, message)).toBe(1);
    expect(message.hopLimit).toBe(-1);
  });

  test('MSG_PEEK leaves the datagram where it is', async () => {
    const { alice, bob, a, b, run } = pair();
    alice.core.sendto(a, bytes(9, 9), 0, BOB, 12000);
    await run();
    const into = new Uint8Array(1);
    expect(bob.core.recv(b, into, the.MSG_PEEK)).toBe(1);
    expect(bob.core.recv(b, new Uint8Array(5))).toBe(2);
  });

  test('needs a destination, and nothing larger than a datagram can be', () => {
    const { alice, a } = pair();
    expect(alice.core.send(a, bytes(1))).toBe(failure('EDESTADDRREQ'));
    expect(alice.core.sendto(a, new Uint8Array(65_508), 0, BOB, 12000)).toBe(failure('EMSGSIZE'));
    expect(alice.core.sendto(a, bytes(1), 0, BOB, 0)).toBe(failure('EINVAL'));
    expect(alice.core.sendto(a, bytes(1), 0, BOB6, 12000)).toBe(failure('EAFNOSUPPORT'));
    expect(alice.core.sendto(a, bytes(1), 0, ipAddress('192.0.2.9'), 12000)).toBe(failure('ENETUNREACH'));
    expect(alice.core.sendto(a, bytes(1), the.MSG_OOB, BOB, 12000)).toBe(failure('EOPNOTSUPP'));
  });

  test('connected, it hears its peer alone, and needs no address to send', async () => {
    const { alice, bob, a, b, run } = pair();
    const peer = new AddressRecord();
    expect(alice.core.getpeername(a, peer)).toBe(failure('ENOTCONN'));
    expect(alice.core.connect(a, BOB, 12000)).toBe(0);
    expect(alice.core.getpeername(a, peer)).toBe(0);
    expect([peer.address.equals(BOB), peer.port]).toEqual([true, 12000]);
    const own = new AddressRecord();
    alice.core.getsockname(a, own);
    expect(own.address.equals(ALICE)).toBe(true);
    const stranger = bob.core.socket(the.AF_INET, the.SOCK_DGRAM);
    bob.core.sendto(stranger, bytes(66), 0, ALICE, own.port);
    expect(alice.core.send(a, bytes(5))).toBe(1);
    await run();
    expect(alice.core.recv(a, new Uint8Array(1))).toBe(failure('EAGAIN'));
    expect(bob.core.recv(b, new Uint8Array(1))).toBe(1);
  });

  test('RFC 1122 §4.1.3.3: port unreachable is ECONNREFUSED, once, to a connected socket only', async () => {
    const { alice, a, run } = pair();
    const loose = alice.core.socket(the.AF_INET, the.SOCK_DGRAM);
    alice.core.sendto(loose, bytes(1), 0, BOB, 999);
    alice.core.connect(a, BOB, 999);
    alice.core.send(a, bytes(1));
    await run();
    expect(alice.core.readiness(loose) & the.POLLERR).toBe(0);
    expect(alice.core.recv(loose, new Uint8Array(1))).toBe(failure('EAGAIN'));
    expect(alice.core.readiness(a) & the.POLLERR).toBe(the.POLLERR);
    expect(alice.core.recv(a, new Uint8Array(1))).toBe(failure('ECONNREFUSED'));
    expect(alice.core.recv(a, new Uint8Array(1))).toBe(failure('EAGAIN'));
    alice.core.send(a, bytes(1));
    await run();
    expect(alice.core.getsockopt(a, the.SOL_SOCKET, the.SO_ERROR)).toBe(111);
    expect(alice.core.getsockopt(a, the.SOL_SOCKET, the.SO_ERROR)).toBe(0);
  });

  test('binding: twice, a taken port, an address of another host, another family', () => {
    const { bob, b } = pair();
    expect(bob.core.bind(b, ANY, 12001)).toBe(failure('EINVAL'));
    const second = bob.core.socket(the.AF_INET, the.SOCK_DGRAM);
    expect(bob.core.bind(second, ANY, 12000)).toBe(failure('EADDRINUSE'));
    expect(bob.core.bind(second, ALICE, 5)).toBe(failure('EADDRNOTAVAIL'));
    expect(bob.core.bind(second, ANY6, 5)).toBe(failure('EAFNOSUPPORT'));
    expect(bob.core.bind(second, ANY, 65_536)).toBe(failure('EINVAL'));
    expect(bob.core.bind(second, BOB, 12001)).toBe(0);
    expect(bob.core.close(b)).toBe(0);
    const third = bob.core.socket(the.AF_INET, the.SOCK_DGRAM);
    expect(bob.core.bind(third, ANY, 12000)).toBe(0);
  });

  test('a broadcast needs SO_BROADCAST', async () => {
    const { alice, bob, a, b, run } = pair();
    const everybody = ipAddress('10.0.0.255');
    expect(alice.core.sendto(a, bytes(1), 0, everybody, 12000)).toBe(failure('EACCES'));
    expect(alice.core.setsockopt(a, the.SOL_SOCKET, the.SO_BROADCAST, 1)).toBe(0);
    expect(alice.core.sendto(a, bytes(1), 0, everybody, 12000)).toBe(1);
    await run();
    expect(bob.core.recv(b, new Uint8Array(1))).toBe(1);
  });

  test('shut down: reading is at the end, writing a broken pipe', async () => {
    const { alice, a } = pair();
    expect(alice.core.shutdown(a, the.SHUT_RD)).toBe(failure('ENOTCONN'));
    alice.core.connect(a, BOB, 12000);
    expect(alice.core.recv(a, new Uint8Array(1))).toBe(0);
    expect(alice.core.shutdown(a, the.SHUT_WR)).toBe(0);
    expect(alice.core.send(a, bytes(1))).toBe(failure('EPIPE'));
    expect(alice.core.readiness(a)).toBe(the.POLLIN | the.POLLOUT | the.POLLRDHUP | the.POLLHUP);
    expect(alice.core.shutdown(a, 3)).toBe(failure('EINVAL'));
  });

  test('calls of a stream are not for it', () => {
    const { bob, b } = pair();
    expect(bob.core.listen(b, 1)).toBe(failure('EOPNOTSUPP'));
    expect(bob.core.accept(b)).toBe(failure('EOPNOTSUPP'));
    expect(bob.core.ioctl(b, the.SIOCATMARK)).toBe(failure('EINVAL'));
  });
});

describe('an AF_INET6 datagram socket', () => {
  test('RFC 3493 §5.3: speaks IPv4 too, and shows it as an IPv4-mapped address', async () => {
    const { alice, bob, b, run } = pair(the.AF_INET6);
    const v4 = alice.core.socket(the.AF_INET, the.SOCK_DGRAM);
    const v6 = alice.core.socket(the.AF_INET6, the.SOCK_DGRAM);
    const into = new Uint8Array(4);
    const from = new AddressRecord();
    alice.core.sendto(v4, bytes(4), 0, BOB, 12000);
    await run();
    expect(bob.core.recvfrom(b, into, 0, from)).toBe(1);
    expect(from.address.equals(ipAddress('::ffff:10.0.0.1'))).toBe(true);
    expect(bob.core.sendto(b, bytes(5), 0, from.address, from.port)).toBe(1);
    alice.core.sendto(v6, bytes(6), 0, BOB6, 12000);
    await run();
    expect(alice.core.recvfrom(v4, into, 0, from)).toBe(1);
    expect(from.address.equals(BOB)).toBe(true);
    expect(bob.core.recvfrom(b, into, 0, from)).toBe(1);
    expect(from.address.equals(ALICE6)).toBe(true);
  });

  test('IPV6_V6ONLY leaves IPv4 to another socket', () => {
    const { bob } = twoHosts();
    const v6 = bob.core.socket(the.AF_INET6, the.SOCK_DGRAM);
    const v4 = bob.core.socket(the.AF_INET, the.SOCK_DGRAM);
    expect(bob.core.setsockopt(v6, the.IPPROTO_IPV6, the.IPV6_V6ONLY, 1)).toBe(0);
    expect(bob.core.bind(v6, ANY6, 12000)).toBe(0);
    expect(bob.core.bind(v4, ANY, 12000)).toBe(0);
    expect(bob.core.sendto(v6, bytes(1), 0, ipAddress('::ffff:10.0.0.1'), 1)).toBe(failure('ENETUNREACH'));
    expect(bob.core.setsockopt(v6, the.IPPROTO_IPV6, the.IPV6_V6ONLY, 0)).toBe(failure('EINVAL'));
  });
});
