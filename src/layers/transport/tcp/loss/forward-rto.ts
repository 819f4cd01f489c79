/**
 * Forward RTO-Recovery: RFC 5682. After a timeout only the first segment is sent again; then new data, to see whether
 * the acknowledgments of what was sent before still come. If so the timeout was spurious. The basic version of §2.1 and
 * the one with SACK of §3.1 differ in what a duplicate ACK says.
 */
import { greaterOrEqual, greaterThan, lessThan } from '../sequence.ts';
import type { Sender } from './sender.ts';

/** New segments that step 2 (b) lets out. */
const NEW_SEGMENTS = 2;

export class ForwardRto {
  /** Which step comes next: 0 is none, 2 and 3 are those of the RFC. */
  step: 0 | 2 | 3;
  /** Octets of new data that may still be sent in step 2 (b). */
  allowance: number;
  /** `recover`, or `RecoveryPoint`: the highest sequence number sent before the new data. */
  private recover: number;
  /** The end of what step 1 sent again. */
  private retransmittedEnd: number;

  constructor() {
    this.step = 0;
    this.allowance = 0;
    this.recover = 0;
    this.retransmittedEnd = 0;
  }

  /** Step 1: the timer has expired outside any earlier recovery, and the first segment is about to be sent again. */
  begin(sender: Sender): void {
    this.step = 2;
    this.allowance = 0;
    this.retransmittedEnd = sender.log.end(0);
  }

  /** Continues with the conventional recovery. */
  abandon(): void {
    this.step = 0;
    this.allowance = 0;
  }

  /**
   * An acknowledgment is applied.
   * @param newlySacked octets that it SACKed for the first time
   * @returns whether the timeout was spurious
   */
  acknowledged(sender: Sender, ackedBytes: number, newlySacked: number, duplicate: boolean): boolean {
    if (this.step === 2) this.second(sender, ackedBytes, duplicate);
    else if (this.step === 3) return this.third(sender, ackedBytes, newlySacked, duplicate);
    return false;
  }

  private second(sender: Sender, ackedBytes: number, duplicate: boolean): void {
    if (ackedBytes <= 0) {
      // §2.1 (2a) reverts; §3.1 step 2 waits, since SACK says more.
      if (duplicate && !sender.sackOk) this.abandon();
      return;
    }
    this.recover = sender.sndNxt;
    const coversAll = greaterOrEqual(sender.sndUna, this.recover);
    if (coversAll || lessThan(sender.sndUna, this.retransmittedEnd)) {
      this.abandon(); // (2a)
      return;
    }
    this.step = 3; // (2b)
    this.allowance = NEW_SEGMENTS * sender.smss;
  }

  private third(sender: Sender, ackedBytes: number, newlySacked: number, duplicate: boolean): boolean {
    if (ackedBytes <= 0 && !duplicate) return false; // "ignored without any action"
    this.abandon();
    // §3.1 (3a): an acknowledgment of the new data says nothing about the old; §2.1 asks only whether it advances.
    const beyond = greaterThan(sender.sndUna, this.recover) || sender.log.isSackedFrom(this.recover);
    if (sender.sackOk && beyond) return false;
    return ackedBytes > 0 || newlySacked > 0; // (3b)
  }
}
