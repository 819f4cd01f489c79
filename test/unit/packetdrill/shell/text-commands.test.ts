/** Small programs that make and filter text. */
import { describe, expect, test } from 'vitest';
import { freebsd, linux, printed, run } from './fake-host.ts';

const LINES = 'one 1\\ntwo 22\\nTwo 3\\n\\n';

describe('echo and printf', () => {
  test.each([
    ['echo -n a', 'a'],
    ['echo -ne "a\\tb\\n"', 'a\tb\n'],
    ['echo -e "\\x41\\0101\\q"', 'AA\\q\n'],
    ['echo "a\\tb"', 'a\\tb\n'],
    ['echo -- -n', '-- -n\n'],
    ['echo -x', '-x\n'],
    ['printf "a\\n"', 'a\n'],
    ['printf "%s-%d\\n" a 1 b 2', 'a-1\nb-2\n'],
    ['printf "%5s|%-5s|%05d|%+d\\n" a b 42 7', '    a|b    |00042|+7\n'],
    ['printf "%x %X %o %c%%\\n" 255 255 8 xyz', 'ff FF 10 x%\n'],
    ['printf "%.2f %.3s\\n" 1.239 abcdef', '1.24 abc\n'],
    ['printf "%s%s\\n" a', 'a\n'],
    ['printf "%d\\n"', '0\n'],
    ['printf "%d\\n" 0x10', '16\n'],
  ])('%s', (command, output) => {
    expect(printed(command)).toBe(output);
  });

  test('what is no number', () => {
    expect(run('printf "%d\\n" a')).toMatchObject({
      exitCode: 1,
      output: '0\n',
      errors: 'printf: a: expected numeric value\n',
    });
    expect(run('printf').exitCode).toBe(2);
    expect(() => run('printf %e 1')).toThrow('command printf %e');
  });
});

describe('grep', () => {
  test.each([
    ['grep two', 'two 22\n', 0],
    ['grep -i two', 'two 22\nTwo 3\n', 0],
    ['grep -c two', '1\n', 0],
    ['grep -c nothing', '0\n', 1],
    ['grep -q two', '', 0],
    ['grep -q nothing', '', 1],
    ['grep -v o', '\n', 0],
    ['grep -vc two', '3\n', 0],
    ['grep -E "^(one|two) [0-9]+$"', 'one 1\ntwo 22\n', 0],
    ['grep "[[:digit:]]\\{2\\}"', 'two 22\n', 0],
    ['grep -o "[0-9]*"', '1\n22\n3\n', 0],
    ['grep -oE "[a-z]+ [0-9]"', 'one 1\ntwo 2\nwo 3\n', 0],
    ['grep -n two', '2:two 22\n', 0],
    ['grep -w 2', '', 1],
    ['grep -w 22', 'two 22\n', 0],
    ['grep -x "one 1"', 'one 1\n', 0],
    ['grep -x one', '', 1],
    ['grep -F "o 2"', 'two 22\n', 0],
    ['grep -F "."', '', 1],
    ['grep -e one -e Two', 'one 1\nTwo 3\n', 0],
    ['grep -m 1 wo', 'two 22\n', 0],
    ['grep "one\\|Two"', 'one 1\nTwo 3\n', 0],
    ['grep --count --ignore-case TWO', '2\n', 0],
    ['egrep "one|22"', 'one 1\ntwo 22\n', 0],
    ['fgrep "wo 3"', 'Two 3\n', 0],
    ['grep two -c', '1\n', 0],
  ])('%s', (command, output, exitCode) => {
    expect(run(`printf "${LINES}" | ${command}`)).toMatchObject({ output, exitCode });
  });

  test('in files', () => {
    const host = linux();
    host.files.set('a', 'x1\ny\n');
    host.files.set('b', 'x2\n');
    expect(printed('grep x a', host)).toBe('x1\n');
    expect(printed('grep x a b', host)).toBe('a:x1\nb:x2\n');
    expect(printed('grep -hc x a b', host)).toBe('1\n1\n');
    expect(run('grep x a c', host)).toMatchObject({ exitCode: 2, errors: 'grep: c: No such file or directory\n' });
    expect(run('grep -qs x c a', host)).toMatchObject({ exitCode: 0, errors: '' });
  });

  test.each([
    ['grep', 'usage'],
    ['grep "\\(a"', 'Unmatched \\('],
    ['grep "a\\)"', 'Unmatched \\)'],
    ['grep -E "(a"', 'Unmatched ('],
    ['grep -E "a)"', 'Unmatched )'],
    ['grep "[a"', 'Unmatched ['],
    ['grep "a\\{2"', 'Unmatched \\{'],
    ['grep -E "a{3,2}"', 'Invalid content'],
    ['grep "[z-a]"', 'Invalid range end'],
    ['grep "[[:none:]]"', 'Invalid character class'],
    ["grep 'a\\'", 'Trailing backslash'],
    ['grep -E "((a{99}){99}){99}"', 'too large'],
    ['grep -E "((((){99}){99}){99}){99}"', 'too large'],
    ['grep -m x a', 'invalid max count'],
  ])('%s fails', (command, sentence) => {
    expect(run(`echo a | ${command}`)).toMatchObject({ exitCode: 2, errors: expect.stringContaining(sentence) });
  });

  test.each(['grep -P a', 'grep -A 1 a', 'grep --color a', 'grep "\\(a\\)\\1"', 'grep "[[.a.]]"', 'grep -e'])(
    '%s is left out',
    (command) => {
      expect(() => run(`echo a | ${command}`)).toThrow(expect.objectContaining({ name: 'Unsupported' }));
    },
  );
});

