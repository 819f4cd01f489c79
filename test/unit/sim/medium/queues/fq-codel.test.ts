import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ECT_0, NOT_ECT } from '../../../../../src/layers/network/ecn.ts';
import { MS, queueStage } from './queue-stage.ts';

/** CoDel never acts, so that only the scheduler is seen. */
const SCHEDULER_ONLY = 'fq_codel:target=1h,quantum=1000B';

describe('the scheduler of FQ-CoDel', () => {
  test('RFC 8290 §4.2: flows take turns, each in its own order', () => {
    const { comes, allGo } = queueStage(SCHEDULER_ONLY);
    for (let id = 0; id < 3; id++) comes(0, { id: 10 + id, length: 1000, flow: 1 });
    for (let id = 0; id < 3; id++) comes(0, { id: 20 + id, length: 1000, flow: 2 });
    expect(allGo(1)).toEqual([10, 20, 11, 21, 12, 22]);
  });

  test('RFC 8290 §3: a turn is a quantum of bytes, not a number of frames', () => {
    const { comes, goes } = queueStage(SCHEDULER_ONLY);
    for (let id = 0; id < 200; id++) comes(0, { id, length: 250, flow: 1 });
    for (let id = 1000; id < 1200; id++) comes(0, { id, length: 1000, flow: 2 });
    const gone = Array.from({ length: 100 }, () => goes(1)!);
    const bytes = [gone.filter((id) => id < 1000).length * 250, gone.filter((id) => id >= 1000).length * 1000];
    expect(Math.abs(bytes[0]! - bytes[1]!)).toBeLessThanOrEqual(1000);
  });

  test('RFC 8290 §4.2: what was taken beyond the quantum is paid back in the next turn', () => {
    const { comes, goes } = queueStage(SCHEDULER_ONLY);
    for (let id = 0; id < 100; id++) comes(0, { id, length: 700, flow: 1 });
    for (let id = 1000; id < 1100; id++) comes(0, { id, length: 1000, flow: 2 });
    let difference = 0;
    for (let count = 0; count < 120; count++) {
      difference += goes(1)! < 1000 ? 700 : -1000;
      expect(Math.abs(difference)).toBeLessThanOrEqual(2000);
    }
  });

  test('RFC 8290 §4.2: a flow that has only begun to send goes before those that have built a queue', () => {
    const { comes, goes } = queueStage(SCHEDULER_ONLY);
    for (let id = 0; id < 20; id++) comes(0, { id, length: 1000, flow: 1 });
    goes(1);
    goes(2);
    comes(3, { id: 100, length: 100, flow: 2 });
    expect([goes(4), goes(5)]).toEqual([100, 2]);
    // Empty again and back as a new one: before the old one again, though not before that had a turn.
    comes(6, { id: 101, length: 100, flow: 2 });
    expect([goes(7), goes(8)]).toEqual([101, 3]);
  });

  test('RFC 8290 §4.2: a new queue that is empty takes a turn among the old ones, so that none of them starves', () => {
    const { comes, goes } = queueStage('fq_codel:target=1h,quantum=300B');
    for (let id = 0; id < 100; id++) comes(0, { id, length: 300, flow: 1 });
    goes(0);
    // One that always comes back at once, in frames that do not use up its credits.
    let served = 0;
    for (let at = 1; at <= 40; at++) {
      comes(at, { id: 1000 + at, length: 100, flow: 2 });
      if (goes(at)! < 1000) served++;
    }
    expect(served).toBeGreaterThan(8);
  });

  test('RFC 8290 §4.1: the number of queues bounds how many flows are told apart', () => {
    const { comes, allGo } = queueStage('fq_codel:target=1h,flows=1');
    for (let id = 0; id < 50; id++) comes(0, { id, length: 1000, flow: id });
    expect(allGo(1)).toEqual(Array.from({ length: 50 }, (_, id) => id));
  });

  test('RFC 8290 §8: which flows share a queue depends on dice that nobody outside knows', () => {
    const order = (seed: number): number[] => {
      const { comes, allGo } = queueStage('fq_codel:target=1h,flows=8', { seed });
      for (let id = 0; id < 60; id++) comes(0, { id, length: 1514, flow: id % 20 });
      return allGo(1);
    };
    expect(order(1)).toEqual(order(1));
    expect(order(1)).not.toEqual(order(2));
  });
});

