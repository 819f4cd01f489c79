/** What the options of stream sockets do that are not settings alone: tcp(7), and the requests of ioctl. */
import { describe, expect, test } from 'vitest';
import { ipAddress } from '../../../src/layers/address-text.ts';
import { SECOND } from '../../../src/layers/clock.ts';
import * as ipv4 from '../../../src/layers/network/ipv4.ts';
import * as segment from '../../../src/layers/transport/tcp/segment.ts';
import { AddressRecord } from '../../../src/sockets/address-record.ts';
import * as the from '../../../src/sockets/constants.ts';
import { failure } from '../../../src/sockets/errno.ts';
import type { OptionInput, OptionValue } from '../../../src/sockets/options.ts';
import { bytes, streamPair } from './stream-pair.ts';
import { ALICE, BOB, type TestHost, twoHosts } from './two-hosts.ts';

const get = ({ core }: TestHost, fd: number, option: number): OptionValue =>
  core.getsockopt(fd, the.IPPROTO_TCP, option);
const set = ({ core }: TestHost, fd: number, option: number, value: OptionInput): number =>
  core.setsockopt(fd, the.IPPROTO_TCP, option, value);
const INVALID = failure('EINVAL');

describe('recv with MSG_TRUNC', () => {
  test('discards, and says how much; the bytes of the caller stay as they are', async () => {
    const { alice, bob, a, b, wait } = await streamPair();
    alice.core.send(a, bytes(300));
    await wait(SECOND);
    const into = new Uint8Array(100);
    expect(bob.core.recv(b, into, the.MSG_TRUNC | the.MSG_PEEK)).toBe(100);
    expect(bob.core.recv(b, into, the.MSG_TRUNC)).toBe(100);
    expect(into.every((byte) => byte === 0)).toBe(true);
    // There need not be any.
    expect(bob.core.recv(b, new Uint8Array(0), the.MSG_TRUNC, 0, 150)).toBe(150);
    expect(bob.core.recv(b, into)).toBe(50);
    expect(into.subarray(0, 50)).toEqual(bytes(300).subarray(250));
    expect(bob.core.recv(b, into, the.MSG_TRUNC)).toBe(failure('EAGAIN'));
    alice.core.shutdown(a, the.SHUT_WR);
    await wait(SECOND);
    expect(bob.core.recv(b, into, the.MSG_TRUNC)).toBe(0);
  });
});

describe('send with MSG_EOR', () => {
  test('ends a record: what follows is in another segment', async () => {
    const { alice, a, wait } = await streamPair();
    const sent = (): unknown => {
      const info = get(alice, a, the.TCP_INFO);
      return typeof info === 'object' && 'sentDataSegments' in info ? info.sentDataSegments : undefined;
    };
    for (const flags of [0, the.MSG_EOR]) {
      const before = Number(sent());
      alice.core.send(a, bytes(10));
      // These wait for the acknowledgment of the first (Nagle), and the last goes with it.
      for (let count = 0; count < 5; count++) alice.core.send(a, bytes(10), flags);
      await wait(SECOND);
      expect(Number(sent()) - before).toBe(flags === 0 ? 2 : 6);
    }
  });

  test('is kept when the record goes with a SYN', async () => {
    const settings = { fastOpenClient: true, fastOpenServer: true, fastOpenPending: 5, fastOpenRequiresCookie: false };
    const { alice } = await streamPair({ settings });
    const fd = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    alice.core.sendto(fd, bytes(10), the.MSG_FASTOPEN | the.MSG_EOR, BOB, 80);
    const block = [...alice.host.tcp.connections].find(({ state }) => state === 'SYN-SENT');
    expect(block!.recordEnds).toEqual([(block!.iss + 11) | 0]);
  });
});

