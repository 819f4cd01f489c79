/**
 * The figure of one experiment as a picture by itself, for a page that is not ours: an SVG file that is readable by day and
 * by night, without a script, in whatever letters there are, and which says what it shows and what made it.
 */
import type { ExperimentView } from '../../../experiments/experiment.ts';
import type { ResultRow } from '../../../experiments/row.ts';
import { type Content, html, trusted } from './html.ts';
import { wideChart } from './line-chart.ts';
import { mainOrdinate, measureCurves } from './measure-figure.ts';
import { CHART_STYLE, PALETTE } from './style.ts';
import { label, WIDTHS } from './svg.ts';

const MARGIN = 16;
const HEAD = 52;
const CHART_HEIGHT = 460;
const LINE = 18;
const WIDTH = WIDTHS.wide + 2 * MARGIN;

const STYLE = `${PALETTE}.paper{fill:var(--paper)}
text{font-family:system-ui,sans-serif;font-size:12px;fill:var(--quiet)}
.head{font-size:17px;font-weight:600;fill:var(--ink)}
${CHART_STYLE}`;

/**
 * @param made in a line: the path, and the command that draws it again
 * @returns the whole file; the same arguments give the same bytes
 * @throws {RangeError} if the experiment has no curves: it is over names, or one place alone was measured
 */
export function curvePicture(view: ExperimentView, rows: readonly ResultRow[], made: readonly string[]): string {
  const data = measureCurves(view, rows, mainOrdinate(view));
  if (data === undefined) throw new RangeError(`experiment ${view.name} has no curve: it is not over numbers`);
  const lines: readonly Content[] = [captionOf(view, rows), ...made];
  const height = HEAD + CHART_HEIGHT + LINE * lines.length + MARGIN;
  const below = HEAD + CHART_HEIGHT + LINE;
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${data.alternative}">
<style>${trusted(STYLE)}</style>
<rect class="paper" width="${WIDTH}" height="${height}"/>
${label(MARGIN, 26, 'start', view.title, 'head')}
<g transform="translate(${MARGIN} ${HEAD})">${wideChart(data, CHART_HEIGHT)}</g>
${lines.map((line, index) => label(MARGIN, below + index * LINE, 'start', line))}
</svg>
`.markup;
}

function captionOf({ references }: ExperimentView, rows: readonly ResultRow[]): string {
  const has = (kind: string): boolean => references.some((reference) => reference.kind === kind);
  const hasBars = rows.some(({ halfWidth }) => halfWidth !== null);
  return [
    `Filled marks: measured${hasBars ? ' (bars: 95 % interval)' : ''}.`,
    has('model') ? 'Dashes: models.' : '',
    has('simulator') ? 'Hollow marks: another simulator (bars: standard deviation).' : '',
  ]
    .filter((text) => text !== '')
    .join(' ');
}
