/**
 * The first check of SEGMENT ARRIVES: whether a segment lies in the window, RFC 9293 §3.10.7.4, and before it whether it
 * is old, RFC 7323 §5.3. What is refused here changes nothing, and is answered with an ACK.
 */
import type { DropReason } from '../../drop.ts';
import { ACK_NOW, type ControlBlock } from './control-block.ts';
import { noteDuplicate } from './duplicate-sack.ts';
import { synAckCameAgain } from './ecn/negotiation.ts';
import type { IncomingSegment } from './incoming.ts';
import { restartTimeWait } from './lifecycle.ts';
import { acknowledgeNow } from './output.ts';
import { isOldTimestamp, takeTimestamp } from './paws.ts';
import { ACK, FIN, RST, SYN } from './segment.ts';
import { add, inWindow, lessOrEqual } from './sequence.ts';

/** An ACK that answers a segment without data outside the window could answer another such: not more often than this. */
const OUT_OF_WINDOW_ACK_NS = 500e6;

/** First, check sequence number; before it PAWS (RFC 7323 §5.3 R1), after it TS.Recent (R3). */
export function checkSequence(block: ControlBlock, arrived: IncomingSegment): DropReason | undefined {
  const { options } = arrived;
  // RFC 7323 §5.2: what a reset has for a timestamp is not checked, and is not used either.
  const timestamped = block.timestampsOk && !arrived.has(RST);
  if (timestamped) {
    // RFC 7323 §3.2: a segment without the option that was agreed on is dropped silently.
    if (!options.hasTimestamps) return 'tcp-no-timestamp';
    if (isOldTimestamp(block, options.timestampValue)) {
      answerUnacceptable(block, arrived);
      return 'tcp-paws';
    }
  }
  if (!isAcceptable(block, arrived)) {
    answerUnacceptable(block, arrived);
    const old = arrived.length > 0 && lessOrEqual(add(arrived.sequence, arrived.length), block.rcvNxt);
    // RFC 2883 §4: the acknowledgment that it draws says so.
    if (old) noteDuplicate(block, arrived.sequence, add(arrived.sequence, arrived.dataLength));
    return old ? 'tcp-duplicate' : 'tcp-outside-window';
  }
  // RFC 7323 §4.3 (2): the first segment of those that an ACK will cover. It is not older than TS.Recent, or TS.Recent
  // is out of date (§5.5): else R1 would have dropped it.
  if (timestamped && lessOrEqual(arrived.sequence, block.lastAckSent)) takeTimestamp(block, options.timestampValue);
  return undefined;
}

/** RFC 9293 §3.10.7.4 table 6: the four cases. */
function isAcceptable(block: ControlBlock, arrived: IncomingSegment): boolean {
  const { rcvNxt, rcvWnd } = block;
  const { sequence, length } = arrived;
  // "Special allowance should be made to accept valid ACKs, URGs, and RSTs" (MUST-66): the segment is let in with its
  // text trimmed off. Two ends that probe each other's closed window would else never see an ACK (appendix A.2).
  if (rcvWnd === 0) return sequence === rcvNxt;
  if (inWindow(sequence, rcvNxt, rcvWnd)) return true;
  return length > 0 && inWindow(add(sequence, length - 1), rcvNxt, rcvWnd);
}

/** "An acknowledgment should be sent in reply (unless the RST bit is set)." */
function answerUnacceptable(block: ControlBlock, arrived: IncomingSegment): void {
  if (arrived.has(RST)) return;
  // "The only thing that can arrive in this state is a retransmission of the remote FIN", which ends at RCV.NXT.
  const isFinAgain = arrived.has(FIN) && add(arrived.sequence, arrived.length) === block.rcvNxt;
  if (block.state === 'TIME-WAIT' && isFinAgain) restartTimeWait(block);
  // A SYN-ACK that comes again, to a client with accurate ECN feedback.
  if (arrived.sequence === block.irs && arrived.has(SYN | ACK) && synAckCameAgain(block, arrived)) {
    acknowledgeNow(block);
    return;
  }
  // Two ends that disagree would answer each other's ACKs for ever: those without data are answered at a bounded rate.
  if (arrived.length === 0) {
    const now = block.environment.timers.now();
    if (now - block.outOfWindowAckNs < OUT_OF_WINDOW_ACK_NS) return;
    block.outOfWindowAckNs = now;
  }
  block.ackDue = ACK_NOW;
}
