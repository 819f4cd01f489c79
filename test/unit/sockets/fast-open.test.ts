/** Fast Open as programs see it: RFC 7413 appendix A, and Linux's MSG_FASTOPEN, TCP_FASTOPEN and TCP_FASTOPEN_CONNECT. */
import { describe, expect, test } from 'vitest';
import { ipAddress } from '../../../src/layers/address-text.ts';
import { MILLISECOND, SECOND } from '../../../src/layers/clock.ts';
import type { TcpSettings } from '../../../src/layers/transport/tcp/settings.ts';
import * as the from '../../../src/sockets/constants.ts';
import { failure } from '../../../src/sockets/errno.ts';
import { BOB, twoHosts } from './two-hosts.ts';

const ANY = ipAddress('0.0.0.0');
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index & 255);

/** Bob listens on port 80 and allows `queue` connections before their handshake is over. */
function serving(queue = 5, settings: Partial<TcpSettings> = {}) {
  const hosts = twoHosts();
  Object.assign(hosts.alice.host.tcp.settings, { fastOpenClient: true, ...settings });
  Object.assign(hosts.bob.host.tcp.settings, { fastOpenServer: true });
  const { core } = hosts.bob;
  const server = core.socket(the.AF_INET, the.SOCK_STREAM);
  expect(core.bind(server, ANY, 80)).toBe(0);
  expect(core.setsockopt(server, the.IPPROTO_TCP, the.TCP_FASTOPEN, queue)).toBe(0);
  expect(core.listen(server, 5)).toBe(0);
  return { ...hosts, server };
}

/** Alice has been there before, and has a cookie. The clock stands at a second. */
async function knowing(queue = 5, settings: Partial<TcpSettings> = {}) {
  const hosts = serving(queue, settings);
  const { alice, bob, server, run } = hosts;
  const first = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
  expect(alice.core.sendto(first, bytes(10), the.MSG_FASTOPEN, BOB, 80)).toBe(failure('EINPROGRESS'));
  await run(SECOND / 2);
  alice.core.close(first);
  bob.core.close(bob.core.accept(server));
  hosts.programs.time.schedule(SECOND, { fire: () => {} });
  await run(SECOND);
  return hosts;
}

describe('MSG_FASTOPEN', () => {
  test('without a cookie: EINPROGRESS, and nothing was taken', async () => {
    const { alice, bob, server, run } = serving();
    const a = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    expect(alice.core.sendto(a, bytes(10), the.MSG_FASTOPEN, BOB, 80)).toBe(failure('EINPROGRESS'));
    expect(alice.core.sendto(a, bytes(10), the.MSG_FASTOPEN, BOB, 80)).toBe(failure('EALREADY'));
    await run(SECOND);
    expect(alice.core.readiness(a)).toBe(the.POLLOUT);
    expect(alice.core.sendto(a, bytes(10), the.MSG_FASTOPEN, BOB, 80)).toBe(failure('EISCONN'));
    const b = bob.core.accept(server);
    expect(bob.core.recv(b, bytes(20))).toBe(failure('EAGAIN'));
  });

  test('RFC 7413 appendix A.1: with one: the data goes with the SYN, and can be read before the handshake is over', async () => {
    const { alice, bob, server, run } = await knowing();
    const a = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    expect(alice.core.sendto(a, bytes(100), the.MSG_FASTOPEN, BOB, 80)).toBe(100);
    await run(SECOND + 1 * MILLISECOND); // one way
    expect(bob.core.readiness(server)).toBe(the.POLLIN);
    const b = bob.core.accept(server);
    expect(bob.core.readiness(b)).toBe(the.POLLIN | the.POLLOUT);
    const into = new Uint8Array(200);
    expect(bob.core.recv(b, into)).toBe(100);
    expect(into.subarray(0, 100)).toEqual(bytes(100));
    expect(bob.core.send(b, bytes(50))).toBe(50);
    await run(SECOND + 2 * MILLISECOND);
    expect(alice.core.recv(a, into)).toBe(50);
    expect(alice.core.getsockopt(a, the.SOL_SOCKET, the.SO_ERROR)).toBe(0);
  });

  test('as much as the send buffer takes; what does not fit the SYN follows', async () => {
    const { alice, bob, server, run } = await knowing(5, { sendBufferBytes: 5000 });
    const a = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    expect(alice.core.sendto(a, bytes(9000), the.MSG_FASTOPEN, BOB, 80)).toBe(5000);
    await run(2 * SECOND);
    const b = bob.core.accept(server);
    const into = new Uint8Array(9000);
    expect(bob.core.recv(b, into)).toBe(5000);
    expect(into.subarray(0, 5000)).toEqual(bytes(5000));
  });

  test('the host does not allow it: EOPNOTSUPP; no address: EINVAL; no such port: EADDRNOTAVAIL', () => {
    const { alice } = serving();
    const a = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    expect(alice.core.send(a, bytes(10), the.MSG_FASTOPEN)).toBe(failure('EINVAL'));
    expect(alice.core.sendto(a, bytes(10), the.MSG_FASTOPEN, BOB, 0)).toBe(failure('EADDRNOTAVAIL'));
    alice.host.tcp.settings.fastOpenClient = false;
    expect(alice.core.sendto(a, bytes(10), the.MSG_FASTOPEN, BOB, 80)).toBe(failure('EOPNOTSUPP'));
    expect(alice.core.setsockopt(a, the.IPPROTO_TCP, the.TCP_FASTOPEN_CONNECT, 1)).toBe(failure('EOPNOTSUPP'));
  });

  test('nobody listens: ECONNREFUSED, told once', async () => {
    const { alice, run } = await knowing();
    const a = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    expect(alice.core.sendto(a, bytes(10), the.MSG_FASTOPEN, BOB, 81)).toBe(10); // cookies are of addresses
    await run(2 * SECOND);
    expect(alice.core.recv(a, bytes(10))).toBe(failure('ECONNREFUSED'));
  });
});

