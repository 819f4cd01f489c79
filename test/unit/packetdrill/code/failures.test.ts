/** What makes the code of a script fail, where, and what a person is told. */
import { describe, expect, test } from 'vitest';
import { CodeFailure } from '../../../../src/packetdrill/code/code-failure.ts';
import { Missing } from '../../../../src/packetdrill/code/missing.ts';
import type { PythonValue } from '../../../../src/packetdrill/code/values.ts';
import { failure, names, printed } from './running.ts';

const INFO = names({ tcpi_snd_cwnd: 7n, tcpi_state: 4n, TCP_ESTABLISHED: 1n });

describe('an assertion that does not hold', () => {
  test('shows its condition and what the names in it stand for', () => {
    expect(failure('assert tcpi_snd_cwnd == 10', INFO)).toBe('10:7 assert tcpi_snd_cwnd == 10: tcpi_snd_cwnd is 7');
    expect(failure('assert tcpi_state == TCP_ESTABLISHED', INFO)).toBe(
      '10:7 assert tcpi_state == TCP_ESTABLISHED: tcpi_state is 4, TCP_ESTABLISHED is 1',
    );
    expect(failure('x = [1, "a"]; assert x < [0] and x != []')).toBe("10:21 assert x < [0] and x != []: x is [1, 'a']");
  });

  test('shows the message’s value', () => {
    expect(failure('assert tcpi_snd_cwnd == 10, "cwnd %d" % tcpi_snd_cwnd', INFO)).toBe(
      '10:7 assert tcpi_snd_cwnd == 10: tcpi_snd_cwnd is 7: cwnd 7',
    );
    expect(failure('assert tcpi_snd_cwnd == 10, tcpi_state', INFO)).toBe(
      '10:7 assert tcpi_snd_cwnd == 10: tcpi_snd_cwnd is 7: 4',
    );
    expect(failure('assert False, "because"')).toBe('10:7 assert False: because');
  });

  test('does not repeat a name that is the message', () => {
    expect(failure('assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd', INFO)).toBe(
      '10:7 assert tcpi_snd_cwnd == 10: tcpi_snd_cwnd is 7',
    );
    expect(failure('assert tcpi_snd_cwnd == 10, (tcpi_snd_cwnd)', INFO)).toBe(
      '10:7 assert tcpi_snd_cwnd == 10: tcpi_snd_cwnd is 7',
    );
  });

  test('says so if there is nothing to show', () => {
    expect(failure('assert 1 == 2')).toBe('10:7 assert 1 == 2: it does not hold');
    expect(failure('assert len("") > abs(0)')).toBe('10:7 assert len("") > abs(0): it does not hold');
  });

  test('leaves out names without a value, which nobody has asked for', () => {
    const given = new Map<string, PythonValue | Missing>([['a', 1n]]).set('b', new Missing('field b'));
    expect(failure('assert a == 2 and b == 3 and c == 4', given)).toBe(
      '10:7 assert a == 2 and b == 3 and c == 4: a is 1',
    );
  });

  test('is written in one line', () => {
    expect(failure('\nassert (tcpi_snd_cwnd >\n   10)', INFO)).toBe(
      '11:1 assert (tcpi_snd_cwnd > 10): tcpi_snd_cwnd is 7',
    );
    expect(failure('\nassert tcpi_snd_cwnd > \\\n   10', INFO)).toBe(
      '11:1 assert tcpi_snd_cwnd > 10: tcpi_snd_cwnd is 7',
    );
  });

  test('in a function shows the function’s own names', () => {
    expect(failure('x = 1\ndef f(x):\n  assert x == 1, "no"\nf(1); f(2)')).toBe('12:3 assert x == 1: x is 2: no');
  });

  test('the message is looked at only then', () => {
    expect(printed('assert 1, 1 / 0')).toEqual([]);
    expect(failure('assert 0, 1 / 0')).toBe('10:17 ZeroDivisionError: division by zero');
  });

  test('a condition and a message in parentheses are a tuple, and hold', () => {
    expect(printed('assert (1 == 2, "no")')).toEqual([]);
  });

  test('the script’s other lines are told as well', () => {
    let output: readonly string[] = [];
    try {
      printed('print "before"; print "and",; assert 0');
    } catch (error) {
      output = error instanceof CodeFailure ? error.output : [];
    }
    expect(output).toEqual(['before', 'and ']);
  });
});

