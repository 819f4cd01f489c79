/** The rules by which a script passes, fails or is unsupported. */
import { describe, expect, test } from 'vitest';
import type { RunSettings, ScriptResult } from '../../../../src/packetdrill/run/result.ts';
import { runScript } from '../../../../src/packetdrill/run/run-script.ts';

const LISTENING = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
`;
const SYN_ACK = 'S. 0:0(0) ack 1 win 64240 <mss 1460,nop,nop,sackOK>';
const ESTABLISHED = `${LISTENING}+0 < S 0:0(0) win 65535 <mss 1000,sackOK,nop,nop>
+0 > ${SYN_ACK}
+.1 < . 1:1(0) ack 1 win 65535
+0 accept(3, ..., ...) = 4
`;

const run = (text: string, settings: RunSettings = {}): ScriptResult => runScript('test.pkt', text, settings);
/** `pass`, or the verdict with line and reason. */
const outcome = (text: string, settings?: RunSettings): string => {
  const { verdict, place, reason } = run(text, settings);
  return verdict === 'pass' ? 'pass' : `${verdict} ${place?.line}: ${reason}`;
};

describe('a packet that is expected', () => {
  test.each([
    ['is that of the wire', `+0 < S 0:0(0) win 1000\n+0 > ${SYN_ACK.replace(',nop,nop,sackOK', '')}`, 'pass'],
    ['may leave its options open', '+0 < S 0:0(0) win 1000\n+0 > S. 0:0(0) ack 1 <...>', 'pass'],
    ['may leave its window out', '+0 < S 0:0(0) win 1000\n+0 > S. 0:0(0) ack 1 <mss 1460>', 'pass'],
    ['may leave a value open', '+0 < S 0:0(0) win 1000\n+0 > S. 0:0(0) ack 1 <mss ...>', 'pass'],
    [
      'has no options where none are written',
      '+0 < S 0:0(0) win 1000\n+0 > S. 0:0(0) ack 1',
      'fail 5: options is <mss 1460>, not others',
    ],
    [
      'fails by its window',
      '+0 < S 0:0(0) win 1000\n+0 > S. 0:0(0) ack 1 win 64241 <...>',
      'fail 5: win is 64240, not 64241',
    ],
    ['fails by its flags', '+0 < S 0:0(0) win 1000\n+0 > S 0:0(0) <...>', 'fail 5: flags is S., not S'],
    ['fails by its acknowledgment', '+0 < S 9:9(0) win 1000\n+0 > S. 0:0(0) ack 1 <...>', 'fail 5: ack is 10, not 1'],
    [
      'fails by an option',
      '+0 < S 0:0(0) win 9\n+0 > S. 0:0(0) ack 1 <mss 1461>',
      'fail 5: options is <mss 1460>, not others',
    ],
    [
      'fails by its codepoint',
      '+0 < S 0:0(0) win 9\n+0 > [ect0] S. 0:0(0) ack 1 <...>',
      'fail 5: ECN is noecn, not ect0',
    ],
    ['fails by its hop limit', '+0 < S 0:0(0) win 9\n+0 > [ttl 63] S. 0:0(0) ack 1 <...>', 'fail 5: ttl is 64, not 63'],
    [
      'fails if it does not come',
      '+0 < S 0:0(0) win 9\n+0 > S. 0:0(0) ack 1 <...>\n+.1 > S. 0:0(0) ack 1 <...>',
      'fail 6: no packet came by 0.104000',
    ],
    [
      'is found where another is expected',
      '+0 < S 0:0(0) win 9\n+0 > S. 0:0(0) ack 1 <...>\n+0 < R 1:1(0) win 0\n+0 < S 5:5(0) win 9\n+0 > S. 0:0(0) ack 1 <...>',
      'fail 8: ack is 6, not 1',
    ],
  ])('%s', (_name, script, expected) => expect(outcome(LISTENING + script)).toBe(expected));

  test('that nobody asks for before the script ends is not looked at', () => {
    expect(outcome(`${LISTENING}+0 < S 0:0(0) win 9`)).toBe('pass');
  });
});

describe('the time of a packet', () => {
  // The SYN-ACK is sent again after a second: RFC 6298 §2.1.
  const again = (time: string, options = ''): string =>
    outcome(`${options}${LISTENING}+0 < S 0:0(0) win 9\n+0 > S. 0:0(0) ack 1 <...>\n${time} > S. 0:0(0) ack 1 <...>`);
  test.each([
    ['+1', '', 'pass'],
    ['1.0', '', 'pass'],
    ['+1.004', '', 'pass'],
    ['+0.996', '', 'pass'],
    ['+1.005', '', 'fail 6: time is 1.000000, not 1.005000'],
    ['+0.995', '', 'fail 6: no packet came by 0.999000'],
    ['+.9~+1.1', '', 'pass'],
    ['.5~1.5', '', 'pass'],
    ['+.5~+.8', '', 'fail 6: no packet came by 0.804000'],
    ['+1.2~+1.5', '', 'fail 6: time is 1.000000, not 1.200000 to 1.500000'],
    ['*', '', 'pass'],
    ['+1.09', '--tolerance_usecs=100000\n', 'pass'],
    ['+1.04', '--tolerance_percent=5\n', 'pass'],
    ['+1.11', '--tolerance_percent=5\n', 'fail 7: time is 1.000000, not 1.110000'],
  ])('%s %s', (time, options, expected) => expect(again(time, options)).toBe(expected));

  test('counts from when the event before was due, not from when it came', () => {
    expect(again('+1.003').startsWith('pass')).toBe(true);
    const twice = `${LISTENING}+0 < S 0:0(0) win 9\n+0 > S. 0:0(0) ack 1 <...>
