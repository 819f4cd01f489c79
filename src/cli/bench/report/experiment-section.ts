/** One experiment: its question, what was expected, the chart, what was claimed of it, and the figures behind. */
import { placesOf } from '../../../experiments/claims.ts';
import type { Comparison, ExperimentView, Outcome, ReportMeta } from '../../../experiments/experiment.ts';
import type { MeasureName } from '../../../experiments/measures.ts';
import type { Distribution, ResultRow } from '../../../experiments/row.ts';
import { claimsTable, tally } from './claims-table.ts';
import { comparisonSection } from './comparison-section.ts';
import { type Content, html, type Markup, NOTHING } from './html.ts';
import { mainOrdinate, measureFigure, type Ordinate } from './measure-figure.ts';
import { dateText, durationText, listed, seedsText } from './provenance.ts';
import { ridges } from './ridges.ts';
import { axesLabel, measureOf, seriesAxes } from './series.ts';
import { sharesFigure } from './shares.ts';
import { measurementsTable, placesTable, spreadTable, stopText } from './tables.ts';

export interface ExperimentPart {
  /** For links. */
  readonly id: string;
  readonly number: number;
  readonly view: ExperimentView;
  readonly rows: readonly ResultRow[];
  readonly outcomes: readonly Outcome[];
  readonly comparisons: readonly Comparison[];
}

export function experimentSection(part: ExperimentPart, meta: ReportMeta): Markup {
  const { id, number, view, rows, outcomes, comparisons } = part;
  const head = html`<h2 id="${id}-title"><span class="number">${number}</span> ${view.title}</h2>
<p class="question">${view.question}</p>
<p><b>Expected.</b> ${view.expected}</p>`;
  const body =
    rows.length === 0
      ? html`<p class="empty">Nothing was measured.</p>`
      : html`${mainFigure(part)}
<p class="verdict">${tally(outcomes)}</p>
${claimsTable(view.title, outcomes)}
${otherFigures(part)}
${comparisonSection(comparisons, measureOf(view), view.title)}
${distributions(part)}
<details><summary>Figures of each place (${placesOf(rows).length})</summary>${placesTable(view, rows)}</details>
<details><summary>Each measurement (${rows.length})</summary>${measurementsTable(view, rows)}</details>
${made(view.name, rows, meta)}`;
  return html`<section id="${id}" aria-labelledby="${id}-title">${head}${body}</section>`;
}

/** Variants by name are better seen as differences, so there the chart of their figures steps back. */
function mainFigure({ view, rows, comparisons }: ExperimentPart): Markup {
  const drawn = html`<figure>${measureFigure(view, rows, mainOrdinate(view))}${caption(view, rows)}</figure>`;
  const stepsBack = view.x.scale === 'category' && comparisons.length > 0;
  return stepsBack ? html`<details><summary>${view.y.title}, as measured</summary>${drawn}</details>` : drawn;
}

function caption({ references, y }: ExperimentView, rows: readonly ResultRow[]): Markup {
  const kinds = new Set(references.map(({ kind }) => kind));
  const severalSeeds = placesOf(rows).some((place) => place.rows.length > 1);
  const hasBatches = !severalSeeds && y.key === 'goodput' && rows.some(({ halfWidth }) => halfWidth !== null);
  const parts = [
    'Filled marks: measured.',
    severalSeeds ? 'Bars: 95 % intervals of the mean over the seeds; small dots: each seed.' : '',
    hasBatches ? 'Bars: 95 % intervals by batch means of one run.' : '',
    kinds.has('model') ? 'Dashes: models.' : '',
    kinds.has('simulator') ? 'Hollow marks: another simulator, with one standard deviation where it is known.' : '',
  ];
  return html`<figcaption>${parts.filter((text) => text !== '').join(' ')}</figcaption>`;
}

