/**
 * What BBR does about each loss, and how it takes that back: draft-ietf-ccwg-bbr-06 §5.5.10.2 and §5.5.11.
 */
import type { SegmentLoss } from '../segment-loss.ts';
import { isInflightTooHigh } from './congestion-signals.ts';
import { resetFullBw } from './full-pipe.ts';
import { BETA, LOSS_THRESHOLD, type Model, restoreCwnd, saveCwnd, targetInflight } from './model.ts';
import { startDown, startRefill } from './probe-bandwidth.ts';

/** `HandleLostPacket`. */
export function handleLostSegment(model: Model, loss: SegmentLoss): void {
  noteLoss(model, loss.delivered);
  if (model.lossRangesInRound === 0 || loss.start !== model.lastLossEnd) model.lossRangesInRound++;
  model.lastLossEnd = loss.end;
  if (!model.isBwProbeSample) return;
  if (!isInflightTooHigh(model, loss.lostSinceSend, loss.inflightAtSend)) return;
  handleInflightTooHigh(model, inflightAtLoss(loss), loss.appLimited);
}

/** `NoteLoss`. */
export function noteLoss(model: Model, delivered: number): void {
  if (!model.isLossInRound) model.lossRoundDelivered = delivered;
  saveStateUponLoss(model);
  model.isLossInRound = true;
}

/** `HandleInflightTooHigh`: once per probe. */
export function handleInflightTooHigh(model: Model, inflightBytes: number, isAppLimited: boolean): void {
  model.isPrevProbeTooHigh = true;
  model.isBwProbeSample = false;
  if (!isAppLimited) model.inflightLongterm = Math.max(inflightBytes, targetInflight(model) * BETA);
  if (model.phase !== 'up') return;
  model.undoPhase = 'up';
  startDown(model);
}

/** `InflightAtLoss`: at which volume in flight the loss came to be 2 %, perhaps in the middle of this segment. */
function inflightAtLoss(loss: SegmentLoss): number {
  const inflightBefore = loss.inflightAtSend - loss.bytes;
  const lostBefore = loss.lostSinceSend - loss.bytes;
  return inflightBefore + (LOSS_THRESHOLD * inflightBefore - lostBefore) / (1 - LOSS_THRESHOLD);
}

/** `OnEnterFastRecovery`, `OnEnterRTO` of §5.6.4.4. */
export function enterLossRecovery(model: Model): void {
  saveCwnd(model);
  saveStateUponLoss(model);
  model.isInLossRecovery = true;
}

/**
 * `SaveStateUponLoss` of §5.5.11.1, once for all losses that are repaired together. The pseudocode saves again in each
 * round trip with a loss and when the recovery starts, which would forget what the first loss has changed; §2.15 wants
 * the values "at the start of loss recovery".
 */
function saveStateUponLoss(model: Model): void {
  if (model.isStateSaved) return;
  model.isStateSaved = true;
  saveCwnd(model);
  model.undoPhase = undefined;
  model.undoBwShortterm = model.bwShortterm;
  model.undoInflightShortterm = model.inflightShortterm;
  model.undoInflightLongterm = model.inflightLongterm;
}

/** `HandleSpuriousLossDetection` of §5.5.11.2. */
export function handleSpuriousLoss(model: Model): void {
  const { phase, undoPhase } = model;
  restoreCwnd(model);
  model.isLossInRound = false;
  resetFullBw(model, 0);
  model.bwShortterm = Math.max(model.bwShortterm, model.undoBwShortterm);
  model.inflightShortterm = Math.max(model.inflightShortterm, model.undoInflightShortterm);
  model.inflightLongterm = Math.max(model.inflightLongterm, model.undoInflightLongterm);
  model.undoPhase = undefined;
  if (undoPhase === undefined || undoPhase === phase) return;
  if (undoPhase === 'startup') model.isFullBwReached = false;
  if (phase === 'probe-rtt') return;
  if (undoPhase === 'startup') model.phase = 'startup';
  else startRefill(model);
}
