/**
 * What each timer of a connection does when it fires: RFC 9293 §3.8 and §3.10.8, RFC 6298 §5.
 */
import type { TcpTimerName } from '../../observer.ts';
import { detectLosses } from './acknowledgment.ts';
import { ACK_DELAYED, ACK_NOW, type ConnectionTimers, type ControlBlock } from './control-block.ts';
import { goesAgain, isGivenUp } from './defer-accept.ts';
import { sentAgain } from './delivery-trouble.ts';
import { releaseHeld, windowReduced } from './ecn/reduction.ts';
import { emit, emitReset, emitSyn } from './emission.ts';
import { noteFailure } from './fast-open/client.ts';
import { end } from './lifecycle.ts';
import { lossFlightSize } from './loss/recovery.ts';
import { armRetransmission, output, overrideSillyWindow, probeWindow, sendProbe } from './output.ts';
import { pathTimeout } from './path-mtu/black-hole.ts';
import { checkAppLimited } from './rate/sampling.ts';
import { add } from './sequence.ts';
import { SACKED } from './transmit-log.ts';
import { keepAliveIdle } from './user-timeout.ts';

/** Makes the timers of a connection, none of them armed. */
export function createTimers(block: ControlBlock): ConnectionTimers {
  const { timers } = block.environment;
  const make = (name: TcpTimerName, fired: (block: ControlBlock) => void) =>
    timers.timer(() => {
      block.environment.observer?.tcpTimer(block.identity, name, 'fired', timers.now());
      fired(block);
      // What was sent now may make room for more, or be waited for: arriving segments tell the program by themselves.
      if (block.settings.notSentLowWaterBytes > 0 || block.marks !== undefined) block.user?.changed();
    });
  return {
    retransmission: make('retransmission', retransmissionTimeout),
    delayedAck: make('delayed-ack', delayedAckTimeout),
    reordering: make('reordering', reorderingTimeout),
    tailLossProbe: make('tail-loss-probe', tailLossProbeTimeout),
    persist: make('persist', persistTimeout),
    keepAlive: make('keepalive', keepAliveTimeout),
    timeWait: make('time-wait', timeWaitTimeout),
    userTimeout: make('user-timeout', userTimeout),
    cork: make('cork', corkTimeout),
    pacing: make('pacing', output),
  };
}

function retransmissionTimeout(block: ControlBlock): void {
  if (block.state === 'SYN-SENT' || block.state === 'SYN-RECEIVED') {
    handshakeTimeout(block);
    return;
  }
  if (releaseHeld(block)) {
    output(block);
    return;
  }
  if (block.log.count === 0) return;
  // RFC 8985 §7.2: a probe that is due at the same time goes first.
  if (block.timers !== undefined && block.timers.tailLossProbe.deadline <= block.environment.timers.now()) {
    block.timers.tailLossProbe.cancel();
    tailLossProbeTimeout(block);
    return;
  }
  checkAppLimited(block);
  if (isExhausted(block, block.retries)) {
    giveUp(block, 'R2: the peer does not acknowledge');
    return;
  }
  const flightSize = lossFlightSize(block, block.sndNxt);
  const first = block.retries === 0;
  // RFC 5682 §2.1 (1), RFC 3522 §3.2: not when a loss is being recovered already.
  const fresh = block.lossState === 'open';
  block.retries++;
  block.counts.timedOut(block.environment.timers.now());
  pathTimeout(block);
  if (fresh) block.undo.begin(block, true);
  block.validation.timedOut();
  block.congestion.timeout(flightSize, first);
  windowReduced(block);
  block.recovery.abandon();
  block.lossState = 'loss';
  block.recoveryPoint = block.sndNxt;
  block.duplicateAcks = 0;
  block.limitedTransmit = false;
  block.retransmitAtOnce = true;
  // RFC 2018 §8: a receiver may discard what it has SACKed. It has if the left edge is SACKed and yet not acknowledged;
  // that one MUST be sent again (§5). A second timeout is a reason to think so too.
  const reneged = (block.log.flags(0) & SACKED) !== 0;
  const { sackedCount, sackedBytes } = block.log;
  block.detection.timeout(block, block.environment.timers.now(), reneged || !first);
  block.counts.forgotten(sackedCount - block.log.sackedCount, sackedBytes - block.log.sackedBytes);
  block.probe.forget();
  if (block.settings.forwardRtoRecovery && (fresh || block.forwardRto.step === 2)) block.forwardRto.begin(block);
  else block.forwardRto.abandon();
  block.timers?.reordering.cancel();
  block.timers?.tailLossProbe.cancel();
  block.rtt.backOff(); // RFC 6298 §5.5
  armRetransmission(block); // §5.6
  output(block); // §5.4
  sentAgain(block, block.retries);
}

/** R2 of RFC 9293 §3.8.3, unless a user timeout says for how long to try (§3.9.1.2, RFC 5482 §1). */
const isExhausted = ({ settings }: ControlBlock, attempts: number): boolean =>
  settings.userTimeoutNs === 0 && attempts >= settings.dataRetries;

