/** `ip`, `ifconfig`, `route`, `tc`, `ethtool`: routes, sizes and addresses of the emulated host. */
import { describe, expect, test } from 'vitest';
import { FakeHost, freebsd, linux, printed, run } from './fake-host.ts';

const unsupported = (message: string): unknown => expect.objectContaining({ name: 'Unsupported', message });

describe('ip route', () => {
  test.each([
    ['initcwnd 20', { initialWindowSegments: 20, initialWindowByteLimit: false }],
    ['initrwnd 10', { synWindowBytes: 14_600 }],
    ['initrwnd 100', { synWindowBytes: 65_535 }],
    ['rto_min 5ms', { retransmissionTimeoutMinimumNs: 5e6, retransmissionTimeoutVarianceMinimumNs: 5e6 }],
    ['rto_min lock 0.5s', { retransmissionTimeoutMinimumNs: 5e8, retransmissionTimeoutVarianceMinimumNs: 5e8 }],
    ['rto_min 300', { retransmissionTimeoutMinimumNs: 3e8, retransmissionTimeoutVarianceMinimumNs: 3e8 }],
    ['quickack 1', { delayedAck: false }],
    ['congctl reno', { congestionControl: 'reno' }],
    ['features ecn', { ecn: 'request' }],
    ['hoplimit 9', { hopLimit: 9 }],
    ['window 20000', { receiveBufferBytes: 20_000, receiveBufferMaximumBytes: 20_000 }],
    ['reordering 5', { duplicateAckThreshold: 5 }],
    ['advmss 1460 initcwnd 3', { initialWindowSegments: 3, initialWindowByteLimit: false }],
    ['mtu 1000 initrwnd 2', { synWindowBytes: 1920 }],
  ])('%s', (options, settings) => {
    const host = linux();
    expect(run(`ip route change 192.0.2.0/24 dev tun0 ${options}`, host)).toMatchObject({ exitCode: 0, output: '' });
    expect(host.changes).toEqual([settings]);
  });

  test.each([
    'quickack 0',
    'fastopen_no_cookie 0',
    'proto static metric 10 scope global',
    'via 192.168.0.2 onlink',
    'src 192.168.0.1',
    'table main',
  ])('%s changes nothing', (options) => {
    const host = linux();
    expect(run(`ip route replace 192.0.2.0/24 dev tun0 ${options}`, host).exitCode).toBe(0);
    expect(host.changes).toEqual([]);
  });

  test('mtu is that of all packets to the script; locked it is never learnt anew', () => {
    const host = linux();
    run('ip route change 192.0.2.0/24 dev tun0 mtu 1400', host);
    expect([host.mtu, host.tcp.pathMtuDiscovery]).toEqual([1400, true]);
    run('ip route change 192.0.2.0/24 dev tun0 mtu lock 1300', host);
    expect([host.mtu, host.tcp.pathMtuDiscovery]).toEqual([1300, false]);
    run('ip link set dev tun0 mtu 1200', host);
    expect(host.mtu).toBe(1200);
    run('ip route change 192.0.2.0/24 dev tun0', host);
    expect([host.mtu, host.tcp.pathMtuDiscovery]).toEqual([1200, true]);
    run('ip link set dev tun0 mtu 1500', host);
    expect(host.mtu).toBe(1500);
  });

  test('what a route said before is gone when it is changed', () => {
    const host = linux();
    run('ip route change 192.0.2.0/24 dev tun0 initcwnd 20 rto_min 5ms', host);
    run('ip route change 192.0.2.0/24 dev tun0 congctl reno', host);
    expect(host.tcp).toMatchObject({
      initialWindowSegments: 10,
      retransmissionTimeoutMinimumNs: 2e8,
      congestionControl: 'reno',
    });
  });

  test('a route goes before sysctls, which come back when it goes', () => {
    const host = linux();
    run('ip route add 192.0.2.0/24 dev tun0 congctl reno', host);
    run('sysctl -q net.ipv4.tcp_congestion_control=bbr net.ipv4.tcp_sack=0', host);
    expect(host.tcp).toMatchObject({ congestionControl: 'reno', selectiveAcknowledgment: false });
    expect(printed('sysctl -n net.ipv4.tcp_congestion_control', host)).toBe('bbr\n');
    run('ip route del 192.0.2.0/24', host);
    expect(host.tcp).toMatchObject({ congestionControl: 'bbr', selectiveAcknowledgment: false });
  });

  test('one that does not lead to the script changes nothing', () => {
    const host = linux();
    run('ip route add 198.51.100.0/24 dev tun0 initcwnd 20 mtu 1000', host);
    expect([host.changes, host.mtu]).toEqual([[], 1500]);
    run('ip route add 192.0.2.0/24 dev tun0 initcwnd 20; ip route add default dev tun0 initcwnd 30', host);
    expect(host.tcp.initialWindowSegments).toBe(20);
    run('ip route add 192.0.2.1 dev tun0 initcwnd 40', host);
    expect(host.tcp.initialWindowSegments).toBe(40);
    expect(() => run('ip route del 192.0.2.1', host)).toThrow('command ip route del 192.0.2.1 before 192.0.2.0/24');
  });

  test('of IPv6', () => {
    const host = new FakeHost('linux', 'ipv6');
    run('ip -6 route replace 2001:db8::/32 dev tun0 initcwnd 7 mtu 1280', host);
    expect([host.tcp.initialWindowSegments, host.mtu]).toEqual([7, 1280]);
    run('ip -4 route replace default dev tun0 initcwnd 9', host);
    expect(host.tcp.initialWindowSegments).toBe(7);
    expect(() => run('ip -6 route replace default dev tun0 mtu 1000', host)).toThrow('ip route option mtu 1000');
  });

  test('is shown as it was made', () => {
    const host = linux();
    expect(printed('ip route show', host)).toBe('default dev tun0 scope link\n');
    run('ip route add 192.0.2.77/24 dev tun0 initcwnd 20; ip r a to 10.0.0.1/32 via 192.168.0.2', host);
    expect(printed('ip -s r', host)).toBe(
      'default dev tun0 scope link\n192.0.2.0/24 dev tun0 initcwnd 20\n10.0.0.1 via 192.168.0.2\n',
    );
    expect(printed('ip route list dev tun0 | grep -c initcwnd', host)).toBe('1\n');
    expect(run('ip route show dev lo', host)).toMatchObject({ exitCode: 0, output: '' });
    expect(run('ip route', host).exitCode).toBe(0);
  });

  test('fails as the kernel would', () => {
    const host = linux();
    run('ip route add 192.0.2.0/24 dev tun0', host);
    expect(run('ip route add 192.0.2.0/24 dev tun0 initcwnd 20', host)).toMatchObject({
      exitCode: 2,
      errors: 'RTNETLINK answers: File exists\n',
    });
    expect(run('ip route del 10.0.0.0/8', host)).toMatchObject({
      exitCode: 2,
      errors: 'RTNETLINK answers: No such process\n',
    });
    expect(run('ip route add 10.0.0.0/8 dev eth0', host)).toMatchObject({
      exitCode: 1,
      errors: 'ip: Cannot find device "eth0"\n',
    });
    expect(run('ip route add 10.0.0.0/8 via somewhere', host).exitCode).toBe(1);
    expect(run('ip route show dev eth0', host).exitCode).toBe(1);
    expect(host.changes).toEqual([]);
  });

  test('flush cache forgets path MTUs', () => {
    const host = linux();
    run('ip route flush cache', host);
    expect(host.deeds).toEqual(['forget path MTUs']);
  });

  test.each([
    ['ip route change default dev tun0 foo 1', 'ip route option foo'],
    ['ip route change default dev tun0 initcwnd', 'ip route option initcwnd without a value'],
    ['ip route change default dev tun0 initcwnd x', 'ip route option initcwnd x'],
    ['ip route change default dev tun0 advmss 1000', 'ip route option advmss 1000'],
    ['ip route change default dev tun0 congctl hybla', 'ip route option congctl hybla'],
    ['ip route change default dev tun0 congctl lock reno', 'ip route option congctl lock'],
    ['ip route change default dev tun0 features tcp_usec_ts', 'ip route option features tcp_usec_ts'],
    ['ip route change default dev tun0 rto_min soon', 'ip route option rto_min soon'],
    ['ip route change default dev tun0 cwnd 10', 'ip route option cwnd'],
    ['ip route change default dev tun0 fastopen_no_cookie 1', 'ip route option fastopen_no_cookie 1'],
    ['ip route change default dev lo', 'ip route option dev lo'],
    ['ip route change default table 7', 'ip route option table 7'],
    ['ip route add default src 10.0.0.7', 'ip route option src 10.0.0.7'],
    ['ip route change default mtu 60', 'ip route option mtu 60'],
    ['ip route add blackhole 10.0.0.0/8', 'command ip route to blackhole'],
    ['ip route add', 'command ip route without a destination'],
    ['ip route del 192.0.2.0/24', 'command ip route del 192.0.2.0/24'],
    ['ip route get 192.0.2.1', 'command ip route get'],
    ['ip route flush all', 'command ip route flush all'],
    ['ip route show table 7', 'command ip route show table'],
    ['ip rule add', 'command ip rule'],
    ['ip netns add x', 'command ip netns'],
    ['ip neigh flush all', 'command ip neigh'],
    ['ip route change default features', 'ip route option features without a value'],
    ['ip route change default rto_min', 'ip route option rto_min without a value'],
    ['ip route change default congctl', 'ip route option congctl without a value'],
    ['ip route change default via inet6 2001:db8::2', 'ip route option via inet6'],
    ['ip route show dev', 'ip route show dev without a value'],
    ['ip addr', 'command ip addr show'],
    ['ip -j route', 'command ip -j'],
    ['ip', 'command ip without an object'],
  ])('%s is left out', (command, what) => {
    expect(() => run(command)).toThrow(unsupported(what));
  });
});

