/**
 * What one segment tells when it comes to be held for lost: draft-ietf-ccwg-bbr-06 §5.5.10.2. One record per connection,
 * filled anew for each.
 */
export class SegmentLoss {
  /** When it came to be, in nanoseconds. */
  nowNs: number;
  /** Sequence number of its first octet and of the one after its last. */
  start: number;
  end: number;
  /** Octets in it. */
  bytes: number;
  /** P.tx_in_flight: octets in the network when it was last sent, itself included. */
  inflightAtSend: number;
  /** C.lost - P.lost: octets lost since then, itself included. */
  lostSinceSend: number;
  /** The program had left a gap when it was sent. */
  appLimited: boolean;
  /** C.delivered: octets delivered on this connection so far. */
  delivered: number;

  constructor() {
    this.nowNs = 0;
    this.start = 0;
    this.end = 0;
    this.bytes = 0;
    this.inflightAtSend = 0;
    this.lostSinceSend = 0;
    this.appLimited = false;
    this.delivered = 0;
  }
}
