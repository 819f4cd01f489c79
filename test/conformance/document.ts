/** `docs/conformance.md`: RFC → rules → tests. */
import type { RuleTest } from './collection.ts';
import { RFC_TITLES } from './rfc-titles.ts';
import { comparePlaces } from './rule.ts';

const HEAD = `# RFC by RFC: the rules and their tests

Made from the titles of the tests by \`npm run conformance\`; do not edit. A rule is named by a test whose title has the form
\`RFC 9293 §3.8.3 (MUST-23): what the RFC wants\`. In a rule, … stands for what a table of cases fills in.
The numbered requirements of RFC 9293 are listed one by one in [conformance-rfc9293.md](conformance-rfc9293.md).
`;

/**
 * @param ruleTests in any order
 * @throws {RangeError} for an RFC without a title in `rfc-titles.ts`
 */
export function conformanceDocument(ruleTests: readonly RuleTest[]): string {
  const rfcs = [...new Set(ruleTests.map(({ rule }) => rule.rfc))].sort((a, b) => a - b);
  const chapters = rfcs.map((rfc) => ({ rfc, ruleTests: ruleTests.filter(({ rule }) => rule.rfc === rfc) }));
  const index = chapters.map(
    (chapter) =>
      `| [${chapter.rfc}](#rfc-${chapter.rfc}) | ${cell(title(chapter.rfc))} | ${rules(chapter.ruleTests)} | ${tests(chapter.ruleTests)} |\n`,
  );
  return [
    HEAD,
    `RFCs: ${rfcs.length}. Rules: ${rules(ruleTests)}. Tests: ${tests(ruleTests)}.\n`,
    `| RFC | title | rules | tests |\n|---|---|---|---|\n${index.join('')}`,
    ...chapters.map((chapter) => section(chapter.rfc, chapter.ruleTests)),
  ].join('\n');
}

const count = (ruleTests: readonly RuleTest[], key: (entry: RuleTest) => string): number =>
  new Set(ruleTests.map(key)).size;

const ruleKey = ({ rule }: RuleTest): string => JSON.stringify([rule.rfc, rule.place, rule.statement]);
const rules = (ruleTests: readonly RuleTest[]): number => count(ruleTests, ruleKey);
const tests = (ruleTests: readonly RuleTest[]): number => count(ruleTests, ({ test }) => test);

function section(rfc: number, ruleTests: readonly RuleTest[]): string {
  const rows = new Set(
    inOrder(ruleTests).map(({ rule, file }) => `| ${cell(rule.place)} | ${cell(rule.statement)} | ${link(file)} |\n`),
  );
  return `## RFC ${rfc}\n\n${title(rfc)}\n\n| place | rule | test |\n|---|---|---|\n${[...rows].join('')}`;
}

/** By place, then by file; rules of one place and file stay as they stand in the file. */
const inOrder = (ruleTests: readonly RuleTest[]): RuleTest[] =>
  ruleTests.toSorted(
    (a, b) =>
      comparePlaces(a.rule.place, b.rule.place) ||
      compareText(a.rule.place, b.rule.place) ||
      compareText(a.file, b.file),
  );

export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function title(rfc: number): string {
  const known = RFC_TITLES[rfc];
  if (known === undefined)
    throw new RangeError(`RFC ${rfc} is cited: give its title in test/conformance/rfc-titles.ts`);
  return known;
}

export const link = (file: string): string => `[${file.replace(/^test\/(unit\/layers\/)?/, '')}](../${file})`;

/** Text in a cell of a table: what Markdown would take for its own is escaped. */
export const cell = (text: string): string => text.replace(/[\\|<*_`[\]]/g, '\\$&');
