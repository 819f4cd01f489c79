/**
 * From the model to the rate, the quantum and the window: draft-ietf-ccwg-bbr-06 §5.6, and the aggregation of
 * acknowledgments that the window has to bridge (§5.5.9).
 */
import { SECOND } from '../../../../clock.ts';
import { sendQuantum } from '../../rate/departures.ts';
import type { AckEvent } from '../ack-event.ts';
import { bdpMultiple, type Model, PACING_MARGIN, quantizationBudget } from './model.ts';
import { GAINS, isProbeBandwidth } from './phases.ts';
import { inflightWithHeadroom } from './probe-bandwidth.ts';
import { probeRttCwnd } from './probe-rtt.ts';

/** `UpdateACKAggregation` of §5.5.9: how much more arrives than the bandwidth explains. */
export function updateAckAggregation(model: Model, event: AckEvent): void {
  let expected = (model.bw * (model.nowNs - model.extraAckedStartNs)) / SECOND;
  if (model.extraAckedDelivered <= expected) {
    model.extraAckedDelivered = 0;
    model.extraAckedStartNs = model.nowNs;
    expected = 0;
  }
  model.extraAckedDelivered += event.deliveredBytes;
  const extra = Math.min(model.extraAckedDelivered - expected, model.cwnd);
  model.extraAcked.update(extra, model.rounds.count);
}

/** `SetPacingRateWithGain` of §5.6.2: 1 % below the bandwidth; before the pipe has been full it only rises. */
export function setPacingRate(model: Model, gain: number): void {
  const rate = gain * model.bw * (1 - PACING_MARGIN);
  if (rate > 0 && (model.isFullBwReached || rate > model.pacingRate)) model.pacingRate = rate;
}

/** `UpdateControlParameters` of §5.2.3. */
export function updateControlParameters(model: Model, event: AckEvent): void {
  setPacingRate(model, GAINS[model.phase].pacing);
  model.sendQuantum = sendQuantum(model.pacingRate, model.smss);
  setCwnd(model, event);
}

/** `SetCwnd` of §5.6.4.6: down at once, up by no more than has arrived. */
function setCwnd(model: Model, event: AckEvent): void {
  const most = maxInflight(model);
  if (model.isFullBwReached) {
    model.cwnd = Math.min(model.cwnd + event.deliveredBytes, most);
  } else if (model.cwnd < most || event.delivered < model.initialWindow) {
    model.cwnd += event.deliveredBytes;
  }
  model.cwnd = Math.max(model.cwnd, model.minPipeCwnd);
  if (model.phase === 'probe-rtt') model.cwnd = Math.min(model.cwnd, probeRttCwnd(model));
  model.cwnd = Math.floor(Math.min(model.cwnd, modelCap(model)));
}

/** `UpdateMaxInflight` of §5.6.4.2. In Startup the aggregation of the current round trip alone counts. */
function maxInflight(model: Model): number {
  const extraAcked = model.isFullBwReached ? model.extraAcked.value : model.extraAcked.latest;
  return quantizationBudget(model, bdpMultiple(model, model.bw, GAINS[model.phase].cwnd) + extraAcked);
}

/** `BoundCwndForModel` of §5.6.4.7. */
function modelCap(model: Model): number {
  const { phase } = model;
  let cap = Number.POSITIVE_INFINITY;
  if (phase === 'cruise' || phase === 'probe-rtt') cap = inflightWithHeadroom(model);
  else if (isProbeBandwidth(phase)) cap = model.inflightLongterm;
  return Math.max(Math.min(cap, model.inflightShortterm), model.minPipeCwnd);
}
