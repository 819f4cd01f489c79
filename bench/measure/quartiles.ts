/** The middle of some measurements, and how far they scatter. */
export interface Quartiles {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export function quartiles(values: readonly number[]): Quartiles {
  return { median: quantile(values, 0.5), low: quantile(values, 0.25), high: quantile(values, 0.75) };
}

/** @param part from 0 to 1 */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.round((sorted.length - 1) * part)]!;
}
