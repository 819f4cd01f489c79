/**
 * Linux's TCP_DEFER_ACCEPT (tcp(7)): a listener's program gets a connection when data has come, and not for the bare ACK that
 * ends the handshake. That ACK is passed over, as if it had been lost; but it is known then that the peer has the SYN-ACK,
 * so it is not sent again while the program is willing to wait. When that is over, it is sent once more, and the ACK that it
 * draws makes the connection, with data or without.
 */
import { timestampRtt } from './acknowledgment.ts';
import type { ControlBlock } from './control-block.ts';
import type { IncomingSegment } from './incoming.ts';

/** An acceptable ACK of our SYN-ACK has come. @returns whether it is passed over */
export function deferAccept(block: ControlBlock, arrived: IncomingSegment): boolean {
  const { deferAcceptTimeouts } = block.settings;
  if (deferAcceptTimeouts === 0 || block.retries >= deferAcceptTimeouts) return false;
  // Text on the SYN is data too. A SYN that was answered with a cookie was forgotten, and so is how long to wait.
  const isBare = arrived.length === 0 && block.heldSynText === 0;
  if (!isBare || block.active || block.fastOpen?.opened === true || block.synTransmissions === 0) return false;
  if (block.deferredRttNs < 0) block.deferredRttNs = Math.max(0, roundTrip(block, arrived));
  return true;
}

/** The ACK that was passed over tells the round trip; the data that follows would tell how long the peer thought. */
const roundTrip = (block: ControlBlock, arrived: IncomingSegment): number =>
  block.synTransmissions > 1 ? timestampRtt(block, arrived) : block.environment.timers.now() - block.synSentNs;

/** Whether the SYN-ACK is given up, which has timed out so often that `most` has been reached. */
export const isGivenUp = (block: ControlBlock, most: number): boolean =>
  block.retries >= most && (block.deferredRttNs < 0 || block.retries >= block.settings.deferAcceptTimeouts);

/** Whether a SYN-ACK that has timed out is sent again. */
export const goesAgain = (block: ControlBlock): boolean =>
  block.deferredRttNs < 0 || block.retries >= block.settings.deferAcceptTimeouts - 1;
