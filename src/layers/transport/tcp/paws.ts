/** Protection against wrapped sequence numbers: RFC 7323 §5. TS.Recent, and what is older than that. */
import type { ControlBlock } from './control-block.ts';
import { greaterOrEqual } from './sequence.ts';

/** RFC 7323 §5.5: a timestamp older than this proves nothing any more. */
const TIMESTAMP_VALID_NS = 24 * 24 * 3600 * 1e9;

/** RFC 7323 §5.3 R1, with the age limit of §5.5. */
export function isOldTimestamp(block: ControlBlock, value: number): boolean {
  if (greaterOrEqual(value, block.tsRecent)) return false;
  return block.environment.timers.now() - block.tsRecentAtNs < TIMESTAMP_VALID_NS;
}

export function takeTimestamp(block: ControlBlock, value: number): void {
  block.tsRecent = value;
  block.tsRecentAtNs = block.environment.timers.now();
}
