/**
 * Startup and Drain: draft-ietf-ccwg-bbr-06 §5.3.1 and §5.3.2. The rate doubles every round trip until it brings no more
 * or too much is lost; then the queue that this has made is drained.
 */
import type { AckEvent } from '../ack-event.ts';
import { isInflightTooHigh } from './congestion-signals.ts';
import { bdpMultiple, inflight, type Model } from './model.ts';
import { startDown } from './probe-bandwidth.ts';

/** §5.3.1.3 `BBRStartupFullLossCnt`. */
const FULL_LOSS_RANGES = 6;
/** §5.3.2: after so many round trips Drain is over, whatever is in flight. */
const DRAIN_ROUNDS = 3;

/** `CheckStartupDone` of §5.3.1.1. */
export function checkStartupDone(model: Model, event: AckEvent): void {
  checkHighLoss(model, event);
  if (model.phase !== 'startup' || !model.isFullBwReached) return;
  model.phase = 'drain';
  model.drainStartRound = model.rounds.count;
}

/** `CheckStartupHighLoss` of §5.3.1.3. */
function checkHighLoss(model: Model, event: AckEvent): void {
  const ranges = model.lossRangesInRound;
  if (model.isLossRoundStart) model.lossRangesInRound = 0;
  if (model.phase !== 'startup' || !event.recovering) return;
  const isHigh = model.hasSelectiveAcks
    ? model.isLossRoundStart &&
      ranges >= FULL_LOSS_RANGES &&
      isInflightTooHigh(model, event.lostSinceSend, event.inflightAtSend)
    : event.lostBytes > 0;
  if (isHigh) leaveStartupOnCongestion(model);
}

/** Too much is lost, or marked: the pipe is full, and this is about what it holds. */
export function leaveStartupOnCongestion(model: Model): void {
  model.undoPhase = 'startup';
  model.isFullBwNow = true;
  model.isFullBwReached = true;
  model.inflightLongterm = Math.max(bdpMultiple(model, model.bw, 1), model.inflightLatest);
}

/** `CheckDrainDone` of §5.3.2. */
export function checkDrainDone(model: Model, event: AckEvent): void {
  if (model.phase !== 'drain') return;
  const isDrained = event.pipe <= inflight(model, model.bw, 1);
  if (isDrained || model.rounds.count > model.drainStartRound + DRAIN_ROUNDS) startDown(model);
}
