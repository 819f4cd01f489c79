/** Whatever the command, it ends, and throws nothing but `Unsupported` and `ShellError`. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ShellError } from '../../../../src/packetdrill/shell/shell-error.ts';
import { Unsupported } from '../../../../src/packetdrill/unsupported.ts';
import { connection, freebsd, linux, listener, run } from './fake-host.ts';

const PIECES = [
  ...' \n\t;&|<>()$`"\'\\#!{}=*?[]-+/.,:~%@^0129aAx',
  ' ',
  ' ',
  ' ; ',
  ' | ',
  ' && ',
  '$(',
  '$((',
  '${',
  '<<EOF\n',
  'EOF\n',
  '2>&1',
  '> /dev/null',
  '> /proc/sys/net/ipv4/tcp_sack',
  'if ',
  '; then ',
  '; else ',
  '; fi',
  'for x in ',
  '; do ',
  '; done',
  'echo ',
  'printf ',
  '%s',
  '%d',
  'test ',
  '[ ',
  ' ]',
  '-eq ',
  'sysctl ',
  'net.ipv4.tcp_sack',
  'net.ipv4.tcp_rmem',
  '=1',
  'ip ',
  'route ',
  'change ',
  '192.0.2.0/24 ',
  'dev tun0 ',
  'mtu ',
  'initcwnd ',
  'ss -tn ',
  'sport = :8080 ',
  'netstat ',
  'sockstat -P tcp ',
  'tcpdrop ',
  'nstat ',
  'setkey -c ',
  'add ',
  'tc qdisc ',
  'grep ',
  'grep -E ',
  '-o ',
  '(a*)* ',
  'a{2,3} ',
  'awk ',
  '{print $1} ',
  'cut -d ',
  'tr -d ',
  'head -n ',
  'wc -l ',
  'cat ',
  '. ./a.sh ',
  './a.sh ',
  'sh -c ',
  'eval ',
  'exit ',
  'set -e ',
  'shift ',
  'sleep ',
  'A=1 ',
  '$A ',
  '$x ',
  '$@ ',
  '$?',
];

const PROGRAMS = (
  '. [ awk basename bash cat cut dirname echo egrep ethtool eval exit export false fgrep grep head ifconfig ip ' +
  'kldload kldstat modprobe netstat nstat printf return route set set_sysctls.py setkey sh shift sleep sockstat source ss ' +
  'sysctl tail tc tcpdrop test tr true unset usleep wc'
).split(' ');

const WORDS: readonly string[] = [
  '',
  ...(
    '- -- -1 -4 -6 -A -C -E -F -FP -H -K -P -S -a -c -d -e -f -h -i -l -m -n -o -p -q -s -t -tn -v -w -x -z 0 1 2 8080 65536 ' +
    '1.5 +1 1e9 0x10 -3 a A=1 $1 {print /a/ } ( ) ! = == != -eq < > , . / : ; # * [ ] \\ \\( \\1 a* a{2} %s %5d %q ' +
    'dev tun0 lo eth0 root fq pfifo netem limit mtu lock initcwnd initrwnd rto_min advmss congctl cubic features ecn default ' +
    '192.0.2.1 192.0.2.0/24 10.0.0.1/8 2001:db8::/32 via src table main add del change replace show flush cache all set addr ' +
    'link route tcp_metrics qdisc up down tso off on tcp state established sport dport = :8080 and or not dst src ESTABLISHED ' +
    'net.ipv4.tcp_sack=0 net.ipv4.tcp_rmem net.inet.tcp.msl=1 /proc/sys/net/ipv4/tcp_ecn=1 TcpRetransSegs Tcp* ./a.sh missing ' +
    '/dev/null -K -host -mtu inet alias tcp_bbr cc_cubic a-z A-Z 1-2,3 [:digit:] constructor __proto__ toString'
  ).split(' '),
];

/** Runs it on a host where there is something to see. */
function attempt(command: string, profile: 'linux' | 'freebsd'): void {
  const host = profile === 'linux' ? linux() : freebsd();
  host.list = [listener(), connection()];
  host.counted = new Map([['TcpRetransSegs', 1]]);
  host.files.set('./a.sh', command);
  try {
    const { exitCode } = run(command, host);
    expect(Number.isInteger(exitCode)).toBe(true);
  } catch (error) {
    if (!(error instanceof Unsupported || error instanceof ShellError)) throw error;
    expect(error.message).not.toMatch(/undefined|\[object|NaN/);
    if (error instanceof ShellError) {
      expect(error.offset).toBeGreaterThanOrEqual(0);
      expect(error.offset).toBeLessThanOrEqual(command.length);
    }
  }
}

describe('any text', () => {
  const texts = fc.array(fc.constantFrom(...PIECES), { maxLength: 25 }).map((pieces) => pieces.join(''));

  test.each(['linux', 'freebsd'] as const)('of pieces of commands, on %s', (profile) => {
    fc.assert(
      fc.property(texts, (text) => attempt(text, profile)),
      { numRuns: 1500, seed: 1 },
    );
  });

  test.each(['linux', 'freebsd'] as const)('of programs with any words, on %s', (profile) => {
    const commands = fc
      .tuple(fc.constantFrom(...PROGRAMS), fc.array(fc.constantFrom(...WORDS), { maxLength: 8 }))
      .map(([program, words]) => `echo 'a 1' | ${program} ${words.map((word) => `'${word}'`).join(' ')}`);
    fc.assert(
      fc.property(commands, (text) => attempt(text, profile)),
      { numRuns: 4000, seed: 1 },
    );
  });

  test('of any letters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => attempt(text, 'linux')),
      { numRuns: 1000, seed: 1 },
    );
  });
});