describe('ip tcp_metrics', () => {
  test.each([
    ['ip tcp_metrics flush all', ['flush metrics']],
    ['ip tcp_metrics flush', ['flush metrics']],
    ['ip tcp_metrics flush > /dev/null 2>&1', ['flush metrics']],
    ['ip tcp_metrics delete 192.0.2.1', ['flush metrics']],
    ['ip tcp_metrics flush 192.0.2.1', ['flush metrics']],
    ['ip tcp_metrics delete address 192.0.2.9', []],
  ])('%s', (command, deeds) => {
    const host = linux();
    expect(run(command, host).exitCode).toBe(0);
    expect(host.deeds).toEqual(deeds);
  });

  test.each(['ip tcp_metrics show', 'ip tcp_metrics', 'ip tcp_metrics flush some', 'ip tcp_metrics delete'])(
    '%s is left out',
    (command) => {
      expect(() => run(command)).toThrow(unsupported(command.startsWith('command') ? command : `command ${command}`));
    },
  );
});

describe('ip link and ip addr', () => {
  test('sizes and addresses', () => {
    const host = linux();
    expect(
      run('ip link set dev tun0 mtu 1280 up txqueuelen 1000; ip li set lo up gso_max_size 65536', host).exitCode,
    ).toBe(0);
    expect(host.mtu).toBe(1280);
    expect(run('ip addr add 10.0.0.1/24 dev tun0 && ip a a 10.0.0.2 dev tun0', host).exitCode).toBe(0);
    run('ip -6 address add 2001:db8::7 dev tun0 nodad', host);
    expect(host.addresses).toEqual(['10.0.0.1/24', '10.0.0.2/32', '2001:db8::7/128']);
  });

  test.each([
    ['ip link set dev eth0 up', 'ip: Cannot find device "eth0"\n'],
    ['ip addr add x dev tun0', 'ip: inet prefix is expected rather than "x".\n'],
    ['ip addr add 10.0.0.1/24', 'ip: Not enough information: "dev" argument is required.\n'],
    ['ip addr add 10.0.0.1/24 dev eth0', 'ip: Cannot find device "eth0"\n'],
  ])('%s fails', (command, errors) => {
    expect(run(command)).toMatchObject({ exitCode: 1, errors });
  });

  test.each([
    ['ip link set dev tun0 down', 'command ip link set down'],
    ['ip link set dev tun0 mtu 20', 'command ip link set mtu 20'],
    ['ip link set dev lo mtu 1000', 'command ip link set mtu 1000'],
    ['ip link set dev tun0 mtu', 'ip link set mtu without a value'],
    ['ip link show', 'command ip link show'],
    ['ip addr add', 'ip addr add local without a value'],
    ['ip link add x type dummy', 'command ip link add'],
    ['ip addr show', 'command ip addr show'],
    ['ip addr add 10.0.0.1/24 dev tun0 peer 10.0.0.2', 'command ip addr add peer'],
    ['ip addr add 10.0.0.1/24 dev lo', 'command ip addr add dev lo'],
    ['ip addr del 10.0.0.1/24 dev tun0', 'command ip addr del'],
  ])('%s is left out', (command, what) => {
    expect(() => run(command)).toThrow(unsupported(what));
  });

  test('IPv4 needs 68 bytes, and packets end at 65535', () => {
    const host = linux();
    run('ip link set dev tun0 mtu 68', host);
    expect(host.mtu).toBe(68);
    run('ip link set dev tun0 mtu 65535', host);
    expect(host.mtu).toBe(65_535);
    expect(() => run('ip link set dev tun0 mtu 65536', host)).toThrow('command ip link set mtu 65536');
  });

  test('IPv6 needs 1280 bytes', () => {
    const host = new FakeHost('linux', 'ipv6');
    expect(() => run('ip link set dev tun0 mtu 1279', host)).toThrow('command ip link set mtu 1279');
  });
});

