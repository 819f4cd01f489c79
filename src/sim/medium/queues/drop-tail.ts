/**
 * First in, first out; what finds the queue full is dropped. Linux calls it pfifo and bfifo. With a threshold it marks
 * what is ECN-capable; what is not waits on, for the limit alone drops.
 */
import type { Clock } from '../../../layers/clock.ts';
import type { Transit } from '../transit.ts';
import { markIfCapable } from './congestion-signal.ts';
import type { QueueDiscipline, QueueOwner } from './queue-discipline.ts';
import { isFull, limitText, QUEUE_FULL, type QueueLimit } from './queue-limit.ts';
import { isMarkedByLength, markText, NO_MARK, type StepMark } from './step-mark.ts';
import { lengthOf, WaitingFrames } from './waiting-frames.ts';

export class DropTail implements QueueDiscipline {
  private readonly owner: QueueOwner;
  private readonly limit: QueueLimit;
  private readonly mark: StepMark;
  private readonly waiting: WaitingFrames;
  private readonly fullDetail: string;
  private readonly markDetail: string;

  /** A limit of `Infinity` is none. The frame on the line does not count, so 0 frames is no queue at all. */
  constructor(owner: QueueOwner, limit: QueueLimit, mark: StepMark = NO_MARK) {
    this.owner = owner;
    this.limit = limit;
    this.mark = mark;
    this.waiting = new WaitingFrames();
    this.fullDetail = limitText(limit);
    this.markDetail = mark === NO_MARK ? '' : markText(mark);
  }

  get frames(): number {
    return this.waiting.frames;
  }

  get bytes(): number {
    return this.waiting.bytes;
  }

  /** Its limit, if it does nothing but drop at its tail, for which nobody need see the frames. */
  get plainLimit(): QueueLimit | undefined {
    return this.mark === NO_MARK ? this.limit : undefined;
  }

  enqueue(transit: Transit): void {
    const { owner, waiting } = this;
    if (isFull(waiting, lengthOf(transit), this.limit)) {
      owner.queueDropped(transit, QUEUE_FULL, this.fullDetail);
      return;
    }
    if (isMarkedByLength(this.mark, waiting)) markIfCapable(owner, transit, this.markDetail);
    waiting.append(transit);
  }

  dequeue(clock: Clock): Transit | undefined {
    const transit = this.waiting.takeFirst();
    if (transit !== undefined && clock.now() - transit.enqueuedAt >= this.mark.sojournNs) {
      markIfCapable(this.owner, transit, this.markDetail);
    }
    return transit;
  }
}
