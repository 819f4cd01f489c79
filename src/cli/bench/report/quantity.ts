/** Figures as a reader sees them: in a unit that suits the largest of them, with four digits that mean something. */
import type { Measure } from '../../../experiments/measures.ts';

/** Values are divided by `factor` and then have this unit. */
export interface Display {
  readonly unit: string;
  readonly factor: number;
}

type Units = readonly (readonly [from: number, display: Display])[];

/** The first whose `from` the largest value reaches. */
const UNITS: Readonly<Record<Measure['unit'], Units>> = {
  'bit/s': [
    [1e10, { unit: 'Gbit/s', factor: 1e9 }],
    [1e5, { unit: 'Mbit/s', factor: 1e6 }],
    [1e2, { unit: 'kbit/s', factor: 1e3 }],
    [0, { unit: 'bit/s', factor: 1 }],
  ],
  ns: [
    [1e9, { unit: 's', factor: 1e9 }],
    [1e6, { unit: 'ms', factor: 1e6 }],
    [1e3, { unit: 'µs', factor: 1e3 }],
    [0, { unit: 'ns', factor: 1 }],
  ],
  share: [[0, { unit: '%', factor: 0.01 }]],
  number: [[0, { unit: '', factor: 1 }]],
};

/** One unit for all of these. */
export function displayOf(unit: Measure['unit'], values: readonly number[]): Display {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const units = UNITS[unit];
  return (units.find(([from]) => largest >= from) ?? units.at(-1)!)[1];
}

/** `wait, 95th percentile` and `ms` → `wait, 95th percentile, ms`; a title that has its unit keeps it. */
export const titled = (title: string, { unit }: Display): string =>
  unit === '' || title.endsWith(`, ${unit}`) ? title : `${title}, ${unit}`;

/** A value with its unit: `3.214 Mbit/s`, `12.30 ms`, `4.000 %`. */
export function quantity(value: number, unit: Measure['unit']): string {
  const display = displayOf(unit, [value]);
  return display.unit === '' ? figure(value) : `${figure(value / display.factor)} ${display.unit}`;
}

const NARROW_SPACE = '\u202f';
const MINUS = '\u2212';

/** Four digits, or all of a whole number below a million. */
export function figure(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return String(value);
  if (value < 0) return `${MINUS}${figure(-value, digits)}`;
  if (value === 0) return '0';
  if (value >= 1e6 || value < 1e-4) return scientific(value, digits);
  if (Number.isInteger(value) || value >= 10 ** (digits - 1)) return grouped(String(Math.round(value)));
  return value.toPrecision(digits);
}

/** A number of things: all its digits. */
export const whole = (value: number): string => grouped(String(Math.round(value)));

/** With so many decimals. */
export const fixed = (value: number, decimals: number): string =>
  value
    .toFixed(decimals)
    .replace('-', MINUS)
    .replace(/^\u2212(0\.?0*)$/, '$1');

/** What stands at a tick: as few digits as say it. */
export function tickText(value: number): string {
  const exact = Number(value.toPrecision(6));
  if (exact < 0) return `${MINUS}${tickText(-exact)}`;
  if (exact === 0) return '0';
  if (exact >= 1e6 || exact < 1e-4) return scientific(exact);
  return grouped(String(exact));
}

/** `2×10⁻⁷`, `10⁻⁴`. */
function scientific(value: number, digits = 6): string {
  const [mantissa = '', exponent = ''] = Number(value.toPrecision(digits)).toExponential().split('e');
  const power = `10${[...exponent.replace('+', '')].map((digit) => SUPERSCRIPTS[digit] ?? digit).join('')}`;
  return mantissa === '1' ? power : `${mantissa}×${power}`;
}

const SUPERSCRIPTS: Readonly<Record<string, string>> = {
  '-': '⁻',
  0: '⁰',
  1: '¹',
  2: '²',
  3: '³',
  4: '⁴',
  5: '⁵',
  6: '⁶',
  7: '⁷',
  8: '⁸',
  9: '⁹',
};

/** `12 345`; four digits stay together, as in a table of rates. */
const grouped = (digits: string): string =>
  digits.length < 5 || digits.includes('.') ? digits : digits.replace(/\B(?=(?:\d{3})+$)/g, NARROW_SPACE);
