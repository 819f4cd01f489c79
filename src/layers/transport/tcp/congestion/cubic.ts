/**
 * CUBIC: RFC 9438. Away from congestion the window follows a cubic function of time, flat where it last met congestion,
 * and nowhere below what Reno would have. Windows are in bytes: the RFC's constant C, in segments, is multiplied by SMSS.
 *
 * Growth counts bytes acknowledged as §4.3 does, in the cubic regions too: "for each received new ACK" is meant for one
 * ACK per segment, and with every second one the window would only go half the way to its target. With
 * `appropriateByteCounting` off it is to the letter.
 */
import { SECOND } from '../../../clock.ts';
import type { TcpSettings } from '../settings.ts';
import type { AckEvent } from './ack-event.ts';
import type { CongestionCause } from './congestion-control.ts';
import { cubeRoot } from './cube-root.ts';
import { Reno } from './reno.ts';

/** RFC 9438 §5.1: C, in segments per second cubed. */
const SCALING = 0.4;
/** RFC 9438 §4.6: beta, in tenths; §4.3: the additive factor that goes with it. */
const KEPT_TENTHS = 7;
/** RFC 8511: beta_ecn of CUBIC, 0.85. */
const MILD_HUNDREDTHS = 85;
const ADDITIVE = (3 * (1 - KEPT_TENTHS / 10)) / (1 + KEPT_TENTHS / 10);

/** The variables of RFC 9438 §4.1.2 that §4.9 saves: windows in bytes, K in seconds, times in nanoseconds. */
class CubicState {
  wMax: number;
  k: number;
  /** When congestion avoidance began; -1 while it has not. */
  epochNs: number;
  wEst: number;
  cwndPrior: number;

  constructor() {
    this.wMax = 0;
    this.k = 0;
    this.epochNs = -1;
    this.wEst = 0;
    this.cwndPrior = 0;
  }

  copy(from: CubicState): void {
    this.wMax = from.wMax;
    this.k = from.k;
    this.epochNs = from.epochNs;
    this.wEst = from.wEst;
    this.cwndPrior = from.cwndPrior;
  }
}

export class Cubic extends Reno {
  override readonly name: string = 'cubic';
  /** For those who study it. */
  readonly state: CubicState;
  private readonly saved: CubicState;
  /** When the window was last looked at in congestion avoidance. */
  private lastNs: number;
  /** What the window has grown by beyond whole octets. */
  private fraction: number;

  constructor() {
    super();
    this.state = new CubicState();
    this.saved = new CubicState();
    this.lastNs = 0;
    this.fraction = 0;
  }

  override resize(smss: number): void {
    const ratio = Math.min(1, smss / this.smss);
    for (const state of [this.state, this.saved]) {
      state.wMax *= ratio;
      state.wEst *= ratio;
      state.cwndPrior *= ratio;
    }
    super.resize(smss);
  }

  override congestion(flightSize: number, cause: CongestionCause): void {
    const { state, cwnd } = this;
    super.congestion(flightSize, cause);
    // RFC 9438 §4.7: below the last saturation point, somebody else has come: give up more.
    const converging = this.settings?.cubicFastConvergence === true && cwnd < state.wMax;
    state.wMax = converging ? (cwnd * (10 + KEPT_TENTHS)) / 20 : cwnd;
    state.cwndPrior = cwnd;
    state.epochNs = -1;
  }

  override timeout(flightSize: number, first: boolean): void {
    const { state, cwnd } = this;
    super.timeout(flightSize, first);
    if (first) state.cwndPrior = cwnd;
    // RFC 9438 §4.8: congestion avoidance begins with K = 0 and W_max = cwnd, as after a slow start without loss.
    state.wMax = 0;
  }

  override undo(): void {
    // RFC 9438 §4.9.2: not if the window is beyond where it was already.
    if (this.cwnd >= this.state.cwndPrior) return;
    super.undo();
    this.state.copy(this.saved);
  }

  protected override remember(): void {
    super.remember();
    this.saved.copy(this.state);
  }

  /** RFC 9438 §4.10: "CUBIC SHOULD use the HyStart++ slow start algorithm". */
  protected override usesHyStart(settings: TcpSettings): boolean {
    return settings.hystart !== 'none';
  }

  /** RFC 9438 §4.6. */
  protected override reduced(flightSize: number, cause: CongestionCause): number {
    if (this.backsOffLess(cause)) return Math.floor((flightSize * MILD_HUNDREDTHS) / 100);
    return Math.floor((flightSize * KEPT_TENTHS) / 10);
  }

  protected override slowly(event: AckEvent): void {
    this.state.epochNs = -1;
    super.slowly(event);
  }

  protected override avoid(event: AckEvent): void {
    const { state, smss, cwnd, settings } = this;
    if (state.epochNs < 0) this.beginEpoch(event.nowNs);
    this.leaveOutUnused(event);
    if (!event.windowLimited) return;
    const sinceEpoch = (event.nowNs - state.epochNs) / SECOND;
    const acked = Math.min(event.ackedBytes, cwnd);
    // RFC 9438 §4.3 equation 4, and alpha = 1 once W_est has reached where the window was.
    state.wEst += ((state.wEst < state.cwndPrior ? ADDITIVE : 1) * smss * acked) / cwnd;
    if (settings?.cubicRenoFriendly === true && this.windowAt(sinceEpoch) < state.wEst) {
      this.setWindow(Math.max(state.wEst, cwnd + this.fraction));
      return;
    }
    // RFC 9438 §4.2: the target after the next round trip, §4.4 and §4.5: what of the way to go with this ACK.
    const wanted = this.windowAt(sinceEpoch + event.srttNs / SECOND);
    const target = Math.min(Math.max(wanted, cwnd), 1.5 * cwnd);
    const step = settings?.appropriateByteCounting === false ? smss : acked;
    this.setWindow(cwnd + this.fraction + ((target - cwnd) * step) / cwnd);
  }

  /** Congestion avoidance begins: RFC 9438 §4.2 equation 2. */
  private beginEpoch(nowNs: number): void {
    const { state, cwnd, smss } = this;
    state.epochNs = nowNs;
    this.lastNs = nowNs;
    this.fraction = 0;
    state.wEst = cwnd;
    if (state.cwndPrior === 0) state.cwndPrior = cwnd; // §4.10: the first slow start ended without a loss
    if (state.wMax > cwnd) {
      state.k = cubeRoot((state.wMax - cwnd) / (SCALING * smss));
    } else {
      state.k = 0;
      state.wMax = cwnd;
    }
  }

  /**
   * RFC 9438 §4.2: t "MUST NOT include periods during which cwnd has not been updated due to application-limited
   * behavior". An acknowledgment comes within a round trip of the one before, or nothing was sent for as long as it is late.
   */
  private leaveOutUnused(event: AckEvent): void {
    const passed = event.nowNs - this.lastNs;
    const roundTrip = Math.ceil(Math.max(event.srttNs, event.rttNs));
    this.lastNs = event.nowNs;
    if (!event.windowLimited) this.state.epochNs += passed;
    else if (passed > roundTrip) this.state.epochNs += passed - roundTrip;
  }

  /** RFC 9438 §4.2 equation 1. */
  private windowAt(seconds: number): number {
    const { wMax, k } = this.state;
    const distance = seconds - k;
    return SCALING * this.smss * distance * distance * distance + wMax;
  }

  private setWindow(window: number): void {
    this.cwnd = Math.floor(window);
    this.fraction = window - this.cwnd;
  }
}
