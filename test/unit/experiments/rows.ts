/** Rows that nobody has measured, for tests of what is made of them. */
import type { Task } from '../../../src/experiments/point.ts';
import { type Distribution, type ResultRow, ROW_VERSION } from '../../../src/experiments/row.ts';
import { sealed } from '../../../src/experiments/row-digest.ts';

export const distribution = (all: number): Distribution => ({
  count: 10,
  mean: all,
  maximum: all,
  quantiles: { p5: all, p50: all, p95: all, p99: all },
  histogram: [[all, all + 1, 10]],
});

/** A row of a task with figures of one's own; the rest is in between. */
export function rowOf(task: Task, figures: Partial<Omit<ResultRow, 'digest'>> = {}): ResultRow {
  const goodput = figures.goodput ?? 1e6;
  const flows = task.point.flows.flatMap(({ controller, count = 1 }) =>
    Array.from({ length: count }, () => ({
      controller,
      goodput,
      lossEvents: 500,
      timeouts: 0,
      sentBytes: 1e6,
      resentBytes: 1e4,
      spuriousSegments: 0,
      completionNs: task.point.transferBytes === undefined ? null : 1e9,
    })),
  );
  return sealed({
    version: ROW_VERSION,
    ...task,
    flows,
    goodput,
    ceiling: 95e6,
    halfWidth: 0.05,
    fairness: 0.9,
    utilisation: 0.5,
    lossEvents: 500,
    timeouts: 0,
    resentShare: 0.01,
    spuriousShare: 0,
    recovery: distribution(5e7),
    queueDelay: distribution(1e6),
    queueDrops: 0,
    queueMarks: 0,
    pathDrops: 10,
    seconds: 60,
    stoppedBy: 'events',
    frames: 1000,
    events: 2000,
    ...figures,
  });
}
