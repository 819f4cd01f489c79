/**
 * When a tail loss probe is due: RFC 8985 §7.2. When acknowledgments are overdue, one segment asks for them long before
 * the retransmission timer would; what it draws lets RACK see what was lost. The RFC cancels the retransmission timer
 * while the probe's timer runs (§8); here both run, the probe's being the earlier one, which comes to the same.
 */
import { SECOND } from '../../clock.ts';
import type { ControlBlock } from './control-block.ts';
import { distance } from './sequence.ts';

/** The PTO when no round trip has been measured. */
const UNMEASURED_NS = SECOND;

/**
 * Starts the timer anew if something asked for it. An acknowledgment mostly lets new data out, and both ask: it is started
 * once both are done.
 */
export function followProbe(block: ControlBlock): void {
  if (block.probeDue !== true) return;
  block.probeDue = false;
  scheduleProbe(block);
}

/** Starts the timer anew, after new data was sent or acknowledged; or stops it. */
export function scheduleProbe(block: ControlBlock): void {
  const { timers, settings, log } = block;
  if (timers === undefined) return;
  const wanted =
    settings.tailLossProbe === true &&
    block.detection.name === 'rack' &&
    block.lossState === 'open' &&
    log.count > 0 &&
    log.sackedCount === 0 &&
    block.wasEstablished === true;
  if (!wanted) {
    timers.tailLossProbe.cancel();
    return;
  }
  const now = block.environment.timers.now();
  timers.tailLossProbe.armAfter(Math.min(probeTimeout(block), timers.retransmission.deadline - now));
  const { deadline } = timers.tailLossProbe;
  block.environment.observer?.tcpTimer(block.identity, 'tail-loss-probe', 'armed', deadline);
}

/** `TLP_calc_PTO`, in nanoseconds from now. */
function probeTimeout(block: ControlBlock): number {
  const { rtt, settings } = block;
  if (rtt.samples === 0) return UNMEASURED_NS;
  const oneSegment = distance(block.sndUna, block.sndNxt) <= block.smss;
  return Math.ceil(2 * rtt.srttNs) + (oneSegment ? settings.tailLossProbeAckDelayNs : 0);
}
