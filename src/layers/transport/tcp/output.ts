/**
 * What to send now: lost segments first, then new data and the FIN, then an acknowledgment if one is due.
 * Nagle RFC 9293 §3.7.4, the sender's silly-window avoidance §3.8.6.2.1, the congestion window RFC 5681, limited
 * transmit RFC 3042. Each segment itself is built in `emission.ts`.
 */
import type { RetransmitReason } from '../../observer.ts';
import { IDLE } from './activity.ts';
import { followActivity } from './activity-now.ts';
import { allowance } from './allowance.ts';
import { ACK_NOW, type ControlBlock } from './control-block.ts';
import { holdBack, isHeldBack, uncork } from './corking.ts';
import { emit, measurePath, payloadRoom } from './emission.ts';
import { mustWait } from './pacing.ts';
import { abandonProbe, HOLD, probeLength, probeSent } from './path-mtu/probing.ts';
import { followProbe } from './probe-timer.ts';
import { leaves } from './rate/sampling.ts';
import { isRecordEnd, textRoom } from './record-ends.ts';
import * as segment from './segment.ts';
import { add, distance, greaterThan } from './sequence.ts';
import { canSend } from './state.ts';
import { FINAL } from './transmit-log.ts';

/** Sends all that may be sent, and an acknowledgment if one is due. Called after each event that may have changed that. */
export function output(block: ControlBlock): void {
  send(block);
  followProbe(block);
  acknowledgeIfDue(block);
}

/** Sends all data that may be sent, and the FIN. */
export function send(block: ControlBlock): void {
  if (isAtRest(block)) return;
  const sends = canSend(block.state) || (block.state === 'SYN-RECEIVED' && block.fastOpen?.opened === true);
  if (sends) {
    if (hasToSend(block)) {
      followPath(block);
      sendAll(block);
    }
    block.validation.sent(block);
  }
  followActivity(block, sends);
}

/** Nothing is in flight and nothing waits, and was not when it was last asked: a host that only receives. */
const isAtRest = (block: ControlBlock): boolean =>
  block.activity.kind === IDLE && block.log.count === 0 && block.unsentBytes === 0 && !isFinWaiting(block);

/** The program has closed, and the FIN has not gone. */
const isFinWaiting = (block: ControlBlock): boolean => block.finQueued === true && block.finSent !== true;

/** Something waits to go, or a recovery may want to send something again. */
const hasToSend = (block: ControlBlock): boolean =>
  block.unsentBytes > 0 ||
  isFinWaiting(block) ||
  block.lossState !== 'open' ||
  block.log.lostBytes > 0 ||
  block.forwardRto.step !== 0;

function sendAll(block: ControlBlock): void {
  const before = block.sndNxt;
  if (!sendForward(block)) {
    sendLost(block);
    sendNew(block);
  }
  if (block.sndNxt !== before) block.probeDue = true;
  armPersist(block);
}

/** Sends the acknowledgment that nothing has carried. */
export function acknowledgeIfDue(block: ControlBlock): void {
  if (block.ackDue === ACK_NOW) acknowledgeNow(block);
}

/** Sends <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>. */
export function acknowledgeNow(block: ControlBlock): void {
  emit(block, block.sndNxt, 0, 0);
}

/**
 * Sends record `index` of the log again: as much of it as fits a segment now, the rest becoming a record of its own.
 */
export function retransmit(block: ControlBlock, index: number, reason: RetransmitReason): void {
  const { log } = block;
  if (block.search.probeSize > 0) abandonProbe(block);
  measurePath(block);
  const room = payloadRoom(block);
  const dataLength = log.length(index) - ((log.flags(index) & FINAL) === 0 ? 0 : 1);
  if (dataLength > room) log.split(index, add(log.start(index), room));
  const final = (log.flags(index) & FINAL) !== 0;
  const start = log.start(index);
  const length = log.length(index) - (final ? 1 : 0);
  const now = block.environment.timers.now();
  if (log.transmissions(index) === 1) block.validation.retransmitted(length);
  log.retransmitted(index, now);
  block.undo.retransmitted(start, now);
  if (block.lossState === 'recovery') block.recovery.sent(log.length(index));
  leaves(block, index);
  block.environment.observer?.tcpRetransmit(block.identity, reason, start, length);
  emit(block, start, length, (final ? segment.FIN : 0) | pushFlag(block, start, length));
  sent(block);
}

