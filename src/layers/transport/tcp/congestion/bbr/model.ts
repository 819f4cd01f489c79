/**
 * What BBR knows of the path and of itself, as data: draft-ietf-ccwg-bbr-06 §2, under the draft's names. What is done
 * with it is in the other files here. Rates are in bytes per second, times in nanoseconds, volumes in bytes.
 */
import { MILLISECOND, SECOND } from '../../../../clock.ts';
import type { Random } from '../../../../random.ts';
import { sendQuantum } from '../../rate/departures.ts';
import type { TcpSettings } from '../../settings.ts';
import type { ControllerStart } from '../congestion-control.ts';
import { RoundTrips } from '../round-trips.ts';
import { WindowedMaximum } from '../windowed-maximum.ts';
import { type AckPhase, GAINS, type Phase } from './phases.ts';

/** §2.8: the loss of a round trip that a probe may cost, the decrease on loss, and what is left free for others. */
export const LOSS_THRESHOLD = 0.02;
export const BETA = 0.7;
/** §2.5 `PacingMarginPercent`. */
export const PACING_MARGIN = 0.01;
export const HEADROOM = 0.15;
const MINIMUM_PIPE_SEGMENTS = 4;
/** §2.11, in probing cycles; §2.12, in round trips. */
const MAXIMUM_BANDWIDTH_CYCLES = 2;
const EXTRA_ACKED_ROUNDS = 10;

export class Model {
  // Output (§2.4) and what comes with the connection (§2.2).
  cwnd: number;
  pacingRate: number;
  sendQuantum: number;
  smss: number;
  readonly initialWindow: number;
  readonly hasSelectiveAcks: boolean;
  readonly settings: TcpSettings;
  private readonly makeRandom: () => Random;
  private stream: Random | undefined;
  /** The time and C.delivered of the last event. */
  nowNs: number;
  delivered: number;
  /** C.is_cwnd_limited: the window was full in this round trip, or in the last one. */
  isCwndLimited: boolean;
  isCwndLimitedNow: boolean;

  // General (§2.7).
  phase: Phase;
  readonly rounds: RoundTrips;
  isIdleRestart: boolean;
  /** The rate samples of what is in flight tell nothing: ProbeRTT keeps it low (§5.3.4.3). */
  isHoldingBack: boolean;
  drainStartRound: number;
  /** Losses are being repaired, by fast recovery or after a timeout; and the window of before (§5.6.4.4). */
  isInLossRecovery: boolean;
  priorCwnd: number;

  // The path (§2.9).
  readonly bandwidths: WindowedMaximum;
  cycleCount: number;
  bw: number;
  bwShortterm: number;
  minRttNs: number;
  inflightLongterm: number;
  inflightShortterm: number;

  // The answer to congestion (§2.10, §2.14).
  bwLatest: number;
  /** The smallest gain of pacing in this round trip of the losses, and in the one before it. */
  paceInRound: number;
  paceBefore: number;
  inflightLatest: number;
  isLossInRound: boolean;
  lossRoundDelivered: number;
  isLossRoundStart: boolean;
  /** Runs of consecutive octets lost in this round trip, and where the last one ends (§5.3.1.3). */
  lossRangesInRound: number;
  lastLossEnd: number;

  // Aggregation (§2.12).
  readonly extraAcked: WindowedMaximum;
  extraAckedStartNs: number;
  extraAckedDelivered: number;

  // Full pipe (§2.13).
  isFullBwReached: boolean;
  isFullBwNow: boolean;
  fullBw: number;
  fullBwCount: number;

  // Probing for bandwidth (§2.14).
  ackPhase: AckPhase;
  isBwProbeSample: boolean;
  bwProbeUpAcked: number;
  probeUpAckedPerIncrease: number;
  bwProbeUpRounds: number;
  /** The round count from which `rounds_since_probe_up` counts. */
  probeUpRound: number;
  bwProbeWaitNs: number;
  cycleStampNs: number;
  isPrevProbeTooHigh: boolean;
  isPrevProbePrecautionary: boolean;

  // Undo (§2.15), and whether it holds the values of before the losses that are being repaired.
  isStateSaved: boolean;
  undoPhase: Phase | undefined;
  undoBwShortterm: number;
  undoInflightShortterm: number;
  undoInflightLongterm: number;

  // Probing for the round trip (§2.16).
  minRttStampNs: number;
  probeRttMinDelayNs: number;
  probeRttMinStampNs: number;
  isProbeRttExpired: boolean;
  /** 0 while the pipe is still to be drained. */
  probeRttDoneStampNs: number;
  isProbeRttRoundDone: boolean;

