/**
 * Recovery with SACK up to the congestion window: RFC 6675 §5. The scoreboard is the transmit log; its pipe says what is
 * still in the network. For whom Proportional Rate Reduction is off, and for controllers that own their window.
 */
import { finishRecovery, type LossRecovery, startRecovery } from './recovery.ts';
import type { Sender } from './sender.ts';

export class SackRecovery implements LossRecovery {
  readonly name = 'sack';

  enter(sender: Sender): void {
    startRecovery(sender);
  }

  duplicate(): void {}
  partial(): void {}
  update(): void {}
  sent(): void {}

  /** RFC 6675 §5.1 leaves the window as recovery has made it: the pipe has kept it filled. */
  leave(sender: Sender): void {
    finishRecovery(sender);
  }

  abandon(): void {}

  allowance(sender: Sender): number {
    return sender.congestion.cwnd - sender.log.pipe;
  }
}
