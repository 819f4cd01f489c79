/** Files that scripts read in or run, and programs by their paths. */
import { describe, expect, test } from 'vitest';
import { type FakeHost, freebsd, linux, printed, run, status } from './fake-host.ts';

function withFiles(files: Readonly<Record<string, string>>): FakeHost {
  const host = linux();
  for (const [path, text] of Object.entries(files)) host.files.set(path, text);
  return host;
}

describe('a file of shell commands', () => {
  const DEFAULTS = '#!/bin/bash\n# defaults\nsysctl -q net.ipv4.tcp_sack=0\nA=$1\necho "$0 $#"\n';

  test.each(['../common/defaults.sh', './defaults.sh', 'defaults.sh/x'])('is run by its path: %s', (path) => {
    const host = withFiles({ [path]: DEFAULTS });
    expect(run(`${path} 7 8; echo [$A]`, host)).toMatchObject({ exitCode: 0, output: `${path} 2\n[]\n` });
    expect(host.tcp.selectiveAcknowledgment).toBe(false);
  });

  test.each(['.', 'source'])('is read in by %s, and leaves its variables', (command) => {
    const host = withFiles({ './a.sh': 'A=5\nset -- x y\n', './b.sh': 'A=$1; return 3; A=no' });
    expect(printed(`${command} ./a.sh; echo $A $1`, host)).toBe('5 x\n');
    expect(printed(`${command} ./b.sh 9; echo $? $A [$1]`, host)).toBe('3 9 []\n');
  });

  test.each(['sh', 'bash', '/bin/sh', '/usr/bin/bash'])('is run by %s', (shell) => {
    const host = withFiles({ 'a.sh': 'echo $0 $1; exit 4' });
    expect(run(`${shell} a.sh 1`, host)).toMatchObject({ exitCode: 4, output: 'a.sh 1\n' });
    expect(printed(`${shell} -c 'echo $1 $0' name x`, host)).toBe('x name\n');
    expect(printed(`echo echo hi | ${shell}`, host)).toBe('hi\n');
  });

  test('its failure is its exit status', () => {
    const host = withFiles({ './a.sh': 'set -e\nfalse\necho no' });
    expect(run('./a.sh', host)).toMatchObject({ exitCode: 1, output: '' });
    expect(printed('./a.sh; echo $?', host)).toBe('1\n');
  });

  test('reads what comes in by a pipe, and prints where the command does', () => {
    const host = withFiles({ './a.sh': 'cat; echo b >&2' });
    expect(run('echo a | ./a.sh 2>&1 | wc -l', host)).toMatchObject({ output: '2\n', errors: '' });
  });

  test('one that is missing is named', () => {
    for (const command of ['../common/defaults.sh', '. ./defaults.sh', 'sh defaults.sh', 'source defaults.sh 1']) {
      expect(() => run(command)).toThrow(/^file (?:\.\.\/common\/|\.\/)?defaults\.sh$/);
    }
  });

  test('one for another program is named', () => {
    const host = withFiles({ './a.py': '#!/usr/bin/env python3\nprint(1)', './b': '#!/usr/bin/env bash\necho b' });
    expect(() => run('./a.py', host)).toThrow('program ./a.py (/usr/bin/env python3)');
    expect(printed('./b', host)).toBe('b\n');
  });

  test('the first line may ask for the end at the first failure', () => {
    const host = withFiles({
      './a.sh': '#!/bin/sh -e\nfalse\necho no',
      './b.sh': '#!/bin/bash -x\n',
      './c': '#!/bin/bashful',
    });
    expect(run('./a.sh', host)).toMatchObject({ exitCode: 1, output: '' });
    expect(printed('sh ./a.sh', host)).toBe('no\n');
    expect(() => run('./b.sh', host)).toThrow('program ./b.sh (/bin/bash -x)');
    expect(() => run('./c', host)).toThrow('program ./c (/bin/bashful)');
  });

  test('a mistake in it is told with its name and line', () => {
    const host = withFiles({ './a.sh': 'echo a\n\nif true\n', './b.sh': 'true; ./a.sh' });
    expect(() => run('true; ./b.sh', host)).toThrow(
      expect.objectContaining({
        name: 'ShellError',
        offset: 6,
        message: 'in ./b.sh, line 1: in ./a.sh, line 3: "if" has no "then" behind it',
      }),
    );
  });

  test('one that runs itself ends', () => {
    const host = withFiles({ './a.sh': './a.sh', './b.sh': '. ./b.sh', './c.sh': 'echo $(./c.sh)' });
    for (const command of ['./a.sh', './b.sh', './c.sh']) {
      expect(() => run(command, host)).toThrow(expect.objectContaining({ name: 'ShellError' }));
    }
  });
});

