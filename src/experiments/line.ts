/** The line of a point: its rate in text or as a trace, and what it carries on average. */
import type { RateTrace } from '../sim/medium/options.ts';
import { parseDuration, parseRate } from '../sim/units.ts';

/**
 * Bits a second from one moment to another.
 * @throws {RangeError} if the rate is not written as one
 */
export function meanRate(rate: string | RateTrace, fromNs: number, toNs: number): number {
  if (typeof rate === 'string') return parseRate(rate, 'rate');
  if (toNs <= fromNs) return 0;
  const steps = rate.steps.map(({ at, rate: text }) => ({
    atNs: parseDuration(at, 'at'),
    rate: parseRate(text, 'rate'),
  }));
  const repeatNs = rate.repeatEvery === undefined ? Infinity : parseDuration(rate.repeatEvery, 'repeatEvery');
  /** Bits from 0 up to a moment of the first cycle. */
  const bits = (toNs: number): number =>
    steps.reduce((sum, step, index) => {
      const end = Math.min(toNs, steps[index + 1]?.atNs ?? Infinity);
      return sum + Math.max(0, end - step.atNs) * step.rate;
    }, 0);
  const upTo = (moment: number): number => {
    if (repeatNs === Infinity) return bits(moment);
    const cycles = Math.floor(moment / repeatNs);
    return cycles * bits(repeatNs) + bits(moment - cycles * repeatNs);
  };
  return (upTo(toNs) - upTo(fromNs)) / (toNs - fromNs);
}

/** The rate that comes first. */
export const firstRate = (rate: string | RateTrace): string =>
  typeof rate === 'string' ? rate : (rate.steps[0]?.rate ?? '');
