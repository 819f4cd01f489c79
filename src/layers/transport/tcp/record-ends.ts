/**
 * Where the records of a program end (MSG_EOR of send(2)): what comes behind such an end never shares a segment with what comes
 * before it, nor when it is sent again, since the transmit log keeps the segments apart. The rest of a record goes as soon as
 * something is written behind it, as a full segment would; the last one waits like any other small write. And it is pushed.
 */
import type { ControlBlock } from './control-block.ts';
import { payloadRoom } from './emission.ts';
import { add, distance, lessOrEqual, lessThan } from './sequence.ts';

/** A record ends before `end`, which is the end of all that was written. */
export function endRecord(block: ControlBlock, end: number): void {
  const ends = block.recordEnds ?? [];
  if (ends[ends.length - 1] !== end) ends.push(end);
  block.recordEnds = ends;
}

/** Bytes of text that a segment may have which is sent now. */
export const textRoom = (block: ControlBlock): number =>
  block.recordEnds === undefined ? payloadRoom(block) : Math.min(payloadRoom(block), recordRoom(block));

/** Octets that were not sent and may go together: all of them, or those up to the end of a record with something behind it. */
export function recordRoom(block: ControlBlock): number {
  const end = endBehind(block, block.sndNxt);
  const written = add(block.sendBufferStart, block.sendBuffer.length);
  return end === undefined || !lessThan(end, written) ? Number.POSITIVE_INFINITY : distance(block.sndNxt, end);
}

/** Whether a record ends before `sequence`. */
export function isRecordEnd(block: ControlBlock, sequence: number): boolean {
  return endBehind(block, add(sequence, -1)) === sequence;
}

/** The first end behind `sequence`. Those that are acknowledged are forgotten, and the list with the last of them. */
function endBehind(block: ControlBlock, sequence: number): number | undefined {
  const ends = block.recordEnds;
  if (ends === undefined) return undefined;
  while (ends.length > 0 && lessOrEqual(ends[0]!, block.sndUna)) ends.shift();
  if (ends.length === 0) block.recordEnds = undefined;
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (lessOrEqual(ends[middle]!, sequence)) low = middle + 1;
    else high = middle;
  }
  return ends[low];
}
