/** When, with which dice and for how long: the words in which a report says how it was made. */
import type { ResultRow } from '../../../experiments/row.ts';
import { figure } from './quantity.ts';

/** `2026-03-01T12:30:05.123Z` → `2026-03-01 12:30 UTC`; what is no such time stays as it is. */
export const dateText = (iso: string): string =>
  iso.replace(
    /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::[\d.]+)?(Z|[+-]\d\d:\d\d)$/,
    (_, day: string, time: string, zone: string) => `${day} ${time} ${zone === 'Z' ? 'UTC' : `UTC${zone}`}`,
  );

const UNITS: readonly (readonly [seconds: number, unit: string])[] = [
  [86_400, 'days'],
  [3600, 'h'],
  [60, 'min'],
  [0, 's'],
];

/** `1.5 h`. */
export function durationText(seconds: number): string {
  const [length, unit] = UNITS.find(([from]) => seconds >= 2 * from)!;
  return `${figure(seconds / Math.max(1, length), 3)} ${unit}`;
}

/** `seed 1`, `seeds 1 to 5`, `seeds 1, 4, 9`. */
export function seedsText(rows: readonly ResultRow[]): string {
  const seeds = [...new Set(rows.map(({ seed }) => seed))].sort((one, other) => one - other);
  const [first = 0, last = 0] = [seeds[0], seeds.at(-1)];
  if (seeds.length < 2) return `seed ${first}`;
  return last - first === seeds.length - 1 ? `seeds ${first} to ${last}` : `seeds ${seeds.join(', ')}`;
}

/** `a, b and c`. */
export const listed = (words: readonly string[], and: 'and' | 'or'): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${and} ${words.at(-1)}`;
