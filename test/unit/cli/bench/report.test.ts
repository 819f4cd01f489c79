/** The page that `bench loss` leaves: what is on it, for all experiments of the catalogue and for what is out of order. */
import { describe, expect, test } from 'vitest';
import { lossReport } from '../../../../src/cli/bench/report.ts';
import { ABLATION } from '../../../../src/experiments/catalogue/ablation.ts';
import { LOSS_RATE } from '../../../../src/experiments/catalogue/loss-rate.ts';
import { MANY_FLOWS, PAIRS_OF_CONTROLLERS } from '../../../../src/experiments/catalogue/sharing.ts';
import { TAIL_LOSS } from '../../../../src/experiments/catalogue/tail-loss.ts';
import type { Comparison } from '../../../../src/experiments/experiment.ts';
import { MEASURES, type MeasureName } from '../../../../src/experiments/measures.ts';
import type { ResultRow } from '../../../../src/experiments/row.ts';
import { plausibleRun, type Run } from './plausible-rows.ts';

const write = ({ rows, outcomes, meta }: Run): string => lossReport(rows, outcomes, meta);
const whole = plausibleRun('quick', 2);
const page = write(whole);
const sections = page.split('<section ').slice(1);
const sectionOf = (title: string): string => sections.find((text) => text.includes(`</span> ${title}</h2>`))!;
const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;
/** The charts that a wide page shows. */
const charts = (text: string): string[] =>
  [...text.matchAll(/<svg class="chart wide".*?<\/svg>/gs)].map(([svg]) => svg);
const unescaped = (text: string): string => text.replaceAll('&#39;', "'").replaceAll('&lt;', '<');

