/** Virtual time in which promises are drained between events: what the world does for its programs, in a few lines. */
import { VirtualTime } from '../../../src/sim/virtual-time.ts';
import { type ProgramScheduler, sleepOn } from '../../../src/sockets/scheduler.ts';

export class VirtualPrograms implements ProgramScheduler {
  readonly time: VirtualTime;
  /** What is waited for and not over. */
  readonly waiting: Set<string>;
  private awake: boolean;

  constructor() {
    this.time = new VirtualTime();
    this.waiting = new Set();
    this.awake = true;
  }

  now(): number {
    return this.time.now();
  }

  woke(): void {
    this.awake = true;
  }

  sleep(durationNs: number): Promise<void> {
    return sleepOn(this.time, durationNs, () => this.woke());
  }

  waitsFor(what: string): { over(): void } {
    this.waiting.add(what);
    return { over: () => this.waiting.delete(what) };
  }

  /** Lets everything happen until nothing can any more, or until `untilNs`. */
  async run(untilNs: number = Infinity): Promise<void> {
    for (;;) {
      if (this.awake) {
        this.awake = false;
        await new Promise((resolve) => setImmediate(resolve));
        continue;
      }
      if (this.time.nextTime > untilNs || !this.time.step()) return;
    }
  }
}
