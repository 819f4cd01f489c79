import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ECT_0, NOT_ECT } from '../../../../../src/layers/network/ecn.ts';
import type { Red } from '../../../../../src/sim/medium/queues/red.ts';
import { MS, queueStage } from './queue-stage.ts';

/** A queue of `length` frames whose average is that, too: a sample that weighs all. */
function standing(length: number, options: string, ecn = NOT_ECT) {
  const stage = queueStage<Red>(`red:weight=1,limit=100000,${options}`);
  for (let id = 0; stage.queue.frames < length; id++) stage.comes(0, { id, ecn });
  return stage;
}

/** Which of `count` frames, counted from 0, are dropped or marked while the queue is kept at its length. */
function signalled(stage: ReturnType<typeof standing>, count: number, ecn = NOT_ECT) {
  const before = [stage.drops.length, stage.marks.length];
  for (let id = 0; id < count; id++) {
    const { frames } = stage.queue;
    stage.comes(0, { id, ecn });
    if (stage.queue.frames > frames) stage.goes(0);
  }
  return {
    dropped: stage.drops.slice(before[0]).map(({ id }) => id),
    marked: stage.marks.slice(before[1]).map(({ id }) => id),
  };
}

const gapsOf = (places: readonly number[]): number[] => places.slice(1).map((at, index) => at - places[index]!);

