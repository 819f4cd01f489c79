import { describe, expect, test } from 'vitest';
import { ipAddress } from '../../../src/layers/address-text.ts';
import * as the from '../../../src/sockets/constants.ts';
import { failure } from '../../../src/sockets/errno.ts';
import { twoHosts } from './two-hosts.ts';

const LEVELS = { stream: the.SOCK_STREAM, datagram: the.SOCK_DGRAM };

/** What can be set and read back as it is: kind of socket, level, option, two values, and one that is refused. */
const SETTABLE: readonly (readonly [keyof typeof LEVELS, string, number, number, number, number, unknown])[] = [
  ['stream', 'SO_REUSEADDR', the.SOL_SOCKET, the.SO_REUSEADDR, 1, 0, 'on'],
  ['datagram', 'SO_REUSEADDR', the.SOL_SOCKET, the.SO_REUSEADDR, 1, 0, 'on'],
  ['stream', 'SO_KEEPALIVE', the.SOL_SOCKET, the.SO_KEEPALIVE, 1, 0, 'on'],
  ['stream', 'SO_RCVBUF', the.SOL_SOCKET, the.SO_RCVBUF, 5000, 100_000, 0],
  ['stream', 'SO_SNDBUF', the.SOL_SOCKET, the.SO_SNDBUF, 5000, 100_000, -1],
  ['datagram', 'SO_RCVBUF', the.SOL_SOCKET, the.SO_RCVBUF, 5000, 100_000, 1.5],
  ['datagram', 'SO_BROADCAST', the.SOL_SOCKET, the.SO_BROADCAST, 1, 0, 'on'],
  ['stream', 'SO_MAX_PACING_RATE', the.SOL_SOCKET, the.SO_MAX_PACING_RATE, 125_000, 0, -1],
  ['stream', 'TCP_NODELAY', the.IPPROTO_TCP, the.TCP_NODELAY, 1, 0, 'on'],
  ['stream', 'TCP_KEEPIDLE', the.IPPROTO_TCP, the.TCP_KEEPIDLE, 30, 7200, 0],
  ['stream', 'TCP_KEEPINTVL', the.IPPROTO_TCP, the.TCP_KEEPINTVL, 5, 75, 40_000],
  ['stream', 'TCP_KEEPCNT', the.IPPROTO_TCP, the.TCP_KEEPCNT, 3, 9, 128],
  ['stream', 'TCP_SYNCNT', the.IPPROTO_TCP, the.TCP_SYNCNT, 3, 6, 0],
  ['stream', 'TCP_USER_TIMEOUT', the.IPPROTO_TCP, the.TCP_USER_TIMEOUT, 1500, 0, -1],
  ['stream', 'TCP_CORK', the.IPPROTO_TCP, the.TCP_CORK, 1, 0, 'on'],
  ['stream', 'TCP_NOPUSH', the.IPPROTO_TCP, the.TCP_NOPUSH, 1, 0, 'on'],
  ['stream', 'TCP_NOTSENT_LOWAT', the.IPPROTO_TCP, the.TCP_NOTSENT_LOWAT, 16_384, 0, -1],
  ['stream', 'TCP_LINGER2', the.IPPROTO_TCP, the.TCP_LINGER2, 5, 120, 121],
  ['stream', 'IP_MTU_DISCOVER', the.IPPROTO_IP, the.IP_MTU_DISCOVER, 0, 1, 3],
  ['stream', 'TCP_MAXSEG', the.IPPROTO_TCP, the.TCP_MAXSEG, 536, 1460, 87],
  ['stream', 'IP_TTL', the.IPPROTO_IP, the.IP_TTL, 1, 255, 0],
  ['stream', 'IP_TOS', the.IPPROTO_IP, the.IP_TOS, 0xb8, 0, 256],
  ['datagram', 'IP_TTL', the.IPPROTO_IP, the.IP_TTL, 1, 255, 256],
  ['datagram', 'IP_TOS', the.IPPROTO_IP, the.IP_TOS, 0xb8, 0, 256],
  ['datagram', 'IP_MULTICAST_TTL', the.IPPROTO_IP, the.IP_MULTICAST_TTL, 0, 7, -2],
  ['datagram', 'IP_MULTICAST_LOOP', the.IPPROTO_IP, the.IP_MULTICAST_LOOP, 0, 1, 'on'],
  ['datagram', 'IP_MULTICAST_IF', the.IPPROTO_IP, the.IP_MULTICAST_IF, 1, 0, -1],
  ['stream', 'SO_REUSEPORT', the.SOL_SOCKET, the.SO_REUSEPORT, 1, 0, 'on'],
  ['datagram', 'SO_REUSEPORT', the.SOL_SOCKET, the.SO_REUSEPORT, 1, 0, 'on'],
  ['stream', 'SO_PRIORITY', the.SOL_SOCKET, the.SO_PRIORITY, 6, 0, -1],
  ['datagram', 'SO_MARK', the.SOL_SOCKET, the.SO_MARK, 0xffff_ffff, 7, -1],
  ['stream', 'SO_ZEROCOPY', the.SOL_SOCKET, the.SO_ZEROCOPY, 1, 0, 2],
  ['datagram', 'SO_ZEROCOPY', the.SOL_SOCKET, the.SO_ZEROCOPY, 1, 0, 2],
  ['stream', 'SO_RCVLOWAT', the.SOL_SOCKET, the.SO_RCVLOWAT, 5000, 1, 'much'],
  ['stream', 'TCP_DEFER_ACCEPT', the.IPPROTO_TCP, the.TCP_DEFER_ACCEPT, 7, 0, 0.5],
  ['stream', 'TCP_WINDOW_CLAMP', the.IPPROTO_TCP, the.TCP_WINDOW_CLAMP, 5000, 0, -1],
  ['stream', 'TCP_QUICKACK', the.IPPROTO_TCP, the.TCP_QUICKACK, 0, 1, 'on'],
  ['stream', 'TCP_SAVE_SYN', the.IPPROTO_TCP, the.TCP_SAVE_SYN, 1, 0, 2],
  ['stream', 'TCP_INQ', the.IPPROTO_TCP, the.TCP_INQ, 1, 0, 2],
  ['stream', 'TCP_FASTOPEN_NO_COOKIE', the.IPPROTO_TCP, the.TCP_FASTOPEN_NO_COOKIE, 1, 0, 2],
  ['stream', 'TCP_RTO_MAX_MS', the.IPPROTO_TCP, the.TCP_RTO_MAX_MS, 1000, 120_000, 999],
  ['stream', 'IP_RECVERR', the.IPPROTO_IP, the.IP_RECVERR, 1, 0, 'on'],
  ['datagram', 'IP_RECVERR', the.IPPROTO_IP, the.IP_RECVERR, 1, 0, 'on'],
  ['datagram', 'IP_RECVTTL', the.IPPROTO_IP, the.IP_RECVTTL, 1, 0, 'on'],
  ['datagram', 'IP_RECVTOS', the.IPPROTO_IP, the.IP_RECVTOS, 1, 0, 'on'],
];