describe('ioctl', () => {
  test('SIOCOUTQ and SIOCOUTQNSD: what is not acknowledged, and of that not sent; SIOCINQ is FIONREAD', async () => {
    const { alice, bob, a, b, server, wait } = await streamPair({ settings: { receiveBufferBytes: 5000 } });
    const ask = (request: number): number => alice.core.ioctl(a, request);
    expect([ask(the.SIOCOUTQ), ask(the.SIOCOUTQNSD)]).toEqual([0, 0]);
    alice.core.send(a, bytes(8000));
    // Three full segments fit the window.
    expect([ask(the.SIOCOUTQ), ask(the.SIOCOUTQNSD)]).toEqual([8000, 8000 - 3 * 1448]);
    await wait(SECOND / 8);
    expect([ask(the.SIOCOUTQ), ask(the.SIOCOUTQNSD)]).toEqual([8000 - 3 * 1448, 8000 - 3 * 1448]);
    expect(bob.core.ioctl(b, the.SIOCINQ)).toBe(3 * 1448);
    for (const request of [the.SIOCOUTQ, the.SIOCOUTQNSD]) expect(bob.core.ioctl(server, request)).toBe(INVALID);
    const fresh = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    expect([alice.core.ioctl(fresh, the.SIOCOUTQ), alice.core.ioctl(fresh, the.SIOCOUTQNSD)]).toEqual([0, 0]);
  });

  test('a datagram is gone when it is sent', () => {
    const { core } = twoHosts().alice;
    const fd = core.socket(the.AF_INET, the.SOCK_DGRAM);
    core.sendto(fd, bytes(10), 0, BOB, 9);
    expect(core.ioctl(fd, the.SIOCOUTQ)).toBe(0);
    expect(core.ioctl(fd, the.SIOCOUTQNSD)).toBe(INVALID);
    expect(core.ioctl(fd, 0x1234)).toBe(INVALID);
  });
});

describe('TCP_QUICKACK', () => {
  test('sends an acknowledgment that waits; reads whether the next is sent at once', async () => {
    const { alice, bob, a, b, wait } = await streamPair();
    const acknowledged = (): boolean => alice.core.ioctl(a, the.SIOCOUTQ) === 0;
    alice.core.send(a, bytes(10));
    await wait(5e6);
    expect(acknowledged()).toBe(false);
    expect(get(bob, b, the.TCP_QUICKACK)).toBe(0);
    set(bob, b, the.TCP_QUICKACK, 1);
    await wait(5e6);
    expect(acknowledged()).toBe(true);
    expect(get(bob, b, the.TCP_QUICKACK)).toBe(1);
    alice.core.send(a, bytes(10));
    await wait(5e6);
    expect(acknowledged()).toBe(true);
    set(bob, b, the.TCP_QUICKACK, 0);
    alice.core.send(a, bytes(10));
    await wait(5e6);
    expect(acknowledged()).toBe(false);
  });

  test('said before there is a connection, it goes for the connection', async () => {
    const { alice, server, bob, wait } = await streamPair();
    const fd = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    set(alice, fd, the.TCP_QUICKACK, 1);
    alice.core.connect(fd, BOB, 80);
    await wait(SECOND);
    bob.core.send(bob.core.accept(server), bytes(10));
    await wait(5e6);
    expect(get(alice, fd, the.TCP_QUICKACK)).toBe(1);
  });
});

describe('TCP_DEFER_ACCEPT', () => {
  test('is kept in timeouts of the SYN-ACK, as Linux does: 1, 3, 7 … seconds', () => {
    const { alice } = twoHosts();
    const fd = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    const kept = (seconds: number): OptionValue => {
      expect(set(alice, fd, the.TCP_DEFER_ACCEPT, seconds)).toBe(0);
      return get(alice, fd, the.TCP_DEFER_ACCEPT);
    };
    expect([-5, 0, 1, 2, 3, 4, 7, 30, 64, 130].map(kept)).toEqual([0, 0, 1, 3, 3, 7, 7, 31, 123, 183]);
  });

  test('a connection is accepted when data has come', async () => {
    const { bob, server, a, alice, wait, run } = await streamPair();
    set(bob, server, the.TCP_DEFER_ACCEPT, 5);
    const fd = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    alice.core.connect(fd, BOB, 80);
    await wait(SECOND / 2);
    expect(alice.core.readiness(fd)).toBe(the.POLLOUT);
    expect(bob.core.readiness(server)).toBe(0);
    expect(bob.core.accept(server)).toBe(failure('EAGAIN'));
    alice.core.send(fd, bytes(10));
    await wait(SECOND / 10);
    expect(bob.core.readiness(server)).toBe(the.POLLIN);
    expect(bob.core.recv(bob.core.accept(server), bytes(20))).toBe(10);
    alice.core.close(a);
    await run();
  });
});

