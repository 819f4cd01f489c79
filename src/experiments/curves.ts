/** Models as curves, on the path that the rows were measured on. */
import type { AxisView, ReferenceCurve } from './experiment.ts';
import type { ResultRow } from './row.ts';

/** A value of one axis, in order, of all rows that have it. */
export const abscissas = (rows: readonly ResultRow[], axis: string): number[] =>
  [...new Set(rows.map((row) => row.axes[axis]).filter((value) => typeof value === 'number'))].sort(
    (one, other) => one - other,
  );

/** So many places make a smooth line of any model that is drawn here, corners included. */
const SAMPLES = 96;

/** From the least to the largest value that the rows have, close together, and those of the rows themselves. */
export function sampled(rows: readonly ResultRow[], { key, scale }: Pick<AxisView, 'key' | 'scale'>): number[] {
  const own = abscissas(rows, key);
  // A logarithmic axis has no way from 0 to anything.
  const from = own.find((x) => scale === 'linear' || x > 0);
  const to = own.at(-1);
  if (from === undefined || to === undefined || !(to > from)) return own;
  const between = Array.from({ length: SAMPLES }, (_, index) => {
    const share = (index + 1) / (SAMPLES + 1);
    return scale === 'linear' ? from + share * (to - from) : from * (to / from) ** share;
  });
  return [...own, ...between].sort((one, other) => one - other);
}

/**
 * A model at such places.
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