describe('random early detection (Floyd and Jacobson 1993)', () => {
  test('the average follows the queue by w_q, so that a burst is let through', () => {
    const { queue, comes, drops } = queueStage<Red>('red');
    let average = 0;
    for (let id = 0; id < 60; id++) {
      average += 0.002 * (id - average);
      comes(0, { id });
      expect(queue.average).toBeCloseTo(average, 9);
    }
    expect(drops).toEqual([]);
  });

  test('the average of an idle queue falls once for each frame that could have gone', () => {
    // 1000 bytes at 10 Mbit/s: 0.8 ms.
    const { queue, comes, allGo } = queueStage<Red>('red:weight=0.01,min=100,max=300');
    for (let id = 0; id < 90; id++) comes(0, { id });
    const before = queue.average;
    allGo(10 * MS);
    comes(18.1 * MS, { id: 100 });
    expect(queue.average).toBeCloseTo(before * 0.99 ** 11, 9);
    allGo(20 * MS);
    comes(3600e9, { id: 101 });
    expect(queue.average).toBe(0);
  });

  test('below min_th nothing is dropped, from max_th on everything unless it is gentle', () => {
    expect(signalled(standing(4, 'min=5,max=15'), 2000).dropped).toEqual([]);
    const all = standing(14, 'min=5,max=15,probability=0%,gentle=false');
    all.comes(0, { id: 0 });
    expect(all.drops).toEqual([]);
    expect(signalled(all, 20).dropped).toHaveLength(20);
    expect(all.drops[0]).toMatchObject({ reason: 'medium-queue-aqm', detail: 'RED: average above 15 frames' });
  });

  test('between them the probability climbs in a line to max_p, and the count spreads the drops evenly', () => {
    // Half way p_b = 5 %: the nth frame after a drop goes with p_b / (1 - n p_b), which makes all gaps from 1 to 19 alike.
    const { dropped } = signalled(standing(10, 'min=5,max=15'), 20_000);
    const gaps = gapsOf(dropped);
    const counts = new Map<number, number>();
    for (const gap of gaps) counts.set(gap, (counts.get(gap) ?? 0) + 1);
    expect([...counts.keys()].sort((one, other) => one - other)).toEqual(
      Array.from({ length: 19 }, (_, gap) => gap + 1),
    );
    // About 105 each, with a deviation of 10.
    for (const count of counts.values()) expect(Math.abs(count - gaps.length / 19)).toBeLessThan(40);
    const quarter = gapsOf(signalled(standing(8, 'min=5,max=15'), 20_000).dropped);
    expect(Math.max(...quarter)).toBe(33);
  });

  test('gentle: above max_th it climbs on from max_p to 1 at twice max_th', () => {
    // At 1.2 times max_th p_b = 0.1 + 0.2 × 0.9 = 0.28: gaps of 1 and 2 in 39 % each, and of 3.
    const gaps = gapsOf(signalled(standing(12, 'min=5,max=10'), 5000).dropped);
    expect(Math.max(...gaps)).toBe(3);
    for (const wanted of [1, 2]) {
      const share = gaps.filter((gap) => gap === wanted).length / gaps.length;
      expect(Math.abs(share - 0.389)).toBeLessThan(0.04);
    }
    const twice = queueStage<Red>('red:weight=1,min=5,max=10,probability=0%');
    for (let id = 0; id < 400; id++) twice.comes(0, { id });
    expect(twice.queue.frames).toBeGreaterThan(12);
    expect(twice.queue.frames).toBeLessThanOrEqual(20);
  });

  test('RFC 3168 §7: what is ECN-capable is marked below the upper threshold, and dropped above it', () => {
    const between = signalled(standing(10, 'min=5,max=15,ecn', ECT_0), 500, ECT_0);
    expect(between.marked.length).toBeGreaterThan(30);
    expect(between.dropped).toEqual([]);
    const above = signalled(standing(16, 'min=5,max=15,ecn', ECT_0), 500, ECT_0);
    expect(above.marked).toEqual([]);
    expect(above.dropped.length).toBeGreaterThan(30);
    const without = signalled(standing(10, 'min=5,max=15', ECT_0), 500, ECT_0);
    expect(without.marked).toEqual([]);
    expect(without.dropped.length).toBeGreaterThan(30);
  });

  test('thresholds may be in bytes; a long frame is dropped no more often than a short one', () => {
    const stage = queueStage<Red>('red:weight=1,min=3000B,max=6kB');
    for (let id = 0; id < 4; id++) stage.comes(0, { id, length: 1000 });
    expect(stage.drops).toEqual([]);
    expect(stage.queue.average).toBe(3000);
    for (let id = 0; id < 200; id++) stage.comes(0, { id, length: 1000 });
    expect(stage.drops[0]!.detail).toBe('RED: average above 3kB');
    expect(stage.queue.bytes).toBeLessThanOrEqual(12_000);
  });

  test('the queue has a limit besides', () => {
    const { comes, drops } = queueStage('red:limit=3');
    for (let id = 0; id < 5; id++) comes(0, { id });
    expect(drops.map(({ id, reason }) => [id, reason])).toEqual([
      [3, 'medium-queue-full'],
      [4, 'medium-queue-full'],
    ]);
  });

  test('its dice are its own: another seed drops other frames', () => {
    const dropped = (seed: number): number[] => {
      const stage = queueStage('red:weight=1', { seed });
      for (let id = 0; id < 500; id++) {
        stage.comes(0, { id });
        if (stage.queue.frames > 9) stage.goes(0);
      }
      return stage.drops.map(({ id }) => id);
    };
    expect(dropped(1)).toEqual(dropped(1));
    expect(dropped(1)).not.toEqual(dropped(2));
  });
});

test('the average is that of a plain model, whatever comes and goes', () => {
  const step = fc.record({ pause: fc.integer({ min: 0, max: 5 * MS }), comes: fc.nat(5), goes: fc.nat(5) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 80 }), (steps) => {
      const stage = queueStage<Red>('red:weight=0.05');
      let now = 0;
      let average = 0;
      let emptySince = 0;
      for (const { pause, comes, goes } of steps) {
        now += pause;
        for (let count = 0; count < comes; count++) {
          const { frames } = stage.queue;
          if (frames > 0) average = 0.95 * average + 0.05 * frames;
          else {
            for (let slot = Math.floor((now - emptySince) / (0.8 * MS)); slot >= 0; slot--) average *= 0.95;
            emptySince = now;
          }
          stage.comes(now, { id: 1 });
          expect(stage.queue.average).toBeCloseTo(average, 9);
        }
        for (let count = 0; count < goes; count++) if (stage.goes(now) !== undefined) emptySince = now;
      }
    }),
    { seed: 1993, numRuns: 60 },
  );
});
