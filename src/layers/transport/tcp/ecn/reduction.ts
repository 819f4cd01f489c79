/**
 * What a sender does about marks, and how marks and losses of one window are taken for one indication: RFC 3168 §6.1.2,
 * with RFC 8311 §4.1 leaving the size of the reduction to the controller.
 */
import type { Sender } from '../loss/sender.ts';
import { lessOrEqual, lessThan } from '../sequence.ts';

/** The window was reduced for a loss: for the rest of what is in flight it is not again, and the next new data says so. */
export function windowReduced(sender: Sender): void {
  const { ecn } = sender;
  ecn.reducing = true;
  ecn.reducedUpTo = sender.sndNxt;
  // RFC 9768 §3.1.5: with accurate feedback CWR is not set.
  if (ecn.feedback === 'classic' && ecn.cwrDue === 'none') ecn.cwrDue = 'loss';
}

/** The same for a mark, which is certain: what may be undone later does not touch it. */
export function reducedForMark(sender: Sender): void {
  const { ecn } = sender;
  windowReduced(sender);
  ecn.reducingForMark = true;
  ecn.markedUpTo = sender.sndNxt;
  if (ecn.feedback === 'classic') ecn.cwrDue = 'mark';
}

/**
 * The retransmission timer has expired. A sender that a mark has held back may go on.
 * @returns whether that is all: nothing was in the network that could be lost
 */
export function releaseHeld(sender: Sender): boolean {
  if (!sender.ecn.held) return false;
  sender.ecn.held = false;
  return sender.log.pipe === 0;
}

/** Whether the window was reduced since the first of what is lost was sent: marked and lost together count once. */
export function isReducedFor({ ecn, log }: Sender): boolean {
  return ecn.reducing && log.count > 0 && lessThan(log.start(Math.max(0, log.firstLost())), ecn.reducedUpTo);
}

/**
 * A reduction for a loss was for nothing, and is taken back: the next mark counts again. What a mark was a reason for
 * stays, and so does the CWR that its receiver waits for.
 */
export function reductionUndone({ ecn }: Sender): void {
  ecn.reducing = ecn.reducingForMark;
  ecn.reducedUpTo = ecn.markedUpTo;
  if (ecn.cwrDue === 'loss') ecn.cwrDue = 'none';
}

/**
 * An acknowledgment tells of marks.
 * @param acknowledgment SEG.ACK
 * @param flightSize what was in flight when it came, in bytes
 */
export function marksReported(sender: Sender, acknowledgment: number, flightSize: number): void {
  const { congestion, ecn, validation, settings } = sender;
  const used = settings.reducesFromWindow ? congestion.cwnd : flightSize;
  if (ecn.reducing && lessOrEqual(acknowledgment, ecn.reducedUpTo)) return;
  // The window cannot become smaller than a segment: the timer makes the rate smaller.
  if (congestion.cwnd <= sender.smss) ecn.held = true;
  else congestion.congestion(validation.congested(sender, used, 'ecn'), 'ecn');
  ecn.reductions++;
  reducedForMark(sender);
}
