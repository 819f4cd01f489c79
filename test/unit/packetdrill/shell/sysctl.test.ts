/** Setting and reading sysctls: the program, files under /proc/sys, and the tables behind them. */
import { describe, expect, test } from 'vitest';
import { SYSCTL_NAMES } from '../../../../src/host/sysctl.ts';
import { KERNEL_SYSCTLS } from '../../../../src/packetdrill/shell/kernel-sysctls.ts';
import { FakeHost, freebsd, linux, printed, run, status } from './fake-host.ts';

describe('sysctl of Linux', () => {
  test('sets a setting of TCP, and says so unless it is to be quiet', () => {
    const host = linux();
    expect(run('sysctl -w net.ipv4.tcp_sack=0', host)).toMatchObject({
      exitCode: 0,
      output: 'net.ipv4.tcp_sack = 0\n',
    });
    expect(run('/sbin/sysctl -q net/ipv4/tcp_timestamps=0', host)).toMatchObject({ exitCode: 0, output: '' });
    expect(printed('sysctl net.ipv4.tcp_ecn=1 net.ipv4.tcp_frto=0 -n', host)).toBe('1\n0\n');
    expect(host.changes).toEqual([
      { selectiveAcknowledgment: false },
      { timestamps: false },
      { ecn: 'request', accurateEcn: 'off' },
      { forwardRtoRecovery: false },
    ]);
  });

  test('takes numbers as kernels do', () => {
    const host = linux();
    run('sysctl -q net.ipv4.tcp_fastopen=0x403; sysctl -q "net.ipv4.tcp_wmem=4096\t8192   $((1024*1024))"', host);
    expect(host.tcp).toMatchObject({ fastOpenServer: true, fastOpenPending: 4096 });
    expect(host.tcp).toMatchObject({ sendBufferBytes: 8192, sendBufferMaximumBytes: 1_048_576 });
  });

  test.each([
    ['net.ipv4.tcp_sack', '1'],
    ['net.ipv4.tcp_congestion_control', 'cubic'],
    ['net.ipv4.tcp_rmem', '4096\t131072\t6291456'],
    ['net.ipv4.tcp_syn_retries', '6'],
    ['net.ipv4.tcp_ecn', '2'],
    ['net.ipv4.tcp_keepalive_time', '7200'],
    ['net.ipv4.tcp_early_retrans', '3'],
    ['net.ipv4.tcp_notsent_lowat', '4294967295'],
    ['net.ipv4.tcp_rto_min_us', '200000'],
    ['net.ipv4.ip_no_pmtu_disc', '0'],
    ['net.ipv4.ip_default_ttl', '64'],
    ['net.ipv4.tcp_autocorking', '1'],
    ['net.ipv4.ip_local_port_range', '32768\t60999'],
    ['net.ipv6.conf.tun0.hop_limit', '64'],
    ['net.ipv4.tcp_available_congestion_control', 'reno cubic dctcp vegas westwood bbr bbr1'],
  ])('reads %s', (name, value) => {
    expect(printed(`sysctl -n ${name}`)).toBe(`${value}\n`);
    expect(printed(`sysctl ${name}`)).toBe(`${name} = ${value}\n`);
    expect(printed(`cat /proc/sys/${name.replaceAll('.', '/')}`)).toBe(`${value}\n`);
  });

  test('reads what was written, as long as it holds', () => {
    const host = linux();
    run('sysctl -q net.ipv4.tcp_timestamps=2 net.ipv4.tcp_min_tso_segs=4 net.ipv4.tcp_rmem="1000 2000 3000"', host);
    expect(printed('sysctl -n net.ipv4.tcp_timestamps net.ipv4.tcp_min_tso_segs', host)).toBe('2\n4\n');
    expect(printed('sysctl -n net.ipv4.tcp_rmem', host)).toBe('1000\t2000\t3000\n');
    host.tcp.timestamps = false;
    expect(printed('sysctl -n net.ipv4.tcp_timestamps', host)).toBe('0\n');
  });

  test('a value that is read can be set again', () => {
    const host = linux();
    expect(run('OLD=$(sysctl -n net.ipv4.tcp_rmem); sysctl -q net.ipv4.tcp_rmem="$OLD"', host).exitCode).toBe(0);
    expect(host.tcp.receiveBufferBytes).toBe(131_072);
  });

  test.each([
    ['sysctl', 1],
    ['sysctl -w net.ipv4.tcp_sack', 1],
  ])('%s fails', (command, exitCode) => {
    expect(status(command)).toBe(exitCode);
  });

  test.each([
    ['sysctl net.ipv4.tcp_plb_rounds=1', 'sysctl net.ipv4.tcp_plb_rounds'],
    ['sysctl -n net.ipv4.tcp_none', 'sysctl net.ipv4.tcp_none'],
    ['sysctl -e -q net.ipv4.tcp_none=1', 'sysctl net.ipv4.tcp_none'],
    ['sysctl net.ipv4.tcp_sack=2', 'sysctl net.ipv4.tcp_sack=2'],
    ['sysctl net.ipv4.tcp_sack=', 'sysctl net.ipv4.tcp_sack='],
    ['sysctl net.ipv4.tcp_congestion_control=hybla', 'sysctl net.ipv4.tcp_congestion_control=hybla'],
    ['sysctl net.ipv4.tcp_comp_sack_nr=44', 'sysctl net.ipv4.tcp_comp_sack_nr=44 (only 0: a SACK goes out at once)'],
    ['sysctl net.ipv4.ip_default_ttl=0', 'sysctl net.ipv4.ip_default_ttl=0'],
    ['sysctl net.ipv4.tcp_available_congestion_control=reno', 'sysctl net.ipv4.tcp_available_congestion_control=reno'],
    ['sysctl net.ipv4.conf.eth0.rp_filter=0', 'sysctl net.ipv4.conf.eth0.rp_filter'],
    ['sysctl -n net.ipv4.tcp_mem', 'sysctl net.ipv4.tcp_mem'],
    ['sysctl -a', 'command sysctl -a'],
    ['sysctl -p file', 'command sysctl -p'],
    ['sysctl --system', 'command sysctl --system'],
  ])('%s is left out', (command, what) => {
    expect(() => run(command)).toThrow(expect.objectContaining({ name: 'Unsupported', message: what }));
  });
});

