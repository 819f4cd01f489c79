/**
 * Axes: where a value lies, and where ticks are. Ticks are at 1, 2 and 5 times powers of ten. A logarithmic axis has no
 * place for 0, which a loss rate may well be: it gets a place of its own before the axis begins.
 */
import { tickText } from './quantity.ts';

export interface Tick {
  readonly value: number;
  readonly at: number;
  /** Nothing for a tick between others. */
  readonly label: string | undefined;
}

export interface Scale {
  /** In pixels; what lies outside is at the edge. */
  readonly at: (value: number) => number;
  readonly ticks: readonly Tick[];
  /** Where 0 and less lie on a logarithmic axis, and where that breaks off; `undefined` if nothing does. */
  readonly zero: { readonly at: number; readonly breakAt: number } | undefined;
}

/** In pixels, in either direction. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The room that a label takes along the axis. */
export type LabelRoom = (label: string) => number;

/** Of the axis, for what is at 0; and between the outermost values and the ends. */
const ZERO_ROOM = 34;
const INSET = 10;

/**
 * @param values that have to be shown; 0 and less get the place for 0
 */
export function logarithmicScale(values: readonly number[], span: Span, room: LabelRoom): Scale {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  const way = Math.sign(span.to - span.from);
  const hasZero = values.some((value) => value <= 0);
  const zero = hasZero
    ? { at: span.from + way * INSET, breakAt: span.from + way * (INSET + ZERO_ROOM / 2) }
    : undefined;
  const from = span.from + way * (hasZero ? INSET + ZERO_ROOM : INSET);
  const to = span.to - way * INSET;
  const [least, most] = widened(Math.min(...positive), Math.max(...positive));
  const [low, high] = [Math.log10(least), Math.log10(most)];
  const raw = (value: number): number => from + ((Math.log10(value) - low) / (high - low)) * (to - from);
  const beyond = ((INSET * 0.9) / Math.abs(to - from)) * (high - low);
  const ends: readonly [number, number] = [10 ** (low - (hasZero ? 0 : beyond)), 10 ** (high + beyond)];
  return {
    at: (value) => (value > 0 ? clamped(raw(value), span) : (zero?.at ?? span.from)),
    ticks: [
      ...(zero === undefined ? [] : [{ value: 0, at: zero.at, label: '0' }]),
      ...logarithmicTicks(ends, raw, room).map(({ value, labelled }) => ({
        value,
        at: raw(value),
        label: labelled ? tickText(value) : undefined,
      })),
    ],
    zero,
  };
}

/** One value, or none, lies in the middle of something. */
function widened(least: number, most: number): readonly [number, number] {
  if (!(most >= least)) return [1, 10];
  return most > least * 1.001 ? [least, most] : [least / 2, most * 2];
}

interface Candidate {
  readonly value: number;
  readonly labelled: boolean;
}

const MANTISSAS = [1, 2, 5];

/** As many labels as there is room for: at 1, 2, 5; or at powers of ten; or at every second, fifth … of them. */
function logarithmicTicks(
  [least, most]: readonly [number, number],
  at: (value: number) => number,
  room: LabelRoom,
): Candidate[] {
  const exponents: number[] = [];
  for (let exponent = Math.floor(Math.log10(least)); exponent <= Math.ceil(Math.log10(most)); exponent++) {
    exponents.push(exponent);
  }
  const all = exponents
    .flatMap((exponent) => MANTISSAS.map((mantissa) => Number(`${mantissa}e${exponent}`)))
    .filter((value) => value >= least && value <= most);
  // Less than an octave: there may be nothing between 2 and 5.
  if (all.length < 2) return linearTicks([least, most], at, room).map((value) => ({ value, labelled: true }));
  const rules: readonly ((value: number) => boolean)[] = [
    () => true,
    ...[1, 2, 3, 5, 10].map((step) => (value: number) => {
      const exponent = Math.log10(value);
      return Math.abs(exponent - Math.round(exponent)) < 1e-9 && Math.round(exponent) % step === 0;
    }),
  ];
  const rule = rules.find((one) => fits(all.filter(one), at, room)) ?? rules.at(-1)!;
  const labelled = all.filter(rule);
  // One label does not make an axis: then its outermost ticks have one.
  const chosen = labelled.length > 1 ? labelled : [all[0]!, all.at(-1)!];
  return all.map((value) => ({ value, labelled: chosen.includes(value) }));
}

const fits = (values: readonly number[], at: (value: number) => number, room: LabelRoom): boolean =>
  values.every((value, index) => {
    const before = values[index - 1];
    if (before === undefined) return true;
    return Math.abs(at(value) - at(before)) >= (room(tickText(value)) + room(tickText(before))) / 2;
  });

/**
 * @param domain the values at the two ends
 * @param whole whether there is nothing between two whole numbers
 */
export function linearScale(domain: readonly [number, number], span: Span, room: LabelRoom, whole = false): Scale {
  // What differs by less than ticks have digits is one value, in the middle of something.
  const half = Math.abs(domain[0]) / 2 || 0.5;
  const isRange = domain[1] - domain[0] > 1e-4 * half;
  const [least, most] = isRange ? domain : [domain[0] - half, domain[0] + half];
  const raw = (value: number): number => span.from + ((value - least) / (most - least)) * (span.to - span.from);
  return {
    at: (value) => clamped(raw(value), span),
    ticks: linearTicks([least, most], raw, room, whole).map((value) => ({
      value,
      at: raw(value),
      label: tickText(value),
    })),
    zero: undefined,
  };
}

/** The smallest step of 1, 2 or 5 that leaves room for the labels. */
function linearTicks(
  [least, most]: readonly [number, number],
  at: (value: number) => number,
  room: LabelRoom,
  whole = false,
): number[] {
  let ticks: number[] = [];
  for (let exponent = Math.floor(Math.log10(most - least)) - 2; ; exponent++) {
    for (const mantissa of MANTISSAS) {
      const step = Number(`${mantissa}e${exponent}`);
      if (whole && step < 1) continue;
      const [first, last] = [Math.ceil(least / step - 1e-9), Math.floor(most / step + 1e-9)];
      const next = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
        Number(((first + index) * step).toPrecision(12)),
      );
      // One does not make an axis: then the outermost of those that there is no room for.
      if (next.length < 2 && ticks.length > 0) return [ticks[0]!, ticks.at(-1)!];
      ticks = next;
      if (fits(ticks, at, room)) return ticks;
    }
  }
}

const clamped = (at: number, { from, to }: Span): number =>
  Math.min(Math.max(from, to), Math.max(Math.min(from, to), at));
