import { describe, expect, test } from 'vitest';
import { ipAddress } from '../../../src/layers/address-text.ts';
import { MILLISECOND, SECOND } from '../../../src/layers/clock.ts';
import { AddressRecord } from '../../../src/sockets/address-record.ts';
import * as the from '../../../src/sockets/constants.ts';
import { failure } from '../../../src/sockets/errno.ts';
import { ALICE, BOB, twoHosts } from './two-hosts.ts';

const ANY = ipAddress('0.0.0.0');
const ANY6 = ipAddress('::');
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** Bob listens on port 80. */
function listening(backlog = 5) {
  const hosts = twoHosts();
  const { core } = hosts.bob;
  const server = core.socket(the.AF_INET, the.SOCK_STREAM);
  expect(core.bind(server, ANY, 80)).toBe(0);
  expect(core.listen(server, backlog)).toBe(0);
  return { ...hosts, server };
}

/** Alice is connected to bob: `a` to `b`. */
async function connected() {
  const hosts = listening();
  const { alice, bob, server, run } = hosts;
  const a = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
  expect(alice.core.connect(a, BOB, 80)).toBe(failure('EINPROGRESS'));
  await run(SECOND);
  const b = bob.core.accept(server);
  expect(b).toBeGreaterThan(server);
  return { ...hosts, a, b };
}

