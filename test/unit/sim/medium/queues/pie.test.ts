import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ECT_0, NOT_ECT } from '../../../../../src/layers/network/ecn.ts';
import type { Pie } from '../../../../../src/sim/medium/queues/pie.ts';
import { MS, queueStage } from './queue-stage.ts';

/** The delay that the controlled queue below has from 20 ms on. */
const DELAY = 20 * MS;

/**
 * PIE at a probability that stays as it is while nothing goes: only beta counts, the delay has risen once to 20 ms, and
 * the step up from nothing is divided by 2048.
 */
function at(probability: number, options = '') {
  const beta = (probability * 2048) / (DELAY / 1e9);
  const stage = queueStage<Pie>(`pie:limit=100000,burst=0ms,alpha=0,beta=${beta}${options}`);
  for (let id = 0; id < 50; id++) stage.comes(0, { id, length: 1000 });
  stage.goes(DELAY);
  stage.comes(31 * MS, { id: 50 });
  expect(stage.queue.probability).toBeCloseTo(probability, 12);
  return stage;
}

/** Which of `count` frames that come at once are signalled, counted from 0. */
function signalled(stage: ReturnType<typeof at>, count: number, ecn = NOT_ECT): number[] {
  const before = stage.drops.length;
  for (let id = 0; id < count; id++) stage.comes(31 * MS, { id, ecn });
  return ecn === NOT_ECT ? stage.drops.slice(before).map(({ id }) => id) : stage.marks.map(({ id }) => id);
}

describe('random dropping', () => {
  test('RFC 8033 §4.1: a frame that comes is dropped with the probability drop_prob_', () => {
    const stage = at(0.25, ',derandomize=false');
    const dropped = signalled(stage, 4000);
    // Standard deviation sqrt(4000 × 0.25 × 0.75) = 27.4. Five of them.
    expect(Math.abs(dropped.length - 1000)).toBeLessThan(137);
    const near = dropped.filter((id, index) => id === dropped[index - 1]! + 1).length;
    expect(Math.abs(near - 250)).toBeLessThan(100);
    expect(stage.drops[0]).toMatchObject({ reason: 'medium-queue-aqm', detail: 'PIE: to keep the delay at 15ms' });
  });

  test('RFC 8033 §4.1: not while the old delay is below half of QDELAY_REF and the probability below 0.2', () => {
    expect(signalled(at(0.19, ',target=45ms,derandomize=false'), 300)).toEqual([]);
    expect(signalled(at(0.21, ',target=45ms,derandomize=false'), 300).length).toBeGreaterThan(20);
    expect(signalled(at(0.19, ',target=39ms,derandomize=false'), 300).length).toBeGreaterThan(20);
  });

  test('RFC 8033 §4.1: nor while a couple of frames wait at most', () => {
    const stage = at(1, ',derandomize=false');
    // The delay that counts is the one of before, and the queue is emptied but for two frames.
    while (stage.queue.frames > 2) stage.goes(31 * MS);
    const before = stage.drops.length;
    stage.comes(31 * MS, { id: 1000, length: 1000 });
    expect(stage.drops).toHaveLength(before);
    stage.comes(31 * MS, { id: 1001, length: 1000 });
    expect(stage.drops.slice(before).map(({ id }) => id)).toEqual([1001]);
  });
});

/** The update in the plain form of RFC 8033 §4.2. Delays in seconds. */
function updated(probability: number, delay: number, old: number, target = 0.015, alpha = 0.125, beta = 1.25): number {
  let p = alpha * (delay - target) + beta * (delay - old);
  if (probability < 0.000001) p /= 2048;
  else if (probability < 0.00001) p /= 512;
  else if (probability < 0.0001) p /= 128;
  else if (probability < 0.001) p /= 32;
  else if (probability < 0.01) p /= 8;
  else if (probability < 0.1) p /= 2;
  if (probability >= 0.1 && p > 0.02) p = 0.02;
  let next = probability + p;
  if (delay === 0 && old === 0) next *= 0.98;
  return Math.min(1, Math.max(0, next));
}

