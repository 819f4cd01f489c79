/**
 * Vegas (Brakmo, Peterson: "TCP Vegas: end to end congestion avoidance on a global Internet", 1995): compares the rate that
 * the window would give on an empty path with the one that it gives. The difference, times the shortest round trip, is
 * how much of its own lies in the queue; once a round trip the window moves by a segment to keep that between alpha and
 * beta. Losses are Reno's. Left out: Vegas' own retransmission rule (§3.1), which is loss detection's business.
 */
import { greaterOrEqual } from '../sequence.ts';
import type { AckEvent } from './ack-event.ts';
import type { ControllerInfo } from './controller-info.ts';
import { Reno } from './reno.ts';

/** With fewer samples a round trip, a delayed ACK could look like a queue: then it is Reno for that round. */
const SAMPLES_NEEDED = 3;

export class Vegas extends Reno {
  override readonly name: string = 'vegas';
  private hasRound: boolean;
  private roundEnd: number;
  /** BaseRTT, and the shortest round trip of this round: of segments whose acknowledgment did not wait for another. */
  private baseRttNs: number;
  private roundRttNs: number;
  private samples: number;
  private wasLimited: boolean;
  /** Slow start grows in every second round only (§3.3), so that in the others the comparison is with what was sent. */
  private growing: boolean;

  constructor() {
    super();
    this.hasRound = false;
    this.roundEnd = 0;
    this.baseRttNs = Number.POSITIVE_INFINITY;
    this.roundRttNs = Number.POSITIVE_INFINITY;
    this.samples = 0;
    this.wasLimited = false;
    this.growing = true;
  }

  override acknowledged(event: AckEvent): void {
    if (!this.hasRound) this.beginRound(event);
    if (event.latestRttNs >= 0) {
      this.baseRttNs = Math.min(this.baseRttNs, event.latestRttNs);
      this.roundRttNs = Math.min(this.roundRttNs, event.latestRttNs);
      this.samples++;
    }
    if (event.windowLimited) this.wasLimited = true;
    if (this.growing && this.cwnd < this.ssthresh) this.slowly(event);
    if (greaterOrEqual(event.sndUna, this.roundEnd)) this.endRound(event);
  }

  info(): ControllerInfo {
    return { kind: 'vegas', samples: this.samples, roundRttNs: this.roundRttNs, minimumRttNs: this.baseRttNs };
  }

  protected override remember(): void {
    super.remember();
    this.hasRound = false;
  }

  private endRound(event: AckEvent): void {
    if (this.wasLimited) {
      if (this.samples >= SAMPLES_NEEDED) this.adjust();
      else if (this.cwnd >= this.ssthresh) this.cwnd += this.smss;
    }
    this.growing = !this.growing;
    this.beginRound(event);
  }

  /** §3.2 and §3.3. */
  private adjust(): void {
    const { cwnd, smss, settings } = this;
    if (settings === undefined) return;
    const target = (cwnd * this.baseRttNs) / this.roundRttNs;
    const queuedSegments = (cwnd - target) / smss;
    if (cwnd < this.ssthresh) {
      if (queuedSegments <= settings.vegasGammaSegments) return;
      // The window that fills the path, with a segment to see it grow by.
      this.cwnd = Math.max(Math.min(cwnd, Math.floor(target) + smss), 2 * smss);
      this.ssthresh = Math.min(this.ssthresh, this.cwnd);
    } else if (queuedSegments < settings.vegasAlphaSegments) {
      this.cwnd += smss;
    } else if (queuedSegments > settings.vegasBetaSegments) {
      this.cwnd = Math.max(cwnd - smss, 2 * smss);
      this.ssthresh = Math.min(this.ssthresh, this.cwnd);
    }
  }

  private beginRound(event: AckEvent): void {
    this.hasRound = true;
    this.roundEnd = event.sndNxt;
    this.roundRttNs = Number.POSITIVE_INFINITY;
    this.samples = 0;
    this.wasLimited = false;
  }
}
