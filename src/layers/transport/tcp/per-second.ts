/** So many of something in each second of the clock, at most: challenge ACKs (RFC 5961 §7), and resets. */
import { SECOND } from '../../clock.ts';

export class PerSecond {
  private second: number;
  private count: number;

  constructor() {
    this.second = -1;
    this.count = 0;
  }

  /** Whether one more may be, which is counted. @param most 0 for any number */
  allows(most: number, nowNs: number): boolean {
    if (most === 0) return true;
    const second = Math.floor(nowNs / SECOND);
    if (second !== this.second) {
      this.second = second;
      this.count = 0;
    }
    return this.count++ < most;
  }
}
