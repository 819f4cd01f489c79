/** The error queue by itself: what it keeps, gives and merges. */
import { describe, expect, test } from 'vitest';
import { ipAddress } from '../../../src/layers/address-text.ts';
import * as the from '../../../src/sockets/constants.ts';
import { ErrorQueue, ErrorQueueEntry, type QueuedError } from '../../../src/sockets/error-queue.ts';

const NOTHING = new Uint8Array(0);

const take = (queue: ErrorQueue, into: Uint8Array = NOTHING, domain: number = the.AF_INET) => {
  const entry = new ErrorQueueEntry();
  const given = queue.take(entry, domain, into, 0, into.length);
  return { given, ...entry };
};

const icmp = (errno: number, message: Uint8Array = NOTHING): QueuedError => ({
  errno,
  origin: the.SO_EE_ORIGIN_ICMP,
  type: 3,
  code: 1,
  offender: ipAddress('10.0.0.254'),
  address: ipAddress('10.0.0.9'),
  port: 7,
  message,
});

describe('an error queue', () => {
  test('gives what was put into it, the first first, until there is no more', () => {
    const queue = new ErrorQueue();
    queue.add(icmp(113));
    queue.add({ errno: 42, origin: the.SO_EE_ORIGIN_TIMESTAMPING, info: 2, data: 99, timeNs: 5 });
    expect(queue.length).toBe(2);
    expect(take(queue)).toMatchObject({ given: 0, errno: 113, origin: 2, type: 3, code: 1, info: 0, data: 0, port: 7 });
    const stamp = take(queue);
    expect(stamp).toMatchObject({ given: 0, errno: 42, origin: 4, type: 0, code: 0, info: 2, data: 99, timeNs: 5 });
    // Nothing of an earlier entry is left.
    expect([stamp.offender, stamp.port]).toEqual([undefined, 0]);
    expect(take(queue).given).toBe(-1);
  });

  test('gives as much of the message as there is room for, and says how long it was', () => {
    const queue = new ErrorQueue();
    queue.add(icmp(111, Uint8Array.of(1, 2, 3, 4)));
    const into = new Uint8Array(3);
    expect(take(queue, into)).toMatchObject({ given: 3, messageLength: 4 });
    expect([...into]).toEqual([1, 2, 3]);
    expect(queue.length).toBe(0);
  });

  test('shows an IPv6 socket mapped addresses', () => {
    const queue = new ErrorQueue();
    queue.add(icmp(111));
    const { address, offender } = take(queue, NOTHING, the.AF_INET6);
    expect(address.equals(ipAddress('::ffff:10.0.0.9'))).toBe(true);
    expect(offender?.equals(ipAddress('::ffff:10.0.0.254'))).toBe(true);
  });

  test('is bounded, but for what a program has to be told', () => {
    const queue = new ErrorQueue();
    for (let count = 0; count < 1000; count++) queue.add(icmp(111));
    const { length } = queue;
    expect(length).toBe(277); // 212,992 bytes, 768 each
    queue.zeroCopyDone(0);
    expect(queue.length).toBe(length + 1);
    take(queue);
    queue.add(icmp(111));
    expect(queue.length).toBe(length); // the program has made room for less than it took
    take(queue);
    queue.add(icmp(111));
    expect(queue.length).toBe(length);
  });

  test('a message counts with its bytes', () => {
    const queue = new ErrorQueue();
    for (let count = 0; count < 10; count++) queue.add(icmp(111, new Uint8Array(60_000)));
    expect(queue.length).toBe(3);
    take(queue);
    queue.add(icmp(111, new Uint8Array(60_000)));
    expect(queue.length).toBe(3);
  });

  test('msg_zerocopy.rst: completions in a row are one range, if nothing came between', () => {
    const queue = new ErrorQueue();
    for (const number of [0, 1, 2]) queue.zeroCopyDone(number);
    queue.add(icmp(113));
    for (const number of [3, 4]) queue.zeroCopyDone(number);
    queue.zeroCopyDone(7);
    const range = { errno: 0, origin: the.SO_EE_ORIGIN_ZEROCOPY, code: the.SO_EE_CODE_ZEROCOPY_COPIED, timeNs: -1 };
    expect(take(queue)).toMatchObject({ ...range, info: 0, data: 2 });
    expect(take(queue)).toMatchObject({ errno: 113 });
    expect(take(queue)).toMatchObject({ ...range, info: 3, data: 4 });
    expect(take(queue)).toMatchObject({ ...range, info: 7, data: 7 });
    expect(queue.length).toBe(0);
  });

  test('the numbers of 32 bits go round', () => {
    const queue = new ErrorQueue();
    queue.zeroCopyDone(0xffff_ffff);
    queue.zeroCopyDone(0);
    expect(take(queue)).toMatchObject({ info: 0xffff_ffff, data: 0 });
  });

  test('tells which error of ICMP is next, and none of other entries', () => {
    const queue = new ErrorQueue();
    expect(queue.pendingErrno).toBe(0);
    queue.zeroCopyDone(0);
    queue.add(icmp(113));
    expect(queue.pendingErrno).toBe(0);
    take(queue);
    expect(queue.pendingErrno).toBe(113);
  });

  test('forgets all but completions', () => {
    const queue = new ErrorQueue();
    queue.add(icmp(113));
    queue.zeroCopyDone(0);
    queue.add(icmp(111));
    queue.purge();
    expect(queue.length).toBe(1);
    expect(take(queue)).toMatchObject({ origin: the.SO_EE_ORIGIN_ZEROCOPY });
    for (let count = 0; count < 1000; count++) queue.add(icmp(111));
    expect(queue.length).toBe(277); // its room is there again
  });

  test('has news once', () => {
    const queue = new ErrorQueue();
    expect(queue.takeNews()).toBe(false);
    queue.add(icmp(111));
    expect([queue.takeNews(), queue.takeNews()]).toEqual([true, false]);
    queue.zeroCopyDone(0);
    queue.zeroCopyDone(1);
    expect([queue.takeNews(), queue.takeNews()]).toEqual([true, false]);
  });
});
