/** SO_TIMESTAMPING for what is sent: Documentation/networking/timestamping.rst. */
import { describe, expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../../../src/layers/clock.ts';
import * as the from '../../../src/sockets/constants.ts';
import type { SocketCore } from '../../../src/sockets/core.ts';
import { failure } from '../../../src/sockets/errno.ts';
import { ErrorQueueEntry } from '../../../src/sockets/error-queue.ts';
import { bytes, streamPair } from './stream-pair.ts';
import { BOB, twoHosts } from './two-hosts.ts';

const RECORD = the.SOF_TIMESTAMPING_TX_SCHED | the.SOF_TIMESTAMPING_TX_SOFTWARE | the.SOF_TIMESTAMPING_TX_ACK;
const ALL = RECORD | the.SOF_TIMESTAMPING_SOFTWARE | the.SOF_TIMESTAMPING_OPT_ID | the.SOF_TIMESTAMPING_OPT_TSONLY;
const AGAIN = failure('EAGAIN');
const KINDS = ['SND', 'SCHED', 'ACK'];

const stamping = (core: SocketCore, fd: number, flags: number): number =>
  core.setsockopt(fd, the.SOL_SOCKET, the.SO_TIMESTAMPING, flags);

/** All timestamps that wait: which moment, the number, and the milliseconds. */
function stamps(core: SocketCore, fd: number): string[] {
  const entry = new ErrorQueueEntry();
  const found: string[] = [];
  while (core.recverr(fd, entry) >= 0) {
    expect(entry).toMatchObject({ errno: 42, origin: the.SO_EE_ORIGIN_TIMESTAMPING, type: 0, code: 0, port: 0 });
    const time = entry.timeNs < 0 ? 'no time' : `${entry.timeNs / MILLISECOND} ms`;
    found.push(`${KINDS[entry.info]} ${entry.data} ${time}`);
  }
  return found;
}

describe('timestamps of a stream', () => {
  test('SCHED and SND when the last byte goes, ACK when it is acknowledged; the number is the last byte’s place', async () => {
    const { alice, a, wait } = await streamPair();
    expect(stamping(alice.core, a, ALL)).toBe(0);
    expect(alice.core.send(a, bytes(1000))).toBe(1000);
    expect(alice.core.readiness(a) & the.POLLERR).toBe(the.POLLERR);
    expect(stamps(alice.core, a)).toEqual(['SCHED 999 1000 ms', 'SND 999 1000 ms']);
    expect(alice.core.readiness(a) & the.POLLERR).toBe(0);
    await wait(SECOND);
    expect(stamps(alice.core, a)).toEqual(['ACK 999 1102 ms']); // there and back, and the ACK is delayed
    alice.core.send(a, bytes(500));
    alice.core.send(a, bytes(1));
    await wait(SECOND);
    expect(stamps(alice.core, a).filter((stamp) => stamp.startsWith('ACK'))).toEqual(
      ['ACK 1499 2102 ms', 'ACK 1500 2102 ms'].map((stamp) =>
        expect.stringMatching(stamp.replace(/ \d+ ms/, ' \\d+ ms')),
      ),
    );
  });

  test('a reader of POLLERR is told when they come: at the call, and with the acknowledgment', async () => {
    const { alice, a, wait } = await streamPair();
    stamping(alice.core, a, ALL);
    let errors = 0;
    alice.core.watch(a, () => {
      if ((alice.core.readiness(a) & the.POLLERR) !== 0) errors += stamps(alice.core, a).length;
    });
    alice.core.send(a, bytes(10));
    expect(errors).toBe(2);
    await wait(SECOND);
    expect(errors).toBe(3);
  });

  test('only what was asked for', async () => {
    const { alice, a, wait } = await streamPair();
    const cases = [
      [the.SOF_TIMESTAMPING_TX_SCHED, ['SCHED']],
      [the.SOF_TIMESTAMPING_TX_SOFTWARE, ['SND']],
      [the.SOF_TIMESTAMPING_TX_ACK, ['ACK']],
      [0, []],
    ] as const;
    for (const [record, expected] of cases) {
      stamping(alice.core, a, (ALL & ~RECORD) | record);
      alice.core.send(a, bytes(10));
      await wait(SECOND);
      expect(stamps(alice.core, a).map((stamp) => stamp.split(' ')[0])).toEqual(expected);
    }
  });

  test('without SOFTWARE nobody asked for the time, without OPT_ID for the number', async () => {
    const { alice, a } = await streamPair();
    stamping(alice.core, a, the.SOF_TIMESTAMPING_TX_SOFTWARE);
    alice.core.send(a, bytes(10));
    expect(stamps(alice.core, a)).toEqual(['SND 0 no time']);
  });

  test('OPT_ID counts from what was acknowledged when it was set, OPT_ID_TCP from what was written', async () => {
    for (const [flags, expected] of [
      [0, 1499],
      [the.SOF_TIMESTAMPING_OPT_ID_TCP, 499],
    ] as const) {
      const { alice, a, wait } = await streamPair();
      alice.core.send(a, bytes(700));
      await wait(SECOND);
      alice.core.send(a, bytes(1000));
      stamping(
        alice.core,
        a,
        the.SOF_TIMESTAMPING_TX_ACK | the.SOF_TIMESTAMPING_SOFTWARE | the.SOF_TIMESTAMPING_OPT_ID | flags,
      );
      alice.core.send(a, bytes(500));
      await wait(SECOND);
      expect(stamps(alice.core, a).map((stamp) => Number(stamp.split(' ')[1]))).toEqual([expected]);
      // Setting it again changes nothing; after it was taken away it counts anew.
      stamping(alice.core, a, ALL | flags);
      alice.core.send(a, bytes(1));
      expect(stamps(alice.core, a)[0]).toContain(`SCHED ${expected + 1} `);
      await wait(SECOND);
      stamps(alice.core, a);
      stamping(alice.core, a, 0);
      stamping(alice.core, a, ALL | flags);
      alice.core.send(a, bytes(5));
      expect(stamps(alice.core, a)[0]).toContain('SCHED 4 ');
    }
  });

  test('OPT_ID needs a connection, OPT_ID_TCP needs OPT_ID; flags that there are not are refused', async () => {
    const { alice, a, server, bob } = await streamPair();
    const fresh = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    const invalid = failure('EINVAL');
    expect(stamping(alice.core, fresh, ALL)).toBe(invalid);
    expect(stamping(bob.core, server, ALL)).toBe(invalid);
    expect(stamping(alice.core, fresh, ALL & ~the.SOF_TIMESTAMPING_OPT_ID)).toBe(0);
    expect(stamping(alice.core, a, the.SOF_TIMESTAMPING_OPT_ID_TCP)).toBe(invalid);
    for (const hardware of [1 << 0, 1 << 2, 1 << 3, 1 << 6, 1 << 10, 1 << 12]) {
      expect(stamping(alice.core, a, ALL | hardware)).toBe(invalid);
    }
    expect(alice.core.getsockopt(a, the.SOL_SOCKET, the.SO_TIMESTAMPING)).toBe(0);
    stamping(alice.core, a, ALL);
    expect(alice.core.getsockopt(a, the.SOL_SOCKET, the.SO_TIMESTAMPING)).toBe(ALL);
  });

  test('a call says itself what it wants: sendmsg with SO_TIMESTAMPING', async () => {
    const { alice, a } = await streamPair();
    const { core } = alice;
    core.setsockopt(a, the.IPPROTO_TCP, the.TCP_NODELAY, 1);
    const message = (timestamping: number) => core.sendmsg(a, bytes(10), 0, { timestamping });
    stamping(core, a, ALL & ~RECORD);
    core.send(a, bytes(10));
    expect(stamps(core, a)).toEqual([]);
    expect(message(the.SOF_TIMESTAMPING_TX_SCHED)).toBe(10);
    expect(stamps(core, a)).toEqual(['SCHED 19 1000 ms']);
    stamping(core, a, ALL);
    message(0);
    expect(stamps(core, a)).toEqual([]);
    expect(message(the.SOF_TIMESTAMPING_SOFTWARE)).toBe(failure('EINVAL'));
    // Also on a socket that never heard of timestamps: then nobody asked for the time.
    const other = await streamPair();
    other.alice.core.sendmsg(other.a, bytes(10), 0, { timestamping: the.SOF_TIMESTAMPING_TX_SOFTWARE });
    expect(stamps(other.alice.core, other.a)).toEqual(['SND 0 no time']);
  });

  test('without OPT_TSONLY the payload of the segment comes with it', async () => {
    const { alice, a, wait } = await streamPair();
    stamping(alice.core, a, ALL & ~the.SOF_TIMESTAMPING_OPT_TSONLY);
    alice.core.send(a, bytes(300));
    const entry = new ErrorQueueEntry();
    const into = new Uint8Array(500);
    await wait(SECOND);
    for (const kind of [the.SCM_TSTAMP_SCHED, the.SCM_TSTAMP_SND, the.SCM_TSTAMP_ACK]) {
      expect(alice.core.recverr(a, entry, into)).toBe(300);
      expect(entry).toMatchObject({ info: kind, messageLength: 300 });
      expect(into.subarray(0, 300)).toEqual(bytes(300));
    }
    alice.core.send(a, bytes(300));
    // recv(2): MSG_ERRQUEUE gives the same.
    expect(alice.core.recv(a, into, the.MSG_ERRQUEUE, 0, 100)).toBe(100);
    expect(alice.core.recv(a, into, the.MSG_ERRQUEUE)).toBe(300);
    expect(alice.core.recv(a, into, the.MSG_ERRQUEUE)).toBe(AGAIN);
  });

  test('a connection has what its listener had', async () => {
    const flags = ALL & ~the.SOF_TIMESTAMPING_OPT_ID;
    const { bob, b } = await streamPair({ listening: [[the.SOL_SOCKET, the.SO_TIMESTAMPING, flags]] });
    expect(bob.core.getsockopt(b, the.SOL_SOCKET, the.SO_TIMESTAMPING)).toBe(flags);
    bob.core.send(b, bytes(10));
    expect(stamps(bob.core, b)).toEqual(['SCHED 0 1000 ms', 'SND 0 1000 ms']);
  });

  test('data on a SYN has gone when the call returns', async () => {
    const settings = { fastOpenClient: true, fastOpenServer: true, fastOpenPending: 5, fastOpenRequiresCookie: false };
    const { alice, wait } = await streamPair({ settings });
    const { core } = alice;
    const fd = core.socket(the.AF_INET, the.SOCK_STREAM);
    stamping(core, fd, ALL & ~the.SOF_TIMESTAMPING_OPT_ID);
    expect(core.sendto(fd, bytes(100), the.MSG_FASTOPEN, BOB, 80)).toBe(100);
    expect(stamps(core, fd)).toEqual(['SCHED 0 1000 ms', 'SND 0 1000 ms']);
    await wait(SECOND);
    expect(stamps(core, fd)).toEqual(['ACK 0 1002 ms']);
  });

  test('the error queue is no error of the connection', async () => {
    const { alice, a } = await streamPair();
    stamping(alice.core, a, ALL);
    alice.core.send(a, bytes(10));
    expect(alice.core.getsockopt(a, the.SOL_SOCKET, the.SO_ERROR)).toBe(0);
    expect(alice.core.recv(a, bytes(10))).toBe(AGAIN);
    expect(alice.core.send(a, bytes(10))).toBe(10);
  });
});

describe('timestamps of datagrams', () => {
  const sending = (flags: number) => {
    const hosts = twoHosts();
    const { core } = hosts.alice;
    const fd = core.socket(the.AF_INET, the.SOCK_DGRAM);
    expect(stamping(core, fd, flags)).toBe(0);
    return { ...hosts, core, fd };
  };
  const DATAGRAM = ALL & ~the.SOF_TIMESTAMPING_TX_ACK;

  test('each has its number, from 0 on', () => {
    const { core, fd } = sending(DATAGRAM);
    for (let count = 0; count < 2; count++) core.sendto(fd, bytes(10), 0, BOB, 9);
    expect(core.readiness(fd) & the.POLLERR).toBe(the.POLLERR);
    expect(stamps(core, fd)).toEqual(['SCHED 0 0 ms', 'SND 0 0 ms', 'SCHED 1 0 ms', 'SND 1 0 ms']);
    // One that nobody asked about does not count.
    core.sendmsg(fd, bytes(10), 0, { address: BOB, port: 9, timestamping: 0 });
    core.sendmsg(fd, bytes(10), 0, { address: BOB, port: 9, timestamping: the.SOF_TIMESTAMPING_TX_SOFTWARE });
    expect(stamps(core, fd)).toEqual(['SND 2 0 ms']);
    stamping(core, fd, 0);
    stamping(core, fd, DATAGRAM);
    core.sendto(fd, bytes(10), 0, BOB, 9);
    expect(stamps(core, fd)[0]).toBe('SCHED 0 0 ms');
  });

  test('one that did not go has none', () => {
    const { core, fd } = sending(DATAGRAM);
    expect(core.sendto(fd, new Uint8Array(65_508), 0, BOB, 9)).toBe(failure('EMSGSIZE'));
    expect(stamps(core, fd)).toEqual([]);
  });

  test('without OPT_TSONLY its payload comes with it', () => {
    const { core, fd } = sending(DATAGRAM & ~the.SOF_TIMESTAMPING_OPT_TSONLY);
    core.sendto(fd, bytes(10), 0, BOB, 9);
    const entry = new ErrorQueueEntry();
    const into = new Uint8Array(4);
    expect(core.recverr(fd, entry, into)).toBe(4);
    expect(entry.messageLength).toBe(10);
    expect(into).toEqual(bytes(4));
  });

  test('nobody acknowledges them', () => {
    const { core, fd } = sending(0);
    expect(stamping(core, fd, the.SOF_TIMESTAMPING_TX_ACK)).toBe(failure('EINVAL'));
    const message = { address: BOB, port: 9, timestamping: the.SOF_TIMESTAMPING_TX_ACK };
    expect(core.sendmsg(fd, bytes(1), 0, message)).toBe(failure('EINVAL'));
  });
});