/** The path may carry larger or smaller segments than it did. */
export function followPath(block: ControlBlock): void {
  const smss = measurePath(block);
  if (smss === block.smss) return;
  block.smss = smss;
  block.congestion.resize(smss);
}

/**
 * RFC 5682: between a timeout and its verdict only the first segment is sent again, and then two new ones.
 * @returns whether that is all for now
 */
function sendForward(block: ControlBlock): boolean {
  const { forwardRto } = block;
  if (forwardRto.step === 2) {
    if (block.retransmitAtOnce && !mustWait(block)) sendFirstLost(block);
    return true;
  }
  if (forwardRto.step !== 3) return false;
  for (let before = block.sndNxt; sendOne(block); before = block.sndNxt) {
    forwardRto.allowance -= distance(before, block.sndNxt);
  }
  // "The recommended action is to skip step 3 of this algorithm and continue with slow-start retransmissions."
  if (forwardRto.allowance === 2 * block.smss && !mustWait(block)) forwardRto.abandon();
  return forwardRto.step === 3;
}

function sendFirstLost(block: ControlBlock): void {
  const index = block.log.firstLost();
  if (index < 0) return;
  block.retransmitAtOnce = false;
  retransmit(block, index, 'rto');
}

/** RFC 8985 §7.3: new data if there is some and the peer has room for it, or else the last segment once more. */
export function sendProbe(block: ControlBlock): void {
  measurePath(block);
  const length = Math.min(block.unsentBytes, block.usableWindow, textRoom(block));
  if (length > 0) {
    block.environment.observer?.tcpRetransmit(block.identity, 'tlp', block.sndNxt, length);
    sendText(block, length);
  } else {
    retransmit(block, block.log.count - 1, 'tlp');
  }
  block.probe.sent(block.sndNxt, block.rtt.samples, length <= 0);
  followActivity(block, true);
}

function sendLost(block: ControlBlock): void {
  for (;;) {
    const index = block.log.firstLost();
    if (index < 0) break;
    const atOnce = block.retransmitAtOnce;
    if (!atOnce && allowance(block) < block.smss) break;
    if (mustWait(block)) break;
    block.retransmitAtOnce = false;
    const reason: RetransmitReason = block.lossState === 'loss' ? 'rto' : atOnce ? 'fast' : 'recovery';
    retransmit(block, index, reason);
  }
}

function sendNew(block: ControlBlock): void {
  if (block.search.searching === true && !probePath(block)) return;
  while (sendFull(block) && sendOne(block));
  if (block.lossState !== 'recovery' || block.log.lostBytes > 0 || allowance(block) < block.smss) return;
  if (mustWait(block)) return;
  // RFC 6675 §4 NextSeg rules 3 and 4: nothing is held for lost and nothing new can go.
  const index = block.detection.lastResort(block);
  if (index >= 0) retransmit(block, index, 'recovery');
}

/** Sends a probe of the path's MTU if it is time for one: RFC 4821. @returns false if other data waits for it to go */
function probePath(block: ControlBlock): boolean {
  let length = probeLength(block, allowance(block));
  if (length > 0 && block.log.count === 0) {
    afterIdle(block);
    length = probeLength(block, allowance(block));
  }
  if (length <= 0) return length !== HOLD;
  if (mustWait(block)) return false;
  const start = block.sndNxt;
  recordSent(block, start, length, false);
  probeSent(block, start, length);
  emit(block, start, length, pushFlag(block, start, length));
  return true;
}

/** Sends one segment of new data, or the FIN. @returns whether one was sent */
function sendOne(block: ControlBlock): boolean {
  const unsent = block.unsentBytes;
  if (unsent === 0) return sendFinAlone(block);
  const room = textRoom(block);
  const usable = block.usableWindow;
  const length = Math.min(unsent, usable, room);
  if (length <= 0 || length > allowance(block)) return false;
  if (!isWorthSending(block, length, unsent, room) || mustWait(block)) return false;
  afterIdle(block);
  sendText(block, length);
  return true;
}

