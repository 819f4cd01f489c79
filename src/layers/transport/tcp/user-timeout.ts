/**
 * The user timeout option: RFC 5482. `userTimeoutNs` is its USER_TIMEOUT, `userTimeoutOption` its ENABLED; what the
 * peer suggests changes our timeout only if the program has not chosen one. The timer itself is in `timers.ts`.
 * Left out on purpose: turning the option off when segments that carry it are lost (§4.1, a suggestion).
 */
import { SECOND } from '../../clock.ts';
import type { ControlBlock } from './control-block.ts';

/** ADV_UTO when nobody has chosen one: "defaults to the default system-wide USER TIMEOUT", RFC 9293 §3.9.1's 5 minutes. */
const DEFAULT_NS = 300 * SECOND;

/** What the option says, in seconds; never 0, which is reserved (§3.4). */
export const advertisedSeconds = (block: ControlBlock): number => Math.max(1, Math.round(advertisedNs(block) / SECOND));

/** A UTO option has arrived. It takes effect in a synchronised state only (§3.3). @param seconds not 0 */
export function hearUserTimeout(block: ControlBlock, seconds: number): void {
  block.remoteUserTimeoutNs = seconds * SECOND;
  if (block.wasEstablished) adoptUserTimeout(block);
}

/** USER_TIMEOUT = min(U_LIMIT, max(ADV_UTO, REMOTE_UTO, L_LIMIT)): §3.1. */
export function adoptUserTimeout(block: ControlBlock): void {
  const { settings } = block;
  if (!settings.userTimeoutOption || !settings.userTimeoutChangeable || block.remoteUserTimeoutNs === 0) return;
  // "The lower limit (L_LIMIT) MUST be larger than the current retransmission timeout."
  const lower = Math.max(settings.userTimeoutLowerLimitNs, block.rtt.rtoNs + settings.clockGranularityNs);
  const wanted = Math.max(advertisedNs(block), block.remoteUserTimeoutNs, lower);
  block.adoptedUserTimeoutNs = Math.min(settings.userTimeoutUpperLimitNs, wanted);
  settings.userTimeoutNs = block.adoptedUserTimeoutNs;
  restartUserTimeout(block);
}

/** The program may have chosen another timeout: the peer is told with the next segment, and what waits already obeys it. */
export function userTimeoutChanged(block: ControlBlock): void {
  if (block.settings.userTimeoutOption && advertisedSeconds(block) !== block.toldUserTimeoutSeconds) {
    block.userTimeoutDue = block.wasEstablished;
  }
  restartUserTimeout(block);
}

/** §4.2: "the keep-alive timer MUST be set to a value larger than that of the adopted USER TIMEOUT". */
export const keepAliveIdle = (block: ControlBlock): number => {
  const { keepAliveIdleNs, userTimeoutOption, userTimeoutNs } = block.settings;
  return userTimeoutOption ? Math.max(keepAliveIdleNs, userTimeoutNs + SECOND) : keepAliveIdleNs;
};

/** What the program has chosen, for the option or for itself; not what was adopted from the peer. */
function advertisedNs(block: ControlBlock): number {
  const { userTimeoutAdvertisedNs, userTimeoutNs } = block.settings;
  if (userTimeoutAdvertisedNs > 0) return userTimeoutAdvertisedNs;
  return userTimeoutNs > 0 && userTimeoutNs !== block.adoptedUserTimeoutNs ? userTimeoutNs : DEFAULT_NS;
}

/** The timer runs while something waits for acknowledgment. */
function restartUserTimeout(block: ControlBlock): void {
  const { timers, settings } = block;
  if (timers === undefined || block.log.count === 0) return;
  if (settings.userTimeoutNs > 0) timers.userTimeout.arm(block.waitingSinceNs + settings.userTimeoutNs);
  else timers.userTimeout.cancel();
}
