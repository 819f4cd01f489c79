/**
 * Finding out whether an address is free before it is used: the course that ARP probing (RFC 5227 §2.1) and duplicate
 * address detection (RFC 4862 §5.4) share. Questions go out; whoever hears an answer stops the test.
 */
import type { Timer, Timers } from '../layers/clock.ts';

export interface AddressTestPlan {
  readonly delayNs: number;
  readonly questions: number;
  /** From one question to the next. */
  intervalNs(): number;
  /** From the last question to the verdict. */
  readonly waitNs: number;
  ask(): void;
  passed(): void;
}

export class AddressTest {
  private readonly plan: AddressTestPlan;
  private readonly timers: Timers;
  private readonly timer: Timer;
  private asked: number;

  constructor(timers: Timers, plan: AddressTestPlan) {
    this.plan = plan;
    this.timers = timers;
    this.asked = 0;
    this.timer = timers.timer(() => this.step());
    this.timer.arm(timers.now() + plan.delayNs);
  }

  /** The address turned out to be taken, or is no longer wanted. */
  stop(): void {
    this.timer.cancel();
  }

  private step(): void {
    const { plan } = this;
    if (this.asked === plan.questions) {
      plan.passed();
      return;
    }
    this.asked++;
    plan.ask();
    const isLast = this.asked === plan.questions;
    this.timer.arm(this.timers.now() + (isLast ? plan.waitNs : plan.intervalNs()));
  }
}
