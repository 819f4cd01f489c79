/** Python that is not here makes a script unsupported, by its name: neither passed nor failed. */
import { describe, expect, test } from 'vitest';
import { Missing } from '../../../../src/packetdrill/code/missing.ts';
import { failure, unsupported } from './running.ts';

describe('constructs', () => {
  test.each([
    ['[x for x in y]', 'list comprehension'],
    ['{x: 1 for x in y}', 'dict comprehension'],
    ['{x for x in y}', 'set comprehension'],
    ['(x for x in y)', 'generator expression'],
    ['sum(x for x in y)', 'generator expression'],
    ['{1, 2}', 'set'],
    ['lambda x: x', 'lambda'],
    ['if (x := 1): pass', ':='],
    ['f(x := 1)', ':='],
    ['...', 'Ellipsis'],
    ['f(*x)', '* before an expression'],
    ['f(**x)', '** before an expression'],
    ['[*x]', '* before an expression'],
    ['{**x}', '** before an expression'],
    ['a, *b = x', '* before an expression'],
    ['1j', 'complex numbers'],
    ['(-8) ** 0.5', 'complex numbers'],
    ['b"a"', 'bytes'],
    ['"\\N{BULLET}"', '\\N{...}'],
    ['rf"\\{x}"', 'backslash before a brace of a raw f-string'],
    ['x @ y', 'operator @'],
    ['x @= y', 'operator @='],
    ['x.y = 1', 'assignment to an attribute'],
    ['x[1:2] = 1', 'assignment to a slice'],
    ['x[1:2, 3]', 'slice of several dimensions'],
    ['x: int = 1', 'annotation of a variable'],
    ['class A: pass', 'class'],
    ['try: pass\nexcept: pass', 'try'],
    ['with x: pass', 'with'],
    ['del x', 'del'],
    ['yield 1', 'yield'],
    ['x = yield 1', 'yield'],
    ['@f\ndef g(): pass', 'decorator'],
    ['async def f(): pass', 'async'],
    ['match x:\n  case 1: pass', 'match'],
    ['type X = int', 'type statement'],
    ['def f(a=1): pass', 'parameter a=1'],
    ['def f(*a): pass', 'parameter *a'],
    ['def f(a: int): pass', 'parameter a: int'],
    ['def f() -> int: pass', 'annotations'],
    ['def f():\n  x = 1\n  def g():\n    nonlocal x', 'nonlocal'],
    ['raise ValueError from x', 'raise with more than an exception'],
    ['print >>f, 1', 'print >>'],
    ['from sys import *', 'import *'],
    ['import foo', 'module foo'],
    ['import os.foo', 'module os.foo'],
    ['from .a import b', 'module .a'],
  ])('%j', (code, what) => {
    expect(unsupported(code)).toBe(`Python's ${what}`);
  });

  test('is found before anything runs', () => {
    expect(unsupported('assert False\nif 0: lambda: 1')).toBe("Python's lambda");
  });
});

describe('functions, methods and members, when they are used', () => {
  test.each([
    ['open("f")', 'open'],
    ['zip([1], [2])', 'zip'],
    ['set()', 'set'],
    ['import os; os.system("ls")', 'os.system'],
    ['import time; time.time()', 'time.time'],
    ['from os import getpid', 'os.getpid'],
    ['import os.path; os.path.exists("f")', 'os.path'],
    ['"a".title()', 'str.title'],
    ['[].copy()', 'list.copy'],
    ['{}.setdefault(1)', 'dict.setdefault'],
    ['x = 5; x.real', 'int.real'],
    ['print(1, foo=2)', 'print(foo=...)'],
    ['print(1, file=5)', 'print() to a file'],
    ['"a".split(sep=",")', 'split(sep=...)'],
    ['def f(a): pass\nf(a=1)', 'parameters by name (f)'],
    ['"%a" % 1', '%a'],
    ['f"{1!a}"', 'conversion !a'],
    ['format(1, "n")', "format specifier 'n'"],
    ['"{a.b}".format(a=1)', "attributes in a replacement field ('.b')"],
    ['{1: 2} | {3: 4}', '| of two dicts'],
    ['{range(2): 1}', 'range as a key'],
  ])('%j', (code, what) => {
    expect(unsupported(code)).toBe(`Python's ${what}`);
  });

  test('not while they are only there', () => {
    expect(failure('if 0: open("f")\nassert 0')).toContain('assert 0');
  });

  test('not if the code has something else of that name', () => {
    expect(failure('set = 5\nassert set == 6')).toBe('11:1 assert set == 6: set is 5');
  });
});

test('a name that the script’s kernel has, and that has no value here', () => {
  const given = new Map([['tcpi_rehash', new Missing('tcp_info field tcpi_rehash')]]);
  expect(unsupported('assert tcpi_rehash == 0', given)).toBe('tcp_info field tcpi_rehash');
  expect(failure('assert 0 and tcpi_rehash == 0', given)).toBe('10:7 assert 0 and tcpi_rehash == 0: it does not hold');
});
