/**
 * A receive buffer that grows with what its program reads: `receive-tuning.ts` for one connection. What is grown is the
 * connection's own setting, so that a program which asks is told.
 */
import { timestampRtt } from './acknowledgment.ts';
import type { ControlBlock } from './control-block.ts';
import type { IncomingSegment } from './incoming.ts';

/** Data has arrived in order. */
export function timeArrival(block: ControlBlock, arrived: IncomingSegment): void {
  if (!block.settings.receiveBufferAutotuning || arrived.dataLength === 0) return;
  block.receiveTuning.arrived(block.rcvNxt, block.rcvWnd, timestampRtt(block, arrived), block.environment.timers.now());
}

/** The program has read `bytes`: the window may grow. */
export function growReceiveBuffer(block: ControlBlock, bytes: number): void {
  const { settings } = block;
  if (!settings.receiveBufferAutotuning) return;
  const wanted = block.receiveTuning.read(bytes, block.smss, block.environment.timers.now());
  const most = Math.min(wanted, settings.receiveBufferMaximumBytes);
  if (most > settings.receiveBufferBytes) settings.receiveBufferBytes = most;
}
