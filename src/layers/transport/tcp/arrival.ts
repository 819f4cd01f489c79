/**
 * SEGMENT ARRIVES: RFC 9293 §3.10.7, for a connection that exists (CLOSED and LISTEN are in `tcp.ts` and
 * `listener.ts`). The checks stand in the RFC's order. PAWS is RFC 7323 §5.3; blind attacks are RFC 5961.
 * Left out on purpose: the security check, which no host configures.
 */
import type { DropReason } from '../../drop.ts';
import type { ErrorCode } from '../../errors.ts';
import { acknowledge, discardAcknowledged, timestampRtt, updateWindow } from './acknowledgment.ts';
import { ACK_NOW, type ControlBlock } from './control-block.ts';
import { deferAccept } from './defer-accept.ts';
import { goesOnWithoutEcn, handshakeAcknowledged, settle, synCameAgain } from './ecn/negotiation.ts';
import { codepointArrived } from './ecn/reception.ts';
import { emitReset, emitSyn, refuseAcknowledgment } from './emission.ts';
import { synAckArrived as fastOpenAnswered, noteFailure } from './fast-open/client.ts';
import { isExpected, noteExpected } from './header-prediction.ts';
import type { IncomingSegment } from './incoming.ts';
import { end, enter, enterTimeWait, establish, limitFinWait2, restartTimeWait } from './lifecycle.ts';
import { acknowledgeIfDue, acknowledgeNow, armRetransmission, output, send } from './output.ts';
import { takeTimestamp } from './paws.ts';
import { followProbe } from './probe-timer.ts';
import { openWindow } from './receive-window.ts';
import { receiveNext, receiveText, receiveUrgent } from './reception.ts';
import { ACK, FIN, RST, SYN } from './segment.ts';
import { add, distance, greaterThan, lessOrEqual, lessThan } from './sequence.ts';
import { checkSequence } from './sequence-check.ts';
import { canReceive, isSynchronized } from './state.ts';
import { holdSynText, takeSynText } from './syn-text.ts';
import { hearUserTimeout } from './user-timeout.ts';

/** @returns why the segment was dropped, or `undefined` if it was taken */
export function segmentArrives(block: ControlBlock, arrived: IncomingSegment): DropReason | undefined {
  const reason = takeSegment(block, arrived);
  block.receiveBuffer.keep(); // the frame goes
  return reason;
}

function takeSegment(block: ControlBlock, arrived: IncomingSegment): DropReason | undefined {
  block.counts.arrived(arrived.dataLength);
  const expected = isExpected(block, arrived);
  const refused = expected ? undefined : refuse(block, arrived);
  if (refused !== undefined) {
    // "After sending the acknowledgment, drop the unacceptable segment and return": nothing else goes on its account,
    // though the report of a duplicate leaves so little room that the rest of the data would fill a segment.
    if (block.state !== 'CLOSED') acknowledgeIfDue(block);
    return refused;
  }
  const before = block.state;
  const opening = before === 'SYN-SENT';
  const reason = expected
    ? takeExpected(block, arrived)
    : opening
      ? inSynSent(block, arrived)
      : inOtherStates(block, arrived);
  // What is dropped may be from anybody, so it does not say that the peer is alive (RFC 9293 §3.8.4).
  if (reason === undefined) {
    block.lastHeardNs = block.environment.timers.now();
    block.keepAliveProbes = 0;
    if (arrived.options.userTimeout > 0) hearUserTimeout(block, arrived.options.userTimeout);
  }
  if (block.state !== 'CLOSED') {
    // Later after the program: what it reads opens the window, and what it writes carries the acknowledgment (RFC 1122
    // §4.2.3.2). But the peer can do nothing before the handshake is over.
    if (opening) output(block);
    else send(block);
    block.user?.changed();
    // The eighth check's signal, "connection closing", is one of its own: a program that has read less than it asked for need
    // not ask again whether that was the end.
    if (block.state !== before && block.finReceived) block.user?.changed();
  }
  if (block.state !== 'CLOSED') {
    followProbe(block);
    acknowledgeIfDue(block);
  }
  return reason;
}

