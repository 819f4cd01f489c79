/**
 * How a queue tells the ends of a connection to slow down: a mark where they understand it, else a drop (RFC 3168 §5).
 */
import type { DropReason } from '../../../layers/drop.ts';
import { CONGESTION_EXPERIENCED, NOT_ECT } from '../../../layers/network/ecn.ts';
import type { Transit } from '../transit.ts';
import { ecnOf, markCongestionExperienced } from './ecn-field.ts';
import type { QueueOwner } from './queue-discipline.ts';

const ACTIVE_MANAGEMENT: DropReason = 'medium-queue-aqm';

/**
 * Marks a frame if it is ECN-capable, and else lets it be. One that another queue has marked already says so without us.
 * @param detail by which rule, for a person
 * @returns whether the frame carries the mark now
 */
export function markIfCapable(owner: QueueOwner, transit: Transit, detail: string): boolean {
  const codepoint = ecnOf(transit.frame);
  if (codepoint === NOT_ECT) return false;
  if (codepoint !== CONGESTION_EXPERIENCED) {
    markCongestionExperienced(transit.frame);
    owner.queueMarked(transit, detail);
  }
  return true;
}

/**
 * Marks a frame if that may be, and else drops it.
 * @param mayMark whether marks are given at all, or at this state of congestion
 * @returns whether the frame goes on
 */
export function signalCongestion(owner: QueueOwner, transit: Transit, mayMark: boolean, detail: string): boolean {
  if (mayMark && markIfCapable(owner, transit, detail)) return true;
  owner.queueDropped(transit, ACTIVE_MANAGEMENT, detail);
  return false;
}
