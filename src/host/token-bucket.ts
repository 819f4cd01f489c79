/** A token bucket: the rate limit that RFC 4443 §2.4 (f) recommends, for it copes with bursts such as traceroute's. */
import { type Clock, SECOND } from '../layers/clock.ts';

export class TokenBucket {
  private readonly clock: Clock;
  private readonly perSecond: number;
  private readonly burst: number;
  private tokens: number;
  private filledAt: number;

  /** @param perSecond tokens that are added in a second; 0 never adds any @param burst tokens it holds at most */
  constructor(clock: Clock, perSecond: number, burst: number) {
    this.clock = clock;
    this.perSecond = perSecond;
    this.burst = burst;
    this.tokens = burst;
    this.filledAt = clock.now();
  }

  /** Takes a token. @returns whether there was one */
  take(): boolean {
    const now = this.clock.now();
    this.tokens = Math.min(this.burst, this.tokens + ((now - this.filledAt) * this.perSecond) / SECOND);
    this.filledAt = now;
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }
}
