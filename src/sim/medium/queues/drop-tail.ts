/**
 * First in, first out; what finds the queue full is dropped. Linux calls it pfifo and bfifo. With a threshold it marks
 * what is ECN-capable; what is not waits on, for the limit alone drops.
 */
import type { Clock } from '../../../layers/clock.ts';
import { type Transit, TransitList } from '../transit.ts';
import { markIfCapable } from './congestion-signal.ts';
import type { QueueDiscipline, QueueOwner } from './queue-discipline.ts';
import { isFull, limitText, QUEUE_FULL, type QueueLimit } from './queue-limit.ts';
import { isMarkedByLength, markText, NO_MARK, type StepMark } from './step-mark.ts';
import { lengthOf } from './waiting-frames.ts';

export class DropTail implements QueueDiscipline {
  frames: number;
  bytes: number;
  private readonly owner: QueueOwner;
  private readonly limit: QueueLimit;
  private readonly mark: StepMark;
  private readonly list: TransitList;
  readonly fullDetail: string;
  private readonly markDetail: string;

  /** A limit of `Infinity` is none. The frame on the line does not count, so 0 frames is no queue at all. */
  constructor(owner: QueueOwner, limit: QueueLimit, mark: StepMark = NO_MARK) {
    this.frames = 0;
    this.bytes = 0;
    this.owner = owner;
    this.limit = limit;
    this.mark = mark;
    this.list = new TransitList();
    this.fullDetail = limitText(limit);
    this.markDetail = mark === NO_MARK ? '' : markText(mark);
  }

  /** Whether it does nothing but drop at its tail, for which it need not see the frames. */
  get isPlain(): boolean {
    return this.mark === NO_MARK;
  }

  enqueue(transit: Transit): void {
    const { owner } = this;
    const length = lengthOf(transit);
    if (!this.hasRoomFor(length)) {
      owner.queueDropped(transit, QUEUE_FULL, this.fullDetail);
      return;
    }
    if (isMarkedByLength(this.mark, this)) markIfCapable(owner, transit, this.markDetail);
    this.comes(length);
    this.list.append(transit);
  }

  hasRoomFor(length: number): boolean {
    return !isFull(this, length, this.limit);
  }

  /** A frame of `length` bytes waits from now on. */
  comes(length: number): void {
    this.frames++;
    this.bytes += length;
  }

  /** A frame of `length` bytes does not wait any more. */
  goes(length: number): void {
    this.frames--;
    this.bytes -= length;
  }
  dequeue(clock: Clock): Transit | undefined {
    const transit = this.list.takeFirst();
    if (transit === undefined) return undefined;
    this.goes(lengthOf(transit));
    if (clock.now() - transit.enqueuedAt >= this.mark.sojournNs) {
      markIfCapable(this.owner, transit, this.markDetail);
    }
    return transit;
  }
}
