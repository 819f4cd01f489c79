/**
 * How a connection passes from state to state (RFC 9293 §3.3.2 figure 5), and how it ends.
 */
import type { ErrorCode } from '../../errors.ts';
import { IDLE } from './activity.ts';
import { createController } from './congestion/controllers.ts';
import { ACK_NOW, type ControlBlock } from './control-block.ts';
import { measurePath } from './emission.ts';
import { detectionFor } from './loss/strategies.ts';
import { acknowledgeNow, firstWindow } from './output.ts';
import { startSearch } from './path-mtu/probing.ts';
import type { State } from './state.ts';
import { adoptUserTimeout, keepAliveIdle } from './user-timeout.ts';

/** Enters a state, and tells whoever watches. @param why the event, for a person */
export function enter(block: ControlBlock, state: State, why: string): void {
  const from = block.state;
  block.state = state;
  block.environment.observer?.tcpState(block.identity, from, state, why);
}

/** Both SYNs are acknowledged: the connection is usable. @returns false if the listener has no room for it */
export function establish(block: ControlBlock, why: string): boolean {
  const hasStarted = block.fastOpen?.opened === true;
  if (!hasStarted) startSending(block);
  if (block.synTimeouts > 0) block.rtt.afterLostSyn();
  if (!block.owner.established(block)) return false;
  block.retries = 0;
  block.counts.timeoutRecovered(block.environment.timers.now());
  if (!hasStarted) startController(block, firstWindow(block));
  block.wasEstablished = true;
  block.userTimeoutDue = block.settings.userTimeoutOption;
  adoptUserTimeout(block);
  enter(block, 'ESTABLISHED', why);
  restartKeepAlive(block);
  return true;
}

/** The program has the connection before the handshake is over: RFC 7413 §4.2.2 "Server: Receiving SYN", steps 4 and 6. */
export function openEarly(block: ControlBlock): void {
  startSending(block);
  startController(block, firstWindow(block));
}

/** What is sent, and what becomes of it, is followed from now on. */
function startSending(block: ControlBlock): void {
  startSearch(block);
  block.smss = measurePath(block);
  block.detection = detectionFor(block);
  block.recoveryPoint = block.iss; // RFC 6582 §3.2 step 1
}

/** Another controller takes over: it begins with the window and the threshold that there are. */
export function changeController(block: ControlBlock): void {
  const { cwnd, ssthresh } = block.congestion;
  block.congestion = createController(block.settings.congestionControl);
  if (!block.wasEstablished && block.fastOpen?.opened !== true) return; // It starts when the handshake is over.
  startController(block, Number.isFinite(cwnd) ? cwnd : firstWindow(block));
  block.congestion.lower?.(cwnd, ssthresh);
}

function startController(block: ControlBlock, initialWindow: number): void {
  const { environment, identity, settings } = block;
  block.congestion.start({
    smss: block.smss,
    initialWindow,
    nowNs: environment.timers.now(),
    srttNs: block.rtt.srttNs,
    selectiveAcks: block.sackOk,
    settings,
    random: () => environment.random(`tcp congestion control ${identity.serial}`),
  });
  block.validation.start(environment.timers.now());
}

/** RFC 9293 §3.8.4: an idle connection is probed only if its program asked for that. */
export function restartKeepAlive(block: ControlBlock): void {
  if (!block.settings.keepAlive || !block.wasEstablished || block.state === 'TIME-WAIT') return;
  block.keepAliveProbes = 0;
  block.timers?.keepAlive.arm(block.environment.timers.now() + keepAliveIdle(block));
}

/** Our FIN is acknowledged and so is the peer's: wait two MSL (RFC 9293 §3.4.2), with no other timer running. */
export function enterTimeWait(block: ControlBlock, why: string): void {
  enter(block, 'TIME-WAIT', why);
  stopTimers(block);
  block.sendBuffer.release();
  block.log.clear();
  block.reassembly.clear();
  restartTimeWait(block);
  if (block.owner.waits(block)) return;
  if (block.ackDue === ACK_NOW) acknowledgeNow(block);
  end(block, undefined, 'too many connections wait already');
}

export function restartTimeWait(block: ControlBlock): void {
  block.timers?.timeWait.arm(block.environment.timers.now() + 2 * block.settings.maximumSegmentLifetimeNs);
}

/** The program has closed it and our FIN is acknowledged: it does not wait for the peer's FIN for ever. */
export function limitFinWait2(block: ControlBlock): void {
  if (!block.orphaned || block.state !== 'FIN-WAIT-2' || block.settings.finWait2TimeoutNs === 0) return;
  block.timers?.timeWait.arm(block.environment.timers.now() + block.settings.finWait2TimeoutNs);
}

/**
 * Deletes the connection: enters CLOSED, stops its timers, flushes its queues (RFC 9293 §3.10.7.4).
 * @param error what its program is told; data that arrived in order stays readable unless the end was an error
 */
export function end(block: ControlBlock, error: ErrorCode | undefined, why: string): void {
  if (block.state === 'CLOSED') return;
  if (error !== undefined) block.error = error;
  enter(block, 'CLOSED', why);
  stopTimers(block);
  block.sendBuffer.release();
  block.log.clear();
  block.reassembly.clear();
  if (error !== undefined || block.orphaned) block.receiveBuffer.release();
  block.counts.timeoutRecovered(block.environment.timers.now());
  block.activity.turn(IDLE, block.environment.timers);
  block.marks?.abandon();
  block.owner.closed(block);
  block.user?.changed();
}

function stopTimers(block: ControlBlock): void {
  const { timers } = block;
  if (timers === undefined) return;
  timers.retransmission.cancel();
  timers.delayedAck.cancel();
  timers.reordering.cancel();
  timers.tailLossProbe.cancel();
  timers.persist.cancel();
  timers.keepAlive.cancel();
  timers.timeWait.cancel();
  timers.userTimeout.cancel();
  timers.cork.cancel();
  timers.pacing.cancel();
}
