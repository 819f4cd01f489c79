/**
 * Marking from a threshold on, all at once: the switch of a data centre that DCTCP is made for (RFC 8257 §3.1). The
 * threshold is in frames or bytes, which a frame meets when it comes, or in time, which is known when it goes.
 *
 * RFC 3168 §5.1 asks for an average instead of the queue of the moment; RFC 8311 §4.2 allows experiments to mark otherwise.
 */
import { formatDuration, formatSize } from '../../units.ts';
import type { QueueLimit } from './queue-limit.ts';

/** `Infinity` where the threshold is of another kind. */
export interface StepMark extends QueueLimit {
  readonly sojournNs: number;
}

export const NO_MARK: StepMark = { frames: Infinity, bytes: Infinity, sojournNs: Infinity };

/** Whether a frame that comes now finds as many waiting, so that the queue is longer than the threshold with it. */
export const isMarkedByLength = (mark: StepMark, waiting: QueueLimit): boolean =>
  waiting.frames >= mark.frames || waiting.bytes >= mark.bytes;

/** `threshold 65 frames`. */
export function markText({ frames, bytes, sojournNs }: StepMark): string {
  if (frames !== Infinity) return `threshold ${frames} frames`;
  return `threshold ${bytes === Infinity ? formatDuration(sojournNs) : formatSize(bytes)}`;
}
