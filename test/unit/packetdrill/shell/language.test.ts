/** The shell's own language: POSIX XCU §2. */
import { describe, expect, test } from 'vitest';
import { linux, printed, run, status } from './fake-host.ts';

describe('words', () => {
  test.each([
    ['echo \'a  b\' "c  d" e   f', 'a  b c  d e f\n'],
    ['echo a\\ b \\$A "\\$A \\x" \'\\n\'', 'a b $A $A \\x \\n\n'],
    ["echo it\\'s 'it'\"'\"'s'", "it's it's\n"],
    ['echo a\\\nb', 'ab\n'],
    ['echo "a\\\nb"', 'ab\n'],
    ['echo a#b # a comment', 'a#b\n'],
    ['echo "" \'\' x', '  x\n'],
    ['echo $ "$" a$', '$ $ a$\n'],
    ['echo a=b -n=c', 'a=b -n=c\n'],
    ['echo * ? [a]', '* ? [a]\n'],
    ['echo }', '}\n'],
  ])('%s', (command, output) => {
    expect(printed(command)).toBe(output);
  });
});

describe('variables', () => {
  test.each([
    [`A=1; echo $A \${A} "$A" '$A' $AB \${A}B`, '1 1 1 $A 1B\n'],
    ['A="x  y"; echo $A; echo "$A"', 'x y\nx  y\n'],
    ['A=; echo [$A] "[$A]" $A x', '[] [] x\n'],
    ['A=1 B=$A; echo $B', '1\n'],
    ['A=1 B=2\necho $A$B', '12\n'],
    [`echo \${A:-none} \${A-none} "\${A:-a b}"; A=; echo \${A:-none} [\${A-none}]`, 'none none a b\nnone []\n'],
    [`echo \${A:=5}; echo $A`, '5\n5\n'],
    [`A=1; echo \${A:+yes} [\${B:+yes}] \${#A}`, 'yes [] 1\n'],
    ['A="a b"; for x in $A; do echo $x; done', 'a\nb\n'],
    ['A="a b"; for x in "$A"; do echo $x; done', 'a b\n'],
    ['false; echo $?; echo $?', '1\n0\n'],
    ['A=1; unset A; echo [$A]', '[]\n'],
    ['export A=1 B; echo $A', '1\n'],
    [`set -- a "b c" d; echo $# $1 "$2" \${3}; shift 2; echo $1 $#`, '3 a b c d\nd 1\n'],
    ['set -- "a b" c; for x in "$@"; do echo $x; done; echo "$*"', 'a b\nc\na b c\n'],
    ['set -- "a b"; for x; do echo "$x"; done', 'a b\n'],
  ])('%s', (command, output) => {
    expect(printed(command)).toBe(output);
  });

  test('what stands in front of a command is for that command alone', () => {
    const host = linux();
    host.files.set('./a.sh', 'echo [$A]');
    expect(printed('A=1; A=2 ./a.sh; echo $A; B=3 ./a.sh; echo [$B]', host)).toBe('[2]\n1\n[1]\n[]\n');
  });

  test.each([
    'echo $PATH',
    'echo $$',
    'IFS=:',
    `echo \${A%x}`,
    `echo \${A#x}`,
    "echo $'a'",
    'echo ~',
    'unset 1',
    'export 1=2',
    'set -x',
    'set',
    'echo {1..3}',
    'A=(1 2)',
  ])('left out: %s', (command) => {
    expect(() => run(command)).toThrow(
      expect.objectContaining({ name: 'Unsupported', message: expect.stringMatching(/^shell /) }),
    );
  });
});

describe('substitution', () => {
  test.each([
    ['echo $(echo a; echo b)', 'a b\n'],
    ['echo "$(echo a; echo b)"', 'a\nb\n'],
    ['echo `echo a` "`echo b`"', 'a b\n'],
    ['echo `echo \\`echo c\\``', 'c\n'],
    ['echo $(echo $(echo $(echo d)))', 'd\n'],
    ['echo "$(echo "a)b" \')\')"', 'a)b )\n'],
    ['A=$(printf "x\\n\\n"); echo "[$A]"', '[x]\n'],
    ['A=$(false); echo $?', '1\n'],
    ['A=1; B=$(A=2; echo $A); echo $A $B', '1 2\n'],
    ['A=$(exit 3); echo $? after', '3 after\n'],
    ['echo $(echo a # )\n)', 'a\n'],
    ['echo $(echo `echo a`)b', 'ab\n'],
    ['echo "$(echo "`echo a`")b"', 'ab\n'],
    ["echo $(echo '' a)b", 'ab\n'],
  ])('%s', (command, output) => {
    expect(printed(command)).toBe(output);
  });
});

