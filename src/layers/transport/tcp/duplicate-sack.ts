/**
 * Reports of duplicates, RFC 2883: the first SACK block says which octets have arrived twice. Here is both what a
 * receiver notes, and how a sender knows such a block.
 */
import type { ControlBlock } from './control-block.ts';
import type { IncomingSegment } from './incoming.ts';
import { greaterOrEqual, greaterThan, lessOrEqual, lessThan } from './sequence.ts';

/** Octets `left`…`right` have arrived, and had before: the next acknowledgment says so, once (RFC 2883 §4 (1), (2)). */
export function noteDuplicate(block: ControlBlock, left: number, right: number): void {
  if (!block.sackOk || !block.settings.duplicateSack || greaterOrEqual(left, right)) return;
  block.duplicateLeft = left;
  block.duplicateRight = right;
  block.duplicateNoted = true;
}

/**
 * Whether the first SACK block reports a duplicate (RFC 2883 §4, and §5 for the sender): it lies below the acknowledgment,
 * or inside the second block. Only octets that were sent can have arrived.
 */
export function isDuplicateReport(block: ControlBlock, arrived: IncomingSegment): boolean {
  const { sackCount, sackBlocks } = arrived.options;
  if (sackCount === 0) return false;
  const left = sackBlocks[0]!;
  const right = sackBlocks[1]!;
  if (!lessThan(left, right) || greaterThan(right, block.sndMax)) return false;
  if (lessOrEqual(right, arrived.acknowledgment)) return true;
  return sackCount > 1 && greaterOrEqual(left, sackBlocks[2]!) && lessOrEqual(right, sackBlocks[3]!);
}