describe('making a connection', () => {
  test('EINPROGRESS, EALREADY, then writable without an error, then EISCONN', async () => {
    const { alice, bob, server, run } = listening();
    const a = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    expect(alice.core.readiness(a)).toBe(the.POLLOUT | the.POLLHUP);
    expect(alice.core.connect(a, BOB, 80)).toBe(failure('EINPROGRESS'));
    expect(alice.core.connect(a, BOB, 80)).toBe(failure('EALREADY'));
    expect(alice.core.readiness(a)).toBe(0);
    expect(alice.core.send(a, bytes(1))).toBe(failure('EAGAIN'));
    expect(alice.core.recv(a, bytes(1))).toBe(failure('EAGAIN'));
    expect(bob.core.readiness(server)).toBe(0);
    expect(bob.core.accept(server)).toBe(failure('EAGAIN'));
    await run(SECOND);
    expect(alice.core.readiness(a)).toBe(the.POLLOUT);
    expect(alice.core.getsockopt(a, the.SOL_SOCKET, the.SO_ERROR)).toBe(0);
    expect(alice.core.connect(a, BOB, 80)).toBe(failure('EISCONN'));
    expect(bob.core.readiness(server)).toBe(the.POLLIN);
    const peer = new AddressRecord();
    const b = bob.core.accept(server, peer);
    const own = new AddressRecord();
    alice.core.getsockname(a, own);
    expect(peer.address.equals(ALICE)).toBe(true);
    expect(peer.port).toBe(own.port);
    expect(bob.core.getpeername(b, own)).toBe(0);
    expect(own.port).toBe(peer.port);
    expect(bob.core.readiness(server)).toBe(0);
  });

  test('nobody listens: ECONNREFUSED, told once, and the socket may try again', async () => {
    const { alice, run } = listening();
    const a = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    alice.core.connect(a, BOB, 81);
    await run(SECOND);
    expect(alice.core.readiness(a)).toBe(the.POLLOUT | the.POLLHUP | the.POLLERR | the.POLLIN | the.POLLRDHUP);
    expect(alice.core.getsockopt(a, the.SOL_SOCKET, the.SO_ERROR)).toBe(111);
    expect(alice.core.getsockopt(a, the.SOL_SOCKET, the.SO_ERROR)).toBe(0);
    // The port that was drawn for the attempt has been given back.
    const name = new AddressRecord();
    alice.core.getsockname(a, name);
    expect(name.port).toBe(0);
    expect(alice.core.connect(a, BOB, 80)).toBe(failure('EINPROGRESS'));
    await run(2 * SECOND);
    expect(alice.core.readiness(a)).toBe(the.POLLOUT);
  });

  test('nobody answers the SYNs: ETIMEDOUT', async () => {
    const { alice, run, cut } = listening();
    const a = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    // A first attempt, that is refused, finds out bob's MAC address: else ARP would fail before TCP does.
    alice.core.connect(a, BOB, 81);
    await run(SECOND);
    expect(alice.core.connect(a, BOB, 81)).toBe(failure('ECONNREFUSED'));
    alice.core.setsockopt(a, the.IPPROTO_TCP, the.TCP_SYNCNT, 2);
    alice.core.connect(a, BOB, 80);
    cut();
    await run(7 * SECOND);
    expect(alice.core.readiness(a)).toBe(0);
    await run(9 * SECOND);
    expect(alice.core.connect(a, BOB, 80)).toBe(failure('ETIMEDOUT'));
  });

  test('no route, no such address, a listener, a wrong family', () => {
    const { alice, bob, server } = listening();
    const a = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    expect(alice.core.connect(a, ipAddress('192.0.2.1'), 80)).toBe(failure('ENETUNREACH'));
    expect(alice.core.connect(a, ANY6, 80)).toBe(failure('EAFNOSUPPORT'));
    // RFC 9293 §3.9.2.3 (MUST-46)
    for (const group of ['224.0.0.1', '255.255.255.255', '10.0.0.255']) {
      expect(alice.core.connect(a, ipAddress(group), 80)).toBe(failure('ENETUNREACH'));
    }
    expect(alice.core.bind(a, BOB, 1)).toBe(failure('EADDRNOTAVAIL'));
    expect(bob.core.connect(server, ALICE, 80)).toBe(failure('EISCONN'));
    expect(alice.core.send(a, bytes(1))).toBe(failure('EPIPE'));
    expect(alice.core.recv(a, bytes(1))).toBe(failure('ENOTCONN'));
    expect(alice.core.shutdown(a, the.SHUT_WR)).toBe(failure('ENOTCONN'));
    expect(alice.core.accept(a)).toBe(failure('EINVAL'));
  });

  test('the wildcard as a destination is this host itself', async () => {
    const { bob, server, run } = listening();
    const fd = bob.core.socket(the.AF_INET, the.SOCK_STREAM);
    bob.core.connect(fd, ANY, 80);
    await run(SECOND);
    const peer = new AddressRecord();
    expect(bob.core.accept(server, peer)).toBeGreaterThan(0);
    expect(peer.address.equals(ipAddress('127.0.0.1'))).toBe(true);
    // Two sockets may share a port, but not both ends.
    const [one, two] = [0, 0].map(() => {
      const shared = bob.core.socket(the.AF_INET, the.SOCK_STREAM);
      bob.core.setsockopt(shared, the.SOL_SOCKET, the.SO_REUSEADDR, 1);
      expect(bob.core.bind(shared, ANY, 5000)).toBe(0);
      return shared;
    });
    expect(bob.core.connect(one!, ANY, 80)).toBe(failure('EINPROGRESS'));
    expect(bob.core.connect(two!, ANY, 80)).toBe(failure('EADDRINUSE'));
  });

  test('RFC 3493 §5.3: a dual-stack listener takes IPv4 connections', async () => {
    const { alice, bob, run } = twoHosts();
    const server = bob.core.socket(the.AF_INET6, the.SOCK_STREAM);
    expect(bob.core.bind(server, ANY6, 80)).toBe(0);
    bob.core.listen(server, 1);
    const other = bob.core.socket(the.AF_INET, the.SOCK_STREAM);
    expect(bob.core.bind(other, ANY, 80)).toBe(failure('EADDRINUSE'));
    const a = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    alice.core.connect(a, BOB, 80);
    await run(SECOND);
    const peer = new AddressRecord();
    expect(bob.core.accept(server, peer)).toBeGreaterThan(0);
    expect(peer.address.equals(ipAddress('::ffff:10.0.0.1'))).toBe(true);
  });

  test('options of the listener are those of what it accepts', async () => {
    const { alice, bob, server, run } = listening();
    bob.core.setsockopt(server, the.IPPROTO_TCP, the.TCP_NODELAY, 1);
    const a = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    alice.core.connect(a, BOB, 80);
    await run(SECOND);
    const b = bob.core.accept(server);
    expect(bob.core.getsockopt(b, the.IPPROTO_TCP, the.TCP_NODELAY)).toBe(1);
    expect(bob.core.getsockopt(server, the.SOL_SOCKET, the.SO_ACCEPTCONN)).toBe(1);
    expect(bob.core.getsockopt(b, the.SOL_SOCKET, the.SO_ACCEPTCONN)).toBe(0);
  });
});