+1.003 > S. 0:0(0) ack 1 <...>\n+2.003 > S. 0:0(0) ack 1 <...>`;
    expect(outcome(twice)).toBe('fail 7: time is 3.000000, not 3.006000');
  });

  test('counts from when it came, if that event had no time of its own', () => {
    expect(
      outcome(`${LISTENING}+0 < S 0:0(0) win 9\n+0 > S. 0:0(0) ack 1 <...>
* > S. 0:0(0) ack 1 <...>\n+2 > S. 0:0(0) ack 1 <...>`),
    ).toBe('pass');
  });

  test('cannot go back', () => {
    const result = run(`${LISTENING}1 < S 0:0(0) win 9\n.5 < S 0:0(0) win 9`);
    expect(result.isSyntaxError).toBe(true);
    expect(result.reason).toBe('0.500000 lies before the event above it, at 1.000000');
  });
});

describe('segments of one burst', () => {
  const sends = (written: number, expected: string): string =>
    outcome(
      `${ESTABLISHED}+0 setsockopt(4, IPPROTO_TCP, TCP_NODELAY, [1], 4) = 0\n+0 write(4, ..., ${written}) = ${written}\n${expected}`,
    );
  test.each([
    ['are one packet', 5000, '+0 > P. 1:5001(5000) ack 1', 'pass'],
    [
      'are as many as they are',
      3000,
      '+0 > . 1:1001(1000) ack 1\n+0 > . 1001:2001(1000) ack 1\n+0 > P. 2001:3001(1000) ack 1',
      'pass',
    ],
    ['are cut where the script cuts', 5000, '+0 > . 1:2001(2000) ack 1\n+0 > P. 2001:5001(3000) ack 1', 'pass'],
    ['end with a shorter one', 2500, '+0 > P. 1:2501(2500) ack 1', 'pass'],
    ['are not cut within one', 5000, '+0 > . 1:1501(1500) ack 1', 'fail 10: length is 2000, not 1500'],
    ['have PSH on the last alone', 5000, '+0 > P. 1:2001(2000) ack 1', 'fail 10: flags is ., not P.'],
    ['are not more than were sent', 5000, '+0 > P. 1:6001(6000) ack 1', 'fail 10: length is 5000, not 6000'],
  ])('%s', (_name, written, expected, verdict) => expect(sends(written, expected)).toBe(verdict));

  test('of two moments are two packets', () => {
    expect(
      outcome(`${ESTABLISHED}+0 setsockopt(4, IPPROTO_TCP, TCP_NODELAY, [1], 4) = 0
