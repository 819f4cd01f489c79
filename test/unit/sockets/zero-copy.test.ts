/** SO_ZEROCOPY and MSG_ZEROCOPY: Documentation/networking/msg_zerocopy.rst. */
import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../src/layers/clock.ts';
import * as the from '../../../src/sockets/constants.ts';
import type { SocketCore } from '../../../src/sockets/core.ts';
import { failure } from '../../../src/sockets/errno.ts';
import { ErrorQueueEntry } from '../../../src/sockets/error-queue.ts';
import { bytes, streamPair } from './stream-pair.ts';
import { BOB, twoHosts } from './two-hosts.ts';

const turnOn = (core: SocketCore, fd: number): number => core.setsockopt(fd, the.SOL_SOCKET, the.SO_ZEROCOPY, 1);

/** The ranges of calls that are done: first and last number. */
function done(core: SocketCore, fd: number): string[] {
  const entry = new ErrorQueueEntry();
  const found: string[] = [];
  while (core.recverr(fd, entry) >= 0) {
    // It was copied: "the kernel signals if data was completed with a copy".
    const { SO_EE_ORIGIN_ZEROCOPY: origin, SO_EE_CODE_ZEROCOPY_COPIED: code } = the;
    expect(entry).toMatchObject({ errno: 0, origin, type: 0, code, timeNs: -1, messageLength: 0 });
    found.push(`${entry.info}..${entry.data}`);
  }
  return found;
}

describe('zero-copy sends of a stream', () => {
  test('each call is told of when its data is acknowledged; a run of them is one range', async () => {
    const { alice, a, wait } = await streamPair();
    const { core } = alice;
    expect(turnOn(core, a)).toBe(0);
    for (let count = 0; count < 3; count++) expect(core.send(a, bytes(500), the.MSG_ZEROCOPY)).toBe(500);
    expect(done(core, a)).toEqual([]);
    expect(core.readiness(a) & the.POLLERR).toBe(0);
    await wait(SECOND);
    expect(core.readiness(a) & the.POLLERR).toBe(the.POLLERR);
    expect(done(core, a)).toEqual(['0..2']);
    core.send(a, bytes(500)); // no such call
    core.send(a, bytes(500), the.MSG_ZEROCOPY);
    await wait(SECOND);
    expect(done(core, a)).toEqual(['3..3']);
  });

  test('a call that takes nothing, or sends nothing, has no number', async () => {
    const { alice, a, wait } = await streamPair();
    const { core } = alice;
    turnOn(core, a);
    expect(core.send(a, bytes(0), the.MSG_ZEROCOPY)).toBe(0);
    core.setsockopt(a, the.SOL_SOCKET, the.SO_SNDBUF, 100);
    expect(core.send(a, bytes(500), the.MSG_ZEROCOPY)).toBe(100);
    expect(core.send(a, bytes(500), the.MSG_ZEROCOPY)).toBe(failure('EAGAIN'));
    await wait(SECOND);
    expect(core.send(a, bytes(10), the.MSG_ZEROCOPY)).toBe(10);
    await wait(SECOND);
    expect(done(core, a)).toEqual(['0..1']);
  });

  test('without SO_ZEROCOPY the flag says nothing', async () => {
    const { alice, a, wait } = await streamPair();
    // Nor does it when something else is reported.
    for (const flags of [0, the.SOF_TIMESTAMPING_SOFTWARE]) {
      alice.core.setsockopt(a, the.SOL_SOCKET, the.SO_TIMESTAMPING, flags);
      expect(alice.core.send(a, bytes(10), the.MSG_ZEROCOPY)).toBe(10);
      await wait(SECOND);
      expect(alice.core.readiness(a) & the.POLLERR).toBe(0);
    }
    turnOn(alice.core, a);
    alice.core.send(a, bytes(10), the.MSG_ZEROCOPY);
    await wait(SECOND);
    expect(done(alice.core, a)).toEqual(['0..0']);
  });

  test('a connection that ends gives the memory back, too', async () => {
    const { alice, bob, a, b, wait } = await streamPair();
    turnOn(alice.core, a);
    bob.core.setsockopt(b, the.SOL_SOCKET, the.SO_LINGER, { on: true, seconds: 0 });
    alice.core.send(a, bytes(10), the.MSG_ZEROCOPY);
    bob.core.close(b);
    await wait(SECOND);
    expect(done(alice.core, a)).toEqual(['0..0']);
    expect(alice.core.getsockopt(a, the.SOL_SOCKET, the.SO_ERROR)).toBe(104);
  });

  test('together with timestamps: each says what it has to say', async () => {
    const { alice, a, wait } = await streamPair();
    const { core } = alice;
    turnOn(core, a);
    core.setsockopt(a, the.SOL_SOCKET, the.SO_TIMESTAMPING, the.SOF_TIMESTAMPING_TX_ACK);
    core.send(a, bytes(10), the.MSG_ZEROCOPY);
    await wait(SECOND);
    const entry = new ErrorQueueEntry();
    const origins = [0, 1].map(() => (core.recverr(a, entry) < 0 ? -1 : entry.origin));
    expect(origins.sort()).toEqual([the.SO_EE_ORIGIN_TIMESTAMPING, the.SO_EE_ORIGIN_ZEROCOPY]);
  });

  test('the option is 0 or 1, and a connection has it from its listener', async () => {
    const { bob, b, alice, a } = await streamPair({ listening: [[the.SOL_SOCKET, the.SO_ZEROCOPY, 1]] });
    expect(bob.core.getsockopt(b, the.SOL_SOCKET, the.SO_ZEROCOPY)).toBe(1);
    expect(alice.core.getsockopt(a, the.SOL_SOCKET, the.SO_ZEROCOPY)).toBe(0);
    expect(alice.core.setsockopt(a, the.SOL_SOCKET, the.SO_ZEROCOPY, 2)).toBe(failure('EINVAL'));
  });
});

test('a datagram is copied when it is sent, and told of at once', () => {
  const { core } = twoHosts().alice;
  const fd = core.socket(the.AF_INET, the.SOCK_DGRAM);
  expect(core.sendto(fd, bytes(10), the.MSG_ZEROCOPY, BOB, 9)).toBe(10);
  expect(turnOn(core, fd)).toBe(0);
  for (let count = 0; count < 2; count++) core.sendto(fd, bytes(10), the.MSG_ZEROCOPY, BOB, 9);
  expect(core.sendto(fd, new Uint8Array(65_508), the.MSG_ZEROCOPY, BOB, 9)).toBe(failure('EMSGSIZE'));
  core.sendto(fd, bytes(0), the.MSG_ZEROCOPY, BOB, 9);
  expect(done(core, fd)).toEqual(['0..1']);
});