describe('TCP_FASTOPEN on a listener', () => {
  test('0, which is what it is at first, allows none', async () => {
    const { alice, bob, server, run } = serving(0);
    expect(bob.core.getsockopt(server, the.IPPROTO_TCP, the.TCP_FASTOPEN)).toBe(0);
    const a = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    alice.core.sendto(a, bytes(10), the.MSG_FASTOPEN, BOB, 80);
    await run(SECOND);
    const next = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    expect(alice.core.sendto(next, bytes(10), the.MSG_FASTOPEN, BOB, 80)).toBe(failure('EINPROGRESS')); // no cookie came
  });

  test('it can be changed while it listens; a negative or too large number is EINVAL', async () => {
    const { alice, bob, server, run } = await knowing();
    expect(bob.core.setsockopt(server, the.IPPROTO_TCP, the.TCP_FASTOPEN, -1)).toBe(failure('EINVAL'));
    expect(bob.core.setsockopt(server, the.IPPROTO_TCP, the.TCP_FASTOPEN, 70_000)).toBe(failure('EINVAL'));
    expect(bob.core.setsockopt(server, the.IPPROTO_TCP, the.TCP_FASTOPEN, 0)).toBe(0);
    const a = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    expect(alice.core.sendto(a, bytes(10), the.MSG_FASTOPEN, BOB, 80)).toBe(10);
    await run(SECOND + MILLISECOND);
    expect(bob.core.accept(server)).toBe(failure('EAGAIN'));
    await run(2 * SECOND);
    const b = bob.core.accept(server);
    expect(bob.core.recv(b, bytes(20))).toBe(10);
  });
});

