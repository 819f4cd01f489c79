/**
 * BBR version 1: draft-cardwell-iccrg-bbr-congestion-control-00 (Communications of the ACM 60(2), 2017). It sends at the
 * bandwidth that it has measured, with twice the bandwidth-delay product in flight at most, and probes for more
 * bandwidth and for a shorter round trip in turn. Loss slows it down for one round trip only (§4.2.3.4).
 *
 * Left out on purpose, since the draft does not have them: Linux's margin of 1 %, its detection of policers, and its
 * allowance for aggregated acknowledgments. A mark of congestion means nothing to it.
 */
import { MILLISECOND, SECOND } from '../../../../clock.ts';
import { below, type Random } from '../../../../random.ts';
import type { AckEvent } from '../ack-event.ts';
import type { CongestionCause, CongestionControl, ControllerStart } from '../congestion-control.ts';
import type { Bbr1State, ControllerInfo } from '../controller-info.ts';
import { PathModel } from './path-model.ts';

/** 2 / ln(2), `BBRHighGain`. */
const HIGH_GAIN = 2.89;
const PROBE_BW_CWND_GAIN = 2;
/** §4.3.4.1: the phases of ProbeBW. */
const CYCLE: readonly number[] = [1.25, 0.75, 1, 1, 1, 1, 1, 1];
/** §4.3.4.2: it may start in any phase but the one with 3/4. */
const CYCLE_STARTS = CYCLE.length - 1;
const PROBE_RTT_DURATION_NS = 200 * MILLISECOND;
const MINIMUM_PIPE_SEGMENTS = 4;
/** §4.2.2: bytes a second up to which one segment leaves at a time, and up to which two do. */
const SLOW_RATE = 1.2e6 / 8;
const MODERATE_RATE = 24e6 / 8;
const MOST_QUANTUM_BYTES = 64 * 1024;

export class Bbr1 implements CongestionControl {
  readonly name = 'bbr1';
  readonly ssthresh: number = Number.POSITIVE_INFINITY;
  readonly ownsRecovery = true;
  cwnd: number;
  pacingRate: number;
  sendQuantum: number;
  isHoldingBack: boolean;
  path: PathModel;
  state: Bbr1State;
  pacingGain: number;
  cwndGain: number;
  private smss: number;
  private initialWindow: number;
  private random: () => Random;
  private nowNs: number;
  private cycleIndex: number;
  private cycleStampNs: number;
  /** 0 while the pipe is still to be drained. */
  private probeRttDoneStampNs: number;
  private isProbeRttRoundDone: boolean;
  private isIdleRestart: boolean;
  /** Losses are being repaired; it is the first round trip of that; and the window of before. */
  private isInLossRecovery: boolean;
  private isConserving: boolean;
  private isRecoveryNew: boolean;
  private priorCwnd: number;

  constructor() {
    this.cwnd = 0;
    this.pacingRate = 0;
    this.sendQuantum = 0;
    this.isHoldingBack = false;
    this.path = new PathModel(0, 0);
    this.state = 'startup';
    this.pacingGain = HIGH_GAIN;
    this.cwndGain = HIGH_GAIN;
    this.smss = 0;
    this.initialWindow = 0;
    this.random = () => ({ next: () => 0 });
    this.nowNs = 0;
    this.cycleIndex = 0;
    this.cycleStampNs = 0;
    this.probeRttDoneStampNs = 0;
    this.isProbeRttRoundDone = false;
    this.isIdleRestart = false;
    this.isInLossRecovery = false;
    this.isConserving = false;
    this.isRecoveryNew = false;
    this.priorCwnd = 0;
  }

  /** `BBRInit` of §4.3.1. */
  start(start: ControllerStart): void {
    this.smss = start.smss;
    this.initialWindow = start.initialWindow;
    this.cwnd = start.initialWindow;
    this.random = start.random;
    this.path = new PathModel(start.srttNs, start.nowNs);
    this.pacingRate = (HIGH_GAIN * start.initialWindow * SECOND) / (start.srttNs > 0 ? start.srttNs : MILLISECOND);
    this.setSendQuantum();
  }

  resize(smss: number): void {
    this.smss = smss;
    this.cwnd = Math.max(this.cwnd, this.minPipeCwnd);
  }

