/**
 * Whether the path reorders: RFC 8985 §6.2 step 3. A segment that was never sent again has arrived after one that lies
 * beyond it. How far apart in time is RACK's to find out.
 */
import { greaterThan, lessThan } from '../sequence.ts';

export class ReorderingDetector {
  /** How many acknowledgments have shown it. */
  count: number;
  /** RACK.fack; and of what this acknowledgment delivers: the highest end, and the lowest of what was sent once. */
  private fack: number;
  private fackKnown: boolean;
  private highestEnd: number;
  private anyDelivered: boolean;
  private lowestEnd: number;
  private anyOriginal: boolean;

  constructor() {
    this.count = 0;
    this.fack = 0;
    this.fackKnown = false;
    this.highestEnd = 0;
    this.anyDelivered = false;
    this.lowestEnd = 0;
    this.anyOriginal = false;
  }

  /** An acknowledgment has come; nothing of it is applied yet. */
  begin(): void {
    this.anyDelivered = false;
    this.anyOriginal = false;
  }

  /** A segment up to `end` has arrived. @param retransmitted it was sent more than once */
  delivered(end: number, retransmitted: boolean): void {
    if (this.anyDelivered !== true || greaterThan(end, this.highestEnd)) this.highestEnd = end;
    this.anyDelivered = true;
    if (retransmitted) return;
    if (this.anyOriginal !== true || lessThan(end, this.lowestEnd)) this.lowestEnd = end;
    this.anyOriginal = true;
  }

  /** The acknowledgment is applied. In ascending order of sequence numbers only what was known before it can be passed. */
  finish(): void {
    if (this.anyDelivered !== true) return;
    if (this.fackKnown === true && this.anyOriginal === true && lessThan(this.lowestEnd, this.fack)) this.count++;
    if (this.fackKnown !== true || greaterThan(this.highestEnd, this.fack)) this.fack = this.highestEnd;
    this.fackKnown = true;
  }
}
