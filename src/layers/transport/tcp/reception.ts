/**
 * What the text, the urgent pointer and the FIN of an acceptable segment do to the receiving side: RFC 9293 §3.10.7.4
 * sixth to eighth check; when to acknowledge, §3.8.6.3 and RFC 5681 §4.2.
 */
import type { DropReason } from '../../drop.ts';
import { ACK_DELAYED, ACK_NOW, type ControlBlock } from './control-block.ts';
import { noteDuplicate } from './duplicate-sack.ts';
import type { IncomingSegment } from './incoming.ts';
import { timeArrival } from './receive-growth.ts';
import * as segment from './segment.ts';
import { add, distance, greaterThan, lessOrEqual, lessThan } from './sequence.ts';

/** Sixth check: RCV.UP <- max(RCV.UP, SEG.UP). The pointer is to the octet after the urgent data (RFC 6093 §3.1). */
export function receiveUrgent(block: ControlBlock, arrived: IncomingSegment): void {
  if (!arrived.has(segment.URG)) return;
  const pointer = add(arrived.sequence, arrived.urgentPointer);
  if (!block.urgent || greaterThan(pointer, block.rcvUp)) {
    block.rcvUp = pointer;
    block.urgent = true;
  }
}

/**
 * Seventh check: takes the data that is new and inside the window, and holds what lies beyond a gap (SHLD-31).
 * @param sequence of the first octet of data: one more than SEG.SEQ if the segment has a SYN
 * @returns why nothing of it was used, if so
 */
export function receiveText(block: ControlBlock, arrived: IncomingSegment, sequence: number): DropReason | undefined {
  const hasFin = arrived.has(segment.FIN);
  if (arrived.dataLength === 0 && !hasFin) return undefined;
  const finAt = add(sequence, arrived.dataLength);
  // "Trimming off any portions that lie outside the window (including SYN and FIN)."
  const start = lessThan(sequence, block.rcvNxt) ? block.rcvNxt : sequence;
  const end = greaterThan(finAt, block.rcvAdv) ? block.rcvAdv : finAt;
  const finFits = hasFin && lessThan(finAt, block.rcvAdv);
  const length = Math.max(0, distance(start, end));
  if (length === 0 && !finFits) {
    block.ackDue = ACK_NOW;
    // All of it has come on a SYN, or the window is closed.
    return lessOrEqual(finAt, block.rcvNxt) ? 'tcp-duplicate' : 'tcp-outside-window';
  }
  block.counts.taken(arrived.dataLength, block.environment.timers);
  // RFC 2883 §4.1.1: what lies below RCV.NXT has arrived before.
  if (lessThan(sequence, start)) noteDuplicate(block, sequence, lessThan(finAt, start) ? finAt : start);
  if (start === block.rcvNxt) {
    inOrder(block, arrived, distance(sequence, start), length, finFits);
    return undefined;
  }
  return beyondGap(block, arrived, start, distance(sequence, start), length, finFits, finAt);
}

/** Seventh check, for data that is next and inside the window, without a FIN. */
export function receiveNext(block: ControlBlock, arrived: IncomingSegment): void {
  block.counts.taken(arrived.dataLength, block.environment.timers);
  inOrder(block, arrived, 0, arrived.dataLength, false);
}

/** The data is next: RCV.NXT moves over it and over what was held behind it. */
function inOrder(block: ControlBlock, arrived: IncomingSegment, skip: number, length: number, fin: boolean): void {
  if (length > 0) storeNext(block, arrived, skip, length);
  block.rcvNxt = add(block.rcvNxt, length);
  block.counts.received(length);
  let gapFilled = false;
  if (fin) {
    block.finReceived = true;
  } else if (block.reassembly.count > 0) {
    gapFilled = true;
    takeHeld(block);
  }
  if (!block.receiveShut) block.receiveBuffer.advance(length);
  if (length > 0) block.unackedSegments++;
  timeArrival(block, arrived);
  // RFC 5681 §4.2: at once when a gap is filled, wholly or in part; RFC 9293 §3.8.6.3: at least every second segment.
  const atOnce = fin || block.finReceived || gapFilled || block.unackedSegments >= 2 || !isDelayed(block);
  scheduleAck(block, atOnce);
}