  /** `OnInit` of §5.2.1. */
  constructor(start: ControllerStart) {
    const { nowNs, srttNs, smss, initialWindow } = start;
    const nominalBandwidth = (initialWindow * SECOND) / (srttNs > 0 ? srttNs : MILLISECOND);
    this.cwnd = initialWindow;
    this.pacingRate = GAINS.startup.pacing * nominalBandwidth; // §5.6.2 `InitPacingRate`
    this.sendQuantum = sendQuantum(this.pacingRate, smss);
    this.smss = smss;
    this.initialWindow = initialWindow;
    this.hasSelectiveAcks = start.selectiveAcks !== false;
    this.settings = start.settings;
    this.makeRandom = start.random;
    this.stream = undefined;
    this.nowNs = nowNs;
    this.delivered = 0;
    this.isCwndLimited = false;
    this.isCwndLimitedNow = false;
    this.phase = 'startup';
    this.rounds = new RoundTrips();
    this.isIdleRestart = false;
    this.isHoldingBack = false;
    this.drainStartRound = 0;
    this.isInLossRecovery = false;
    this.priorCwnd = 0;
    this.bandwidths = new WindowedMaximum(MAXIMUM_BANDWIDTH_CYCLES);
    this.cycleCount = 0;
    this.bw = 0;
    this.bwShortterm = Number.POSITIVE_INFINITY;
    this.minRttNs = srttNs > 0 ? srttNs : Number.POSITIVE_INFINITY;
    this.inflightLongterm = Number.POSITIVE_INFINITY;
    this.inflightShortterm = Number.POSITIVE_INFINITY;
    this.bwLatest = 0;
    this.paceInRound = 1;
    this.paceBefore = 1;
    this.inflightLatest = 0;
    this.isLossInRound = false;
    this.lossRoundDelivered = 0;
    this.isLossRoundStart = false;
    this.lossRangesInRound = 0;
    this.lastLossEnd = 0;
    this.extraAcked = new WindowedMaximum(EXTRA_ACKED_ROUNDS);
    this.extraAckedStartNs = nowNs;
    this.extraAckedDelivered = 0;
    this.isFullBwReached = false;
    this.isFullBwNow = false;
    this.fullBw = 0;
    this.fullBwCount = 0;
    this.ackPhase = 'init';
    this.isBwProbeSample = false;
    this.bwProbeUpAcked = 0;
    this.probeUpAckedPerIncrease = Number.POSITIVE_INFINITY;
    this.bwProbeUpRounds = 0;
    this.probeUpRound = 0;
    this.bwProbeWaitNs = 0;
    this.cycleStampNs = 0;
    this.isPrevProbeTooHigh = false;
    this.isPrevProbePrecautionary = false;
    this.isStateSaved = false;
    this.undoPhase = undefined;
    this.undoBwShortterm = 0;
    this.undoInflightShortterm = 0;
    this.undoInflightLongterm = 0;
    this.minRttStampNs = nowNs;
    this.probeRttMinDelayNs = this.minRttNs;
    this.probeRttMinStampNs = nowNs;
    this.isProbeRttExpired = false;
    this.probeRttDoneStampNs = 0;
    this.isProbeRttRoundDone = false;
  }

  /** §2.9.1 `max_bw`. */
  get maxBw(): number {
    return this.bandwidths.value;
  }

  /** §2.8 `MinPipeCwnd`. */
  get minPipeCwnd(): number {
    return MINIMUM_PIPE_SEGMENTS * this.smss;
  }

  /** Made when the first die is cast: most connections are over before. */
  get random(): Random {
    this.stream ??= this.makeRandom();
    return this.stream;
  }
}

/** `BDPMultiple` of §5.6.4.2 for a bandwidth. */
export const bdpMultiple = (model: Model, bw: number, gain: number): number =>
  model.minRttNs === Number.POSITIVE_INFINITY ? model.initialWindow : (gain * bw * model.minRttNs) / SECOND;

/** `TargetInflight` of §5.3.3.8.3: the bandwidth-delay product, unless congestion has cut the window. */
export const targetInflight = (model: Model): number => Math.min(bdpMultiple(model, model.bw, 1), model.cwnd);

/** `Inflight` of §5.6.4.2. */
export const inflight = (model: Model, bw: number, gain: number): number =>
  quantizationBudget(model, bdpMultiple(model, bw, gain));

/** `QuantizationBudget` of §5.6.4.2, with the budget for offloading of §5.5.8.1. */
export function quantizationBudget(model: Model, cap: number): number {
  const most = Math.max(cap, 3 * model.sendQuantum, model.minPipeCwnd);
  return model.phase === 'up' ? most + 2 * model.smss : most;
}

/** `SaveCwnd` and `RestoreCwnd` of §5.6.4.4: the last window that neither loss nor a probe has cut. */
export function saveCwnd(model: Model): void {
  const isCut = model.isInLossRecovery || model.phase === 'probe-rtt';
  model.priorCwnd = isCut ? Math.max(model.priorCwnd, model.cwnd) : model.cwnd;
}

export function restoreCwnd(model: Model): void {
  model.cwnd = Math.max(model.cwnd, model.priorCwnd);
}
