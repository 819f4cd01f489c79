import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Timer } from '../../../src/layers/clock.ts';
import { VirtualTime } from '../../../src/sim/virtual-time.ts';

describe('virtual time', () => {
  test('timers fire in the order of (deadline, moment of arming), as if each arming queued its own entry', () => {
    const operation = fc.record({
      timer: fc.nat(5),
      // Mostly arm; sometimes cancel or let time pass.
      what: fc.constantFrom('arm', 'arm', 'arm', 'cancel', 'step', 'until'),
      after: fc.nat(12),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 120 }), (operations) => {
        const time = new VirtualTime();
        const fired: string[] = [];
        const timers: Timer[] = [];
        for (let name = 0; name < 6; name++) timers.push(time.timer(() => fired.push(`${name}@${time.now()}`)));
        const expected: string[] = [];
        let armings = 0;
        let now = 0;
        const model = new Map<number, { deadline: number; arming: number }>();
        const next = () =>
          [...model].sort(([, a], [, b]) => a.deadline - b.deadline || a.arming - b.arming)[0] ?? undefined;
        const fireNext = () => {
          const [name, { deadline }] = next()!;
          model.delete(name);
          now = deadline;
          expected.push(`${name}@${now}`);
        };
        for (const { timer, what, after } of operations) {
          if (what === 'arm') {
            timers[timer]!.arm(time.now() + after);
            model.set(timer, { deadline: now + after, arming: armings++ });
          } else if (what === 'cancel') {
            timers[timer]!.cancel();
            model.delete(timer);
          } else if (what === 'step') {
            expect(time.step()).toBe(model.size > 0);
            if (model.size > 0) fireNext();
          } else {
            const until = now + after;
            time.runUntil(until);
            while ((next()?.[1].deadline ?? Infinity) <= until) fireNext();
            now = until;
          }
          expect(time.now()).toBe(now);
          expect(time.pending).toBe(model.size);
          expect(time.nextTime).toBe(next()?.[1].deadline ?? Infinity);
          expect(timers.map(({ deadline }) => deadline)).toEqual(
            timers.map((_, name) => model.get(name)?.deadline ?? Infinity),
          );
        }
        time.run();
        while (model.size > 0) fireNext();
        expect(fired).toEqual(expected);
        expect(time.idle).toBe(true);
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  test('re-arming for later touches the queue once per expiry', () => {
    const time = new VirtualTime();
    const fired: number[] = [];
    const timer = time.timer(() => fired.push(time.now()));
    for (let after = 1000; after < 2000; after++) timer.arm(after);
    expect(time.queueLength).toBe(1);
    time.run();
    expect(fired).toEqual([1999]);
    expect(time.events).toBe(1);
  });

  test('a cancelled timer neither moves the clock nor keeps a run alive', () => {
    const time = new VirtualTime();
    const timer = time.timer(() => expect.unreachable());
    timer.arm(5000);
    timer.cancel();
    expect(time.idle).toBe(true);
    expect(time.step()).toBe(false);
    expect(time.now()).toBe(0);
  });

  test('timers that are armed, cancelled and forgotten leave nothing behind', () => {
    const time = new VirtualTime();
    for (let count = 0; count < 100_000; count++) {
      const timer = time.timer(() => undefined);
      timer.arm(7200e9);
      timer.cancel();
    }
    expect(time.queueLength).toBeLessThan(600);
    const swinging = time.timer(() => undefined);
    for (let count = 0; count < 100_000; count++) swinging.arm(count % 2 === 0 ? 1000e9 : 1e9 - count);
    expect(time.queueLength).toBeLessThan(600);
    time.run();
    expect(time.queueLength).toBe(0);
    expect(time.events).toBe(1);
  });

  test('a deadline that has passed fires at once, not before what is due already', () => {
    const time = new VirtualTime();
    time.runUntil(100);
    const order: string[] = [];
    time.schedule(100, { fire: () => order.push('event') });
    time.timer(() => order.push(`timer at ${time.now()}`)).arm(40);
    time.run();
    expect(order).toEqual(['event', 'timer at 100']);
  });

  test('what causes itself without letting time pass is stopped with a sentence', () => {
    const time = new VirtualTime(50);
    const timer = time.timer(() => timer.arm(time.now()));
    timer.arm(7);
    expect(() => time.run()).toThrow('more than 50 events at 7 ns');
    const slow = new VirtualTime(50);
    let turns = 0;
    const ticking = slow.timer(() => {
      if (turns++ < 1000) ticking.arm(slow.now() + 1);
    });
    ticking.arm(0);
    slow.run();
    expect(slow.now()).toBe(1000);
  });

  test('times that have no place in the order are refused', () => {
    const time = new VirtualTime();
    time.runUntil(10);
    const timer = time.timer(() => undefined);
    expect(() => timer.arm(Number.NaN)).toThrow(RangeError);
    expect(() => timer.arm(0.5)).toThrow(RangeError);
    expect(() => time.schedule(9, { fire: () => undefined })).toThrow(RangeError);
    expect(() => time.schedule(Infinity, { fire: () => undefined })).toThrow(RangeError);
    expect(() => time.runUntil(5)).toThrow(RangeError);
    timer.arm(Infinity);
    expect(time.idle).toBe(true);
  });
});
