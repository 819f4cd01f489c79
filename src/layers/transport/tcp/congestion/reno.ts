/**
 * Reno: slow start and congestion avoidance of RFC 5681 §3.1, growing by the bytes acknowledged (its equation 2, and
 * the counting of RFC 3465 §2.1 in congestion avoidance), so that delayed ACKs do not slow it down.
 */
import type { AckEvent } from './ack-event.ts';
import type { CongestionControl, ControllerStart } from './congestion-control.ts';

export class Reno implements CongestionControl {
  readonly name = 'reno';
  cwnd: number;
  ssthresh: number;
  readonly pacingRate = 0;
  readonly ownsRecovery = false;
  private smss: number;
  /** Bytes acknowledged since the window last grew. */
  private counted: number;
  /** Both windows before the last reduction. */
  private priorCwnd: number;
  private priorSsthresh: number;

  constructor() {
    this.cwnd = 0;
    this.ssthresh = Number.POSITIVE_INFINITY; // RFC 5681 §3.1: "arbitrarily high"
    this.smss = 0;
    this.counted = 0;
    this.priorCwnd = 0;
    this.priorSsthresh = 0;
  }

  start(start: ControllerStart): void {
    this.smss = start.smss;
    this.cwnd = start.initialWindow;
  }

  resize(smss: number): void {
    this.smss = smss;
    this.cwnd = Math.max(this.cwnd, smss);
  }

  measured(): void {}

  acknowledged(event: AckEvent): void {
    // RFC 7661 §4: a window that is not used says nothing about the path.
    if (!event.windowLimited) return;
    if (this.cwnd < this.ssthresh) {
      this.cwnd += Math.min(event.ackedBytes, this.smss); // RFC 5681 §3.1 equation 2
      return;
    }
    this.counted += event.ackedBytes;
    if (this.counted >= this.cwnd) {
      this.counted -= this.cwnd;
      this.cwnd += this.smss; // RFC 5681 §3.1: one SMSS per round trip
    }
  }

  congestion(flightSize: number): void {
    this.remember();
    this.ssthresh = this.halved(flightSize);
    this.cwnd = this.ssthresh;
    this.counted = 0;
  }

  timeout(flightSize: number, first: boolean): void {
    // RFC 5681 §3.1: held constant when the same segment is retransmitted by the timer once more.
    if (first) {
      this.remember();
      this.ssthresh = this.halved(flightSize);
    }
    this.cwnd = this.smss; // the loss window
    this.counted = 0;
  }

  recovered(flightSize: number): void {
    // RFC 6582 §3.2 step 3, option 1: no burst when little is left in the network.
    this.cwnd = Math.min(this.ssthresh, Math.max(flightSize, this.smss) + this.smss);
  }

  undo(): void {
    this.cwnd = Math.max(this.cwnd, this.priorCwnd);
    this.ssthresh = Math.max(this.ssthresh, this.priorSsthresh);
  }

  idle(restartWindow: number): void {
    this.cwnd = Math.min(this.cwnd, restartWindow);
  }

  private remember(): void {
    this.priorCwnd = this.cwnd;
    this.priorSsthresh = this.ssthresh;
  }

  /** RFC 5681 equation 4. */
  private halved(flightSize: number): number {
    return Math.max(Math.floor(flightSize / 2), 2 * this.smss);
  }
}