  /** `BBRUpdateOnACK` of §3.5.2. */
  measured(event: AckEvent): void {
    const { path } = this;
    this.nowNs = event.nowNs;
    path.updateBandwidth(event);
    this.followRecovery(event);
    if (this.state === 'probe-bw' && this.isNextCyclePhase(event)) this.advanceCyclePhase();
    path.checkFullPipe(event);
    this.checkDrain(event);
    path.updateRoundTrip(event);
    this.checkProbeRtt(event);
    this.setPacingRate(this.pacingGain);
    this.setSendQuantum();
    this.setCwnd(event);
  }

  acknowledged(): void {}

  /** §4.2.3.4: upon entering fast recovery; `measured` sets the window, since it knows what is in flight. */
  congestion(_flightSize: number, cause: CongestionCause): void {
    if (cause === 'ecn') return;
    this.saveCwnd();
    this.isInLossRecovery = true;
    this.isConserving = true;
    this.isRecoveryNew = true;
  }

  timeout(): void {
    this.saveCwnd();
    this.isInLossRecovery = true;
    this.isConserving = false;
    this.isRecoveryNew = false;
    this.cwnd = this.smss;
  }

  recovered(): void {}

  undo(): void {
    this.isConserving = false;
    this.isRecoveryNew = false;
    this.restoreCwnd();
  }

  idle(): void {}

  /** `BBRHandleRestartFromIdle` of §4.3.4.4. */
  resumed(): void {
    this.isIdleRestart = true;
    if (this.state === 'probe-bw') this.setPacingRate(1);
  }

  info(): ControllerInfo {
    const { state: phase, path, pacingGain, cwndGain } = this;
    return {
      kind: 'bbr1',
      phase,
      bandwidth: path.btlBw.value,
      minimumRttNs: path.rtpropNs,
      pacingGain,
      cwndGain,
    };
  }

  // ---- §4.3 State machine ----

  /** `BBRCheckDrain` of §4.3.3. */
  private checkDrain(event: AckEvent): void {
    if (this.state === 'startup' && this.path.isPipeFilled) {
      this.state = 'drain';
      this.pacingGain = 1 / HIGH_GAIN;
      this.cwndGain = HIGH_GAIN;
    }
    if (this.state === 'drain' && event.pipe <= this.inflight(1)) this.enterProbeBw();
  }

  /** `BBREnterProbeBW` of §4.3.4.3. */
  private enterProbeBw(): void {
    this.state = 'probe-bw';
    this.cwndGain = PROBE_BW_CWND_GAIN;
    this.cycleIndex = CYCLE.length - 1 - below(this.random(), CYCLE_STARTS);
    this.advanceCyclePhase();
  }

  private advanceCyclePhase(): void {
    this.cycleStampNs = this.nowNs;
    this.cycleIndex = (this.cycleIndex + 1) % CYCLE.length;
    this.pacingGain = CYCLE[this.cycleIndex]!;
  }

  /** `BBRIsNextCyclePhase`. */
  private isNextCyclePhase(event: AckEvent): boolean {
    const isFullLength = this.nowNs - this.cycleStampNs > this.path.rtpropNs;
    if (this.pacingGain === 1) return isFullLength;
    if (this.pacingGain < 1) return isFullLength || event.priorPipe <= this.inflight(1);
    return isFullLength && (event.lostBytes > 0 || event.priorPipe >= this.inflight(this.pacingGain));
  }

  /** `BBRCheckProbeRTT` of §4.3.5. */
  private checkProbeRtt(event: AckEvent): void {
    if (this.state !== 'probe-rtt' && this.path.isRtpropExpired && !this.isIdleRestart) {
      this.saveCwnd();
      this.state = 'probe-rtt';
      this.pacingGain = 1;
      this.cwndGain = 1;
      this.probeRttDoneStampNs = 0;
    }
    this.isHoldingBack = this.state === 'probe-rtt';
    if (this.isHoldingBack) this.handleProbeRtt(event);
    if (event.deliveredBytes > 0) this.isIdleRestart = false;
  }