/** Beside the main figure: who got what, and how evenly. */
function otherFigures({ view, rows }: ExperimentPart): Content {
  const shares = sharesFigure(view, rows);
  const isEvenness = view.y.key !== 'fairness' && rows.some(({ flows }) => flows.length > 1);
  const evenness: Ordinate = { measure: 'fairness', title: "Jain's index", scale: 'linear', references: [] };
  return [
    shares === NOTHING ? NOTHING : html`<h3>What each flow got</h3><figure>${shares}</figure>`,
    isEvenness
      ? html`<h3>How evenly the flows shared</h3><figure>${measureFigure(view, rows, evenness)}<figcaption>1 if all have the same, 1/n if one of n has everything.</figcaption></figure>`
      : NOTHING,
  ];
}

interface Spreading {
  readonly title: string;
  readonly axis: string;
  readonly what: string;
  /** The figures of rows that are of it. */
  readonly about: Partial<Record<MeasureName, true>>;
  readonly of: (row: ResultRow) => Distribution;
}

const SPREADINGS: readonly Spreading[] = [
  {
    title: 'How long repairs took',
    axis: 'recovery',
    what: 'the times from the detection of a loss until all that was in flight then is acknowledged',
    about: { medianRecovery: true },
    of: ({ recovery }) => recovery,
  },
  {
    title: 'How long frames waited',
    axis: 'wait in front of the bottleneck',
    what: 'the times that frames of data waited in front of the bottleneck',
    about: { medianQueueDelay: true, p95QueueDelay: true },
    of: ({ queueDelay }) => queueDelay,
  },
];
/** More places than these are folded, unless waiting is what the experiment is about. */
const MOST_OPEN = 8;

function distributions({ view, rows }: ExperimentPart): Content {
  const places = placesOf(rows);
  const names = [...seriesAxes(view, rows), view.x.key];
  return SPREADINGS.map(({ title, axis, what, about, of }) => {
    const drawn = ridges({
      alternative: `${title}: ${what}, for each place. The quantiles are in a table below.`,
      title: axis,
      rows: places.map((place) => ({ label: axesLabel(place.axes, names), parts: place.rows.map(of) })),
    });
    if (drawn === NOTHING) return NOTHING;
    const isOpen = places.length <= MOST_OPEN || measureOf(view) in about;
    return html`<details${isOpen ? html` open` : NOTHING}><summary>${title}</summary>
<figure>${drawn}<figcaption>Columns: the histogram of ${what}, each as high as its own highest. Dot: median, also in figures at the right; line: 5th to 95th percentile; stroke: 99th.</figcaption></figure>
<details><summary>Quantiles</summary>${spreadTable(title, view, rows, of)}</details></details>`;
  });
}

/** All that somebody needs to do it again: this experiment, without the others. */
function made(name: string, rows: readonly ResultRow[], { wirelab, startedAt, command, commands }: ReportMeta): Markup {
  const seconds = rows.reduce((sum, row) => sum + row.seconds, 0);
  const kinds = [...new Set(rows.map(({ stoppedBy }) => stoppedBy))];
  const reasons = kinds.map((reason) => {
    const count = rows.filter(({ stoppedBy }) => stoppedBy === reason).length;
    return kinds.length === 1 ? stopText(reason) : `${stopText(reason)} (${count})`;
  });
  const warmUps = [...new Set(rows.map(({ stopping }) => stopping.warmUpSeconds))].sort((one, other) => one - other);
  const warmUp =
    warmUps.at(-1) === 0 ? '' : `, of which the first ${listed(warmUps.map(String), 'or')} s of each do not count`;
  const count = rows.length === 1 ? '1 measurement' : `${rows.length} measurements`;
  return html`<p class="made">${count} with ${seedsText(rows)}; ${durationText(seconds)} of virtual time${warmUp}; ended by ${listed(reasons, 'or')}. wirelab ${wirelab}, ${dateText(startedAt)}: <code>${commands[name] ?? command}</code></p>`;
}
