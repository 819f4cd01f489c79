/**
 * What puts frames onto the wire one after the other: a queue, and a rate that empties it.
 *
 * There are two. `QueuedLine` asks any discipline for the next frame when the line becomes free, which is an event for
 * each frame. `ForeseenLine` knows what becomes of a frame as soon as it comes. Where both would do, what happens is the
 * same to the byte and the nanosecond.
 */
import type { QueueBand } from './queues/queue-discipline.ts';
import type { SojournStatistics } from './sojourn.ts';

export interface Line {
  /** Frames that wait; the one on the line is not among them. */
  readonly waitingFrames: number;
  /** Bytes of these frames, as the sender handed them over. */
  readonly waitingBytes: number;
  /** Of the frames that have gone on from the queue to the line. */
  readonly sojourn: SojournStatistics;
  /** Where the queue is made of several. */
  readonly bands?: readonly QueueBand[] | undefined;
}
