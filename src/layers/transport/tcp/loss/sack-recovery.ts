/**
 * Recovery with SACK: RFC 6675. The scoreboard is the transmit log; its pipe says what is still in the network.
 */
import { greaterThan } from '../sequence.ts';
import { RETRANSMITTED, SACKED } from '../transmit-log.ts';
import { finishRecovery, type LossRecovery, startRecovery } from './recovery.ts';
import type { Sender } from './sender.ts';

/** RFC 6675 §5: as much goes out as the scoreboard says has arrived or is lost. */
export class SackRecovery implements LossRecovery {
  readonly name = 'sack';
  /** `RescueRxt` of RFC 6675 §4: when SND.UNA is beyond it the rescue retransmission may be sent. */
  private rescueAfter: number;

  constructor() {
    this.rescueAfter = 0;
  }

  enter(sender: Sender): void {
    startRecovery(sender);
    this.rescueAfter = sender.log.end(0); // RFC 6675 §5 (4.3)
  }

  duplicate(): void {}

  partial(): void {}

  /** RFC 6675 §5.1 leaves the window as recovery has made it: the pipe has kept it filled. */
  leave(sender: Sender): void {
    finishRecovery(sender);
  }

  abandon(): void {}

  allowance(sender: Sender): number {
    return sender.congestion.cwnd - sender.log.pipe;
  }

  lastResort(sender: Sender): number {
    const { log } = sender;
    // NextSeg rule 3: something unSACKed below what is SACKed, not yet sent again, even if it is not held for lost.
    let sackedAbove = false;
    let candidate = -1;
    for (let index = log.count - 1; index >= 0; index--) {
      const flags = log.flags(index);
      if ((flags & SACKED) !== 0) sackedAbove = true;
      else if (sackedAbove && (flags & RETRANSMITTED) === 0 && log.transmissions(index) === 1) candidate = index;
    }
    if (candidate >= 0) return candidate;
    // NextSeg rule 4: once per recovery, the highest segment that is not SACKed.
    if (!greaterThan(sender.sndUna, this.rescueAfter)) return -1;
    for (let index = log.count - 1; index >= 0; index--) {
      if ((log.flags(index) & SACKED) !== 0) continue;
      this.rescueAfter = sender.recoveryPoint;
      return index;
    }
    return -1;
  }
}
