/**
 * Work on several processors, whose outcomes come in the order of the tasks, whichever was first.
 * Left out: a limit on how many outcomes wait for an earlier one, and on how long a task may take.
 */
import { Piscina } from 'piscina';

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
  const count = Math.min(workers, tasks.length);
  const pool = new Piscina<Task, Outcome>({
    filename: worker,
    // Not those of the parent: a loader among them has no business there.
    execArgv: [],
    minThreads: count,
    maxThreads: count,
    concurrentTasksPerWorker: 1,
  });
  let isStopped = signal.aborted;
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    isStopped = true;
    // Once: a second time while the first lasts starts new workers (5.3.2).
    stopped ??= pool.destroy();
    return stopped;
  };
  const abort = (): void => void stop();
  signal.addEventListener('abort', abort, { once: true });

  const attempt = async (task: Task): Promise<Outcome | undefined> => {
    if (isStopped) return undefined;
    let outcome: Outcome;
    try {
      outcome = await pool.run(task);
    } catch (error) {
      // That it ended with the workers says nothing of the task.
      if (isStopped) return undefined;
      outcome = failed(task, error);
    }
    finished();
    return outcome;
  };
  const settle: ((outcome: Outcome | undefined) => void)[] = [];
  const outcomes = tasks.map(
    (_task, index) => new Promise<Outcome | undefined>((resolve) => (settle[index] = resolve)),
  );
  // Each worker is handed one at a time, out of one line: see `bench/pool.ts`.
  const line = tasks.entries();
  const work = async (): Promise<void> => {
    for (const [index, task] of line) settle[index]!(await attempt(task));
  };
  for (let index = 0; index < count; index++) void work();
  try {
    for (const done of outcomes) {
      const outcome = await done;
      if (outcome !== undefined) yield outcome;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    await stop();
  }
}