describe('TCP_WINDOW_CLAMP', () => {
  test('the least is half of the smallest buffer; none at all only before there is a connection', async () => {
    const { alice, a } = await streamPair();
    expect(get(alice, a, the.TCP_WINDOW_CLAMP)).toBe(0);
    expect(set(alice, a, the.TCP_WINDOW_CLAMP, 1)).toBe(0);
    expect(get(alice, a, the.TCP_WINDOW_CLAMP)).toBe(1152);
    expect(set(alice, a, the.TCP_WINDOW_CLAMP, 0)).toBe(INVALID);
  });

  test('bounds what the peer may send', async () => {
    const { alice, a, wait } = await streamPair({ listening: [[the.IPPROTO_TCP, the.TCP_WINDOW_CLAMP, 3000]] });
    alice.core.send(a, bytes(10_000));
    expect(alice.core.ioctl(a, the.SIOCOUTQNSD)).toBe(10_000 - 2 * 1448);
    await wait(SECOND);
    expect(alice.core.ioctl(a, the.SIOCOUTQ)).toBe(0);
    const [block] = [...alice.host.tcp.connections];
    expect(block!.maxSndWnd).toBe(3000);
  });
});

describe('Fast Open', () => {
  const KEY = Uint8Array.from({ length: 32 }, (_, index) => index);

  test('TCP_FASTOPEN_KEY: one key or two, the words of the sysctl with their lowest byte first', () => {
    const { alice } = twoHosts();
    const fd = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    expect(get(alice, fd, the.TCP_FASTOPEN_KEY)).toEqual(new Uint8Array(0)); // the host has drawn its own
    for (const length of [16, 32]) {
      expect(set(alice, fd, the.TCP_FASTOPEN_KEY, KEY.subarray(0, length))).toBe(0);
      expect(get(alice, fd, the.TCP_FASTOPEN_KEY)).toEqual(KEY.slice(0, length));
    }
    for (const bad of [KEY.subarray(0, 15), 'key', 1]) expect(set(alice, fd, the.TCP_FASTOPEN_KEY, bad)).toBe(INVALID);
    const { settings } = (alice.core as unknown as { at(fd: number): { settings: object } }).at(fd);
    expect(settings).toMatchObject({
      fastOpenKeys: [
        [0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c],
        [0x13121110, 0x17161514, 0x1b1a1918, 0x1f1e1d1c],
      ],
    });
  });

  test('TCP_FASTOPEN_NO_COOKIE: data goes with the SYN and to the program, though nobody has a cookie', async () => {
    const settings = { fastOpenClient: true, fastOpenServer: true };
    const listening = [
      [the.IPPROTO_TCP, the.TCP_FASTOPEN, 5],
      [the.IPPROTO_TCP, the.TCP_FASTOPEN_NO_COOKIE, 1],
    ] as const;
    const { alice, bob, server, a, wait } = await streamPair({ settings, listening });
    const fd = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    expect(set(alice, fd, the.TCP_FASTOPEN_NO_COOKIE, 1)).toBe(0);
    expect(alice.core.sendto(fd, bytes(100), the.MSG_FASTOPEN, BOB, 80)).toBe(100);
    await wait(1e6); // one way
    expect(bob.core.recv(bob.core.accept(server), bytes(200))).toBe(100);
    // With TCP_FASTOPEN_CONNECT the first write goes with the SYN.
    const later = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    set(alice, later, the.TCP_FASTOPEN_NO_COOKIE, 1);
    set(alice, later, the.TCP_FASTOPEN_CONNECT, 1);
    expect(alice.core.connect(later, BOB, 80)).toBe(0);
    expect(alice.core.send(later, bytes(100))).toBe(100);
    expect(set(alice, a, the.TCP_FASTOPEN_NO_COOKIE, 1)).toBe(INVALID);
  });
});

describe('TCP_SAVED_SYN', () => {
  test('the headers of the SYN from IP on, once', async () => {
    const { alice, bob, a, b } = await streamPair({ listening: [[the.IPPROTO_TCP, the.TCP_SAVE_SYN, 1]] });
    const saved = get(bob, b, the.TCP_SAVED_SYN) as Uint8Array;
    const view = new DataView(saved.buffer, saved.byteOffset, saved.length);
    expect(ipv4.version(view, 0)).toBe(4);
    const at = ipv4.headerLength(view, 0);
    const name = new AddressRecord();
    alice.core.getsockname(a, name);
    expect(segment.sourcePort(view, at)).toBe(name.port);
    expect([...saved.subarray(12, 16)]).toEqual([10, 0, 0, 1]);
    expect(saved.length).toBe(at + (view.getUint8(at + 12) >>> 4) * 4);
    expect(get(bob, b, the.TCP_SAVED_SYN)).toEqual(new Uint8Array(0));
    expect(get(alice, a, the.TCP_SAVED_SYN)).toEqual(new Uint8Array(0));
    expect(set(bob, b, the.TCP_SAVED_SYN, 1)).toBe(failure('ENOPROTOOPT'));
  });
});

