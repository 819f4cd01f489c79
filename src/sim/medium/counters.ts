/** What became of the frames of one direction, by cause. */
import type { DropReason } from '../../layers/drop.ts';

export class DirectionCounters {
  framesSent: number;
  bytesSent: number;
  framesDelivered: number;
  bytesDelivered: number;
  /** Copies that the medium made. */
  framesDuplicated: number;
  /** Frames with changed or cut bytes: at most once per fault and frame. */
  framesCorrupted: number;
  /** Frames held back so that later ones could pass. */
  framesDelayed: number;
  framesDropped: number;
  /** Those among them that the queue dropped. */
  framesDroppedByQueue: number;
  /** Frames in which the queue set "congestion experienced". */
  framesMarked: number;
  /** Frames whose ECN field a fault changed. */
  framesMarkedByFaults: number;
  readonly droppedBy: Partial<Record<DropReason, number>>;

  constructor() {
    this.framesSent = 0;
    this.bytesSent = 0;
    this.framesDelivered = 0;
    this.bytesDelivered = 0;
    this.framesDuplicated = 0;
    this.framesCorrupted = 0;
    this.framesDelayed = 0;
    this.framesDropped = 0;
    this.framesDroppedByQueue = 0;
    this.framesMarked = 0;
    this.framesMarkedByFaults = 0;
    this.droppedBy = {};
  }

  /** Frames that are still in the queue, on the line or in flight. Each ends delivered or dropped, once per copy. */
  get framesUnderway(): number {
    return this.framesSent + this.framesDuplicated - this.framesDelivered - this.framesDropped;
  }

  countDrop(reason: DropReason): void {
    this.framesDropped++;
    this.droppedBy[reason] = (this.droppedBy[reason] ?? 0) + 1;
  }
}
