/**
 * What one measurement comes to: one row for each experiment, point and seed. Plain data that survives JSON; nothing in it
 * depends on the machine or on the time of day. `results.jsonl` has one a line.
 */
import type { Task } from './point.ts';

/** Grows with each change of what a row has or means. */
export const ROW_VERSION = 1;

/** How something is spread; times in nanoseconds. All is 0 and the histogram empty if `count` is 0. */
export interface Distribution {
  readonly count: number;
  readonly mean: number;
  readonly maximum: number;
  /** From a histogram with sixteen buckets an octave: within 6.25 %. */
  readonly quantiles: { readonly p5: number; readonly p50: number; readonly p95: number; readonly p99: number };
  /** Buckets that hold something, in order: from (inclusive), to (exclusive), how many. Four an octave. */
  readonly histogram: readonly (readonly [from: number, to: number, count: number])[];
}

/** Why a measurement ended: enough loss events, a narrow interval, time, or all transfers complete. */
export type StopReason = 'events' | 'interval' | 'least-time' | 'time-limit' | 'completed';

/** Of one flow, after the warm-up. */
export interface FlowResult {
  readonly controller: string;
  /** The program's bits a second. */
  readonly goodput: number;
  /** Reductions of its window: by detected loss or marks, and by the retransmission timer. */
  readonly lossEvents: number;
  readonly timeouts: number;
  /** Octets of data sent, and of those what had been sent before. */
  readonly sentBytes: number;
  readonly resentBytes: number;
  /** Segments of data that reached the receiver with nothing new: sent again, or copied by the path, for nothing. */
  readonly spuriousSegments: number;
  /** From the first SYN until the last byte has arrived, in nanoseconds; null if the transfer has no end, or not yet. */
  readonly completionNs: number | null;
}

/** Over all flows, unless said otherwise; rates in bits a second, after the warm-up. */
export interface ResultRow extends Task {
  readonly version: typeof ROW_VERSION;
  /** One for each flow, in the order of the groups. */
  readonly flows: readonly FlowResult[];
  /** Of all flows together. For transfers that end: their bytes over the time to the last completion. */
  readonly goodput: number;
  /** The most that it can be: the bottleneck's mean rate in full segments. */
  readonly ceiling: number;
  /** Half its 95 % confidence interval by batch means, as a share of the goodput; null where there are too few batches. */
  readonly halfWidth: number | null;
  /** Jain's index of the flows' goodput: 1 if all have the same. */
  readonly fairness: number;
  /** How much of the bottleneck's time something was on the line, at most 1; of the first one where there are several. */
  readonly utilisation: number;
  readonly lossEvents: number;
  readonly timeouts: number;
  /** Octets of data sent again, as a share of those sent. */
  readonly resentShare: number;
  /** Segments that brought nothing new, as a share of those of data that arrived. */
  readonly spuriousShare: number;
  /** From the detection of a loss (or the timeout) until all that was in flight then is acknowledged, or it was undone. */
  readonly recovery: Distribution;
  /** How long frames of data waited in front of the bottleneck; of all of them where there are several. */
  readonly queueDelay: Distribution;
  /** What the queue dropped and marked, and what faults dropped, of data. */
  readonly queueDrops: number;
  readonly queueMarks: number;
  readonly pathDrops: number;
  /** Seconds of the world's time, warm-up included. */
  readonly seconds: number;
  readonly stoppedBy: StopReason;
  /** Frames handed to all links, and events of the world, warm-up included. */
  readonly frames: number;
  readonly events: number;
  /** SHA-256 of the rest of the row in canonical JSON (`row-digest.ts`), as 16 hexadecimal digits. */
  readonly digest: string;
}
