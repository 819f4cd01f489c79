/**
 * The shortest round trip, and the state that looks for it: draft-ietf-ccwg-bbr-06 §5.3.4. Every five seconds, unless the
 * path has been empty anyway, the flow halves what it has in flight for a moment; flows that do so at the same time
 * drain the queue that they share.
 */
import { MILLISECOND, SECOND } from '../../../../clock.ts';
import type { AckEvent } from '../ack-event.ts';
import { resetShortTermModel } from './congestion-signals.ts';
import { bdpMultiple, type Model, restoreCwnd, saveCwnd } from './model.ts';
import { GAINS } from './phases.ts';
import { startCruise, startDown } from './probe-bandwidth.ts';

const MINIMUM_RTT_WINDOW_NS = 10 * SECOND;
const PROBE_INTERVAL_NS = 5 * SECOND;
const PROBE_DURATION_NS = 200 * MILLISECOND;

/** `UpdateMinRTT` of §5.3.4.3. */
export function updateMinRtt(model: Model, event: AckEvent): void {
  const { nowNs } = model;
  const rttNs = event.latestRttNs;
  model.isProbeRttExpired = nowNs > model.probeRttMinStampNs + PROBE_INTERVAL_NS;
  if (rttNs >= 0 && (rttNs <= model.probeRttMinDelayNs || model.isProbeRttExpired)) {
    model.probeRttMinDelayNs = rttNs;
    model.probeRttMinStampNs = nowNs;
  }
  const isExpired = nowNs > model.minRttStampNs + MINIMUM_RTT_WINDOW_NS;
  if (model.probeRttMinDelayNs < model.minRttNs || isExpired) {
    model.minRttNs = model.probeRttMinDelayNs;
    model.minRttStampNs = model.probeRttMinStampNs;
  }
}

/** `CheckProbeRTT`. */
export function checkProbeRtt(model: Model, event: AckEvent): void {
  if (model.phase !== 'probe-rtt' && model.isProbeRttExpired && !model.isIdleRestart) {
    saveCwnd(model);
    model.phase = 'probe-rtt';
    model.probeRttDoneStampNs = 0;
    model.ackPhase = 'probe-stopping';
    model.rounds.restart(model.delivered);
  }
  model.isHoldingBack = model.phase === 'probe-rtt';
  if (model.phase === 'probe-rtt') handleProbeRtt(model, event);
  if (event.deliveredSinceSend > 0) model.isIdleRestart = false;
}

/** `HandleProbeRTT`: for 200 ms and a round trip, from when the pipe is drained. */
function handleProbeRtt(model: Model, event: AckEvent): void {
  if (model.probeRttDoneStampNs === 0) {
    if (event.pipe > probeRttCwnd(model)) return;
    model.probeRttDoneStampNs = model.nowNs + PROBE_DURATION_NS;
    model.isProbeRttRoundDone = false;
    model.rounds.restart(model.delivered);
    return;
  }
  if (model.rounds.isStart) model.isProbeRttRoundDone = true;
  if (model.isProbeRttRoundDone) checkProbeRttDone(model);
}

/** `CheckProbeRTTDone` and `ExitProbeRTT`. */
export function checkProbeRttDone(model: Model): void {
  if (model.probeRttDoneStampNs === 0 || model.nowNs <= model.probeRttDoneStampNs) return;
  model.probeRttMinStampNs = model.nowNs; // the next one is due five seconds from now
  restoreCwnd(model);
  resetShortTermModel(model);
  if (model.isFullBwReached) {
    startDown(model);
    startCruise(model); // what is in flight is below the bandwidth-delay product already
  } else {
    model.phase = 'startup';
  }
}

/** `ProbeRTTCwnd` of §5.6.4.5. */
export const probeRttCwnd = (model: Model): number =>
  Math.max(bdpMultiple(model, model.bw, GAINS['probe-rtt'].cwnd), model.minPipeCwnd);
