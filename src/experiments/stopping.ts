/**
 * When a measurement is over. The error of a goodput under random loss shrinks with the loss events that went into it:
 * from seed to seed its standard deviation is about 0.8/√events of the mean (`../shared/reference/README.md`), so runs
 * last for a number of events and not for a fixed time.
 */
import { batchHalfWidth } from './interval.ts';
import type { StoppingRule } from './point.ts';
import type { StopReason } from './row.ts';

/** How far a measurement has come. */
export interface Progress {
  /** Of the world's time, warm-up included. */
  readonly seconds: number;
  readonly lossEvents: number;
  /** The goodput of each second after the warm-up. */
  readonly goodputs: readonly number[];
  /** Whether the transfers have an end, and all have come to it: then they last as long as they last. */
  readonly haveEnds: boolean;
  readonly completed: boolean;
}

/** Looked at after each second. @returns why it is over, or `undefined` if it goes on */
export function stopReason(rule: StoppingRule, progress: Progress): StopReason | undefined {
  const { seconds, lossEvents, goodputs } = progress;
  if (progress.completed) return 'completed';
  if (seconds >= rule.mostSeconds) return 'time-limit';
  if (progress.haveEnds || seconds < rule.leastSeconds) return undefined;
  const byEvents = rule.leastEvents > 0;
  const byInterval = rule.mostHalfWidth > 0;
  if (byEvents && lossEvents >= rule.leastEvents) return 'events';
  if (byInterval && (batchHalfWidth(goodputs) ?? Infinity) <= rule.mostHalfWidth) return 'interval';
  return byEvents || byInterval ? undefined : 'least-time';
}

/**
 * How far from the truth a goodput under random loss may be, as a share of it: two standard deviations.
 * @param lossEvents that went into it, over all seeds
 */
export const samplingError = (lossEvents: number): number => (2 * 0.8) / Math.sqrt(Math.max(1, lossEvents));

/** @throws {RangeError} if the rule can never stop, or says nothing sensible */
export function checkRule(rule: StoppingRule): void {
  const { warmUpSeconds, leastSeconds, mostSeconds, leastEvents, mostHalfWidth } = rule;
  const wholes = [warmUpSeconds, leastSeconds, mostSeconds, leastEvents];
  if (!wholes.every((value) => Number.isSafeInteger(value) && value >= 0)) {
    throw new RangeError('a stopping rule has whole numbers of seconds and events');
  }
  if (!(mostHalfWidth >= 0 && mostHalfWidth < 1)) throw new RangeError('a half width is a share of the mean, below 1');
  if (mostSeconds <= warmUpSeconds) throw new RangeError('a measurement lasts longer than its warm-up');
}