describe('exceptions, at the expression that raised them', () => {
  test.each([
    ['print(foo)', "10:13 NameError: name 'foo' is not defined"],
    ['x = 1; y = x / 0', '10:18 ZeroDivisionError: division by zero'],
    ['1 // 0', '10:7 ZeroDivisionError: division by zero'],
    ['1 % 0', '10:7 ZeroDivisionError: division by zero'],
    ['1.0 % 0', '10:7 ZeroDivisionError: division by zero'],
    ['0 ** -1', '10:7 ZeroDivisionError: 0.0 cannot be raised to a negative power'],
    ['10.0 ** 400', '10:7 OverflowError: the result is too large for a float'],
    ['1.0 * 10 ** 400', '10:7 OverflowError: int too large to convert to float'],
    ['1 << -1', '10:7 ValueError: negative shift count'],
    ['1 >> -1', '10:7 ValueError: negative shift count'],
    ['1 + "a"', "10:7 TypeError: unsupported operand type(s) for +: 'int' and 'str'"],
    ['1.5 & 1', "10:7 TypeError: unsupported operand type(s) for &: 'float' and 'int'"],
    ['-"a"', "10:7 TypeError: bad operand type for unary -: 'str'"],
    ['~1.5', "10:7 TypeError: bad operand type for unary ~: 'float'"],
    ['1 < "a"', "10:7 TypeError: '<' not supported between instances of 'int' and 'str'"],
    ['[1] >= (1,)', "10:7 TypeError: '>=' not supported between instances of 'list' and 'tuple'"],
    ['1 in 5', "10:7 TypeError: 'int' object is not iterable"],
    ['1 in "a"', "10:7 TypeError: 'in <string>' requires string as left operand, not int"],
    ['[1][5]', '10:7 IndexError: list index out of range'],
    ['"abc"[-4]', '10:7 IndexError: str index out of range'],
    ['[1]["a"]', '10:7 TypeError: list indices must be integers, not str'],
    ['5[0]', "10:7 TypeError: 'int' object is not subscriptable"],
    ['{"a": 1}["b"]', "10:7 KeyError: 'b'"],
    ['[1][::0]', '10:7 ValueError: slice step cannot be zero'],
    ['int("x")', "10:7 ValueError: invalid literal for int() with base 10: 'x'"],
    ['int("9", 8)', "10:7 ValueError: invalid literal for int() with base 8: '9'"],
    ['int(None)', "10:7 TypeError: int() argument must be a string or a number, not 'NoneType'"],
    ['int(float("nan"))', '10:7 ValueError: cannot convert float NaN to integer'],
    ['float("1.2.3")', "10:7 ValueError: could not convert string to float: '1.2.3'"],
    ['len(5)', "10:7 TypeError: object of type 'int' has no len()"],
    ['max([])', '10:7 ValueError: max() arg is an empty sequence'],
    ['range(1, 2, 0)', '10:7 ValueError: range() arg 3 must not be zero'],
    ['range(1.5)', "10:7 TypeError: 'float' object cannot be interpreted as an integer"],
    ['abs(1, 2)', '10:7 TypeError: abs() takes 1 argument, not 2'],
    ['max()', '10:7 TypeError: max() takes at least 1 arguments, not 0'],
    ['sorted([1, "a"])', "10:7 TypeError: '<' not supported between instances of 'str' and 'int'"],
    ['isinstance(1, 1)', '10:7 TypeError: isinstance() arg 2 must be a type or a tuple of types'],
    ['"%d" % "a"', '10:7 TypeError: %d format: a real number is required, not str'],
    ['"%x" % 1.5', '10:7 TypeError: %x format: an integer is required, not float'],
    ['"%d %d" % 1', '10:7 TypeError: not enough arguments for format string'],
    ['"%d" % (1, 2)', '10:7 TypeError: not all arguments converted during string formatting'],
    ['"%y" % 1', "10:7 ValueError: unsupported format character 'y'"],
    ['"%" % 1', '10:7 ValueError: incomplete format'],
    ['"%(a)d" % 1', '10:7 TypeError: format requires a mapping'],
    ['format("a", "d")', "10:7 ValueError: unknown format code 'd' for object of type 'str'"],
    ['format(1, ".2d")', '10:7 ValueError: Precision not allowed in integer format specifier'],
    ['format(255, ",x")', "10:7 ValueError: Cannot specify ',' with 'x'."],
    ['format([], "5")', '10:7 TypeError: unsupported format string passed to list.__format__'],
    ['"{}".format()', '10:7 IndexError: Replacement index out of range for positional args tuple'],
    ['"{a}".format(1)', "10:7 KeyError: 'a'"],
    ['"{".format(1)', "10:7 ValueError: Single '{' encountered in format string"],
    ['x = 5\nprint(f"{x} {x:q}")', "11:13 ValueError: unknown format code 'q' for object of type 'int'"],
  ])('%s', (code, sentence) => {
    expect(failure(code)).toBe(sentence);
  });

  test('in a function: there, not where it was called', () => {
    expect(failure('def f(a):\n  b = 1\n  return b / a\nf(1)\nf(0)')).toBe('12:10 ZeroDivisionError: division by zero');
  });
});