+0 write(4, ..., 1000) = 1000\n+.001 write(4, ..., 1000) = 1000\n+0 > P. 1:2001(2000) ack 1`),
    ).toBe('fail 11: flags is P., not P.; length is 1000, not 2000'.replace('flags is P., not P.; ', ''));
  });
});

describe('a call', () => {
  test.each([
    ['returns what it should', '+0 write(4, ..., 100) = 100', 'pass'],
    ['fails by its result', '+0 write(4, ..., 100) = 99', 'fail 8: write: result is 100, not 99'],
    ['says its error', '+0 recv(4, ..., 100, MSG_DONTWAIT) = -1 EAGAIN (Resource temporarily unavailable)', 'pass'],
    ['has other names for an error', '+0 recv(4, ..., 100, MSG_DONTWAIT) = -1 EWOULDBLOCK', 'pass'],
    [
      'fails by its error',
      '+0 recv(4, ..., 100, MSG_DONTWAIT) = -1 EPIPE',
      'fail 8: recv: result is -1 EAGAIN, not -1 EPIPE',
    ],
    ['may return anything', '+0 write(4, ..., 100) = ...', 'pass'],
    [
      'that would wait needs an end',
      '+0 read(4, ..., 100) = 100',
      'fail 8: read would block; say until when: 0.100000...END',
    ],
    ['waits until its end', '+0...0.2 read(4, ..., 100) = 100\n+.2 < P. 1:101(100) ack 1 win 9', 'pass'],
    [
      'ends too early',
      '+0...0.2 read(4, ..., 100) = 100\n+.1 < P. 1:101(100) ack 1 win 9',
      'fail 8: read: time is 0.200000, not 0.300000',
    ],
    [
      'ends too late',
      '+0...0.2 read(4, ..., 100) = 100\n+.3 < P. 1:101(100) ack 1 win 9',
      'fail 8: read: time is 0.400000, not 0.300000',
    ],
    [
      'still waits',
      '+0...0.2 read(4, ..., 100) = 100\n+.1 write(4, ..., 1) = 1',
      'fail 8: read still waits at 0.304000, and should have ended by 0.300000',
    ],
    [
      'lets the next one wait for it',
      '+0...0.2 read(4, ..., 9) = 9\n+.2 < P. 1:10(9) ack 1 win 9\n+0 write(4, ..., 1) = 1',
      'pass',
    ],
    ['knows a descriptor by its number', '+0 write(7, ..., 100) = -1 EBADF', 'pass'],
    ['compares what was filled in', '+0 poll([{fd=4, events=POLLIN|POLLOUT, revents=POLLOUT}], 1, 0) = 1', 'pass'],
    [
      'fails by what was filled in',
      '+0 poll([{fd=4, events=POLLIN|POLLOUT, revents=POLLIN}], 1, 0) = 1',
      'fail 8: poll: revents is POLLOUT, not POLLIN',
    ],
    ['waits for its time-out', '+0...0.05 poll([{fd=4, events=POLLIN, revents=0}], 1, 50) = 0', 'pass'],
  ])('%s', (_name, script, expected) => expect(outcome(`${ESTABLISHED}${script}`)).toBe(expected));

  test('gives a descriptor the number that the script says', () => {
    expect(
      outcome(`0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 17\n+0 bind(17, ..., ...) = 0\n+0 listen(17, 1) = 0
+0 < S 0:0(0) win 9\n+0 > S. 0:0(0) ack 1 <...>\n+0 < . 1:1(0) ack 1 win 9\n+0 accept(17, ..., ...) = 5\n+0 close(5) = 0`),
    ).toBe('pass');
  });
});

describe('numbers', () => {
  test('of the host count from its SYN, wherever the script lets that be', () => {
    expect(
      outcome(`0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0...0.1 connect(3, ..., ...) = 0
+0 > S 1000:1000(0) <...>\n+.1 < S. 5000:5000(0) ack 1001 win 9999 <mss 1460>\n+0 > . 1001:1001(0) ack 5001
+0 write(3, ..., 10) = 10\n+0 > P. 1001:1011(10) ack 5001`),
    ).toBe('pass');
  });

  test('of SACK blocks count like those they are about', () => {
    expect(
      outcome(`${ESTABLISHED}+0 < . 2001:3001(1000) ack 1 win 9\n+0 > . 1:1(0) ack 1 <nop,nop,sack 2001:3001>`),
    ).toBe('pass');
  });

  const stamped = (echo: number): string =>
    outcome(`0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0...0.1 connect(3, ..., ...) = 0
+0 > S 0:0(0) <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>
+.1 < S. 0:0(0) ack 1 win 9999 <mss 1460,sackOK,TS val 700 ecr 100>
+0 > . 1:1(0) ack 1 <nop,nop,TS val 200 ecr ${echo}>`);

  test('of timestamps are the script’s where they are echoed', () => {
    expect(stamped(700)).toBe('pass');
    expect(stamped(701)).toMatch(/^fail 5: options is /);
  });

  test('a timestamp must advance as it says, with a tick', () => {
    expect(
      outcome(`--tcp_ts_tick_usecs=1000
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0...7 connect(3, ..., ...) = -1 ETIMEDOUT
+0 > S 0:0(0) <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>
+1 > S 0:0(0) <mss 1460,sackOK,TS val 1600 ecr 0,nop,wscale 7>`),
    ).toMatch(/^fail 5: options is .*TS val 1100/);
  });
});

describe('which conversation a packet is of', () => {
  test('ports tell', () => {
    expect(
      outcome(`${LISTENING}+0 < 4000 > 8080 S 0:0(0) win 9\n+0 < 4001 > 8080 S 50:50(0) win 9