/** RCV.NXT has reached a held range: what follows in order is taken, and perhaps a FIN at its end. */
export function takeHeld(block: ControlBlock): void {
  const octets = block.reassembly.takeFrom(block.rcvNxt);
  block.rcvNxt = add(block.rcvNxt, octets);
  const finTaken = block.finWaiting && greaterThan(block.rcvNxt, block.finWaitingAt);
  const bytes = finTaken ? octets - 1 : octets;
  if (finTaken) {
    block.finReceived = true;
    block.finWaiting = false;
    block.rcvNxt = block.finWaitingAt; // the eighth check moves over the FIN
  }
  block.counts.received(bytes);
  if (!block.receiveShut) block.receiveBuffer.advance(bytes);
}

function beyondGap(
  block: ControlBlock,
  arrived: IncomingSegment,
  start: number,
  skip: number,
  length: number,
  fin: boolean,
  finAt: number,
): DropReason | undefined {
  // RFC 5681 §4.2: out-of-order data is acknowledged at once, so that the sender can tell the loss.
  block.ackDue = ACK_NOW;
  const end = add(start, length + (fin ? 1 : 0));
  // Nothing follows a FIN: a peer that sends more than that is not believed.
  if (block.finWaiting && greaterThan(end, add(block.finWaitingAt, 1))) return 'tcp-outside-window';
  // RFC 2883 §4: of a segment that is known in part, "only the first such contiguous sequence" is reported.
  const overlapped = block.reassembly.firstOverlap(start, end);
  if (overlapped >= 0) {
    const { reassembly } = block;
    const left = greaterThan(reassembly.start(overlapped), start) ? reassembly.start(overlapped) : start;
    noteDuplicate(block, left, lessThan(reassembly.end(overlapped), end) ? reassembly.end(overlapped) : end);
  }
  const known = block.reassembly.covers(start, end);
  // What is known already is added all the same: its range is then the one that the ACK reports first (RFC 2018 §4).
  if (!block.reassembly.add(start, end)) return 'tcp-too-many-gaps';
  block.counts.outOfOrderSegments++;
  if (known) return 'tcp-duplicate';
  if (length > 0) store(block, arrived, distance(block.rcvNxt, start), skip, length);
  if (fin) {
    block.finWaiting = true;
    block.finWaitingAt = finAt;
  }
  return undefined;
}

function storeNext(block: ControlBlock, arrived: IncomingSegment, skip: number, length: number): void {
  if (block.receiveShut || arrived.packet === undefined) return;
  block.receiveBuffer.lend(arrived.packet.frame.bytes, arrived.dataAt + skip, length);
}

function store(block: ControlBlock, arrived: IncomingSegment, offset: number, skip: number, length: number): void {
  if (block.receiveShut || arrived.packet === undefined) return;
  block.receiveBuffer.place(offset, arrived.packet.frame.bytes, arrived.dataAt + skip, length);
}

/** Whether an ACK may wait; not for the first segments of a connection that wants them acknowledged quickly. */
function isDelayed(block: ControlBlock): boolean {
  const { delayedAck, quickAckSegments } = block.settings;
  if (!delayedAck) return false;
  if (block.quickAcks >= quickAckSegments) return true;
  block.quickAcks++;
  return false;
}

function scheduleAck(block: ControlBlock, atOnce: boolean): void {
  if (atOnce) {
    block.ackDue = ACK_NOW;
    return;
  }
  if (block.ackDue !== 0) return;
  block.ackDue = ACK_DELAYED;
  const { timers } = block;
  if (timers === undefined) return;
  timers.delayedAck.armAfter(block.settings.delayedAckNs);
  block.environment.observer?.tcpTimer(block.identity, 'delayed-ack', 'armed', timers.delayedAck.deadline);
}
