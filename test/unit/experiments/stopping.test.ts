import { describe, expect, test } from 'vitest';
import type { StoppingRule } from '../../../src/experiments/point.ts';
import { checkRule, type Progress, samplingError, stopReason } from '../../../src/experiments/stopping.ts';

const RULE: StoppingRule = { warmUpSeconds: 5, leastSeconds: 20, mostSeconds: 100, leastEvents: 0, mostHalfWidth: 0 };
const PROGRESS: Progress = { seconds: 30, lossEvents: 0, goodputs: [], haveEnds: false, completed: false };
const steady = new Array<number>(20).fill(1e6);
const reason = (rule: Partial<StoppingRule>, progress: Partial<Progress>) =>
  stopReason({ ...RULE, ...rule }, { ...PROGRESS, ...progress });

describe('a measurement is over', () => {
  test.each([
    ['after its time, if nothing else is asked for', {}, {}, 'least-time'],
    ['not before that', {}, { seconds: 19 }, undefined],
    ['with enough loss events', { leastEvents: 40 }, { lossEvents: 40 }, 'events'],
    ['not with too few', { leastEvents: 40 }, { lossEvents: 39 }, undefined],
    ['nor with enough of them too early', { leastEvents: 40 }, { lossEvents: 40, seconds: 10 }, undefined],
    ['with a narrow interval', { mostHalfWidth: 0.05 }, { goodputs: steady }, 'interval'],
    ['not with a wide one', { mostHalfWidth: 0.05 }, { goodputs: [...steady, 9e6] }, undefined],
    ['not while nobody can say how wide it is', { mostHalfWidth: 0.05 }, { goodputs: [1e6] }, undefined],
    ['by what holds first: events', { mostHalfWidth: 0.05, leastEvents: 4 }, { lossEvents: 4 }, 'events'],
    ['by what holds first: the interval', { mostHalfWidth: 0.05, leastEvents: 4 }, { goodputs: steady }, 'interval'],
    ['at the latest then', { leastEvents: 40 }, { seconds: 100 }, 'time-limit'],
    ['when transfers that end are complete', {}, { seconds: 2, haveEnds: true, completed: true }, 'completed'],
    ['not before, for transfers that end', {}, { seconds: 50, haveEnds: true }, undefined],
  ] as const)('%s', (_, rule, progress, wanted) => expect(reason(rule, progress)).toBe(wanted));
});

test('two standard deviations of 0.8/√events: 8 % for 400', () => {
  expect(samplingError(400)).toBeCloseTo(0.08, 12);
  expect(samplingError(0)).toBe(1.6);
});

test.each([
  [{ leastSeconds: 1.5 }, /whole numbers/],
  [{ leastEvents: -1 }, /whole numbers/],
  [{ mostHalfWidth: 1 }, /share of the mean/],
  [{ mostSeconds: 5 }, /longer than its warm-up/],
] as const)('a rule that makes no sense is refused: %o', (rule, says) =>
  expect(() => checkRule({ ...RULE, ...rule })).toThrow(says),
);