describe('programs', () => {
  test.each(['sysctl', '/sbin/sysctl', '/usr/sbin/sysctl'])('%s', (name) => {
    expect(printed(`${name} -n net.ipv4.tcp_sack`)).toBe('1\n');
  });

  test.each(['conntrack', '/usr/sbin/iptables', 'python3', '"a b"', 'constructor', 'toString', '""'])(
    'there is no %s',
    (name) => {
      expect(() => run(name)).toThrow(
        expect.objectContaining({ name: 'Unsupported', message: expect.stringMatching(/^command /) }),
      );
    },
  );

  test('set_sysctls.py is known by its name', () => {
    const host = linux();
    const command =
      "$(dirname ./x/y)/set_sysctls.py /proc/sys/net/ipv4/tcp_sack=0 net.ipv4.tcp_rmem='4096 10000 20000'";
    expect(run(command, host)).toMatchObject({ exitCode: 0, output: '' });
    expect(host.tcp).toMatchObject({ selectiveAcknowledgment: false, receiveBufferBytes: 10_000 });
    expect(status('../common/set_sysctls.py', host)).toBe(1);
    expect(() => run('./set_sysctls.py --help', host)).toThrow('command set_sysctls.py --help');
    expect(() => run('./set_sysctls.py /proc/sys/net/ipv4/tcp_none=0', host)).toThrow('sysctl net.ipv4.tcp_none');
  });
});

describe('kernel modules', () => {
  test.each(['modprobe tcp_bbr', 'modprobe -qsv tcp_cubic', 'modprobe -a tcp_dctcp tcp-vegas', 'modprobe sch_fq'])(
    '%s',
    (command) => {
      expect(run(command)).toMatchObject({ exitCode: 0, output: '', errors: '' });
    },
  );

  test.each(['kldload cc_cubic', 'kldload -n cc_newreno', 'kldload -nq cc_dctcp.ko tcpmd5', 'kldstat -q -m cc_cubic'])(
    '%s',
    (command) => {
      expect(run(command, freebsd())).toMatchObject({ exitCode: 0, output: '' });
    },
  );

  test.each([
    ['modprobe tcp_hybla', 'command modprobe tcp_hybla'],
    ['modprobe -r tcp_bbr', 'command modprobe -r'],
    ['modprobe tcp_bbr debug=1', 'command modprobe tcp_bbr debug=1'],
    ['kldload tcp_other', 'command kldload tcp_other'],
    ['kldload cc_htcp', 'command kldload cc_htcp'],
    ['kldstat -q -m tcp_other', 'command kldstat tcp_other'],
    ['kldstat', 'command kldstat without -q -m'],
    ['kldunload cc_cubic', 'command kldunload'],
  ])('%s is left out', (command, what) => {
    expect(() => run(command, freebsd())).toThrow(expect.objectContaining({ name: 'Unsupported', message: what }));
  });

  test('nothing to load', () => {
    expect(status('modprobe')).toBe(1);
    expect(status('kldload', freebsd())).toBe(1);
  });
});
