/** Which kind of activity a connection's time goes to at present: the definitions of `activity.ts`. */
import { BUSY, IDLE, RECEIVE_WINDOW_LIMITED, SEND_BUFFER_LIMITED } from './activity.ts';
import { allowance } from './allowance.ts';
import type { ControlBlock } from './control-block.ts';
import { canSend } from './state.ts';

/**
 * Something was sent, acknowledged or written, or could not be.
 * @param sends whether the connection sends at all
 */
export function followActivity(block: ControlBlock, sends: boolean): void {
  const { activity } = block;
  const kind = kindNow(block, sends);
  if (kind !== activity.kind) activity.turn(kind, block.environment.timers);
}

function kindNow(block: ControlBlock, sends: boolean): number {
  const { log, smss } = block;
  const unsent = block.unsentBytes;
  if (unsent > 0 || (block.finQueued && !block.finSent)) {
    // A FIN takes an octet of the window. What waits for its time of departure, or for a verdict, is not kept by the window.
    const wanted = Math.min(Math.max(unsent, 1), smss);
    const isStopped = sends && block.usableWindow < wanted && canSend(block.state) && allowance(block) >= wanted;
    if (!isStopped || block.forwardRto.step === 2) return BUSY;
    const isPaced = block.timers !== undefined && block.timers.pacing.deadline !== Number.POSITIVE_INFINITY;
    return isPaced ? BUSY : RECEIVE_WINDOW_LIMITED;
  }
  if (log.count === 0) return IDLE;
  const isFull = block.sendBuffer.length >= block.settings.sendBufferBytes && !block.finQueued;
  const isLimited = isFull && sends && block.usableWindow >= smss && allowance(block) >= smss;
  return isLimited ? SEND_BUFFER_LIMITED : BUSY;
}
