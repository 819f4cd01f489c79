/**
 * What one acknowledgment has told about the network. One record per connection, filled anew for each.
 */
export class AckEvent {
  /** When it arrived, in nanoseconds. */
  nowNs: number;
  /** The latest time at which what its timestamp echoes may have been sent, or `Infinity` without one. */
  echoNs: number;
  /** Octets that SND.UNA moved over. */
  ackedBytes: number;
  /** Octets that are known to have arrived and were not before: by cumulative acknowledgment or SACK. */
  deliveredBytes: number;
  /** Octets that detection has come to hold for lost by it. */
  lostBytes: number;
  /** Octets that arrived with Congestion Experienced, as far as the peer's feedback tells: RFC 3168, RFC 9768. */
  markedBytes: number;
  /** A round-trip time measured by this acknowledgment, or -1; smoothed; and the shortest (`Infinity` before any). */
  rttNs: number;
  srttNs: number;
  minimumRttNs: number;
  /** Octets in the network before it, and after it. */
  priorPipe: number;
  pipe: number;
  sndUna: number;
  sndNxt: number;
  /** Whether the window, and not the program or the peer, was what held the sender back. */
  windowLimited: boolean;
  /** Whether a recovery is going on after it: RFC 5681 §3.2; and whether that or the slow start after a timeout is. */
  recovering: boolean;
  repairing: boolean;
  /** Octets delivered on this connection so far. */
  delivered: number;
  /** The delivery-rate sample (`rate/delivery-rate.ts`), in bytes per second; 0 if this acknowledgment gives none. */
  deliveryRate: number;
  /**
   * `delivered` when the sampled segment was sent, -1 if nothing new has arrived; what was delivered since; in which
   * time; and whether the program left a gap in it.
   */
  priorDelivered: number;
  deliveredSinceSend: number;
  rateIntervalNs: number;
  appLimited: boolean;
  /** The round trip of the sampled segment, which is the one sent last; -1 if it was sent more than once. */
  latestRttNs: number;
  /** Octets in the network when the sampled segment was sent, and octets lost since then. */
  inflightAtSend: number;
  lostSinceSend: number;

  constructor() {
    this.nowNs = 0;
    this.echoNs = Number.POSITIVE_INFINITY;
    this.ackedBytes = 0;
    this.deliveredBytes = 0;
    this.lostBytes = 0;
    this.markedBytes = 0;
    this.rttNs = -1;
    this.srttNs = 0;
    this.minimumRttNs = Number.POSITIVE_INFINITY;
    this.priorPipe = 0;
    this.pipe = 0;
    this.sndUna = 0;
    this.sndNxt = 0;
    this.windowLimited = false;
    this.recovering = false;
    this.repairing = false;
    this.delivered = 0;
    this.deliveryRate = 0;
    this.priorDelivered = -1;
    this.deliveredSinceSend = 0;
    this.rateIntervalNs = 0;
    this.appLimited = false;
    this.latestRttNs = -1;
    this.inflightAtSend = 0;
    this.lostSinceSend = 0;
  }
}