  /** `BBRHandleProbeRTT`: for 200 ms and a round trip, from when four segments are in flight. */
  private handleProbeRtt(event: AckEvent): void {
    const { path } = this;
    if (this.probeRttDoneStampNs === 0) {
      if (event.pipe > this.minPipeCwnd) return;
      this.probeRttDoneStampNs = this.nowNs + PROBE_RTT_DURATION_NS;
      this.isProbeRttRoundDone = false;
      path.rounds.restart(event.delivered);
      return;
    }
    if (path.rounds.isStart) this.isProbeRttRoundDone = true;
    if (!this.isProbeRttRoundDone || this.nowNs <= this.probeRttDoneStampNs) return;
    path.rtpropStampNs = this.nowNs;
    this.restoreCwnd();
    if (path.isPipeFilled) {
      this.enterProbeBw();
      return;
    }
    this.state = 'startup';
    this.pacingGain = HIGH_GAIN;
    this.cwndGain = HIGH_GAIN;
  }

  // ---- §4.2 Control parameters ----

  /** `BBRSetPacingRateWithGain` of §4.2.1: before the pipe has been full it only rises. */
  private setPacingRate(gain: number): void {
    const rate = gain * this.path.btlBw.value;
    if (rate > 0 && (this.path.isPipeFilled || rate > this.pacingRate)) this.pacingRate = rate;
  }

  /** `BBRSetSendQuantum` of §4.2.2. */
  private setSendQuantum(): void {
    const { pacingRate, smss } = this;
    if (pacingRate < SLOW_RATE) this.sendQuantum = smss;
    else if (pacingRate < MODERATE_RATE) this.sendQuantum = 2 * smss;
    else this.sendQuantum = Math.min((pacingRate * MILLISECOND) / SECOND, MOST_QUANTUM_BYTES);
  }

  /** `BBRSetCwnd` of §4.2.3.6. */
  private setCwnd(event: AckEvent): void {
    const target = this.inflight(this.cwndGain);
    this.modulateForRecovery(event);
    if (!this.isConserving) {
      if (this.path.isPipeFilled) {
        this.cwnd = Math.min(this.cwnd + event.deliveredBytes, target);
      } else if (this.cwnd < target || event.delivered < this.initialWindow) {
        this.cwnd += event.deliveredBytes;
      }
      this.cwnd = Math.max(this.cwnd, this.minPipeCwnd);
    }
    if (this.state === 'probe-rtt') this.cwnd = Math.min(this.cwnd, this.minPipeCwnd);
    this.cwnd = Math.floor(this.cwnd);
  }

  /** `BBRModulateCwndForRecovery` of §4.2.3.4. */
  private modulateForRecovery(event: AckEvent): void {
    if (!this.isInLossRecovery) return;
    if (event.lostBytes > 0) this.cwnd = Math.max(this.cwnd - event.lostBytes, this.smss);
    if (this.isConserving) this.cwnd = Math.max(this.cwnd, event.pipe + event.deliveredBytes);
  }

  /** Enters, follows and leaves the recovery that the connection is in. */
  private followRecovery(event: AckEvent): void {
    if (this.isRecoveryNew) {
      // What has arrived may be replaced, and one segment at least.
      this.isRecoveryNew = false;
      this.cwnd = event.pipe + Math.max(event.deliveredBytes, this.smss);
      this.path.rounds.restart(event.delivered);
    } else if (this.isConserving && this.path.rounds.isStart) {
      this.isConserving = false;
    }
    if (!this.isInLossRecovery || event.repairing) return;
    this.isInLossRecovery = false;
    this.isConserving = false;
    this.restoreCwnd();
  }

  /** `BBRInflight` of §4.2.3.2. */
  private inflight(gain: number): number {
    const { bdp } = this.path;
    return bdp < 0 ? this.initialWindow : gain * bdp;
  }

  /** `BBRMinPipeCwnd` of §4.2.3.3. */
  private get minPipeCwnd(): number {
    return MINIMUM_PIPE_SEGMENTS * this.smss;
  }

  /** `BBRSaveCwnd` and `BBRRestoreCwnd`: the last window that neither loss nor a probe has cut. */
  private saveCwnd(): void {
    const isCut = this.isInLossRecovery || this.state === 'probe-rtt';
    this.priorCwnd = isCut ? Math.max(this.priorCwnd, this.cwnd) : this.cwnd;
  }

  private restoreCwnd(): void {
    this.cwnd = Math.max(this.cwnd, this.priorCwnd);
  }
}
