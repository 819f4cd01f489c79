/**
 * Header prediction (RFC 7323 §5.6) changes nothing but the time that a segment takes: whole connections under explicit
 * faults leave the same trace with it and without.
 */
import { expect, test, vi } from 'vitest';
import type * as prediction from '../../src/layers/transport/tcp/header-prediction.ts';
import { holdFor } from './report.ts';
import { play } from './scenario-run.ts';
import { scenarios } from './world-arbitrary.ts';

const predicts = vi.hoisted(() => ({ on: true, right: 0, asked: 0 }));

vi.mock('../../src/layers/transport/tcp/header-prediction.ts', async (original) => {
  const real = await original<typeof prediction>();
  return {
    ...real,
    isExpected: (...[block, arrived]: Parameters<typeof real.isExpected>): boolean => {
      const expected = predicts.on && real.isExpected(block, arrived);
      predicts.asked++;
      if (expected) predicts.right++;
      return expected;
    },
  };
});

test('RFC 7323 §5.6 H2: a segment that is expected is taken as the checks of RFC 9293 §3.10.7.4 would have it taken', () => {
  holdFor(scenarios({ rough: true, incarnations: 2 }), 150, (scenario) => {
    predicts.on = true;
    const predicted = play(scenario).trace;
    predicts.on = false;
    expect(play(scenario).trace).toEqual(predicted);
  });
  // Half of the questions are asked while it is off.
  expect(predicts.right / predicts.asked).toBeGreaterThan(0.1);
});
