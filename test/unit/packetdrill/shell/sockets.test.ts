/** Commands that look at connections and counters, and end connections: `ss`, `netstat`, `sockstat`, `tcpdrop`, `nstat`, `setkey`. */
import { describe, expect, test } from 'vitest';
import type { ShellConnection } from '../../../../src/packetdrill/shell/host.ts';
import { connection, FakeHost, freebsd, info, linux, listener, printed, run, status } from './fake-host.ts';

const unsupported = (message: string): unknown => expect.objectContaining({ name: 'Unsupported', message });

function withConnections(host: FakeHost, ...list: readonly ShellConnection[]): FakeHost {
  host.list = [...list];
  return host;
}

const several = (host: FakeHost = linux()): FakeHost =>
  withConnections(
    host,
    listener(),
    connection({ receiveQueue: 100, sendQueue: 2000 }),
    connection({ state: 'SYN-RECEIVED', remotePort: 53_056, descriptor: undefined }),
    connection({ state: 'TIME-WAIT', remotePort: 53_057, descriptor: undefined }),
    connection({ state: 'FIN-WAIT-1', localPort: 49_152, remotePort: 80 }),
  );

describe('ss', () => {
  test('shows connections, with columns as wide as they need to be', () => {
    expect(printed('ss -tn', several())).toBe(
      [
        'State      Recv-Q Send-Q Local Address:Port Peer Address:Port Process',
        'ESTAB      100    2000   192.168.0.1:8080   192.0.2.1:53055',
        'FIN-WAIT-1 0      0      192.168.0.1:49152  192.0.2.1:80',
        '',
      ].join('\n'),
    );
  });

  test.each([
    ['ss -tna', 5],
    ['ss -tl', 1],
    ['ss -tn state established', 1],
    ['ss -tn state syn-recv', 1],
    ['ss -tn state connected', 4],
    ['ss -tn state synchronized', 4],
    ['ss -tn state bucket', 2],
    ['ss -tn state all exclude listening', 4],
    ['ss -tn state established state time-wait', 2],
    ['ss -tna sport = :8080', 4],
    ["ss -tna 'sport = :8080'", 4],
    ["ss -tna '( sport = :8080 and dport = :53057 )'", 1],
    ["ss -tna 'sport != :8080'", 1],
    ["ss -tna 'dport >= :53056 or sport = :49152'", 3],
    ["ss -tna 'not dport > 80'", 2],
    ["ss -tna '! ( dport = :80 || dport = :53055 )'", 3],
    ['ss -tna dst 192.0.2.1', 4],
    ['ss -tna dst 192.0.2.0/24:80', 1],
    ['ss -tna dst 192.0.2.2', 0],
    ['ss -tna src :8080', 4],
    ['ss -tna src 192.168.0.1:8080 dport = :53055', 1],
    ['ss -tna dst != 192.0.2.1:80', 4],
    ['ss -tna dst = 192.0.2.1:80', 1],
    ['ss -tna dst 192.0.2.1:*', 4],
    ["ss -tna 'sport lt :8080'", 0],
    ["ss -tna 'dport < :80'", 1],
    ["ss -tna 'dport <= :80 and dport >= 80 and dport == 80'", 1],
    ["ss -tna 'sport lt :8081 and dport le :53055'", 2],
    ["ss -tna 'dport ge 53056 and dport gt :53056'", 1],
    ["ss -tna 'sport neq 8080'", 1],
    ['ss -4tna', 5],
    ['ss -6tna', 0],
    ['ss --tcp --numeric --all', 5],
  ])('%s', (command, count) => {
    expect(status(command, several())).toBe(0);
    expect(printed(`${command} -H | wc -l`, several())).toBe(`${count}\n`);
    expect(printed(`${command} | wc -l`, several())).toBe(`${count + 1}\n`);
  });

  test('of one state only, its column is left out', () => {
    expect(printed('ss -Htn state established', several())).toBe('100    2000   192.168.0.1:8080   192.0.2.1:53055\n');
  });

  test('writes addresses of IPv6 in brackets, and those of IPv4 as they are mapped', () => {
    const host = withConnections(
      new FakeHost('linux', 'ipv6'),
      connection({ socketFamily: 6, localAddress: 'fd3d::1', remoteAddress: '2001:db8::1' }),
      connection({ socketFamily: 6 }),
      listener({ socketFamily: 6, isDualStack: true, localAddress: '::' }),
      listener({ socketFamily: 6, localAddress: '::' }),
      listener({ localAddress: '0.0.0.0' }),
    );
    const places = printed("ss -Htna | awk '{print $4, $5}'", host).split('\n');
    expect(places).toEqual([
      '[fd3d::1]:8080 [2001:db8::1]:53055',
      '[::ffff:192.168.0.1]:8080 [::ffff:192.0.2.1]:53055',
      '*:8080 *:*',
      '[::]:8080 [::]:*',
      '0.0.0.0:8080 0.0.0.0:*',
      '',
    ]);
    expect(printed('ss -Htna6 | wc -l', host)).toBe('4\n');
    expect(printed("ss -Htna dst '[2001:db8::1]:53055' | wc -l", host)).toBe('1\n');
    expect(printed('ss -Htna dst 2001:db8::/32 | wc -l', host)).toBe('1\n');
  });

  test('-i tells what TCP knows, in the order of ss(8)', () => {
    const host = withConnections(linux(), connection({ info: info() }));
    expect(printed('ss -tin', host).split('\n')[2]).toBe(
      '\t sack cubic wscale:7,8 rto:300 rtt:100/50 ato:40 mss:1460 pmtu:1500 advmss:1460 cwnd:10 segs_out:2 segs_in:2 ' +
        'send 1168000bps lastack:100 rcv_ssthresh:65536 minrtt:100 snd_wnd:32768 rcv_wnd:65536',
    );
    expect(printed('ss -tinO | wc -l', host)).toBe('2\n');
    expect(printed('ss -ti', host)).toContain('send 1.2Mbps');
  });

  test.each([
    [
      { timestampsOk: true, ecnFeedback: 'classic', ecnSeen: true, synDataAcknowledged: true },
      '\t ts sack ecn ecnseen fastopen cubic',
    ],
    [{ ssthresh: 7300, backoffs: 2, rtoNs: 1.2e9 }, 'rto:1200 backoff:2'],
    [{ ssthresh: 7300, cwnd: 7300 }, 'cwnd:5 ssthresh:5'],
    [
      { sinceDataSentNs: 5e6, sinceDataReceivedNs: 7e6, deliveredSegments: 4, deliveredCeSegments: 1 },
      'lastsnd:5 lastrcv:7 lastack:100',
    ],
    [{ deliveredSegments: 4, deliveredCeSegments: 1 }, 'delivered:4 delivered_ce:1'],
    [
      { srttNs: 0, minimumRttNs: Number.POSITIVE_INFINITY, sinceAckReceivedNs: Number.POSITIVE_INFINITY },
      'segs_in:2 rcv_ssthresh:65536 snd_wnd',
    ],
    [{ sentDataSegments: 3, receivedDataSegments: 4, largestReceivedBytes: 100 }, 'data_segs_out:3 data_segs_in:4'],
    [{ largestReceivedBytes: 100, delayedAckNs: 0 }, 'mss:1460 pmtu:1500 rcvmss:100 advmss:1460'],
    [
      { receiverRttNs: 2e6, receiverSpaceBytes: 14_600, unsentBytes: 9 },
      'rcv_rtt:2 rcv_space:14600 rcv_ssthresh:65536 notsent:9',
    ],
    [{ sendBufferLimitedNs: 1e6, busyNs: 2e6 }, 'busy:2ms sndbuf_limited:1ms(50.0%)'],
    [{ windowScaleOk: false, sackOk: false }, '\t cubic rto:300'],
    [{ outOfOrderSegments: 3 }, 'rcv_ooopack:3'],
    [{ srttNs: 1_234_567, rttvarNs: 12_345 }, 'rtt:1.235/0.012'],
    [
      { sentBytes: 3000, resentBytes: 1000, ackedBytes: 5, receivedBytes: 6 },
      'bytes_sent:3000 bytes_retrans:1000 bytes_acked:5 bytes_received:6',
    ],
    [
      { unackedSegments: 3, retransmittedSegments: 1, resentSegments: 4, lostSegments: 2, sackedSegments: 1 },
      'unacked:3 retrans:1/4 lost:2 sacked:1',
    ],
    [
      { pacingRate: 1e6, maximumPacingRate: 2e6, deliveryRate: 1000, deliveryRateAppLimited: true },
      'pacing_rate 8000000bps/16000000bps delivery_rate 8000bps app_limited',
    ],
    [{ busyNs: 1e9, receiveWindowLimitedNs: 25e7 }, 'busy:1000ms rwnd_limited:250ms(25.0%)'],
    [
      { duplicateReports: 1, reorderingSegments: 5, reorderings: 2, unsentBytes: 9, outOfOrderSegments: 3 },
      'dsack_dups:1 reordering:5 reord_seen:2',
    ],
    [
      { congestionControl: 'dctcp', controller: { kind: 'dctcp', alpha: 0.5, markedBytes: 1460, ackedBytes: 2920 } },
      'dctcp:(ce_state:0,alpha:512,ab_ecn:1,ab_tot:2)',
    ],
    [
      {
        controller: {
          kind: 'bbr1',
          phase: 'startup',
          bandwidth: 1e6,
          minimumRttNs: 1e7,
          pacingGain: 2.885,
          cwndGain: 2.885,
        },
      },
      'bbr:(bw:8000000bps,mrtt:10,pacing_gain:2.885,cwnd_gain:2.885)',
    ],
  ] as const)('-i %j', (parts, text) => {
    const host = withConnections(linux(), connection({ info: info(parts) }));
    expect(printed('ss -tin', host)).toContain(text);
  });

  test.each([
    [200e6, '200ms'],
    [50e6, '050ms'],
    [1.234e9, '1.234sec'],
    [2e9, '2sec'],
    [90e9, '1min30sec'],
    [60e9, '1min'],
    [7200e9, '120min'],
    [0, '0ms'],
  ])('-o shows a timer of %d ns as %s', (remainingNs, text) => {
    const host = withConnections(linux(), connection({ timer: { kind: 'on', remainingNs, retries: 2 } }));
    expect(printed('ss -Hton', host)).toContain(` timer:(on,${text},2)\n`);
  });

  test('-K ends what it shows', () => {
    const host = several();
    run('ss -K -tn dport = :80', host);
    expect(host.list.map(({ remotePort }) => remotePort)).not.toContain(80);
    expect(host.list).toHaveLength(4);
  });

  test.each([
    ['ss', 'command ss without -t'],
    ['ss -un', 'command ss -u'],
    ['ss -tnm', 'command ss -m'],
    ['ss -tnp', 'command ss -p'],
    ['ss -tn state open', 'command ss state open'],
    ['ss -tn bogus', 'command ss filter bogus'],
    ['ss -tn sport = http', 'command ss filter sport = http'],
    ["ss -tn '( sport = :1'", 'command ss filter ( sport = :1'],
    ['ss -tn dst somewhere', 'command ss filter dst somewhere'],
    ['ss -tn dst', 'command ss filter dst'],
  ])('%s is left out', (command, what) => {
    expect(() => run(command, several())).toThrow(unsupported(what));
  });
});