// ---- §3.10.7.3 SYN-SENT ----

function inSynSent(block: ControlBlock, arrived: IncomingSegment): DropReason | undefined {
  // First, check the ACK bit.
  const hasAck = arrived.has(ACK);
  if (hasAck) {
    const ack = arrived.acknowledgment;
    // SND.NXT of the RFC counts data on the SYN, which is in SND.MAX here.
    if (lessOrEqual(ack, block.iss) || greaterThan(ack, block.sndMax)) {
      if (!arrived.has(RST)) refuseAcknowledgment(block, arrived);
      return 'tcp-bad-ack';
    }
  }
  // Second, check the RST bit.
  if (arrived.has(RST)) {
    if (!hasAck) return 'tcp-no-ack';
    if (triesWithoutEcn(block)) return undefined;
    noteFailure(block, block.owner.fastOpenCache);
    end(block, 'ECONNREFUSED', 'the peer answered the SYN with a reset');
    return undefined;
  }
  // Fourth, check the SYN bit. Fifth, if neither SYN nor RST is set, drop the segment.
  if (!arrived.has(SYN)) return 'tcp-no-syn';
  takeSyn(block, arrived);
  if (hasAck) return synAckArrived(block, arrived);
  // Simultaneous open: our SYN is not acknowledged yet.
  enter(block, 'SYN-RECEIVED', 'SYN without ACK: simultaneous open');
  takeWindow(block, arrived);
  holdSynText(block, arrived);
  emitSyn(block);
  armRetransmission(block);
  return undefined;
}

function synAckArrived(block: ControlBlock, arrived: IncomingSegment): DropReason | undefined {
  synAcknowledged(block, arrived);
  takeWindow(block, arrived);
  establish(block, 'SYN-ACK arrived');
  if (block.fastOpen !== undefined) fastOpenAnswered(block, arrived, block.owner.fastOpenCache);
  // Data that our SYN carried and that is not acknowledged is sent again: nothing else remembers that it was sent.
  if (greaterThan(arrived.acknowledgment, block.sndUna)) discardAcknowledged(block, arrived.acknowledgment);
  // RFC 9768 §3.2.2.1: "it SHOULD first send a pure ACK", which tells of the SYN-ACK's codepoint.
  if (block.ecn.feedback === 'accurate') acknowledgeNow(block);
  else block.ackDue = ACK_NOW;
  // "If there are other controls or text in the segment, then continue processing at the sixth step."
  receiveUrgent(block, arrived);
  const reason = receiveText(block, arrived, add(arrived.sequence, 1));
  finStep(block);
  return reason;
}

/** RCV.NXT <- SEG.SEQ + 1, IRS <- SEG.SEQ; and what the SYN's options agree on. */
export function takeSyn(block: ControlBlock, arrived: IncomingSegment): void {
  const { options } = arrived;
  block.irs = arrived.sequence;
  block.rcvNxt = add(arrived.sequence, 1);
  block.lastAckSent = block.rcvNxt;
  if (options.mss > 0) block.peerMss = options.mss; // else the default of RFC 9293 §3.7.1
  block.sackOk = block.sackOk && options.sackPermitted;
  block.timestampsOk = block.timestampsOk && options.hasTimestamps;
  block.windowScaleOk = block.windowScaleOk && options.windowScale >= 0; // RFC 7323 §2.2: both or neither
  block.sndWndShift = block.windowScaleOk ? options.windowScale : 0;
  if (!block.windowScaleOk) block.rcvWndShift = 0;
  openWindow(block);
  if (block.timestampsOk) takeTimestamp(block, options.timestampValue);
  if (options.userTimeout > 0) hearUserTimeout(block, options.userTimeout);
  settle(block, arrived);
}

