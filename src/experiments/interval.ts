/**
 * How far a mean can be trusted: 95 % confidence intervals by Student's t, over seeds that are independent, or over batches
 * of one long run (the method of batch means: batches that are long against the process's memory are nearly independent).
 */

/** Two-sided 95 % quantiles of Student's t for 1, 2, … degrees of freedom. */
const QUANTILES = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
/** Of the normal distribution, and the first term of the expansion by which t exceeds it: (z³ + z) / 4. */
const NORMAL = 1.95996;
const EXCESS = 2.3723;

/** Batches that the samples are put together into, and the fewest that say anything. */
const BATCHES = 20;
const LEAST_BATCHES = 10;

export interface Interval {
  readonly mean: number;
  /** Half of the 95 % confidence interval; `undefined` for fewer than two values. */
  readonly halfWidth: number | undefined;
}

export function studentQuantile(degrees: number): number {
  return QUANTILES[degrees - 1] ?? NORMAL + EXCESS / degrees;
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of values that are independent. */
export function interval(values: readonly number[]): Interval {
  const middle = mean(values);
  const { length } = values;
  if (length < 2) return { mean: middle, halfWidth: undefined };
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return { mean: middle, halfWidth: studentQuantile(length - 1) * Math.sqrt(squares / (length - 1) / length) };
}

/**
 * Half of the 95 % confidence interval of the mean of samples that follow each other, as a share of that mean.
 * @returns `undefined` for too few of them, or a mean of 0
 */
export function batchHalfWidth(samples: readonly number[]): number | undefined {
  const size = Math.max(1, Math.floor(samples.length / BATCHES));
  const count = Math.floor(samples.length / size);
  if (count < LEAST_BATCHES) return undefined;
  // What does not fill a batch is left out at the beginning, which is nearer to the warm-up.
  const first = samples.length - count * size;
  const batches = Array.from({ length: count }, (_, batch) =>
    mean(samples.slice(first + batch * size, first + (batch + 1) * size)),
  );
  const { mean: middle, halfWidth } = interval(batches);
  return middle === 0 ? undefined : halfWidth! / middle;
}
