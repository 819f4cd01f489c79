/**
 * Reno: slow start and congestion avoidance of RFC 5681 §3.1, which counts the bytes acknowledged (RFC 3465 §2.1), so
 * that delayed ACKs do not slow it down, or the acknowledgments (its equation 3). The other controllers that react to
 * losses are variations of it.
 */
import type { TcpSettings } from '../settings.ts';
import type { AckEvent } from './ack-event.ts';
import type { CongestionCause, CongestionControl, ControllerStart } from './congestion-control.ts';
import { SlowStart } from './slow-start.ts';

/** RFC 8511 §3.1: beta_ecn of Reno, 0.8. */
const MILD_TENTHS = 8;

export class Reno implements CongestionControl {
  readonly name: string = 'reno';
  cwnd: number;
  ssthresh: number;
  readonly pacingRate: number = 0;
  readonly ownsRecovery: boolean = false;
  protected smss: number;
  protected settings: TcpSettings | undefined;
  private slowStart: SlowStart | undefined;
  /** Bytes acknowledged since the window last grew. */
  private counted: number;
  /** Both windows before the last reduction, and whether it was the first. */
  private priorCwnd: number;
  private priorSsthresh: number;
  private wasFirst: boolean;

  constructor() {
    this.cwnd = 0;
    this.ssthresh = Number.POSITIVE_INFINITY; // RFC 5681 §3.1: "arbitrarily high"
    this.smss = 0;
    this.settings = undefined;
    this.slowStart = undefined;
    this.counted = 0;
    this.priorCwnd = 0;
    this.priorSsthresh = Number.POSITIVE_INFINITY;
    this.wasFirst = false;
  }

  start(start: ControllerStart): void {
    this.smss = start.smss;
    this.cwnd = start.initialWindow;
    this.settings = start.settings;
    this.slowStart = new SlowStart(start.settings, this.usesHyStart(start.settings));
  }

  resize(smss: number): void {
    // RFC 5681 §3.1: smaller segments, a smaller window, or they would go out in a burst. RFC 8899 §3: larger ones do
    // not enlarge it. ssthresh follows, so that it stays in the phase in which it is.
    if (smss < this.smss) {
      this.cwnd = Math.floor((this.cwnd * smss) / this.smss);
      this.ssthresh = Math.max(Math.floor((this.ssthresh * smss) / this.smss), 2 * smss);
    }
    this.smss = smss;
    this.cwnd = Math.max(this.cwnd, smss);
  }

  measured(_event: AckEvent): void {}

  acknowledged(event: AckEvent): void {
    if (this.cwnd < this.ssthresh) this.slowly(event);
    else this.avoid(event);
  }

  congestion(flightSize: number, cause: CongestionCause): void {
    const { smss } = this;
    this.remember();
    const before = this.cwnd;
    const window = this.reduced(flightSize, cause);
    this.ssthresh = Math.max(window, 2 * smss);
    // RFC 3168 §6.1.2: for a mark, "the value of the congestion window is bounded below by a value of one MSS".
    this.cwnd = cause === 'ecn' ? Math.min(this.cwnd, Math.max(window, smss)) : this.ssthresh;
    // RFC 3465 §2.1 does not begin to count anew: as large a part of the way to the next segment is gone.
    this.counted = Math.floor((this.counted * this.cwnd) / before);
    this.slowStart?.ended(false);
  }

  timeout(flightSize: number, first: boolean): void {
    // RFC 5681 §3.1: held constant when the same segment is retransmitted by the timer once more.
    if (first) {
      this.remember();
      this.ssthresh = Math.max(this.reduced(flightSize, 'loss'), 2 * this.smss);
    }
    this.cwnd = this.smss; // the loss window
    this.counted = 0;
    this.slowStart?.ended(true);
  }

  recovered(flightSize: number): void {
    // RFC 6582 §3.2 step 3, option 1: no burst when little is left in the network.
    this.cwnd = Math.min(this.ssthresh, Math.max(flightSize, this.smss) + this.smss);
  }

  undo(): void {
    this.cwnd = Math.max(this.cwnd, this.priorCwnd);
    this.ssthresh = this.priorSsthresh;
    this.slowStart?.restore(this.wasFirst);
  }

  idle(restartWindow: number): void {
    this.cwnd = Math.min(this.cwnd, restartWindow);
  }

  lower(cwnd: number, ssthresh: number): void {
    this.cwnd = Math.min(this.cwnd, Math.max(cwnd, this.smss));
    this.ssthresh = Math.max(ssthresh, this.smss);
  }

  /** Whether the first slow start is HyStart++. */
  protected usesHyStart(settings: TcpSettings): boolean {
    return settings.hystart === 'all';
  }

  /** What congestion makes of the window: FlightSize / 2 in RFC 5681 equation 4. */
  protected reduced(flightSize: number, cause: CongestionCause): number {
    return this.backsOffLess(cause) ? Math.floor((flightSize * MILD_TENTHS) / 10) : Math.floor(flightSize / 2);
  }

  /** RFC 8511: for a mark in congestion avoidance, not in slow start. */
  protected backsOffLess(cause: CongestionCause): boolean {
    return cause === 'ecn' && this.settings?.alternativeBackoff === true && this.cwnd >= this.ssthresh;
  }

  /** cwnd < ssthresh. */
  protected slowly(event: AckEvent): void {
    const { slowStart } = this;
    if (slowStart === undefined) return;
    const increase = slowStart.increase(event, this.smss);
    // An acknowledgment that counts for several segments makes it no larger than ssthresh; one for one may, by a part.
    const most = Math.max(this.ssthresh - this.cwnd, this.smss);
    if (event.windowLimited) this.cwnd += Math.min(increase, most);
    if (!slowStart.isOver) return;
    this.ssthresh = this.cwnd; // RFC 9406 §4.2
    slowStart.ended(false);
  }

  /** cwnd >= ssthresh: one SMSS per round trip. */
  protected avoid(event: AckEvent): void {
    const { cwnd, smss } = this;
    if (!event.windowLimited) return;
    if (this.settings?.appropriateByteCounting === false) {
      this.cwnd += Math.max(1, Math.floor((smss * smss) / cwnd)); // RFC 5681 §3.1 equation 3
      return;
    }
    this.counted += event.ackedBytes;
    if (this.counted < cwnd) return;
    this.counted -= cwnd;
    this.cwnd += smss;
  }

  protected remember(): void {
    this.priorCwnd = this.cwnd;
    this.priorSsthresh = this.ssthresh;
    this.wasFirst = this.slowStart?.isFirst ?? true;
  }
}
