/**
 * Loss detection by duplicate acknowledgments: RFC 5681 §3.2, and with SACK the `IsLost` and `NextSeg` of RFC 6675 §4.
 */
import type { Clock } from '../../../clock.ts';
import { greaterOrEqual, greaterThan } from '../sequence.ts';
import { RETRANSMITTED, SACKED, type TransmitLog } from '../transmit-log.ts';
import type { LossDetection } from './detection.ts';
import { ReorderingDetector } from './reordering.ts';
import type { Sender } from './sender.ts';

export class DuplicateThreshold implements LossDetection {
  readonly name = 'dupthresh';
  readonly reoWndNs = 0;
  /** For those who want to know: the threshold stays. */
  readonly reordering: ReorderingDetector;
  /** `RescueRxt` of RFC 6675 §4: when SND.UNA is beyond it the rescue retransmission may be sent. */
  private rescueAfter: number;

  constructor() {
    this.reordering = new ReorderingDetector();
    this.rescueAfter = 0;
  }

  lost(): void {}
  duplicateReported(): void {}
  recoveryEnded(): void {}
  recoveryUndone(): void {}

  begin(): void {
    this.reordering.begin();
  }

  delivered(log: TransmitLog, index: number): void {
    this.reordering.delivered(log.end(index), log.transmissions(index) > 1);
  }

  recoveryStarted(sender: Sender): void {
    if (sender.log.count > 0) this.rescueAfter = sender.log.end(0); // RFC 6675 §5 (4.3)
  }

  detect(sender: Sender, _clock: Clock, newInformation: boolean): number {
    if (newInformation) this.reordering.finish();
    if (sender.settings.fastRetransmit && sender.log.count > 0) {
      if (sender.sackOk) {
        if (newInformation) this.bySack(sender);
      } else if (sender.lossState === 'open') {
        this.byCount(sender);
      }
    }
    return 0;
  }

  /** Nothing that is not SACKed is in the network any more: RFC 6675 §5.1. */
  timeout(sender: Sender, _nowNs: number, forgetSacks: boolean): void {
    sender.log.markAllLost(forgetSacks);
  }

  lastResort(sender: Sender): number {
    if (!sender.sackOk) return -1;
    const { log } = sender;
    // NextSeg rule 3: something unSACKed below what is SACKed, not yet sent again, even if it is not held for lost.
    let sackedAbove = false;
    let candidate = -1;
    for (let index = log.count - 1; index >= 0; index--) {
      const flags = log.flags(index);
      if ((flags & SACKED) !== 0) sackedAbove = true;
      else if (sackedAbove && (flags & RETRANSMITTED) === 0 && log.transmissions(index) === 1) candidate = index;
    }
    if (candidate >= 0) return candidate;
    // NextSeg rule 4: once per recovery, the highest segment that is not SACKed.
    if (!greaterThan(sender.sndUna, this.rescueAfter)) return -1;
    for (let index = log.count - 1; index >= 0; index--) {
      if ((log.flags(index) & SACKED) !== 0) continue;
      this.rescueAfter = sender.recoveryPoint;
      return index;
    }
    return -1;
  }

  /** RFC 6582 §3.2 step 2: the third duplicate, unless it belongs to the window of the last recovery. */
  private byCount(sender: Sender): void {
    if (sender.duplicateAcks < sender.settings.duplicateAckThreshold) return;
    // "The Cumulative Acknowledgment field covers more than recover": RFC 6582 §3.2 step 2.
    if (greaterThan(sender.sndUna, sender.recoveryPoint)) sender.log.markLost(0);
  }

  /**
   * RFC 6675 §4 `IsLost`: DupThresh discontiguous SACKed sequences, or more than (DupThresh - 1) * SMSS SACKed octets,
   * lie above. Where that begins is found from the end; all below is lost.
   */
  private bySack(sender: Sender): void {
    const { log, settings } = sender;
    if (log.sackedCount === 0 && sender.duplicateAcks < settings.duplicateAckThreshold) return;
    const enoughBytes = (settings.duplicateAckThreshold - 1) * sender.smss;
    let sequences = 0;
    let bytes = 0;
    let inSequence = false;
    let index = log.count - 1;
    while (index >= 0 && sequences < settings.duplicateAckThreshold && bytes <= enoughBytes) {
      const sacked = (log.flags(index) & SACKED) !== 0;
      if (sacked) {
        if (!inSequence) sequences++;
        bytes += log.length(index);
      }
      inSequence = sacked;
      index--;
    }
    const crossed = sequences >= settings.duplicateAckThreshold || bytes > enoughBytes;
    // RFC 6675 §5 (1): DupThresh duplicate ACKs say that the first segment is lost, whatever the scoreboard says.
    if (!crossed) {
      if (sender.lossState === 'open' && sender.duplicateAcks >= settings.duplicateAckThreshold) {
        if (greaterOrEqual(sender.sndUna, sender.recoveryPoint)) this.mark(sender, 0);
      }
      return;
    }
    for (; index >= 0; index--) this.mark(sender, index);
  }

  /** A record that was sent again since is not lost twice by what was SACKed before: RFC 6675 counts it as in the pipe. */
  private mark(sender: Sender, index: number): void {
    if (sender.log.transmissions(index) === 1) sender.log.markLost(index);
  }
}
