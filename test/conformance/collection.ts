/** All tests of the project that name a rule of an RFC. */
import { readdirSync, readFileSync } from 'node:fs';
import { mentionsRfc, type Rule, rulesOf } from './rule.ts';
import { type TestTitle, testTitles } from './test-titles.ts';

export interface RuleTest {
  readonly rule: Rule;
  /** Path from the project's root, with forward slashes. */
  readonly file: string;
  /** `file` and the titles that lead to the test: two rows with the same one are one test. */
  readonly test: string;
}

export interface Collection {
  readonly ruleTests: readonly RuleTest[];
  /** Titles that mention an RFC, but not in the form that names a rule: `file: title`. */
  readonly otherMentions: readonly string[];
}

/** Reads every test file below `root`/test. */
export function collect(root: string): Collection {
  const files = readdirSync(`${root}/test`, { recursive: true, encoding: 'utf8' })
    .map((path) => `test/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.test.ts'))
    .sort();
  return collectFrom(files.map((file) => ({ file, source: readFileSync(`${root}/${file}`, 'utf8') })));
}

export function collectFrom(files: readonly { readonly file: string; readonly source: string }[]): Collection {
  const ruleTests: RuleTest[] = [];
  const otherMentions: string[] = [];
  for (const { file, source } of files) {
    for (const title of testTitles(file, source)) {
      const chain = [...title.around, title.title];
      const rules = rulesAround(title);
      const test = `${file} > ${chain.join(' > ')}`;
      for (const rule of rules) ruleTests.push({ rule, file, test });
      if (rules.length === 0 && chain.some(mentionsRfc)) otherMentions.push(`${file}: ${chain.join(' > ')}`);
    }
  }
  return { ruleTests, otherMentions };
}

/** The rules of its own title, or else of the nearest `describe` that names one, of which the test is a case. */
function rulesAround({ title, around }: TestTitle): Rule[] {
  const own = rulesOf(title);
  if (own.length > 0) return own;
  for (const outer of around.toReversed()) {
    const rules = rulesOf(outer);
    if (rules.length > 0) {
      return rules.map((rule) => ({
        ...rule,
        statement: title === '…' ? rule.statement : `${rule.statement}: ${title}`,
      }));
    }
  }
  return [];
}
