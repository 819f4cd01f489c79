/** Rows as CSV (RFC 4180): one line each, with the axes of all experiments as columns and the figures beside them. */
import type { ResultRow } from '../../experiments/row.ts';

type Cell = string | number | null | undefined;

/** Figures in the units of the row: bits a second, nanoseconds, shares. */
const FIGURES: Readonly<Record<string, (row: ResultRow) => Cell>> = {
  goodput: (row) => row.goodput,
  goodput_half_width: (row) => row.halfWidth,
  ceiling: (row) => row.ceiling,
  fairness: (row) => row.fairness,
  utilisation: (row) => row.utilisation,
  loss_events: (row) => row.lossEvents,
  timeouts: (row) => row.timeouts,
  resent_share: (row) => row.resentShare,
  spurious_share: (row) => row.spuriousShare,
  recoveries: ({ recovery }) => recovery.count,
  recovery_mean_ns: ({ recovery }) => recovery.mean,
  recovery_p50_ns: ({ recovery }) => recovery.quantiles.p50,
  recovery_p95_ns: ({ recovery }) => recovery.quantiles.p95,
  recovery_p99_ns: ({ recovery }) => recovery.quantiles.p99,
  queue_delay_mean_ns: ({ queueDelay }) => queueDelay.mean,
  queue_delay_p50_ns: ({ queueDelay }) => queueDelay.quantiles.p50,
  queue_delay_p95_ns: ({ queueDelay }) => queueDelay.quantiles.p95,
  queue_delay_p99_ns: ({ queueDelay }) => queueDelay.quantiles.p99,
  queue_drops: (row) => row.queueDrops,
  queue_marks: (row) => row.queueMarks,
  path_drops: (row) => row.pathDrops,
  completion_ns: ({ flows }) =>
    flows.every(({ completionNs }) => completionNs !== null)
      ? Math.max(...flows.map((flow) => flow.completionNs!))
      : null,
  flow_goodputs: ({ flows }) => flows.map(({ goodput }) => goodput).join(' '),
  seconds: (row) => row.seconds,
  stopped_by: (row) => row.stoppedBy,
  frames: (row) => row.frames,
  events: (row) => row.events,
  digest: (row) => row.digest,
};

/** The whole file. Axes that an experiment does not have are empty there. */
export function csvOf(rows: readonly ResultRow[]): string {
  const axes = [...new Set(rows.flatMap((row) => Object.keys(row.axes)))];
  const head = ['experiment', 'point_id', 'seed', ...axes.map((axis) => `axis_${axis}`), ...Object.keys(FIGURES)];
  const lines = rows.map((row) => [
    row.experiment,
    row.pointId,
    row.seed,
    ...axes.map((axis) => row.axes[axis]),
    ...Object.values(FIGURES).map((figure) => figure(row)),
  ]);
  return [head, ...lines].map((cells) => `${cells.map(cellText).join(',')}\r\n`).join('');
}

function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
