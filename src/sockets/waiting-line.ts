/**
 * Those who wait for one direction of a socket, in line: calls that said EAGAIN and are tried again, first come first
 * served, when the socket may be ready.
 *
 * A retry never runs inside the event that made the socket ready, where the stack is in the middle of a segment: it is
 * put off to a promise job, and the scheduler is told so that it runs before the next event.
 */
import type { Timer, Timers } from '../layers/clock.ts';
import { failure } from './errno.ts';
import type { ProgramScheduler, Waiting } from './scheduler.ts';

/** How long a call may wait. */
export interface Patience {
  /** Nanoseconds; `Infinity` for ever, 0 not at all. */
  readonly timeoutNs: number;
  readonly signal: AbortSignal | undefined;
  /** For a person: what it waits for. */
  readonly what: string;
  /** What to reject with when the time is over. */
  readonly timedOut: () => Error;
  /** Is called when it has to wait. */
  readonly began?: (() => void) | undefined;
}

const AGAIN = failure('EAGAIN');

export class WaitingLine {
  private readonly scheduler: ProgramScheduler;
  private readonly timers: Timers;
  private readonly line: Ticket[];
  private retrying: boolean;

  constructor(scheduler: ProgramScheduler, timers: Timers) {
    this.scheduler = scheduler;
    this.timers = timers;
    this.line = [];
    this.retrying = false;
  }

  get isEmpty(): boolean {
    return this.line.length === 0;
  }

  /**
   * Makes `call` until it answers something else than EAGAIN; that is the result.
   * @returns also EAGAIN if it may not wait; rejects with the signal's reason, when time is over, or when `dismiss`ed
   */
  attempt(call: () => number, patience: Patience): Promise<number> {
    if (patience.signal?.aborted === true) return Promise.reject(patience.signal.reason);
    if (this.line.length === 0) {
      const result = call();
      if (result !== AGAIN) return Promise.resolve(result);
    }
    if (patience.timeoutNs === 0) return Promise.resolve(AGAIN);
    patience.began?.();
    return new Promise((resolve, reject) => {
      this.line.push(
        new Ticket(this, call, patience, this.timers, this.scheduler.waitsFor(patience.what), resolve, reject),
      );
    });
  }

  /** The socket may be ready: whoever is first tries again, soon. */
  wake(): void {
    if (this.retrying || this.line.length === 0) return;
    this.retrying = true;
    this.scheduler.woke();
    Promise.resolve().then(() => this.retry());
  }

  /** Sends everybody away with an error. */
  dismiss(error: () => Error): void {
    for (const ticket of this.line.splice(0)) ticket.reject(error());
    this.scheduler.woke();
  }

  /** Forgets everybody: their calls never settle. */
  abandon(): void {
    for (const ticket of this.line.splice(0)) ticket.end();
  }

  /** For a ticket: it gives up its place. */
  leave(ticket: Ticket): void {
    const index = this.line.indexOf(ticket);
    if (index >= 0) this.line.splice(index, 1);
    this.scheduler.woke();
  }

  private retry(): void {
    this.retrying = false;
    for (let first = this.line[0]; first !== undefined; first = this.line[0]) {
      const result = first.call();
      if (result === AGAIN) return;
      this.line.shift();
      first.resolve(result);
    }
  }
}

/** One call that waits. */
class Ticket {
  readonly call: () => number;
  private readonly waiting: Waiting;
  private readonly timer: Timer | undefined;
  private readonly signal: AbortSignal | undefined;
  private readonly aborted: () => void;
  private readonly settle: (result: number) => void;
  private readonly fail: (reason: unknown) => void;

  constructor(
    line: WaitingLine,
    call: () => number,
    patience: Patience,
    timers: Timers,
    waiting: Waiting,
    settle: (result: number) => void,
    fail: (reason: unknown) => void,
  ) {
    this.call = call;
    this.waiting = waiting;
    this.settle = settle;
    this.fail = fail;
    this.signal = patience.signal;
    this.aborted = () => {
      line.leave(this);
      this.reject(patience.signal?.reason);
    };
    this.signal?.addEventListener('abort', this.aborted, { once: true });
    this.timer = undefined;
    if (patience.timeoutNs === Infinity) return;
    this.timer = timers.timer(() => {
      line.leave(this);
      this.reject(patience.timedOut());
    });
    this.timer.arm(timers.now() + patience.timeoutNs);
  }

  resolve(result: number): void {
    this.end();
    this.settle(result);
  }

  reject(reason: unknown): void {
    this.end();
    this.fail(reason);
  }

  /** It waits no more. */
  end(): void {
    this.timer?.cancel();
    this.signal?.removeEventListener('abort', this.aborted);
    this.waiting.over();
  }
}