describe('getsockopt and setsockopt', () => {
  test.each(SETTABLE)(
    '%s %s: reads back what was set, and refuses what makes no sense',
    (kind, _, level, option, one, two, bad) => {
      const { core } = twoHosts().alice;
      const fd = core.socket(the.AF_INET, LEVELS[kind]);
      for (const value of [one, two]) {
        expect(core.setsockopt(fd, level, option, value)).toBe(0);
        expect(core.getsockopt(fd, level, option)).toBe(value);
      }
      expect(core.setsockopt(fd, level, option, bad as number)).toBe(failure('EINVAL'));
      expect(core.getsockopt(fd, level, option)).toBe(two);
    },
  );

  test('tells what kind of socket it is', () => {
    const { core } = twoHosts().alice;
    const fd = core.socket(the.AF_INET6, the.SOCK_DGRAM);
    const read = (option: number) => core.getsockopt(fd, the.SOL_SOCKET, option);
    expect(read(the.SO_TYPE)).toBe(the.SOCK_DGRAM);
    expect(read(the.SO_DOMAIN)).toBe(the.AF_INET6);
    expect(read(the.SO_PROTOCOL)).toBe(the.IPPROTO_UDP);
    expect(read(the.SO_ACCEPTCONN)).toBe(0);
    expect(core.setsockopt(fd, the.SOL_SOCKET, the.SO_TYPE, 1)).toBe(failure('ENOPROTOOPT'));
  });

  test('an option that is unknown, or of another kind of socket or family, is never accepted', () => {
    const { core } = twoHosts().alice;
    const stream = core.socket(the.AF_INET, the.SOCK_STREAM);
    const datagram = core.socket(the.AF_INET, the.SOCK_DGRAM);
    const refused = failure('ENOPROTOOPT');
    expect(core.setsockopt(stream, the.SOL_SOCKET, 9999, 1)).toBe(refused);
    expect(core.getsockopt(stream, the.IPPROTO_TCP, 9999)).toBe(refused);
    expect(core.setsockopt(stream, the.SOL_SOCKET, the.SO_BROADCAST, 1)).toBe(refused);
    expect(core.setsockopt(datagram, the.IPPROTO_TCP, the.TCP_NODELAY, 1)).toBe(refused);
    expect(core.setsockopt(datagram, the.SOL_SOCKET, the.SO_SNDBUF, 4096)).toBe(refused);
    expect(core.setsockopt(datagram, the.IPPROTO_IPV6, the.IPV6_UNICAST_HOPS, 5)).toBe(refused);
    expect(core.setsockopt(datagram, the.IPPROTO_IPV6, the.IPV6_V6ONLY, 1)).toBe(refused);
    const datagram6 = core.socket(the.AF_INET6, the.SOCK_DGRAM);
    expect(core.setsockopt(datagram6, the.IPPROTO_IP, the.IP_TTL, 5)).toBe(refused);
  });

  test('a buffer size that a program has chosen does not grow any more', () => {
    const { host, core } = twoHosts().alice;
    Object.assign(host.tcp.settings, { sendBufferAutotuning: true, receiveBufferAutotuning: true });
    const listening = core.socket(the.AF_INET, the.SOCK_STREAM);
    core.listen(listening, 1);
    const settings = (fd: number): unknown =>
      (core as unknown as { at(fd: number): { settings: object } }).at(fd).settings;
    expect(core.setsockopt(listening, the.SOL_SOCKET, the.SO_RCVBUF, 5000)).toBe(0);
    expect(settings(listening)).toEqual({ receiveBufferBytes: 5000, receiveBufferAutotuning: false });
    expect(core.setsockopt(listening, the.SOL_SOCKET, the.SO_SNDBUF, 6000)).toBe(0);
    expect(settings(listening)).toMatchObject({ sendBufferBytes: 6000, sendBufferAutotuning: false });
  });

  test('TCP_NOPUSH is a cork without a ceiling; taking it out gives the host’s back', () => {
    const { core, host } = twoHosts().alice;
    const fd = core.socket(the.AF_INET, the.SOCK_STREAM);
    const settings = (core as unknown as { at(fd: number): { settings: object } }).at(fd).settings;
    core.setsockopt(fd, the.IPPROTO_TCP, the.TCP_NOPUSH, 1);
    expect(settings).toMatchObject({ cork: true, corkCeilingNs: 0 });
    expect(core.getsockopt(fd, the.IPPROTO_TCP, the.TCP_CORK)).toBe(1);
    core.setsockopt(fd, the.IPPROTO_TCP, the.TCP_NOPUSH, 0);
    expect(settings).toMatchObject({ cork: false, corkCeilingNs: host.tcp.settings.corkCeilingNs });
    core.setsockopt(fd, the.IPPROTO_TCP, the.TCP_CORK, 1);
    expect(core.getsockopt(fd, the.IPPROTO_TCP, the.TCP_NOPUSH)).toBe(0);
  });

  test('RFC 5482 §3: a program that sets TCP_USER_TIMEOUT keeps it, whatever the peer suggests; 0 gives that up again', () => {
    const { core } = twoHosts().alice;
    const fd = core.socket(the.AF_INET, the.SOCK_STREAM);
    const settings = (core as unknown as { at(fd: number): { settings: object } }).at(fd).settings;
    core.setsockopt(fd, the.IPPROTO_TCP, the.TCP_USER_TIMEOUT, 1500);
    expect(settings).toMatchObject({ userTimeoutNs: 1.5e9, userTimeoutChangeable: false });
    core.setsockopt(fd, the.IPPROTO_TCP, the.TCP_USER_TIMEOUT, 0);
    expect(settings).toMatchObject({ userTimeoutNs: 0, userTimeoutChangeable: true });
  });

  test('urgent data is always in line', () => {
    const { core } = twoHosts().alice;
    const fd = core.socket(the.AF_INET, the.SOCK_STREAM);
    expect(core.getsockopt(fd, the.SOL_SOCKET, the.SO_OOBINLINE)).toBe(1);
    expect(core.setsockopt(fd, the.SOL_SOCKET, the.SO_OOBINLINE, 1)).toBe(0);
    expect(core.setsockopt(fd, the.SOL_SOCKET, the.SO_OOBINLINE, 0)).toBe(failure('ENOPROTOOPT'));
  });

  test('SO_LINGER is a record; TCP_CONGESTION a name that there is; TCP_INFO needs a connection', () => {
    const { core } = twoHosts().alice;
    const fd = core.socket(the.AF_INET, the.SOCK_STREAM);
    expect(core.setsockopt(fd, the.SOL_SOCKET, the.SO_LINGER, { on: true, seconds: 3 })).toBe(0);
    expect(core.getsockopt(fd, the.SOL_SOCKET, the.SO_LINGER)).toEqual({ on: true, seconds: 3 });
    expect(core.setsockopt(fd, the.SOL_SOCKET, the.SO_LINGER, 1)).toBe(failure('EINVAL'));
    expect(core.setsockopt(fd, the.IPPROTO_TCP, the.TCP_CONGESTION, 'none')).toBe(0);
    expect(core.getsockopt(fd, the.IPPROTO_TCP, the.TCP_CONGESTION)).toBe('none');
    expect(core.setsockopt(fd, the.IPPROTO_TCP, the.TCP_CONGESTION, 'magic')).toBe(failure('ENOENT'));
    expect(core.getsockopt(fd, the.IPPROTO_TCP, the.TCP_INFO)).toBe(failure('ENOTCONN'));
    expect(core.getsockopt(fd, the.IPPROTO_IP, the.IP_TTL)).toBe(failure('ENOTCONN'));
  });

  test('-1 takes the hop limit of the host again', () => {
    const { core } = twoHosts().alice;
    const fd = core.socket(the.AF_INET6, the.SOCK_DGRAM);
    const hops = () => core.getsockopt(fd, the.IPPROTO_IPV6, the.IPV6_UNICAST_HOPS);
    expect(hops()).toBe(64);
    core.setsockopt(fd, the.IPPROTO_IPV6, the.IPV6_UNICAST_HOPS, 3);
    expect(hops()).toBe(3);
    expect(core.setsockopt(fd, the.IPPROTO_IPV6, the.IPV6_UNICAST_HOPS, -1)).toBe(0);
    expect(hops()).toBe(64);
  });

  test('a group is joined once and left once', () => {
    const { core } = twoHosts().alice;
    const fd = core.socket(the.AF_INET, the.SOCK_DGRAM);
    const set = (option: number, group: string) =>
      core.setsockopt(fd, the.IPPROTO_IP, option, { group: ipAddress(group), interfaceIndex: 0 });
    expect(set(the.IP_ADD_MEMBERSHIP, '239.1.2.3')).toBe(0);
    expect(set(the.IP_ADD_MEMBERSHIP, '239.1.2.3')).toBe(failure('EADDRINUSE'));
    expect(set(the.IP_ADD_MEMBERSHIP, '10.0.0.9')).toBe(failure('EINVAL'));
    expect(set(the.IP_DROP_MEMBERSHIP, '239.1.2.3')).toBe(0);
    expect(set(the.IP_DROP_MEMBERSHIP, '239.1.2.3')).toBe(failure('EADDRNOTAVAIL'));
  });
});

