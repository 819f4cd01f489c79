/** What may wait at most: so many frames, so many bytes, or both. */
import type { DropReason } from '../../../layers/drop.ts';
import { formatSize } from '../../units.ts';

/** `Infinity` is no limit. */
export interface QueueLimit {
  readonly frames: number;
  readonly bytes: number;
}

export const QUEUE_FULL: DropReason = 'medium-queue-full';

/** Whether a frame of `length` bytes finds no room behind those that wait. */
export const isFull = (waiting: QueueLimit, length: number, limit: QueueLimit): boolean =>
  waiting.frames >= limit.frames || waiting.bytes + length > limit.bytes;

/** `queue limit 417 frames`. */
export function limitText({ frames, bytes }: QueueLimit): string {
  const limits: string[] = [];
  if (frames !== Infinity) limits.push(`${frames} frames`);
  if (bytes !== Infinity) limits.push(formatSize(bytes));
  return `queue limit ${limits.join(' or ')}`;
}