/** SND.WND, SND.WL1 and SND.WL2 from a SYN, whose window is never scaled (RFC 7323 §2.2). */
export function takeWindow(block: ControlBlock, arrived: IncomingSegment): void {
  block.sndWnd = arrived.windowField;
  block.maxSndWnd = Math.max(block.maxSndWnd, block.sndWnd);
  block.sndWl1 = arrived.sequence;
  block.sndWl2 = arrived.acknowledgment;
}

/** SND.UNA passes our SYN. Its round trip is the first sample, unless it was sent twice (Karn) or nobody knows when. */
function synAcknowledged(block: ControlBlock, arrived: IncomingSegment): void {
  block.sndUna = add(block.iss, 1);
  block.sendBufferStart = block.sndUna;
  block.synAcknowledged = true;
  block.counts.acknowledgment(block.environment.timers);
  block.timers?.retransmission.cancel();
  if (block.synSentNs < 0) return;
  const rttNs = handshakeRtt(block, arrived);
  if (rttNs >= 0) block.rtt.sample(rttNs, 1, block.environment.timers);
  if (block.log.count > 0) armRetransmission(block); // Fast Open: data has gone already
}

function handshakeRtt(block: ControlBlock, arrived: IncomingSegment): number {
  if (block.deferredRttNs >= 0) return block.deferredRttNs > 0 ? block.deferredRttNs : -1;
  return block.synTransmissions > 1 ? timestampRtt(block, arrived) : block.environment.timers.now() - block.synSentNs;
}

// ---- §3.10.7.4 other states ----

/**
 * RFC 7323 §5.6 H2, for a segment of which `header-prediction.ts` says that the other checks do nothing: the acknowledgment
 * and the text, and a FIN that was held beyond the gap which it fills.
 */
function takeExpected(block: ControlBlock, arrived: IncomingSegment): DropReason | undefined {
  noteExpected(block, arrived);
  acknowledge(block, arrived);
  codepointArrived(block, arrived);
  if (arrived.dataLength === 0) return undefined;
  receiveNext(block, arrived);
  finStep(block);
  return undefined;
}

/** The first five checks, as far as they end with the segment being dropped before anything of it was taken. */
function refuse(block: ControlBlock, arrived: IncomingSegment): DropReason | undefined {
  if (block.state === 'SYN-SENT' || isSynAgain(block, arrived)) return undefined;
  return (
    checkSequence(block, arrived) ??
    checkReset(block, arrived) ??
    checkSyn(block, arrived) ??
    checkAckField(block, arrived)
  );
}

function inOtherStates(block: ControlBlock, arrived: IncomingSegment): DropReason | undefined {
  if (isSynAgain(block, arrived)) return synAgain(block, arrived);
  return takeAcknowledgment(block, arrived) ?? processText(block, arrived, arrived.sequence);
}

const isSynAgain = ({ state, irs }: ControlBlock, arrived: IncomingSegment): boolean =>
  state === 'SYN-RECEIVED' && arrived.sequence === irs && arrived.has(SYN) && !arrived.has(RST);

/**
 * The SYN that we have comes again in SYN-RECEIVED. It lies outside the window and is trimmed off (RFC 9293 §3.10.7.4).
 * Alone it says that our SYN-ACK was lost, which answers it better than an ACK would; with an ACK it completes a
 * simultaneous open (§3.5 figure 8), where the sequence check would keep that ACK from being processed (appendix A.2).
 */
function synAgain(block: ControlBlock, arrived: IncomingSegment): DropReason | undefined {
  if (synCameAgain(block, arrived)) {
    emitReset(block);
    end(block, 'ECONNRESET', 'the peer’s SYNs ask for different kinds of ECN feedback');
    return 'tcp-no-ecn-agreement';
  }
  if (!arrived.has(ACK)) {
    emitSyn(block);
    return 'tcp-duplicate';
  }
  return takeAcknowledgment(block, arrived) ?? processText(block, arrived, add(arrived.sequence, 1));
}

