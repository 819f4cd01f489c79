/**
 * ProbeBW: draft-ietf-ccwg-bbr-06 §5.3.3. A flow yields (DOWN), keeps the pace of the path (CRUISE), fills the pipe
 * (REFILL) and then sends faster than it (UP), to find what there is now.
 */
import { SECOND } from '../../../../clock.ts';
import { below, uniform } from '../../../../random.ts';
import type { AckEvent } from '../ack-event.ts';
import { isInflightTooHigh, resetCongestionSignals, resetShortTermModel } from './congestion-signals.ts';
import { resetFullBw } from './full-pipe.ts';
import { HEADROOM, inflight, type Model, targetInflight } from './model.ts';
import { isProbeBandwidth } from './phases.ts';

/** §5.3.3.8.2: T_bbr is drawn from 2 to 3 seconds; T_reno is at most 62 or 63 round trips. */
const SHORTEST_WAIT_NS = 2 * SECOND;
const WAIT_SPREAD_NS = SECOND;
const MOST_ROUNDS = 63;
const MOST_DOUBLINGS = 30;

/** `EnterProbeBW`, `StartProbeBW_DOWN`. */
export function startDown(model: Model): void {
  resetCongestionSignals(model);
  model.probeUpAckedPerIncrease = Number.POSITIVE_INFINITY;
  pickProbeWait(model);
  model.cycleStampNs = model.nowNs;
  model.ackPhase = 'probe-stopping';
  model.rounds.restart(model.delivered);
  model.phase = 'down';
}

/** `StartProbeBW_CRUISE`. */
export function startCruise(model: Model): void {
  model.phase = 'cruise';
}

/** `StartProbeBW_REFILL`. */
export function startRefill(model: Model): void {
  resetShortTermModel(model);
  model.bwProbeUpRounds = 0;
  model.bwProbeUpAcked = 0;
  model.isPrevProbePrecautionary = false;
  model.ackPhase = 'refilling';
  model.rounds.restart(model.delivered);
  model.phase = 'refill';
}

/** `StartProbeBW_UP`. */
function startUp(model: Model, event: AckEvent): void {
  model.ackPhase = 'probe-starting';
  model.rounds.restart(model.delivered);
  resetFullBw(model, event.deliveryRate);
  model.phase = 'up';
  raiseSlope(model);
}

/** `UpdateProbeBWCyclePhase` of §5.3.3.9. */
export function updateCyclePhase(model: Model, event: AckEvent): void {
  if (!model.isFullBwReached) return;
  if (adaptLongTermModel(model, event)) return;
  switch (model.phase) {
    case 'down':
      if (isTimeToProbe(model)) startRefill(model);
      else if (isTimeToCruise(model, event)) startCruise(model);
      break;
    case 'cruise':
      if (isTimeToProbe(model)) startRefill(model);
      break;
    case 'refill':
      // One round trip fills the pipe.
      if (model.rounds.isStart) {
        model.isBwProbeSample = true;
        startUp(model, event);
      }
      break;
    case 'up':
      if (isTimeToGoDown(model, event)) {
        model.isPrevProbeTooHigh = false;
        startDown(model);
      }
  }
}

/** `AdaptLongTermModel`. @returns whether it has chosen the next phase */
function adaptLongTermModel(model: Model, event: AckEvent): boolean {
  const isRoundStart = model.rounds.isStart;
  if (model.ackPhase === 'probe-starting' && isRoundStart) model.ackPhase = 'probe-feedback';
  if (model.ackPhase === 'probe-stopping' && isRoundStart) {
    // The last samples of the probe are in.
    model.isBwProbeSample = false;
    model.ackPhase = 'init';
    if (isProbeBandwidth(model.phase)) {
      if (!event.appLimited) model.cycleCount++; // `AdvanceMaxBwFilter`
      if (model.isPrevProbePrecautionary && !model.isPrevProbeTooHigh) {
        startRefill(model); // §5.3.3.6: what the probe had come to was safe
        return true;
      }
    }
  }
  if (isInflightTooHigh(model, event.lostSinceSend, event.inflightAtSend)) return false;
  if (model.inflightLongterm === Number.POSITIVE_INFINITY) return false;
  model.inflightLongterm = Math.max(model.inflightLongterm, event.inflightAtSend);
  if (model.phase === 'up') probeUpward(model, event);
  return false;
}

/** `ProbeInflightLongtermUpward`: by one segment in the first round trip, then two, four … */
function probeUpward(model: Model, event: AckEvent): void {
  if (!model.isCwndLimited || model.cwnd < model.inflightLongterm) return;
  model.bwProbeUpAcked += event.deliveredBytes;
  if (model.bwProbeUpAcked >= model.probeUpAckedPerIncrease) {
    const steps = Math.floor(model.bwProbeUpAcked / model.probeUpAckedPerIncrease);
    model.bwProbeUpAcked -= steps * model.probeUpAckedPerIncrease;
    model.inflightLongterm += steps * model.smss;
  }
  if (model.rounds.isStart) raiseSlope(model);
}

/** `RaiseInflightLongtermSlope`. */
function raiseSlope(model: Model): void {
  const growth = 2 ** model.bwProbeUpRounds;
  model.bwProbeUpRounds = Math.min(model.bwProbeUpRounds + 1, MOST_DOUBLINGS);
  model.probeUpAckedPerIncrease = Math.max(model.cwnd / growth, model.smss);
}

/** `IsTimeToProbeBW` of §5.3.3.8.3. */
function isTimeToProbe(model: Model): boolean {
  return model.nowNs > model.cycleStampNs + model.bwProbeWaitNs || isRenoCoexistenceProbeTime(model);
}

/** As long as Reno would take to grow by this flow's own window, so that both find the same share. */
function isRenoCoexistenceProbeTime(model: Model): boolean {
  const rounds = Math.min(targetInflight(model) / model.smss, MOST_ROUNDS);
  return model.rounds.count - model.probeUpRound >= rounds;
}

/** `PickProbeWait`: at random, so that flows do not probe in step. */
function pickProbeWait(model: Model): void {
  model.probeUpRound = model.rounds.count - below(model.random, 2);
  model.bwProbeWaitNs = Math.round(SHORTEST_WAIT_NS + uniform(model.random) * WAIT_SPREAD_NS);
}

/** `IsTimeToCruise`: the queue is drained, and there is room for others. */
const isTimeToCruise = (model: Model, event: AckEvent): boolean =>
  event.pipe <= inflightWithHeadroom(model) && event.pipe <= inflight(model, model.maxBw, 1);

/** `IsTimeToGoDown` of §5.3.3.7; loss is `loss-response.ts`. */
function isTimeToGoDown(model: Model, event: AckEvent): boolean {
  if (model.isPrevProbeTooHigh && event.pipe >= model.inflightLongterm) {
    model.isPrevProbePrecautionary = true;
    return true;
  }
  if (model.isCwndLimited && model.cwnd >= model.inflightLongterm) {
    resetFullBw(model, event.deliveryRate); // held down by the bound, not by the path
    return false;
  }
  return model.isFullBwNow;
}

/** `InflightWithHeadroom`. */
export function inflightWithHeadroom(model: Model): number {
  if (model.inflightLongterm === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  const headroom = Math.max(model.smss, HEADROOM * model.inflightLongterm);
  return Math.max(model.inflightLongterm - headroom, model.minPipeCwnd);
}
