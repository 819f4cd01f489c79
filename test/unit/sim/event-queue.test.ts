import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Event, EventQueue } from '../../../src/sim/event-queue.ts';

const named = (name: number): Event & { name: number } => ({ name, fire: () => undefined });

describe('event queue', () => {
  test('is a total order by time, then sequence, through any mix of pushes, pops and sweeps', () => {
    const operation = fc.oneof(
      { weight: 6, arbitrary: fc.record({ what: fc.constant('push' as const), time: fc.nat(20) }) },
      { weight: 4, arbitrary: fc.record({ what: fc.constant('pop' as const), time: fc.constant(0) }) },
      { weight: 1, arbitrary: fc.record({ what: fc.constant('sweep' as const), time: fc.nat(20) }) },
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 400 }), (operations) => {
        const queue = new EventQueue();
        let model: { time: number; sequence: number }[] = [];
        for (const { what, time } of operations) {
          if (what === 'push') {
            const sequence = queue.takeSequence();
            queue.push(time, sequence, named(sequence));
            model.push({ time, sequence });
            model.sort((a, b) => a.time - b.time || a.sequence - b.sequence);
          } else if (what === 'sweep') {
            queue.retain((_, sequence) => sequence % 3 !== time % 3);
            model = model.filter(({ sequence }) => sequence % 3 !== time % 3);
          } else if (model.length > 0) {
            const first = model.shift()!;
            expect(queue.firstTime).toBe(first.time);
            expect(queue.firstSequence).toBe(first.sequence);
            expect((queue.pop() as ReturnType<typeof named>).name).toBe(first.sequence);
          }
          expect(queue.length).toBe(model.length);
          expect(queue.firstTime).toBe(model[0]?.time ?? Infinity);
        }
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test('a place taken before comes first among equal times, whenever it is pushed', () => {
    const queue = new EventQueue();
    const early = queue.takeSequence();
    queue.push(5, queue.takeSequence(), named(2));
    queue.push(5, early, named(1));
    expect([queue.pop(), queue.pop()]).toMatchObject([{ name: 1 }, { name: 2 }]);
  });

  test('grows past its first capacity and keeps no event that was popped', () => {
    const queue = new EventQueue();
    for (let count = 0; count < 10_000; count++) {
      queue.push((count * 7919) % 10_007, queue.takeSequence(), named(count));
    }
    let before = -1;
    while (queue.length > 0) {
      expect(queue.firstTime).toBeGreaterThan(before);
      before = queue.firstTime;
      queue.pop();
    }
    expect(queue.firstTime).toBe(Infinity);
  });
});
