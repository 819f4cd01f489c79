import { describe, expect, test } from 'vitest';
import { parseScript } from '../../../../src/packetdrill/language/parse.ts';
import { bare, call, problem } from './reading.ts';

describe('calls', () => {
  test('name, arguments, result', () => {
    expect(call('close(3) = 0')).toEqual({
      kind: 'call',
      name: 'close',
      arguments: [{ kind: 'number', value: 3, place: { line: 1, column: 9 } }],
      result: { kind: 'number', value: 0, place: { line: 1, column: 14 } },
      errno: undefined,
      note: undefined,
      endNs: undefined,
    });
    expect(call('f()=3').arguments).toEqual([]);
    expect(call('f(1,\n  2, // two\n  /* three */ 3\n) = 3').arguments).toHaveLength(3);
  });

  test.each([
    ['...', { kind: 'ellipsis' }],
    ['-1', { kind: 'number', value: -1 }],
    ['0x8002', { kind: 'number', value: 0x8002 }],
    ['O_RDWR', { kind: 'symbol', name: 'O_RDWR' }],
    [
      '10 * 1000',
      { kind: 'binary', operator: '*', left: { kind: 'number', value: 10 }, right: { kind: 'number', value: 1000 } },
    ],
    ['htons(5)', { kind: 'function', name: 'htons', arguments: [{ kind: 'number', value: 5 }] }],
    ['[5]', { kind: 'list', elements: [{ kind: 'number', value: 5 }] }],
  ])('results: %s', (text, expected) => expect(bare(call(`f() = ${text}`).result)).toEqual(expected));

  test.each([
    ['-1 EAGAIN', 'EAGAIN', undefined],
    ['-1 EINPROGRESS (Operation now in progress)', 'EINPROGRESS', 'Operation now in progress'],
    ['-1\n  E2BIG\n  (too big)', 'E2BIG', 'too big'],
    ['0x8002 (flags O_RDWR|O_NONBLOCK)', undefined, 'flags O_RDWR|O_NONBLOCK'],
    ['0 ()', undefined, ''],
    ['0 (a (b (c)) d)', undefined, 'a (b (c)) d'],
    ['0 (it\'s "/* no comment // here)', undefined, 'it\'s "/* no comment // here'],
    ['O_RDWR (flags)', undefined, 'flags'],
    ['0 // a comment\n', undefined, undefined],
  ])('error and note: %j', (text, errno, note) => expect(call(`f() = ${text}`)).toMatchObject({ errno, note }));

  test('the next line is the next event', () => {
    const { events } = parseScript('0 f() = A\n+0 f() = 3\n* f() = 1\n+0 f() = -1\ng() = 0');
    expect(events).toHaveLength(5);
  });

  test('so is a call on the same line', () =>
    expect(parseScript('0 f() = 0 g() = -1 EAGAIN h() = 0').events).toHaveLength(3));

  test.each([
    ['0 close', '1:8: \'(\' belongs behind "close", if that is a call, and here is the end of the script'],
    ['0 close 3', '1:9: \'(\' belongs behind "close"'],
    ['0 close(3)', '1:11: \'=\' belongs behind the arguments of "close", and then its result, and here is the end'],
    ['0 close(3 = 0', "1:11: ')' belongs here, or a comma"],
    ['0 close(3) = ', '1:14: a value belongs here'],
    ['0 f() = -1 EBADF (bad', "1:18: this note has no end: ')' is missing"],
    ['0 f() = -1 EBADF ((bad)', "1:18: this note has no end: ')' is missing"],
    ['0 f() = -1 eagain', '1:12: behind a result stand the name of an error such as EAGAIN and a note in brackets'],
    ['0 f() = 5 bytes', '1:11: behind a result stand'],
  ])('%j', (text, expected) => expect(problem(text)).toContain(expected));
});
