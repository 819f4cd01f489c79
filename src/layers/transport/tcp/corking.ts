/**
 * Corking: while a program says that more is to come (TCP_CORK, BSD's TCP_NOPUSH, MSG_MORE), only full segments go. What
 * is left over waits for the rest, for the end of the stream, or for the ceiling on the time that it may wait (Linux:
 * 200 ms; BSD has none).
 */
import type { ControlBlock } from './control-block.ts';
import { textRoom } from './record-ends.ts';

/** Whether the last octets that were written could go and wait for more. */
export const isHeldBack = (block: ControlBlock): boolean =>
  block.corkState === 'holding' && corks(block) && block.unsentBytes < textRoom(block);

/** A segment could go that is not full. @returns whether it must wait; from now on no longer than the ceiling */
export function holdBack(block: ControlBlock): boolean {
  if (!corks(block)) return false;
  if (block.corkState === 'open') {
    block.corkState = 'holding';
    const { corkCeilingNs } = block.settings;
    if (corkCeilingNs > 0) block.timers?.cork.arm(block.environment.timers.now() + corkCeilingNs);
  }
  return true;
}

/** New data was sent. What has waited is gone with it; what came later waits anew. */
export function uncork(block: ControlBlock): void {
  if (block.corkState === 'ceiling-reached' && block.unsentBytes > 0) return;
  block.corkState = 'open';
  block.timers?.cork.cancel();
}

/** A FIN ends all waiting: nothing more is to come. */
const corks = (block: ControlBlock): boolean =>
  (block.settings.cork || block.moreToCome) && !block.finQueued && block.corkState !== 'ceiling-reached';
