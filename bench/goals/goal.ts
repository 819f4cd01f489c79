/** What a goal is, and whether a measurement meets it. */
import type { Quartiles } from '../measure/quartiles.ts';
import type { MeasurementName } from '../measurements/measurements.ts';

/** One row of the table. It has either `least` or `most`. */
export interface Goal {
  readonly what: string;
  /** Behind each number. */
  readonly unit: string;
  /** What must be reached. */
  readonly least?: number;
  /** What must not be passed. */
  readonly most?: number;
  /** Where we would like to be; in the direction of the limit. */
  readonly aim?: number;
  /** The measurement, and which of its values. */
  readonly from: MeasurementName | 'tracing';
  readonly value: string;
}

export interface Verdict {
  readonly isMet: boolean;
  readonly reachesAim: boolean;
}

/** The median counts, as it is printed: 0.04 bytes are none. What could not be measured is not met. */
export function judge({ least, most, aim }: Goal, measured: Quartiles | undefined): Verdict {
  if (measured === undefined) return { isMet: false, reachesAim: false };
  const value = Number(shown(measured.median));
  const isWithin = (limit: number): boolean => (most === undefined ? value >= limit : value <= limit);
  const isMet = isWithin(least ?? most!);
  return { isMet, reachesAim: isMet && aim !== undefined && isWithin(aim) };
}

export const showLimit = ({ most, unit }: Goal, limit: number | undefined): string =>
  limit === undefined ? '' : `${most === undefined ? '≥' : '≤'} ${limit}${unit}`;

export function showMeasured({ unit }: Goal, measured: Quartiles | undefined): string {
  if (measured === undefined) return 'not measured';
  const { median, low, high } = measured;
  const middle = `${shown(median)}${unit}`;
  return low === high ? middle : `${middle} (${shown(low)} to ${shown(high)})`;
}

/** Two digits where they say something. */
const shown = (value: number): string => {
  const text = value.toFixed(Math.abs(value) < 10 ? 2 : 1);
  return /^-?0\.0/.test(text) ? value.toFixed(1).replace('-0.0', '0.0') : text;
};
