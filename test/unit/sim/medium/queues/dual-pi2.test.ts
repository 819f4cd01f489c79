import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CONGESTION_EXPERIENCED, ECT_0, ECT_1, NOT_ECT } from '../../../../../src/layers/network/ecn.ts';
import type { DualPi2 } from '../../../../../src/sim/medium/queues/dual-pi2.ts';
import { MS, queueStage } from './queue-stage.ts';

/**
 * DualPI2 with p' as given, for all that happens at 15 ms: only beta counts, and a frame has waited since the beginning.
 * The L queue's own marking is out of the way.
 */
function at(probability: number, options = '') {
  const stage = queueStage<DualPi2>(`dualpi2:limit=100000,alpha=0,beta=${probability / 0.015},step=1s${options}`);
  stage.comes(0, { id: -1 >>> 0 });
  stage.goes(15 * MS);
  expect(stage.queue.baseProbability).toBeCloseTo(probability, 12);
  return stage;
}

const signals = (stage: ReturnType<typeof at>, count: number, ecn: number) => {
  const before = { drops: stage.drops.length, marks: stage.marks.length };
  for (let id = 0; id < count; id++) stage.comes(15 * MS, { id, ecn });
  stage.allGo(15 * MS);
  return {
    dropped: stage.drops.slice(before.drops).map(({ id }) => id),
    marked: stage.marks.slice(before.marks).map(({ id }) => id),
  };
};

describe('the two queues', () => {
  test('RFC 9332 §2.3: ECT(1) and CE go into the L queue, ECT(0) and not-ECT into the C queue', () => {
    const { comes, allGo, queue } = queueStage<DualPi2>('dualpi2');
    const codepoints = [NOT_ECT, ECT_1, ECT_0, CONGESTION_EXPERIENCED];
    for (const family of [4, 6] as const) {
      for (const [id, ecn] of codepoints.entries()) comes(0, { id, ecn, family });
      expect(allGo(0)).toEqual([1, 3, 0, 2]);
    }
    expect(queue.bands.map(({ name, sojourn }) => [name, sojourn.count])).toEqual([
      ['L4S', 4],
      ['classic', 4],
    ]);
  });

  test('RFC 9332 §2.1: a mark in the L queue is k p’ likely, with k = 2, and a signal in the C queue p’ squared', () => {
    expect(signals(at(0.2), 1000, ECT_1)).toMatchObject({ dropped: [], marked: { length: 400 } });
    expect(signals(at(0.2), 1000, ECT_0)).toMatchObject({ dropped: [], marked: { length: 40 } });
    expect(signals(at(0.2), 1000, NOT_ECT)).toMatchObject({ dropped: { length: 40 }, marked: [] });
    expect(signals(at(0.2, ',coupling=4'), 1000, ECT_1).marked).toHaveLength(800);
  });

  test('RFC 9332 appendix A.1: signals fall evenly, without dice', () => {
    const { marked } = signals(at(0.25), 100, ECT_1);
    expect(marked).toEqual(Array.from({ length: 50 }, (_, index) => 2 * index + 1));
  });

  test('each signal says by which rule, and is counted for its queue', () => {
    const stage = at(0.3);
    signals(stage, 10, ECT_1);
    signals(stage, 100, NOT_ECT);
    expect(stage.marks[0]!.detail).toBe('DualPI2: L4S queue, coupled to the classic one');
    expect(stage.drops[0]).toMatchObject({
      reason: 'medium-queue-aqm',
      detail: 'DualPI2: classic queue, to keep the delay at 15ms',
    });
    expect(stage.queue.bands.map(({ drops, marks }) => [drops, marks])).toEqual([
      [0, stage.marks.length],
      [stage.drops.length, 0],
    ]);
  });

  test('RFC 9332 §2.5.1.1: a frame that is marked already is forwarded with its mark, which is not counted again', () => {
    const stage = at(0.4);
    signals(stage, 10, CONGESTION_EXPERIENCED);
    expect([stage.marks, stage.drops]).toEqual([[], []]);
  });
});

