/** Python's statements: what they do to variables, and in which order they run. */
import { describe, expect, test } from 'vitest';
import { failure, names, printed } from './running.ts';

describe('assignment', () => {
  test('one value to several targets, from left to right', () => {
    expect(printed('a = b = [1]\nb.append(2)\nprint(a, a is b)')).toEqual(['[1, 2] True']);
    expect(printed('i = 0; l = [0, 0]\ni = l[i] = 1\nprint(i, l)')).toEqual(['1 [0, 1]']);
  });

  test('targets in a tuple, one inside the other, and to exchange', () => {
    expect(printed('a, b = 1, 2\na, b = b, a\n(c, [d, e]) = (3, "xy")\nf, = [9]\nprint(a, b, c, d, e, f)')).toEqual([
      '2 1 3 x y 9',
    ]);
  });

  test('too few values, too many, or none', () => {
    expect(failure('a, b = 1,')).toBe('10:7 ValueError: there are 1 values to unpack, and 2 names for them');
    expect(failure('a, b = range(10 ** 12)')).toContain('there are 1000000000000 values to unpack');
    expect(failure('a, b = 5')).toBe('10:7 TypeError: cannot unpack non-iterable int object');
  });

  test('elements of lists and dicts', () => {
    expect(printed('l = [1, 2]; d = {}\nl[-1] = 5; d["k"] = d[1, 2] = 3\nprint(l, d)')).toEqual([
      "[1, 5] {'k': 3, (1, 2): 3}",
    ]);
    expect(failure('(1, 2)[0] = 3')).toBe("10:7 TypeError: 'tuple' object does not support item assignment");
    expect(failure('l = []; l[0] = 3')).toBe('10:15 IndexError: list index out of range');
  });

  test.each([
    ['x = 7; x += 3', '10'],
    ['x = 7; x -= 3', '4'],
    ['x = 7; x *= 3', '21'],
    ['x = 7; x /= 2', '3.5'],
    ['x = -7; x //= 2', '-4'],
    ['x = -7; x %= 3', '2'],
    ['x = 7; x **= 2', '49'],
    ['x = 7; x <<= 2', '28'],
    ['x = -7; x >>= 1', '-4'],
    ['x = 7; x &= 5', '5'],
    ['x = 7; x |= 8', '15'],
    ['x = 7; x ^= 2', '5'],
    ['x = "a"; x += "b"', 'ab'],
    ['x = [1, 2]; x[0] += 5', '[6, 2]'],
    ['x = (1,); x += 2, 3', '(1, 2, 3)'],
  ])('%s', (code, value) => {
    expect(printed(`${code}\nprint(x)`)).toEqual([value]);
  });

  test('a list is changed where it is, by anything that has elements; a tuple is made anew', () => {
    expect(printed('a = b = [1]\na += (2,); a += "x"; a *= 2\nprint(b)')).toEqual(["[1, 2, 'x', 1, 2, 'x']"]);
    expect(printed('a = b = (1,)\na += (2,)\nprint(b)')).toEqual(['(1,)']);
    expect(printed('a = [1]\na += a\nprint(a)')).toEqual(['[1, 1]']);
  });
});

