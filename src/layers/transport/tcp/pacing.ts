/**
 * Pacing: when a segment may leave. Each moves the earliest departure of the next by its length over the rate
 * (draft-ietf-ccwg-bbr-06 §5.6.2). A controller that knows the path's rate sets it; for the others it is a multiple of
 * the window per round trip, as Linux does (`tcp_pacing_ss_ratio`, `tcp_pacing_ca_ratio`), and off unless asked for.
 * Pure acknowledgments, window probes and a FIN without data are not held back.
 */
import { SECOND } from '../../clock.ts';
import type { ControlBlock } from './control-block.ts';
import { sendQuantum } from './rate/departures.ts';

/** The rate that data leaves at most at, in bytes per second; `Infinity` without pacing. */
export function pacingRate(block: ControlBlock): number {
  const { settings, congestion } = block;
  const most = settings.maximumPacingRate;
  if (congestion.pacingRate === 0 && !settings.pacing && most === 0) return Number.POSITIVE_INFINITY;
  const rate = congestion.pacingRate > 0 ? congestion.pacingRate : windowRate(block);
  return most > 0 ? Math.min(rate, most) : rate;
}

/** A multiple of the window per round trip: more in slow start, where the window doubles in one. */
function windowRate(block: ControlBlock): number {
  const { settings, congestion, rtt } = block;
  if (rtt.srttNs === 0) return Number.POSITIVE_INFINITY;
  const { cwnd, ssthresh } = congestion;
  const percent = cwnd < ssthresh / 2 ? settings.pacingSlowStartPercent : settings.pacingAvoidancePercent;
  return ((percent / 100) * Math.max(cwnd, block.log.pipe) * SECOND) / rtt.srttNs;
}

/** Whether the segment that could go now has to wait. If so the timer is armed that sends it. */
export function mustWait(block: ControlBlock): boolean {
  const { departures, timers } = block;
  if (!departures.isHolding || !departures.holds(block.environment.timers.now())) return false;
  if (pacingRate(block) === Number.POSITIVE_INFINITY) {
    departures.release(); // it was switched off
    return false;
  }
  timers?.pacing.arm(departures.nextNs);
  return true;
}

/** `bytes` of data have left, or are about to. */
export function departed(block: ControlBlock, bytes: number): void {
  const rate = pacingRate(block);
  if (rate === Number.POSITIVE_INFINITY || bytes === 0) return;
  const quantum = block.congestion.sendQuantum ?? sendQuantum(rate, block.smss);
  block.departures.departed(bytes, rate, quantum, block.environment.timers.now());
}