describe('files under /proc/sys', () => {
  test('writing one sets it', () => {
    const host = linux();
    expect(run('echo 0 > /proc/sys/net/ipv4/tcp_sack', host)).toMatchObject({ exitCode: 0, output: '' });
    expect(run('{ echo 1; } >> /proc/sys/net/ipv4/tcp_ecn; exit', host).exitCode).toBe(0);
    expect(host.tcp).toMatchObject({ selectiveAcknowledgment: false, ecn: 'request' });
    expect(() => run('echo 1 > /proc/sys/net/ipv4/tcp_none', host)).toThrow('sysctl net.ipv4.tcp_none');
    expect(() => run('echo 7 > /proc/sys/net/ipv4/tcp_sack', host)).toThrow('sysctl net.ipv4.tcp_sack=7');
  });

  test('an exit comes after what was written before it', () => {
    const host = linux();
    expect(status('{ echo 0; exit 3; } > /proc/sys/net/ipv4/tcp_sack', host)).toBe(3);
    expect(host.tcp.selectiveAcknowledgment).toBe(false);
  });

  test('a value goes in by <', () => {
    expect(printed('wc -l < /proc/sys/net/ipv4/tcp_sack')).toBe('1\n');
  });
});

describe('sysctl of FreeBSD', () => {
  test('shows the value before and after', () => {
    const host = freebsd();
    expect(printed('sysctl net.inet.tcp.sack.enable=0', host)).toBe('net.inet.tcp.sack.enable: 1 -> 0\n');
    expect(printed('sysctl net.inet.tcp.sack.enable', host)).toBe('net.inet.tcp.sack.enable: 0\n');
    expect(printed('sysctl -n net.inet.tcp.msl', host)).toBe('30000\n');
    expect(printed('sysctl -e net.inet.tcp.msl', host)).toBe('net.inet.tcp.msl=30000\n');
    expect(host.tcp.selectiveAcknowledgment).toBe(false);
  });

  test('New Reno is Reno', () => {
    const host = freebsd();
    expect(printed('sysctl net.inet.tcp.cc.algorithm=newreno', host)).toBe(
      'net.inet.tcp.cc.algorithm: cubic -> newreno\n',
    );
    expect(host.tcp.congestionControl).toBe('reno');
  });

  test.each([
    ['net.inet.tcp.functions_default', 'freebsd'],
    ['net.inet.tcp.rexmit_min', '30'],
    ['net.inet.tcp.ecn.enable', '2'],
    ['net.inet.ip.ttl', '64'],
    ['net.inet.tcp.hostcache.purgenow', '0'],
  ])('reads %s', (name, value) => {
    expect(printed(`sysctl -n ${name}`, freebsd())).toBe(`${value}\n`);
  });

  test('purging the host cache forgets what there is of it', () => {
    const host = freebsd();
    expect(run('sysctl net.inet.tcp.hostcache.purgenow=0', host).exitCode).toBe(0);
    expect(host.deeds).toEqual([]);
    expect(run('sysctl net.inet.tcp.hostcache.purgenow=1', host).exitCode).toBe(0);
    expect(host.deeds).toEqual(['flush metrics', 'forget path MTUs']);
    expect(() => run('sysctl net.inet.tcp.hostcache.purgenow=2', host)).toThrow(
      'sysctl net.inet.tcp.hostcache.purgenow=2',
    );
  });

  test.each([
    ['sysctl net.inet.tcp.tolerate_missing_ts=1', 'sysctl net.inet.tcp.tolerate_missing_ts=1 (only 0: RFC 7323 §3.2)'],
    [
      'sysctl net.inet.tcp.functions_default=rack',
      'sysctl net.inet.tcp.functions_default=rack (only freebsd: there is the base stack alone)',
    ],
    ['sysctl net.inet.tcp.rack.none=1', 'sysctl net.inet.tcp.rack.none'],
    ['sysctl -d net.inet.tcp.msl', 'command sysctl -d'],
  ])('%s is left out', (command, what) => {
    expect(() => run(command, freebsd())).toThrow(expect.objectContaining({ name: 'Unsupported', message: what }));
  });
});

