import { describe, expect, test } from 'vitest';
import { parseScript } from '../../../../src/packetdrill/language/parse.ts';
import { only, problem } from './reading.ts';

describe('scripts', () => {
  test('may be empty', () => {
    for (const text of ['', '\n', ' \t\r\n', '// a comment', '/* a comment */', '#!/bin/sh', '\ufeff']) {
      expect(parseScript(text)).toEqual({ options: [], events: [] });
    }
  });

  test('comments stand between tokens', () => {
    const { events } = parseScript(
      '// one\n0 /* two\n lines */ < . 1:1(0) // three\n+0 close(3 /* four * / */) = 0 // five\n/**/+0/***/f()=0//',
    );
    expect(events.map(({ place }) => place)).toEqual([
      { line: 2, column: 1 },
      { line: 4, column: 1 },
      { line: 5, column: 5 },
    ]);
  });

  test('the text of an event goes from its first token to its last', () => {
    const { events } = parseScript(
      '  0   <  . 1:1(0)\n   <nop>  // one\n\n/* two */ +0 f("//", /* three */ 1) = 0 (note) // four\n%{ a // b }%\n`# /*`',
    );
    expect(events.map(({ text }) => text)).toEqual([
      '0   <  . 1:1(0)\n   <nop>',
      '+0 f("//", /* three */ 1) = 0 (note)',
      '%{ a // b }%',
      '`# /*`',
    ]);
  });

  test('commands, with a time and without, over several lines', () => {
    const { events } = parseScript('`sysctl a=1\n  // b`\n+.5 `c`\n``');
    expect(events.map(({ action }) => action)).toEqual([
      { kind: 'command', command: 'sysctl a=1\n  // b' },
      { kind: 'command', command: 'c' },
      { kind: 'command', command: '' },
    ]);
    expect(events.map(({ time }) => time)).toEqual([
      { kind: 'relative', ns: 0 },
      { kind: 'relative', ns: 500_000_000 },
      { kind: 'relative', ns: 0 },
    ]);
  });

  test('code as it stands, and where it begins', () => {
    const { events } = parseScript('0.5 %{\n  assert x // 2\r\n}%\n  %{ y }%\n* %{}%');
    expect(events.map(({ action }) => action)).toEqual([
      { kind: 'code', code: '\n  assert x // 2\r\n', codePlace: { line: 1, column: 7 } },
      { kind: 'code', code: ' y ', codePlace: { line: 4, column: 5 } },
      { kind: 'code', code: '', codePlace: { line: 5, column: 5 } },
    ]);
    expect(events[1]!.place).toEqual({ line: 4, column: 3 });
  });

  test('lines may end with a carriage return', () => {
    const { events } = parseScript('--mtu=1500\r\n0 f() = 0\r\n+0 < . 1:1(0) <nop>\r\n< . 1:1(0)\r\n');
    expect(events.map(({ text }) => text)).toEqual(['0 f() = 0', '+0 < . 1:1(0) <nop>', '< . 1:1(0)']);
  });

  test('an event may lie on several lines', () =>
    expect(only('+0\n>\nS.\n0:0(0)\nack\n1\n<mss\n1460>').action).toMatchObject({
      packet: { payload: { acknowledgment: 1, options: [{ name: 'mss', bytes: 1460 }] } },
    }));

  test.each([
    ['0', '1:2: an event is a packet (< or >), a call, a `command` or %{ code }%, and here is the end of the script'],
    ['0 ?', '1:3: an event is a packet (< or >), a call, a `command` or %{ code }%, and here is "?"'],
    ['0 f() = 0\n\n', 'none'],
    ['0 f() = 0\n\n0 !', '3:3: an event is'],
    ['0 "text"', 'and here is ""text""'],
    ['0 😀', 'and here is "😀"'],
    [`0 ${'a'.repeat(100)}`, `behind "${'a'.repeat(30)}…", if that`],
    ['0 `sysctl', "1:3: this command has no end: '`' is missing"],
    ['0 %{ x', "1:3: this code has no end: '}%' is missing"],
    ['0 /* x', "1:3: this comment has no end: '*/' is missing"],
    ['0 /*/', "1:3: this comment has no end: '*/' is missing"],
    ['0 % {}%', '1:3: an event is'],
  ])('%j', (text, expected) => expect(problem(text)).toContain(expected));
});
