/**
 * What a data receiver does with the IP-ECN codepoint of what arrives: RFC 3168 §6.1.3, with the receiver of DCTCP (RFC
 * 8257 §3.2) by choice, and the counters and additional ACKs of RFC 9768 §3.2 and §3.2.2.5.1.
 */
import { CONGESTION_EXPERIENCED, ECT_0, ECT_1, NOT_ECT } from '../../../network/ecn.ts';
import { ACK_NONE, ACK_NOW, type ControlBlock } from '../control-block.ts';
import type { IncomingSegment } from '../incoming.ts';
import { acknowledgeNow } from '../output.ts';
import { CWR, SYN } from '../segment.ts';
import type { AccurateEcn } from './accurate-state.ts';
import { usesDctcp } from './marking.ts';

/** An acceptable segment has come; its text is not taken yet. */
export function codepointArrived(block: ControlBlock, arrived: IncomingSegment): void {
  const { ecn } = block;
  if (ecn.feedback === 'none' || arrived.has(SYN)) return;
  if (arrived.ecn !== NOT_ECT) ecn.ectSeen = true;
  if (arrived.ecn === CONGESTION_EXPERIENCED) ecn.ceSegments++;
  if (ecn.accurate !== undefined) count(block, ecn.accurate, arrived);
  else if (arrived.dataLength === 0) return;
  else if (usesDctcp(block)) followCe(block, arrived);
  else latchCe(block, arrived);
}

/** "That TCP receiver continues to set the ECN-Echo flag … until it receives a CWR packet." CWR comes first: errata 3639. */
function latchCe(block: ControlBlock, arrived: IncomingSegment): void {
  const { ecn } = block;
  const before = ecn.echo;
  if (arrived.has(CWR)) ecn.echo = false;
  if (arrived.ecn === CONGESTION_EXPERIENCED) ecn.echo = true;
  // A mark is told at once, and so is its end: a sender that has reduced its window may have no other segment to send,
  // and would wait for a delayed ACK. RFC 3168 §6.1.3 leaves the moment open.
  if (ecn.echo !== before || arrived.has(CWR)) block.ackDue = ACK_NOW;
}

/** RFC 8257 §3.2, with two ACKs where one would tell of segments that came before: "an implementation MAY". */
function followCe(block: ControlBlock, arrived: IncomingSegment): void {
  const { ecn } = block;
  const hasCe = arrived.ecn === CONGESTION_EXPERIENCED;
  if (hasCe === ecn.echo) return;
  if (block.ackDue !== ACK_NONE) acknowledgeNow(block);
  ecn.echo = hasCe;
  block.ackDue = ACK_NOW;
}

/** RFC 9768 §3.2: packets of any kind, and octets of data. */
function count(block: ControlBlock, accurate: AccurateEcn, arrived: IncomingSegment): void {
  const { received } = accurate;
  const hasCe = arrived.ecn === CONGESTION_EXPERIENCED;
  if (hasCe) {
    received.cePackets++;
    accurate.ceSinceAck++;
  }
  if (arrived.dataLength > 0) countData(accurate, arrived.ecn, arrived.dataLength);
  // §3.2.2.5.1: change-triggered and increment-triggered ACKs.
  const isNew = hasCe && !accurate.lastHadCe && arrived.dataLength > 0;
  const isUnacknowledged = arrived.dataLength > 0 || block.ackDue !== ACK_NONE;
  if (isNew || accurate.ceSinceAck >= (isUnacknowledged ? 2 : 3)) block.ackDue = ACK_NOW;
  accurate.lastHadCe = hasCe;
}

function countData(accurate: AccurateEcn, codepoint: number, bytes: number): void {
  const { received } = accurate;
  switch (codepoint) {
    case CONGESTION_EXPERIENCED:
      received.ceBytes += bytes;
      accurate.countedCe = true;
      break;
    case ECT_0:
      received.ect0Bytes += bytes;
      accurate.countedEct0 = true;
      break;
    case ECT_1:
      received.ect1Bytes += bytes;
      accurate.countedEct1 = true;
      break;
    default:
      return; // data without ECT is in no counter
  }
  if (codepoint !== accurate.lastCounted) accurate.countChanged = true;
  accurate.lastCounted = codepoint;
}
