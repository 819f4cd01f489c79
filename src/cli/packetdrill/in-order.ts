/**
 * Work on several processors, whose outcomes come in the order of the tasks, whichever was first.
 * Left out: a limit on how many outcomes wait for an earlier one, and on how long a task may take.
 */
import { WorkerPool } from '../worker-pool.ts';

export interface WorkOptions<Task, Outcome> {
  /** Of the module whose default export does one task. */
  readonly worker: string;
  readonly workers: number;
  /** Ends the workers where they are: what is done still comes. */
  readonly signal: AbortSignal;
  /** What a task comes to that ended with an error, or ended its worker. */
  readonly failed: (task: Task, error: unknown) => Outcome;
  /** Another task is done, in whatever order. */
  readonly finished: () => void;
}

/** Leaves out what was not done when the signal came. Whoever stops listening stops the workers. */
export async function* inOrder<Task, Outcome>(
  tasks: readonly Task[],
  { worker, workers, signal, failed, finished }: WorkOptions<Task, Outcome>,
): AsyncGenerator<Outcome> {
  const pool = new WorkerPool<Task, Outcome>(worker, Math.min(workers, tasks.length));
  const abort = (): void => void pool.stop();
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();

  const attempt = async (task: Task): Promise<Outcome | undefined> => {
    if (pool.isStopped) return undefined;
    let outcome: Outcome;
    try {
      outcome = await pool.run(task);
    } catch (error) {
      // That it ended with the workers says nothing of the task.
      if (pool.isStopped) return undefined;
      outcome = failed(task, error);
    }
    finished();
    return outcome;
  };
  const settle: ((outcome: Outcome | undefined) => void)[] = [];
  const outcomes = tasks.map(
    (_task, index) => new Promise<Outcome | undefined>((resolve) => (settle[index] = resolve)),
  );
  void pool.each(tasks.entries(), async ([index, task]) => settle[index]!(await attempt(task)));
  try {
    for (const done of outcomes) {
      const outcome = await done;
      if (outcome !== undefined) yield outcome;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    await pool.stop();
  }
}
