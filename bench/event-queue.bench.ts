import { bench, describe } from 'vitest';
import { objectHold, PENDING, typedArrayHold } from './cases/event-queue.ts';

const EVENTS = 10_000;

for (const pending of PENDING) {
  describe(`${EVENTS} events with ${pending} pending`, () => {
    const typed = typedArrayHold(pending);
    const objects = objectHold(pending);
    bench('event queue', () => void typed(EVENTS), { time: 1000 });
    bench('heap of objects', () => void objects(EVENTS), { time: 1000 });
  });
}
