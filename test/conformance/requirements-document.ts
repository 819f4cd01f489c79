/** `docs/conformance-rfc9293.md`: the checklist of RFC 9293's appendix B, each number with its tests or a reason. */
import type { RuleTest } from './collection.ts';
import { cell, compareText, link } from './document.ts';
import { TCP_REQUIREMENTS, type TcpRequirement } from './tcp-requirements.ts';

const HEAD = `# RFC 9293, appendix B: each requirement and its tests

Made by \`npm run conformance\` from the titles of the tests and from \`test/conformance/tcp-requirements.ts\`; do not edit.
A test names a number in the place that it cites: \`RFC 9293 §3.8.3 (MUST-23): …\`.
`;

export interface RequirementTests extends TcpRequirement {
  /** Files with tests that name the number. */
  readonly files: readonly string[];
}

export function requirementTests(ruleTests: readonly RuleTest[]): RequirementTests[] {
  const files = new Map<string, Set<string>>();
  for (const { rule, file } of ruleTests) {
    if (rule.rfc !== 9293) continue;
    for (const [number] of rule.place.matchAll(/(?:MUST|SHLD|REC|MAY)-\d+/g)) {
      files.set(number, (files.get(number) ?? new Set()).add(file));
    }
  }
  return TCP_REQUIREMENTS.map((requirement) => ({
    ...requirement,
    files: [...(files.get(requirement.number) ?? [])].sort(compareText),
  }));
}

export function requirementsDocument(ruleTests: readonly RuleTest[]): string {
  const all = requirementTests(ruleTests);
  const rows = all.map(({ number, section, level, requirement, reason, files }) => {
    const shown = files.length > 0 ? files.map(link).join(', ') : `*${cell(reason ?? 'no test')}*`;
    return `| ${number} | §${section} | ${level} | ${cell(requirement)} | ${shown} |\n`;
  });
  const tested = all.filter(({ files }) => files.length > 0).length;
  const counts = `Requirements: ${all.length}. Tested: ${tested}. With a reason instead: ${all.length - tested}.\n`;
  return [HEAD, counts, `| number | section | | requirement | tests |\n|---|---|---|---|---|\n${rows.join('')}`].join(
    '\n',
  );
}
