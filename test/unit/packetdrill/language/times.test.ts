import { describe, expect, test } from 'vitest';
import { parseScript } from '../../../../src/packetdrill/language/parse.ts';
import { call, only, problem } from './reading.ts';

describe('times', () => {
  test.each([
    ['0 ', { kind: 'absolute', ns: 0 }],
    ['1 ', { kind: 'absolute', ns: 1_000_000_000 }],
    ['0.100 ', { kind: 'absolute', ns: 100_000_000 }],
    ['.1 ', { kind: 'absolute', ns: 100_000_000 }],
    ['1e-3 ', { kind: 'absolute', ns: 1_000_000 }],
    ['+0 ', { kind: 'relative', ns: 0 }],
    ['+.01 ', { kind: 'relative', ns: 10_000_000 }],
    ['+0.0000000014 ', { kind: 'relative', ns: 1 }],
    ['+0.0000000016 ', { kind: 'relative', ns: 2 }],
    ['+ 2 ', { kind: 'relative', ns: 2_000_000_000 }],
    ['+2592000 ', { kind: 'relative', ns: 2_592_000_000_000_000 }],
    ['', { kind: 'relative', ns: 0 }],
    ['* ', { kind: 'any' }],
    ['*', { kind: 'any' }],
    ['+0', { kind: 'relative', ns: 0 }],
    ['0.1\n\n', { kind: 'absolute', ns: 100_000_000 }],
    ['0.1~0.2 ', { kind: 'range', isRelative: false, fromNs: 100_000_000, toNs: 200_000_000 }],
    ['0.2 ~ 0.2 ', { kind: 'range', isRelative: false, fromNs: 200_000_000, toNs: 200_000_000 }],
    ['+0~+.05 ', { kind: 'range', isRelative: true, fromNs: 0, toNs: 50_000_000 }],
    ['+0~0.05 ', { kind: 'range', isRelative: true, fromNs: 0, toNs: 50_000_000 }],
    ['+ .1 ~ + .2 ', { kind: 'range', isRelative: true, fromNs: 100_000_000, toNs: 200_000_000 }],
  ])('%j', (time, expected) => expect(only(`${time}> . 1:1(0)`).time).toEqual(expected));

  test.each([
    ['+0...0.010', { kind: 'relative', ns: 0 }, 10_000_000],
    ['+0...+0.010', { kind: 'relative', ns: 0 }, 10_000_000],
    ['+.1....2', { kind: 'relative', ns: 100_000_000 }, 200_000_000],
    ['0...1', { kind: 'absolute', ns: 0 }, 1_000_000_000],
    ['0.1...0.2', { kind: 'absolute', ns: 100_000_000 }, 200_000_000],
    ['0.1 ... 0.1', { kind: 'absolute', ns: 100_000_000 }, 100_000_000],
  ])('a call that blocks: %s', (text, time, endNs) => {
    const event = only(`${text} accept(3, ..., ...) = 4`);
    expect(event.time).toEqual(time);
    expect(event.action).toMatchObject({ kind: 'call', endNs });
  });

  test('a call that does not block has no end', () => expect(call('close(3) = 0').endNs).toBeUndefined());

  test('the time of the next line is no operator of the result above it', () => {
    const { events } = parseScript(
      '0 close(3) = 0\n+0 > . 1:1(0)\n0 close(3) = 0\n* > . 1:1(0)\n0 close(3) = 0\n< . 1:1(0)\n2 close(3) = 0',
    );
    expect(events.map(({ time }) => time.kind)).toEqual([
      'absolute',
      'relative',
      'absolute',
      'any',
      'absolute',
      'relative',
      'absolute',
    ]);
  });

  test.each([
    ['0.2~0.1 > . 0:0(0)', '1:5: this range ends before it begins'],
    ['+1~+.5 > . 0:0(0)', '1:4: this range ends before it begins'],
    ['0.2...0.1 f() = 5', '1:7: this call ends before it begins'],
    ['0.1~+0.2 > . 0:0(0)', "1:5: this range begins at an absolute time, so its end is absolute as well, without '+'"],
    ['0.1...+0.2 f() = 0', '1:7: this call begins at an absolute time'],
    ['0.1~ > . 0:0(0)', '1:6: this range needs its end here, a number of seconds, and here is ">"'],
    ['0.1~* > . 0:0(0)', '1:5: this range needs its end here'],
    ['0.1... f() = 0', '1:8: this call needs its end here'],
    ['0...1 > . 0:0(0)', '1:7: only a system call has a time at which it ends'],
    ['0...1 `ls`', '1:7: only a system call has a time at which it ends'],
    ['+ > . 0:0(0)', "1:3: behind '+' belongs a number of seconds"],
    ['-1 > . 0:0(0)', '1:1: an option is --name'],
    ['0 f() = 0\n-1 > . 0:0(0)', '2:1: options stand before the first event'],
    ['0.1.2 > . 0:0(0)', '1:1: a time is a number of seconds such as 0.250, and here is "0.1.2"'],
    ['0.15x > . 0:0(0)', '1:1: a time is a number of seconds'],
    ['0x10 > . 0:0(0)', '1:1: a time is a number of seconds'],
    ['1e400 > . 0:0(0)', '1:1: a time is at most 9007199 seconds'],
    ['+9007200 > . 0:0(0)', '1:2: a time is at most 9007199 seconds'],
    ['0~9007200 > . 0:0(0)', '1:3: a time is at most 9007199 seconds'],
  ])('%s', (text, expected) => expect(problem(text)).toContain(expected));
});
