/**
 * Whether the retransmissions of a loss episode were for nothing: by the timestamp that the first acceptable ACK echoes
 * (Eifel, RFC 3522), or because every one of them is reported as a duplicate (RFC 2883, RFC 3708). By new data that is
 * acknowledged after a timeout it is `forward-rto.ts`. What follows from it is `spurious-response.ts`.
 * Left out on purpose: telling a copy that the network made from one of ours (RFC 3708 §3.2); it takes more than one
 * such copy an episode to mislead the count.
 */
import type { AckEvent } from '../congestion/ack-event.ts';
import { greaterOrEqual, greaterThan } from '../sequence.ts';
import type { Sender } from './sender.ts';

export class Undo {
  /** The episode began with the retransmission timer: SPUR_TO of RFC 3522 §3.2 (6). */
  byTimeout: boolean;
  /** The first acceptable ACK has not come yet: RFC 3522 §3.2 (3). Only a reported duplicate tells anything afterwards. */
  awaited: boolean;
  /** SND.UNA when it began. */
  private marker: number;
  /** Whether something of it can still be undone. */
  private possible: boolean;
  /** Segments sent again in it and not reported as duplicates since. */
  private outstanding: number;
  /** `RetransmitTS` of RFC 3522 §3.2 (2), as a time; -1 until the first retransmission. */
  private retransmittedNs: number;
  /** Where that one starts. What was sent again before the episode may be acknowledged before it. */
  private retransmittedAt: number;
  /** "during the lifetime of the TCP connection the TCP sender has previously received an ACK with a DSACK option" */
  private duplicateEverReported: boolean;
  /** Segments of the episode that were reported as duplicates with the present acknowledgment. */
  private reportedNow: boolean;

  constructor() {
    this.byTimeout = false;
    this.awaited = false;
    this.marker = 0;
    this.possible = false;
    this.outstanding = 0;
    this.retransmittedNs = -1;
    this.retransmittedAt = 0;
    this.duplicateEverReported = false;
    this.reportedNow = false;
  }

  /** A loss episode begins; not again while it lasts (RFC 3522 §3.2). */
  begin(sender: Sender, byTimeout: boolean): void {
    this.byTimeout = byTimeout;
    this.marker = sender.sndUna;
    this.possible = true;
    this.outstanding = 0;
    this.retransmittedNs = -1;
    this.awaited = true;
  }

  /** The segment at `sequence` was sent again. */
  retransmitted(sequence: number, nowNs: number): void {
    if (!this.possible) return;
    this.outstanding++;
    if (this.retransmittedNs >= 0) return;
    this.retransmittedNs = nowNs;
    this.retransmittedAt = sequence;
  }

  /** The peer reports that the octets from `left` on have arrived twice. */
  duplicateReported(left: number): void {
    this.reportedNow = true;
    if (this.possible && greaterOrEqual(left, this.marker) && this.outstanding > 0) this.outstanding--;
  }

  /** Nothing of the episode can be undone any more: it has been, or the path showed congestion all the same. */
  end(): void {
    this.possible = false;
    this.awaited = false;
  }

  /**
   * The acknowledgment is applied.
   * @param ackedBytes octets that SND.UNA moved over
   * @param event has the latest time at which what its timestamp echoes may have been sent, or `Infinity`
   * @returns whether the episode was for nothing, and how that is known
   */
  verdict(sender: Sender, ackedBytes: number, event: AckEvent): 'eifel' | 'dsack' | undefined {
    const reported = this.reportedNow;
    const reportedBefore = this.duplicateEverReported;
    this.reportedNow = false;
    if (reported) this.duplicateEverReported = true;
    if (!this.possible || this.retransmittedNs < 0) return undefined;
    if (reported && this.outstanding === 0 && sender.settings.duplicateSackUndo) return 'dsack';
    if (!this.awaited || ackedBytes <= 0 || !greaterThan(sender.sndUna, this.retransmittedAt)) return undefined;
    this.awaited = false;
    // Steps 4 and 5: an echo older than the retransmission; and a peer that would tell us of duplicates, or data that is
    // still in flight, so that a peer that had it all and lost its ACKs is not taken for a slow path.
    if (!sender.settings.eifel || event.echoNs >= this.retransmittedNs || reported) return undefined;
    return reportedBefore || sender.log.count > 0 ? 'eifel' : undefined;
  }
}
