/**
 * Loss recovery: what a sender does between the detection of a loss and the acknowledgment of all that was in flight.
 * Two ways of it: with SACK the pipe of RFC 6675, without it the inflated window of NewReno (RFC 6582).
 */
import { distance, greaterOrEqual, greaterThan } from '../sequence.ts';
import { RETRANSMITTED, SACKED } from '../transmit-log.ts';
import type { Sender } from './sender.ts';

export interface LossRecovery {
  readonly name: string;
  /** Detection has marked segments lost, and no recovery is going on: starts one. */
  enter(sender: Sender): void;
  /** A duplicate ACK during recovery. */
  duplicate(sender: Sender): void;
  /** SND.UNA moved over `ackedBytes` during recovery, but not up to the recovery point. */
  partial(sender: Sender, ackedBytes: number): void;
  /** The recovery point is acknowledged. */
  leave(sender: Sender): void;
  /** The retransmission timer expired: the recovery is abandoned. */
  abandon(): void;
  /** Octets that may be sent now. */
  allowance(sender: Sender): number;
  /** A record to send again when nothing is marked lost and nothing new can be sent, or -1. */
  lastResort(sender: Sender): number;
}

/** RFC 6582 §3.2: each duplicate ACK means that a segment has left the network, so it inflates the window. */
export class NewReno implements LossRecovery {
  readonly name = 'newreno';
  /** What is added to cwnd: negative after a partial ACK that took more away than was added. */
  private inflation: number;

  constructor() {
    this.inflation = 0;
  }

  enter(sender: Sender): void {
    start(sender);
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

  leave(sender: Sender): void {
    this.inflation = 0;
    finish(sender);
  }

  abandon(): void {
    this.inflation = 0;
  }

  allowance(sender: Sender): number {
    return sender.congestion.cwnd + this.inflation - sender.log.pipe;
  }

  lastResort(): number {
    return -1;
  }
}

/** RFC 6675 §5: as much goes out as the scoreboard says has arrived or is lost. */
export class SackRecovery implements LossRecovery {
  readonly name = 'sack';
  /** `RescueRxt` of RFC 6675 §4: when SND.UNA is beyond it the rescue retransmission may be sent. */
  private rescueAfter: number;

  constructor() {
    this.rescueAfter = 0;
  }

  enter(sender: Sender): void {
    start(sender);
    this.rescueAfter = sender.log.end(0); // RFC 6675 §5 (4.3)
  }

  duplicate(): void {}

  partial(): void {}

  leave(sender: Sender): void {
    finish(sender);
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

/** RFC 6582 §3.2 step 2, RFC 6675 §5 step 4: note how far, reduce the window, and send the first at once. */
function start(sender: Sender): void {
  sender.lossState = 'recovery';
  sender.recoveryPoint = sender.sndNxt;
  // RFC 5681 §3.2 step 2, RFC 6675 §5 (4.2): what limited transmit added does not count.
  const end = sender.duplicateAcks > 0 ? sender.limitedTransmitFrom : sender.sndNxt;
  sender.congestion.congestion(distance(sender.sndUna, end));
  sender.retransmitAtOnce = true;
}

function finish(sender: Sender): void {
  sender.lossState = 'open';
  sender.retransmitAtOnce = false;
  sender.congestion.recovered(sender.log.pipe);
}

/** Whether the recovery that is going on is complete. */
export const isRecovered = (sender: Sender): boolean => greaterOrEqual(sender.sndUna, sender.recoveryPoint);