describe('what would never end', () => {
  const loops = (depth: number): string =>
    `${Array.from({ length: depth }, (_, level) => `for x${level} in 1 2 3 4 5 6 7 8 9 0; do `).join('')}:${'; done'.repeat(depth)}`;

  test.each([
    ['loops in loops', loops(9)],
    ['text that doubles', `A=aaaaaaaaaa; for x in ${'1 '.repeat(40)}; do A=$A$A; done`],
    ['fields that double', `A="a a"; for x in ${'1 '.repeat(40)}; do A="$A $A"; for y in $A; do :; done; done`],
    [
      'output that grows',
      `A=$(printf %0999d 1); for x in ${'1 '.repeat(40)}; do for y in ${'1 '.repeat(40)}; do echo $A; done; done`,
    ],
    ['brackets in brackets', '('.repeat(5000)],
    ['substitutions in substitutions', '$('.repeat(5000)],
    ['substitutions that are closed', `${'$('.repeat(100)}:${')'.repeat(100)}`],
    ['arithmetic', `echo $((${'('.repeat(5000)}1${')'.repeat(5000)}))`],
    ['signs', `echo $((${'-'.repeat(5000)}1))`],
    ['defaults', '${A:-'.repeat(5000)],
    ['conditions', 'if '.repeat(5000)],
    ['negations', '! '.repeat(5000)],
    ['quotes', 'echo "$(echo "'.repeat(2000)],
    ['a long word', `echo ${'a'.repeat(500_000)}`],
    ['a command that is too long', 'a'.repeat(2_000_000)],
    ['newlines', `A=$(printf '${'\\n'.repeat(100_000)}x'); echo "$A" | wc -l`],
    ['braces', `echo ${'{,'.repeat(100_000)}`],
    ['an expression that doubles', `echo ${'a'.repeat(40)} | grep -E '(a|a)*b(a*)*(a*)*$'`],
    ['repeated repetitions', `echo aaaa | grep -E '((((a{1,60}){1,60}){1,60}){1,60})'`],
    ['stars', `echo aaaa | grep -E 'a${'*'.repeat(100_000)}'`],
    ['groups', `echo a | grep -E '${'('.repeat(100_000)}'`],
    ['a long line', `A=$(printf %0999d 1); for x in 1 2 3 4 5 6 7; do A=$A$A; done; echo $A | grep -oE '0.*x|0'`],
    ['brackets of test', `[ ${'\\( '.repeat(3000)} a ]`],
    ['brackets of ss', `ss -tn '${'( '.repeat(3000)}'`],
    ['eval', 'A="eval \\$A"; eval $A'],
    ['a file that runs itself', './a.sh'],
    ['a file that reads itself in', '. ./a.sh; . ./a.sh'],
  ])('%s', (_what, command) => {
    attempt(command, 'linux');
  });
});
