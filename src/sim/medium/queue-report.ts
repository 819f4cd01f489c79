/** What the queue in front of a line did, in figures. */
import type { SojournStatistics } from './sojourn.ts';

/** How long frames waited that went on; in nanoseconds. */
export interface SojournReport {
  readonly frames: number;
  readonly meanNs: number;
  /** Quantiles are within 6.25 %. */
  readonly medianNs: number;
  readonly p95Ns: number;
  readonly p99Ns: number;
  readonly maximumNs: number;
}

export interface BandReport extends SojournReport {
  readonly name: string;
  readonly drops: number;
  readonly marks: number;
}

export interface QueueReport extends SojournReport {
  /** Whose line it is, and where that leads: `alice.eth0`. */
  readonly from: string;
  readonly to: string;
  /** The discipline with what was said of it: `codel:target=5ms`. */
  readonly queue: string;
  /** Frames that the queue dropped, for want of room or to signal congestion. */
  readonly drops: number;
  /** Frames in which it set "congestion experienced". */
  readonly marks: number;
  /** The queues that the discipline is made of, where there are several. */
  readonly bands: readonly BandReport[];
}

export const sojournReport = (sojourn: SojournStatistics): SojournReport => ({
  frames: sojourn.count,
  meanNs: sojourn.meanNs,
  medianNs: sojourn.quantileNs(0.5),
  p95Ns: sojourn.quantileNs(0.95),
  p99Ns: sojourn.quantileNs(0.99),
  maximumNs: sojourn.maximumNs,
});