describe('arithmetic', () => {
  test.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['7 / 2', 3],
    ['-7 / 2', -3],
    ['-7 % 3', -1],
    ['0x10 + 010', 24],
    ['1 << 10 | 1', 1025],
    ['5 & 6 ^ 1', 5],
    ['~0', -1],
    ['!5 + !0', 1],
    ['1 < 2 && 2 <= 2 || 0', 1],
    ['3 != 3', 0],
    ['3 > 2 ? 10 : 20', 10],
    ['- -5', 5],
    ['A * 2 + $A', 12],
    ['NOTHING + 1', 1],
    ['', 0],
    ['15 * 1024 * 1024', 15_728_640],
  ])('$((%s)) is %d', (expression, value) => {
    expect(printed(`A=4; echo $((${expression}))`)).toBe(`${value}\n`);
  });

  test.each([
    ['1 / 0', 'divides by 0'],
    ['1 +', 'ends too early'],
    ['1 2', '"2" has no place'],
    ['(1', 'is missing'],
    ['1 @ 2', '"@" has no place'],
    ['08', 'no whole number'],
  ])('$((%s)) is a mistake', (expression, sentence) => {
    expect(() => run(`echo $((${expression}))`)).toThrow(
      expect.objectContaining({ name: 'ShellError', message: expect.stringContaining(sentence) }),
    );
  });

  test.each(['A = 1', 'A++', 'A += 1', '2 ** 3', '9007199254740991 + 1'])('$((%s)) is left out', (expression) => {
    expect(() => run(`echo $((${expression}))`)).toThrow(/shell arithmetic|no place/);
  });
});

describe('lists', () => {
  test.each([
    ['true && echo yes || echo no', 'yes\n', 0],
    ['false && echo yes || echo no', 'no\n', 0],
    ['true || echo no; echo always', 'always\n', 0],
    ['false || false && echo no', '', 1],
    ['! false', '', 0],
    ['! true', '', 1],
    ['! ! true', '', 0],
    ['true &&\n  echo next', 'next\n', 0],
    ['', '', 0],
    ['  # nothing\n\n', '', 0],
    ['exit 3; echo no', '', 3],
    ['exit 256', '', 0],
    ['false; exit', '', 1],
    ['(exit 4); echo $?', '4\n', 0],
    ['A=1; (A=2); echo $A', '1\n', 0],
    ['A=1; { A=2; }; echo $A', '2\n', 0],
    ['{ echo a; echo b; } | wc -l', '2\n', 0],
    [':', '', 0],
    ['set -e; false; echo no', '', 1],
    ['set -e; false || true; ! true; if false; then :; fi; echo yes', 'yes\n', 0],
    ['set -e; (false); echo no', '', 1],
    ['set -e; set +e; false; echo yes', 'yes\n', 0],
    ['set -e; true | false; echo no', '', 1],
    ['eval "A=1; echo \\$A"', '1\n', 0],
  ])('%s', (command, output, exitCode) => {
    expect(run(command)).toMatchObject({ output, exitCode });
  });

  test.each([
    'sleep 1 &',
    'while true; do :; done',
    'until false; do :; done',
    'case a in a) ;; esac',
    'f() { :; }',
    '[[ a = a ]]',
    'function f',
  ])('left out: %s', (command) => {
    expect(() => run(command)).toThrow(
      expect.objectContaining({ name: 'Unsupported', message: expect.stringMatching(/^shell /) }),
    );
  });
});

describe('pipes', () => {
  test.each([
    ['echo a | cat | cat', 'a\n', 0],
    ['true | false', '', 1],
    ['false | true', '', 0],
    ['! echo a | grep -q b', '', 0],
    ['echo a | exit 3; echo $?', '3\n', 0],
    ['A=1; echo x | A=2; echo $A', '1\n', 0],
    ['echo a |\n cat', 'a\n', 0],
    ['echo a | { cat; echo b; }', 'a\nb\n', 0],
    ['for x in a b c; do echo $x; done | grep -c .', '3\n', 0],
  ])('%s', (command, output, exitCode) => {
    expect(run(command)).toMatchObject({ output, exitCode });
  });
});