describe('ifconfig and route of FreeBSD', () => {
  test('ifconfig', () => {
    const host = freebsd();
    expect(run('ifconfig tun0 mtu 1400 up -tso -lro rxcsum; ifconfig tun0 inet 10.0.0.1/24 alias', host).exitCode).toBe(
      0,
    );
    run('ifconfig tun0 inet6 2001:db8::7 prefixlen 64', host);
    expect([host.mtu, host.addresses]).toEqual([1400, ['10.0.0.1/24', '2001:db8::7/64']]);
    expect(run('ifconfig em0 up', host)).toMatchObject({
      exitCode: 1,
      errors: 'ifconfig: interface em0 does not exist\n',
    });
  });

  test('route', () => {
    const host = freebsd();
    expect(printed('route change -host 192.0.2.1 -mtu 1400', host)).toBe('change host 192.0.2.1\n');
    expect(host.mtu).toBe(1400);
    expect(printed('route add -net 10.0.0.0/8 192.168.0.2 -mtu 600', host)).toBe(
      'add net 10.0.0.0/8: gateway 192.168.0.2\n',
    );
    expect(printed('route -nq change default -mtu 1300', host)).toBe('');
    expect(host.mtu).toBe(1300);
    expect(run('route add -host somewhere', host).exitCode).toBe(68);
  });

  test.each([
    ['ifconfig', 'command ifconfig'],
    ['ifconfig -a', 'command ifconfig -a'],
    ['ifconfig tun0', 'command ifconfig tun0'],
    ['ifconfig tun0 down', 'command ifconfig down'],
    ['ifconfig tun0 mtu 5', 'command ifconfig mtu 5'],
    ['ifconfig tun0 inet 10.0.0.1', 'command ifconfig inet 10.0.0.1'],
    ['ifconfig tun0 inet6 10.0.0.1/24', 'command ifconfig inet6 10.0.0.1/24'],
    ['route -n get 192.0.2.1', 'command route get'],
    ['route change -host 192.0.2.1 -ssthresh 7', 'command route -ssthresh'],
    ['route change -mtu 5 default', 'command route -mtu 5'],
    ['route add', 'command route add'],
    ['route flush', 'command route flush'],
  ])('%s is left out', (command, what) => {
    expect(() => run(command, freebsd())).toThrow(unsupported(what));
  });
});