describe('a connected stream', () => {
  test('carries bytes both ways, without boundaries', async () => {
    const { alice, bob, a, b, run } = await connected();
    expect(alice.core.send(a, bytes(1, 2, 3))).toBe(3);
    expect(alice.core.send(a, bytes(4, 5))).toBe(2);
    await run(2 * SECOND);
    expect(bob.core.readiness(b)).toBe(the.POLLIN | the.POLLOUT);
    expect(bob.core.ioctl(b, the.FIONREAD)).toBe(5);
    const into = new Uint8Array(4);
    expect(bob.core.recv(b, into, the.MSG_PEEK)).toBe(4);
    expect(bob.core.recv(b, into)).toBe(4);
    expect([...into]).toEqual([1, 2, 3, 4]);
    expect(bob.core.recv(b, into)).toBe(1);
    expect(bob.core.recv(b, into)).toBe(failure('EAGAIN'));
    expect(bob.core.readiness(b)).toBe(the.POLLOUT);
    expect(bob.core.sendto(b, bytes(1), 0, ALICE, 9)).toBe(failure('EISCONN'));
    expect(bob.core.send(b, bytes(1), the.MSG_TRUNC)).toBe(failure('EOPNOTSUPP'));
    expect(bob.core.recv(b, into, the.MSG_OOB)).toBe(failure('EINVAL'));
    expect(bob.core.recv(b, into, the.MSG_MORE)).toBe(failure('EOPNOTSUPP'));
  });

  test('RFC 9293 §3.8.5 (MUST-30): MSG_OOB sends urgent data: in line, and the peer knows where it ends', async () => {
    const { alice, bob, a, b, run } = await connected();
    expect(alice.core.send(a, bytes(1, 2))).toBe(2);
    expect(alice.core.send(a, bytes(3), the.MSG_OOB)).toBe(1);
    expect(alice.core.send(a, bytes(4))).toBe(1);
    await run(2 * SECOND);
    expect(bob.core.readiness(b) & the.POLLPRI).toBe(the.POLLPRI);
    const into = new Uint8Array(4);
    expect(bob.core.recv(b, into, 0, 0, 3)).toBe(3);
    expect([...into]).toEqual([1, 2, 3, 0]);
    expect(bob.core.readiness(b) & the.POLLPRI).toBe(0);
    expect(bob.core.recv(b, into)).toBe(1);
  });

  test('RFC 9293 §3.9.1.9 (MUST-48) and RFC 9293 §3.9.2 (MUST-49): IP_TOS and IP_TTL hold from the SYN on, and for what is accepted', async () => {
    const { alice, bob, server, run } = listening();
    bob.core.setsockopt(server, the.IPPROTO_IP, the.IP_TTL, 9);
    const a = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    expect(alice.core.setsockopt(a, the.IPPROTO_IP, the.IP_TOS, 0xb8)).toBe(0);
    expect(alice.core.setsockopt(a, the.IPPROTO_IP, the.IP_TTL, 7)).toBe(0);
    alice.core.connect(a, BOB, 80);
    const [connection] = [...alice.host.tcp.connections];
    expect([connection!.path.trafficClass, connection!.path.hopLimit]).toEqual([0xb8, 7]);
    await run(SECOND);
    const b = bob.core.accept(server);
    expect(bob.core.getsockopt(b, the.IPPROTO_IP, the.IP_TTL)).toBe(9);
    expect(alice.core.setsockopt(a, the.IPPROTO_IP, the.IP_TOS, 0x20)).toBe(0);
    expect(connection!.path.trafficClass).toBe(0x20);
  });

  test('RFC 9293 §3.9.1.8 (MUST-47): TCP_INFO tells of what is wrong at present', async () => {
    const { alice, a, run, cut } = await connected();
    const wrong = (): unknown =>
      (alice.core.getsockopt(a, the.IPPROTO_TCP, the.TCP_INFO) as { softError?: string }).softError;
    expect(wrong()).toBeUndefined();
    cut();
    alice.core.send(a, bytes(1));
    await run(18 * SECOND);
    expect(wrong()).toBe('ETIMEDOUT'); // R1
    await run(100 * SECOND);
    expect(wrong()).toBe('EHOSTUNREACH'); // the neighbour was asked, and is not there
  });

  test('takes no more than its send buffer holds, and is writable again when a third of that is free', async () => {
    const { alice, bob, server, run } = listening();
    bob.core.setsockopt(server, the.SOL_SOCKET, the.SO_RCVBUF, 8_000);
    const a = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    alice.core.setsockopt(a, the.SOL_SOCKET, the.SO_SNDBUF, 30_000);
    alice.core.connect(a, BOB, 80);
    await run(SECOND);
    const b = bob.core.accept(server);
    const data = new Uint8Array(50_000);
    expect(alice.core.send(a, data)).toBe(30_000);
    expect(alice.core.send(a, data)).toBe(failure('EAGAIN'));
    expect(alice.core.readiness(a)).toBe(0);
    await run(2 * SECOND);
    // The peer has room for 8,000 bytes, so less than a third is acknowledged.
    expect(alice.core.readiness(a)).toBe(0);
    expect(alice.core.send(a, data, 0, 0, 1)).toBe(1);
    expect(bob.core.recv(b, new Uint8Array(50_000))).toBeGreaterThan(6_000);
    await run(4 * SECOND);
    expect(alice.core.readiness(a)).toBe(the.POLLOUT);
  });

  test('is writable again when less than a segment waits to be sent, though less than a third of its buffer is free', async () => {
    const { alice, run } = listening();
    const a = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    alice.core.setsockopt(a, the.SOL_SOCKET, the.SO_SNDBUF, 12_000);
    alice.core.connect(a, BOB, 80);
    await run(SECOND);
    const data = new Uint8Array(12_000);
    expect(alice.core.send(a, data)).toBe(12_000); // eight segments go, and a part of one waits
    expect(alice.core.readiness(a)).toBe(0);
    const taken: number[] = [];
    alice.core.watch(a, () => {
      if ((alice.core.readiness(a) & the.POLLOUT) !== 0) taken.push(alice.core.send(a, data));
    });
    await run(2 * SECOND);
    expect(taken[0]).toBe(2 * 1448);
    expect(taken.length).toBeGreaterThan(3);
  });

  test('half closed: the peer reads to the end, and answers still arrive', async () => {
    const { alice, bob, a, b, run } = await connected();
    alice.core.send(a, bytes(1));
    expect(alice.core.shutdown(a, the.SHUT_WR)).toBe(0);
    expect(alice.core.send(a, bytes(2))).toBe(failure('EPIPE'));
    await run(2 * SECOND);
    expect(bob.core.readiness(b)).toBe(the.POLLIN | the.POLLOUT | the.POLLRDHUP);
    expect(bob.core.recv(b, new Uint8Array(9))).toBe(1);
    expect(bob.core.recv(b, new Uint8Array(9))).toBe(0);
    expect(bob.core.recv(b, new Uint8Array(9))).toBe(0);
    expect(bob.core.send(b, bytes(3, 4))).toBe(2);
    await run(3 * SECOND);
    expect(alice.core.recv(a, new Uint8Array(9))).toBe(2);
    expect(bob.core.close(b)).toBe(0);
    await run(4 * SECOND);
    expect(alice.core.recv(a, new Uint8Array(9))).toBe(0);
    expect(alice.core.readiness(a)).toBe(the.POLLIN | the.POLLOUT | the.POLLRDHUP | the.POLLHUP);
  });

  test('SHUT_RD: what was not read is gone, and reading is at the end', async () => {
    const { alice, bob, a, b, run } = await connected();
    bob.core.send(b, bytes(1, 2));
    await run(2 * SECOND);
    expect(alice.core.shutdown(a, the.SHUT_RD)).toBe(0);
    expect(alice.core.recv(a, new Uint8Array(2))).toBe(0);
    expect(alice.core.readiness(a)).toBe(the.POLLIN | the.POLLOUT | the.POLLRDHUP);
  });

  test('MSG_MORE holds back what does not fill a segment; TCP_CORK does so for all', async () => {
    const { alice, bob, a, b, run, programs } = await connected();
    const into = new Uint8Array(10);
    expect(alice.core.send(a, bytes(1), the.MSG_MORE)).toBe(1);
    await run(programs.now() + 100 * MILLISECOND);
    expect(bob.core.recv(b, into)).toBe(failure('EAGAIN'));
    expect(alice.core.send(a, bytes(2))).toBe(1);
    await run(programs.now() + 10 * MILLISECOND);
    expect(bob.core.recv(b, into)).toBe(2);
    alice.core.setsockopt(a, the.IPPROTO_TCP, the.TCP_CORK, 1);
    expect(alice.core.send(a, bytes(3))).toBe(1);
    await run(programs.now() + 190 * MILLISECOND);
    expect(bob.core.recv(b, into)).toBe(failure('EAGAIN'));
    alice.core.setsockopt(a, the.IPPROTO_TCP, the.TCP_CORK, 0);
    await run(programs.now() + 10 * MILLISECOND);
    expect(bob.core.recv(b, into)).toBe(1);
    const datagram = alice.core.socket(the.AF_INET, the.SOCK_DGRAM);
    expect(alice.core.sendto(datagram, bytes(1), the.MSG_MORE, BOB, 9)).toBe(failure('EOPNOTSUPP'));
  });

  test('TCP_NOTSENT_LOWAT: writable by what is not sent, not by what the buffer holds', async () => {
    const { alice, bob, a, b, run, programs } = await connected();
    alice.core.setsockopt(a, the.IPPROTO_TCP, the.TCP_NOTSENT_LOWAT, 10_000);
    bob.core.setsockopt(b, the.SOL_SOCKET, the.SO_RCVBUF, 5000);
    const chunk = new Uint8Array(100_000);
    let sent = 0;
    for (let turn = 0; turn < 20; turn++) {
      for (let taken = alice.core.send(a, chunk); taken > 0; taken = alice.core.send(a, chunk)) sent += taken;
      await run(programs.now() + 100 * MILLISECOND);
    }
    // Bob's window is full, and 10,000 bytes wait.
    expect(alice.core.send(a, chunk)).toBe(failure('EAGAIN'));
    expect(alice.core.readiness(a) & the.POLLOUT).toBe(0);
    let received = 0;
    while ((alice.core.readiness(a) & the.POLLOUT) === 0) {
      const count = bob.core.recv(b, chunk);
      if (count > 0) received += count;
      await run(programs.now() + 10 * MILLISECOND);
    }
    expect(sent - received).toBeLessThan(10_000 + 2 * 65_536);
    alice.core.setsockopt(a, the.IPPROTO_TCP, the.TCP_NOTSENT_LOWAT, 0);
    expect(alice.core.send(a, chunk)).toBe(100_000);
  });

  test('IP_MTU is what the path carries, and IP_MTU_DISCOVER whether DF is set', async () => {
    const { alice, a } = await connected();
    const unconnected = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    expect(alice.core.getsockopt(a, the.IPPROTO_IP, the.IP_MTU)).toBe(1500);
    expect(alice.core.setsockopt(a, the.IPPROTO_IP, the.IP_MTU, 1000)).toBe(failure('ENOPROTOOPT'));
    expect(alice.core.getsockopt(unconnected, the.IPPROTO_IP, the.IP_MTU)).toBe(failure('ENOTCONN'));
    const [connection] = [...alice.host.tcp.connections];
    expect(connection!.path.dontFragment).toBe(true);
    alice.core.setsockopt(a, the.IPPROTO_IP, the.IP_MTU_DISCOVER, the.IP_PMTUDISC_DONT);
    expect(connection!.path.dontFragment).toBe(false);
  });

  test('SO_LINGER with a time: the core closes at once, and the rest is sent in the background', async () => {
    const { alice, bob, a, b, run } = await connected();
    alice.core.setsockopt(a, the.SOL_SOCKET, the.SO_LINGER, { on: true, seconds: 5 });
    alice.core.send(a, bytes(1, 2, 3));
    expect(alice.core.close(a)).toBe(0);
    await run(2 * SECOND);
    const into = new Uint8Array(10);
    expect(bob.core.recv(b, into)).toBe(3);
    expect(bob.core.recv(b, into)).toBe(0);
  });

  test('SO_LINGER 0: closing resets, and the peer is told ECONNRESET once', async () => {
    const { alice, bob, a, b, run } = await connected();
    alice.core.setsockopt(a, the.SOL_SOCKET, the.SO_LINGER, { on: true, seconds: 0 });
    alice.core.close(a);
    await run(2 * SECOND);
    expect(bob.core.readiness(b)).toBe(the.POLLIN | the.POLLOUT | the.POLLERR | the.POLLHUP | the.POLLRDHUP);
    expect(bob.core.recv(b, new Uint8Array(1))).toBe(failure('ECONNRESET'));
    expect(bob.core.recv(b, new Uint8Array(1))).toBe(0);
    expect(bob.core.send(b, bytes(1))).toBe(failure('EPIPE'));
  });

  test('RFC 2525 §2.17: closing with unread data resets too', async () => {
    const { alice, bob, a, b, run } = await connected();
    alice.core.send(a, bytes(1));
    await run(2 * SECOND);
    bob.core.close(b);
    await run(3 * SECOND);
    expect(alice.core.send(a, bytes(1))).toBe(failure('ECONNRESET'));
    expect(alice.core.send(a, bytes(1))).toBe(failure('EPIPE'));
  });

  test('TCP_INFO tells of the connection; IP_TTL is that of its path', async () => {
    const { alice, a } = await connected();
    expect(alice.core.getsockopt(a, the.IPPROTO_TCP, the.TCP_INFO)).toMatchObject({ state: 'ESTABLISHED' });
    expect(alice.core.getsockopt(a, the.IPPROTO_TCP, the.TCP_MAXSEG)).toBeGreaterThan(1000);
    expect(alice.core.setsockopt(a, the.IPPROTO_TCP, the.TCP_MAXSEG, 1000)).toBe(failure('EISCONN'));
    expect(alice.core.getsockopt(a, the.IPPROTO_IP, the.IP_TTL)).toBe(64);
    expect(alice.core.setsockopt(a, the.IPPROTO_IP, the.IP_TTL, 3)).toBe(0);
    expect(alice.core.getsockopt(a, the.IPPROTO_IP, the.IP_TTL)).toBe(3);
  });

  test('keep-alive finds out that the peer is gone: ETIMEDOUT', async () => {
    const { alice, a, run, cut } = await connected();
    alice.core.setsockopt(a, the.SOL_SOCKET, the.SO_KEEPALIVE, 1);
    alice.core.setsockopt(a, the.IPPROTO_TCP, the.TCP_KEEPIDLE, 10);
    alice.core.setsockopt(a, the.IPPROTO_TCP, the.TCP_KEEPINTVL, 2);
    alice.core.setsockopt(a, the.IPPROTO_TCP, the.TCP_KEEPCNT, 3);
    cut();
    await run(15 * SECOND);
    expect(alice.core.recv(a, bytes(1))).toBe(failure('EAGAIN'));
    await run(20 * SECOND);
    expect(alice.core.recv(a, bytes(1))).toBe(failure('ETIMEDOUT'));
  });

  test('a watcher is called when something changes, until it is taken off', async () => {
    const { alice, bob, a, b, run } = await connected();
    let called = 0;
    const watcher = (): void => {
      called++;
    };
    expect(bob.core.watch(b, watcher)).toBe(0);
    alice.core.send(a, bytes(1));
    await run(2 * SECOND);
    expect(called).toBeGreaterThan(0);
    bob.core.unwatch(b, watcher);
    called = 0;
    alice.core.send(a, bytes(1));
    await run(3 * SECOND);
    expect(called).toBe(0);
  });
});

