/**
 * The queue in front of a line: which frame goes next, and which one does not go at all. Disciplines that mark or drop
 * (RED, CoDel, PIE, DualPI2) implement the same interface.
 */
import type { DropReason } from '../../layers/drop.ts';
import type { Transit } from './transit.ts';

/** The direction that the queue belongs to. */
export interface QueueOwner {
  /** Takes back a frame that the discipline dropped: at its tail, its head or from its middle. */
  queueDropped(transit: Transit, reason: DropReason, detail: string): void;
}

export interface QueueDiscipline {
  /** Frames waiting; the one on the line is not among them. */
  readonly frames: number;
  /** Bytes of these frames, as the sender handed them over. */
  readonly bytes: number;
  /** Takes a frame in, or gives it (or another) to the owner as dropped. */
  enqueue(transit: Transit, now: number): void;
  /** The frame that goes next, or `undefined` if none waits. `transit.enqueuedAt` is when it came. */
  dequeue(now: number): Transit | undefined;
}

export type QueueFactory = (owner: QueueOwner) => QueueDiscipline;