describe('tc qdisc', () => {
  test.each([
    'tc qdisc add dev tun0 root fq',
    'tc qdisc replace dev tun0 root handle 1: fq limit 1000 flow_limit 10 pacing',
    'tc qd rep dev tun0 root pfifo limit 10',
    'tc qdisc add dev tun0 root pfifo_fast',
    'tc qdisc add root dev tun0 noqueue',
    'tc qdisc add dev tun0 root fq_codel limit 100 noecn',
    'tc qdisc replace dev tun0 root fq; tc qdisc change dev tun0 root fq limit 5; tc qdisc del dev tun0 root',
  ])('%s', (command) => {
    expect(run(command)).toMatchObject({ exitCode: 0, output: '', errors: '' });
  });

  test('is shown', () => {
    const host = linux();
    expect(printed('tc qdisc show dev tun0', host)).toBe('qdisc noqueue 0: dev tun0 root refcnt 2\n');
    run('tc qdisc replace dev tun0 root fq', host);
    expect(printed('tc qdisc show dev tun0', host)).toBe('qdisc fq 8001: dev tun0 root refcnt 2\n');
    expect(printed('tc qdisc | wc -l', host)).toBe('2\n');
  });

  test.each([
    ['tc qdisc add dev eth0 root fq', 1],
    ['tc qdisc del dev tun0 root', 2],
    ['tc qdisc change dev tun0 root fq', 2],
    ['tc qdisc add dev tun0 root fq; tc qdisc add dev tun0 root fq', 2],
  ])('%s fails', (command, exitCode) => {
    expect(run(command)).toMatchObject({ exitCode, errors: expect.stringMatching(/./) });
  });

  test.each([
    ['tc qdisc add dev tun0 root netem delay 10ms', 'command tc qdisc netem'],
    ['tc qdisc add dev tun0 root tbf rate 1mbit', 'command tc qdisc tbf'],
    ['tc qdisc add dev tun0 root fq nopacing', 'command tc qdisc fq nopacing'],
    ['tc qdisc add dev tun0 root fq maxrate 1mbit', 'command tc qdisc fq maxrate'],
    ['tc qdisc add dev tun0 root fq ce_threshold 1ms', 'command tc qdisc fq ce_threshold'],
    ['tc qdisc add dev tun0 root fq limit', 'command tc qdisc limit without a value'],
    ['tc qdisc add dev tun0 clsact', 'command tc qdisc clsact'],
    ['tc qdisc add dev tun0 root', 'command tc qdisc add without a discipline'],
    ['tc qdisc add root fq', 'command tc qdisc dev'],
    ['tc qdisc show dev tun0 ingress', 'command tc qdisc show ingress'],
    ['tc filter add dev tun0', 'command tc filter'],
    ['tc -s qdisc', 'command tc -s'],
    ['tc', 'command tc'],
    ['tc qdisc show dev', 'command tc qdisc dev without a value'],
  ])('%s is left out', (command, what) => {
    expect(() => run(command)).toThrow(unsupported(what));
  });
});

describe('ethtool', () => {
  test('offloads are not seen', () => {
    expect(run('ethtool -K tun0 tso off gso off gro on tx-checksumming off').exitCode).toBe(0);
  });

  test.each([
    'ethtool -K',
    'ethtool -K tun0',
    'ethtool -K tun0 tso',
    'ethtool -K tun0 tso maybe',
    'ethtool -K eth0 tso off',
  ])('%s fails', (command) => {
    expect(run(command)).toMatchObject({ exitCode: expect.any(Number), errors: expect.stringMatching(/^ethtool: /) });
    expect(run(command).exitCode).toBeGreaterThan(0);
  });

  test.each([
    ['ethtool -K tun0 ntuple off', 'command ethtool -K ntuple'],
    ['ethtool -k tun0', 'command ethtool -k'],
    ['ethtool', 'command ethtool'],
  ])('%s is left out', (command, what) => {
    expect(() => run(command)).toThrow(unsupported(what));
  });
});
