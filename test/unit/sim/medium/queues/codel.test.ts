import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ECT_0, NOT_ECT } from '../../../../../src/layers/network/ecn.ts';
import { controlLaw } from '../../../../../src/sim/medium/queues/codel-control.ts';
import { MS, queueStage } from './queue-stage.ts';

const INTERVAL = 100 * MS;
const TARGET = 5 * MS;

/** `count` frames that have come by time 0, of which one goes each millisecond from `from` until `to`. */
function drained(options: string, count: number, from: number, to: number, ecn = NOT_ECT) {
  const stage = queueStage(options);
  for (let id = 0; id < count; id++) stage.comes(0, { id, ecn });
  const signalledAt: number[] = [];
  for (let at = from; at <= to; at++) {
    const before = stage.drops.length + stage.marks.length;
    stage.goes(at * MS);
    for (let more = stage.drops.length + stage.marks.length; more > before; more--) signalledAt.push(at);
  }
  return { ...stage, signalledAt };
}

describe('CoDel', () => {
  test('RFC 8289 §5.6: the control law: the next signal comes INTERVAL / sqrt(count) later', () => {
    expect([1, 4, 16, 100].map((count) => controlLaw(7, INTERVAL, count) - 7)).toEqual([
      INTERVAL,
      INTERVAL / 2,
      INTERVAL / 4,
      INTERVAL / 10,
    ]);
    expect(controlLaw(0, INTERVAL, 2)).toBe(70_710_678);
  });

  test('RFC 8289 §5.3: TARGET is 5 ms and INTERVAL 100 ms: the head is dropped once it has been above for so long', () => {
    // The frame that goes at 5 ms is the first above the target; 100 ms later the drop state is entered.
    const { signalledAt, drops } = drained('codel', 400, 1, 204);
    expect(signalledAt).toEqual([105]);
    expect(drops).toEqual([{ id: 104, reason: 'medium-queue-aqm', detail: 'CoDel: over 5ms for 100ms' }]);
    expect(drained('codel:target=20ms,interval=40ms', 400, 1, 80).signalledAt).toEqual([60]);
  });

  test('RFC 8289 §5.6: a sojourn time below TARGET, once, begins the interval anew', () => {
    /** Six frames wait, one comes and one goes each millisecond; at one moment three more go, and three come instead. */
    const firstDropAt = (briefAt: number): number => {
      const { comes, goes, drops } = queueStage('codel');
      for (let id = 0; id < 6; id++) comes(0, { id });
      for (let at = 1; ; at++) {
        goes(at * MS);
        if (drops.length > 0) return at;
        comes(at * MS, { id: at });
        if (at !== briefAt) continue;
        for (let count = 0; count < 3; count++) goes(at * MS);
        for (let count = 0; count < 3; count++) comes(at * MS, { id: at });
      }
    };
    expect(firstDropAt(Infinity)).toBe(105);
    expect(firstDropAt(80)).toBeGreaterThan(180);
  });

  test('RFC 8289 §5.5: in the drop state the signals follow the control law until it is left', () => {
    const { signalledAt } = drained('codel', 900, 1, 600);
    const wanted: number[] = [];
    let next = 105 * MS;
    for (let count = 1; next <= 600 * MS; count++) {
      // A frame goes each millisecond, so that a signal is given at the next whole one.
      wanted.push(Math.ceil(next / MS));
      next = controlLaw(next, INTERVAL, count);
    }
    expect(wanted.length).toBeGreaterThan(8);
    expect(signalledAt).toEqual(wanted);
  });

  test('RFC 8289 §5.5: several signals are given at once if several are due', () => {
    const { comes, goes, drops } = queueStage('codel');
    for (let id = 0; id < 100; id++) comes(0, { id });
    goes(5 * MS);
    expect(goes(105 * MS)).toBe(2);
    // Due at 205, then at 275.7, 333.4, 383.4 and 428.2 ms.
    expect(goes(400 * MS)).toBe(7);
    expect(drops.map(({ id }) => id)).toEqual([1, 3, 4, 5, 6]);
  });

  test('RFC 8289 §5.5: the drop state is left as soon as a sojourn time is below TARGET', () => {
    const { comes, goes, drops } = queueStage('codel');
    for (let id = 0; id < 20; id++) comes(0, { id });
    goes(5 * MS);
    goes(105 * MS);
    for (let id = 100; id < 120; id++) comes(300 * MS, { id });
    // What came at 0 is dropped while it is due, then what came at 300 ms has not waited for long.
    while (goes(301 * MS)! < 100);
    const dropped = drops.length;
    for (let at = 302; at < 305; at++) goes(at * MS);
    expect(goes(400 * MS)).toBeDefined();
    expect(drops.length).toBe(dropped);
  });

  /** A first drop state of so many signals from 105 ms on, then below the target, then above again from `again` on. */
  function twice(signals: number, again: number) {
    const stage = queueStage('codel:limit=5000');
    for (let id = 0; id < 1000; id++) stage.comes(0, { id });
    let at = 4;
    while (stage.drops.length < signals) stage.goes(++at * MS);
    while (stage.queue.frames > 0) stage.goes(at * MS);
    const before = stage.drops.length;
    for (let id = 1000; id < 3000; id++) stage.comes(again * MS, { id });
    const signalledAt: number[] = [];
    for (let time = again + 5; time <= again + 320; time++) {
      const count = stage.drops.length;
      stage.goes(time * MS);
      if (stage.drops.length > count) signalledAt.push(time - again);
    }
    return { before, signalledAt };
  }

  test('RFC 8289 §5.5: a drop state entered soon after the last one goes on at the rate that it had found', () => {
    // The ten signals before: the next one comes 100 ms / sqrt(9) later, for the first of them was the state’s entry.
    const { before, signalledAt } = twice(10, 1200);
    expect(before).toBe(10);
    expect(signalledAt.slice(0, 2)).toEqual([105, 105 + 34]);
  });

  test('RFC 8289 §5.5: after 16 intervals it begins at one per INTERVAL again', () => {
    expect(twice(10, 5000).signalledAt.slice(0, 2)).toEqual([105, 205]);
  });

  test('RFC 8289 §4.1: no frame is dropped while no more than one frame of the largest size is left behind it', () => {
    const { comes, goes, drops } = queueStage('codel');
    // One goes, one is left, and each waits for 60 ms: above the target for ever.
    comes(0, { id: 0, length: 1500 });
    for (let at = 1; at < 40; at++) {
      comes(at * 30 * MS, { id: at, length: 1500 });
      goes(at * 30 * MS + 29 * MS);
    }
    expect(drops).toEqual([]);
    // With two left it is dropped.
    comes(1201 * MS, { id: 100, length: 1500 });
    comes(1202 * MS, { id: 101, length: 1500 });
    comes(1203 * MS, { id: 102, length: 1500 });
    for (let at = 1; at <= 3; at++) {
      goes((1203 + 70 * at) * MS);
      comes((1203 + 70 * at) * MS, { id: 102 + at, length: 1500 });
    }
    expect(drops).toHaveLength(1);
  });

  test('RFC 8289 §5.4: what finds the buffer full is dropped, and counts for nothing', () => {
    const { comes, drops, goes } = queueStage('codel:limit=3');
    for (let id = 0; id < 10; id++) comes(0, { id });
    expect(drops).toHaveLength(7);
    expect(drops[0]).toEqual({ id: 3, reason: 'medium-queue-full', detail: 'queue limit 3 frames' });
    expect([goes(1 * MS), goes(2 * MS), goes(3 * MS), goes(4 * MS)]).toEqual([0, 1, 2, undefined]);
  });

  test('with ECN what is ECN-capable is marked when it would be dropped, and goes', () => {
    const marking = drained('codel:ecn', 900, 1, 600, ECT_0);
    const dropping = drained('codel', 900, 1, 600, ECT_0);
    expect(marking.drops).toEqual([]);
    expect(marking.signalledAt).toEqual(dropping.signalledAt);
    expect(marking.marks[0]).toEqual({ id: 104, detail: 'CoDel: over 5ms for 100ms' });
    expect(drained('codel:ecn', 900, 1, 600, NOT_ECT).drops).toEqual(dropping.drops);
  });

  test('a mark ends the round: what else is due marks the frames behind, one by one', () => {
    const { comes, goes, marks } = queueStage('codel:ecn');
    for (let id = 0; id < 100; id++) comes(0, { id, ecn: ECT_0 });
    goes(5 * MS);
    goes(105 * MS);
    // Due at 205, then at 275.7, 333.4 and 383.4 ms.
    for (let count = 0; count < 10; count++) goes(400 * MS);
    expect(marks.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
  });

  test('RFC 8290 §5.2.7: a threshold of its own marks earlier than the target does', () => {
    const { marks, drops } = drained('codel:mark=2ms', 50, 1, 4, ECT_0);
    expect(marks.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(drops).toEqual([]);
  });
});

/** The dequeue routine in the flat form of RFC 8289 §5.5 and §5.6, on plain arrays: what an oracle may afford. */
class Oracle {
  readonly dropped: number[] = [];
  private readonly frames: { id: number; length: number; at: number }[] = [];
  private firstAbove = 0;
  private dropNext = 0;
  private count = 0;
  private lastCount = 0;
  private dropping = false;
  private largest = 0;

  comes(at: number, id: number, length: number): void {
    this.frames.push({ id, length, at });
  }

  goes(now: number): number | undefined {
    let [frame, ok] = this.take(now);
    if (this.dropping) {
      if (!ok) this.dropping = false;
      while (now >= this.dropNext && this.dropping) {
        this.dropped.push(frame!.id);
        this.count++;
        [frame, ok] = this.take(now);
        if (!ok) this.dropping = false;
        else this.dropNext = Math.round(this.dropNext + INTERVAL / Math.sqrt(this.count));
      }
    } else if (ok) {
      this.dropped.push(frame!.id);
      [frame] = this.take(now);
      this.dropping = true;
      const delta = this.count - this.lastCount;
      this.count = delta > 1 && now - this.dropNext < 16 * INTERVAL ? delta : 1;
      this.dropNext = Math.round(now + INTERVAL / Math.sqrt(this.count));
      this.lastCount = this.count;
    }
    return frame?.id;
  }

  private take(now: number): [{ id: number; length: number; at: number } | undefined, boolean] {
    const frame = this.frames.shift();
    if (frame === undefined) {
      this.firstAbove = 0;
      return [undefined, false];
    }
    this.largest = Math.max(this.largest, frame.length);
    const left = this.frames.reduce((sum, { length }) => sum + length, 0);
    if (now - frame.at < TARGET || left <= this.largest) {
      this.firstAbove = 0;
      return [frame, false];
    }
    if (this.firstAbove !== 0) return [frame, now >= this.firstAbove];
    this.firstAbove = now + INTERVAL;
    return [frame, false];
  }
}

test('RFC 8289 §5.5: it drops and sends what the routine as the RFC writes it does, whatever comes and goes', () => {
  const step = fc.record({
    pause: fc.oneof(fc.integer({ min: 0, max: 3 * MS }), fc.integer({ min: 0, max: 60 * MS })),
    comes: fc.array(fc.integer({ min: 80, max: 1500 }), { maxLength: 6 }),
    goes: fc.nat(2),
  });
  let signals = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
      const stage = queueStage('codel');
      const oracle = new Oracle();
      let at = 0;
      let id = 0;
      for (const { pause, comes, goes } of steps) {
        at += pause;
        for (const length of comes) {
          stage.comes(at, { id, length });
          oracle.comes(at, id++, length);
        }
        for (let count = 0; count < goes; count++) expect(stage.goes(at)).toBe(oracle.goes(at));
      }
      expect(stage.drops.map((drop) => drop.id)).toEqual(oracle.dropped);
      signals += oracle.dropped.length;
    }),
    { seed: 8289, numRuns: 60 },
  );
  expect(signals).toBeGreaterThan(100);
});
