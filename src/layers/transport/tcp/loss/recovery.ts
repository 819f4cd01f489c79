/**
 * Loss recovery: what a sender does between the detection of a loss and the acknowledgment of all that was in flight.
 * With SACK it is `prr.ts` (RFC 9937) or `sack-recovery.ts` (RFC 6675), without it `newreno.ts` (RFC 6582); here is what
 * all begin and end with.
 */
import type { AckEvent } from '../congestion/ack-event.ts';
import { isReducedFor, windowReduced } from '../ecn/reduction.ts';
import { distance, greaterOrEqual } from '../sequence.ts';
import type { Sender } from './sender.ts';

export interface LossRecovery {
  readonly name: string;
  /** Detection has marked segments lost, and no recovery is going on: starts one. */
  enter(sender: Sender, event: AckEvent): void;
  /** A duplicate ACK during recovery. */
  duplicate(sender: Sender): void;
  /** SND.UNA moved over `ackedBytes` during recovery, but not up to the recovery point. */
  partial(sender: Sender, ackedBytes: number): void;
  /** Any acknowledgment during recovery, when detection is done with it. */
  update(sender: Sender, event: AckEvent): void;
  /** Octets were sent during recovery, new or again. */
  sent(bytes: number): void;
  /** The recovery point is acknowledged. */
  leave(sender: Sender): void;
  /** The retransmission timer expired: the recovery is abandoned. */
  abandon(): void;
  /** Octets that may be sent now. */
  allowance(sender: Sender): number;
}

/** RFC 6582 §3.2 step 2, RFC 6675 §5 step 4: note how far, reduce the window, and send the first at once. */
export function startRecovery(sender: Sender): void {
  sender.lossState = 'recovery';
  sender.recoveryPoint = sender.sndNxt;
  // RFC 5681 §3.2 step 2, RFC 6675 §5 (4.2): what limited transmit added does not count.
  const end = sender.limitedTransmit ? sender.limitedTransmitFrom : sender.sndNxt;
  // RFC 3168 §6.1.2: once for "a series of dropped and/or CE packets from a single window of data".
  if (!isReducedFor(sender)) {
    const flightSize = lossFlightSize(sender, end);
    sender.congestion.congestion(sender.validation.congested(sender, flightSize, 'loss'), 'loss');
  }
  windowReduced(sender);
  sender.retransmitAtOnce = true;
}

/**
 * FlightSize of RFC 5681 §2, but no more than the window: what was SACKed is not cumulatively acknowledged, and yet has
 * left. When one recovery follows the other that is a second window, and a reduction by CUBIC's 0.7 would be a rise.
 * RFC 9438 §4.6: some use cwnd instead, and then have to keep it from growing while it is not used.
 * @param end of what counts
 */
export function lossFlightSize(sender: Sender, end: number): number {
  const { cwnd } = sender.congestion;
  return sender.settings.reducesFromWindow ? cwnd : Math.min(distance(sender.sndUna, end), cwnd);
}

/** All of it is acknowledged. */
export function finishRecovery(sender: Sender): void {
  sender.lossState = 'open';
  sender.retransmitAtOnce = false;
}

/** Whether the recovery that is going on is complete. */
export const isRecovered = (sender: Sender): boolean => greaterOrEqual(sender.sndUna, sender.recoveryPoint);
