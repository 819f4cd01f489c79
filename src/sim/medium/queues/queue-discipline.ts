/**
 * The queue in front of a line: which frame goes next, which one does not go at all, and which one goes with a mark.
 */
import type { Clock } from '../../../layers/clock.ts';
import type { DropReason } from '../../../layers/drop.ts';
import type { SojournStatistics } from '../sojourn.ts';
import type { Transit } from '../transit.ts';

/** The direction that the queue belongs to. */
export interface QueueOwner {
  /** Takes back a frame that the discipline dropped: at its tail, its head or from its middle. */
  queueDropped(transit: Transit, reason: DropReason, detail: string): void;
  /** Is told that the discipline set "congestion experienced" in a frame, which goes on. */
  queueMarked(transit: Transit, detail: string): void;
}

/** One of several queues that a discipline is made of, where each has figures that mean something. */
export interface QueueBand {
  readonly name: string;
  /** Of the frames that went on from this queue. */
  readonly sojourn: SojournStatistics;
  /** Frames that it dropped by its own judgement, or for want of room. */
  readonly drops: number;
  readonly marks: number;
}

/**
 * It is given the clock and not the moment: that is a double, which V8 would allocate for each call.
 */
export interface QueueDiscipline {
  /** Frames waiting; the one on the line is not among them. */
  readonly frames: number;
  /** Bytes of these frames, as the sender handed them over. */
  readonly bytes: number;
  /** Where a discipline has queues whose figures differ. */
  readonly bands?: readonly QueueBand[];
  /** Takes a frame in, or gives it (or another) to the owner as dropped. */
  enqueue(transit: Transit, clock: Clock): void;
  /** The frame that goes next, or `undefined` if none waits. `transit.enqueuedAt` is when it came. */
  dequeue(clock: Clock): Transit | undefined;
}

export type QueueFactory = (owner: QueueOwner) => QueueDiscipline;
