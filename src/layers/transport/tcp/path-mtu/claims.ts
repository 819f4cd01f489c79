/**
 * The counter-measure of RFC 5927 §7.2 and §7.4: a "packet too big" about packets smaller than what was acknowledged
 * already is kept pending, and believed only when the segment that it quotes has timed out. With `pathMtuClaimTimeouts`
 * 0 each report is believed at once, as RFC 1191 and RFC 8201 have it.
 */
import type { IcmpError } from '../../../network/icmp-error.ts';
import { MINIMUM_V4, MINIMUM_V6 } from '../../../network/path-mtu.ts';
import { fixedHeaders } from '../announced-mss.ts';
import type { ControlBlock } from '../control-block.ts';
import { fixedOptionBytes } from '../emission.ts';
import * as segment from '../segment.ts';
import { greaterThan } from '../sequence.ts';

/** `maxsizeacked`: bytes of the largest packet that was acknowledged, its headers counted. */
export const largestAcknowledged = (block: ControlBlock): number =>
  Math.max(minimumMtu(block), block.log.largestAcknowledged + fixedHeaders(block) + fixedOptionBytes(block));

export const minimumMtu = (block: ControlBlock): number => (block.path.family === 4 ? MINIMUM_V4 : MINIMUM_V6);

/** Whether a report lowers the path MTU now. It is about a segment in flight: RFC 5927 §4.1 was asked before. */
export function mayLowerMtu(block: ControlBlock, error: IcmpError): boolean {
  const { claims, settings } = block;
  const claimed = error.mtu;
  if (settings.pathMtuClaimTimeouts === 0) return true;
  // What was never sent cannot have been too big.
  if (claimed > Math.max(claims.largestSent, minimumMtu(block)) || claimed >= block.path.mtu) return false;
  // Initial Path-MTU Discovery: nothing of the size that is said not to get through is known to have got through.
  const isInitial = claimed >= largestAcknowledged(block);
  if (isInitial || claims.timeouts >= settings.pathMtuClaimTimeouts) {
    believe(block, claimed);
    return true;
  }
  claims.pendingMtu = claimed;
  claims.pendingSequence = segment.sequenceNumber(error.view, error.at);
  return false;
}

/** SND.UNA moved: if it passed the quoted segment, the claim was false. */
export function refuteClaim(block: ControlBlock): void {
  if (greaterThan(block.sndUna, block.claims.pendingSequence)) block.claims.pendingMtu = 0;
}

/** The retransmission timer has expired: a pending claim may be true. */
export function honourClaim(block: ControlBlock): void {
  const { pendingMtu } = block.claims;
  if (block.claims.timeouts < block.settings.pathMtuClaimTimeouts) return;
  believe(block, pendingMtu);
  block.path.lowerMtu?.(pendingMtu);
}

function believe(block: ControlBlock, claimed: number): void {
  block.claims.pendingMtu = 0;
  block.claims.largestSent = 0;
  block.claims.timeouts = 0;
  const payload = claimed - fixedHeaders(block) - fixedOptionBytes(block);
  block.log.largestAcknowledged = Math.min(block.log.largestAcknowledged, Math.max(0, payload));
}