describe('the drop probability', () => {
  test('RFC 8033 §4.2: every T_UPDATE, alpha times the distance from QDELAY_REF and beta times the trend, auto-tuned', () => {
    const { queue, comes, goes } = queueStage<Pie>('pie:limit=100000');
    for (let id = 0; id < 1000; id++) comes(0, { id });
    let probability = 0;
    let old = 0;
    const seen = new Set<number>();
    // The delay of the frame that goes is the time: it grows without an end, through all the ranges of the tuning.
    for (let tick = 1; tick <= 60; tick++) {
      const sample = tick === 1 ? 0 : 15 * tick - 1;
      if (tick > 1) goes((15 * tick - 1) * MS);
      probability = updated(probability, sample / 1e3, old / 1e3);
      old = sample;
      comes(15 * tick * MS, { id: 5000 + tick });
      expect(queue.probability).toBeCloseTo(probability, 12);
      seen.add(Math.floor(Math.log10(probability)));
    }
    expect(seen).toEqual(new Set([-Infinity, -5, -4, -3, -2, -1, 0]));
  });

  test.each([
    [0.0000005, 2048],
    [0.000005, 512],
    [0.00005, 128],
    [0.0005, 32],
    [0.005, 8],
    [0.05, 2],
    [0.5, 1],
  ])('RFC 8033 §4.2: at a probability of %f the step is divided by %i', (probability, divisor) => {
    const beta = (probability * 2048) / (DELAY / 1e9);
    const stage = at(probability, ',cap=false');
    // One more millisecond of delay at the next update.
    stage.goes(31 * MS);
    stage.goes(41 * MS);
    stage.goes(44 * MS);
    stage.comes(45 * MS, { id: 1 });
    const step = (beta * (44 - 20)) / 1e3 / divisor;
    expect(stage.queue.probability).toBeCloseTo(Math.min(1, probability + step), 12);
  });

  test('RFC 8033 §4.2: decays by 2 % in each update while the delay is and was nothing', () => {
    const { queue, comes, goes } = queueStage<Pie>('pie:target=1ns,alpha=51200,beta=0,burst=0ms');
    for (let id = 0; id < 10; id++) comes(0, { id });
    goes(DELAY);
    while (goes(31 * MS) !== undefined);
    expect(queue.probability).toBeCloseTo(0.5, 6);
    goes(45 * MS);
    expect(queue.probability).toBeCloseTo(0.5, 3);
    const before = queue.probability;
    goes(60 * MS);
    expect(queue.probability).toBeCloseTo((before - 51200e-9) * 0.98, 12);
  });

  test('RFC 8033 §4.2: is bounded by 0 and 1', () => {
    const falling = at(0.8, ',target=1s');
    while (falling.goes(32 * MS) !== undefined);
    // At 45 ms the delay falls from 20 ms to nothing, undivided.
    falling.goes(46 * MS);
    expect(falling.queue.probability).toBe(0);
    const rising = queueStage<Pie>('pie:alpha=0,beta=5000,target=1h,burst=0ms');
    for (let id = 0; id < 10; id++) rising.comes(0, { id });
    rising.goes(500 * MS);
    rising.goes(525 * MS);
    expect(rising.queue.probability).toBe(1);
  });

  test('RFC 8033 §5.5: a high probability rises by 0.02 in a step at most', () => {
    const rise = (options: string): number => {
      const stage = at(0.5, options);
      stage.goes(31 * MS);
      stage.comes(45 * MS, { id: 1 });
      return stage.queue.probability - 0.5;
    };
    expect(rise('')).toBeCloseTo(0.02, 9);
    expect(rise(',cap=false')).toBeCloseTo(0.5, 9);
  });

  test('updates that were due while nothing came or went are made up for, each at its own moment', () => {
    const step = fc.record({ pause: fc.integer({ min: 0, max: 200 * MS }), comes: fc.nat(8), goes: fc.nat(6) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
        const { queue, comes, goes, drops } = queueStage<Pie>('pie:burst=0ms,limit=100000');
        let now = 0;
        let tick = 15 * MS;
        let probability = 0;
        let sample = 0;
        let old = 0;
        const waiting: { id: number; at: number }[] = [];
        let id = 0;
        for (const { pause, comes: coming, goes: going } of steps) {
          now += pause;
          for (; tick <= now; tick += 15 * MS) {
            probability = updated(probability, sample / 1e9, old / 1e9);
            old = sample;
          }
          for (let count = 0; count < coming; count++) {
            const before = drops.length;
            comes(now, { id });
            if (drops.length === before) waiting.push({ id, at: now });
            id++;
          }
          for (let count = 0; count < going; count++) {
            const gone = waiting.shift();
            expect(goes(now)).toBe(gone?.id);
            if (gone !== undefined) sample = waiting.length === 0 ? 0 : now - gone.at;
          }
          if (coming + going > 0) expect(queue.probability).toBeCloseTo(probability, 12);
        }
      }),
      { seed: 8033, numRuns: 100 },
    );
  });
});

