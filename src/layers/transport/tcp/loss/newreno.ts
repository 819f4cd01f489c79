/**
 * Recovery without SACK: NewReno, RFC 6582. The window is inflated by what the duplicate ACKs say has arrived.
 */
import { finishRecovery, type LossRecovery, startRecovery } from './recovery.ts';
import type { Sender } from './sender.ts';

/** RFC 6582 §3.2: each duplicate ACK means that a segment has left the network, so it inflates the window. */
export class NewReno implements LossRecovery {
  readonly name = 'newreno';
  /** What is added to cwnd: negative after a partial ACK that took more away than was added. */
  private inflation: number;

  constructor() {
    this.inflation = 0;
  }

  enter(sender: Sender): void {
    startRecovery(sender);
    // Step 3 of RFC 5681 §3.2: three segments have left the network.
    this.inflation = sender.settings.duplicateAckThreshold * sender.smss;
  }

  duplicate(sender: Sender): void {
    this.inflation += sender.smss;
  }

  partial(sender: Sender, ackedBytes: number): void {
    // RFC 6582 §3.2 step 3: retransmit the first unacknowledged segment, deflate by what was acknowledged, and add
    // back one SMSS if at least that much was.
    sender.log.markLost(0);
    sender.retransmitAtOnce = true;
    this.inflation -= ackedBytes;
    if (ackedBytes >= sender.smss) this.inflation += sender.smss;
  }

  update(): void {}
  sent(): void {}

  leave(sender: Sender): void {
    this.inflation = 0;
    finishRecovery(sender);
    sender.congestion.recovered(sender.log.pipe); // RFC 6582 §3.2 step 3: deflates the window
  }

  abandon(): void {
    this.inflation = 0;
  }

  allowance(sender: Sender): number {
    return sender.congestion.cwnd + this.inflation - sender.log.pipe;
  }
}
