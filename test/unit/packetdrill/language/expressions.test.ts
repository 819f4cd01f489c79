import { describe, expect, test } from 'vitest';
import type { Expression } from '../../../../src/packetdrill/language/script.ts';
import { argument, bare, call, problem } from './reading.ts';

const number = (value: number): unknown => ({ kind: 'number', value });
const symbol = (name: string): unknown => ({ kind: 'symbol', name });
const binary = (operator: string, left: unknown, right: unknown): unknown => ({
  kind: 'binary',
  operator,
  left,
  right,
});
const list = (...elements: unknown[]): unknown => ({ kind: 'list', elements });
const structure = (...fields: unknown[]): unknown => ({ kind: 'structure', fields });
const field = (name: string, value: unknown): unknown => ({ name, value });
const nameless = (value: unknown): unknown => ({ value });
const OPEN = { kind: 'ellipsis' };

describe('values', () => {
  test.each([
    ['...', OPEN],
    ['0', number(0)],
    ['10', number(10)],
    ['-1', number(-1)],
    ['- 1', number(-1)],
    ['0x10', number(16)],
    ['0XfF', number(255)],
    ['0644', number(420)],
    ['-010', number(-8)],
    ['0.5', number(0.5)],
    ['.5', number(0.5)],
    ['-0.25', number(-0.25)],
    ['1e3', number(1000)],
    ['1.5e-1', number(0.15)],
    ['20000000', number(20_000_000)],
    ['NULL', symbol('NULL')],
    ['_x1', symbol('_x1')],
    ['"text"', { kind: 'string', value: 'text' }],
    ['~1', { kind: 'unary', operator: '~', operand: number(1) }],
    ['~~A', { kind: 'unary', operator: '~', operand: { kind: 'unary', operator: '~', operand: symbol('A') } }],
    ['-A', { kind: 'unary', operator: '-', operand: symbol('A') }],
    ['(5)', number(5)],
    ['[]', list()],
    ['[1, 2]', list(number(1), number(2))],
    ['[...]', list(OPEN)],
    ['[[1], "a"]', list(list(number(1)), { kind: 'string', value: 'a' })],
    ['{}', structure()],
    ['f()', { kind: 'function', name: 'f', arguments: [] }],
    ['htons (80)', { kind: 'function', name: 'htons', arguments: [number(80)] }],
  ])('%s', (text, expected) => expect(bare(argument(text))).toEqual(expected));

  test('minus zero is zero', () => expect(argument('-0')).toMatchObject({ value: 0 }));

  test.each([
    ['A|B', binary('|', symbol('A'), symbol('B'))],
    ['A|B|C', binary('|', binary('|', symbol('A'), symbol('B')), symbol('C'))],
    ['A\n|\nB', binary('|', symbol('A'), symbol('B'))],
    ['1 - 2 - 3', binary('-', binary('-', number(1), number(2)), number(3))],
    ['5 -1', binary('-', number(5), number(1))],
    ['1+2*3', binary('+', number(1), binary('*', number(2), number(3)))],
    ['2*3+1', binary('+', binary('*', number(2), number(3)), number(1))],
    ['1 << 2 + 3', binary('<<', number(1), binary('+', number(2), number(3)))],
    ['1|2&3<<4', binary('|', number(1), binary('&', number(2), binary('<<', number(3), number(4))))],
    ['(1|2)&3', binary('&', binary('|', number(1), number(2)), number(3))],
    ['~1 & -2', binary('&', { kind: 'unary', operator: '~', operand: number(1) }, number(-2))],
    ['[A\n|B]', list(binary('|', symbol('A'), symbol('B')))],
    ['htons(5)|1', binary('|', { kind: 'function', name: 'htons', arguments: [number(5)] }, number(1))],
  ])('operators bind as in C: %s', (text, expected) => expect(bare(argument(text))).toEqual(expected));

  test.each([
    [
      '{fd=3, events=POLLIN|POLLOUT, revents=0}',
      structure(
        field('fd', number(3)),
        field('events', binary('|', symbol('POLLIN'), symbol('POLLOUT'))),
        field('revents', number(0)),
      ),
    ],
    ['{..., 1000}', structure(nameless(OPEN), nameless(number(1000)))],
    ['{A, htons(5)|1}', structure(nameless(symbol('A')), nameless(bare(argument('htons(5)|1'))))],
    [
      '{sa_family = AF_INET, sin_port = htons(8080), sin_addr = inet_addr("192.0.2.1")}',
      structure(
        field('sa_family', symbol('AF_INET')),
        field('sin_port', { kind: 'function', name: 'htons', arguments: [number(8080)] }),
        field('sin_addr', {
          kind: 'function',
          name: 'inet_addr',
          arguments: [{ kind: 'string', value: '192.0.2.1' }],
        }),
      ),
    ],
    [
      '{msg_name(...)=..., msg_iov(1)=[{..., 5}], msg_flags=MSG_MORE, f()=1}',
      structure(
        { name: 'msg_name', argument: OPEN, value: OPEN },
        { name: 'msg_iov', argument: number(1), value: list(structure(nameless(OPEN), nameless(number(5)))) },
        field('msg_flags', symbol('MSG_MORE')),
        field('f', number(1)),
      ),
    ],
    [
      '{msg_control=[{cmsg_level=SOL_TCP, cmsg_data={scm_sec=0,scm_nsec=5}}]}',
      structure(
        field(
          'msg_control',
          list(
            structure(
              field('cmsg_level', symbol('SOL_TCP')),
              field('cmsg_data', structure(field('scm_sec', number(0)), field('scm_nsec', number(5)))),
            ),
          ),
        ),
      ),
    ],
  ])('%s', (text, expected) => expect(bare(argument(text))).toEqual(expected));

  test('each knows its place', () => {
    const [first, second] = call('f(1 | B,\n  {fd=-3}) = 0').arguments as readonly Expression[];
    expect(first).toMatchObject({
      place: { line: 1, column: 5 },
      left: { place: { line: 1, column: 5 } },
      right: { place: { line: 1, column: 9 } },
    });
    expect(second).toMatchObject({
      place: { line: 2, column: 3 },
      fields: [{ place: { line: 2, column: 4 }, value: { place: { line: 2, column: 7 } } }],
    });
  });

  test.each([
    ['%', '1:5: a value belongs here: a number, a name, "text", [list], {structure} or ..., and here is "%"'],
    ['08', '1:5: a value belongs here'],
    ['1x', '1:5: a value belongs here'],
    ['0x', '1:5: a value belongs here'],
    ['1.2.3', '1:5: a value belongs here'],
    ['1,', '1:7: a value belongs here'],
    ['1|', '1:7: a value belongs here'],
    ['1 2', '1:7: \')\' belongs here, or a comma, or an operator, and here is "2"'],
    ['[1', "1:7: ']' belongs here, or a comma"],
    ['[1}', "1:7: ']' belongs here, or a comma"],
    ['{a=1', "1:9: '}' belongs here, or a comma"],
    ['{a=}', '1:8: a value belongs here'],
    ['{1=2}', "1:7: '}' belongs here, or a comma"],
    ['{(a)=2}', "1:9: '}' belongs here, or a comma"],
    ['{a|b=2}', "1:9: '}' belongs here, or a comma"],
    ['{a(1, 2)=3}', '1:6: "a" takes one value in its brackets'],
  ])('%s', (text, expected) => expect(problem(`0 f(${text}) = 0`)).toContain(expected));

  test('neither brackets nor operators fill the stack', () => {
    const deep = (count: number): string => `0 f(${'['.repeat(count)}1${']'.repeat(count)}) = 0`;
    expect(problem(deep(49))).toBe('none');
    expect(problem(deep(50))).toContain('1:55: brackets stand at most 50 deep');
    for (const open of ['[', '{', '(', 'f(', '{a=', '[1,{b(']) {
      expect(problem(`0 f(${open.repeat(100_000)}`)).toContain('brackets stand at most 50 deep');
    }
    for (const more of ['|1', '+1', '*A']) {
      expect(problem(`0 f(1${more.repeat(1000)}) = 0`)).toBe('none');
      expect(problem(`0 f(1${more.repeat(100_000)}) = 0`)).toContain('a value has at most 1000 operators');
    }
    expect(problem(`0 f(${'~'.repeat(1000)}1) = 0`)).toBe('none');
    expect(problem(`0 f(${'-'.repeat(100_000)}1) = 0`)).toContain('a value has at most 1000 operators');
    // Each pair of brackets with operators behind it is deeper than the one before.
    const tower = `${'['.repeat(40)}1${`${'|1'.repeat(500)}]`.repeat(40)}`;
    expect(problem(`0 f(${tower}) = 0`)).toContain('a value has at most 1000 operators');
  });

  test('a long list is not deep', () =>
    expect(argument(`[${'{fd=1, events=A|B|C}, '.repeat(3000)}1]`)).toMatchObject({ kind: 'list' }));
});