describe('the L queue’s own marking', () => {
  test('RFC 9332 appendix A.2 line 5a: every frame from the step on, while more than one waits behind it', () => {
    const { comes, goes, marks } = queueStage<DualPi2>('dualpi2');
    for (let id = 0; id < 5; id++) comes(0, { id, ecn: ECT_1 });
    goes(MS - 1);
    goes(MS);
    goes(2 * MS);
    goes(3 * MS);
    goes(4 * MS);
    expect(marks).toEqual([1, 2].map((id) => ({ id, detail: 'DualPI2: L4S queue above 1ms' })));
  });

  test('RFC 9332 appendix A.1: or climbs over a range', () => {
    const { comes, goes, marks } = queueStage<DualPi2>('dualpi2:step=800us,ramp=400us,alpha=0,beta=0');
    for (let id = 0; id < 2002; id++) comes(0, { id, ecn: ECT_1 });
    for (let count = 0; count < 1000; count++) goes(0.9 * MS);
    expect(marks.length).toBe(250);
    for (let count = 0; count < 1000; count++) goes(1.2 * MS);
    expect(marks.length).toBe(1250);
  });

  test('RFC 9332 §2.4: the larger of its own and the coupled probability counts', () => {
    const stage = queueStage<DualPi2>(`dualpi2:limit=100000,alpha=0,beta=${0.3 / 0.015},step=10ms,ramp=10ms`);
    stage.comes(0, { id: 1 });
    for (let id = 0; id < 1001; id++) stage.comes(2 * MS, { id, ecn: ECT_1 });
    // p' is 0.3 and p_CL 0.6; after 13 ms its own would be 0.3, after 18 ms 0.8.
    for (let count = 0; count < 500; count++) stage.goes(15 * MS);
    expect(Math.abs(stage.marks.length - 300)).toBeLessThanOrEqual(1);
    expect(new Set(stage.marks.map(({ detail }) => detail))).toEqual(
      new Set(['DualPI2: L4S queue, coupled to the classic one']),
    );
    for (let count = 0; count < 500; count++) stage.goes(20 * MS);
    expect(Math.abs(stage.marks.length - 700)).toBeLessThanOrEqual(1);
    expect(stage.marks.at(-1)!.detail).toBe('DualPI2: L4S queue above 10ms');
  });
});

describe('overload', () => {
  test('RFC 9332 §4.2.3: from p’ = 1/k on ECN-capable classic traffic is dropped instead of marked', () => {
    expect(signals(at(0.49), 1000, ECT_0).dropped).toEqual([]);
    const stage = at(0.6);
    expect(signals(stage, 1000, ECT_0)).toMatchObject({ dropped: { length: 360 }, marked: [] });
    expect(stage.drops[0]!.detail).toBe('DualPI2: overload, marks are not enough');
  });

  test('RFC 9332 §4.2.3: and the L queue is dropped as often as classic traffic, and the rest marked', () => {
    expect(signals(at(0.49), 1000, ECT_1).dropped).toEqual([]);
    expect(signals(at(0.6), 1000, ECT_1)).toMatchObject({ dropped: { length: 360 }, marked: { length: 640 } });
  });

  test('RFC 9332 §4.2.3: an L queue alone that answers to no mark is brought to drops as well', () => {
    const { comes, goes, drops, queue } = queueStage<DualPi2>('dualpi2');
    let id = 0;
    // Twice what the line carries, for three seconds.
    for (let time = 1; time <= 3000; time++) {
      comes(time * MS, { id: id++, ecn: ECT_1 });
      comes(time * MS, { id: id++, ecn: ECT_1 });
      goes(time * MS);
    }
    expect(drops.filter(({ reason }) => reason === 'medium-queue-aqm').length).toBeGreaterThan(1000);
    expect(queue.baseProbability).toBeGreaterThan(0.6);
    expect(queue.bands[0]!.sojourn.quantileNs(0.99)).toBeLessThan(200 * MS);
  });

  test('the limit is 250 ms of the line, of both queues together', () => {
    const { comes, drops, queue } = queueStage<DualPi2>('dualpi2', { rate: '8Mbit/s' });
    for (let id = 0; id < 400; id++) comes(0, { id, length: 1000, ecn: id % 2 });
    expect(queue.bytes).toBe(250_000);
    expect(drops[0]).toEqual({ id: 250, reason: 'medium-queue-full', detail: 'queue limit 250kB' });
    expect(queue.bands.map(({ drops: dropped }) => dropped)).toEqual([75, 75]);
  });
});

