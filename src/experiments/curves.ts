/** Models as curves, on the path that the rows were measured on. */
import type { ReferenceCurve } from './experiment.ts';
import type { ResultRow } from './row.ts';

/** A value of one axis, in order, of all rows that have it. */
export const abscissas = (rows: readonly ResultRow[], axis: string): number[] =>
  [...new Set(rows.map((row) => row.axes[axis]).filter((value) => typeof value === 'number'))].sort(
    (one, other) => one - other,
  );

/**
 * A model at the rows' own abscissas.
 * @param value `undefined` where the model says nothing
 */
export function modelCurve(
  title: string,
  at: readonly number[],
  value: (x: number) => number | undefined,
): ReferenceCurve[] {
  const points = at.flatMap((x) => {
    const y = value(x);
    return y === undefined || !Number.isFinite(y) ? [] : [{ x, y }];
  });
  return points.length === 0 ? [] : [{ title, kind: 'model', points }];
}