/**
 * Sends the full segments that may go while others are in flight: what none of them changes is looked at once.
 * @returns whether something else may go: not if a full segment may not
 */
function sendFull(block: ControlBlock): boolean {
  // The window may have to restart first: see `afterIdle`.
  if (block.log.count === 0 || block.settings.congestionWindowValidation === 'full') return true;
  if (block.recordEnds !== undefined) return true;
  let there = Math.min(block.unsentBytes, block.usableWindow);
  // In a recovery what may go is not what was less what went.
  if (there < block.smss || block.lossState !== 'open') return true;
  let allowed = allowance(block);
  // Options go with the segment that carries them, and those of AccECN come, too; and the room with them.
  let room = payloadRoom(block);
  while (there >= room && allowed >= room && !mustWait(block)) {
    sendText(block, room);
    there -= room;
    allowed -= room;
    if (room !== block.ordinaryRoom || block.ecn.accurate !== undefined) room = payloadRoom(block);
  }
  return there < room;
}

/** Sends the next `length` octets, and the FIN with the last of them if the window has an octet for it. */
function sendText(block: ControlBlock, length: number): void {
  const start = block.sndNxt;
  const final = block.finQueued === true && length === block.unsentBytes && block.usableWindow > length;
  recordSent(block, start, length, final);
  if (block.corkState !== 'open') uncork(block);
  emit(block, start, length, (final ? segment.FIN : 0) | pushFlag(block, start, length));
}

function sendFinAlone(block: ControlBlock): boolean {
  if (!block.finQueued || block.finSent || block.usableWindow < 1) return false;
  const start = block.sndNxt;
  recordSent(block, start, 0, true);
  emit(block, start, 0, segment.FIN);
  return true;
}

/** RFC 9293 §3.8.6.2.1, rules 1 to 3, the conditions in brackets being Nagle's (§3.7.4). */
function isWorthSending(block: ControlBlock, length: number, unsent: number, room: number): boolean {
  if (length >= room) return true;
  if (holdBack(block)) return false;
  const idle = block.sndNxt === block.sendBufferStart; // our SYN, if it is unacknowledged, is no data
  if (!idle && block.settings.noDelay !== true) return false;
  return length === unsent || length >= block.maxSndWnd / 2;
}

/** RFC 5681 §4.1: after an idle retransmission timeout the ACK clock is gone, so the window restarts. Or RFC 7661 §4.4.3. */
function afterIdle(block: ControlBlock): void {
  if (block.settings.congestionWindowValidation === 'full') {
    block.validation.beforeSending(block, block.environment.timers.now(), block.rtt.srttNs, firstWindow(block));
    return;
  }
  if (!block.settings.slowStartAfterIdle || block.sndNxt !== block.sndUna) return;
  const idleNs = block.environment.timers.now() - block.lastSentNs;
  if (idleNs > block.rtt.rtoNs) block.congestion.idle(firstWindow(block), idleNs);
}

/** RFC 6928 §2: IW = min(10 * MSS, max(2 * MSS, 14600)), with the number of segments a setting. */
export function firstWindow(block: ControlBlock): number {
  const { initialWindowSegments: segments, initialWindowByteLimit, initialWindowSynTimeouts } = block.settings;
  // RFC 5681 §3.1: after a lost SYN or SYN-ACK the initial window is one segment; and after one that was marked.
  if (block.synTimeouts >= initialWindowSynTimeouts || block.ecn.synMarked) return block.smss;
  if (!initialWindowByteLimit) return segments * block.smss;
  return Math.min(segments * block.smss, Math.max(2 * block.smss, segments * 1460));
}

function recordSent(block: ControlBlock, start: number, length: number, final: boolean): void {
  const { timers } = block.environment;
  const end = add(start, length + (final ? 1 : 0));
  if (block.lossState === 'recovery') block.recovery.sent(distance(start, end));
  if (block.log.count === 0) block.waitingSinceNs = timers.now();
  block.log.append(start, end, final, timers, greaterThan(end, block.sndMax));
  leaves(block, block.log.count - 1);
  block.sndNxt = end;
  if (greaterThan(end, block.sndMax)) block.sndMax = end;
  if (final) block.finSent = true;
  sent(block);
}