describe('netstat', () => {
  test('of Linux', () => {
    expect(printed('netstat -tn', several())).toBe(
      [
        'Active Internet connections (w/o servers)',
        'Proto Recv-Q Send-Q Local Address           Foreign Address         State      ',
        'tcp      100   2000 192.168.0.1:8080        192.0.2.1:53055         ESTABLISHED',
        'tcp        0      0 192.168.0.1:8080        192.0.2.1:53056         SYN_RECV   ',
        'tcp        0      0 192.168.0.1:8080        192.0.2.1:53057         TIME_WAIT  ',
        'tcp        0      0 192.168.0.1:49152       192.0.2.1:80            FIN_WAIT1  ',
        '',
      ].join('\n'),
    );
    expect(printed('netstat -ltn | tail -1', several())).toBe(
      'tcp        0    128 0.0.0.0:8080            0.0.0.0:*               LISTEN     \n',
    );
    expect(printed('netstat -atn | wc -l', several())).toBe('7\n');
    expect(printed('netstat -tn6 | wc -l', several())).toBe('2\n');
    const mapped = withConnections(linux(), connection({ socketFamily: 6 }));
    expect(printed('netstat -tn6 | tail -1', mapped)).toMatch(/^tcp6 .* 192\.168\.0\.1:8080 /);
    expect(printed('netstat -tn4 | wc -l', mapped)).toBe('2\n');
  });

  test('of FreeBSD', () => {
    expect(printed('netstat -n -p tcp | head -3', several(freebsd()))).toBe(
      [
        'Active Internet connections',
        'Proto Recv-Q Send-Q Local Address          Foreign Address        (state)    ',
        'tcp4     100   2000 192.168.0.1.8080       192.0.2.1.53055        ESTABLISHED',
        '',
      ].join('\n'),
    );
    expect(printed('netstat -an -p tcp -f inet | grep -c LISTEN', several(freebsd()))).toBe('1\n');
    const mapped = withConnections(freebsd(), connection({ socketFamily: 6 }));
    expect(printed('netstat -n4 -p tcp | grep -c tcp4', mapped)).toBe('1\n');
    expect(printed('netstat -an -p tcp | grep LISTEN', several(freebsd()))).toContain('*.8080                 *.*  ');
    expect(printed('netstat -n6 -p tcp | wc -l', several(freebsd()))).toBe('       2\n');
  });

  test.each([
    ['netstat', 'command netstat without -t'],
    ['netstat -s', 'command netstat -s'],
    ['netstat -tnp', 'command netstat -p'],
    ['netstat -tn x', 'command netstat without -t'],
  ])('%s is left out', (command, what) => {
    expect(() => run(command)).toThrow(unsupported(what));
  });

  test.each([
    ['netstat -an', 'command netstat without -p tcp'],
    ['netstat -s -p tcp', 'command netstat -s'],
    ['netstat -n -p udp', 'command netstat without -p tcp'],
    ['netstat -n -p tcp -f unix', 'command netstat -f unix'],
    ['netstat -Ln -p tcp', 'command netstat -L'],
  ])('of FreeBSD, %s is left out', (command, what) => {
    expect(() => run(command, freebsd())).toThrow(unsupported(what));
  });
});

