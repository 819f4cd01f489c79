/**
 * MTU verification: RFC 4821 §7.8. Where a flow takes several paths a probe may get through and every other segment of
 * its size be lost: if more than a tenth is lost for two timeouts after the size was raised, it is lowered again.
 */
import type { ControlBlock } from '../control-block.ts';
import { pauseProbing } from './headway.ts';

const MOST_LOST = 0.1;
const INTERVALS = 2;
/** Fewer segments than this in an interval say nothing: it goes on. */
const FEWEST_SEGMENTS = 10;

/** The size is about to be raised. @param before what it was */
export function startVerification(block: ControlBlock, before: number): void {
  const { search } = block;
  search.before = before;
  search.verifyRound = 0;
  startInterval(block);
}

function startInterval(block: ControlBlock): void {
  const { search } = block;
  search.deliveredBytes = 0;
  search.lostBytes = 0;
  search.verifyUntilNs = block.environment.timers.now() + block.rtt.rtoNs;
}

/** An acknowledgment was taken in. */
export function verify(block: ControlBlock): void {
  const { search, ackEvent } = block;
  search.deliveredBytes += ackEvent.deliveredBytes;
  search.lostBytes += ackEvent.lostBytes;
  const total = search.deliveredBytes + search.lostBytes;
  if (ackEvent.nowNs < search.verifyUntilNs || total < FEWEST_SEGMENTS * block.smss) return;
  if (search.lostBytes <= MOST_LOST * total) search.verifyUntilNs = -1;
  else if (++search.verifyRound < INTERVALS) startInterval(block);
  else refuse(block);
}

/** "The saved value SHOULD be restored, and search_high reduced in the same manner as in a probe failure." */
function refuse(block: ControlBlock): void {
  const { search } = block;
  search.high = search.effective - 1;
  search.highWasFound = true;
  search.effective = search.before;
  search.low = search.before;
  search.probeSize = 0;
  search.verifyUntilNs = -1;
  pauseProbing(block, 1);
}
