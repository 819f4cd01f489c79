/**
 * BBR version 3: draft-ietf-ccwg-bbr-06. It measures the bandwidth and the shortest round trip of the path, and sends at
 * that rate with about that product in flight, whatever is lost at random, up to 2 %. Here is the order of its steps;
 * each of them is in a file of its own beside this one.
 *
 * A mark of congestion (RFC 3168, RFC 9768) counts as too much loss of the round trip that it comes in: §3.7 asks that
 * it count and leaves open how.
 */
import type { AckEvent } from '../ack-event.ts';
import type { CongestionCause, CongestionControl, ControllerStart } from '../congestion-control.ts';
import type { ControllerInfo } from '../controller-info.ts';
import type { SegmentLoss } from '../segment-loss.ts';
import { advanceLatestDelivery, updateCongestionSignals, updateLatestDelivery } from './congestion-signals.ts';
import { setPacingRate, updateAckAggregation, updateControlParameters } from './control.ts';
import { checkFullBwReached } from './full-pipe.ts';
import {
  enterLossRecovery,
  handleInflightTooHigh,
  handleLostSegment,
  handleSpuriousLoss,
  noteLoss,
} from './loss-response.ts';
import { Model, restoreCwnd } from './model.ts';
import { GAINS, isProbeBandwidth } from './phases.ts';
import { updateCyclePhase } from './probe-bandwidth.ts';
import { checkProbeRtt, checkProbeRttDone, updateMinRtt } from './probe-rtt.ts';
import { checkDrainDone, checkStartupDone, leaveStartupOnCongestion } from './startup.ts';

export class Bbr implements CongestionControl {
  readonly name = 'bbr';
  readonly ssthresh: number = Number.POSITIVE_INFINITY;
  readonly ownsRecovery = true;
  /** All that it knows; `undefined` until the connection is established. */
  model: Model | undefined;

  constructor() {
    this.model = undefined;
  }

  get cwnd(): number {
    return this.model === undefined ? 0 : this.model.cwnd;
  }

  get pacingRate(): number {
    return this.model === undefined ? 0 : this.model.pacingRate;
  }

  get sendQuantum(): number {
    return this.model === undefined ? 0 : this.model.sendQuantum;
  }

  get isHoldingBack(): boolean {
    return this.model?.isHoldingBack === true;
  }

  start(start: ControllerStart): void {
    this.model = new Model(start);
  }

  resize(smss: number): void {
    const model = this.model!;
    model.smss = smss;
    model.cwnd = Math.max(model.cwnd, model.minPipeCwnd);
  }

  /** `UpdateOnACK` of §5.2.3. */
  measured(event: AckEvent): void {
    const model = this.model!;
    model.nowNs = event.nowNs;
    model.delivered = event.delivered;
    if (!event.repairing) {
      if (model.isInLossRecovery) restoreCwnd(model); // §5.6.4.4
      model.isInLossRecovery = false;
      model.isStateSaved = false;
    }
    model.isCwndLimitedNow ||= event.priorPipe + model.smss > model.cwnd;
    updateLatestDelivery(model, event);
    updateCongestionSignals(model, event);
    updateCwndLimited(model);
    updateAckAggregation(model, event);
    checkFullBwReached(model, event);
    checkStartupDone(model, event);
    checkDrainDone(model, event);
    updateCyclePhase(model, event);
    updateMinRtt(model, event);
    checkProbeRtt(model, event);
    advanceLatestDelivery(model, event);
    model.bw = Math.min(model.maxBw, model.bwShortterm); // `BoundBWForModel`
    updateControlParameters(model, event);
  }

  acknowledged(): void {}

  segmentLost(loss: SegmentLoss): void {
    const model = this.model!;
    model.nowNs = loss.nowNs;
    model.delivered = loss.delivered;
    handleLostSegment(model, loss);
  }

  congestion(flightSize: number, cause: CongestionCause): void {
    const model = this.model!;
    if (cause === 'loss') {
      enterLossRecovery(model);
      return;
    }
    noteLoss(model, model.delivered);
    if (model.phase === 'startup') leaveStartupOnCongestion(model);
    else if (model.isBwProbeSample) handleInflightTooHigh(model, flightSize, false);
  }

  /** `OnEnterRTO` of §5.6.4.4: nothing is in flight any more, so one segment is what it lets out. */
  timeout(): void {
    const model = this.model!;
    enterLossRecovery(model);
    model.cwnd = model.smss;
  }

  recovered(): void {}

  undo(): void {
    handleSpuriousLoss(this.model!);
  }

  /** §5.4: the window stays; `resumed` sets the rate. */
  idle(): void {}

  /** `HandleRestartFromIdle` of §5.4.1. */
  resumed(nowNs: number): void {
    const { model } = this;
    if (model === undefined) return;
    model.nowNs = nowNs;
    model.isIdleRestart = true;
    model.extraAckedStartNs = nowNs;
    if (isProbeBandwidth(model.phase)) setPacingRate(model, 1);
    else if (model.phase === 'probe-rtt') checkProbeRttDone(model);
  }

  info(): ControllerInfo | undefined {
    const { model } = this;
    if (model === undefined) return undefined;
    const { phase, bw, minRttNs } = model;
    const { pacing, cwnd } = GAINS[phase];
    return { kind: 'bbr', phase, bandwidth: bw, minimumRttNs: minRttNs, pacingGain: pacing, cwndGain: cwnd };
  }
}

/** C.is_cwnd_limited of §2.2, from one round trip to the next. */
function updateCwndLimited(model: Model): void {
  if (model.rounds.isStart) {
    model.isCwndLimited = model.isCwndLimitedNow;
    model.isCwndLimitedNow = false;
  } else {
    model.isCwndLimited ||= model.isCwndLimitedNow;
  }
}
