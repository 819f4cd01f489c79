/** The path that the reference runs are measured on, in small: what it measures, and what each controller makes of it. */
import { describe, expect, test } from 'vitest';
import { jain } from '../../../src/experiments/fairness.ts';
import { measurePoint } from '../../../src/experiments/measure-point.ts';
import { ceiling, FRAME_BYTES } from '../../../src/experiments/models.ts';
import type { Path } from '../../../src/experiments/path.ts';
import type { StoppingRule } from '../../../src/experiments/point.ts';
import {
  REFERENCE_STOPPING,
  type ReferenceOptions,
  referencePoint,
  singleTask,
} from '../../../src/experiments/reference-path.ts';
import { CONTROLLER_NAMES } from '../../../src/layers/transport/tcp/congestion/controllers.ts';
import type { TcpSettings } from '../../../src/layers/transport/tcp/settings.ts';
import type { QueueReport } from '../../../src/sim/medium/queue-report.ts';

/** A fifth of the rate and two fifths of the round trip of the large one, and one bandwidth-delay product of queue. */
const SMALL = { rate: '20Mbit/s', roundTrip: '20ms', queue: '34' };
const CEILING = ceiling(20e6);
const THRESHOLD = 8;
const quantile = (ascending: readonly number[], part: number): number =>
  ascending[Math.floor(part * ascending.length)]!;
const CONTROLLED = CONTROLLER_NAMES.filter((name) => name !== 'none');

interface Measured {
  readonly goodput: readonly number[];
  readonly seconds: number;
  readonly lossEvents: number;
  /** Warm-up included. */
  readonly queue: QueueReport;
  /** Frames that waited whenever it was looked at after the warm-up, in ascending order. */
  readonly queueLengths: readonly number[];
}

/** @param everyNs how often to look at the length of the queue */
function measured(options: ReferenceOptions, stopping: Partial<StoppingRule>, everyNs?: number): Measured {
  let path: Path | undefined;
  const lengths: number[] = [];
  const rule = { ...REFERENCE_STOPPING, warmUpSeconds: 1, ...stopping };
  const { flows, seconds, lossEvents } = measurePoint(singleTask(referencePoint({ ...SMALL, ...options }), rule, 1), {
    begin: (built) => {
      path = built;
      if (everyNs === undefined) return;
      const { world } = built;
      const timer = world.time.timer(() => {
        lengths.push(world.links[0]!.aToB.line!.waitingFrames);
        timer.arm(world.now + everyNs);
      });
      timer.arm(world.now + everyNs);
    },
  });
  const [queue] = path!.world.links[0]!.queueReports();
  const goodput = flows.map((flow) => flow.goodput);
  return { goodput, seconds, lossEvents, queue: queue!, queueLengths: lengths.sort((one, other) => one - other) };
}

test('goodput is the programs’ bytes after the warm-up; Jain’s index is 1 for equal shares', () => {
  const { goodput, seconds, lossEvents } = measured({ controller: 'reno' }, { leastSeconds: 3, leastEvents: 5 });
  expect(lossEvents).toBeGreaterThanOrEqual(5);
  expect(seconds).toBeGreaterThanOrEqual(3);
  expect(goodput[0]).toBeLessThanOrEqual(1.01 * CEILING);
  expect(jain([2, 2, 2])).toBeCloseTo(1, 12);
  expect(jain([1, 0])).toBe(0.5);
});

describe('RFC 8257 §3.1: a queue that marks from eight frames on, and would hold a hundred', () => {
  const QUEUE = `droptail:frames=100,mark=${THRESHOLD}`;
  const marked = (controller: string, tcp: Partial<TcpSettings> = {}) =>
    measured({ controller, queue: QUEUE, tcp }, { leastSeconds: 11 }, 1_700_000); // no multiple of what a frame takes
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
    const { goodput, queue } = measured({ controller: 'dctcp', queue: QUEUE, flows: 2 }, { leastSeconds: 11 });
    expect(jain(goodput)).toBeGreaterThan(0.95);
    expect(queue.drops).toBe(0);
  });
});

describe.each(CONTROLLED)('%s', (controller) => {
  test('without loss it fills the link', () => {
    const { goodput } = measured({ controller }, { warmUpSeconds: 4, leastSeconds: 10 });
    expect(goodput[0]! / CEILING).toBeGreaterThan(0.99);
  });

  test('two flows share it', () => {
    const { goodput } = measured({ controller, flows: 2 }, { leastSeconds: 21 });
    expect(jain(goodput)).toBeGreaterThan(0.95);
    expect(goodput.reduce((sum, share) => sum + share) / CEILING).toBeGreaterThan(0.9);
  });
});