describe('ports of streams', () => {
  test('who closes first keeps its port busy for TIME-WAIT, unless SO_REUSEADDR says otherwise', async () => {
    const { alice, bob, server, a, b, run } = await connected();
    bob.core.close(b);
    bob.core.close(server);
    await run(2 * SECOND);
    alice.core.close(a);
    await run(3 * SECOND);
    const again = bob.core.socket(the.AF_INET, the.SOCK_STREAM);
    expect(bob.core.bind(again, ANY, 80)).toBe(failure('EADDRINUSE'));
    bob.core.setsockopt(again, the.SOL_SOCKET, the.SO_REUSEADDR, 1);
    expect(bob.core.bind(again, ANY, 80)).toBe(0);
    expect(bob.core.listen(again, 1)).toBe(0);
    bob.core.close(again);
    await run(300 * SECOND);
    const later = bob.core.socket(the.AF_INET, the.SOCK_STREAM);
    expect(bob.core.bind(later, ANY, 80)).toBe(0);
  });

  test('a port that listens is taken, SO_REUSEADDR or not; closing gives it back', () => {
    const { bob, server } = listening();
    bob.core.setsockopt(server, the.SOL_SOCKET, the.SO_REUSEADDR, 1);
    const second = bob.core.socket(the.AF_INET, the.SOCK_STREAM);
    bob.core.setsockopt(second, the.SOL_SOCKET, the.SO_REUSEADDR, 1);
    expect(bob.core.bind(second, ANY, 80)).toBe(failure('EADDRINUSE'));
    expect(bob.core.bind(second, BOB, 80)).toBe(failure('EADDRINUSE'));
    bob.core.close(server);
    expect(bob.core.bind(second, ANY, 80)).toBe(0);
    expect(bob.core.bind(second, ANY, 80)).toBe(failure('EINVAL'));
  });

  test('listening without a port takes a free one; shutting it down ends it', async () => {
    const { alice, bob, run } = twoHosts();
    const server = bob.core.socket(the.AF_INET, the.SOCK_STREAM);
    expect(bob.core.listen(server, 1)).toBe(0);
    const name = new AddressRecord();
    bob.core.getsockname(server, name);
    expect(name.port).toBeGreaterThanOrEqual(49152);
    expect(bob.core.shutdown(server, the.SHUT_RDWR)).toBe(0);
    expect(bob.core.accept(server)).toBe(failure('EINVAL'));
    const a = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    alice.core.connect(a, BOB, name.port);
    await run(SECOND);
    expect(alice.core.connect(a, BOB, name.port)).toBe(failure('ECONNREFUSED'));
  });

  test('closing everything leaves nothing behind', async () => {
    const { alice, bob, server, a, b, run, programs, outstanding } = await connected();
    alice.core.send(a, bytes(1, 2, 3));
    await run(2 * SECOND);
    bob.core.recv(b, new Uint8Array(3));
    alice.core.close(a);
    bob.core.close(b);
    bob.core.close(server);
    await run();
    expect(alice.core.openCount + bob.core.openCount).toBe(0);
    expect(programs.time.idle).toBe(true);
    expect(outstanding()).toBe(0);
  });
});