describe('the limit of FQ-CoDel', () => {
  test('RFC 8290 §4.1: when it is passed, half of the fattest queue is dropped from its head', () => {
    const { comes, drops, allGo } = queueStage('fq_codel:limit=20');
    for (let id = 0; id < 4; id++) comes(0, { id: 100 + id, length: 100, flow: 2 });
    for (let id = 0; id < 17; id++) comes(0, { id, length: 1000, flow: 1 });
    expect(drops.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(drops[0]).toMatchObject({
      reason: 'medium-queue-fat-flow',
      detail: 'queue limit 20 frames, from the flow with most bytes',
    });
    expect(allGo(1).sort((one, other) => one - other)).toEqual([9, 10, 11, 12, 13, 14, 15, 16, 100, 101, 102, 103]);
  });

  test('RFC 8290 §4.1: fattest by bytes, not by frames', () => {
    const { comes, drops } = queueStage('fq_codel:limit=12');
    for (let id = 0; id < 10; id++) comes(0, { id, length: 100, flow: 1 });
    for (let id = 100; id < 103; id++) comes(0, { id, length: 1400, flow: 2 });
    expect(drops.map(({ id }) => id)).toEqual([100, 101]);
  });

  test('RFC 8290 §4.1: at most 64 frames at once', () => {
    const { comes, drops } = queueStage('fq_codel:limit=500');
    for (let id = 0; id <= 500; id++) comes(0, { id, flow: 1 });
    expect(drops).toHaveLength(64);
    const few = queueStage('fq_codel:limit=500,batch=3');
    for (let id = 0; id <= 500; id++) few.comes(0, { id, flow: 1 });
    expect(few.drops).toHaveLength(3);
  });

  test('in bytes it drops until there is room', () => {
    const { comes, drops, queue } = queueStage('fq_codel:limit=1000B');
    comes(0, { id: 1, length: 900, flow: 1 });
    comes(0, { id: 2, length: 1500, flow: 2 });
    expect(drops.map(({ id }) => id)).toEqual([2]);
    expect(queue.bytes).toBe(900);
  });
});

describe('CoDel in the queues of FQ-CoDel', () => {
  /** One flow that builds a queue, and one that sends a frame now and then. */
  function mixed(options: string, ecn: number) {
    const stage = queueStage(options);
    for (let id = 0; id < 800; id++) stage.comes(0, { id, length: 1000, flow: 1, ecn });
    for (let at = 1; at <= 700; at++) {
      if (at % 20 === 0) stage.comes(at * MS, { id: 10_000 + at, length: 100, flow: 2, ecn });
      stage.goes(at * MS);
    }
    return stage;
  }

  test('RFC 8290 §5.8: only the flow that builds a queue is told of congestion', () => {
    const { drops } = mixed('fq_codel', NOT_ECT);
    expect(drops.length).toBeGreaterThan(8);
    expect(drops.every(({ id, reason }) => id < 10_000 && reason === 'medium-queue-aqm')).toBe(true);
  });

  test('RFC 8290 §5.2.6: ECN is on unless it is switched off', () => {
    const on = mixed('fq_codel', ECT_0);
    expect(on.drops).toEqual([]);
    expect(on.marks.length).toBeGreaterThan(8);
    const off = mixed('fq_codel:ecn=false', ECT_0);
    expect(off.marks).toEqual([]);
    expect(off.drops.length).toBeGreaterThan(8);
  });

  test('RFC 8290 §1.3: with only one queue it behaves as CoDel does', () => {
    const run = (options: string) => {
      const { comes, goes, drops } = queueStage(options);
      const gone: (number | undefined)[] = [];
      for (let at = 0; at < 1500; at++) {
        for (let more = 0; more < (at % 5 === 0 ? 6 : 0); more++) comes(at * MS, { id: at * 10 + more, flow: more });
        gone.push(goes(at * MS));
      }
      return { gone, dropped: drops.map(({ id }) => id) };
    };
    const alone = run('codel:limit=5000');
    expect(alone.dropped.length).toBeGreaterThan(20);
    expect(run('fq_codel:flows=1,limit=5000')).toEqual(alone);
  });

  test('RFC 8289 §4.4: bytes in all queues keep the line busy, so that the last frame of one may be dropped', () => {
    const { comes, goes, drops } = queueStage('fq_codel');
    for (let flow = 0; flow < 40; flow++) {
      for (let turn = 0; turn < 4; turn++) comes(0, { id: 10 * flow + turn, length: 1514, flow });
    }
    for (let time = 1; time <= 160; time++) goes(time * MS);
    expect(drops.length).toBeGreaterThan(10);
    expect(new Set(drops.map(({ id }) => id % 10))).toEqual(new Set([3]));
  });

  test('RFC 8290 §5.2.7: ce_threshold', () => {
    const { comes, goes, marks } = queueStage('fq_codel:mark=2ms');
    for (let id = 0; id < 4; id++) comes(0, { id, ecn: ECT_0 });
    for (let at = 1; at <= 4; at++) goes(at * MS);
    expect(marks.map(({ id, detail }) => [id, detail])).toEqual([
      [1, 'threshold 2ms'],
      [2, 'threshold 2ms'],
      [3, 'threshold 2ms'],
    ]);
  });
});

/** Deficit round robin with new and old queues on plain arrays, as RFC 8290 §4 tells it. */
class Oracle {
  private readonly frames = new Map<number, { id: number; length: number }[]>();
  private readonly credits = new Map<number, number>();
  private fresh: number[] = [];
  private old: number[] = [];

  comes(flow: number, id: number, length: number): void {
    if (!this.frames.has(flow)) this.frames.set(flow, []);
    this.frames.get(flow)!.push({ id, length });
    if (this.fresh.includes(flow) || this.old.includes(flow)) return;
    this.fresh.push(flow);
    this.credits.set(flow, 1000);
  }

  goes(): number | undefined {
    while (this.fresh.length + this.old.length > 0) {
      const isNew = this.fresh.length > 0;
      const flow = (isNew ? this.fresh : this.old)[0]!;
      const credits = this.credits.get(flow)!;
      if (credits <= 0) {
        this.credits.set(flow, credits + 1000);
        (isNew ? this.fresh : this.old).shift();
        this.old.push(flow);
        continue;
      }
      const frame = this.frames.get(flow)!.shift();
      if (frame !== undefined) {
        this.credits.set(flow, credits - frame.length);
        return frame.id;
      }
      (isNew ? this.fresh : this.old).shift();
      if (isNew) this.old.push(flow);
    }
    return undefined;
  }
}

test('RFC 8290 §4: frames go in the order in which a plain model of the scheduler sends them', () => {
  const step = fc.record({ flow: fc.nat(5), length: fc.integer({ min: 90, max: 1500 }), goes: fc.nat(2) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 30, maxLength: 200 }), (steps) => {
      const stage = queueStage(SCHEDULER_ONLY);
      const oracle = new Oracle();
      steps.forEach(({ flow, length, goes }, id) => {
        stage.comes(id, { id, length, flow });
        oracle.comes(flow, id, length);
        for (let count = 0; count < goes; count++) expect(stage.goes(id)).toBe(oracle.goes());
      });
      for (let id = oracle.goes(); id !== undefined; id = oracle.goes()) expect(stage.goes(1e6)).toBe(id);
      expect(stage.goes(1e6)).toBeUndefined();
    }),
    { seed: 8290, numRuns: 60 },
  );
});
