/**
 * Urgent data on its way out: RFC 9293 §3.8.5 and §3.10.2. The pointer is to the octet after the urgent data (RFC 6093
 * §4); the data itself stays in the stream, in its place. What arrives is in `reception.ts`.
 */
import type { ControlBlock } from './control-block.ts';
import { add, distance, lessOrEqual } from './sequence.ts';

/** The most that the field can say; the segments that follow say the rest. */
const MAXIMUM_POINTER = 65535;

/** SND.UP: all that has been written up to now is urgent. */
export function markUrgent(block: ControlBlock): void {
  block.sndUp = add(block.sendBufferStart, block.sendBuffer.length);
  block.sndUrgent = true;
  block.sndUrgentTold = false;
}

/** The urgent field of a segment that starts at `sequence`; 0 if it is sent without URG. */
export function urgentField(block: ControlBlock, sequence: number): number {
  if (lessOrEqual(block.sndUp, block.sndUna)) {
    block.sndUrgent = false; // all of it is acknowledged
    return 0;
  }
  block.sndUrgentTold = true;
  return Math.max(0, Math.min(distance(sequence, block.sndUp), MAXIMUM_POINTER));
}
