/**
 * Loss detection: which segments are held for lost. It marks records of the transmit log; what is done about them is
 * recovery's business. By counting it is `duplicate-threshold.ts` (RFC 5681, RFC 6675), by time `rack.ts` (RFC 8985).
 */
import type { Clock } from '../../../clock.ts';
import type { AckEvent } from '../congestion/ack-event.ts';
import type { FateWatcher } from '../transmit-log.ts';
import type { ReorderingDetector } from './reordering.ts';
import type { Sender } from './sender.ts';

export interface LossDetection extends FateWatcher {
  readonly name: string;
  /** How often segments have arrived in another order than they were sent in. */
  readonly reordering: ReorderingDetector;
  /** For how long a segment may be overtaken before it is lost: RACK.reo_wnd of RFC 8985; 0 if nobody looks at the time. */
  readonly reoWndNs: number;
  /** An acknowledgment has come; nothing of it is applied yet. Of the event only the times are known. */
  begin(sender: Sender, event: AckEvent): void;
  /**
   * The acknowledgment is applied: `sndUna`, the log and `duplicateAcks` are current. Marks what is lost. Also called
   * when the time has come that it asked for.
   * @param newInformation whether SND.UNA moved or a SACK block told something new
   * @returns in how many nanoseconds to look again, or 0
   */
  detect(sender: Sender, clock: Clock, newInformation: boolean): number;
  /** A duplicate was reported: RFC 2883. */
  duplicateReported(sender: Sender): void;
  /** The retransmission timer has expired. @param forgetSacks the peer may have discarded what it had SACKed */
  timeout(sender: Sender, nowNs: number, forgetSacks: boolean): void;
  /** Recovery has started, and has ended. */
  recoveryStarted(sender: Sender): void;
  recoveryEnded(): void;
  /** The retransmissions of the recovery were for nothing: what was concluded from them is void. */
  recoveryUndone(): void;
  /** A record to send again when nothing is held for lost and nothing new can be sent, or -1. */
  lastResort(sender: Sender): number;
}