describe('raise and exit', () => {
  test.each([
    ['raise ValueError("bad %d" % 3)', 'ValueError: bad 3'],
    ['raise RuntimeError', 'RuntimeError'],
    ['raise Exception("a", 1)', "Exception: ('a', 1)"],
    ['x = KeyError("k"); raise x', 'KeyError: k'],
    ['raise AssertionError("no")', 'AssertionError: no'],
    ['raise 5', 'TypeError: exceptions must derive from BaseException'],
    ['raise', 'RuntimeError: No active exception to reraise'],
    ['exit(1)', 'the code ended itself with exit(1)'],
    ['import sys; sys.exit(2)', 'the code ended itself with exit(2)'],
    ['import sys; sys.exit("wrong")', 'the code ended itself: wrong'],
    ['raise SystemExit(3)', 'the code ended itself with exit(3)'],
    ['quit(True)', 'the code ended itself with exit(True)'],
  ])('%s', (code, sentence) => {
    expect(failure(code)).toMatch(/^10:\d+ /);
    expect(failure(code).replace(/^10:\d+ /, '')).toBe(sentence);
  });

  test.each([
    'exit()',
    'exit(0)',
    'exit(None)',
    'quit()',
    'import sys; sys.exit(0)',
    'raise SystemExit',
    'exit(False)',
  ])('%s is no failure, and what is behind it does not run', (code) => {
    expect(printed(`print "a"\n${code}\nprint "b"`)).toEqual(['a']);
  });
});

describe('no end', () => {
  test.each([
    ['while True: pass', '10:19'],
    ['x = [1]\nfor i in x: x.append(i)', '11:13'],
    ['def f():\n  while 1: 5\nf()', '11:3'],
    ['sum(range(10 ** 7))', '10:7'],
    ['list(range(10 ** 12))', '10:7'],
    ['for i in range(10 ** 12): pass', '10:7'],
  ])('%s', (code, place) => {
    expect(failure(code)).toMatch(/^\d+:\d+ the code takes more than 1000000 steps: does it end\?$/);
    expect(failure(code).split(' ')[0]).toBe(place);
  });

  test('a long loop that ends is none', () => {
    expect(printed('n = 0\nwhile n < 200000: n += 1\nprint(n)')).toEqual(['200000']);
  });

  test('functions that call each other for ever', () => {
    expect(failure('def f(): return f()\nf()')).toBe('10:23 RecursionError: functions call each other 200 times deep');
    expect(printed('def f(n): return n if n == 0 else f(n - 1)\nprint(f(199))')).toEqual(['0']);
  });

  test('what contains itself, compared', () => {
    expect(failure('a = [1]; b = [1]; a.append(b); b.append(a); a == b')).toBe(
      '10:7 RecursionError: the code goes too deep',
    );
    expect(printed('a = []; a.append(a); d = {}; d[1] = (d,)\nprint(a, a == a, d)')).toEqual([
      '[[...]] True {1: ({...},)}',
    ]);
  });

  test.each([
    ['"a" * 10 ** 9', 'a value of 1000000000 elements'],
    ['[1, 2] * 10 ** 6', 'a value of 2000000 elements'],
    ['2 ** 10 ** 9', 'an int of 2000000000 bits'],
    ['1 << 10 ** 9', 'an int of 1000000001 bits'],
    ['"%*d" % (10 ** 9, 1)', 'a value of 1000000000 elements'],
    ['format(1, "1000000000")', 'a value of 1000000000 elements'],
    ['x = "a"\nwhile 1: x += x', 'a value of 1048576 elements'],
    ['("a" * 1000).replace("a", "b" * 10000)', 'a value of 10001000 elements'],
  ])('what is too large: %s', (code, sentence) => {
    expect(failure(code)).toContain(`MemoryError: ${sentence}, and 1000000 are the most`);
  });
});
