/** The path that the reference runs are measured on, in small: what it measures, and what each controller makes of it. */
import { describe, expect, test } from 'vitest';
import {
  FRAME_BYTES,
  jain,
  measurePath,
  type PathOptions,
  SEGMENT_BYTES,
} from '../../../bench/cases/reference-path.ts';
import { CONTROLLER_NAMES } from '../../../src/layers/transport/tcp/congestion/controllers.ts';

/** A fifth of the rate and two fifths of the round trip of the large one, and one bandwidth-delay product of queue. */
const SMALL = { rate: '20Mbit/s', delay: '10ms', queueFrames: 34, warmUpSeconds: 1 } satisfies Partial<PathOptions>;
const CEILING = (20e6 * SEGMENT_BYTES) / FRAME_BYTES;
const CONTROLLED = CONTROLLER_NAMES.filter((name) => name !== 'none');

test('goodput is the programs’ bytes after the warm-up; Jain’s index is 1 for equal shares', () => {
  const { goodput, seconds, lossEvents } = measurePath({
    ...SMALL,
    controller: 'reno',
    leastSeconds: 3,
    leastEvents: 5,
  });
  expect(lossEvents).toBeGreaterThanOrEqual(5);
  expect(seconds).toBeGreaterThanOrEqual(3);
  expect(goodput[0]).toBeLessThanOrEqual(1.01 * CEILING);
  expect(jain([2, 2, 2])).toBeCloseTo(1, 12);
  expect(jain([1, 0])).toBe(0.5);
});

describe.each(CONTROLLED)('%s', (controller) => {
  test('without loss it fills the link', () => {
    const { goodput } = measurePath({ ...SMALL, controller, warmUpSeconds: 4, leastSeconds: 10 });
    expect(goodput[0]! / CEILING).toBeGreaterThan(0.99);
  });

  test('two flows share it', () => {
    const { goodput } = measurePath({ ...SMALL, controller, flows: 2, leastSeconds: 21 });
    expect(jain(goodput)).toBeGreaterThan(0.95);
    expect(goodput.reduce((sum, share) => sum + share) / CEILING).toBeGreaterThan(0.9);
  });
});