/** Second, check the RST bit: the three checks of RFC 5961 §3. One outside the window did not get here. */
function checkReset(block: ControlBlock, arrived: IncomingSegment): DropReason | undefined {
  if (!arrived.has(RST)) return undefined;
  if (arrived.sequence !== block.rcvNxt) return challenge(block);
  if (block.state === 'TIME-WAIT' && block.settings.timeWaitAssassinationProtection) return 'tcp-time-wait-reset';
  switch (block.state) {
    case 'SYN-RECEIVED':
      // A passive open goes back to LISTEN, where the listener still is; "the user need not be informed".
      end(block, block.active ? 'ECONNREFUSED' : errorIfOpened(block), 'reset in SYN-RECEIVED');
      break;
    case 'CLOSING':
    case 'LAST-ACK':
    case 'TIME-WAIT':
      end(block, undefined, 'reset');
      break;
    default:
      end(block, 'ECONNRESET', 'reset');
  }
  return undefined;
}

/** A connection that Fast Open has given to its program cannot go back to LISTEN unnoticed. */
const errorIfOpened = ({ fastOpen }: ControlBlock): ErrorCode | undefined =>
  fastOpen?.opened === true ? 'ECONNRESET' : undefined;

/** Fourth, check the SYN bit: RFC 5961 §4. */
function checkSyn(block: ControlBlock, arrived: IncomingSegment): DropReason | undefined {
  if (block.state === 'CLOSED' || !arrived.has(SYN)) return undefined;
  if (block.state === 'SYN-RECEIVED' && !block.active) {
    end(block, errorIfOpened(block), 'SYN inside the window in SYN-RECEIVED: back to LISTEN');
    return 'tcp-challenge';
  }
  return challenge(block);
}

function challenge(block: ControlBlock): DropReason {
  if (block.owner.mayChallenge(block.settings)) acknowledgeNow(block);
  return 'tcp-challenge';
}

/** Fifth, check the ACK field. In SYN-RECEIVED that is a matter of its own. */
function checkAckField(block: ControlBlock, arrived: IncomingSegment): DropReason | undefined {
  if (block.state === 'CLOSED') return undefined;
  if (!arrived.has(ACK)) return 'tcp-no-ack';
  if (block.state === 'SYN-RECEIVED') return undefined;
  const ack = arrived.acknowledgment;
  // RFC 5961 §5.2: SND.UNA - MAX.SND.WND =< SEG.ACK =< SND.NXT, and a window probe's octet beyond that.
  if (greaterThan(ack, block.sndMax)) {
    block.ackDue = ACK_NOW;
    return 'tcp-bad-ack';
  }
  if (lessThan(ack, add(block.sndUna, -block.maxSndWnd))) {
    if (block.owner.mayChallenge(block.settings)) block.ackDue = ACK_NOW;
    return 'tcp-old-ack';
  }
  return undefined;
}

function takeAcknowledgment(block: ControlBlock, arrived: IncomingSegment): DropReason | undefined {
  if (block.state === 'CLOSED') return undefined;
  const ack = arrived.acknowledgment;
  if (block.state === 'SYN-RECEIVED') {
    if (!answersSyn(block, ack) && block.owner.takesCookie(block, arrived)) return undefined;
    if (answersSyn(block, ack) && deferAccept(block, arrived)) return undefined;
    const reason = ackInSynReceived(block, arrived);
    if (reason !== undefined) return reason;
    // It acknowledges our SYN for the first time, and nothing that was sent since: no duplicate (RFC 5681 §2).
    if (block.log.count > 0 && ack === block.sndUna) return undefined;
  }
  if (block.state === 'TIME-WAIT') {
    // "The only thing that can arrive in this state is a retransmission of the remote FIN. Acknowledge it."
    if (arrived.has(FIN)) {
      restartTimeWait(block);
      block.ackDue = ACK_NOW;
    }
    return undefined;
  }
  acknowledge(block, arrived);
  if (isFinAcknowledged(block)) finAcknowledged(block);
  return undefined;
}

/** SND.UNA < SEG.ACK =< SND.NXT, in SYN-RECEIVED. */
const answersSyn = (block: ControlBlock, ack: number): boolean =>
  greaterThan(ack, block.sndUna) && lessOrEqual(ack, block.sndMax);

