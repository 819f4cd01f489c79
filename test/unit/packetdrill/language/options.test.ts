import { describe, expect, test } from 'vitest';
import { parseScript } from '../../../../src/packetdrill/language/parse.ts';
import { problem } from './reading.ts';

const optionsOf = (text: string): (readonly [string, string])[] =>
  parseScript(text).options.map(({ name, value }) => [name, value]);

describe('options', () => {
  test('any name and value', () =>
    expect(
      optionsOf('--ip_version=ipv4\n--non_fatal=packet,syscall\n--local_ip=fd00::1\n--a-b=x=y\n--flag\n--empty=\n-v\n'),
    ).toEqual([
      ['ip_version', 'ipv4'],
      ['non_fatal', 'packet,syscall'],
      ['local_ip', 'fd00::1'],
      ['a-b', 'x=y'],
      ['flag', ''],
      ['empty', ''],
      ['v', ''],
    ]));

  test('definitions are options as well', () =>
    expect(optionsOf('--define=A=B\n-D C=D\n-DE=F=G')).toEqual([
      ['define', 'A=B'],
      ['D', 'C=D'],
      ['D', 'E=F=G'],
    ]));

  test('with their places, between comments, several on a line, before the first event', () => {
    const { options, events } = parseScript(
      '#!/usr/bin/env packetdrill\n// one\n  --mtu=1500 --mss=1000 // two\n/* three */ --x\n\n0 f() = 0',
    );
    expect(options).toEqual([
      { place: { line: 3, column: 3 }, name: 'mtu', value: '1500' },
      { place: { line: 3, column: 14 }, name: 'mss', value: '1000' },
      { place: { line: 4, column: 13 }, name: 'x', value: '' },
    ]);
    expect(events).toHaveLength(1);
  });

  test('a value ends at white space, be that the return of a line', () =>
    expect(optionsOf('--a=//no_comment\t--b=1\r\n--c=2\r\n')).toEqual([
      ['a', '//no_comment'],
      ['b', '1'],
      ['c', '2'],
    ]));

  test('a line that names an interpreter is passed over only as the first', () => {
    expect(problem('#!/usr/bin/packetdrill\n0 f() = 0')).toBe('none');
    expect(problem('\n#!/usr/bin/packetdrill\n0 f() = 0')).toContain('2:1: an event is a packet');
    expect(problem('# a comment\n0 f() = 0')).toContain('1:1: an event is a packet');
  });

  test.each([
    ['-D nothing\n', '1:1: a definition is NAME=VALUE, not ""'],
    ['--define=nothing', '1:1: a definition is NAME=VALUE, not "nothing"'],
    ['--mtu=1\n --define=1A=2', '2:2: a definition is NAME=VALUE, not "1A=2"'],
    ['--=x', '1:1: an option is --name, --name=value or -D NAME=VALUE'],
    ['-', '1:1: an option is'],
    ['-mtu=5', '1:1: an option is'],
    ['-D\nA=5', '1:1: a definition is NAME=VALUE'],
    ['0 f() = 0\n--mtu=1500', '2:1: options stand before the first event'],
  ])('%j', (text, expected) => expect(problem(text)).toContain(expected));
});