describe('sockstat', () => {
  test('lists sockets with their programs', () => {
    expect(printed('sockstat -4 -P tcp -p 8080 -s', several(freebsd()))).toBe(
      [
        'USER     COMMAND    PID   FD  PROTO  LOCAL ADDRESS         FOREIGN ADDRESS       CONN STATE',
        'root     packetdril 1     3   tcp4   *:8080                *:*                   LISTEN',
        'root     packetdril 1     4   tcp4   192.168.0.1:8080      192.0.2.1:53055       ESTABLISHED',
        '?        ?          ?     ?   tcp4   192.168.0.1:8080      192.0.2.1:53056       SYN_RCVD',
        '?        ?          ?     ?   tcp4   192.168.0.1:8080      192.0.2.1:53057       TIME_WAIT',
        '',
      ].join('\n'),
    );
  });

  test.each([
    ['sockstat -4 -P tcp -q', 5],
    ['sockstat -4 -l -P tcp -q', 1],
    ['sockstat -4 -c -P tcp -q -p 8080', 3],
    ['sockstat -4lc -P tcp -q', 5],
    ['sockstat -6 -P tcp -q', 0],
    ['sockstat -46 -P tcp -q', 5],
    ['sockstat -P tcp -q -p 80', 1],
    ['sockstat -P tcp -q -p 1,53056-53057', 2],
    ['sockstat -L -P tcp -q', 5],
    ['sockstat -P tcp -q -s | grep TIME_WAIT', 1],
    ['sockstat -4 -c -P tcp -p 8080 -q -s | grep ESTABLISHED', 1],
  ])('%s', (command, count) => {
    expect(printed(`${command} | grep -c ''`, several(freebsd()))).toBe(`${count}\n`);
  });

  test('grep -c counts, and its exit status is the pipe’s', () => {
    expect(run('sockstat -4 -c -P tcp -p 8080 -s | grep -c ESTABLISHED', several(freebsd()))).toMatchObject({
      output: '1\n',
      exitCode: 0,
    });
    // Without -s there are no states.
    expect(run('sockstat -4 -c -P tcp -p 8080 | grep -c ESTABLISHED', several(freebsd()))).toMatchObject({
      output: '0\n',
      exitCode: 1,
    });
  });

  test('shows stack and controller, and both families of a listener', () => {
    const host = withConnections(
      freebsd(),
      connection({ info: info({ congestionControl: 'reno' }) }),
      listener({ socketFamily: 6, isDualStack: true, localAddress: '::' }),
    );
    const [header, first, second] = printed('sockstat -P tcp -S -C -s', host).split('\n');
    expect(header).toMatch(/ CONN STATE +STACK +CC$/);
    expect(first).toMatch(/ ESTABLISHED +freebsd +newreno$/);
    expect(second).toMatch(/ tcp46 +\*:8080 +\*:\* +LISTEN +freebsd +$/);
    expect(printed('sockstat -4 -l -P tcp -q | wc -l', host).trim()).toBe('1');
    expect(printed('sockstat -6 -l -P tcp -q | wc -l', host).trim()).toBe('1');
  });

  test('a port that is none', () => {
    expect(run('sockstat -P tcp -p http', freebsd())).toMatchObject({
      exitCode: 1,
      errors: "sockstat: can't parse port list http\n",
    });
  });

  test.each([
    ['sockstat -4', 'command sockstat without -P tcp'],
    ['sockstat -P udp', 'command sockstat without -P tcp'],
    ['sockstat -P tcp -u', 'command sockstat -u'],
    ['sockstat -P tcp x', 'command sockstat x'],
    ['sockstat -P', 'command sockstat -P without a value'],
  ])('%s is left out', (command, what) => {
    expect(() => run(command, freebsd())).toThrow(unsupported(what));
  });
});

