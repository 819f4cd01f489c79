/**
 * What is done when a retransmission turns out to have been for nothing: the Eifel response, RFC 4015, to whichever
 * detection has found it out (`loss/undo.ts`, `loss/forward-rto.ts`).
 */
import type { ControlBlock } from './control-block.ts';
import { reductionUndone } from './ecn/reduction.ts';
import { firstWindow } from './output.ts';

/**
 * @param ackedBytes octets that SND.UNA moved over with this acknowledgment
 * @param congested the acknowledgment echoes a mark: then the window stays as it is (RFC 4015 §3.4)
 */
export function undoEpisode(block: ControlBlock, ackedBytes: number, congested: boolean): void {
  const { undo, log, congestion } = block;
  if (block.lossState !== 'open') {
    // Step 8: "resume the transmission with previously unsent data".
    log.forgetLosses();
    block.recovery.abandon();
    block.detection.recoveryUndone();
    block.lossState = 'open';
    block.counts.timeoutRecovered(block.environment.timers.now());
    block.retransmitAtOnce = false;
    block.recoveryPoint = block.sndUna; // RFC 5682 §2.1 (3b)
  }
  if (undo.byTimeout) block.rtt.afterSpuriousTimeout(); // step 11
  undo.end();
  block.forwardRto.abandon();
  block.probe.forget();
  if (congested) return;
  congestion.undo(); // step 9
  reductionUndone(block);
  // "cwnd <- FlightSize + min (bytes_acked, IW)": the window is restored, and filled no faster than slow start would.
  // IW itself is always acceptable: without it a report that comes when nothing is in flight would close the window.
  const initialWindow = firstWindow(block);
  block.windowCap = Math.max(log.pipe + Math.min(Math.max(ackedBytes, 0), initialWindow), initialWindow);
}

/** The restored window opens by what each acknowledgment delivers, until it is reached. */
export function raiseWindowCap(block: ControlBlock, deliveredBytes: number): void {
  if (block.windowCap === Number.POSITIVE_INFINITY) return;
  block.windowCap += 2 * deliveredBytes;
  if (block.windowCap >= block.congestion.cwnd) block.windowCap = Number.POSITIVE_INFINITY;
}
