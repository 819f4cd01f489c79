/** What a change is worth: differences of pairs that met the same dice, with 95 % intervals. */
import type { Comparison } from '../../../experiments/experiment.ts';
import { MEASURES, type MeasureName } from '../../../experiments/measures.ts';
import { type DotRow, dotPlot } from './dot-plot.ts';
import { type Content, html, type Markup, NOTHING } from './html.ts';
import { displayOf, fixed, quantity } from './quantity.ts';
import { ABSENT, number, table, word } from './tables.ts';

/**
 * @param comparisons of one experiment
 * @param preferred the measure of chart and first table, if it was compared
 */
export function comparisonSection(comparisons: readonly Comparison[], preferred: MeasureName, title: string): Markup {
  if (comparisons.length === 0) return NOTHING;
  const measure = comparisons.some((one) => one.measure === preferred) ? preferred : comparisons[0]!.measure;
  const chosen = comparisons.filter((one) => one.measure === measure);
  const { baseline } = chosen[0]!;
  const places = [...new Set(chosen.map(({ where }) => where))];
  const variants = [...new Set(chosen.map(({ variant }) => variant))];
  const name = MEASURES[measure].title;
  return html`<h3>Compared with “${baseline}”</h3>
<p>Each variant met the same dice on the same links as the baseline, seed by seed, so what chance does to both is not in the difference. Intervals are 95 %, each by itself: of twenty, one may miss by chance.</p>
<figure>${forest(chosen, variants, places, name)}</figure>
${table(
  `${title}: ${name} compared with ${baseline}`,
  [word('variant'), ...places.map((place) => number(placeName(place)))],
  variants.map((variant) => [
    variant,
    ...places.map((place) => {
      const found = chosen.find((one) => one.variant === variant && one.where === place);
      return found === undefined ? ABSENT : cell(found);
    }),
  ]),
)}
<details><summary>All figures compared (${comparisons.length})</summary>${table(
    `${title}: all figures compared`,
    [
      word('variant'),
      word('where'),
      word('figure'),
      number(baseline),
      number('variant'),
      number('difference'),
      number('± 95 %'),
      word('so it is'),
      number('seeds'),
    ],
    comparisons.map((one) => {
      const { unit, title: what } = MEASURES[one.measure];
      return [
        one.variant,
        placeName(one.where),
        what,
        quantity(one.baselineMean, unit),
        quantity(one.variantMean, unit),
        quantity(one.difference, unit),
        one.halfWidth === null ? ABSENT : quantity(one.halfWidth, unit),
        verdict(one),
        one.seeds,
      ];
    }),
  )}</details>`;
}

/** `path=bursts of 4` → `bursts of 4`; a number keeps its name. */
function placeName(where: string): string {
  if (where === '') return 'everywhere';
  const [, value] = /^[^= ]+=([^=]*)$/.exec(where) ?? [];
  return value === undefined || /^[\d.e+-]*$/.test(value) ? where : value;
}

/** In per cent of the baseline, which is undefined for a baseline of 0. */
const percentOf = (value: number, { baselineMean }: Comparison): number | undefined =>
  baselineMean === 0 ? undefined : (100 * value) / baselineMean;

function cell(comparison: Comparison): Content {
  const [share, width] = [
    percentOf(comparison.difference, comparison),
    percentOf(comparison.halfWidth ?? 0, comparison),
  ];
  if (share === undefined || width === undefined) return ABSENT;
  return html`${shareText(share, comparison.halfWidth === null ? undefined : Math.abs(width))}<br><small>${verdict(comparison)}</small>`;
}

/** In words, so that nobody has to know which way is good. */
export function verdict({ difference, halfWidth, measure }: Comparison): string {
  if (difference === 0 && (halfWidth ?? 0) === 0) return 'the same';
  if (halfWidth === null) return 'one seed says little';
  if (Math.abs(difference) <= halfWidth) return 'unclear';
  const { better } = MEASURES[measure];
  if (better === 'neither') return difference > 0 ? 'more' : 'less';
  return difference > 0 === (better === 'more') ? 'better' : 'worse';
}

/** `+3.2 ± 1.4 %`: as many decimals as the interval deserves. */
function shareText(share: number, half: number | undefined): string {
  const decimals = half === undefined || half === 0 ? 1 : Math.min(3, Math.max(1, 1 - Math.floor(Math.log10(half))));
  const text = fixed(share, decimals);
  return `${share > 0 ? `+${text}` : text}${half === undefined ? '' : ` ± ${fixed(half, decimals)}`} %`;
}

function forest(
  comparisons: readonly Comparison[],
  variants: readonly string[],
  places: readonly string[],
  name: string,
): Markup {
  const rows = variants.map(
    (variant): DotRow => ({
      label: variant,
      dots: comparisons
        .filter((one) => one.variant === variant)
        .flatMap((one) => {
          const value = percentOf(one.difference, one);
          if (value === undefined) return [];
          const half = one.halfWidth === null ? undefined : Math.abs(percentOf(one.halfWidth, one) ?? 0);
          return [
            {
              style: { kind: 'measured', index: places.indexOf(one.where) } as const,
              value,
              ...(half === undefined ? {} : { range: [value - half, value + half] as const }),
              seeds: [],
              note: `${variant}, ${placeName(one.where)}: ${shareText(value, half)}, ${verdict(one)}`,
              ...(places.length === 1 ? { text: shareText(value, half) } : {}),
            },
          ];
        }),
    }),
  );
  const values = rows.flatMap(({ dots }) => dots.flatMap((dot) => [dot.value, ...(dot.range ?? [])]));
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  const margin = Math.max(1, 0.05 * (most - least));
  const unit = displayOf('share', []).unit;
  return dotPlot({
    alternative: `Difference of ${name} from the baseline, ${unit}, with 95 % intervals. ${rows.map(({ dots }) => dots.map(({ note }) => `${note}.`).join(' ')).join(' ')}`,
    title: `difference of ${name} from the baseline, ${unit}`,
    scale: 'linear',
    domain: [least - margin, most + margin],
    rows,
    legend: places.map((place, index) => ({ style: { kind: 'measured', index }, label: placeName(place) })),
    against: 0,
  });
}
