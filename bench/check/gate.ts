/** What the regression gate decides, from what was stored and what was measured now. */
import type { Quartiles } from '../measure/quartiles.ts';

/** How far a ratio may fall beyond its noise. */
export const MOST_FALL = 0.15;

/**
 * `fell`: slower beyond noise and allowance, which fails. `rose`: as much faster, which should be stored. `new`: nothing was
 * stored, `gone`: nothing was measured; both fail, for nobody would look after them.
 */
export type RatioVerdict = 'holds' | 'fell' | 'rose' | 'new' | 'gone';
export type DigestVerdict = 'same' | 'changed' | 'new' | 'gone';

/**
 * Judges how many times as fast something is as its yardstick. Noise is where the middle half of the rounds lies: a ratio
 * has fallen when even the upper quartile of now is more than 15 % below the lower one of then.
 */
export function judgeRatio(then: Quartiles | undefined, now: Quartiles | undefined): RatioVerdict {
  if (then === undefined) return 'new';
  if (now === undefined) return 'gone';
  if (now.high < then.low * (1 - MOST_FALL)) return 'fell';
  return now.low * (1 - MOST_FALL) > then.high ? 'rose' : 'holds';
}

/** Judges a run that must be the same to the byte. */
export function judgeDigest(then: string | undefined, now: string | undefined): DigestVerdict {
  if (then === undefined) return 'new';
  if (now === undefined) return 'gone';
  return then === now ? 'same' : 'changed';
}

export const passes = (verdict: RatioVerdict | DigestVerdict): boolean =>
  verdict === 'holds' || verdict === 'rose' || verdict === 'same';
