/**
 * What an acceptable acknowledgment does to the sending side: RFC 9293 §3.10.7.4 fifth check, with SACK (RFC 2018),
 * round-trip samples (RFC 6298, RFC 7323 §4), detection and recovery of losses, and congestion control.
 */
import { MILLISECOND } from '../../clock.ts';
import type { ControlBlock } from './control-block.ts';
import { isDuplicateReport } from './duplicate-sack.ts';
import { takeFeedback, tellsOfMarks } from './ecn/feedback.ts';
import { isReducedFor, windowReduced } from './ecn/reduction.ts';
import { timestampNow } from './emission.ts';
import { isPlainAcknowledgment } from './header-prediction.ts';
import type { IncomingSegment } from './incoming.ts';
import { tcpInfoOf } from './info-snapshot.ts';
import { isRecovered, lossFlightSize } from './loss/recovery.ts';
import { recoveryFor } from './loss/strategies.ts';
import { armRetransmission } from './output.ts';
import { observePath } from './path-mtu/probing.ts';
import { scheduleProbe } from './probe-timer.ts';
import { beginSample } from './rate/sampling.ts';
import * as segment from './segment.ts';
import { growSendBuffer } from './send-growth.ts';
import { distance, greaterOrEqual, greaterThan, lessOrEqual, lessThan } from './sequence.ts';
import { raiseWindowCap, undoEpisode } from './spurious-response.ts';

/** Takes in SEG.ACK, which the caller has found to lie in SND.UNA - MAX.SND.WND … SND.MAX. */
export function acknowledge(block: ControlBlock, arrived: IncomingSegment): void {
  if (saysNothing(block, arrived)) {
    block.counts.acknowledgment(block.environment.timers);
    updateWindow(block, arrived);
    report(block);
    return;
  }
  const { ackEvent } = block;
  const unsackedBefore = block.log.count - block.log.sackedCount;
  beginEvent(block, arrived);
  block.counts.acknowledgment(block.environment.timers);
  if (ackEvent.ackedBytes > 0 && isPlainAcknowledgment(block, arrived)) takeProgress(block, arrived);
  else takeAll(block, arrived, unsackedBefore);
  growSendBuffer(block);
  report(block);
}

/** Starts what the acknowledgment will tell congestion control. */
function beginEvent(block: ControlBlock, arrived: IncomingSegment): void {
  const { log, ackEvent } = block;
  ackEvent.nowNs = block.environment.timers.now();
  noteEcho(block, arrived);
  ackEvent.ackedBytes = Math.max(distance(block.sndUna, arrived.acknowledgment), 0);
  ackEvent.lostBytes = 0;
  ackEvent.deliveredBytes = 0;
  ackEvent.markedBytes = 0;
  ackEvent.priorPipe = log.pipe;
  ackEvent.windowLimited = block.validation.mayGrow(block, ackEvent);
  ackEvent.rttNs = -1;
  block.detection.begin(block, ackEvent);
  beginSample(block);
}

/** New data is acknowledged, and nothing else can be found: what `takeAll` does then. */
function takeProgress(block: ControlBlock, arrived: IncomingSegment): void {
  advanceUna(block, arrived, false);
  block.rate.delivered(block.ackEvent.deliveredBytes, block.environment.timers);
  updateWindow(block, arrived);
  block.duplicateAcks = 0;
  block.limitedTransmit = false;
  detectLosses(block, true);
  tellController(block, false);
  block.probeDue = true;
}

/** @param unsackedBefore how many records of the log were neither acknowledged nor SACKed before it */
function takeAll(block: ControlBlock, arrived: IncomingSegment, unsackedBefore: number): void {
  const { log, ackEvent } = block;
  const ackedBytes = distance(block.sndUna, arrived.acknowledgment);
  const wasRecovering = block.lossState === 'recovery';
  const outstanding = log.count > 0;
  const reported = block.sackOk === true && isDuplicateReport(block, arrived);
  if (reported) takeDuplicateReport(block, arrived);
  if (ackedBytes > 0) advanceUna(block, arrived, reported);
  const newlySacked = block.sackOk === true ? applySackBlocks(block, arrived, reported) : 0;
  ackEvent.deliveredBytes += newlySacked;
  block.rate.delivered(ackEvent.deliveredBytes, block.environment.timers);
  const windowChanged = updateWindow(block, arrived);
  raiseWindowCap(block, ackEvent.deliveredBytes);

  const duplicate = ackedBytes <= 0 && outstanding && isDuplicate(block, arrived, windowChanged, newlySacked);
  if (duplicate) {
    block.duplicateAcks++;
    if (!block.limitedTransmit) block.limitedTransmitFrom = block.sndNxt;
    block.limitedTransmit = true;
  } else if (ackedBytes > 0) {
    // RFC 6675 §5: new SACK information counts "regardless of its status as a cumulative acknowledgment".
    block.duplicateAcks = newlySacked > 0 ? 1 : 0;
    block.limitedTransmit = false;
  }

  const undone = checkSpurious(block, arrived, ackedBytes, newlySacked, duplicate);
  if (!undone && ackedBytes > 0) afterProgress(block, ackedBytes);
  else if (!undone && duplicate && wasRecovering) block.recovery.duplicate(block);
  const bareDuplicate = ackedBytes === 0 && arrived.options.sackCount === 0 && arrived.length === 0 && !windowChanged;
  const repaired = block.probe.acknowledged(arrived.acknowledgment, reported, bareDuplicate);
  if (repaired && block.lossState === 'open') respondToRepair(block);
  detectLosses(block, ackedBytes > 0 || newlySacked > 0);
  const isCongested = takeFeedback(block, arrived, unsackedBefore);
  if (isCongested) block.counts.echoed();
  tellController(block, wasRecovering || undone || isCongested);
  // A SACK stops it: RACK goes on from there.
  if (ackedBytes > 0 || newlySacked > 0) block.probeDue = true;
}