describe('TCP_FASTOPEN_CONNECT', () => {
  const socket = ({ alice }: Awaited<ReturnType<typeof knowing>>): number => {
    const a = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    expect(alice.core.getsockopt(a, the.IPPROTO_TCP, the.TCP_FASTOPEN_CONNECT)).toBe(0);
    expect(alice.core.setsockopt(a, the.IPPROTO_TCP, the.TCP_FASTOPEN_CONNECT, 1)).toBe(0);
    expect(alice.core.getsockopt(a, the.IPPROTO_TCP, the.TCP_FASTOPEN_CONNECT)).toBe(1);
    return a;
  };

  test('with a cookie connect succeeds at once, and the first write sends the SYN with its data', async () => {
    const hosts = await knowing();
    const { alice, bob, server, run } = hosts;
    const a = socket(hosts);
    expect(alice.core.connect(a, BOB, 80)).toBe(0);
    expect(alice.core.connect(a, BOB, 80)).toBe(failure('EISCONN'));
    expect(alice.core.readiness(a)).toBe(the.POLLOUT);
    expect(alice.core.recv(a, bytes(1))).toBe(failure('ENOTCONN'));
    await run(SECOND + 100 * MILLISECOND);
    expect(bob.core.accept(server)).toBe(failure('EAGAIN'));
    expect(alice.core.send(a, bytes(30))).toBe(30);
    await run(SECOND + 101 * MILLISECOND);
    expect(bob.core.recv(bob.core.accept(server), bytes(99))).toBe(30);
    expect(alice.core.setsockopt(a, the.IPPROTO_TCP, the.TCP_FASTOPEN_CONNECT, 0)).toBe(failure('EINVAL'));
  });

  test('without a cookie it connects as ever, and asks for one', async () => {
    const hosts = serving();
    const { alice, run } = hosts;
    const a = socket(hosts as Awaited<ReturnType<typeof knowing>>);
    expect(alice.core.connect(a, BOB, 80)).toBe(failure('EINPROGRESS'));
    await run(SECOND);
    expect(alice.core.readiness(a)).toBe(the.POLLOUT);
    const next = socket(hosts as Awaited<ReturnType<typeof knowing>>);
    expect(alice.core.connect(next, BOB, 80)).toBe(0);
  });

  test('closed before anything was written, it was never there', async () => {
    const hosts = await knowing();
    const { alice, bob, server, run } = hosts;
    const a = socket(hosts);
    alice.core.connect(a, BOB, 80);
    alice.core.close(a);
    await run(2 * SECOND);
    expect(bob.core.accept(server)).toBe(failure('EAGAIN'));
    expect(alice.core.openCount).toBe(0);
  });
});

describe('with promises', () => {
  test('sendto connects a stream, with a cookie and without; with one the answer comes a round trip earlier', async () => {
    const { alice, bob, run } = serving();
    const times: number[] = [];
    const server = async (): Promise<void> => {
      const listening = bob.program.socket(the.AF_INET, the.SOCK_STREAM);
      listening.bind(['', 8080]);
      listening.setsockopt(the.IPPROTO_TCP, the.TCP_FASTOPEN, 5);
      listening.listen(5);
      for (let turn = 0; turn < 3; turn++) {
        const [connection] = await listening.accept();
        const request = await connection.recv(100);
        await connection.sendall(request);
        await connection.close();
      }
      await listening.close();
    };
    const client = async (): Promise<void> => {
      for (let turn = 0; turn < 3; turn++) {
        const began = alice.host.tcp.environment.timers.now();
        const socket = alice.program.socket(the.AF_INET, the.SOCK_STREAM);
        if (turn === 2) {
          await socket.connect(['10.0.0.2', 8080]);
          await socket.sendall('question');
        } else {
          expect(await socket.sendto('question', ['10.0.0.2', 8080], the.MSG_FASTOPEN)).toBe(8);
        }
        const answer = await socket.recv(100);
        expect(new TextDecoder().decode(answer)).toBe('question');
        times.push(alice.host.tcp.environment.timers.now() - began);
        await socket.close();
        await alice.program.sleep(1);
      }
    };
    const both = Promise.all([server(), client()]);
    await run(100 * SECOND);
    await both;
    // A wire of 1 ms. The first time ARP is in the way; the last time is the way it was before.
    expect(times.slice(1)).toEqual([2 * MILLISECOND, 4 * MILLISECOND]);
    expect(times[0]).toBeGreaterThanOrEqual(4 * MILLISECOND);
  });

  test('a socket that must not wait says so', async () => {
    const { alice } = serving();
    const socket = alice.program.socket(the.AF_INET, the.SOCK_STREAM);
    await expect(socket.sendto('x', ['10.0.0.2', 80], the.MSG_FASTOPEN | the.MSG_DONTWAIT)).rejects.toMatchObject({
      code: 'EINPROGRESS',
    });
  });
});
