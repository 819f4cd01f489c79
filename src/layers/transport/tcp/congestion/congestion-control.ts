/**
 * How much may be in the network: what every congestion controller does. Which segments are lost is detection's
 * question, what to send next is recovery's, and when it leaves is pacing's. Windows are in bytes.
 */

/** What an acknowledgment has told. One record per connection, filled anew for each. */
export class AckEvent {
  /** When it arrived, in nanoseconds. */
  nowNs: number;
  /** Octets that SND.UNA moved over. */
  ackedBytes: number;
  /** Octets that are known to have arrived and were not before: by cumulative acknowledgment or SACK. */
  deliveredBytes: number;
  /** A round-trip time measured by this acknowledgment, or -1. */
  rttNs: number;
  /** Octets in the network before it. */
  priorPipe: number;
  /** Whether the window, and not the program or the peer, was what held the sender back. */
  windowLimited: boolean;

  constructor() {
    this.nowNs = 0;
    this.ackedBytes = 0;
    this.deliveredBytes = 0;
    this.rttNs = -1;
    this.priorPipe = 0;
    this.windowLimited = false;
  }
}

export interface CongestionControl {
  readonly name: string;
  /** Congestion window and slow-start threshold: RFC 5681 §2. */
  readonly cwnd: number;
  readonly ssthresh: number;
  /** The connection is established. @param smss largest segment to send (RFC 5681 §2) @param initialWindow RFC 6928 */
  start(smss: number, initialWindow: number): void;
  /** The path carries larger or smaller segments now. */
  resize(smss: number): void;
  /** New data was acknowledged while no recovery was going on, or in the slow start after a timeout. */
  acknowledged(event: AckEvent): void;
  /** Detection has found a loss; recovery starts. Once per window. @param flightSize RFC 5681 §2 */
  congestion(flightSize: number): void;
  /** The retransmission timer has expired. @param first not again for a segment that was sent again already */
  timeout(flightSize: number, first: boolean): void;
  /** A recovery that had inflated the window is over. @param flightSize what is still in the network */
  recovered(flightSize: number): void;
  /** The connection was idle for longer than the retransmission timeout: RFC 5681 §4.1. */
  idle(restartWindow: number): void;
}