describe('a report of everything', () => {
  test('says what was run, when, by what and how often, and how to do it again', () => {
    const head = page.slice(0, page.indexOf('<section'));
    expect(head).toMatch(/^<!DOCTYPE html>\n<html lang="en">/);
    expect(head).toContain('<title>Throughput under loss: wirelab 0.0.0, quick</title>');
    expect(head).toContain('<pre>wirelab bench loss --preset quick --out results</pre>');
    expect(head).toContain('2026-03-01 12:30 UTC');
    expect(head).toContain('51.2 s with 2 workers');
    expect(head).toContain('wirelab 0.0.0 on Node 20.20.2');
    expect(head).toContain(`${whole.rows.length}, seeds 1 to 2`);
    const met = whole.outcomes.filter((outcome) => outcome.met).length;
    expect(head).toContain(`${met} of ${whole.outcomes.length} expectations met`);
  });

  test('has a section for each experiment: its question, what is expected, a chart, a link to it', () => {
    expect(sections).toHaveLength(whole.meta.experiments.length);
    whole.meta.experiments.forEach(({ name, title, question, expected }, index) => {
      const section = unescaped(sections[index]!);
      expect(section).toContain(title);
      expect(section).toContain(question);
      expect(section).toContain(expected);
      expect(charts(section).length).toBeGreaterThan(0);
      expect(section).toContain(`<code>wirelab bench loss --preset quick --experiment ${name}</code>`);
      const [, id = ''] = /^id="([^"]+)"/.exec(section)!;
      expect(id).toMatch(/^\d+-[a-z0-9-]+$/);
      expect(page).toContain(`<a href="#${id}">`);
    });
  });

  test('has every claim with what was wanted, what was measured, and whether it was met, in words', () => {
    const rows = [...page.matchAll(/<tr>(.*?)<\/tr>/g)].map(([, row = '']) => unescaped(row.replace(/<[^>]*>/g, '|')));
    for (const { claim, wanted, measured, met } of whole.outcomes) {
      const line = rows.find((row) => [claim, wanted, measured].every((text) => row.includes(`|${text}|`)));
      expect(line ?? '', claim).toContain(met ? '✓ met' : '✗ not met');
    }
    // What was missed is told at the beginning, too.
    const missed = whole.outcomes.find(({ met }) => !met)!;
    expect(page.slice(0, page.indexOf('<section'))).toContain(missed.wanted);
  });

  test('has the value of every row in a table, with its digest', () => {
    for (const row of whole.rows) {
      const view = whole.meta.experiments.find(({ name }) => name === row.experiment)!;
      const section = sections[whole.meta.experiments.indexOf(view)]!;
      const table = section.slice(section.indexOf('>Each measurement'));
      const line = table
        .split('\n')
        .find((text) => text.includes(`<code>${row.digest}</code>`))
        ?.split('<tr>')
        .at(-1);
      expect(line, row.pointId).toBeDefined();
      const value = MEASURES[view.y.key as MeasureName].of(row);
      const column = [...table.matchAll(/<th scope="col"[^>]*>(.*?)<\/th>/g)].findIndex(([, title = '']) =>
        unescaped(title).startsWith(MEASURES[view.y.key as MeasureName].title),
      );
      const [, title = ''] = [...table.matchAll(/<th scope="col"[^>]*>(.*?)<\/th>/g)][column]!;
      const cells = [...line!.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/g)].map(([, text = '']) => text);
      const shown = Number(cells[column]!.replaceAll('\u202f', '')) * factorOf(title);
      expect(Math.abs(shown / value! - 1), `${row.pointId}: ${cells[column]}`).toBeLessThan(6e-4);
    }
  });

  test('draws each place once, and what others measured as hollow marks', () => {
    const [chart = ''] = charts(sectionOf('Goodput against random loss'));
    const view = whole.meta.experiments.find(({ name }) => name === 'loss-rate')!;
    const marks = (kind: string): number =>
      [...chart.matchAll(/<g class="curve ([\w ]+)">(.*?)<\/g>/gs)]
        .filter(([, name = '']) => name.startsWith(kind))
        .reduce((sum, [, , text = '']) => sum + count(text, /class="mark"/g), 0);
    const places = new Set(whole.rows.filter((row) => row.experiment === 'loss-rate').map(({ pointId }) => pointId));
    expect(marks('measured')).toBe(places.size);
    const points = view.references.filter(({ kind }) => kind === 'simulator').flatMap((curve) => curve.points);
    expect(points.length).toBeGreaterThan(4);
    expect(marks('simulator')).toBe(points.length);
    expect(marks('model')).toBe(0);
    for (const { title } of view.references) expect(unescaped(chart)).toContain(`>${title}<`);
  });

  test('tells lines apart by shapes and dashes, not by colour alone', () => {
    const [chart = ''] = charts(sectionOf('Goodput against random loss'));
    const curves = [...chart.matchAll(/<g class="curve ([\w ]+)">(.*?)<\/g>/gs)];
    const shapes = curves
      .filter(([, name = '']) => name.startsWith('measured'))
      .map(([, , text = '']) => outline(text));
    const dashes = curves
      .filter(([, name = '']) => name.startsWith('model'))
      .map(([, , text = '']) => /stroke-dasharray="([^"]*)"/.exec(text)![1]);
    expect(shapes.length).toBeGreaterThan(3);
    expect(dashes.length).toBeGreaterThan(2);
    expect(new Set(dashes).size).toBe(dashes.length);
    expect(new Set(shapes).size).toBe(shapes.length);
  });

  test('every chart is an image with a text in its place, which has the figures of its curves', () => {
    const all = [...page.matchAll(/<svg class="chart [^>]*>/g)].map(([tag]) => tag);
    expect(all.length).toBeGreaterThan(40);
    for (const tag of all) expect(tag).toMatch(/role="img".* aria-label="[^"]{40,}"/);
    expect(charts(sectionOf('Goodput against random loss'))[0]).toMatch(
      /aria-label="goodput, Mbit\/s against loss rate, both axes logarithmic\. reno: from [\d.]+ at 0 to [\d.]+ at 0\.05\./,
    );
  });

  test('shows how repairs and waits are spread, what each flow got, and how evenly', () => {
    expect(sectionOf('Goodput against random loss')).toMatch(/How long repairs took.*How long frames waited/s);
    expect(sectionOf('Two controllers on one line')).toMatch(/What each flow got.*[\d.]+ cubic<.*[\d.]+ bbr</s);
    expect(sectionOf('Queue disciplines with and without ECN')).toContain('How evenly the flows shared');
    expect(sectionOf('Goodput against random loss')).not.toContain('How evenly the flows shared');
  });

  test('has the differences of pairs with their intervals, and says which way is good', () => {
    const section = sectionOf('What each feature is worth');
    const goodput = whole.meta.comparisons.filter(({ measure }) => measure === 'goodput');
    expect(goodput.length).toBeGreaterThan(3);
    for (const { variant, difference, baselineMean } of goodput) {
      const share = ((100 * difference) / baselineMean).toFixed(1).replace('-', '−');
      expect(section, variant).toMatch(new RegExp(`>${variant}</th><td class="figure">\\+?${share}\\d* ± `));
    }
    expect(count(section, /All figures compared \((\d+)\)/g)).toBe(1);
  });

  test('fetches nothing, and there is no script', () => {
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:`);
    expect(page).not.toMatch(/<script|<img|<iframe|<object|\ssrc=|\son\w+=/i);
    expect([...page.matchAll(/href="([^#][^"]*)"/g)].map(([, to]) => to)).toEqual(['data:,']);
    expect(page).not.toMatch(/https?:/);
  });

  test('has no figure that is none', () => {
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  test('the same rows give the same bytes, also when they have been in a file', () => {
    expect(write(whole)).toBe(page);
    expect(write(JSON.parse(JSON.stringify(whole)) as Run)).toBe(page);
    expect(write(plausibleRun('quick', 2))).toBe(page);
  });
});

/** What a path of a mark looks like wherever it stands: its corners against the first. */
function outline(text: string): string {
  const [, path = ''] = /class="mark" d="([^"]*)"/.exec(text)!;
  if (path.includes('a')) return 'circle';
  const corners = path.split(/[MLZ]/).filter((pair) => pair !== '');
  const [[x, y]] = corners.map((pair) => pair.split(' ').map(Number)) as [[number, number]];
  return corners
    .map((pair) => pair.split(' ').map(Number))
    .map(([a, b]) => `${(a! - x).toFixed(1)} ${(b! - y).toFixed(1)}`)
    .join();
}

const FACTORS: Readonly<Record<string, number>> = { 'Mbit/s': 1e6, 'kbit/s': 1e3, s: 1e9, ms: 1e6, µs: 1e3, '%': 0.01 };
const factorOf = (title: string): number => FACTORS[title.split(', ').at(-1)!] ?? 1;

describe('what is out of order', () => {
  const small = plausibleRun('quick', 1, [TAIL_LOSS]);

  test('names from outside are text, wherever they stand', () => {
    const evil = `<script>alert("x")</script>' onload='`;
    const rows = small.rows.map((row) => ({ ...row, axes: { ...row.axes, variant: `${evil}${row.axes.variant}` } }));
    const [view] = small.meta.experiments;
    const text = lossReport(rows, [{ experiment: view!.name, claim: evil, wanted: evil, measured: evil, met: false }], {
      ...small.meta,
      wirelab: evil,
      node: evil,
      preset: evil,
      command: evil,
      startedAt: evil,
      experiments: [
        {
          ...view!,
          title: evil,
          question: evil,
          expected: evil,
          references: [
            {
              title: evil,
              kind: 'model',
              points: [
                { x: 1, y: 1e9 },
                { x: 2, y: 1e9 },
              ],
            },
          ],
        },
      ],
      comparisons: [comparison({ experiment: view!.name, variant: evil, baseline: evil, where: evil })],
    });
    expect(text).not.toContain('<script');
    expect(text).not.toContain(evil);
    expect(count(text, /&lt;script&gt;/g)).toBeGreaterThan(20);
  });

  test('without any row there is still a page', () => {
    const text = lossReport([], [], { ...small.meta, experiments: [], comparisons: [] });
    expect(text).toContain('nothing was expected');
    const described = lossReport([], [], small.meta);
    expect(described).toContain('Nothing was measured.');
    expect(described).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('a single row is a mark in a row, not a curve', () => {
    const [row] = small.rows;
    const text = lossReport([row!], [], small.meta);
    expect(charts(text)[0]).toContain('class="mark"');
    expect(text).toContain(row!.digest);
    expect(text).toContain('1 measurement with seed 1');
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('a series of one point has a mark and no line', () => {
    const rows = small.rows.filter(({ axes }) => axes.variant !== 'neither' || axes.lost === 1);
    const [chart = ''] = charts(lossReport(rows, [], small.meta));
    const curves = [...chart.matchAll(/<g class="curve measured[\w ]*">(.*?)<\/g>/gs)].map(([, text = '']) => text);
    expect(curves.map((text) => count(text, /class="mark"/g))).toEqual([3, 3, 1]);
    expect(curves.map((text) => count(text, /class="line"/g))).toEqual([1, 1, 0]);
  });

  test('a transfer that was not complete is not drawn, and that is said', () => {
    const rows = small.rows.map((row, index) =>
      index === 0 ? { ...row, flows: row.flows.map((flow) => ({ ...flow, completionNs: null })) } : row,
    );
    const text = lossReport(rows, [], small.meta);
    expect(text).toContain('1 place is not drawn');
    expect(text).toMatch(new RegExp(`<td class="figure">–</td>.*<code>${rows[0]!.digest}</code>`));
    const none = lossReport(rows.slice(0, 1), [], small.meta);
    expect(none).toContain('Nothing was measured that could be drawn.');
  });

  test('rows of an experiment that nobody describes are shown', () => {
    const rows: ResultRow[] = small.rows.map((row) => ({ ...row, experiment: 'mine <1>' }));
    const text = lossReport(rows, [], { ...small.meta, experiments: [], comparisons: [] });
    expect(text).toContain('</span> mine &lt;1&gt;</h2>');
    for (const { digest } of rows) expect(text).toContain(digest);
  });

  test('an ordinate that no row has is a mistake', () => {
    const [view] = small.meta.experiments;
    const meta = { ...small.meta, experiments: [{ ...view!, y: { ...view!.y, key: 'speed' } }] };
    expect(() => lossReport(small.rows, [], meta)).toThrow(/experiment tail-loss: a row has no figure 'speed'/);
  });

  test('axes that the view does not name tell lines apart all the same', () => {
    const rows = [
      ...small.rows,
      ...small.rows.map((row) => ({ ...row, pointId: `${row.pointId}b`, axes: { ...row.axes, rate: '1Gbit/s' } })),
    ];
    const named = rows.map((row) => ({ ...row, axes: { rate: '100Mbit/s', ...row.axes } }));
    const [chart = ''] = charts(lossReport(named, [], small.meta));
    expect(chart).toContain('>neither, 100Mbit/s<');
    expect(chart).toContain('>neither, 1Gbit/s<');
  });

  test('a loss of 0 has its place before the logarithmic axis, and no line leads there', () => {
    const run = plausibleRun('quick', 1, [LOSS_RATE]);
    const [chart = ''] = charts(write(run));
    expect(chart).toContain('class="break"');
    const [curve = ''] = /<g class="curve measured c0">.*?<\/g>/s.exec(chart)!;
    const corners = /class="line" d="([^"]*)"/.exec(curve)![1]!.split('L');
    expect(corners).toHaveLength(count(curve, /class="mark"/g) - 1);
  });

  test('one seed has no interval of a difference, and says little', () => {
    const run = plausibleRun('quick', 1, [ABLATION]);
    expect(write(run)).toMatch(/[+−]?[\d.]+ %<br><small>(?:one seed says little|the same)<\/small>/);
  });

  test('differences are judged by the figure: fewer timeouts are better, less goodput is worse', () => {
    const judged = (given: Partial<Comparison>): string =>
      lossReport([], [], { ...small.meta, comparisons: [comparison(given)] });
    // Comparisons of an experiment without rows are not shown.
    expect(judged({})).not.toContain('Compared with');
    const shown = (given: Partial<Comparison>): string =>
      lossReport(small.rows, [], { ...small.meta, comparisons: [comparison(given)] });
    expect(shown({ measure: 'goodput', difference: -2, halfWidth: 1 })).toContain('<small>worse</small>');
    expect(shown({ measure: 'timeouts', difference: -2, halfWidth: 1 })).toContain('<small>better</small>');
    expect(shown({ measure: 'timeouts', difference: -2, halfWidth: 3 })).toContain('<small>unclear</small>');
    expect(shown({ measure: 'lossEvents', difference: 2, halfWidth: 1 })).toContain('<small>more</small>');
    expect(shown({ measure: 'timeouts', baselineMean: 0, difference: 2, halfWidth: 1 })).not.toMatch(/NaN|Infinity/);
  });

  test('a hundred flows and two kinds of them are told by their means', () => {
    const run = plausibleRun('quick', 2, [MANY_FLOWS, PAIRS_OF_CONTROLLERS]);
    const text = write(run);
    expect(count(text, /What each flow got/g)).toBe(1);
    const [row, other] = run.rows.filter(({ experiment }) => experiment === 'pairs');
    const mean = (row!.flows[0]!.goodput + other!.flows[0]!.goodput) / 2e6;
    expect(text).toContain(`>${mean.toPrecision(4)} reno<`);
  });
});

const comparison = (given: Partial<Comparison>): Comparison => ({
  experiment: 'tail-loss',
  where: 'lost=1',
  baseline: 'neither',
  variant: 'RACK',
  measure: 'goodput',
  baselineMean: 10,
  variantMean: 8,
  difference: -2,
  halfWidth: 1,
  seeds: 5,
  ...given,
});
