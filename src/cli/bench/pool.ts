/**
 * Measurements on several processors. Each is a world of its own, so a row is the same whoever measures it, and when.
 * Nothing is transferred to a worker: a process in which an ArrayBuffer was detached reads all others more slowly.
 */
import { Piscina } from 'piscina';
import { expectedFrames } from '../../experiments/cost.ts';
import type { Task } from '../../experiments/point.ts';
import { taskKey } from '../../experiments/point-id.ts';
import type { ResultRow } from '../../experiments/row.ts';

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
  const count = Math.min(workers, tasks.length);
  const pool = new Piscina<Task, ResultRow>({
    filename: WORKER,
    // Not those of the parent: a loader among them has no business there.
    execArgv: [],
    minThreads: count,
    maxThreads: count,
    concurrentTasksPerWorker: 1,
  });
  const stop = (): void => void pool.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    // Each worker is handed one at a time, out of one line: the pool's own queue puts every second task at its end (5.3.2).
    const line = longestFirst(tasks)[Symbol.iterator]();
    const work = async (): Promise<void> => {
      for (const task of line) {
        if (signal.aborted) return;
        await measured(pool, task, signal, done);
      }
    };
    await Promise.all(Array.from({ length: count }, work));
  } finally {
    signal.removeEventListener('abort', stop);
    await pool.destroy();
  }
}

/** So that no processor waits at the end for another's last and longest. */
function longestFirst(tasks: readonly Task[]): Task[] {
  const costs = new Map(tasks.map((task) => [task, expectedFrames(task)]));
  return [...tasks].sort((one, other) => costs.get(other)! - costs.get(one)!);
}

async function measured(
  pool: Piscina<Task, ResultRow>,
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