/**
 * Nothing is outstanding, so nothing can be acknowledged, measured or lost: so it is with each segment that comes to a
 * host which only receives, and all that it can tell is the window. A quarter of a bulk transfer went into finding nothing.
 */
const saysNothing = (block: ControlBlock, arrived: IncomingSegment): boolean =>
  block.log.count === 0 &&
  arrived.acknowledgment === block.sndUna &&
  arrived.options.sackCount === 0 &&
  block.lossState === 'open' &&
  block.forwardRto.step === 0 &&
  block.probe.inFlight !== true &&
  block.ecn.feedback === 'none';

/**
 * Marks what is lost, starts a recovery if there is none, and notes when to look again. Also when the reordering timer
 * has fired: RFC 8985 §6.2 step 5, `RACK_detect_loss_and_arm_timer`.
 */
export function detectLosses(block: ControlBlock, newInformation: boolean): void {
  const { log, ackEvent, timers } = block;
  // What is lost already without a recovery going on did not fit the path (RFC 1191 §6.4).
  const lostBefore = log.lostBytes;
  const waitNs = block.detection.detect(block, block.environment.timers, newInformation);
  ackEvent.lostBytes = Math.max(0, log.lostBytes - lostBefore);
  const excused = observePath(block);
  if (block.lossState === 'recovery') block.recovery.update(block, ackEvent);
  else if (ackEvent.lostBytes > 0 && block.lossState === 'open' && !excused) startRecovery(block);
  if (timers === undefined) return;
  if (waitNs > 0) {
    const now = block.environment.timers.now();
    timers.reordering.arm(now + waitNs);
    block.environment.observer?.tcpTimer(block.identity, 'reordering', 'armed', now + waitNs);
  } else {
    timers.reordering.cancel();
  }
}

function startRecovery(block: ControlBlock): void {
  block.undo.begin(block, false);
  // A mark of the same window has reduced it already: there is nothing that could be undone.
  if (isReducedFor(block)) block.undo.end();
  block.probe.forget();
  block.recovery = recoveryFor(block);
  block.recovery.enter(block, block.ackEvent);
  block.detection.recoveryStarted(block);
  scheduleProbe(block);
}

/** RFC 8985 §7.4.2: the probe has repaired a loss by itself. The window is reduced as by a fast recovery. */
function respondToRepair(block: ControlBlock): void {
  block.recoveryPoint = block.sndNxt;
  if (!block.ecn.reducing) block.congestion.congestion(lossFlightSize(block, block.sndNxt), 'loss');
  windowReduced(block);
}

/** @returns whether a loss episode was found to have been for nothing, and was undone */
function checkSpurious(
  block: ControlBlock,
  arrived: IncomingSegment,
  ackedBytes: number,
  newlySacked: number,
  duplicate: boolean,
): boolean {
  const byForwardRto =
    block.forwardRto.step !== 0 && block.forwardRto.acknowledged(block, ackedBytes, newlySacked, duplicate);
  const spurious = block.undo.verdict(block, ackedBytes, block.ackEvent) !== undefined || byForwardRto;
  if (spurious) undoEpisode(block, ackedBytes, tellsOfMarks(block, arrived));
  return spurious;
}

/** @param mayNotGrow a recovery was going on, or a mark was told of: RFC 3168 §6.1.2 */
function tellController(block: ControlBlock, mayNotGrow: boolean): void {
  const { ackEvent, congestion, rtt } = block;
  ackEvent.pipe = block.log.pipe;
  ackEvent.sndUna = block.sndUna;
  ackEvent.sndNxt = block.sndNxt;
  ackEvent.srttNs = rtt.srttNs;
  ackEvent.minimumRttNs = rtt.minimumNs;
  ackEvent.recovering = block.lossState === 'recovery';
  ackEvent.repairing = block.lossState !== 'open';
  block.rate.finish(block.log, ackEvent);
  block.validation.measured(block, ackEvent);
  congestion.measured(ackEvent);
  if (congestion.isHoldingBack === true) block.rate.markAppLimited(block.log.pipe);
  if (ackEvent.ackedBytes > 0 && !mayNotGrow && !ackEvent.recovering) congestion.acknowledged(ackEvent);
}