describe('what can only be read', () => {
  test('TCP_TIMESTAMP: a clock of milliseconds, for a connection', async () => {
    const { alice, a, wait } = await streamPair();
    const before = Number(get(alice, a, the.TCP_TIMESTAMP));
    await wait(SECOND);
    expect((Number(get(alice, a, the.TCP_TIMESTAMP)) - before) >>> 0).toBe(1000);
    const fresh = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    expect(get(alice, fresh, the.TCP_TIMESTAMP)).toBe(failure('ENOTCONN'));
    expect(set(alice, a, the.TCP_TIMESTAMP, 1)).toBe(failure('ENOPROTOOPT'));
  });

  test('TCP_CC_INFO: what the controller tells, if it tells anything', async () => {
    const bbr = await streamPair({ settings: { congestionControl: 'bbr' } });
    expect(get(bbr.alice, bbr.a, the.TCP_CC_INFO)).toMatchObject({ kind: 'bbr', phase: 'startup' });
    const reno = await streamPair();
    expect(get(reno.alice, reno.a, the.TCP_CC_INFO)).toBe(failure('ENOPROTOOPT'));
    const fresh = reno.alice.core.socket(the.AF_INET, the.SOCK_STREAM);
    expect(get(reno.alice, fresh, the.TCP_CC_INFO)).toBe(failure('ENOTCONN'));
  });
});

test('TCP_RTO_MAX_MS bounds the back-off', async () => {
  const { alice, a, cut, wait } = await streamPair();
  set(alice, a, the.TCP_RTO_MAX_MS, 2000);
  cut();
  alice.core.send(a, bytes(10));
  await wait(10 * SECOND);
  // After 1, 3, 5, 7 and 9 s, and a little, instead of 1, 3 and 7.
  expect(get(alice, a, the.TCP_INFO)).toMatchObject({ retries: 5 });
});

test('SO_SNDBUFFORCE and SO_RCVBUFFORCE set the buffer, and cannot be read', () => {
  const { core } = twoHosts().alice;
  const refused = failure('ENOPROTOOPT');
  const stream = core.socket(the.AF_INET, the.SOCK_STREAM);
  const datagram = core.socket(the.AF_INET, the.SOCK_DGRAM);
  for (const [fd, force, size] of [
    [stream, the.SO_SNDBUFFORCE, the.SO_SNDBUF],
    [stream, the.SO_RCVBUFFORCE, the.SO_RCVBUF],
    [datagram, the.SO_RCVBUFFORCE, the.SO_RCVBUF],
  ] as const) {
    expect(core.setsockopt(fd, the.SOL_SOCKET, force, 12_345)).toBe(0);
    expect(core.getsockopt(fd, the.SOL_SOCKET, size)).toBe(12_345);
    expect(core.getsockopt(fd, the.SOL_SOCKET, force)).toBe(refused);
  }
  expect(core.setsockopt(datagram, the.SOL_SOCKET, the.SO_SNDBUFFORCE, 12_345)).toBe(refused);
});

test('a connection has SO_PRIORITY, SO_MARK and TCP_INQ from its listener', async () => {
  const { bob, b } = await streamPair({
    listening: [
      [the.SOL_SOCKET, the.SO_PRIORITY, 5],
      [the.SOL_SOCKET, the.SO_MARK, 99],
      [the.IPPROTO_TCP, the.TCP_INQ, 1],
      [the.SOL_SOCKET, the.SO_REUSEPORT, 1],
    ],
  });
  const read = (option: number) => bob.core.getsockopt(b, the.SOL_SOCKET, option);
  expect([read(the.SO_PRIORITY), read(the.SO_MARK), read(the.SO_REUSEPORT)]).toEqual([5, 99, 1]);
  expect(get(bob, b, the.TCP_INQ)).toBe(1);
});

test('sendmsg names where it goes, as sendto', () => {
  const { core } = twoHosts().alice;
  const fd = core.socket(the.AF_INET, the.SOCK_DGRAM);
  expect(core.sendmsg(fd, bytes(3), 0, { address: BOB, port: 9 })).toBe(3);
  expect(core.sendmsg(fd, bytes(3), 0, {})).toBe(failure('EDESTADDRREQ'));
  core.connect(fd, ALICE, 9);
  expect(core.sendmsg(fd, bytes(3), 0, {}, 1)).toBe(2);
  expect(core.sendmsg(77, bytes(3), 0, {})).toBe(failure('EBADF'));
  expect(core.sendmsg(fd, bytes(3), 0, { address: ipAddress('10.0.0.2'), port: 0 })).toBe(INVALID);
});
