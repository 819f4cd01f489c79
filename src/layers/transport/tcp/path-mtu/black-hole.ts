/**
 * What the retransmission timer says of the path: RFC 2923 §2.1, RFC 4821 §7.7. A segment that was sent again and again
 * without an answer, and without an ICMP message that says why, may be too large for a path that does not tell.
 */

import { fixedHeaders } from '../announced-mss.ts';
import type { ControlBlock } from '../control-block.ts';
import { fixedOptionBytes } from '../emission.ts';
import { followPath } from '../output.ts';
import { FINAL } from '../transmit-log.ts';
import { honourClaim, largestAcknowledged, minimumMtu } from './claims.ts';
import { baseMtu, ceiling, probeTimedOut } from './probing.ts';

/** The timer has expired and `retries` counts it. Comes before anything is sent again. */
export function pathTimeout(block: ControlBlock): void {
  const { search, settings } = block;
  block.claims.timeouts++;
  if (block.claims.pendingMtu > 0) honourClaim(block);
  if (search.probeSize > 0) probeTimedOut(block);
  if (search.verifyUntilNs >= 0) search.lostBytes += block.log.pipe;
  // R1 of RFC 9293 §3.8.3 counts retransmissions: this expiry comes after so many of them.
  if (block.retries > settings.pathRetries) fullStop(block);
  followPath(block); // the loss window is one segment of the new size
}

function fullStop(block: ControlBlock): void {
  const { search, settings, log } = block;
  if (settings.packetizationLayerProbing === 'off' && !settings.blackHoleDetection) return;
  if (search.explained || (block.path.family === 4 && !block.path.dontFragment)) return;
  const smaller = Math.max(smallerMtu(block), minimumMtu(block), settings.probingFloorMss + fixedHeaders(block));
  search.stalled = true;
  const dataLength = log.length(0) - ((log.flags(0) & FINAL) === 0 ? 0 : 1);
  // What fits already is not lost for its size.
  if (dataLength + fixedHeaders(block) + fixedOptionBytes(block) <= smaller) return;
  search.effective = smaller;
  search.low = smaller;
  search.high = ceiling(block);
  search.highWasFound = false;
  search.attempts = 0;
  search.notBeforeNs = 0;
  search.againAtNs = -1;
  search.verifyUntilNs = -1;
  search.searching = settings.packetizationLayerProbing !== 'off';
}

/** "If eff_pmtu is larger than search_low, set eff_pmtu to search_low. Otherwise … to the initial value", then halves. */
function smallerMtu(block: ControlBlock): number {
  const { search } = block;
  const base = baseMtu(block);
  if (search.stalled) return search.low > base ? base : search.low >> 1;
  // RFC 4821 §7.1: what was acknowledged was an implicit probe.
  const low = Math.max(base, largestAcknowledged(block));
  return Math.min(search.effective, ceiling(block)) > low ? low : base;
}