describe('conditions and loops', () => {
  test.each([
    ['if true; then echo a; else echo b; fi', 'a\n'],
    ['if false; then echo a; else echo b; fi', 'b\n'],
    ['if false; then echo a; elif true; then echo b; else echo c; fi', 'b\n'],
    ['if false; then echo a; fi; echo $?', '0\n'],
    ['if [ 1 -lt 2 ]\nthen\n  echo a\nfi', 'a\n'],
    ['if true; then if false; then echo a; else echo b; fi; fi', 'b\n'],
    ['for x in 1 2 3; do echo -n $x; done', '123'],
    ['for x in; do echo $x; done; echo $?', '0\n'],
    ['for x in a\ndo\necho $x\ndone', 'a\n'],
    ['for x in a b; do for y in 1 2; do echo $x$y; done; done', 'a1\na2\nb1\nb2\n'],
    ['for x in $(echo 1 2); do echo $x; done; echo $x', '1\n2\n2\n'],
    ['if true; then echo a; fi > /dev/null; echo b', 'b\n'],
    ['echo if then else fi for do done', 'if then else fi for do done\n'],
  ])('%s', (command, output) => {
    expect(printed(command)).toBe(output);
  });
});

test.each([
  ['"if" true', 'command if'],
  ["'for' x in a", 'command for'],
  ['i\\f true', 'command if'],
  ['"{" :', 'command {'],
  ['"!" true', 'command !'],
])('what is quoted is no reserved word: %s', (command, what) => {
  expect(() => run(command)).toThrow(expect.objectContaining({ name: 'Unsupported', message: what }));
});

describe('redirections', () => {
  test.each([
    ['echo a > /dev/null', '', ''],
    ['echo a >/dev/null 2>&1', '', ''],
    ['cat nothing 2> /dev/null', '', ''],
    ['cat nothing', '', 'cat: nothing: No such file or directory\n'],
    ['cat nothing 2>&1', 'cat: nothing: No such file or directory\n', ''],
    ['cat nothing 2>&1 >/dev/null', 'cat: nothing: No such file or directory\n', ''],
    ['cat nothing &> /dev/null', '', ''],
    ['echo a >&2', '', 'a\n'],
    ['echo a 1>&2 2>/dev/null', '', 'a\n'],
    ['cat nothing 2>&1 | wc -l', '1\n', ''],
    ['> /dev/null echo a', '', ''],
    ['{ echo a; cat nothing; } 2>/dev/null', 'a\n', ''],
    ['cat < /dev/null', '', ''],
    ['echo 2>/dev/null', '\n', ''],
    ['echo 2 >/dev/null', '', ''],
  ])('%s', (command, output, errors) => {
    expect(run(command)).toMatchObject({ output, errors });
  });

  test('a file that is there is read, and one that is not fails the command', () => {
    const host = linux();
    host.files.set('data', 'one\ntwo\n');
    expect(printed('wc -l < data', host)).toBe('2\n');
    expect(run('cat < missing || echo failed', host)).toMatchObject({
      output: 'failed\n',
      errors: expect.stringContaining('missing'),
    });
  });

  test.each(['echo a > file', 'echo a >> file', 'echo a 3>&1', 'echo a >&3', 'cat <<< text', 'echo a > /proc/version'])(
    'left out: %s',
    (command) => {
      expect(() => run(command)).toThrow(expect.objectContaining({ name: 'Unsupported' }));
    },
  );

  test.each([
    ['cat <<EOF\na $A\n`echo b` $(echo c) \\$A "q"\nEOF', 'a 1\nb c $A "q"\n'],
    ["cat <<'EOF'\na $A\nEOF", 'a $A\n'],
    ['cat <<EOF | wc -l\na\nb\nEOF\necho c', '2\nc\n'],
    ['cat << \t EOF\na\nEOF\n', 'a\n'],
    ['cat <<-EOF\n\ta\n\tEOF\n', 'a\n'],
    ['cat <<A; cat <<B\n1\nA\n2\nB\n', '1\n2\n'],
    ['if true; then cat <<EOF\nx\nEOF\nfi', 'x\n'],
  ])('here-document %j', (command, output) => {
    expect(printed(`A=1\n${command}`)).toBe(output);
  });
});

