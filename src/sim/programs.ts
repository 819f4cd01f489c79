/**
 * `async` programs in virtual time. When an event has woken a program, everything that follows from it is run before the
 * next event: one turn of the machine's task queue runs every promise continuation there is. Events that woke nobody
 * pay nothing.
 *
 * A program may await what the world settles: sockets, sleep, other programs. What settles outside the world (a file, a
 * real timer) is not waited for; read files before the run.
 */
import type { Timers } from '../layers/clock.ts';
import { type ProgramScheduler, sleepOn, type Waiting } from '../sockets/scheduler.ts';
import type { Turns } from '../sockets/turns.ts';
import { formatDuration } from './units.ts';
import type { VirtualTime } from './virtual-time.ts';

export type ProgramState = 'not started' | 'running' | 'finished' | 'failed';

/** How a program stands when a run is over. */
export interface ProgramReport {
  readonly name: string;
  readonly state: ProgramState;
  /** What a running one waits for; empty if that lies outside the world. */
  readonly waitsFor: readonly string[];
}

/** A program ended with an exception. `cause` is what it threw. */
export class ProgramError extends Error {
  readonly program: string;

  constructor(program: string, cause: unknown) {
    super(`program '${program}' failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'ProgramError';
    this.program = program;
  }
}

/** One program, and what its sockets are handed. */
export class ProgramRun implements ProgramScheduler {
  readonly name: string;
  state: ProgramState;
  /** What it threw, if it failed. */
  error: unknown;
  private readonly programs: Programs;
  private readonly timers: Timers;
  private readonly waits: Set<string[]>;

  constructor(programs: Programs, timers: Timers, name: string) {
    this.name = name;
    this.state = 'not started';
    this.error = undefined;
    this.programs = programs;
    this.timers = timers;
    this.waits = new Set();
  }

  now(): number {
    return this.timers.now();
  }

  woke(): void {
    this.programs.woke();
  }

  async sleep(durationNs: number): Promise<void> {
    const waiting = this.waitsFor(`sleep until ${formatDuration(this.now() + durationNs)}`);
    try {
      await sleepOn(this.timers, durationNs, () => this.woke());
    } finally {
      waiting.over();
    }
  }

  waitsFor(what: string): Waiting {
    const entry = [what];
    this.waits.add(entry);
    return { over: () => void this.waits.delete(entry) };
  }

  report(): ProgramReport {
    return { name: this.name, state: this.state, waitsFor: [...this.waits].flat() };
  }
}

export class Programs implements ProgramScheduler {
  /** In the order in which they were spawned. */
  readonly runs: ProgramRun[];
  /** Whether a program has been woken and not been let run since. */
  isWoken: boolean;
  private readonly time: VirtualTime;
  private failed: ProgramRun | undefined;

  constructor(time: VirtualTime) {
    this.runs = [];
    this.isWoken = false;
    this.time = time;
    this.failed = undefined;
  }

  /**
   * Starts a program at this moment of the world's time, behind what is due already.
   * @throws {TypeError} if another program has the name
   */
  spawn(name: string, main: (program: ProgramRun) => Promise<void> | void): ProgramRun {
    if (this.runs.some((run) => run.name === name)) {
      throw new TypeError(`there is a program '${name}' already: reports could not tell them apart`);
    }
    const run = new ProgramRun(this, this.time, name);
    this.runs.push(run);
    this.time.schedule(this.time.now(), { fire: () => void this.follow(run, main) });
    return run;
  }

  now(): number {
    return this.time.now();
  }

  woke(): void {
    this.isWoken = true;
  }

  sleep(durationNs: number): Promise<void> {
    return sleepOn(this.time, durationNs, () => this.woke());
  }

  /** Nothing is noted: it is not known which program waits. */
  waitsFor(_what: string): Waiting {
    return { over: () => undefined };
  }

  /** Whether every program has ended. */
  get haveFinished(): boolean {
    return this.runs.every(({ state }) => state === 'finished' || state === 'failed');
  }

  /** @throws {ProgramError} for the first program that failed, once */
  throwFailure(): void {
    const { failed } = this;
    this.failed = undefined;
    if (failed !== undefined) throw new ProgramError(failed.name, failed.error);
  }

  private async follow(run: ProgramRun, main: (program: ProgramRun) => Promise<void> | void): Promise<void> {
    run.state = 'running';
    this.woke();
    try {
      await main(run);
      run.state = 'finished';
    } catch (error) {
      run.state = 'failed';
      run.error = error;
      this.failed ??= run;
    }
  }
}

/**
 * Turns of the machine's task queue, by a MessageChannel: browsers and Node both have it, and no clock is involved. Close
 * it, or its open port keeps Node alive.
 */
export class TaskTurns implements Turns {
  private readonly channel: MessageChannel;
  private resolve: (() => void) | undefined;

  constructor() {
    this.channel = new MessageChannel();
    this.resolve = undefined;
    this.channel.port2.onmessage = () => {
      const { resolve } = this;
      this.resolve = undefined;
      resolve?.();
    };
  }

  /** Settles after every promise continuation that can run has run. */
  take(): Promise<void> {
    return new Promise((resolve) => {
      this.resolve = resolve;
      this.channel.port1.postMessage(0);
    });
  }

  close(): void {
    this.channel.port1.close();
    this.channel.port2.close();
  }
}
