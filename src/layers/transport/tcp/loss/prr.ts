/**
 * Recovery with SACK at a rate in proportion to what arrives: Proportional Rate Reduction, RFC 9937 §6 (which obsoletes
 * RFC 6937). Between the loss and its repair as much goes out as is delivered, times ssthresh over the flight; so the
 * window comes down evenly, and is full when recovery ends.
 */
import type { AckEvent } from '../congestion/ack-event.ts';
import { distance } from '../sequence.ts';
import { finishRecovery, type LossRecovery, startRecovery } from './recovery.ts';
import type { Sender } from './sender.ts';

export class ProportionalRateReduction implements LossRecovery {
  readonly name = 'prr';
  /** prr_delivered, prr_out and RecoverFS of RFC 9937 §6; and the window that its last step set. */
  delivered: number;
  out: number;
  recoverFlightSize: number;
  window: number;

  constructor() {
    this.delivered = 0;
    this.out = 0;
    this.recoverFlightSize = 1;
    this.window = 0;
  }

  /** §6.1. What was SACKed before is not delivered during recovery; what this acknowledgment tells is. */
  enter(sender: Sender, event: AckEvent): void {
    this.delivered = 0;
    this.out = 0;
    const undelivered = distance(sender.sndUna, sender.sndNxt) - sender.log.sackedBytes + event.deliveredBytes;
    const flightSize = sender.settings.reducesFromWindow ? sender.congestion.cwnd : undelivered;
    this.recoverFlightSize = Math.max(flightSize, sender.smss);
    startRecovery(sender);
    this.window = sender.log.pipe;
    this.update(sender, event);
  }

  duplicate(): void {}
  partial(): void {}

  /** §6.2, for each acknowledgment from the one that starts recovery on. */
  update(sender: Sender, event: AckEvent): void {
    if (event.deliveredBytes === 0) {
      // A timer, not an acknowledgment, has found a loss: it may be answered by one segment.
      if (event.lostBytes > 0) this.window = sender.log.pipe + sender.smss;
      return;
    }
    this.delivered += event.deliveredBytes;
    const { ssthresh } = sender.congestion;
    const inflight = sender.log.pipe;
    let count: number;
    if (inflight > ssthresh) {
      const unit = sender.settings.proportionalRateReductionRoundsUp ? sender.smss : 1;
      count = Math.ceil((this.delivered * ssthresh) / this.recoverFlightSize / unit) * unit - this.out;
    } else {
      count = Math.max(this.delivered - this.out, event.deliveredBytes); // PRR-CRB
      // SafeACK: SND.UNA advances, and no further loss is told. Then the window may grow as in slow start: PRR-SSRB.
      if (event.ackedBytes > 0 && event.lostBytes === 0) count += sender.smss;
      count = Math.min(ssthresh - inflight, count);
    }
    // "Force a fast retransmit upon entering recovery."
    if (this.out === 0 && count <= 0) count = sender.smss;
    this.window = inflight + Math.max(count, 0);
  }

  /** §6.3. */
  sent(bytes: number): void {
    this.out += bytes;
  }

  /** §6.4: cwnd = ssthresh, as the controller has set it when the loss was found. */
  leave(sender: Sender): void {
    finishRecovery(sender);
  }

  abandon(): void {}

  allowance(sender: Sender): number {
    return this.window - sender.log.pipe;
  }
}