describe('tcpdrop', () => {
  const left = (host: FakeHost): readonly string[] => host.list.map(({ state }) => state);

  test.each([
    ['tcpdrop -a', ['LISTEN']],
    ['tcpdrop -s TIME_WAIT', ['LISTEN', 'ESTABLISHED', 'SYN-RECEIVED', 'FIN-WAIT-1']],
    ['tcpdrop 192.168.0.1 8080 192.0.2.1 53055', ['LISTEN', 'SYN-RECEIVED', 'TIME-WAIT', 'FIN-WAIT-1']],
    ['tcpdrop 192.168.0.1:49152 192.0.2.1:80', ['LISTEN', 'ESTABLISHED', 'SYN-RECEIVED', 'TIME-WAIT']],
    ['tcpdrop 192.168.0.1.49152 192.0.2.1.80', ['LISTEN', 'ESTABLISHED', 'SYN-RECEIVED', 'TIME-WAIT']],
    ['tcpdrop -S freebsd -s FIN_WAIT_1', ['LISTEN', 'ESTABLISHED', 'SYN-RECEIVED', 'TIME-WAIT']],
  ])('%s', (command, states) => {
    const host = several(freebsd());
    expect(run(command, host)).toMatchObject({ exitCode: 0, output: expect.stringContaining(': dropped\n') });
    expect(left(host)).toEqual(states);
  });

  test('-l only says what it would do', () => {
    const host = several(freebsd());
    expect(printed('tcpdrop -l -a | grep 53057', host)).toBe('tcpdrop 192.168.0.1 8080 192.0.2.1 53057\n');
    expect(left(host)).toHaveLength(5);
    expect(status('tcpdrop -l -a | grep -v 53057 | sh', host)).toBe(0);
    expect(left(host)).toEqual(['LISTEN', 'TIME-WAIT']);
  });

  test('by its controller', () => {
    const host = withConnections(
      freebsd(),
      connection({ info: info() }),
      connection({ info: info({ congestionControl: 'reno' }) }),
    );
    run('tcpdrop -C newreno', host);
    expect(host.list.map((one) => one.info?.congestionControl)).toEqual(['cubic']);
  });

  test.each(['tcpdrop', 'tcpdrop 1 2 3', 'tcpdrop 192.168.0.1 8080 192.0.2.1 1', 'tcpdrop -a x'])(
    '%s fails',
    (command) => {
      const host = several(freebsd());
      expect(run(command, host)).toMatchObject({
        exitCode: 1,
        output: '',
        errors: expect.stringMatching(/^tcpdrop: /),
      });
      expect(left(host)).toHaveLength(5);
    },
  );

  test.each([
    ['tcpdrop -s OPEN', 'command tcpdrop -s OPEN'],
    ['tcpdrop -S rack -a', 'command tcpdrop -S rack'],
    ['tcpdrop -x', 'command tcpdrop -x'],
  ])('%s is left out', (command, what) => {
    expect(() => run(command, freebsd())).toThrow(unsupported(what));
  });
});

