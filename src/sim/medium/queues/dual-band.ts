/**
 * One of DualPI2's two queues: its frames, its figures, and when its next signal falls (RFC 9332 appendix A.1). It stands
 * between the discipline and its owner, so that it can count.
 */
import type { DropReason } from '../../../layers/drop.ts';
import { SojournStatistics } from '../sojourn.ts';
import type { Transit } from '../transit.ts';
import type { QueueBand, QueueOwner } from './queue-discipline.ts';
import { WaitingFrames } from './waiting-frames.ts';

const DROP = 0;
const MARK = 1;

export class DualBand implements QueueBand, QueueOwner {
  readonly name: string;
  readonly sojourn: SojournStatistics;
  readonly waiting: WaitingFrames;
  drops: number;
  marks: number;
  private readonly owner: QueueOwner;
  /** What the likelihoods have added up to since the last signal: doubles in an array, which a field would box. */
  private readonly counts: Float64Array;

  constructor(owner: QueueOwner, name: string) {
    this.name = name;
    this.sojourn = new SojournStatistics();
    this.waiting = new WaitingFrames();
    this.drops = 0;
    this.marks = 0;
    this.owner = owner;
    this.counts = new Float64Array(2);
  }

  queueDropped(transit: Transit, reason: DropReason, detail: string): void {
    this.drops++;
    this.owner.queueDropped(transit, reason, detail);
  }

  queueMarked(transit: Transit, detail: string): void {
    this.marks++;
    this.owner.queueMarked(transit, detail);
  }

  /** Whether a signal of this likelihood falls now: `recur`, which spreads them evenly without dice. */
  recurs(likelihood: number): boolean {
    return this.falls(DROP, likelihood);
  }

  /** The same with a count of its own, for the L queue's marks beside its drops. */
  recursMark(likelihood: number): boolean {
    return this.falls(MARK, likelihood);
  }

  private falls(which: number, likelihood: number): boolean {
    this.counts[which]! += likelihood;
    if (this.counts[which]! < 1) return false;
    this.counts[which]! -= 1;
    return true;
  }
}
