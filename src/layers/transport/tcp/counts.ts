/**
 * What a connection has counted since it began, for `tcp_info`: segments and octets both ways, timeouts, and when something
 * was last sent or heard. Names and definitions of RFC 4898 (the TCP extended statistics MIB) are Linux's too.
 *
 * Whoever counts hands over the clock and not the moment, which V8 would allocate for the call.
 */
import type { Clock } from '../../clock.ts';
import { add, distance } from './sequence.ts';

export class Counts {
  /** All segments that were handed to IP and that came from it; and those of them with data. */
  sentSegments: number;
  receivedSegments: number;
  sentDataSegments: number;
  receivedDataSegments: number;
  /** Segments that had some octet of sequence space, SYN and FIN too, which had been sent before. */
  retransmittedSegments: number;
  /** Segments of ours that are known to have arrived; and those whose acknowledgment echoed a mark (RFC 3168). */
  deliveredSegments: number;
  echoedSegments: number;
  /** Segments that came beyond a gap, in the window. */
  outOfOrderSegments: number;
  /** Segments of ours that the peer has reported to have come twice: RFC 2883. */
  duplicateReports: number;
  /** The most data that one segment brought. */
  largestReceived: number;
  /** Expiries of the retransmission timer, for a SYN too; and how many times that began a recovery. */
  timeouts: number;
  timeoutRecoveries: number;
  /** Octets of data that our SYN carried; and whether the peer's SYN had some that our SYN-ACK acknowledged. */
  synBytes: number;
  synDataTaken: boolean;
  /** Octets of data that were sent, again or not; and those of them that had been sent before. */
  sentBytes: number;
  retransmittedBytes: number;
  /** Octets of data that SND.UNA has passed, and that RCV.NXT has. */
  ackedBytes: number;
  receivedBytes: number;
  /** Octets that were SACKed before a timeout made us forget it: they are delivered once more. */
  forgottenBytes: number;
  /** The end of all that was sent; nothing was while `hasSent` is false. */
  private highestSent: number;
  private hasSent: boolean;
  private deliveredBefore: number;
  /** When it last was, -1 for never. */
  private dataSentNs: number;
  private ackSentNs: number;
  private dataReceivedNs: number;
  private ackReceivedNs: number;
  /** When the recovery by timeout that is going on began (-1 if none is), and how long those before it took together. */
  private timeoutSinceNs: number;
  private timeoutTotalNs: number;

  constructor() {
    this.sentSegments = 0;
    this.receivedSegments = 0;
    this.sentDataSegments = 0;
    this.receivedDataSegments = 0;
    this.retransmittedSegments = 0;
    this.deliveredSegments = 0;
    this.echoedSegments = 0;
    this.outOfOrderSegments = 0;
    this.duplicateReports = 0;
    this.largestReceived = 0;
    this.timeouts = 0;
    this.timeoutRecoveries = 0;
    this.synBytes = 0;
    this.synDataTaken = false;
    this.highestSent = 0;
    this.hasSent = false;
    this.deliveredBefore = 0;
    this.sentBytes = 0;
    this.retransmittedBytes = 0;
    this.ackedBytes = 0;
    this.receivedBytes = 0;
    this.forgottenBytes = 0;
    this.dataSentNs = -1;
    this.ackSentNs = -1;
    this.dataReceivedNs = -1;
    this.ackReceivedNs = -1;
    this.timeoutSinceNs = -1;
    this.timeoutTotalNs = 0;
  }

  sinceDataSent(nowNs: number): number {
    return sinceThen(this.dataSentNs, nowNs);
  }
  sinceAckSent(nowNs: number): number {
    return sinceThen(this.ackSentNs, nowNs);
  }
  sinceDataReceived(nowNs: number): number {
    return sinceThen(this.dataReceivedNs, nowNs);
  }
  sinceAckReceived(nowNs: number): number {
    return sinceThen(this.ackReceivedNs, nowNs);
  }