describe('sysctls that act on the host', () => {
  test.each(['net.ipv4.ip_default_ttl', 'net.ipv6.conf.all.hop_limit', 'net.inet.ip.ttl', 'net.inet6.ip6.hlim'])(
    '%s',
    (name) => {
      const host = linux();
      run(`sysctl -q ${name}=7`, host);
      expect(host.hopLimit).toBe(7);
      expect(printed(`sysctl -n ${name}`, host)).toBe('7\n');
    },
  );

  test.each([1, 255])('a hop limit of %d', (hops) => {
    const host = linux();
    run(`sysctl -q net.ipv4.ip_default_ttl=${hops}`, host);
    expect(host.hopLimit).toBe(hops);
    expect(() => run('sysctl net.ipv4.ip_default_ttl=256', host)).toThrow('sysctl net.ipv4.ip_default_ttl=256');
  });

  test('net.ipv4.route.flush', () => {
    const host = linux();
    run('sysctl -q net.ipv4.route.flush=1', host);
    expect(host.deeds).toEqual(['forget path MTUs']);
  });
});

/** Values that each row takes and that it does not, where the default is not met or the set is no list. */
const EXAMPLES: Readonly<Record<string, readonly [met: string, unmet: string | undefined]>> = {
  'net.ipv4.tcp_allowed_congestion_control': ['reno cubic', 'reno htcp'],
  'net.ipv4.tcp_max_orphans': ['8192', '1'],
  'net.ipv4.tcp_mem': ['1 2 3', '1 2'],
  'net.ipv4.ip_local_port_range': ['1024 65535', '1024 60999'],
  'net.ipv4.ping_group_range': ['0 100', 'x'],
  'net.core.rmem_max': ['16777216', '4096'],
  'net.core.wmem_max': ['16777216', '4096'],
  'net.inet.tcp.reass.maxsegments': ['100000', '5'],
  'net.inet.ip.portrange.first': ['10000', '60000'],
  'net.inet.ip.portrange.hifirst': ['49152', '60000'],
};

describe('what the emulation meets by construction', () => {
  test('no name stands in two tables, and every row says why', () => {
    for (const [name, { why, met }] of KERNEL_SYSCTLS) {
      expect(SYSCTL_NAMES, name).not.toContain(name);
      expect(why.length, name).toBeGreaterThan(5);
      expect(met.text.length, name).toBeGreaterThan(0);
    }
    expect(KERNEL_SYSCTLS.size).toBeGreaterThan(150);
  });

  test.each([...KERNEL_SYSCTLS.keys()])('%s', (row) => {
    const name = row.replace('*', 'tun0');
    const { met, usual } = KERNEL_SYSCTLS.get(row)!;
    const listed = met.text.split(' or ')[0]!;
    const first = /\d+/.exec(met.text)?.[0] ?? '1';
    const [taken, refused = 'nonsense'] = EXAMPLES[row] ?? [met.has(listed) ? listed : first];
    const host = new FakeHost(name.startsWith('net.inet') || name.startsWith('kern') ? 'freebsd' : 'linux');
    expect(run(`sysctl -q ${name}="${taken}"`, host).exitCode).toBe(0);
    expect(host.changes).toEqual([]);
    expect(printed(`sysctl -n ${name}`, host).trim().split(/\s+/).join(' ')).toBe(taken);
    expect(() => run(`sysctl ${name}="${refused}"`, host)).toThrow(
      expect.objectContaining({ name: 'Unsupported', message: expect.stringContaining(`sysctl ${name}=${refused}`) }),
    );
    // The default can be read on a fresh host.
    if (usual !== undefined) expect(printed(`sysctl -n ${name}`, linux())).toBe(`${usual}\n`);
  });
});
