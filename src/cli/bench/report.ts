/** The HTML report of `bench loss`. For now a list of the expectations; charts are to come. */
import type { Outcome, ReportMeta } from '../../experiments/experiment.ts';
import type { ResultRow } from '../../experiments/row.ts';

/** @returns a whole HTML document */
export function lossReport(rows: readonly ResultRow[], outcomes: readonly Outcome[], meta: ReportMeta): string {
  const items = outcomes.map(
    ({ claim, wanted, measured, met }) =>
      `<li>${met ? 'met' : 'not met'}: ${escaped(claim)}: ${escaped(wanted)}, ${escaped(measured)}</li>`,
  );
  return `<!doctype html><meta charset="utf-8"><title>wirelab bench loss</title><h1>${escaped(meta.command)}</h1><p>${rows.length} rows</p><ul>${items.join('')}</ul>\n`;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
