/**
 * What each round trip has delivered and lost, and the short-term model that follows from it: draft-ietf-ccwg-bbr-06
 * §5.5.5 and §5.5.10. While it does not probe, a sender that loses slows down to what has just been delivered.
 *
 * Other than the draft, unless `bbrDiscountsOwnPace` is off: what was delivered is held against what was sent. A rate sample
 * is never above the rate of sending (§4.1), and that is a tenth below the bandwidth in DOWN and 1 % in CRUISE. By the
 * draft's letter a flow that loses now and then takes its own restraint for the path's, in each round trip anew: at 1 % of
 * random loss, 100 Mbit/s and 50 ms it comes to 82 Mbit/s instead of 90 (`npm run bench:reference`).
 */
import type { AckEvent } from '../ack-event.ts';
import { BETA, LOSS_THRESHOLD, type Model, PACING_MARGIN } from './model.ts';
import { GAINS, isAccelerating } from './phases.ts';

/** `UpdateLatestDeliverySignals`, near the start of an acknowledgment. */
export function updateLatestDelivery(model: Model, event: AckEvent): void {
  model.bwLatest = Math.max(model.bwLatest, event.deliveryRate);
  model.inflightLatest = Math.max(model.inflightLatest, event.deliveredSinceSend);
  model.isLossRoundStart = event.priorDelivered >= model.lossRoundDelivered;
  model.paceInRound = Math.min(model.paceInRound, GAINS[model.phase].pacing);
  if (model.isLossRoundStart) model.lossRoundDelivered = event.delivered;
}

/** `AdvanceLatestDeliverySignals`, near its end. */
export function advanceLatestDelivery(model: Model, event: AckEvent): void {
  if (!model.isLossRoundStart) return;
  model.bwLatest = event.deliveryRate;
  model.inflightLatest = event.deliveredSinceSend;
  model.paceBefore = model.paceInRound;
  model.paceInRound = GAINS[model.phase].pacing;
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
  const pace = ownPace(model);
  model.bwShortterm = Math.max(capacity(model.bwLatest, pace, model.bwShortterm), BETA * model.bwShortterm);
  const volume = capacity(model.inflightLatest, pace, model.inflightShortterm);
  model.inflightShortterm = Math.max(volume, BETA * model.inflightShortterm);
}

/**
 * Which part of the bandwidth was sent at most while what has now arrived was on its way: the gain of DOWN, and the margin
 * of pacing. What was not sent cannot arrive, and says nothing against the path.
 */
const ownPace = (model: Model): number =>
  model.settings.bbrDiscountsOwnPace ? Math.min(1, model.paceInRound, model.paceBefore) * (1 - PACING_MARGIN) : 1;

/** What the path would have delivered had it been sent all; that is a guess, so the bound before it is not exceeded. */
const capacity = (latest: number, pace: number, before: number): number =>
  pace === 1 ? latest : Math.min(latest / pace, before);

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
