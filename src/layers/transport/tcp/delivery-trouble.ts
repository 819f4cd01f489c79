/**
 * What is told when segments do not get through, before the connection is given up: at R1 of RFC 9293 §3.8.3 (b) and (e)
 * the IP layer, which looks for a dead gateway, and the program; of ICMP's soft errors the program (§3.9.1.8).
 * Left out on purpose: calling a routine of the program's. It is told that something has changed and looks by itself, so
 * who does not look is not disturbed (SHLD-20).
 */
import type { ErrorCode } from '../../errors.ts';
import type { ControlBlock } from './control-block.ts';

/** The same segment or probe is sent again, for the `times`-th time: all those before were for nothing. */
export function sentAgain(block: ControlBlock, times: number): void {
  if (times !== block.settings.pathRetries + 1) return;
  block.path.doubt?.();
  softErrorArrives(block, block.softError ?? 'ETIMEDOUT');
}

/** Something is wrong that may pass: the program can see it in `Connection.softError`. */
export function softErrorArrives(block: ControlBlock, error: ErrorCode): void {
  block.softError = error;
  block.user?.changed();
}
