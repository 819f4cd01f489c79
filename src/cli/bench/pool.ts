/**
 * Measurements on several processors. Each is a world of its own, so a row is the same whoever measures it, and when.
 * Nothing is transferred to a worker: a process in which an ArrayBuffer was detached reads all others more slowly.
 */

import { expectedFrames } from '../../experiments/cost.ts';
import type { Task } from '../../experiments/point.ts';
import { taskKey } from '../../experiments/point-id.ts';
import type { ResultRow } from '../../experiments/row.ts';
import { WorkerPool } from '../worker-pool.ts';

/** The worker: beside all others in the package (`build/package.ts`), or from the sources. */
const WORKER: string = new URL(
  import.meta.url.endsWith('.ts') ? './worker-from-source.mjs' : './worker.js',
  import.meta.url,
).href;

export interface PoolOptions {
  readonly workers: number;
  /** Ends the workers where they are: what is done is kept. */
  readonly signal: AbortSignal;
  /** A row is there, in whatever order. */
  readonly done: (row: ResultRow) => void;
}

/**
 * Makes all measurements, or as many as there are until the signal.
 * @throws {Error} the first that a measurement ends with
 */
export async function measureAll(tasks: readonly Task[], { workers, signal, done }: PoolOptions): Promise<void> {
  if (tasks.length === 0 || signal.aborted) return;
  const pool = new WorkerPool<Task, ResultRow>(WORKER, Math.min(workers, tasks.length));
  const stop = (): void => void pool.stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await pool.each(longestFirst(tasks), async (task) => {
      if (!signal.aborted) await measured(pool, task, signal, done);
    });
  } finally {
    signal.removeEventListener('abort', stop);
    await pool.stop();
  }
}

/** So that no processor waits at the end for another's last and longest. */
function longestFirst(tasks: readonly Task[]): Task[] {
  const costs = new Map(tasks.map((task) => [task, expectedFrames(task)]));
  return [...tasks].sort((one, other) => costs.get(other)! - costs.get(one)!);
}

async function measured(
  pool: WorkerPool<Task, ResultRow>,
  task: Task,
  signal: AbortSignal,
  done: (row: ResultRow) => void,
): Promise<void> {
  let row: ResultRow;
  try {
    row = await pool.run(task);
  } catch (error) {
    // Whoever has stopped the pool knows that this one is not done.
    if (signal.aborted) return;
    throw new Error(`measuring ${taskKey(task).replaceAll('\t', ', ')}: ${messageOf(error)}`, { cause: error });
  }
  if (!signal.aborted) done(row);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