describe('burst tolerance', () => {
  test('RFC 8033 §4.4: MAX_BURST, 150 ms of congestion pass before a frame is dropped', () => {
    const stage = queueStage<Pie>('pie:limit=100000,beta=500,derandomize=false');
    for (let id = 0; id < 5000; id++) stage.comes(0, { id });
    let firstDrop: number | undefined;
    for (let time = 1; time < 300 && firstDrop === undefined; time++) {
      stage.goes(time * MS);
      stage.comes(time * MS, { id: time });
      expect(stage.queue.burstAllowanceNs).toBe(Math.max(0, 150 - 15 * Math.floor(time / 15)) * MS);
      if (stage.drops.length > 0) firstDrop = time;
    }
    expect(stage.queue.probability).toBeGreaterThan(0.1);
    expect(firstDrop).toBeGreaterThanOrEqual(150);
    expect(firstDrop).toBeLessThan(180);
  });

  test('RFC 8033 §4.4: the allowance is whole again once there is no probability and little delay', () => {
    const stage = queueStage<Pie>('pie');
    for (let id = 0; id < 10; id++) stage.comes(0, { id });
    stage.goes(14 * MS);
    stage.comes(90 * MS, { id: 20 });
    expect(stage.queue.burstAllowanceNs).toBe(60 * MS);
    while (stage.goes(90 * MS) !== undefined);
    stage.comes(121 * MS, { id: 21 });
    expect(stage.queue.probability).toBe(0);
    expect(stage.queue.burstAllowanceNs).toBe(150 * MS);
  });
});

