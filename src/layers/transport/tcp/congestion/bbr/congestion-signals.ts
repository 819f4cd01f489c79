/**
 * What each round trip has delivered and lost, and the short-term model that follows from it: draft-ietf-ccwg-bbr-06
 * §5.5.5 and §5.5.10. While it does not probe, a sender that loses slows down to what has just been delivered.
 */
import type { AckEvent } from '../ack-event.ts';
import { BETA, LOSS_THRESHOLD, type Model } from './model.ts';
import { isAccelerating } from './phases.ts';

/** `UpdateLatestDeliverySignals`, near the start of an acknowledgment. */
export function updateLatestDelivery(model: Model, event: AckEvent): void {
  model.bwLatest = Math.max(model.bwLatest, event.deliveryRate);
  model.inflightLatest = Math.max(model.inflightLatest, event.deliveredSinceSend);
  model.isLossRoundStart = event.priorDelivered >= model.lossRoundDelivered;
  if (model.isLossRoundStart) model.lossRoundDelivered = event.delivered;
}

/** `AdvanceLatestDeliverySignals`, near its end. */
export function advanceLatestDelivery(model: Model, event: AckEvent): void {
  if (!model.isLossRoundStart) return;
  model.bwLatest = event.deliveryRate;
  model.inflightLatest = event.deliveredSinceSend;
}

/** `UpdateCongestionSignals`: the bandwidth with every sample, the lower bounds once per round trip. */
export function updateCongestionSignals(model: Model, event: AckEvent): void {
  updateMaxBw(model, event);
  if (!model.isLossRoundStart) return;
  if (model.isLossInRound && !isAccelerating(model.phase)) adaptLowerBounds(model);
  model.isLossInRound = false;
}

/** `UpdateMaxBw` of §5.5.5: a sample that the program has held down counts only if it is the largest all the same. */
function updateMaxBw(model: Model, event: AckEvent): void {
  model.rounds.update(event);
  const { deliveryRate } = event;
  if (deliveryRate === 0 || (event.appLimited && deliveryRate < model.maxBw)) return;
  model.bandwidths.update(deliveryRate, model.cycleCount);
}

/** `InitLowerBounds` and `LossLowerBounds`. */
function adaptLowerBounds(model: Model): void {
  if (model.bwShortterm === Number.POSITIVE_INFINITY) model.bwShortterm = model.maxBw;
  if (model.inflightShortterm === Number.POSITIVE_INFINITY) model.inflightShortterm = model.cwnd;
  model.bwShortterm = Math.max(model.bwLatest, BETA * model.bwShortterm);
  model.inflightShortterm = Math.max(model.inflightLatest, BETA * model.inflightShortterm);
}

/** `ResetShortTermModel`. */
export function resetShortTermModel(model: Model): void {
  model.bwShortterm = Number.POSITIVE_INFINITY;
  model.inflightShortterm = Number.POSITIVE_INFINITY;
}

/** `ResetCongestionSignals`. */
export function resetCongestionSignals(model: Model): void {
  model.isLossInRound = false;
  model.bwLatest = 0;
  model.inflightLatest = 0;
}

/** `IsInflightTooHigh` of §5.5.10.2: more than 2 % of a flight is lost; without SACK one loss is all that is ever seen. */
export const isInflightTooHigh = (model: Model, lostSinceSend: number, inflightAtSend: number): boolean =>
  lostSinceSend > inflightAtSend * LOSS_THRESHOLD || (lostSinceSend > 0 && !model.hasSelectiveAcks);