/** SND.UNA moves: samples the round trip, forgets what is acknowledged, restarts the timer. */
function advanceUna(block: ControlBlock, arrived: IncomingSegment, reported: boolean): void {
  const { log, ackEvent } = block;
  const now = ackEvent.nowNs;
  const ack = arrived.acknowledgment;
  const sackedBefore = log.sackedBytes;
  log.acknowledge(ack);
  const rttNs = measure(block, arrived, reported);
  if (rttNs >= 0) {
    // RFC 7323 appendix G: how many samples a round trip gives, with an ACK for every second segment.
    const flightSize = distance(block.sndUna, block.sndNxt);
    const expected = Math.max(1, Math.ceil(flightSize / (2 * block.smss)));
    block.rtt.sample(rttNs, expected, block.environment.timers);
    ackEvent.rttNs = rttNs;
  }
  ackEvent.deliveredBytes += ackEvent.ackedBytes - (sackedBefore - log.sackedBytes);
  discardAcknowledged(block, ack);
  block.path.confirm?.(); // the neighbour forwards what it is sent: no need to ask it
  block.retries = 0;
  block.softError = undefined; // what it was has passed
  block.persistBackoff = 0;
  block.waitingSinceNs = now;
  if (log.count === 0) {
    block.timers?.retransmission.cancel(); // RFC 6298 §5.2
    block.timers?.userTimeout.cancel();
  } else {
    armRetransmission(block); // RFC 6298 §5.3
    if (block.settings.userTimeoutNs > 0) block.timers?.userTimeout.arm(now + block.settings.userTimeoutNs);
  }
}

/** Moves SND.UNA and gives the acknowledged bytes' room back. SYN and FIN are octets of sequence space, not of the buffer. */
export function discardAcknowledged(block: ControlBlock, ack: number): void {
  const bytes = Math.min(distance(block.sendBufferStart, ack), block.sendBuffer.length);
  // Only a window probe reaches beyond SND.NXT; that it is acknowledged means that the octet was taken.
  if (greaterThan(ack, block.sndNxt)) {
    if (distance(block.sendBufferStart, ack) > block.sendBuffer.length) block.finSent = true;
    block.sndNxt = ack;
  }
  block.sndUna = ack;
  block.sendBufferStart = ack;
  block.synAcknowledged = true;
  if (block.marks !== undefined) block.marks.acknowledged(ack);
  if (bytes <= 0) return;
  block.sendBuffer.discard(bytes);
  block.counts.acked(bytes);
}

/** RFC 9293 §3.10.7.4: an old segment does not update the window. @returns whether SND.WND changed */
export function updateWindow(block: ControlBlock, arrived: IncomingSegment): boolean {
  const { sequence, acknowledgment } = arrived;
  // An ACK of what is acknowledged already says nothing new, unless it is the latest: "SND.UNA =< SEG.ACK".
  if (lessThan(acknowledgment, block.sndUna)) return false;
  // "The check here prevents using old segments": a later ACK is no old one, even on data that was sent again. Its window
  // counts from the SND.UNA that it sets.
  const fresh =
    lessThan(block.sndWl2, acknowledgment) ||
    lessThan(block.sndWl1, sequence) ||
    (block.sndWl1 === sequence && lessOrEqual(block.sndWl2, acknowledgment));
  if (!fresh) return false;
  const before = block.sndWnd;
  // RFC 7323 §2.2: the window field of a segment with SYN "MUST NOT be scaled".
  block.sndWnd = arrived.windowField << (arrived.has(segment.SYN) ? 0 : block.sndWndShift);
  block.sndWl1 = sequence;
  block.sndWl2 = acknowledgment;
  if (block.sndWnd > block.maxSndWnd) block.maxSndWnd = block.sndWnd;
  if (block.sndWnd > 0) {
    // Something can go again: the next closed window is probed from the start of the back-off.
    if (block.usableWindow > 0) {
      block.timers?.persist.cancel();
      block.persistBackoff = 0;
    }
  } else {
    // RFC 9293 §3.8.6.1 (MUST-37): while the peer answers, a closed window never ends the connection.
    block.retries = 0;
  }
  block.probes = 0;
  return block.sndWnd !== before;
}

