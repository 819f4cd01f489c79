/** What is no Python, where; and how code may stand in a script. */
import { describe, expect, test } from 'vitest';
import { LINE, printed, syntaxError } from './running.ts';

describe('a syntax error, where it stands', () => {
  test.each([
    ['assert x ==', '10:18 Python: something is missing here'],
    ['x = = 2', '10:11 Python: = was not expected here'],
    ['x = 5 6', '10:13 Python: 6 was not expected here'],
    ['a b', '10:9 Python: b was not expected here'],
    ['x = (1, 2', '10:16 Python: something is missing here'],
    ['x = 1)', '10:12 Python: ) was not expected here'],
    ['if x', '10:11 Python: something is missing here'],
    ['if x:', '10:12 Python: something is missing here'],
    ['x = 1 if 2', '10:17 Python: something is missing here'],
    ['assert', '10:13 Python: something is missing here'],
    ['a && b', '10:10 Python: & was not expected here'],
    ['$x', '10:7 Python: $ was not expected here'],
    ['print 1 2', '10:15 Python: 2 was not expected here'],
    ['x = 10L', '10:13 Python: L was not expected here'],
    ['ok = 1\nx = = 2', '11:5 Python: = was not expected here'],
    ['ok = 1\n\n  # comment\nx = [1,\n  2', '14:4 Python: something is missing here'],
  ])('%j', (code, sentence) => {
    expect(syntaxError(code)).toBe(sentence);
  });

  test.each([
    ['"abc', '10:7 Python: this text has no end'],
    ['x = "abc\ny = 1', '10:11 Python: this text has no end'],
    ['x = """abc', '10:11 Python: this text has no end'],
    ['x = f"abc', '10:11 Python: this text has no end'],
    ['x = "\\xZ1"', '10:12 Python: \\x is no character'],
    ['x = "a\\U99999999"', '10:13 Python: \\U99999999 is no character'],
    ['f"{x}} b"', '10:12 Python: a single } in an f-string; write }} for one of the text'],
    ['x = 012', '10:11 Python: 012 begins with a 0; an octal number begins with 0o'],
    ['x = 1__0', '10:11 Python: 1__0 is no number'],
  ])('a literal: %j', (code, sentence) => {
    expect(syntaxError(code)).toBe(sentence);
  });

  test.each([
    ['1 = x', '10:7 Python: 1 cannot be assigned to'],
    ['a + b = 3', '10:7 Python: a + b cannot be assigned to'],
    ['None = 1', '10:7 Python: None cannot be assigned to'],
    ['(a, f()) = 3', '10:11 Python: f() cannot be assigned to'],
    ['for 5 in x: pass', '10:11 Python: 5 cannot be assigned to'],
    ['f() += 1', '10:7 Python: this cannot be changed by +='],
    ['a, b += 1', '10:7 Python: this cannot be changed by +='],
    ['assert a, b, c', '10:20 Python: an assert has a condition and one message'],
    ['assert a,', '10:15 Python: an assert has a condition and one message'],
    ['return 5', '10:7 Python: return stands outside of a function'],
    ['if 1: break', '10:13 Python: break stands outside of a loop'],
    ['for i in x:\n  def f(): continue', '11:12 Python: continue stands outside of a loop'],
    ['for i in x: pass\nelse: break', '11:7 Python: break stands outside of a loop'],
    ['a == not b', '10:12 Python: this needs parentheses around it'],
    ['not a == not b', '10:16 Python: this needs parentheses around it'],
    ['a < b < not c', '10:15 Python: this needs parentheses around it'],
    ['f(a=1, 2)', '10:14 Python: what is given by its place comes before what is given by name'],
    ['f(a=1, a=2)', '10:14 Python: a is given twice'],
    ['def f(a, a): pass', '10:16 Python: there are two parameters a'],
    ['def f(a):\n  global a', '10:15 Python: a is a parameter, and global in the body'],
    ['import os,', '10:17 Python: a name is missing here'],
    ['if 1: pass\nelif: pass', '11:5 Python: a condition is missing here'],
  ])('what the grammar lets pass: %j', (code, sentence) => {
    expect(syntaxError(code)).toBe(sentence);
  });

  test('is found before anything runs', () => {
    expect(syntaxError('assert False\n1 = 2')).toBe('11:1 Python: 1 cannot be assigned to');
    expect(syntaxError('if 0:\n  while 1:\n    def f(): break')).toContain('12:14 ');
  });

  test('too deep for any reader', () => {
    expect(syntaxError(`${'('.repeat(5000)}1${')'.repeat(5000)}`)).toContain('10:');
  });
});