function ackInSynReceived(block: ControlBlock, arrived: IncomingSegment): DropReason | undefined {
  const ack = arrived.acknowledgment;
  if (!answersSyn(block, ack)) {
    refuseAcknowledgment(block, arrived);
    return 'tcp-bad-ack';
  }
  synAcknowledged(block, arrived);
  handshakeAcknowledged(block, arrived);
  if (!establish(block, 'our SYN is acknowledged')) {
    // The accept queue is full: as if this ACK had been lost. The SYN-ACK, sent again, will draw another.
    block.sndUna = block.iss;
    block.sendBufferStart = add(block.iss, 1);
    block.synAcknowledged = false;
    armRetransmission(block);
    return 'tcp-backlog-full';
  }
  if (block.heldSynText > 0) takeSynText(block);
  // SND.WND <- SEG.WND, scaled since it is no SYN; WL1 and WL2 likewise.
  block.sndWl1 = add(arrived.sequence, -1);
  updateWindow(block, arrived);
  // A program that closed before the handshake was over: RFC 9293 §3.10.4, SYN-RECEIVED.
  if (block.finQueued) enter(block, 'FIN-WAIT-1', 'closed before it was established');
  return undefined;
}

const isFinAcknowledged = (block: ControlBlock): boolean => block.finSent && block.sndUna === block.sndNxt;

function finAcknowledged(block: ControlBlock): void {
  switch (block.state) {
    case 'FIN-WAIT-1':
      enter(block, 'FIN-WAIT-2', 'our FIN is acknowledged');
      limitFinWait2(block);
      break;
    case 'CLOSING':
      enterTimeWait(block, 'our FIN is acknowledged');
      break;
    case 'LAST-ACK':
      end(block, undefined, 'our FIN is acknowledged');
  }
}

/** Sixth to eighth: the URG bit, the segment text, the FIN bit. */
function processText(block: ControlBlock, arrived: IncomingSegment, sequence: number): DropReason | undefined {
  codepointArrived(block, arrived);
  if (!canReceive(block.state)) {
    // "This should not occur, since a FIN has been received from the remote side. Ignore the segment text."
    if (arrived.length > 0 && isSynchronized(block.state)) block.ackDue = ACK_NOW;
    return undefined;
  }
  if (block.orphaned && hasNewText(block, arrived)) {
    // RFC 9293 §3.6.1 (SHLD-3): nobody will read it, and the peer should know.
    emitReset(block);
    end(block, 'ECONNRESET', 'data arrived after the program had closed');
    return 'tcp-after-close';
  }
  receiveUrgent(block, arrived);
  const reason = receiveText(block, arrived, sequence);
  finStep(block);
  return reason;
}

const hasNewText = (block: ControlBlock, arrived: IncomingSegment): boolean =>
  arrived.dataLength > 0 && distance(block.rcvNxt, add(arrived.sequence, arrived.dataLength)) > 0;

/** RFC 3168 §6.1.1.1: a reset may be the answer to ECN, so the SYN is sent again without. @returns whether it was */
function triesWithoutEcn(block: ControlBlock): boolean {
  if (!goesOnWithoutEcn(block)) return false;
  emitSyn(block);
  armRetransmission(block);
  return true;
}

/** Eighth, check the FIN bit: the FIN is in order now, perhaps because a gap before it was filled. */
function finStep(block: ControlBlock): void {
  if (!block.finReceived || !canReceive(block.state)) return;
  block.rcvNxt = add(block.rcvNxt, 1);
  block.ackDue = ACK_NOW;
  switch (block.state) {
    case 'ESTABLISHED':
      enter(block, 'CLOSE-WAIT', 'FIN arrived');
      break;
    case 'FIN-WAIT-1':
      // Had our FIN been acknowledged by this segment, the state would be FIN-WAIT-2 already.
      enter(block, 'CLOSING', 'FIN arrived before ours was acknowledged');
      break;
    case 'FIN-WAIT-2':
      enterTimeWait(block, 'FIN arrived');
  }
}