describe('optional elements', () => {
  test('RFC 8033 §5.1: what is ECN-capable is marked, until the probability reaches mark_ecnth', () => {
    const low = at(0.099, ',ecn');
    expect(signalled(low, 500, ECT_0).length).toBeGreaterThan(20);
    expect(low.drops).toEqual([]);
    const high = at(0.101, ',ecn');
    expect(signalled(high, 500, ECT_0)).toEqual([]);
    expect(high.drops.length).toBeGreaterThan(20);
    expect(at(0.5, ',ecn,markBelow=90%').marks).toEqual([]);
    expect(signalled(at(0.5, ',ecn,markBelow=90%'), 500, ECT_0).length).toBeGreaterThan(100);
    expect(signalled(at(0.05), 500, ECT_0)).toEqual([]);
  });

  test('RFC 8033 §5.2: the delay is what waits, by the rate at which 16 KiB have left', () => {
    const { queue, comes, goes } = queueStage<Pie>('pie:departureRate,limit=100000,burst=0ms,alpha=0,beta=100');
    for (let id = 0; id < 200; id++) comes(0, { id, length: 1024 });
    // A frame each millisecond. The first starts the measurement, and the seventeenth ends it: 16 KiB in 16 ms.
    for (let time = 1; time <= 17; time++) goes(time * MS);
    // At the update at 30 ms 170 frames wait, at 1 ms each.
    for (let time = 18; time <= 30; time++) goes(time * MS);
    expect(queue.probability).toBeCloseTo((100 * 0.171) / 2048, 9);
  });

  test('RFC 8033 §5.2: a later measurement counts for a quarter, DQ_THRESHOLD / 2^16', () => {
    const { queue, comes, goes } = queueStage<Pie>('pie:departureRate,limit=100000,burst=0ms,alpha=0,beta=100');
    for (let id = 0; id < 200; id++) comes(0, { id, length: 1024 });
    for (let time = 1; time <= 17; time++) goes(time * MS);
    // The next one starts with the frame at 17 ms, and takes 32 ms: together 0.75 × 16 ms + 0.25 × 32 ms.
    for (let time = 19; time <= 49; time += 2) goes(time * MS);
    // The probability had fallen back to 0 at 45 ms, when 170 frames waited at 1 ms each; at 60 ms 167 wait at 1.25 ms.
    expect(queue.probability).toBe(0);
    comes(60 * MS, { id: 1 });
    expect(queue.probability).toBeCloseTo((100 * (0.167 * 1.25 - 0.17)) / 2048, 9);
  });

  test('RFC 8033 §5.3: PIE may be inactive until a third of the limit waits, and is so again when congestion ends', () => {
    const stage = queueStage<Pie>('pie:idleStart,limit=300,beta=5000,derandomize=false');
    for (let id = 0; id < 99; id++) stage.comes(0, { id });
    stage.goes(140 * MS);
    stage.comes(200 * MS, { id: 100 });
    expect([stage.queue.active, stage.queue.probability]).toEqual([false, 0]);
    stage.comes(200 * MS, { id: 101 });
    expect(stage.queue.active).toBe(true);
    expect(stage.queue.burstAllowanceNs).toBe(150 * MS);
    stage.goes(201 * MS);
    stage.comes(225 * MS, { id: 102 });
    expect(stage.queue.probability).toBeGreaterThan(0.1);
    while (stage.goes(226 * MS) !== undefined);
    stage.comes(5000 * MS, { id: 103 });
    expect(stage.queue.active).toBe(false);
  });

  test('RFC 8033 appendix B: when it becomes active it begins to measure the departure rate at once', () => {
    const { queue, comes, goes } = queueStage<Pie>('pie:departureRate,idleStart,limit=90,alpha=0,beta=100');
    for (let id = 0; id < 30; id++) comes(0, { id, length: 1024 });
    for (let time = 1; time <= 16; time++) goes(time * MS);
    comes(30 * MS, { id: 100 });
    expect(queue.probability).toBeCloseTo((100 * 0.014) / 2048, 12);
  });

  test('RFC 8033 §5.4: no two signals are nearer than 0.85 / drop_prob_ frames', () => {
    for (const probability of [0.05, 0.1, 0.25]) {
      const dropped = signalled(at(probability), 6000);
      expect(dropped.length).toBeGreaterThan(100);
      const gaps = dropped.slice(1).map((id, index) => id - dropped[index]!);
      expect(Math.min(...gaps)).toBe(Math.ceil(0.85 / probability));
    }
  });

  test('RFC 8033 §5.4: nor farther than 8.5 / drop_prob_', () => {
    // Enough signals that some, one in e^7.65 = 2100, would be farther.
    const dropped = signalled(at(0.25), 40_000);
    const gaps = dropped.slice(1).map((id, index) => id - dropped[index]!);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(34);
    expect(gaps.filter((gap) => gap === 34).length).toBeGreaterThan(0);
  });
});

test('what finds the queue full is dropped whatever the probability, and begins the derandomisation anew', () => {
  const { comes, drops } = queueStage('pie:limit=2');
  for (let id = 0; id < 4; id++) comes(0, { id });
  expect(drops.map(({ id, reason }) => [id, reason])).toEqual([
    [2, 'medium-queue-full'],
    [3, 'medium-queue-full'],
  ]);
});
