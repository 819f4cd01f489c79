import { describe, expect, test } from 'vitest';
import { problem } from './reading.ts';

/** What is linear takes tenths of a second here, what is quadratic tens of seconds and more. */
const LENGTH = 300_000;
const MOST_MS = 10_000;
const many = (piece: string): string => piece.repeat(Math.ceil(LENGTH / piece.length));

describe('time grows with the length of a text and no faster', () => {
  test.each([
    ['white space', `0 ${many(' ')}`],
    ['lines', many('\n')],
    ['spaces between marks on one line', `0 f(${many('1 , ')}1) = 0`],
    ['comments', many('/**/')],
    ['lines of comments', many('//\n')],
    ['a word', `0 ${many('a')}`],
    ['digits', `0 < S ${many('1')}`],
    ['digits that are none', `0 < S ${many('1')}x`],
    ['a cookie', `0 < S 0:0(0) <FO ${many('ab')}x>`],
    ['a text', `0 f("${many('a')}") = 0`],
    ['a text without end', `0 f("${many('a')}`],
    ['escapes', `0 f("${many('\\n')}") = 0`],
    ['texts', `0 f(${many('"",')}0) = 0`],
    ['an operator', `0 f(${many('1|')}`],
    ['a note', `0 f() = 0 (${many('()')})`],
    ['commands', many('``')],
    ['code without end', many('%{')],
    ['packets', many('< . 1:1(0)\n')],
    ['packets on one line', many('< udp (1) ')],
    ['blocks', `0 < . 1:1(0) <sack ${many('1:2 ')}>`],
    ['options of TCP', `0 < . 1:1(0) <${many('nop,')}nop>`],
    ['control bits', `0 < ${many('S')}`],
    ['an address', `0 < ipv6 ${many('a:')}`],
    ['an address of dots', `0 < ipv4 ${many('1.')}`],
    ['wrappings', `0 < ${many('gre:')}`],
    ['labels', `0 < mpls ${many('(label 1,tc 1,ttl 1)')}`],
    ['calls', many('0 f(a,{c=d},"x") = 0 (x)\n')],
    ['options', many('--a=b\n')],
    ['an option', `--${many('b')}`],
    ['definitions', `${many('-D A=B\n')}0 f(A) = 0`],
    ['a name', `-D A=1\n${many('f(A) = A\n')}`],
    ['a name for nothing', `-D A=\n${many('A ')}`],
  ])('%s', { timeout: 6 * MOST_MS }, (_, text) => {
    const start = performance.now();
    problem(text);
    expect(performance.now() - start).toBeLessThan(MOST_MS);
  });
});
