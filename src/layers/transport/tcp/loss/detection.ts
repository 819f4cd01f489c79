/**
 * Loss detection by duplicate acknowledgments: RFC 5681 §3.2, and with SACK the `IsLost` of RFC 6675 §4.
 * It marks records of the transmit log; what is done about them is recovery's business.
 */
import { greaterOrEqual, greaterThan } from '../sequence.ts';
import { SACKED } from '../transmit-log.ts';
import type { Sender } from './sender.ts';

export interface LossDetection {
  readonly name: string;
  /**
   * An acknowledgment was taken in: `sndUna`, the log and `duplicateAcks` are current. Marks what is lost.
   * @param newInformation whether SND.UNA moved or a SACK block told something new
   */
  detect(sender: Sender, newInformation: boolean): void;
}

export class DuplicateThreshold implements LossDetection {
  readonly name = 'dupthresh';

  detect(sender: Sender, newInformation: boolean): void {
    if (!sender.settings.fastRetransmit || sender.log.count === 0) return;
    if (sender.sackOk) {
      if (newInformation) this.bySack(sender);
    } else if (sender.lossState === 'open') {
      this.byCount(sender);
    }
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
