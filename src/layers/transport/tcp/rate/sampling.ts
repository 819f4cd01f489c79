/**
 * When a connection takes its delivery-rate samples: draft-ietf-ccwg-bbr-06 §4.1.2. What a sample is made of is in
 * `delivery-rate.ts`.
 */
import type { ControlBlock } from '../control-block.ts';
import { departed } from '../pacing.ts';

/**
 * `CheckIfApplicationLimited` of §4.1.2.4: the program has given less than a segment to send, all that was lost is sent
 * again, and the window has room. To be asked before the program's next bytes are taken, before an acknowledgment is,
 * and before a timer sends.
 */
export function checkAppLimited(block: ControlBlock): void {
  const { log } = block;
  if (block.unsentBytes >= block.smss || log.lostBytes > 0 || log.pipe >= block.congestion.cwnd) return;
  block.rate.markAppLimited(log.pipe);
}

/** An acknowledgment is about to be taken in. */
export function beginSample(block: ControlBlock): void {
  checkAppLimited(block);
  block.rate.begin();
}

/** Record `index` is about to leave; the log has it as sent. Notes what its sample will need, and paces what follows. */
export function leaves(block: ControlBlock, index: number): void {
  const { log, rate } = block;
  const length = log.length(index);
  const isFirst = log.pipe === length;
  if (isFirst && rate.isAppLimited) block.congestion.resumed?.(block.environment.timers.now());
  rate.sent(log, index, isFirst);
  departed(block, length);
}
