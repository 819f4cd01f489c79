/**
 * Something that a discipline does every so often, without a timer: a queue changes only when a frame comes or goes, so
 * what was due since can be done then, at the moments at which it was due. A world whose queues are empty comes to rest.
 */
export class Periodic {
  private readonly intervalNs: number;
  /** One number, in an array because a double field is boxed at each store. */
  private readonly next: Float64Array;

  constructor(intervalNs: number) {
    this.intervalNs = intervalNs;
    this.next = Float64Array.of(intervalNs);
  }

  isDue(now: number): boolean {
    return this.next[0]! <= now;
  }

  /** The next moment at which it is due. */
  take(): number {
    const due = this.next[0]!;
    this.next[0] = due + this.intervalNs;
    return due;
  }

  /** Passes over all that is due by `now`, because doing it would change nothing. @returns how many times it was due */
  skip(now: number): number {
    const times = Math.max(0, Math.floor((now - this.next[0]!) / this.intervalNs) + 1);
    this.next[0]! += times * this.intervalNs;
    return times;
  }
}
