/** When a stream socket is ready, and that whoever watches it is told whenever that may have changed: Linux's tcp_poll. */
import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../src/layers/clock.ts';
import * as the from '../../../src/sockets/constants.ts';
import { failure } from '../../../src/sockets/errno.ts';
import { bytes, type StreamPair, streamPair } from './stream-pair.ts';

/** What bob's watcher of `b` sees each time that it is called. */
function seenBy({ bob, b }: StreamPair): number[] {
  const seen: number[] = [];
  bob.core.watch(b, () => seen.push(bob.core.readiness(b)));
  return seen;
}

const lowWater = ({ bob, b }: StreamPair, value: number): number =>
  bob.core.setsockopt(b, the.SOL_SOCKET, the.SO_RCVLOWAT, value);
const isReadable = ({ bob, b }: StreamPair): boolean => (bob.core.readiness(b) & the.POLLIN) !== 0;
const QUIET = { settings: { receiveBufferBytes: 100_000, sendBufferBytes: 100_000 } } as const;

describe('watchers', () => {
  test('are told of each arrival, also when there is something to read already', async () => {
    const pair = await streamPair();
    const { alice, a, wait } = pair;
    const seen = seenBy(pair);
    for (let count = 1; count <= 3; count++) {
      alice.core.send(a, bytes(10));
      await wait(SECOND);
      expect(seen.filter((ready) => (ready & the.POLLIN) !== 0)).toHaveLength(count);
    }
  });

  test('of room in the send buffer, but writable only when a third of it is free', async () => {
    const { alice, bob, a, b, wait } = await streamPair({
      settings: { receiveBufferBytes: 30_000, sendBufferBytes: 100_000 },
    });
    const writable = (): boolean => (alice.core.readiness(a) & the.POLLOUT) !== 0;
    while (alice.core.send(a, bytes(10_000)) >= 0);
    await wait(SECOND);
    const unacknowledged = (): number => alice.core.ioctl(a, the.SIOCOUTQ);
    const told: [number, boolean][] = [];
    alice.core.watch(a, () => told.push([unacknowledged(), writable()]));
    const into = new Uint8Array(5000);
    while (unacknowledged() > 10_000) {
      if (bob.core.recv(b, into) < 0) await wait(SECOND);
    }
    expect(told.length).toBeGreaterThan(5);
    for (const [waiting, isWritable] of told) expect([waiting, isWritable]).toEqual([waiting, waiting <= 66_667]);
    expect(new Set(told.map(([, isWritable]) => isWritable)).size).toBe(2);
  });

  test('when an option makes it readable or writable', async () => {
    const pair = await streamPair(QUIET);
    const { alice, a, wait } = pair;
    lowWater(pair, 1000);
    alice.core.send(a, bytes(10));
    await wait(SECOND);
    const seen = seenBy(pair);
    expect(isReadable(pair)).toBe(false);
    lowWater(pair, 5);
    expect(seen.splice(0)).toEqual([the.POLLIN | the.POLLOUT]);
    const { core } = pair.bob;
    core.setsockopt(pair.b, the.SOL_SOCKET, the.SO_SNDBUF, 200_000);
    expect(seen.length).toBeGreaterThan(0);
  });
});

describe('SO_RCVLOWAT', () => {
  test('a stream is readable with so many bytes, and not with fewer; reading gives what there is', async () => {
    const pair = await streamPair(QUIET);
    const { alice, bob, a, b, wait } = pair;
    expect(bob.core.getsockopt(b, the.SOL_SOCKET, the.SO_RCVLOWAT)).toBe(1);
    lowWater(pair, 100);
    alice.core.send(a, bytes(99));
    await wait(SECOND);
    expect(isReadable(pair)).toBe(false);
    alice.core.send(a, bytes(1));
    await wait(SECOND);
    expect(isReadable(pair)).toBe(true);
    expect(bob.core.recv(b, bytes(30))).toBe(30);
    expect(isReadable(pair)).toBe(false);
    expect(bob.core.recv(b, bytes(500))).toBe(70);
  });

  test('the end of the stream is readable, whatever is left', async () => {
    const pair = await streamPair(QUIET);
    const { alice, a, wait } = pair;
    lowWater(pair, 100);
    alice.core.send(a, bytes(5));
    alice.core.shutdown(a, the.SHUT_WR);
    await wait(SECOND);
    expect(isReadable(pair)).toBe(true);
  });

  test('a window that is closed is as good: the peer cannot send more', async () => {
    const pair = await streamPair({ settings: { receiveBufferBytes: 10_000 } });
    const { alice, a, bob, b, wait } = pair;
    lowWater(pair, 5000);
    // The program makes the buffer smaller: when what was promised is used up, the bytes that it waits for never fit.
    bob.core.setsockopt(b, the.SOL_SOCKET, the.SO_RCVBUF, 3000);
    alice.core.send(a, bytes(9000));
    await wait(2 * SECOND);
    while (bob.core.recv(b, bytes(10_000)) > 0) await wait(SECOND);
    alice.core.send(a, bytes(1000));
    await wait(SECOND);
    expect(isReadable(pair)).toBe(false);
    alice.core.send(a, bytes(5000));
    await wait(5 * SECOND);
    expect(bob.core.ioctl(b, the.FIONREAD)).toBeLessThan(5000);
    expect(isReadable(pair)).toBe(true);
  });

  test('no more than half of the buffer; and a buffer that may grow becomes large enough', async () => {
    const fixed = await streamPair({ settings: { receiveBufferBytes: 10_000 } });
    const read = ({ bob, b }: StreamPair, option: number) => bob.core.getsockopt(b, the.SOL_SOCKET, option);
    for (const [value, expected] of [
      [0, 1],
      [3000, 3000],
      [9000, 5000],
      [-1, 5000],
    ] as const) {
      expect(lowWater(fixed, value)).toBe(0);
      expect(read(fixed, the.SO_RCVLOWAT)).toBe(expected);
    }
    expect(lowWater(fixed, 1.5)).toBe(failure('EINVAL'));
    expect(read(fixed, the.SO_RCVBUF)).toBe(10_000);
    const growing = await streamPair({
      settings: { receiveBufferBytes: 10_000, receiveBufferAutotuning: true, receiveBufferMaximumBytes: 100_000 },
    });
    lowWater(growing, 30_000);
    expect(read(growing, the.SO_RCVLOWAT)).toBe(30_000);
    expect(read(growing, the.SO_RCVBUF)).toBe(60_000);
  });

  test('a connection has it from its listener', async () => {
    const { bob, b } = await streamPair({ listening: [[the.SOL_SOCKET, the.SO_RCVLOWAT, 77]] });
    expect(bob.core.getsockopt(b, the.SOL_SOCKET, the.SO_RCVLOWAT)).toBe(77);
  });
});