function handshakeTimeout(block: ControlBlock): void {
  const most = block.state === 'SYN-SENT' ? block.settings.synRetries : block.settings.synAckRetries;
  if (isGivenUp(block, most)) {
    noteFailure(block, block.owner.fastOpenCache);
    end(block, block.softError ?? 'ETIMEDOUT', 'R2: the SYN is not acknowledged');
    return;
  }
  const again = goesAgain(block);
  block.retries++;
  block.rtt.backOff();
  if (!again) {
    armRetransmission(block);
    return;
  }
  block.synTimeouts++;
  block.counts.timedOut(block.environment.timers.now());
  block.environment.observer?.tcpRetransmit(block.identity, 'syn', block.iss, 0);
  emitSyn(block);
  armRetransmission(block);
  sentAgain(block, block.retries);
}

/** RFC 8985 §6.2 step 5: the reordering window of some segment is over. */
function reorderingTimeout(block: ControlBlock): void {
  if (block.log.count === 0) return;
  checkAppLimited(block);
  block.ackEvent.deliveredBytes = 0;
  block.ackEvent.ackedBytes = 0;
  detectLosses(block, false);
  output(block);
}

/** RFC 8985 §7.3: `TLP_send_probe`. */
function tailLossProbeTimeout(block: ControlBlock): void {
  if (block.log.count === 0 || block.lossState !== 'open' || block.ecn.held) return;
  checkAppLimited(block);
  if (block.probe.mayGo(block.rtt.samples)) sendProbe(block);
  // "Regardless of whether a loss probe was sent, the sender MUST re-arm the RTO timer."
  armRetransmission(block);
}

function delayedAckTimeout(block: ControlBlock): void {
  if (block.ackDue !== ACK_DELAYED) return;
  block.ackDue = ACK_NOW;
  output(block);
}

/** RFC 9293 §3.8.6.1; with some window left it is the override timeout of §3.8.6.2.1 (4). */
function persistTimeout(block: ControlBlock): void {
  if (block.log.count > 0) return;
  if (block.usableWindow > 0 && block.unsentBytes > 0) {
    overrideSillyWindow(block);
    output(block);
    return;
  }
  // As long as the peer answers, the window may stay closed for ever (MUST-37); a silent peer is given up.
  if (isExhausted(block, block.probes)) {
    giveUp(block, 'R2: the peer does not answer window probes');
    return;
  }
  block.probes++;
  block.persistBackoff++;
  probeWindow(block);
  output(block);
  sentAgain(block, block.probes);
}

/** RFC 9293 §3.8.4: <SEQ=SND.NXT-1>, without data, draws an ACK. */
function keepAliveTimeout(block: ControlBlock): void {
  const { settings } = block;
  if (!settings.keepAlive) return;
  const now = block.environment.timers.now();
  if (block.log.count > 0) {
    block.timers?.keepAlive.arm(now + keepAliveIdle(block)); // data in flight asks by itself
    return;
  }
  const due = block.lastHeardNs + keepAliveIdle(block);
  if (block.keepAliveProbes === 0 && now < due) {
    block.timers?.keepAlive.arm(due);
    return;
  }
  if (block.keepAliveProbes >= settings.keepAliveProbes) {
    giveUp(block, 'the peer does not answer keep-alive probes');
    return;
  }
  block.keepAliveProbes++;
  emit(block, add(block.sndNxt, -1), 0, 0);
  block.timers?.keepAlive.arm(now + settings.keepAliveIntervalNs);
}

/** RFC 9293 §3.10.8; or a connection whose program is gone has waited in FIN-WAIT-2 for long enough. */
function timeWaitTimeout(block: ControlBlock): void {
  end(block, undefined, block.state === 'TIME-WAIT' ? '2 MSL are over' : 'the peer’s FIN did not come');
}

/** RFC 9293 §3.10.8: flush all queues, signal the user, delete the TCB. */
function userTimeout(block: ControlBlock): void {
  const { userTimeoutNs } = block.settings;
  const waiting = block.log.count > 0 || block.unsentBytes > 0 || (block.finQueued && !block.finSent);
  if (userTimeoutNs === 0 || !waiting) return;
  const deadline = block.waitingSinceNs + userTimeoutNs;
  if (block.environment.timers.now() < deadline) block.timers?.userTimeout.arm(deadline);
  else giveUp(block, 'the user timeout is over');
}

/** What a program corks has waited for as long as it may. */
function corkTimeout(block: ControlBlock): void {
  block.corkState = 'ceiling-reached';
  output(block);
}

/** A softer error heard on the way says more than "timed out" (RFC 9293 §3.9.2.2, SHLD-25). */
function giveUp(block: ControlBlock, why: string): void {
  emitReset(block);
  end(block, block.softError ?? 'ETIMEDOUT', why);
}
