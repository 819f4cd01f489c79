import { describe, expect, test } from 'vitest';
import { argument, problem } from './reading.ts';

describe('texts', () => {
  test.each([
    ['""', ''],
    ['"reno"', 'reno'],
    ['" // no /* comment %{ ` "', ' // no /* comment %{ ` '],
    ['"a\\nb\\tc\\r"', 'a\nb\tc\r'],
    ['"\\a\\b\\f\\v"', '\x07\b\f\v'],
    ['"\\\\ \\" \\\' \\?"', '\\ " \' ?'],
    ['"\\x41\\x4g\\xFF"', 'A\x04g\xff'],
    ['"\\18"', '\x018'],
    ['"\\0\\101\\1018\\377"', '\0AA8\xff'],
    ['"ü😀"', 'ü😀'],
  ])('%s', (text, value) => expect(argument(text)).toMatchObject({ kind: 'string', value }));

  test.each([
    ['0 f("a', "1:5: this text has no end on its line: '\"' is missing"],
    ['0 f("a\n") = 0', '1:5: this text has no end on its line'],
    ['0 f("a\\', '1:5: this text has no end on its line'],
    ['0 f("a\\\n") = 0', '1:5: this text has no end on its line'],
    ['0 f("ab\\q") = 0', '1:8: \\q is no escape: there are \\n, \\t, \\", \\\\, \\x41, \\101 and the like'],
    ['0 f("\\xg") = 0', '1:6: \\x is no escape'],
  ])('%j', (text, expected) => expect(problem(text)).toContain(expected));
});