describe('what is no shell command', () => {
  test.each([
    ['echo "a', 5, 'this " is not closed'],
    ["echo 'a", 5, "this ' is not closed"],
    ['echo `a', 5, 'this backquote is not closed'],
    ['echo $(a', 5, '")" is missing'],
    [`echo \${a`, 5, '"}" is missing'],
    [`echo \${`, 5, 'the name of a variable is missing'],
    ['echo $((1', 5, 'is missing'],
    ['(echo', 0, '")" is missing'],
    ['{ echo a', 0, '"; }" is missing'],
    ['echo )', 5, '")" has no "(" before it'],
    ['if true; then echo', 9, '"then" has no "fi"'],
    ['if true; fi', 9, '"fi" has no "if" before it'],
    ['if true', 0, '"if" has no "then"'],
    ['if ; then a; fi', 3, 'a command is missing before ";"'],
    ['for 1 in a; do b; done', 4, 'the name of a variable'],
    ['for x in a; b; done', 12, 'has no "do"'],
    ['for x in a; do b', 12, '"do" has no "done"'],
    ['done', 0, '"done" has no "for" before it'],
    ['true; fi', 6, '"fi" has no "if" before it'],
    ['| cat', 0, 'a command is missing before "|"'],
    ['echo a |', 8, 'a command is missing at the end'],
    ['echo a &&', 9, 'a command is missing at the end'],
    ['true;; true', 5, 'a command is missing before ";"'],
    ['echo a >', 7, 'followed by where to'],
    ['cat <<EOF\na', 4, 'the line "EOF" that ends this text is missing'],
    ['{ true; } echo', 10, '";" is missing before this'],
    ['echo a (b)', 7, 'put it in quotes'],
    ['if true; then { :; } echo; fi', 21, '";" is missing before this'],
    ['true; echo $(true; echo $(echo `a))', 31, 'this backquote is not closed'],
    ['true; echo "$(true; fi)"', 20, '"fi" has no "if" before it'],
    ['true && $(echo "', 15, 'this " is not closed'],
  ])('%s', (command, offset, sentence) => {
    expect(() => run(command)).toThrow(
      expect.objectContaining({ name: 'ShellError', offset, message: expect.stringContaining(sentence) }),
    );
  });
});

describe('test', () => {
  test.each([
    ['[ a = a ]', 0],
    ['[ a == b ]', 1],
    ['[ a != b ]', 0],
    ['[ 2 -eq 2 ]', 0],
    ['[ 2 -ne 2 ]', 1],
    ['[ 1 -lt 2 ]', 0],
    ['[ 2 -lt 2 ]', 1],
    ['[ 2 -gt 2 ]', 1],
    ['[ 2 -ge 2 ]', 0],
    ['[ 3 -le 2 ]', 1],
    ['[ 2 -le 2 ]', 0],
    ['[ 10 -gt 9 ]', 0],
    ['[ -1 -ge 0 ]', 1],
    ['[ -n "" ]', 1],
    ['[ -n a ]', 0],
    ['[ -z "" ]', 0],
    ['[ "" ]', 1],
    ['[ a ]', 0],
    ['[ ]', 1],
    ['[ ! a = b ]', 0],
    ['[ ! ]', 0],
    ['[ a = a -a b = c ]', 1],
    ['[ a = b -o b = b ]', 0],
    ['[ \\( a = b -o b = b \\) -a c = c ]', 0],
    ['[ -f missing ]', 1],
    ['[ -f /proc/sys/net/ipv4/tcp_sack ]', 0],
    ['test 1 -eq 1', 0],
    ['[ 1 -eq x ]', 2],
    ['[ 1 -eq 1', 2],
    ['[ a = b c ]', 2],
    ['[ \\( a = a ]', 2],
    ['[ \\( a = a -o b ]', 2],
  ])('%s is %d', (command, exitCode) => {
    expect(status(command)).toBe(exitCode);
  });

  test.each(['[ -d /tmp ]', '[ -f /etc/passwd ]', '[ -f /proc/sys/net/ipv4/tcp_none ]'])('left out: %s', (command) => {
    expect(() => run(command)).toThrow(expect.objectContaining({ name: 'Unsupported' }));
  });
});

test.each([
  ['sleep 1', 1e9],
  ['sleep 0.1; sleep .05', 150e6],
  ['sleep 1m 2s', 62e9],
  ['usleep 1500', 1.5e6],
])('%s lets time pass', (command, ns) => {
  const host = linux();
  expect(run(command, host)).toMatchObject({ exitCode: 0, tookNs: ns });
  expect(host.sleptNs).toBe(ns);
});

test('sleep refuses what is no time', () => {
  expect(run('sleep soon')).toMatchObject({ exitCode: 1, errors: "sleep: invalid time interval 'soon'\n", tookNs: 0 });
  expect(status('sleep')).toBe(1);
  expect(() => run('sleep 365d')).toThrow('command sleep 365d');
});
