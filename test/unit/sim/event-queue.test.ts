import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Event, EventQueue } from '../../../src/sim/event-queue.ts';

const named = (name: number): Event & { name: number } => ({ name, fire: () => undefined });

describe('event queue', () => {
  test('is a total order by time, then sequence, through any mix of pushes, pops and sweeps', () => {
    const operation = fc.oneof(
      { weight: 6, arbitrary: fc.record({ what: fc.constant('push' as const), time: fc.nat(20) }) },
      { weight: 4, arbitrary: fc.record({ what: fc.constant('pop' as const), time: fc.nat(1) }) },
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
            queue.settle();
            expect(queue.firstTime).toBe(first.time);
            expect(queue.firstSequence).toBe(first.sequence);
            expect((queue.pop() as ReturnType<typeof named>).name).toBe(first.sequence);
          }
          expect(queue.length).toBe(model.length);
          // Not always looked at: the next push then takes the place of what was popped.
          if (time % 2 === 0) continue;
          queue.settle();
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
    const first = queue.pop();
    queue.settle();
    expect([first, queue.pop()]).toMatchObject([{ name: 1 }, { name: 2 }]);
  });

  test('what is pushed in the place of the first event moves down among the others, equal times by their sequence', () => {
    const queue = new EventQueue();
    for (let count = 0; count < 40; count++) queue.push(count % 5, queue.takeSequence(), named(count));
    const order: number[] = [];
    for (let count = 40; queue.length > 0; count++) {
      const { firstTime } = queue;
      order.push((queue.pop() as ReturnType<typeof named>).name);
      if (count < 80) queue.push(firstTime + (count % 4), queue.takeSequence(), named(count));
      queue.settle();
    }
    expect(new Set(order).size).toBe(80);
    expect(order.slice(0, 9)).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40]);
  });

  test('keeps no event that was popped', () => {
    const queue = new EventQueue();
    const event = named(1);
    queue.push(1, queue.takeSequence(), event);
    queue.push(2, queue.takeSequence(), named(2));
    queue.pop();
    queue.settle();
    expect((queue as unknown as { events: Event[] }).events).not.toContain(event);
  });

  test('grows past its first capacity', () => {
    const queue = new EventQueue();
    for (let count = 0; count < 10_000; count++) {
      queue.push((count * 7919) % 10_007, queue.takeSequence(), named(count));
    }
    let before = -1;
    while (queue.length > 0) {
      expect(queue.firstTime).toBeGreaterThan(before);
      before = queue.firstTime;
      queue.pop();
      queue.settle();
    }
    expect(queue.firstTime).toBe(Infinity);
  });

  // More than the heap takes: the later ones wait in groups, and each way of choosing times makes other groups.
  const TIMES: readonly [string, (count: number, now: number) => number][] = [
    ['spread wide', (count, now) => now + ((count * 7919) % 100_003)],
    ['of few different values', (count, now) => now + (count % 3) * 1000],
    ['all the same', (_, now) => Math.max(now, 7)],
    ['ever earlier', (count, now) => Math.max(now, 1_000_000 - count)],
    ['ever later', (count, now) => now + count],
    ['near and far in turns', (count, now) => now + (count % 2 === 0 ? count % 7 : 1_000_000 + ((count * 31) % 977))],
  ];
  test.each(TIMES)('many events with times %s keep the total order, with pops and a sweep between', (_, timeOf) => {
    const queue = new EventQueue();
    const pending = new Set<number>();
    const times: number[] = [];
    let now = 0;
    let before = -Infinity;
    const push = (count: number): void => {
      const time = timeOf(count, now);
      // Later on, a smaller one would be right to come behind what has happened.
      const sequence = count < 20_000 && count % 5 === 0 ? -1 - count : queue.takeSequence();
      times.push(time);
      pending.add(count);
      queue.push(time, sequence, { ...named(count), sequence } as Event);
    };
    const pop = (): void => {
      queue.settle();
      const { firstTime, firstSequence } = queue;
      const first = queue.pop() as ReturnType<typeof named> & { sequence: number };
      if (!pending.delete(first.name) || times[first.name] !== firstTime || first.sequence !== firstSequence) {
        throw new Error(`event ${first.name} comes twice, or at ${firstTime}`);
      }
      if (firstTime < now || (firstTime === now && firstSequence <= before)) throw new Error(`not in order at ${now}`);
      before = firstSequence;
      now = firstTime;
    };
    for (let count = 0; count < 20_000; count++) push(count);
    for (let count = 20_000; count < 30_000; count++) {
      pop();
      push(count);
    }
    queue.retain((event) => {
      const { name } = event as ReturnType<typeof named>;
      return name % 4 !== 0 || !pending.delete(name);
    });
    expect(queue.length).toBe(pending.size);
    while (queue.length > 0) pop();
    expect(pending.size).toBe(0);
    queue.settle();
    expect(queue.firstTime).toBe(Infinity);
  });

  test('a sweep that leaves only later events brings them to the top, one that leaves none empties the queue', () => {
    const queue = new EventQueue();
    for (let count = 0; count < 20_000; count++) queue.push(count, queue.takeSequence(), named(count));
    queue.retain((_, sequence) => sequence >= 19_000);
    expect(queue.firstTime).toBe(19_000);
    expect(queue.length).toBe(1000);
    queue.retain(() => false);
    expect(queue.firstTime).toBe(Infinity);
    expect(queue.length).toBe(0);
    queue.push(3, queue.takeSequence(), named(1));
    expect(queue.firstTime).toBe(3);
  });
});
