/** A clock that moves only when a test says so, and fires timers in the order of (deadline, arming). */
import type { Timer, Timers } from '../../../src/layers/clock.ts';

class FakeTimer implements Timer {
  deadline: number = Number.POSITIVE_INFINITY;
  sequence = 0;
  readonly fire: () => void;
  private readonly owner: FakeTimers;

  constructor(owner: FakeTimers, fire: () => void) {
    this.owner = owner;
    this.fire = fire;
  }

  arm(deadline: number): void {
    this.deadline = Math.max(deadline, this.owner.now());
    this.sequence = this.owner.nextSequence++;
    this.owner.armed.add(this);
  }

  armAfter(delay: number): void {
    this.arm(this.owner.now() + delay);
  }

  cancel(): void {
    this.deadline = Number.POSITIVE_INFINITY;
    this.owner.armed.delete(this);
  }
}

export class FakeTimers implements Timers {
  nextSequence = 0;
  readonly armed: Set<FakeTimer> = new Set();
  private time = 0;

  now(): number {
    return this.time;
  }

  timer(fire: () => void): Timer {
    return new FakeTimer(this, fire);
  }

  /** Lets `nanoseconds` pass. @throws {Error} if something never comes to rest */
  pass(nanoseconds: number): void {
    const until = this.time + nanoseconds;
    for (let steps = 0; steps < 1_000_000; steps++) {
      const next = this.first();
      if (next === undefined || next.deadline > until) {
        this.time = until;
        return;
      }
      this.time = Math.max(this.time, next.deadline);
      next.cancel();
      next.fire();
    }
    throw new Error('a million timers fired: something spins');
  }

  private first(): FakeTimer | undefined {
    let first: FakeTimer | undefined;
    for (const timer of this.armed) {
      if (first === undefined || timer.deadline < first.deadline) first = timer;
      else if (timer.deadline === first.deadline && timer.sequence < first.sequence) first = timer;
    }
    return first;
  }
}