/** RFC 6298 §5.1: every time a segment with data is sent, the timer is started if it is not running. */
function sent(block: ControlBlock): void {
  const { timers } = block;
  block.lastSentNs = block.environment.timers.now();
  if (timers === undefined) return;
  if (timers.retransmission.deadline === Number.POSITIVE_INFINITY) armRetransmission(block);
  timers.persist.cancel();
  if (block.settings.userTimeoutNs > 0) {
    timers.userTimeout.arm(block.waitingSinceNs + block.settings.userTimeoutNs);
  }
}

/** (Re)starts the retransmission timer: RFC 6298 §5.3. */
export function armRetransmission(block: ControlBlock): void {
  const { timers } = block;
  if (timers === undefined) return;
  timers.retransmission.armAfter(block.rtt.rtoNs);
  block.environment.observer?.tcpTimer(block.identity, 'retransmission', 'armed', timers.retransmission.deadline);
}

/**
 * Nothing is in flight and the window keeps something from going: RFC 9293 §3.8.6.1 probes, and the override timeout
 * of §3.8.6.2.1 (4), which it suggests to combine.
 */
function armPersist(block: ControlBlock): void {
  const { timers } = block;
  if (
    timers === undefined ||
    block.log.count > 0 ||
    block.ecn.held ||
    block.state === 'SYN-RECEIVED' || // Fast Open: the SYN-ACK asks already
    timers.persist.deadline !== Number.POSITIVE_INFINITY
  )
    return;
  const waiting = block.unsentBytes > 0 || isFinWaiting(block);
  // What waits for its time of departure is not kept by the window.
  if (!waiting || isHeldBack(block) || timers.pacing.deadline !== Number.POSITIVE_INFINITY) return;
  if (block.persistBackoff === 0) block.waitingSinceNs = block.environment.timers.now();
  const delay = Math.min(block.rtt.rtoNs * 2 ** block.persistBackoff, block.settings.retransmissionTimeoutMaximumNs);
  timers.persist.arm(block.environment.timers.now() + delay);
  // Nothing is delivered while the window is closed, so the user timeout runs as well (RFC 9293 §3.9.1.2).
  if (block.settings.userTimeoutNs > 0) timers.userTimeout.arm(block.waitingSinceNs + block.settings.userTimeoutNs);
}

/**
 * Sends the octet beyond the window that asks for news of it: RFC 9293 §3.8.6.1. SND.NXT stays; SND.MAX says that the
 * octet may be acknowledged. Or asks with nothing that could be taken.
 */
export function probeWindow(block: ControlBlock): void {
  if (block.settings.windowProbe === 'empty') {
    const past = add(block.sndUna, -1);
    block.environment.observer?.tcpRetransmit(block.identity, 'probe', past, 0);
    emit(block, past, 0, 0);
    return;
  }
  const isFin = block.unsentBytes === 0;
  const end = add(block.sndNxt, 1);
  if (greaterThan(end, block.sndMax)) block.sndMax = end;
  block.environment.observer?.tcpRetransmit(block.identity, 'probe', block.sndNxt, isFin ? 0 : 1);
  emit(block, block.sndNxt, isFin ? 0 : 1, isFin ? segment.FIN : 0);
}

/** Sends what silly-window avoidance held back: the override timeout of RFC 9293 §3.8.6.2.1 (4). */
export function overrideSillyWindow(block: ControlBlock): void {
  measurePath(block);
  const length = Math.min(block.unsentBytes, block.usableWindow, textRoom(block));
  if (length <= 0) return;
  sendText(block, length);
}

/** RFC 9293 §3.9.1.2 (MUST-61): PSH on the segment with the last of what has been written, or of a record. */
function pushFlag(block: ControlBlock, start: number, length: number): number {
  if (length <= 0) return 0;
  const end = add(start, length);
  if (end === add(block.sendBufferStart, block.sendBuffer.length)) return segment.PSH;
  return block.recordEnds !== undefined && isRecordEnd(block, end) ? segment.PSH : 0;
}
