/**
 * What a host sends to itself: delivered by a timer of no delay, so that nobody is called back while he still sends
 * (RFC 1122 §3.2.1.3 g). Copies of what is sent to groups come the same way (RFC 1112 §6.1).
 */
import type { Timer, Timers } from '../layers/clock.ts';
import type { Frame, FramePool } from '../layers/frame.ts';
import type { NetworkInterface } from './network-interface.ts';

export class LoopbackQueue {
  private readonly timers: Timers;
  private readonly pool: FramePool;
  private readonly timer: Timer;
  private waiting: Frame[];
  private receivers: NetworkInterface[];

  constructor(timers: Timers, pool: FramePool) {
    this.timers = timers;
    this.pool = pool;
    this.timer = timers.timer(() => this.deliver());
    this.waiting = [];
    this.receivers = [];
  }

  /** Has `receiver` receive `frame`, which is handed over. */
  add(receiver: NetworkInterface, frame: Frame): void {
    this.waiting.push(frame);
    this.receivers.push(receiver);
    if (this.waiting.length === 1) this.timer.arm(this.timers.now());
  }

  /** What is sent meanwhile waits for the next turn. */
  private deliver(): void {
    const { waiting, receivers } = this;
    this.waiting = [];
    this.receivers = [];
    for (const [index, frame] of waiting.entries()) {
      receivers[index]?.receive(frame);
      this.pool.release(frame);
    }
  }
}
