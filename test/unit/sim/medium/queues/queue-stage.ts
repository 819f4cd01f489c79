/** A queue without a line: frames come and go when the test says so. */
import type { DropReason } from '../../../../../src/layers/drop.ts';
import { FramePool } from '../../../../../src/layers/frame.ts';
import { Memory } from '../../../../../src/layers/memory.ts';
import { planQueue } from '../../../../../src/sim/medium/queues/make-queue.ts';
import type { QueueDiscipline } from '../../../../../src/sim/medium/queues/queue-discipline.ts';
import type { QueueOptions } from '../../../../../src/sim/medium/queues/queue-options.ts';
import { Transit } from '../../../../../src/sim/medium/transit.ts';
import { RandomStreams } from '../../../../../src/sim/random-streams.ts';
import { parseRate } from '../../../../../src/sim/units.ts';
import { type Datagram, datagram, idIn } from './datagram.ts';

export interface QueueStage<Discipline extends QueueDiscipline> {
  readonly queue: Discipline;
  readonly drops: { readonly id: number; readonly reason: DropReason; readonly detail: string }[];
  readonly marks: { readonly id: number; readonly detail: string }[];
  /** A frame comes at a moment in nanoseconds. */
  comes(at: number, frame: Datagram): void;
  /** The line takes the next one. @returns its id, or `undefined` */
  goes(at: number): number | undefined;
  /** As many as there are, at one moment. */
  allGo(at: number): number[];
}

export const MS = 1e6;

/** Shared, because memory is made in large pieces. */
const pool = new FramePool(new Memory());

export function queueStage<Discipline extends QueueDiscipline = QueueDiscipline>(
  options: string | QueueOptions,
  { rate = '10Mbit/s', seed = 1 }: { readonly rate?: string; readonly seed?: number } = {},
): QueueStage<Discipline> {
  const drops: QueueStage<Discipline>['drops'] = [];
  const marks: QueueStage<Discipline>['marks'] = [];
  const plan = planQueue(options, {
    bitsPerSecond: parseRate(rate, 'rate'),
    random: () => new RandomStreams(seed).stream('queue'),
  });
  const queue = plan.factory({
    queueDropped(transit, reason, detail) {
      drops.push({ id: idIn(transit.frame.copy()), reason, detail });
      pool.release(transit.frame);
    },
    queueMarked: (transit, detail) => marks.push({ id: idIn(transit.frame.copy()), detail }),
  }) as Discipline;
  const goes = (at: number): number | undefined => {
    const transit = queue.dequeue({ now: () => at });
    if (transit === undefined) return undefined;
    const id = idIn(transit.frame.copy());
    pool.release(transit.frame);
    return id;
  };
  return {
    queue,
    drops,
    marks,
    comes(at, frame) {
      const transit = new Transit(
        { arrived: () => undefined, hasFrameCheckSequence: false },
        pool.from(datagram(frame)),
      );
      transit.enqueuedAt = at;
      queue.enqueue(transit, { now: () => at });
    },
    goes,
    allGo(at) {
      const gone: number[] = [];
      for (let id = goes(at); id !== undefined; id = goes(at)) gone.push(id);
      return gone;
    },
  };
}
