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
import type { TcpSettings } from '../../../src/layers/transport/tcp/settings.ts';

/** A fifth of the rate and two fifths of the round trip of the large one, and one bandwidth-delay product of queue. */
const SMALL = { rate: '20Mbit/s', delay: '10ms', queueFrames: 34, warmUpSeconds: 1 } satisfies Partial<PathOptions>;
const CEILING = (20e6 * SEGMENT_BYTES) / FRAME_BYTES;
const THRESHOLD = 8;
const quantile = (ascending: readonly number[], part: number): number =>
  ascending[Math.floor(part * ascending.length)]!;
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

describe('RFC 8257 §3.1: a queue that marks from eight frames on, and would hold a hundred', () => {
  const marked = (controller: string, settings: Partial<TcpSettings> = {}) =>
    measurePath({
      ...SMALL,
      controller,
      queueFrames: 100,
      markFrames: THRESHOLD,
      leastSeconds: 11,
      tcp: settings,
      sampleEveryNs: 1_700_000, // no multiple of what a frame takes
    });
  /**
   * Half of √(2(C·RTT + K)): how far the window of one flow swings in the model of Alizadeh and others, "Data Center TCP"
   * (2010), §3.3; its queue then lies between K + 1 - swing and K + 1. C·RTT is 33 frames.
   */
  const SWING = Math.sqrt(2 * (33 + THRESHOLD)) / 2;

  test.each([
    ['accurate feedback', {}],
    ['its own', { accurateEcn: 'off' }],
  ] as const)(
    'RFC 8257 §3.3: DCTCP asks for ECN, loses nothing, keeps the queue at the threshold and the link full: %s',
    (_, settings) => {
      const { goodput, queue, lossEvents, queueLengths } = marked('dctcp', settings);
      expect(queue.drops).toBe(0);
      expect(queue.marks).toBeGreaterThan(20);
      expect(lossEvents).toBeGreaterThan(20); // reductions, all of them for marks
      expect(goodput[0]! / CEILING).toBeGreaterThan(0.99);
      const frameNs = (FRAME_BYTES * 8 * 1e9) / 20e6;
      expect(queue.meanNs / frameNs).toBeLessThan(9);
      expect(queue.p99Ns / frameNs).toBeLessThan(16);
      expect(queueLengths.length).toBeGreaterThan(5000);
      const mean = queueLengths.reduce((sum, length) => sum + length) / queueLengths.length;
      expect(mean).toBeGreaterThan(THRESHOLD + 1 - SWING);
      expect(mean).toBeLessThan(THRESHOLD + 1);
      // Acknowledgments of two segments let two go at once.
      expect(quantile(queueLengths, 0.95)).toBeLessThanOrEqual(THRESHOLD + 2);
      expect(quantile(queueLengths, 0.05)).toBeGreaterThan(0);
    },
  );

  test('… which takes a window that is reduced by how much is marked: Reno, which halves it, lets the link run dry', () => {
    const { goodput, queue } = marked('reno', { ecn: 'request' });
    expect(queue.drops).toBe(0);
    expect(goodput[0]! / CEILING).toBeLessThan(0.98);
  });

  test('… and ECN: without it nothing is marked, and the queue is as long as it may be', () => {
    const { queue } = marked('dctcp', { ecn: 'off', accurateEcn: 'off' });
    expect(queue.marks).toBe(0);
    expect(queue.drops).toBeGreaterThan(0);
  });

  test('two flows of DCTCP share it', () => {
    const { goodput, queue } = measurePath({
      ...SMALL,
      controller: 'dctcp',
      queueFrames: 100,
      markFrames: THRESHOLD,
      flows: 2,
      leastSeconds: 11,
    });
    expect(jain(goodput)).toBeGreaterThan(0.95);
    expect(queue.drops).toBe(0);
  });
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
