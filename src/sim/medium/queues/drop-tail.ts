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
  private readonly marksByLength: boolean;
  private readonly list: TransitList;
  private readonly fullDetail: string;
  private readonly markDetail: string;

  /** A limit of `Infinity` is none. The frame on the line does not count, so 0 frames is no queue at all. */
  constructor(owner: QueueOwner, limit: QueueLimit, mark: StepMark = NO_MARK) {
    this.frames = 0;
    this.bytes = 0;
    this.owner = owner;
    this.limit = limit;
    this.mark = mark;
    this.marksByLength = mark.frames !== Infinity || mark.bytes !== Infinity;
    this.list = new TransitList();
    this.fullDetail = limitText(limit);
    this.markDetail = mark === NO_MARK ? '' : markText(mark);
  }

  /** Whether all that it decides about a frame it decides when that comes: which one goes next is clear anyway. */
  get decidesAtOnce(): boolean {
    return this.mark.sojournNs === Infinity;
  }

  enqueue(transit: Transit): void {
    if (this.admits(transit)) this.list.append(transit);
  }

  /** Counts a frame among those that wait, or drops it. */
  admits(transit: Transit): boolean {
    const { owner } = this;
    const length = lengthOf(transit);
    if (isFull(this, length, this.limit)) {
      owner.queueDropped(transit, QUEUE_FULL, this.fullDetail);
      return false;
    }
    if (this.marksByLength === true && isMarkedByLength(this.mark, this))
      markIfCapable(owner, transit, this.markDetail);
    this.frames++;
    this.bytes += length;
    return true;
  }

  /** A frame does not wait any more. */
  goesOn(transit: Transit): void {
    this.frames--;
    this.bytes -= lengthOf(transit);
  }

  dequeue(clock: Clock): Transit | undefined {
    const transit = this.list.takeFirst();
    if (transit === undefined) return undefined;
    this.goesOn(transit);
    if (clock.now() - transit.enqueuedAt >= this.mark.sojournNs) {
      markIfCapable(this.owner, transit, this.markDetail);
    }
    return transit;
  }
}
