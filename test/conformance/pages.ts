/** The pages below docs/ that are made from the titles of the tests: path and text. */
import type { RuleTest } from './collection.ts';
import { conformanceDocument } from './document.ts';
import { requirementsDocument } from './requirements-document.ts';

export const pages = (ruleTests: readonly RuleTest[]): [path: string, text: string][] => [
  ['docs/conformance.md', conformanceDocument(ruleTests)],
  ['docs/conformance-rfc9293.md', requirementsDocument(ruleTests)],
];