  /** How long recoveries by timeout have lasted, with the one that is going on. */
  timeoutNs(nowNs: number): number {
    const since = this.timeoutSinceNs;
    return this.timeoutTotalNs + (since < 0 ? 0 : nowNs - since);
  }

  // ---- what is sent ----

  /** A segment with ACK, but for resets. @param octets of sequence space: `length` of data, and SYN or FIN */
  sent(sequence: number, length: number, octets: number, clock: Clock): void {
    this.ackSentNs = clock.now();
    if (octets > 0) this.occupied(sequence, length, octets, clock);
  }

  /** Our SYN or SYN-ACK, with `length` octets of data. */
  sentSyn(sequence: number, length: number, hasAck: boolean, clock: Clock): void {
    if (hasAck) this.ackSentNs = clock.now();
    if (!this.hasSent) {
      this.synBytes = length;
      this.synDataTaken = hasAck && this.receivedBytes > 0;
    }
    this.occupied(sequence, length, length + 1, clock);
  }

  private occupied(sequence: number, length: number, octets: number, clock: Clock): void {
    // How many octets from its first on were sent before. A SYN comes before data, a FIN after it.
    const again = this.hasSent === true ? distance(sequence, this.highestSent) : 0;
    if (again > 0) {
      this.retransmittedSegments++;
      this.retransmittedBytes += Math.min(again, length);
    }
    if (length > 0) {
      this.sentDataSegments++;
      this.sentBytes += length;
      this.dataSentNs = clock.now();
    }
    if (again < octets) this.highestSent = add(sequence, octets);
    this.hasSent = true;
  }

  // ---- what arrives ----

  /** A segment for this connection, acceptable or not. */
  arrived(dataLength: number): void {
    this.receivedSegments++;
    if (dataLength > 0) this.receivedDataSegments++;
  }

  /** Of a segment's `length` octets of data some are new and in the window, or else its FIN is. */
  taken(length: number, clock: Clock): void {
    if (length === 0) return;
    this.dataReceivedNs = clock.now();
    if (length > this.largestReceived) this.largestReceived = length;
  }

  /** RCV.NXT moves over octets of data. */
  received(bytes: number): void {
    this.receivedBytes += bytes;
  }

  /** An acknowledgment is about to be applied. */
  acknowledgment(clock: Clock): void {
    this.ackReceivedNs = clock.now();
    this.deliveredBefore = this.deliveredSegments;
  }

  /** It echoes a mark. */
  echoed(): void {
    this.echoedSegments += this.deliveredSegments - this.deliveredBefore;
  }

  /** SND.UNA moves over octets of data. */
  acked(bytes: number): void {
    this.ackedBytes += bytes;
  }

  /** The peer has told that octets came twice: as many segments as they take, and one at least. */
  duplicateReported(bytes: number, smss: number): void {
    this.duplicateReports += Math.max(1, Math.ceil(bytes / smss));
  }

  /** Segments that were SACKed are not known to have arrived any more: RFC 2018 §8. */
  forgotten(segments: number, bytes: number): void {
    this.deliveredSegments -= segments;
    this.forgottenBytes += bytes;
  }

  // ---- timeouts ----

  /** The retransmission timer has expired, and something is sent again. */
  timedOut(nowNs: number): void {
    this.timeouts++;
    if (this.timeoutSinceNs >= 0) return;
    this.timeoutSinceNs = nowNs;
    this.timeoutRecoveries++;
  }

  /** What was sent when the timer expired is acknowledged, or the timeout was for nothing, or all is over. */
  timeoutRecovered(nowNs: number): void {
    const since = this.timeoutSinceNs;
    if (since < 0) return;
    this.timeoutTotalNs += nowNs - since;
    this.timeoutSinceNs = -1;
  }
}

const sinceThen = (atNs: number, nowNs: number): number => (atNs < 0 ? Number.POSITIVE_INFINITY : nowNs - atNs);
