/**
 * Times of one run in one unit, so that they can be compared down a column.
 */
import { MICROSECOND, MILLISECOND, SECOND } from '../layers/clock.ts';

export interface TimeScale {
  /** `ms`, as the head of the column. */
  readonly unit: string;
  /** A time in that unit with three decimals, without the unit. */
  format(timeNs: number): string;
  /** A duration with its unit: `980 ms`. */
  duration(timeNs: number): string;
}

/** The unit that suits times up to `lastNs`. */
export function timeScale(lastNs: number): TimeScale {
  const [unit, nanoseconds] =
    lastNs < MILLISECOND
      ? (['µs', MICROSECOND] as const)
      : lastNs < 1000 * SECOND
        ? (['ms', MILLISECOND] as const)
        : (['s', SECOND] as const);
  return {
    unit,
    format: (timeNs) => (timeNs / nanoseconds).toFixed(3),
    duration: (timeNs) => `${Number((timeNs / nanoseconds).toPrecision(3))} ${unit}`,
  };
}
