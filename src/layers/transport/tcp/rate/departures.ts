/**
 * Times of departure under pacing: draft-ietf-ccwg-bbr-06 §5.6.2 and §5.6.3. Each segment moves the earliest departure
 * of the next by its length over the rate.
 *
 * A timer per segment would cost more than the segment, so up to a quantum, a millisecond's worth, may leave ahead of
 * its time; then nothing does until time has caught up. No tokens are saved: what was not used is gone.
 */
import { MILLISECOND, SECOND } from '../../../clock.ts';

const MOST_QUANTUM_BYTES = 64 * 1024;

/** §5.6.3: what leaves together at a rate in bytes per second. */
export const sendQuantum = (rate: number, smss: number): number =>
  Math.max(Math.min((rate * MILLISECOND) / SECOND, MOST_QUANTUM_BYTES), 2 * smss);

/** When the next segment may leave, and whether its time has to come first. */
export class Departures {
  /** In nanoseconds and their parts: C.next_send_time. */
  private next: number;
  /** Something has left ahead of its time. */
  isHolding: boolean;

  constructor() {
    this.next = 0;
    this.isHolding = false;
  }

  /** Whether a segment has to wait now. */
  holds(nowNs: number): boolean {
    if (this.isHolding && nowNs >= this.next) this.isHolding = false;
    return this.isHolding;
  }

  /** When it does not have to any more. */
  get nextNs(): number {
    return Math.ceil(this.next);
  }

  /** A segment leaves. @param rate bytes per second @param quantumBytes what may leave ahead of its time */
  departed(bytes: number, rate: number, quantumBytes: number, nowNs: number): void {
    const next = Math.max(this.next, nowNs) + (bytes / rate) * SECOND;
    this.next = next;
    // To the nanosecond: sums of parts of them do not come out even.
    this.isHolding = next - nowNs > (quantumBytes / rate) * SECOND - 1;
  }

  /** Nothing waits any more. */
  release(): void {
    this.isHolding = false;
    this.next = 0;
  }
}
