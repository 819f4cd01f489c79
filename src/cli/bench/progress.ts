/** How far a run has come, on a terminal: measurements, work, and how long the rest is likely to take. */
import { SingleBar } from 'cli-progress';
import { expectedFrames } from '../../experiments/cost.ts';
import type { Task } from '../../experiments/point.ts';
import { taskKey } from '../../experiments/point-id.ts';
import type { ResultRow } from '../../experiments/row.ts';

export interface Progress {
  readonly done: (row: ResultRow) => void;
  readonly stop: () => void;
}

/** Until this share of the work is done nobody knows how fast this machine is. */
const LEAST_SHARE = 0.01;

/** Measurements differ in cost by four powers of ten, so the bar counts the frames that they are expected to send. */
export function showProgress(tasks: readonly Task[], stream: NodeJS.WritableStream): Progress {
  const costs = new Map(tasks.map((task) => [taskKey(task), expectedFrames(task)]));
  const total = [...costs.values()].reduce((sum, cost) => sum + cost, 0);
  const startedAt = Date.now();
  let finished = 0;
  let spent = 0;
  const bar = new SingleBar({
    format: '{bar} {finished} of {tasks} | {left} | {last}',
    stream,
    clearOnComplete: true,
  });
  bar.start(total, 0, { finished, tasks: tasks.length, left: 'begins', last: '' });
  return {
    done: (row) => {
      finished++;
      spent += costs.get(taskKey(row)) ?? 0;
      const left = remaining(spent / total, (Date.now() - startedAt) / 1000);
      bar.update(spent, { finished, left, last: `${row.experiment}: ${row.pointId}` });
    },
    stop: () => bar.stop(),
  };
}

/** @param share of the work that is done @param seconds that it took */
export function remaining(share: number, seconds: number): string {
  if (share < LEAST_SHARE) return 'begins';
  const left = Math.round((seconds * (1 - share)) / share);
  return left < 90 ? `${left} s left` : `${Math.round(left / 60)} min left`;
}
