/**
 * Variants against a baseline, by pairs: both with the same seed, so with the same dice on the same links. What chance does
 * to both drops out of the difference, whose confidence interval is that of the seeds' differences.
 */
import { type PlaceRows, placeAt, placesOf } from './claims.ts';
import type { Comparison, Experiment } from './experiment.ts';
import { interval, mean } from './interval.ts';
import { MEASURES, type MeasureName } from './measures.ts';
import { axesText } from './point-id.ts';
import type { ResultRow } from './row.ts';

/** All comparisons that the rows of an experiment allow; none for an experiment without a baseline. */
export function compare(
  { name, comparison }: Pick<Experiment, 'name' | 'comparison'>,
  rows: readonly ResultRow[],
): Comparison[] {
  if (comparison === undefined) return [];
  const { axis, baseline, measures } = comparison;
  const places = placesOf(rows);
  return places.flatMap((variant) => {
    if (variant.axes[axis] === baseline || variant.axes[axis] === undefined) return [];
    const other = placeAt(places, { ...variant.axes, [axis]: baseline });
    if (other === undefined) return [];
    const names = {
      experiment: name,
      where: axesText(variant.axes, [axis]),
      baseline,
      variant: String(variant.axes[axis]),
    };
    return measures.flatMap((measure) => {
      const pairs = pairsOf(other, variant, measure);
      if (pairs.length === 0) return [];
      const { mean: difference, halfWidth } = interval(pairs.map(([before, after]) => after - before));
      return [
        {
          ...names,
          measure,
          baselineMean: mean(pairs.map(([before]) => before)),
          variantMean: mean(pairs.map(([, after]) => after)),
          difference,
          halfWidth: halfWidth ?? null,
          seeds: pairs.length,
        },
      ];
    });
  });
}

/** Of the seeds that both have, where both have the figure. */
function pairsOf(baseline: PlaceRows, variant: PlaceRows, measure: MeasureName): (readonly [number, number])[] {
  const { of } = MEASURES[measure];
  return variant.rows.flatMap((row) => {
    const partner = baseline.rows.find(({ seed }) => seed === row.seed);
    const [before, after] = [partner === undefined ? undefined : of(partner), of(row)];
    return before === undefined || after === undefined ? [] : [[before, after] as const];
  });
}