describe('patterns', () => {
  const found = (flags: string, pattern: string, line: string): string =>
    printed(`printf '%s\\n' '${line}' | grep -o${flags} '${pattern}'`);

  test.each([
    ['E', 'a*b', 'xaab b', 'aab\nb\n'],
    ['E', 'a+', 'baab', 'aa\n'],
    ['E', 'ab?', 'a ab abb', 'a\nab\nab\n'],
    // The longest alternative, not the first.
    ['E', 'a|ab|abc', 'abcd', 'abc\n'],
    ['E', '(a|ab)(c|bcd)', 'abcd', 'abcd\n'],
    ['E', 'x|abc|b', 'abcx', 'abc\nx\n'],
    ['E', 'a|a.*d', 'abcd', 'abcd\n'],
    ['E', 'a{2}', 'aaaaa', 'aa\naa\n'],
    ['E', 'a{2,}', 'a aa aaa', 'aa\naaa\n'],
    ['E', 'a{1,2}', 'aaa', 'aa\na\n'],
    ['E', 'a{x', 'a{x', 'a{x\n'],
    ['E', '^a', 'aa', 'a\n'],
    ['E', 'a$', 'aa', 'a\n'],
    ['E', '\\bb\\w*', 'abc bcd', 'bcd\n'],
    ['E', '\\<b|d\\>', 'abc bcd', 'b\nd\n'],
    ['E', 'd\\>', 'd dx d', 'd\nd\n'],
    ['E', '\\Bd', 'd ad', 'd\n'],
    ['E', '[^ ]+', 'a b', 'a\nb\n'],
    ['E', '[]x]+', 'a]x', ']x\n'],
    ['E', '[a-c-]+', 'x-b', '-b\n'],
    ['E', '\\.', 'a.b', '.\n'],
    ['E', '*a', '*a', '*a\n'],
    ['Ei', '[a-z]+', 'AbC', 'AbC\n'],
    ['', 'a*', 'baa', 'aa\n'],
    ['', 'a+', 'a+ aa', 'a+\n'],
    ['', 'a\\+', 'a+ aa', 'a\naa\n'],
    ['', '\\(ab\\)*c', 'ababc', 'ababc\n'],
    ['', 'a|b', 'a|b', 'a|b\n'],
    ['', '*a', '*a', '*a\n'],
    ['', 'a^b$c', 'a^b$c', 'a^b$c\n'],
    ['', '\\s\\S', 'a b', ' b\n'],
  ])('grep -o%s %s in %j', (flags, pattern, line, output) => {
    expect(found(flags, pattern, line)).toBe(output);
  });
});

