/** SO_REUSEPORT (socket(7)): sockets that share a port, each with its part of the peers. */
import { describe, expect, test } from 'vitest';
import { ipAddress } from '../../../src/layers/address-text.ts';
import { SECOND } from '../../../src/layers/clock.ts';
import * as the from '../../../src/sockets/constants.ts';
import type { SocketCore } from '../../../src/sockets/core.ts';
import { failure } from '../../../src/sockets/errno.ts';
import { bytes } from './stream-pair.ts';
import { BOB, twoHosts } from './two-hosts.ts';

const ANY = ipAddress('0.0.0.0');
const BUSY = failure('EADDRINUSE');

function bound(core: SocketCore, type: number, share: boolean, port = 80): readonly [fd: number, result: number] {
  const fd = core.socket(the.AF_INET, type);
  if (share) expect(core.setsockopt(fd, the.SOL_SOCKET, the.SO_REUSEPORT, 1)).toBe(0);
  return [fd, core.bind(fd, ANY, port)];
}

describe('listeners that share a port', () => {
  test('each has its part of the connections, and all of one that lives longer', async () => {
    const { alice, bob, run } = twoHosts();
    const listeners = [0, 1, 2].map(() => {
      const [fd, result] = bound(bob.core, the.SOCK_STREAM, true);
      expect([result, bob.core.listen(fd, 100)]).toEqual([0, 0]);
      return fd;
    });
    const connect = (): void => {
      const fd = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
      expect(alice.core.connect(fd, BOB, 80)).toBe(failure('EINPROGRESS'));
    };
    const accepted = (fd: number): number => {
      let count = 0;
      while (bob.core.accept(fd) >= 0) count++;
      return count;
    };
    for (let count = 0; count < 60; count++) connect();
    await run(SECOND);
    const parts = listeners.map(accepted);
    expect(parts.reduce((sum, part) => sum + part)).toBe(60);
    for (const part of parts) expect(part).toBeGreaterThan(8);
    bob.core.close(listeners[0]!);
    bob.core.close(listeners[1]!);
    for (let count = 0; count < 10; count++) connect();
    await run(2 * SECOND);
    expect(accepted(listeners[2]!)).toBe(10);
  });

  test('all of them must agree', () => {
    const { core } = twoHosts().bob;
    const [first] = bound(core, the.SOCK_STREAM, true);
    expect(core.listen(first, 1)).toBe(0);
    expect(bound(core, the.SOCK_STREAM, false)[1]).toBe(BUSY);
    const [alone] = bound(core, the.SOCK_STREAM, false, 81);
    expect(core.listen(alone, 1)).toBe(0);
    expect(bound(core, the.SOCK_STREAM, true, 81)[1]).toBe(BUSY);
    expect(core.getsockopt(first, the.SOL_SOCKET, the.SO_REUSEPORT)).toBe(1);
    expect(core.getsockopt(alone, the.SOL_SOCKET, the.SO_REUSEPORT)).toBe(0);
  });

  test('connections of one that shared are in nobody’s way who shares, and in the way of others', async () => {
    const { alice, bob, run } = twoHosts();
    const [listener] = bound(bob.core, the.SOCK_STREAM, true);
    bob.core.listen(listener, 1);
    const a = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    alice.core.connect(a, BOB, 80);
    await run(SECOND);
    expect(bob.core.accept(listener)).toBeGreaterThan(0);
    bob.core.close(listener);
    expect(bound(bob.core, the.SOCK_STREAM, false)[1]).toBe(BUSY);
    expect(bound(bob.core, the.SOCK_STREAM, true)[1]).toBe(0);
  });

  test('a connection of one that did not share is in the way', async () => {
    const { alice, bob, run } = twoHosts();
    const [listener] = bound(bob.core, the.SOCK_STREAM, false);
    bob.core.listen(listener, 1);
    const a = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    alice.core.connect(a, BOB, 80);
    await run(SECOND);
    bob.core.accept(listener);
    bob.core.close(listener);
    expect(bound(bob.core, the.SOCK_STREAM, true)[1]).toBe(BUSY);
  });
});

describe('datagram sockets that share a port', () => {
  test('each has its part of the peers, and always the same', async () => {
    const { alice, bob, run } = twoHosts();
    const sharing = [0, 1].map(() => {
      const [fd, result] = bound(bob.core, the.SOCK_DGRAM, true);
      expect(result).toBe(0);
      return fd;
    });
    const senders = Array.from({ length: 40 }, () => alice.core.socket(the.AF_INET, the.SOCK_DGRAM));
    for (let round = 0; round < 2; round++) for (const fd of senders) alice.core.sendto(fd, bytes(1), 0, BOB, 80);
    await run();
    const counts = sharing.map((fd) => {
      let count = 0;
      while (bob.core.recv(fd, bytes(1)) >= 0) count++;
      return count;
    });
    expect(counts[0]! + counts[1]!).toBe(80);
    for (const count of counts) {
      expect(count).toBeGreaterThan(10);
      expect(count % 2).toBe(0); // both rounds of a sender
    }
  });

  test('one that is connected has its peer’s all to itself', async () => {
    const { alice, bob, run } = twoHosts();
    const a = alice.core.socket(the.AF_INET, the.SOCK_DGRAM);
    alice.core.bind(a, ANY, 5000);
    const fds = [0, 1, 2].map(() => bound(bob.core, the.SOCK_DGRAM, true)[0]);
    bob.core.connect(fds[1]!, ipAddress('10.0.0.1'), 5000);
    for (let count = 0; count < 5; count++) alice.core.sendto(a, bytes(1), 0, BOB, 80);
    await run();
    expect(fds.map((fd) => bob.core.ioctl(fd, the.FIONREAD))).toEqual([0, 1, 0]);
  });

  test('without it the port is taken', () => {
    const { core } = twoHosts().bob;
    expect(bound(core, the.SOCK_DGRAM, true)[1]).toBe(0);
    expect(bound(core, the.SOCK_DGRAM, false)[1]).toBe(BUSY);
  });
});
