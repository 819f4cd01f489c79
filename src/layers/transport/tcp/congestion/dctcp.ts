/**
 * DCTCP: RFC 8257, the sender. Reno that reduces its window by how much was marked, not by half; losses are Reno's. It
 * needs ECN, and marks at a low threshold of the queue. The receiver's part is ECN's; resetting alpha after a loss
 * (§4.1, MAY) is left out.
 */
import { greaterThan } from '../sequence.ts';
import type { AckEvent } from './ack-event.ts';
import type { CongestionCause } from './congestion-control.ts';
import type { ControllerInfo } from './controller-info.ts';
import { Reno } from './reno.ts';

/** RFC 8257 §4.2: the estimation gain g. */
const GAIN = 1 / 16;

export class Dctcp extends Reno {
  override readonly name: string = 'dctcp';
  /** DCTCP.Alpha: the share of octets that are marked, from 0 to 1. */
  alpha: number;
  private hasWindow: boolean;
  private windowEnd: number;
  private bytesAcked: number;
  private bytesMarked: number;

  constructor() {
    super();
    this.alpha = 1;
    this.hasWindow = false;
    this.windowEnd = 0;
    this.bytesAcked = 0;
    this.bytesMarked = 0;
  }

  /** RFC 8257 §3.3, steps 1 to 8. */
  override measured(event: AckEvent): void {
    if (!this.hasWindow) {
      this.hasWindow = true;
      this.windowEnd = (event.sndUna - event.ackedBytes) | 0; // "initialized to SND.UNA"
    }
    this.bytesAcked += event.ackedBytes;
    this.bytesMarked += event.markedBytes;
    if (!greaterThan(event.sndUna, this.windowEnd) || this.bytesAcked === 0) return;
    const marked = Math.min(1, this.bytesMarked / this.bytesAcked);
    this.alpha = this.alpha * (1 - GAIN) + GAIN * marked;
    this.windowEnd = event.sndNxt;
    this.bytesAcked = 0;
    this.bytesMarked = 0;
  }

  info(): ControllerInfo {
    return { kind: 'dctcp', alpha: this.alpha, markedBytes: this.bytesMarked, ackedBytes: this.bytesAcked };
  }

  /** RFC 8257 §3.3 step 9; §3.5: to a loss it reacts as Reno does. */
  protected override reduced(flightSize: number, cause: CongestionCause): number {
    if (cause === 'loss') return super.reduced(flightSize, cause);
    return Math.floor(this.cwnd * (1 - this.alpha / 2));
  }
}
