/** First in, first out; what finds the queue full is dropped. Linux calls it pfifo and bfifo. */
import { formatSize } from '../units.ts';
import type { QueueDiscipline, QueueOwner } from './queue-discipline.ts';
import { type Transit, TransitList } from './transit.ts';

export class DropTail implements QueueDiscipline {
  frames: number;
  bytes: number;
  private readonly owner: QueueOwner;
  private readonly limitFrames: number;
  private readonly limitBytes: number;
  private readonly waiting: TransitList;
  private readonly detail: string;

  /** A limit of `Infinity` is none. The frame on the line does not count, so 0 frames is no queue at all. */
  constructor(owner: QueueOwner, limitFrames: number, limitBytes: number) {
    this.frames = 0;
    this.bytes = 0;
    this.owner = owner;
    this.limitFrames = limitFrames;
    this.limitBytes = limitBytes;
    this.waiting = new TransitList();
    const limits: string[] = [];
    if (limitFrames !== Infinity) limits.push(`${limitFrames} frames`);
    if (limitBytes !== Infinity) limits.push(formatSize(limitBytes));
    this.detail = `queue limit ${limits.join(' or ')}`;
  }

  enqueue(transit: Transit): void {
    const length = transit.frame.end - transit.frame.start;
    if (this.frames >= this.limitFrames || this.bytes + length > this.limitBytes) {
      this.owner.queueDropped(transit, 'medium-queue-full', this.detail);
      return;
    }
    this.frames++;
    this.bytes += length;
    this.waiting.append(transit);
  }

  dequeue(): Transit | undefined {
    const transit = this.waiting.takeFirst();
    if (transit === undefined) return undefined;
    this.frames--;
    this.bytes -= transit.frame.end - transit.frame.start;
    return transit;
  }
}
