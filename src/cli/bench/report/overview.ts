/** The head of a report: what was run, what came of it, what was missed, and where each experiment is. */
import type { ReportMeta } from '../../../experiments/experiment.ts';
import type { ResultRow } from '../../../experiments/row.ts';
import { tally } from './claims-table.ts';
import type { ExperimentPart } from './experiment-section.ts';
import { html, type Markup, NOTHING } from './html.ts';
import { dateText, durationText, seedsText } from './provenance.ts';
import { whole } from './quantity.ts';

export function overview(parts: readonly ExperimentPart[], rows: readonly ResultRow[], meta: ReportMeta): Markup {
  const virtual = rows.reduce((sum, row) => sum + row.seconds, 0);
  const frames = rows.reduce((sum, row) => sum + row.frames, 0);
  return html`<header>
<p class="kind">wirelab bench loss</p>
<h1>Throughput under loss</h1>
<p class="lead">${tally(parts.flatMap(({ outcomes }) => outcomes))}</p>
<dl>
<div><dt>Preset</dt><dd>${meta.preset}</dd></div>
<div><dt>Measured</dt><dd><time datetime="${meta.startedAt}">${dateText(meta.startedAt)}</time></dd></div>
<div><dt>Measurements</dt><dd>${rows.length}${rows.length === 0 ? NOTHING : html`, ${seedsText(rows)}`}</dd></div>
<div><dt>Virtual time</dt><dd>${durationText(virtual)}, ${whole(frames)} frames</dd></div>
<div><dt>On the clock</dt><dd>${durationText(meta.wallSeconds)} with ${meta.workers === 1 ? '1 worker' : `${meta.workers} workers`}</dd></div>
<div><dt>Made by</dt><dd>wirelab ${meta.wirelab} on Node ${meta.node.replace(/^v/, '')}</dd></div>
</dl>
<p>The same command gives the same figures on any machine:</p>
<div class="scroll" role="region" aria-label="The command that repeats this" tabindex="0"><pre>${meta.command}</pre></div>
</header>
${missed(parts)}
<nav aria-labelledby="contents"><h2 id="contents">Experiments</h2>
<ol class="contents">${parts.map(
    ({ id, view, outcomes }) =>
      html`<li><a href="#${id}">${view.title}</a> <small>${tally(outcomes)}</small><p>${view.question}</p></li>
`,
  )}</ol></nav>`;
}

/** Of one experiment, in the head; its section has all. */
const MOST_MISSED = 4;

function missed(parts: readonly ExperimentPart[]): Markup {
  const found = parts
    .map(({ id, view, outcomes }) => ({ id, title: view.title, outcomes: outcomes.filter(({ met }) => !met) }))
    .filter(({ outcomes }) => outcomes.length > 0);
  if (found.length === 0) return NOTHING;
  return html`<aside aria-labelledby="missed"><h2 id="missed">Not as expected</h2>${found.map(
    ({ id, title, outcomes }) => {
      const more = outcomes.length - MOST_MISSED;
      return html`<p><a href="#${id}">${title}</a></p><ul>${outcomes
        .slice(0, MOST_MISSED)
        .map(
          ({ claim, wanted, measured }) => html`<li>${claim}: wanted ${wanted}, measured ${measured}</li>`,
        )}${more > 0 ? html`<li>and ${more} more</li>` : NOTHING}</ul>`;
    },
  )}</aside>`;
}
