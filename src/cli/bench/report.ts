/**
 * The report of `wirelab bench loss`: one HTML page that needs nothing else, to be read, printed and handed on.
 *
 * Charts are SVG that is drawn here, and there is no script: the page prints, its bytes depend on the rows alone, a test
 * can read every figure of it, and it will open in twenty years. What a script would give is there without: marks have
 * tooltips, pointing at a curve lets the others fade, tables beside each chart hold the same figures. uPlot was the other
 * choice; it draws on a canvas, so nothing of it can be searched, printed sharply or read aloud.
 *
 * A policy in its head forbids the page to fetch anything. All that comes from rows is escaped by `html.ts`.
 * Left out on purpose: zooming, switching series off, other languages.
 */
import type { ExperimentView, Outcome, ReportMeta } from '../../experiments/experiment.ts';
import type { ResultRow } from '../../experiments/row.ts';
import { type ExperimentPart, experimentSection } from './report/experiment-section.ts';
import { html, trusted } from './report/html.ts';
import { overview } from './report/overview.ts';
import { STYLE } from './report/style.ts';

/**
 * The page. The same arguments give the same bytes.
 * @param rows in the order in which they are to be shown
 * @throws {RangeError} if an experiment draws a figure that rows do not have
 */
export function lossReport(rows: readonly ResultRow[], outcomes: readonly Outcome[], meta: ReportMeta): string {
  const parts = partsOf(rows, outcomes, meta);
  const title = `Throughput under loss: wirelab ${meta.wirelab}, ${meta.preset}`;
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="wirelab ${meta.wirelab}">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<main>
${overview(parts, rows, meta)}
${parts.map((part) => experimentSection(part, meta))}
${trusted(FOOTER)}
</main>
</body>
</html>
`.markup;
}

/** Rows of experiments that nobody describes are shown all the same. */
function partsOf(rows: readonly ResultRow[], outcomes: readonly Outcome[], meta: ReportMeta): ExperimentPart[] {
  const known = new Set(meta.experiments.map(({ name }) => name));
  const unknown = [...new Set(rows.map(({ experiment }) => experiment))].filter((name) => !known.has(name));
  const views = [...meta.experiments, ...unknown.map((name) => undescribed(name, rows))];
  return views.map((view, index) => ({
    id: `${index + 1}-${view.name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`,
    number: index + 1,
    view,
    rows: rows.filter(({ experiment }) => experiment === view.name),
    outcomes: outcomes.filter(({ experiment }) => experiment === view.name),
    comparisons: meta.comparisons.filter(({ experiment }) => experiment === view.name),
  }));
}

function undescribed(name: string, rows: readonly ResultRow[]): ExperimentView {
  const axes = Object.keys(rows.find(({ experiment }) => experiment === name)?.axes ?? {});
  const key = axes[0] ?? 'place';
  return {
    name,
    title: name,
    question: 'These rows are of an experiment that this report was told nothing about.',
    expected: 'Nothing.',
    x: { key, title: key, scale: 'category' },
    y: { key: 'goodput', title: 'goodput', scale: 'linear' },
    series: [],
    references: [],
  };
}

const FOOTER = `<footer><h2>How to read this</h2>
<p>Goodput is what programs receive, after the warm-up. Time is virtual: it passes in the simulation, and nothing in the figures depends on the machine. Each measurement follows from its seed, and its digest changes when anything in it does.</p>
<p>An expectation is judged by the figures of all seeds. Where few loss events went into a mean, its bounds are wider by the sampling error, and say so. An interval of 95 % is Student’s over the seeds, or over batches of one run.</p>
<p>Models say what is known before measuring. Mathis: a window that grows by a segment a round trip and is halved at each loss. PFTK: the same with timeouts. RFC 9438 §5: CUBIC’s own response function.</p></footer>`;
