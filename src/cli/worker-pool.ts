/** Workers that do one task each at a time, and that end where they are when nobody waits for them any more. */
import { Piscina } from 'piscina';

export class WorkerPool<Task, Result> {
  /** What a task ends with from now on says nothing of it. */
  isStopped: boolean;
  private readonly pool: Piscina<Task, Result>;
  private readonly count: number;
  private stopped: Promise<void> | undefined;

  /** @param worker address of the module whose default export does one task */
  constructor(worker: string, count: number) {
    this.isStopped = false;
    this.stopped = undefined;
    this.count = count;
    this.pool = new Piscina<Task, Result>({
      filename: worker,
      // Not those of the parent: a loader among them has no business there.
      execArgv: [],
      minThreads: count,
      maxThreads: count,
      concurrentTasksPerWorker: 1,
    });
    // An answer on its way when the workers are ended is, to the pool, one that nobody asked for (5.3.2).
    this.pool.on('error', (error: unknown) => {
      if (!this.isStopped) throw error;
    });
  }

  /** Takes each task when a worker is free: the pool's own queue puts every second one at its end (5.3.2). */
  async each<Item>(items: Iterable<Item>, done: (item: Item) => Promise<void>): Promise<void> {
    const line = items[Symbol.iterator]();
    const work = async (): Promise<void> => {
      for (let next = line.next(); next.done !== true; next = line.next()) await done(next.value);
    };
    await Promise.all(Array.from({ length: this.count }, work));
  }

  run(task: Task): Promise<Result> {
    return this.pool.run(task);
  }

  /** Once: a second time while the first lasts starts new workers (5.3.2). */
  stop(): Promise<void> {
    this.isStopped = true;
    this.stopped ??= this.pool.destroy();
    return this.stopped;
  }
}