describe('filters', () => {
  test.each([
    ['wc -l', '4\n'],
    ['wc -w', '6\n'],
    ['wc -c', '20\n'],
    ['wc', '      4       6      20\n'],
    ['head -n 1', 'one 1\n'],
    ['head -2', 'one 1\ntwo 22\n'],
    ['head -n -3', 'one 1\n'],
    ['tail -n 2', 'Two 3\n\n'],
    ['tail -n1', '\n'],
    ['tail -n +3', 'Two 3\n\n'],
    ['tail -n 0', ''],
    ['tr -d "0-9 "', 'one\ntwo\nTwo\n\n'],
    ["tr -d '\\n'", 'one 1two 22Two 3'],
    ['tr a-z A-Z', 'ONE 1\nTWO 22\nTWO 3\n\n'],
    ["tr ' ' '\\n' | head -2", 'one\n1\n'],
    ['tr -s 2', 'one 1\ntwo 2\nTwo 3\n\n'],
    ["tr -d '[:space:]'", 'one1two22Two3'],
    ["cut -d ' ' -f 2", '1\n22\n3\n\n'],
    ["cut -d' ' -f1,2", 'one 1\ntwo 22\nTwo 3\n\n'],
    ['cut -c 1-2', 'on\ntw\nTw\n\n'],
    ["cut -s -d ' ' -f 2-", '1\n22\n3\n'],
    ["awk '{print $1}'", 'one\ntwo\nTwo\n\n'],
    ["awk '{ print $2, $1 }' | head -1", '1 one\n'],
    ["awk '/^t/ {print $NF}'", '22\n'],
    ["awk 'NR==3 {print $0; }'", 'Two 3\n'],
    ["awk '/two/'", 'two 22\n'],
    ['awk \'{print $1 ":" $2 NF}\' | head -1', 'one:12\n'],
    ["awk '{print $9}' | head -1", '\n'],
    ["awk -F ' ' '{print NR}' | tail -1", '4\n'],
    ["awk -Fn '{print $2}' | head -1", 'e 1\n'],
    ['cat', 'one 1\ntwo 22\nTwo 3\n\n'],
    ['cat - | wc -l', '4\n'],
  ])('%s', (command, output) => {
    expect(printed(`printf "${LINES}" | ${command}`)).toBe(output);
  });

  test.each([
    ['head -n x', 1],
    ['cut', 1],
    ['cut -f a', 1],
    ['tr', 1],
    ['tr a', 1],
    ['cat missing', 1],
    ['wc -l missing', 1],
    ['awk', 2],
    ['awk "/(/"', 2],
    ['basename', 1],
    ['dirname', 1],
  ])('%s fails', (command, exitCode) => {
    expect(run(`echo a | ${command}`)).toMatchObject({ exitCode, errors: expect.stringMatching(/./) });
  });

  test.each([
    'head -c 3',
    'tail -f x',
    'tr -c a b',
    'tr -d a b',
    'tr -ds a b',
    "tr '[:alpha:]' b",
    'cut --complement -f 1',
    'wc a b',
    "awk 'BEGIN {print 1}'",
    "awk '{print $1+1}'",
    "awk '{sum += $1} END {print sum}'",
    "awk '{print $1,}'",
    "awk '{print ,$1}'",
    "awk '{print $1,,$2}'",
    "awk -v a=1 '{print}'",
    "awk -F '::' '{print}'",
    'sed s/a/b/',
    'sort',
    'xargs echo',
  ])('%s is left out', (command) => {
    expect(() => run(`echo a | ${command}`)).toThrow(
      expect.objectContaining({ name: 'Unsupported', message: expect.stringMatching(/^command /) }),
    );
  });

  test('awk cuts at tabs', () => {
    expect(printed("printf 'a b\\tc\\n' | awk -F '\\t' '{print $2 $1}'")).toBe('ca b\n');
    expect(printed("printf 'a:b\\n' | awk -F: '{print $2}'")).toBe('b\n');
  });

  test('of FreeBSD, wc sets its numbers in columns', () => {
    expect(printed('echo a | wc -l', freebsd())).toBe('       1\n');
    expect(printed('[ $(echo a | wc -l) -eq 1 ] && echo same', freebsd())).toBe('same\n');
  });

  test.each([
    ['basename /a/b.sh', 'b.sh\n'],
    ['basename /a/b.sh .sh', 'b\n'],
    ['dirname /a/b', '/a\n'],
    ['dirname b', '.\n'],
    ['dirname /a', '/\n'],
  ])('%s', (command, output) => {
    expect(run(command)).toMatchObject({ output, exitCode: 0 });
  });

  test('cat shows sysctls, and no other file of the machine', () => {
    expect(printed('cat /proc/sys/net/ipv4/tcp_sack')).toBe('1\n');
    expect(printed('read=$(cat /proc/sys/net/ipv4/tcp_rmem); echo $read')).toBe('4096 131072 6291456\n');
    expect(() => run('cat /proc/net/netstat')).toThrow('file /proc/net/netstat');
    expect(() => run('cat /sys/class/net/tun0/mtu')).toThrow('file /sys/class/net/tun0/mtu');
  });
});