describe('descriptors', () => {
  test('the lowest free one is taken, from 3 on', () => {
    const { core } = twoHosts().alice;
    const open = () => core.socket(the.AF_INET, the.SOCK_DGRAM);
    expect([open(), open(), open()]).toEqual([3, 4, 5]);
    expect(core.close(4)).toBe(0);
    expect(core.close(3)).toBe(0);
    expect(core.openCount).toBe(1);
    expect([open(), open(), open()]).toEqual([3, 4, 6]);
  });

  test('one that is not open is EBADF to every call', () => {
    const { core } = twoHosts().alice;
    const bad = failure('EBADF');
    const address = ipAddress('10.0.0.2');
    const space = new Uint8Array(1);
    for (const fd of [-1, 0, 3, 77]) {
      expect(core.bind(fd, address, 1)).toBe(bad);
      expect(core.listen(fd, 1)).toBe(bad);
      expect(core.accept(fd)).toBe(bad);
      expect(core.connect(fd, address, 1)).toBe(bad);
      expect(core.send(fd, space)).toBe(bad);
      expect(core.recv(fd, space)).toBe(bad);
      expect(core.shutdown(fd, 0)).toBe(bad);
      expect(core.close(fd)).toBe(bad);
      expect(core.getsockopt(fd, 1, 1)).toBe(bad);
      expect(core.setsockopt(fd, 1, 1, 1)).toBe(bad);
      expect(core.ioctl(fd, the.FIONREAD)).toBe(bad);
      expect(core.readiness(fd)).toBe(the.POLLNVAL);
    }
  });

  test('kinds of sockets that there are not', () => {
    const { core } = twoHosts().alice;
    expect(core.socket(1, the.SOCK_STREAM)).toBe(failure('EAFNOSUPPORT'));
    expect(core.socket(the.AF_INET, 5)).toBe(failure('EPROTONOSUPPORT'));
    expect(core.socket(the.AF_INET, the.SOCK_STREAM, the.IPPROTO_UDP)).toBe(failure('EPROTONOSUPPORT'));
    expect(core.socket(the.AF_INET, the.SOCK_STREAM, the.IPPROTO_TCP)).toBe(3);
  });

  test('poll reports what was asked for, and errors always', () => {
    const { core } = twoHosts().alice;
    const fd = core.socket(the.AF_INET, the.SOCK_DGRAM);
    const entries = [
      { fd, events: the.POLLIN, revents: -1 },
      { fd, events: the.POLLIN | the.POLLOUT, revents: -1 },
      { fd: 99, events: 0, revents: -1 },
      { fd: -1, events: the.POLLIN, revents: -1 },
    ];
    expect(core.poll(entries)).toBe(2);
    expect(entries.map(({ revents }) => revents)).toEqual([0, the.POLLOUT, the.POLLNVAL, 0]);
  });
});