describe('nstat', () => {
  const counting = (): FakeHost => {
    const host = linux();
    host.counted = new Map([
      ['TcpRetransSegs', 3],
      ['TcpExtTCPTimeouts', 1],
      ['TcpExtTCPFastRetrans', 0],
    ]);
    return host;
  };

  test('shows what was counted', () => {
    expect(printed('nstat', counting())).toBe(
      '#kernel\nTcpRetransSegs                  3                  0.0\nTcpExtTCPTimeouts               1                  0.0\n',
    );
  });

  test.each([
    ["nstat -az | awk '{print $1, $2}'", '#kernel \nTcpRetransSegs 3\nTcpExtTCPTimeouts 1\nTcpExtTCPFastRetrans 0\n'],
    ['nstat -asz TcpExtTCPFastRetrans | grep -c TCPFastRetrans', '1\n'],
    ['nstat TcpExtTCPFastRetrans | grep -c TCPFastRetrans', '0\n'],
    ["nstat -a 'TcpExt*' | wc -l", '2\n'],
    ['nstat -az TcpRetransSegs TcpExtTCPTimeout? | wc -l', '3\n'],
    ['nstat -n', ''],
  ])('%s', (command, output) => {
    expect(printed(command, counting())).toBe(output);
  });

  test('shows what has changed since it was asked last', () => {
    const host = counting();
    run('nstat -n', host);
    expect(printed('nstat', host)).toBe('#kernel\n');
    host.counted.set('TcpRetransSegs', 5);
    expect(printed("nstat -s | awk '/Retrans/ {print $2}'", host)).toBe('2\n');
    expect(printed("nstat | awk '/Retrans/ {print $2}'", host)).toBe('2\n');
    expect(printed('nstat', host)).toBe('#kernel\n');
    expect(printed("nstat -a | awk '/Retrans/ {print $2}'", host)).toBe('5\n');
    expect(printed("nstat -r | awk '/Retrans/ {print $2}'", host)).toBe('5\n');
  });

  test.each([
    ['nstat TcpExtTCPHystartTrainDetect', 'counter TcpExtTCPHystartTrainDetect'],
    ["nstat 'Udp*'", 'counter Udp*'],
    ["nstat '[a'", 'counter [a'],
    ['nstat -j', 'command nstat -j'],
    ['nstat -d 5', 'command nstat -d'],
  ])('%s is left out', (command, what) => {
    expect(() => run(command, counting())).toThrow(unsupported(what));
  });
});

