/**
 * One of DualPI2's two queues: its frames and its figures. It stands between the discipline and its owner, so that it can
 * count.
 */
import type { DropReason } from '../../../layers/drop.ts';
import { SojournStatistics } from '../sojourn.ts';
import type { Transit } from '../transit.ts';
import type { QueueBand, QueueOwner } from './queue-discipline.ts';
import { WaitingFrames } from './waiting-frames.ts';

export class DualBand implements QueueBand, QueueOwner {
  readonly name: string;
  readonly sojourn: SojournStatistics;
  readonly waiting: WaitingFrames;
  drops: number;
  marks: number;
  private readonly owner: QueueOwner;

  constructor(owner: QueueOwner, name: string) {
    this.name = name;
    this.sojourn = new SojournStatistics();
    this.waiting = new WaitingFrames();
    this.drops = 0;
    this.marks = 0;
    this.owner = owner;
  }

  queueDropped(transit: Transit, reason: DropReason, detail: string): void {
    this.drops++;
    this.owner.queueDropped(transit, reason, detail);
  }

  queueMarked(transit: Transit, detail: string): void {
    this.marks++;
    this.owner.queueMarked(transit, detail);
  }
}