describe('the scheduler', () => {
  /** How many of the first 1000 frames are classic, if both queues are full. */
  const classicOf = (options: string): number => {
    const { comes, goes } = queueStage<DualPi2>(`dualpi2:limit=100000,alpha=0,beta=0${options}`);
    for (let id = 0; id < 4000; id++) comes(0, { id, ecn: id % 2 === 0 ? ECT_1 : NOT_ECT });
    return Array.from({ length: 1000 }, () => goes(0)!).filter((id) => id % 2 === 1).length;
  };

  test('RFC 9332 §4.2.2: the L queue goes first, but the C queue is sure of its share', () => {
    expect(Math.abs(classicOf('') - 100)).toBeLessThanOrEqual(1);
    expect(Math.abs(classicOf(',share=25%') - 250)).toBeLessThanOrEqual(1);
    expect(classicOf(',share=0%')).toBe(0);
  });

  test('what a queue sends while the other is empty is not held against it', () => {
    const { comes, goes } = queueStage<DualPi2>('dualpi2:limit=100000,alpha=0,beta=0,share=50%');
    for (let id = 1; id <= 5; id += 2) {
      comes(0, { id });
      goes(0);
    }
    for (let id = 10; id < 20; id++) comes(0, { id, ecn: id % 2 });
    expect([goes(0), goes(0), goes(0), goes(0), goes(0)].map((id) => id! % 2)).toEqual([1, 1, 0, 1, 0]);
  });

  test('the share is one of bytes', () => {
    const { comes, goes } = queueStage<DualPi2>('dualpi2:limit=100000,alpha=0,beta=0,share=50%');
    for (let id = 0; id < 2000; id++) comes(0, { id, ecn: id % 2, length: id % 2 === 1 ? 200 : 1400 });
    const gone = Array.from({ length: 400 }, () => goes(0)!);
    const low = gone.filter((id) => id % 2 === 1).length * 200;
    expect(Math.abs(low - (400 - low / 200) * 1400)).toBeLessThanOrEqual(2800);
  });

  test('RFC 9332 §4.2.2: a time-shifted FIFO sends a classic frame first if it has waited longer by the shift', () => {
    const run = (options: string): number[] => {
      const { comes, goes } = queueStage<DualPi2>(`dualpi2:alpha=0,beta=0,scheduler=tsfifo${options}`);
      comes(0, { id: 1 });
      comes(20 * MS, { id: 2, ecn: ECT_1 });
      comes(31 * MS, { id: 3, ecn: ECT_1 });
      return [goes(40 * MS)!, goes(40 * MS)!, goes(40 * MS)!];
    };
    expect(run('')).toEqual([2, 1, 3]);
    expect(run(',shift=10ms')).toEqual([1, 2, 3]);
    expect(run(',shift=40ms')).toEqual([2, 3, 1]);
  });
});

describe('the controller', () => {
  test('RFC 9332 appendix A.1: with the usual values it looks every 15 ms, with gains of 0.15 and 3 Hz', () => {
    const { comes, goes, queue } = queueStage<DualPi2>('dualpi2');
    comes(0, { id: 1 });
    comes(0, { id: 2 });
    expect(goes(14.999 * MS)).toBe(1);
    expect(queue.baseProbability).toBe(0);
    comes(29 * MS, { id: 3 });
    expect(queue.baseProbability).toBeCloseTo(3 * 0.015, 12);
    comes(30 * MS, { id: 4 });
    expect(queue.baseProbability).toBeCloseTo(3 * 0.03 + 0.15 * 0.015, 12);
  });

  test('RFC 9332 appendix A.1: the period and the gains follow from the target and the longest round-trip time', () => {
    const { comes, queue } = queueStage<DualPi2>('dualpi2:rtt=30ms');
    comes(0, { id: 1 });
    // Tupdate is a third of it, alpha 0.1 × 0.01 / 0.03², beta 0.3 / 0.03.
    comes(10 * MS, { id: 2 });
    expect(queue.baseProbability).toBeCloseTo(10 * 0.01 + (0.001 / 0.0009) * -0.005, 12);
  });

  test('is what a plain model that looks every 15 ms computes, whatever comes and goes', () => {
    const step = fc.record({
      pause: fc.integer({ min: 0, max: 120 * MS }),
      comes: fc.nat(6),
      goes: fc.nat(5),
      ecn: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
        const { queue, comes, goes, drops } = queueStage<DualPi2>('dualpi2');
        const waiting = new Map<number, number>();
        let [now, tick, probability, old, id] = [0, 15 * MS, 0, 0, 0];
        for (const { pause, comes: coming, goes: going, ecn } of steps) {
          now += pause;
          for (; tick <= now; tick += 15 * MS) {
            const delay = (tick - Math.min(tick, ...waiting.values())) / 1e9;
            probability = Math.min(1, Math.max(0, probability + 0.15 * (delay - 0.015) + 3 * (delay - old)));
            old = delay;
          }
          for (let count = 0; count < coming; count++) {
            waiting.set(id, now);
            comes(now, { id: id++, ecn });
          }
          for (let count = 0; count < going; count++) waiting.delete(goes(now) ?? -1);
          for (const drop of drops) waiting.delete(drop.id);
          if (coming + going > 0) expect(queue.baseProbability).toBeCloseTo(probability, 10);
        }
      }),
      { seed: 9332, numRuns: 100 },
    );
  });
});

test('without ECN all traffic is classic, and signals are drops: PI2', () => {
  const stage = at(0.2, ',ecn=false');
  expect(signals(stage, 1000, ECT_1)).toMatchObject({ dropped: { length: 40 }, marked: [] });
  expect(stage.queue.bands.map(({ sojourn }) => sojourn.count)).toEqual([0, 961]);
});
