/**
 * What an acknowledgment tells of marks, and that the sender hears of it: RFC 3168 §6.1.2, RFC 8257 §3.3; the ACE field
 * and the AccECN option are read in `accurate-feedback.ts`.
 */
import type { ControlBlock } from '../control-block.ts';
import type { IncomingSegment } from '../incoming.ts';
import { armRetransmission } from '../output.ts';
import { ECE, SYN } from '../segment.ts';
import { distance, greaterThan, lessThan } from '../sequence.ts';
import { readAccurateFeedback } from './accurate-feedback.ts';
import { aceField } from './ace.ts';
import { marksReported } from './reduction.ts';

/**
 * The acknowledgment is applied to the transmit log, and losses are detected.
 * @param unsackedBefore how many records of the log were neither acknowledged nor SACKed before it
 * @returns whether it tells of congestion: "The sending TCP SHOULD NOT increase the congestion window" then
 */
export function takeFeedback(block: ControlBlock, arrived: IncomingSegment, unsackedBefore: number): boolean {
  const { ecn, ackEvent } = block;
  if (ecn.feedback === 'none') {
    if (ecn.reducing) endReduction(block);
    return false;
  }
  const isCongested = ecn.endsHandshake
    ? false
    : ecn.accurate !== undefined
      ? readAccurateFeedback(block, ecn.accurate, arrived, unsackedBefore)
      : readEcho(block, arrived);
  ecn.endsHandshake = false;
  ecn.markedBytes += ackEvent.markedBytes;
  if (isCongested) {
    block.undo.end(); // whatever else was for nothing, the path is congested
    const flightSize = ackEvent.ackedBytes + distance(block.sndUna, block.sndNxt);
    marksReported(block, arrived.acknowledgment, flightSize);
  }
  endReduction(block);
  // "The sending TCP MUST reset the retransmit timer": nothing may be in flight, and yet it runs.
  const isNew = isCongested && ecn.held;
  if (isNew || (ecn.held && block.timers?.retransmission.deadline === Number.POSITIVE_INFINITY)) {
    armRetransmission(block);
  }
  return isCongested;
}

/** Whether an acknowledgment that is yet to be applied tells of marks, as far as its flags can say. */
export function tellsOfMarks({ ecn }: ControlBlock, arrived: IncomingSegment): boolean {
  if (ecn.accurate !== undefined) return ((aceField(arrived.flags) - ecn.accurate.reported.cePackets) & 7) !== 0;
  return ecn.feedback === 'classic' && arrived.has(ECE);
}

/** RFC 3168 §6.1.2; the octets by RFC 8257 §3.3 step 3. */
function readEcho(block: ControlBlock, arrived: IncomingSegment): boolean {
  // An ACK from before the CWR may come late.
  if (!arrived.has(ECE) || arrived.has(SYN) || lessThan(arrived.acknowledgment, block.sndUna)) return false;
  block.ackEvent.markedBytes = block.ackEvent.ackedBytes;
  return true;
}

/** Something was acknowledged that was sent after the reduction: the next mark is another window's. */
function endReduction(block: ControlBlock): void {
  const { ecn } = block;
  if (greaterThan(block.sndUna, ecn.markedUpTo)) ecn.reducingForMark = false;
  if (greaterThan(block.sndUna, ecn.reducedUpTo)) ecn.reducing = false;
}