+0 > 8080 > 4000 S. 0:0(0) ack 1 <...>\n+0 > 8080 > 4001 S. 0:0(0) ack 51 <...>`),
    ).toBe('pass');
  });

  test('a packet of another one is not the expected one', () => {
    expect(outcome(`${LISTENING}+0 < 4000 > 8080 S 0:0(0) win 9\n+0 > 8080 > 4009 S. 0:0(0) ack 1 <...>`)).toBe(
      'fail 5: destination port is 4000, not 4009',
    );
  });

  test('a descriptor tells', () => {
    expect(
      outcome(`${LISTENING}+0 < 4000 > 8080 S 0:0(0) win 9\n+0 > 8080 > 4000 S. 0:0(0) ack 1 <...>
+0 < 4000 > 8080 . 1:1(0) ack 1 win 9\n+0 accept(3, ..., ...) = 4
+0 < 4001 > 8080 S 0:0(0) win 9\n+0 > 8080 > 4001 S. 0:0(0) ack 1 <...>
+0 < sock(4) P. 1:11(10) ack 1 win 9\n+0 > sock(4) . 1:1(0) ack 11`),
    ).toBe('pass');
  });

  test('a SYN after the end of one begins another', () => {
    const once = '+0 < S 0:0(0) win 9\n+0 > S. 0:0(0) ack 1 <...>\n+0 < R 1:1(0) win 0\n';
    expect(outcome(LISTENING + once + once)).toBe('pass');
  });
});

describe('other packets', () => {
  test('an error quotes what the host has sent', () => {
    expect(
      outcome(`--ip_version=ipv4\n${ESTABLISHED}+0 write(4, ..., 1000) = 1000\n+0 > P. 1:1001(1000) ack 1
+0 < icmp unreachable frag_needed mtu 600 [1:1001(1000)]\n+0 > . 1:561(560) ack 1\n+.1 < . 1:1(0) ack 561 win 65535\n+0 > P. 561:1001(440) ack 1`),
    ).toBe('pass');
  });

  test('a datagram to a port that is closed is answered by ICMP', () => {
    expect(
      outcome('--ip_version=ipv4\n0 < 5000 > 9 udp (20)\n+0 > icmp unreachable port_unreachable [5000 > 9 udp (20)]'),
    ).toBe('pass');
    expect(
      outcome('--ip_version=ipv6\n0 < 5000 > 9 udp (20)\n+0 > icmpv6 unreachable port_unreachable [5000 > 9 udp (20)]'),
    ).toBe('pass');
  });

  test('an echo is answered', () => {
    expect(outcome('0 < icmp echo_request id 7 seq 3 (32)\n+0 > icmp echo_reply id 7 seq 3 (32)')).toBe('pass');
    expect(outcome('0 < icmp echo_request id 7 seq 3 (32)\n+0 > icmp echo_reply id 7 seq 4 (32)')).toBe(
      'fail 2: seq is 3, not 4',
    );
  });

  test('datagrams go both ways', () => {
    expect(
      outcome(`0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3\n+0 bind(3, ..., ...) = 0
+0 sendto(3, ..., 100, 0, ..., ...) = 100\n+0 > udp (100)\n+0 < udp (50)\n+0 recv(3, ..., 100, 0) = 50`),
    ).toBe('pass');
  });

  test('a wrong checksum is dropped', () => {
    expect(outcome(`${LISTENING}+0 < S 0:0(0) win 9 csum bad\n+.1 < S 7:7(0) win 9\n+0 > S. 0:0(0) ack 8 <...>`)).toBe(
      'pass',
    );
  });

  test('a signature is made and verified with the secret', () => {
    const signed = (digest: string, answer: string): string => `--ip_version=ipv4\n--tcp_md5_secret=xyzzy
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 bind(3, ..., ...) = 0
+0 setsockopt(3, IPPROTO_TCP, TCP_MD5SIG, {tcpm_key="xyzzy"}, 1) = 0\n+0 listen(3, 1) = 0
+0 < S 0:0(0) win 9 <mss 1460,nop,nop,md5 ${digest}>\n+0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,md5 ${answer}>`;
    expect(outcome(signed('valid', 'valid'))).toBe('pass');
    expect(outcome(signed('valid', 'invalid'))).toMatch(/^fail 8: MD5 signature is valid, not invalid/);
    expect(outcome(signed('invalid', 'valid'))).toMatch(/^fail 8: no packet came/);
  });
});

test('a key of FreeBSD’s table signs what a socket with TCP_MD5SIG sends', () => {
  const keyed = (secret: string): string => `--ip_version=ipv4\n--tcp_md5_secret=xyzzy