/** RFC 5681 §2; with SACK it is new SACK information that counts (RFC 6675 §2). */
function isDuplicate(
  block: ControlBlock,
  arrived: IncomingSegment,
  windowChanged: boolean,
  newlySacked: number,
): boolean {
  if (arrived.acknowledgment !== block.sndUna) return false;
  if (block.sackOk) return newlySacked > 0;
  return arrived.dataLength === 0 && (arrived.flags & (segment.SYN | segment.FIN)) === 0 && !windowChanged;
}

/** New data is acknowledged: recovery goes on or ends. */
function afterProgress(block: ControlBlock, ackedBytes: number): void {
  if (block.lossState === 'recovery') {
    if (isRecovered(block)) {
      block.recovery.leave(block);
      block.detection.recoveryEnded();
    } else block.recovery.partial(block, ackedBytes);
  } else if (block.lossState === 'loss' && isRecovered(block)) {
    block.lossState = 'open';
    block.counts.timeoutRecovered(block.ackEvent.nowNs);
    block.forwardRto.abandon();
    block.detection.recoveryEnded();
  }
}

/** A duplicate was reported: RFC 2883 §5. */
function takeDuplicateReport(block: ControlBlock, arrived: IncomingSegment): void {
  const { sackBlocks } = arrived.options;
  block.counts.duplicateReported(distance(sackBlocks[0]!, sackBlocks[1]!), block.smss);
  block.undo.duplicateReported(sackBlocks[0]!);
  block.detection.duplicateReported(block);
}

/**
 * @param reported the first block reports a duplicate
 * @returns octets that are SACKed now and were not before
 */
function applySackBlocks(block: ControlBlock, arrived: IncomingSegment, reported: boolean): number {
  const { sackCount, sackBlocks } = arrived.options;
  let newly = 0;
  for (let index = reported ? 1 : 0; index < sackCount; index++) {
    const left = sackBlocks[2 * index]!;
    const right = sackBlocks[2 * index + 1]!;
    // A block below the acknowledgment is old; one beyond SND.MAX is nonsense.
    const credible = lessThan(left, right) && greaterOrEqual(left, block.sndUna) && lessOrEqual(right, block.sndMax);
    if (credible) newly += block.log.applySack(left, right);
  }
  return newly;
}

/**
 * A round-trip time that this acknowledgment shows without doubt, or -1: Karn's rule (RFC 6298 §3).
 * @param reported it reports a duplicate
 */
function measure(block: ControlBlock, arrived: IncomingSegment, reported: boolean): number {
  const sentNs = block.log.certainSentNs;
  if (sentNs >= 0) return block.ackEvent.nowNs - sentNs;
  // A duplicate is not taken in, and its timestamp neither (RFC 7323 §5.3): the echo is of what had come before, whose own
  // acknowledgment was lost. It is as old as the timeout, and would make the next one as long again.
  if (reported) return -1;
  return timestampRtt(block, arrived);
}

/** RFC 7323 §4.1: the echoed timestamp says which transmission is acknowledged. -1 if there is none. */
export function timestampRtt(block: ControlBlock, arrived: IncomingSegment): number {
  if (!block.timestampsOk || !arrived.options.hasTimestamps || arrived.options.timestampEcho === 0) return -1;
  const ticks = distance(arrived.options.timestampEcho, timestampNow(block));
  // An echo of the future, or of weeks ago, is not one of ours.
  if (ticks < 0 || ticks > 600_000) return -1;
  return Math.max(ticks, 1) * MILLISECOND;
}

/** Notes the latest time at which the segment may have been sent whose timestamp is echoed; `Infinity` if none is. */
function noteEcho(block: ControlBlock, arrived: IncomingSegment): void {
  const { ackEvent } = block;
  const { hasTimestamps, timestampEcho } = arrived.options;
  if (block.timestampsOk !== true || hasTimestamps !== true || timestampEcho === 0) {
    ackEvent.echoNs = Number.POSITIVE_INFINITY;
    return;
  }
  const ticksAgo = distance(timestampEcho, timestampNow(block));
  ackEvent.echoNs = (Math.floor(ackEvent.nowNs / MILLISECOND) - ticksAgo + 1) * MILLISECOND - 1;
}

function report(block: ControlBlock): void {
  const { observer } = block.environment;
  if (observer === undefined) return;
  const { snapshot } = block;
  snapshot.cwnd = block.congestion.cwnd;
  snapshot.ssthresh = block.congestion.ssthresh;
  snapshot.flightSize = distance(block.sndUna, block.sndNxt);
  snapshot.sndWnd = block.sndWnd;
  snapshot.rcvWnd = block.rcvWnd;
  snapshot.srttNs = block.rtt.srttNs;
  snapshot.rtoNs = block.rtt.rtoNs;
  snapshot.congestionState = block.lossState;
  observer.tcpAcked(block.identity, snapshot);
  observer.tcpInfo?.(block.identity, tcpInfoOf(block));
}