describe('methods that change a list or a dict', () => {
  test.each([
    ['l.append(4)', '[3, 1, 2, 4]'],
    ['l.extend((4, 5))', '[3, 1, 2, 4, 5]'],
    ['l.insert(1, 9)', '[3, 9, 1, 2]'],
    ['l.insert(-1, 9)', '[3, 1, 9, 2]'],
    ['l.insert(99, 9)', '[3, 1, 2, 9]'],
    ['l.remove(1)', '[3, 2]'],
    ['l.reverse()', '[2, 1, 3]'],
    ['l.sort()', '[1, 2, 3]'],
    ['l.sort(reverse=True)', '[3, 2, 1]'],
    ['print(l.pop())', '[3, 1]'],
    ['print(l.pop(0))', '[1, 2]'],
    ['print(l.index(2), l.count(3))', '[3, 1, 2]'],
  ])('%s', (code, value) => {
    expect(printed(`l = [3, 1, 2]\n${code}\nprint(l)`).at(-1)).toBe(value);
  });

  test('dict.pop and dict.update', () => {
    expect(printed('d = {"a": 1, "b": None}\nprint(d.pop("b"), d.pop("q", 5))\nd.update({"c": 3})\nprint(d)')).toEqual([
      'None 5',
      "{'a': 1, 'c': 3}",
    ]);
  });

  test('what is not there', () => {
    expect(failure('[].pop()')).toBe('10:7 IndexError: pop from empty list');
    expect(failure('[1].remove(2)')).toBe('10:7 ValueError: 2 is not in list');
    expect(failure('{}.pop("a")')).toBe("10:7 KeyError: 'a'");
    expect(failure('d = {}; d[[1]] = 2')).toBe("10:15 TypeError: unhashable type: 'list'");
  });
});

describe('if', () => {
  test.each([
    [1, 'one'],
    [2, 'two'],
    [3, 'three'],
    [4, 'many'],
  ])('the first condition that holds: %i', (x, word) => {
    const code = `
      if x == 1: print("one")
      elif x == 2:
        print("two")
      elif x == 3: print("three")
      else:
        print("many")`;
    expect(printed(code, names({ x: BigInt(x) }))).toEqual([word]);
  });

  test('conditions behind the one that holds are not looked at', () => {
    expect(printed('if 1: pass\nelif 1 / 0: pass')).toEqual([]);
  });
});

describe('loops', () => {
  test('for over everything that has elements', () => {
    expect(printed('for i in range(3): print(i)')).toEqual(['0', '1', '2']);
    expect(printed('for c in "aé😀": print(c)')).toEqual(['a', 'é', '😀']);
    expect(printed('for k in {"a": 1}: print(k)')).toEqual(['a']);
    expect(printed('for x in 1, "b": print(x)')).toEqual(['1', 'b']);
    expect(printed('for a, (b, c) in [(1, (2, 3))]: print(a, b, c)')).toEqual(['1 2 3']);
    expect(failure('for x in 5: pass')).toBe("10:7 TypeError: 'int' object is not iterable");
  });

  test('the last value of a for stays', () => {
    expect(printed('for i in range(3): pass\nprint(i)')).toEqual(['2']);
  });

  test('break leaves, continue goes on, else runs when no break did', () => {
    const code = (limit: number): string => `
      for i in range(5):
        if i == 1: continue
        if i == ${limit}: break
        print(i)
      else:
        print("else")`;
    expect(printed(code(3))).toEqual(['0', '2']);
    expect(printed(code(9))).toEqual(['0', '2', '3', '4', 'else']);
  });

  test('while, the same', () => {
    const code = (limit: number): string => `
      i = 0
      while i < 4:
        i += 1
        if i == 2: continue
        if i == ${limit}: break
        print(i)
      else: print("else")`;
    expect(printed(code(3))).toEqual(['1']);
    expect(printed(code(9))).toEqual(['1', '3', '4', 'else']);
  });

  test('break leaves the innermost', () => {
    expect(printed('for i in range(2):\n  for j in range(2):\n    break\n  print(i, j)')).toEqual(['0 0', '1 0']);
  });
});

