/** `npm run conformance`: writes the pages below docs/ that are made from the titles of the tests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { collect } from './collection.ts';
import { pages } from './pages.ts';

const collection = collect('.');
mkdirSync('docs', { recursive: true });
for (const [path, text] of pages(collection.ruleTests)) {
  writeFileSync(path, text);
  console.log(`wrote ${path}`);
}
for (const mention of collection.otherMentions) console.error(`names no rule: ${mention}`);