\`sysctl net.inet.tcp.sack.enable=0; echo 'add 192.168.0.1 192.0.2.1 tcp 0x1000 -A tcp-md5 "${secret}" ;' | setkey -c\`
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 bind(3, ..., ...) = 0
+0 setsockopt(3, IPPROTO_TCP, TCP_MD5SIG, [1], 4) = 0\n+0 listen(3, 1) = 0
+0 < S 0:0(0) win 9 <mss 1460,nop,nop,md5 valid>\n+0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,md5 valid>`;
  expect(outcome(keyed('xyzzy'))).toBe('pass');
  expect(outcome(keyed('plugh'))).toMatch(/^fail 9: no packet came/);
});

describe('what is not there makes a script unsupported, by its name', () => {
  test.each([
    ['+0 mmap(4, 5) = 0', 'system call mmap'],
    ['+0 setsockopt(4, SOL_SOCKET, SO_NO_SUCH_THING, [1], 4) = 0', 'socket option SO_NO_SUCH_THING'],
    ['+0 send(4, ..., 1, MSG_NO_SUCH_THING) = 1', 'constant MSG_NO_SUCH_THING'],
    ['+0 ioctl(4, 77, [1]) = 0', 'ioctl with 77'],
  ])('%s', (script, name) => expect(outcome(ESTABLISHED + script)).toBe(`unsupported 8: ${name}`));

  test('an option of the script', () => {
    expect(outcome('--no_such_option=1\n0 < S 0:0(0) win 9')).toBe('unsupported 1: option --no_such_option');
  });
});

describe('a script that is none', () => {
  test.each([
    ['0 < X 0:0(0)', 1, 5],
    ['0 socket(...) = 3', 1, 1],
    ['--mtu=99999\n0 < S 0:0(0)', 1, 1],
    ['--ip_version=ipv7\n0 < S 0:0(0)', 1, 1],
    ['--local_ip=nowhere\n0 < S 0:0(0)', 1, 1],
    ['--ip_version=ipv6 --local_ip=10.0.0.1\n0 < S 0:0(0)', 1, 19],
  ])('%s', (text, line, column) => {
    const result = run(text);
    expect({ ...result.place, isSyntaxError: result.isSyntaxError }).toEqual({ line, column, isSyntaxError: true });
    expect(result.reason.length).toBeGreaterThan(10);
  });
});

test('what need not be fatal is a warning', () => {
  const result = run(
    `--non_fatal=packet,syscall\n${LISTENING}+0 < S 0:0(0) win 9\n+0 > S. 0:0(0) ack 2 <...>\n+0 listen(3, 1) = 5`,
  );
  expect(result.verdict).toBe('pass');
  expect(result.output).toEqual(['6:1: ack is 1, not 2 (not fatal)', '7:1: listen: result is 0, not 5 (not fatal)']);
});

test('a failure tells what was expected, what came, why, and how it came to that', () => {
  const { details } = run(
    `${ESTABLISHED}+0 write(4, ..., 1000) = 1000\n+0 > P. 1:1001(1000) ack 1\n+.3 > P. 1:1001(1000) ack 2`,
  );
  const story = details.join('\n');
  expect(story).toContain('  expected: +.3 > P. 1:1001(1000) ack 2\n  came:     0.400000 > P. 1:1001(1000) ack 1 win ');
  expect(story).toMatch(/\n +\^\n {2}ack is 1, not 2\n/);
  expect(story).toContain('  it was:   a tail loss probe (RFC 8985 §7.3)');
  expect(story).toContain(': ESTABLISHED, ');
  expect(story).toContain('● write(4, ..., 1000)');
  expect(story).toMatch(/↻ TLP PSH ACK seq 1:1001/);
});

test('the same script gives the same bytes', () => {
  const bytes = (): string[] =>
    run(`${ESTABLISHED}+0 write(4, ..., 5000) = 5000`).events.map((event) =>
      'bytes' in event ? String(event.bytes) : '',
    );
  expect(bytes()).toEqual(bytes());
  expect(bytes().join('').length).toBeGreaterThan(1000);
});