describe('functions', () => {
  test('return values, None without one, and several at once', () => {
    expect(
      printed('def f(a, b): return a * b\ndef g(): pass\ndef h():\n  return 1, 2\nprint(f(2, 3), g(), h())'),
    ).toEqual(['6 None (1, 2)']);
  });

  test('return leaves loops and ifs', () => {
    expect(printed('def f():\n  while True:\n    for i in range(9):\n      if i == 3: return i\nprint(f())')).toEqual([
      '3',
    ]);
  });

  test('recursion', () => {
    expect(printed('def fact(n): return 1 if n < 2 else n * fact(n - 1)\nprint(fact(25))')).toEqual([
      '15511210043330985984000000',
    ]);
  });

  test('what a function assigns to is its own, unless it says global', () => {
    expect(printed('x = 1\ndef f():\n  x = 2\n  return x\nprint(f(), x)')).toEqual(['2 1']);
    expect(printed('x = 1\ndef f():\n  global x\n  x += 1\nf(); f()\nprint(x)')).toEqual(['3']);
    expect(failure('x = 1\ndef f():\n  print(x)\n  x = 2\nf()')).toBe(
      "12:9 UnboundLocalError: local variable 'x' is used before it has a value",
    );
  });

  test.each(['for x in [5]: pass', 'x, y = 5, 6', 'import sys as x', 'def x(): pass', 'x = 0; x += 1'])(
    'so is what it gives a name otherwise: %s',
    (code) => {
      expect(printed(`x = 1\ndef f():\n  ${code}\nf()\nprint(x)`)).toEqual(['1']);
    },
  );

  test('a function inside sees the names of the one around it, as they were when it was defined', () => {
    const code =
      'def outer(n):\n  def inner(m): return m + n\n  return inner\na = outer(1); b = outer(10)\nprint(a(5), b(5))';
    expect(printed(code)).toEqual(['6 15']);
  });

  test('what a function inside assigns to is not that of the one around it, and global is the program’s', () => {
    expect(printed('x = 1\ndef f():\n  def g(): x = 2\n  g()\n  return x\nprint(f())')).toEqual(['1']);
    const code = 'x = 1\ndef f():\n  x = 2\n  def g():\n    global x\n    return x\n  return g()\nprint(f())';
    expect(printed(code)).toEqual(['1']);
  });

  test('as many values as there are parameters', () => {
    expect(failure('def f(a, b): pass\nf(1)')).toBe('11:1 TypeError: f() takes 2 arguments, not 1');
    expect(failure('x = 5\nx()')).toBe("11:1 TypeError: 'int' object is not callable");
  });
});

describe('print', () => {
  test('Python 3: between, at the end, and to where', () => {
    expect(printed('print()\nprint(1, "a", None)')).toEqual(['', '1 a None']);
    expect(printed('print(1, 2, sep="-", end="!\\n")\nprint("a", end="")\nprint("b")')).toEqual(['1-2!', 'ab']);
    expect(printed('import sys\nprint("x", file=sys.stderr, flush=True)\nsys.stdout.write("raw\\n")')).toEqual([
      'x',
      'raw',
    ]);
    expect(printed('print("no end", end="")')).toEqual(['no end']);
    expect(printed('print("two\\nlines")')).toEqual(['two', 'lines']);
  });

  test('Python 2: without parentheses', () => {
    expect(printed('print 1')).toEqual(['1']);
    expect(printed('print "a", 1, None')).toEqual(['a 1 None']);
    expect(printed('print "a %d" % 3, [1]')).toEqual(['a 3 [1]']);
    expect(printed('print 1,; print 2')).toEqual(['1 2']);
    expect(printed('print "a" if 0 else "b"; print -1; print\tnot 1')).toEqual(['b', '-1', 'False']);
    expect(printed('if 1: print "x"\nfor i in 1, 2:\n  print i, -i')).toEqual(['x', '1 -1', '2 -2']);
  });

  test('Python 2: alone it is an empty line', () => {
    expect(printed('print\nprint "x"; print ; print')).toEqual(['', 'x', '', '']);
  });
});

describe('import', () => {
  test('harmless modules, under names of their own', () => {
    expect(
      printed('import os, sys, time\nimport os.path\nimport math as m\nprint(m.floor(-2.5), m.ceil(2.1), m.sqrt(16))'),
    ).toEqual(['-3 3 4.0']);
    expect(
      printed(
        'from __future__ import print_function, division\nfrom math import (floor as f, ceil,)\nprint(f(1.5), ceil(1.5))',
      ),
    ).toEqual(['1 2']);
  });
});

test('pass, several statements in a line, and comments', () => {
  expect(printed('pass; x = 1; # a comment; x = 2\nprint(x)  # another\n# the last')).toEqual(['1']);
});
