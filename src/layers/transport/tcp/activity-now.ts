/** Which kind of activity a connection's time goes to at present: the definitions of `activity.ts`. */
import { BUSY, IDLE, RECEIVE_WINDOW_LIMITED, SEND_BUFFER_LIMITED } from './activity.ts';
import type { ControlBlock } from './control-block.ts';
import { canSend } from './state.ts';

/**
 * Something was sent, acknowledged or written, or could not be.
 * @param allowance octets that congestion control lets out now; 0 if the connection does not send at all
 */
export function followActivity(block: ControlBlock, allowance: number): void {
  const { activity } = block;
  const kind = kindNow(block, allowance);
  if (kind !== activity.kind) activity.turn(kind, block.environment.timers);
}

function kindNow(block: ControlBlock, allowance: number): number {
  const { log, smss } = block;
  const unsent = block.unsentBytes;
  if (unsent > 0 || (block.finQueued && !block.finSent)) {
    // A FIN takes an octet of the window. What waits for its time of departure, or for a verdict, is not kept by the window.
    const wanted = Math.min(Math.max(unsent, 1), smss);
    const isStopped = block.usableWindow < wanted && allowance >= wanted && canSend(block.state);
    const isPaced = block.timers !== undefined && block.timers.pacing.deadline !== Number.POSITIVE_INFINITY;
    return isStopped && !isPaced && block.forwardRto.step !== 2 ? RECEIVE_WINDOW_LIMITED : BUSY;
  }
  if (log.count === 0) return IDLE;
  const isFull = block.sendBuffer.length >= block.settings.sendBufferBytes && !block.finQueued;
  return isFull && allowance >= smss && block.usableWindow >= smss ? SEND_BUFFER_LIMITED : BUSY;
}