describe('indentation', () => {
  test.each([
    ['\nx = 1\n  y = 2', '12:3 Python: this line is not indented as those before it'],
    ['\n  x = 1\ny = 2', '12:1 Python: this line is not indented as those before it'],
    ['\nif 1:\n    x = 1\n  y = 2', '13:3 Python: this line is not indented as those before it'],
    ['\nif 1:\n    x = 1\n      y = 2', '13:7 Python: this line is not indented as those before it'],
    ['\n  if 1:\n    x = 1\n else:\n    x = 2', '13:2 Python: this line is not indented as those before it'],
    ['\n  if 1:\n    x = 1\nelse:\n  x = 2', '13:1 '],
    ['\n  for i in x:\n    x = 1\n   else:\n    x = 2', '13:4 Python: this else is not indented as what it belongs to'],
  ])('that does not fit: %j', (code, sentence) => {
    expect(syntaxError(code)).toContain(sentence);
  });

  test.each([
    ['one line', ' print 1; print 2 '],
    ['lines at the margin', '\nprint 1\nprint 2\n'],
    ['lines that are indented as a whole', '\n    print 1\n    print 2\n  '],
    ['by tabs', '\n\tprint 1\n\tprint 2\n'],
    ['by a tab and by spaces', '\n\tprint 1\n        print 2\n'],
    ['the first line where the code begins, the others below it', ' print 1\n       print 2'],
    ['below it, and one that goes on at the margin', ' print (1\n)\n       print 2'],
    ['the others at the margin', ' print 1\nprint 2\n'],
    ['the others somewhere between', ' print 1\n   print 2\n'],
    ['a comment first', ' # what follows\n  print 1\n  print 2'],
    ['a comment at the margin', '\n  print 1\n# what follows\n  print 2'],
    ['empty lines and spaces', '\n\n   \n  print 1\n\n  print 2\n \n'],
    ['lines that end as in DOS', '\r\n  print 1\r\n  print 2\r\n'],
    ['a line that goes on in parentheses', '\n    print(\n1)\n    print 2'],
    ['a line that goes on behind a backslash', '\n    print \\\n1\n    print 2'],
  ])('that fits: %s', (_name, code) => {
    expect(printed(code)).toEqual(['1', '2']);
  });

  test.each([
    ['below where it begins', ' if 1:\n         print 1\n       else:\n         print 2'],
    ['to the left of it', ' if 1:\n    print 1\nelse:\n    print 2'],
    ['its body at a place of its own', ' if 1:\n  print 1'],
  ])('a block whose first line is that of the code: %s', (_name, code) => {
    expect(printed(code)).toEqual(['1']);
  });

  test('text over several lines keeps its own', () => {
    expect(printed('\n    print """a\n  b\n    c"""')).toEqual(['a', '  b', '    c']);
  });

  test('places count the indentation', () => {
    expect(syntaxError('\n    x = 1\n    y = = 2')).toBe('12:9 Python: = was not expected here');
    expect(syntaxError(' x = 1\n   y = = 2')).toBe('11:8 Python: = was not expected here');
    expect(syntaxError('   x = = 1', 20)).toBe(`${LINE}:27 Python: = was not expected here`);
  });

  test.each(['', '   ', '\n\n', ' # a comment', '\n  # a comment\n'])('no code at all: %j', (code) => {
    expect(printed(code)).toEqual([]);
  });
});
