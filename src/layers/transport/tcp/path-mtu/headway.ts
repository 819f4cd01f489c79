/** How long no probe goes out after one was lost: RFC 4821 §4 and §7.6.2. */
import type { ControlBlock } from '../control-block.ts';

/**
 * A lost probe reduces no window, so it must be rarer than losses that do: not again for as many round trips as the
 * window has segments.
 * @param factor so many times as long
 */
export function pauseProbing(block: ControlBlock, factor: number): void {
  const window = Math.min(block.congestion.cwnd, block.maxSndWnd);
  const roundTrips = Math.ceil(window / block.smss) * factor;
  const pauseNs = Math.min(roundTrips * block.rtt.srttNs, block.settings.probingIntervalNs);
  block.search.notBeforeNs = block.environment.timers.now() + Math.round(pauseNs);
}
