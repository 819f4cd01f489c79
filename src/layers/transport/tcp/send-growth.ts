/**
 * A send buffer that grows with the congestion window (Linux's `tcp_sndbuf_expand`), so that the program need not know
 * the path to keep it full.
 */
import type { ControlBlock } from './control-block.ts';

/** A flight that is in the network, and as much that waits to replace it. */
const FLIGHTS_HELD = 2;

/** The congestion window may have grown: so may what the program can write ahead. */
export function growSendBuffer(block: ControlBlock): void {
  const { settings } = block;
  if (!settings.sendBufferAutotuning) return;
  const most = Math.min(FLIGHTS_HELD * block.congestion.cwnd, settings.sendBufferMaximumBytes);
  if (most > settings.sendBufferBytes) settings.sendBufferBytes = most;
}
