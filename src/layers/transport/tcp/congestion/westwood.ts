/**
 * Westwood+ (Grieco, Mascolo: "Performance evaluation and comparison of Westwood+, New Reno, and Vegas TCP congestion
 * control", 2004): Reno that, after a loss, sets its window to what the path was seen to carry: the bandwidth estimate
 * times the shortest round trip. A loss by chance costs little; one by a full queue empties it.
 */
import { MILLISECOND, SECOND } from '../../../clock.ts';
import type { AckEvent } from './ack-event.ts';
import type { CongestionCause } from './congestion-control.ts';
import type { ControllerInfo } from './controller-info.ts';
import { Reno } from './reno.ts';

/** One sample a round trip, and none in less time than this. */
const SHORTEST_SAMPLE_NS = 50 * MILLISECOND;
/** The low-pass filter keeps nine tenths of the estimate. */
const KEPT = 0.9;

export class Westwood extends Reno {
  override readonly name: string = 'westwood';
  /** In octets a nanosecond; 0 before the first sample. */
  bandwidth: number;
  private sampleBytes: number;
  /** -1 before the first acknowledgment. */
  private sampleStartNs: number;
  private minimumRttNs: number;

  constructor() {
    super();
    this.bandwidth = 0;
    this.sampleBytes = 0;
    this.sampleStartNs = -1;
    this.minimumRttNs = Number.POSITIVE_INFINITY;
  }

  /** Counts in recovery as well: what is SACKed has arrived. */
  override measured(event: AckEvent): void {
    const { nowNs, latestRttNs } = event;
    if (latestRttNs >= 0) this.minimumRttNs = Math.min(this.minimumRttNs, latestRttNs);
    if (this.sampleStartNs < 0) {
      this.sampleStartNs = nowNs;
      return;
    }
    this.sampleBytes += event.deliveredBytes;
    const passed = nowNs - this.sampleStartNs;
    if (passed < Math.max(event.srttNs, SHORTEST_SAMPLE_NS)) return;
    const sample = this.sampleBytes / passed;
    // In the first slow start the rate doubles in a round trip: a filter would only lag behind it.
    const isStarting = this.ssthresh === Number.POSITIVE_INFINITY;
    this.bandwidth = isStarting || this.bandwidth === 0 ? sample : KEPT * this.bandwidth + (1 - KEPT) * sample;
    this.sampleBytes = 0;
    this.sampleStartNs = nowNs;
  }

  info(): ControllerInfo {
    return { kind: 'westwood', bandwidth: this.bandwidth * SECOND, minimumRttNs: this.minimumRttNs };
  }

  /** The window that would just fill the path without a queue, and never more than there was. */
  protected override reduced(flightSize: number, cause: CongestionCause): number {
    if (this.bandwidth === 0 || this.minimumRttNs === Number.POSITIVE_INFINITY) return super.reduced(flightSize, cause);
    return Math.min(Math.floor(this.bandwidth * this.minimumRttNs), this.cwnd);
  }
}