describe('setkey', () => {
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

  test('adds keys for MD5 signatures', () => {
    const host = freebsd();
    const command = `setkey -c <<EOF
# both ways
flush;
spdflush;
add 192.168.0.1 192.0.2.1 tcp 0x1000 -A tcp-md5 "se cret" ;
add -4 192.0.2.1 192.168.0.1 tcp 4096 -m transport -A tcp-md5 0x414243;
EOF`;
    expect(run(command, host)).toMatchObject({ exitCode: 0, output: '' });
    expect(host.keys.map(({ source, destination, secret }) => [source, destination, text(secret)])).toEqual([
      ['192.168.0.1', '192.0.2.1', 'se cret'],
      ['192.0.2.1', '192.168.0.1', 'ABC'],
    ]);
    run('setkey -FP', host);
    expect(host.keys).toHaveLength(2);
    run('setkey -F', host);
    expect(host.keys).toHaveLength(0);
  });

  test('from a pipe or a file', () => {
    const host = freebsd();
    run('echo \'add 192.168.0.1 192.0.2.1 tcp 0x1000 -A tcp-md5 "a#b;c";\' | setkey -c', host);
    host.files.set('keys', 'flush;');
    expect(host.keys.map(({ secret }) => text(secret))).toEqual(['a#b;c']);
    run('setkey -f keys', host);
    expect(host.keys).toHaveLength(0);
    expect(run('setkey -f missing', host)).toMatchObject({ exitCode: 1, errors: expect.stringContaining('missing') });
    run("echo 'flush esp;' | setkey -c", host);
    expect(host.deeds).toEqual(['remove keys']);
  });

  test.each([
    ['spdadd a b any -P out', 'setkey spdadd'],
    ['add 192.0.2.1 192.168.0.1 esp 1 -E null', 'setkey add esp'],
    ['add 192.0.2.1 192.168.0.1 tcp 1 -A hmac-md5 "x"', 'setkey -A hmac-md5'],
    ['add 192.0.2.1 192.168.0.1 tcp x -A tcp-md5 "x"', 'setkey SPI x'],
    ['add 192.0.2.1 192.168.0.1 tcp 1', 'setkey add without -A tcp-md5'],
    ['add 192.0.2.1 192.168.0.1 tcp 1 -A tcp-md5 x', 'setkey key x'],
    ['add here there tcp 1 -A tcp-md5 "x"', 'setkey address here'],
    ['add 192.0.2.1', 'setkey add without a value'],
    ['add 192.0.2.1 192.168.0.1', 'setkey add without a value'],
    ['add 192.0.2.1 192.168.0.1 tcp', 'setkey tcp without a value'],
    ['add 192.0.2.1 192.168.0.1 tcp 1 -m tunnel', 'setkey -m tunnel'],
    ['add 192.0.2.1 192.168.0.1 tcp 1 -r 4', 'setkey -r'],
  ])('%s is left out', (statement, what) => {
    expect(() => run(`echo '${statement};' | setkey -c`, freebsd())).toThrow(unsupported(what));
  });

  test.each([
    ['echo flush | setkey -c', 'setkey flush without ; behind it'],
    ['setkey -D', 'command setkey -D'],
    ['setkey', 'command setkey without -c'],
  ])('%s is left out', (command, what) => {
    expect(() => run(command, freebsd())).toThrow(unsupported(what));
  });
});
