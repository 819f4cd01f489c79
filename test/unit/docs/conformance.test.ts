/** The table of rules below docs/ is current, and how it is made. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { collect, collectFrom } from '../../conformance/collection.ts';
import { conformanceDocument } from '../../conformance/document.ts';
import { pages } from '../../conformance/pages.ts';
import { requirementTests } from '../../conformance/requirements-document.ts';
import { comparePlaces, rulesOf } from '../../conformance/rule.ts';

const { ruleTests } = collect('.');

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

test('the pages that are made from the titles of the tests are current', () => {
  const stale = pages(ruleTests).filter(([path, text]) => read(path) !== text);
  const names = stale.map(([path]) => path).join(' and ');
  expect(names, `Titles of tests have changed since ${names} was made: run \`npm run conformance\``).toBe('');
});

test('each numbered requirement of TCP has a test that names it, or a reason why not, and not both', () => {
  const all = requirementTests(ruleTests);
  expect(all).toHaveLength(119);
  const neither = all.filter(({ files, reason }) => files.length === 0 && reason === undefined);
  const wanted = `name them in the title of a test (RFC 9293 §…: (MUST-…)) or give a reason in tcp-requirements.ts`;
  expect(neither.map(({ number }) => number).join(', '), `Requirements that no test names: ${wanted}`).toBe('');
  const both = all.filter(({ files, reason }) => files.length > 0 && reason !== undefined);
  expect(both.map(({ number }) => number).join(', '), 'Requirements with a test: remove their reason').toBe('');
});

describe('a title', () => {
  // In pieces, so that these examples are not taken for rules themselves.
  const rfc = (number: number): string => `RFC ${number}`;
  const rule = (number: number, place: string, statement: string) => ({ rfc: number, place, statement });

  test.each([
    [`${rfc(8985)} §6.2 step 3: the rule`, [rule(8985, '§6.2 step 3', 'the rule')]],
    [`${rfc(9293)} §3.8.3 (MUST-23): a: b`, [rule(9293, '§3.8.3 (MUST-23)', 'a: b')]],
    [`${rfc(6298)} §3, Karn: a`, [rule(6298, '§3, Karn', 'a')]],
    [`${rfc(826)}: a`, [rule(826, '', 'a')]],
    [`${rfc(7323)} appendix G: a`, [rule(7323, 'appendix G', 'a')]],
    [`${rfc(6298)} §3 and ${rfc(7323)} §4: a`, [rule(6298, '§3', 'a'), rule(7323, '§4', 'a')]],
    [`${rfc(768)}: a; ${rfc(8200)} §8.1: b`, [rule(768, '', 'a'), rule(8200, '§8.1', 'b')]],
    [`…: ${rfc(5961)} §3.2 (2): a`, [rule(5961, '§3.2 (2)', 'a')]],
    [`CLOSING: ${rfc(5961)} §3.2 (2): a`, [rule(5961, '§3.2 (2)', 'CLOSING: a')]],
    [`a rule of ${rfc(5961)} §3.2`, []],
    [`${rfc(768)} with BSD’s rule: a`, []],
    ['no number at all: a', []],
  ])('%s', (title, rules) => expect(rulesOf(title)).toEqual(rules));
});

test('places are in the order of the text', () => {
  const inOrder = [
    '',
    '§2',
    '§2 (a)',
    '§2.1',
    '§3.2 step 2',
    '§3.2 step 10',
    '§3.10.7.4 first check',
    '§3.10.7.4 second check',
    '§10',
    'appendix A',
  ];
  expect(inOrder.toReversed().sort(comparePlaces)).toEqual(inOrder);
});

test('titles of tests, tables and groups are found; what is not theirs is not', () => {
  const cite = (text: string): string => `RFC 768 ${text}`;
  const source = `
    const ROWS = [['${cite('§4: a row')}', 1]];
    // test('${cite('§9: a comment')}')
    test('${cite('§1: a test')}', () => {});
    it.skipIf(true)(\`${cite('§2: a ')}\${x} b\`, () => {});
    describe('${cite('§3: a group')}', () => { test.each([1])('case %i', () => {}); test('${cite('§5: its own')}', () => {}); });
    test.each(ROWS)('%s, tried', () => {});
    other('${cite('§6: no test')}');
  `;
  const { ruleTests: found } = collectFrom([{ file: 'test/unit/layers/a.test.ts', source }]);
  expect(found.map(({ rule }) => `${rule.place}: ${rule.statement}`)).toEqual([
    '§1: a test',
    '§2: a … b',
    '§3: a group: case …',
    '§5: its own',
    '§4: a row, tried',
  ]);
  const document = conformanceDocument(found);
  expect(document).toContain('RFCs: 1. Rules: 5. Tests: 5.');
  expect(document).toContain('| §1 | a test | [a.test.ts](../test/unit/layers/a.test.ts) |\n| §2 | a … b |');
});

test('an RFC without a title is refused with a sentence', () => {
  const { ruleTests: found } = collectFrom([{ file: 'a.test.ts', source: `test('${'RFC'} 99999 §1: a')` }]);
  expect(() => conformanceDocument(found)).toThrow(/RFC 99999 is cited: give its title/);
});
