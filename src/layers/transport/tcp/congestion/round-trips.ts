/**
 * Packet-timed round trips: draft-ietf-ccwg-bbr-06 §5.5.1. One ends with the first acknowledgment of a segment that was
 * sent after the one before had ended, so that idle time and timeouts do not count.
 */
import type { AckEvent } from './ack-event.ts';

export class RoundTrips {
  count: number;
  /** The acknowledgment being looked at ends a round trip. */
  isStart: boolean;
  /** Octets delivered when the current one started: `next_round_delivered`. */
  private startedAt: number;

  constructor() {
    this.count = 0;
    this.isStart = false;
    this.startedAt = 0;
  }

  /** `UpdateRound`. */
  update(event: AckEvent): void {
    this.isStart = event.priorDelivered >= this.startedAt;
    if (!this.isStart) return;
    this.restart(event.delivered);
    this.count++;
  }

  /** `StartRound`: the current one starts anew. */
  restart(delivered: number): void {
    this.startedAt = delivered;
  }
}
