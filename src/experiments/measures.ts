/** The figures of a row that are drawn, compared and put into tables: each with its name, its unit and where it stands. */
import type { ResultRow } from './row.ts';

export type MeasureName =
  | 'goodput'
  | 'fairness'
  | 'utilisation'
  | 'resentShare'
  | 'spuriousShare'
  | 'lossEvents'
  | 'timeouts'
  | 'completion'
  | 'medianRecovery'
  | 'medianQueueDelay'
  | 'p95QueueDelay';

export interface Measure {
  readonly title: string;
  /** Of the value: `bit/s`, `ns`, `share` (0 to 1), or a plain `number`. */
  readonly unit: 'bit/s' | 'ns' | 'share' | 'number';
  readonly better: 'more' | 'less' | 'neither';
  /** `undefined` where the row has none. */
  readonly of: (row: ResultRow) => number | undefined;
}

export const MEASURES: Readonly<Record<MeasureName, Measure>> = {
  goodput: { title: 'goodput', unit: 'bit/s', better: 'more', of: (row) => row.goodput },
  fairness: { title: "Jain's index", unit: 'number', better: 'more', of: (row) => row.fairness },
  utilisation: { title: 'utilisation', unit: 'share', better: 'more', of: (row) => row.utilisation },
  resentShare: { title: 'sent again', unit: 'share', better: 'less', of: (row) => row.resentShare },
  spuriousShare: { title: 'sent for nothing', unit: 'share', better: 'less', of: (row) => row.spuriousShare },
  lossEvents: { title: 'reductions of the window', unit: 'number', better: 'neither', of: (row) => row.lossEvents },
  timeouts: { title: 'timeouts', unit: 'number', better: 'less', of: (row) => row.timeouts },
  completion: { title: 'last completion', unit: 'ns', better: 'less', of: lastCompletion },
  medianRecovery: { title: 'median recovery', unit: 'ns', better: 'less', of: ({ recovery }) => middle(recovery) },
  medianQueueDelay: { title: 'median wait', unit: 'ns', better: 'less', of: ({ queueDelay }) => middle(queueDelay) },
  p95QueueDelay: {
    title: 'wait, 95th percentile',
    unit: 'ns',
    better: 'less',
    of: ({ queueDelay }) => (queueDelay.count === 0 ? undefined : queueDelay.quantiles.p95),
  },
};

export const MEASURE_NAMES: readonly MeasureName[] = Object.keys(MEASURES) as MeasureName[];

/** When the last flow was complete; `undefined` if one was not. */
function lastCompletion({ flows }: ResultRow): number | undefined {
  let last = 0;
  for (const { completionNs } of flows) {
    if (completionNs === null) return undefined;
    last = Math.max(last, completionNs);
  }
  return last;
}

const middle = ({ count, quantiles }: ResultRow['recovery']): number | undefined =>
  count === 0 ? undefined : quantiles.p50;
