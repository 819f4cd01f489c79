/**
 * Delivery-rate samples: draft-ietf-ccwg-bbr-06 §4.1 (first draft-cheng-iccrg-delivery-rate-estimation). Each
 * acknowledgment of something new tells how much was delivered between the sending of a segment and now, how long that
 * took, and whether the program or the network was what limited it.
 *
 * What is noted of each segment lies in the transmit log beside the rest of its record. Numbers lie in typed arrays, so
 * a sample allocates nothing.
 * Left out on purpose: the estimate from duplicate ACKs without SACK (§4.1.3.5.1); queues below TCP, which has none.
 */
import type { Clock } from '../../../clock.ts';
import type { AckEvent } from '../congestion/ack-event.ts';
import { SegmentLoss } from '../congestion/segment-loss.ts';
import { greaterThan } from '../sequence.ts';
import type { TransmitLog } from '../transmit-log.ts';

/** Where each value lies in what a record notes: P.delivered, P.delivered_time and so on (§4.1.2.1.2). */
const DELIVERED = 0;
const DELIVERED_NS = 1;
const FIRST_SEND_NS = 2;
const LOST = 3;
const IN_FLIGHT = 4;
const IS_APP_LIMITED = 5;

/** The connection's own (§4.1.2.1.1) lie in the same places; after them C.app_limited, and the rate last told. */
const APP_LIMITED = 6;
const LATEST_RATE = 7;
const CONNECTION_LENGTH = 8;

const SECOND_NS = 1e9;

export class DeliveryRate {
  private readonly connection: Float64Array;
  /**
   * Of the segment that the sample is of, the one sent last of those that the acknowledgment delivers: where its note is
   * (-1 if there is none), where it ends, and whether it was sent only once. The note stays until something new is sent.
   */
  private newestAt: number;
  private newestEnd: number;
  private isSentOnce: boolean;
  /** Whether the program had left a gap in the sample that `latestRate` is. */
  isLatestLimited: boolean;
  private readonly loss: SegmentLoss;

  constructor() {
    this.connection = new Float64Array(CONNECTION_LENGTH);
    this.newestAt = -1;
    this.newestEnd = 0;
    this.isSentOnce = false;
    this.isLatestLimited = false;
    this.loss = new SegmentLoss();
  }

  /** C.delivered: octets that are known to have arrived. */
  get deliveredBytes(): number {
    return this.connection[DELIVERED]!;
  }

  /** C.lost: octets that have come to be held for lost. */
  get lostBytes(): number {
    return this.connection[LOST]!;
  }

  /** The last sample in bytes per second, without those that a gap of the program has made smaller; 0 before any. */
  get latestRate(): number {
    return this.connection[LATEST_RATE]!;
  }

  /** Whether a gap that the program has left is still on its way. */
  get isAppLimited(): boolean {
    return this.connection[APP_LIMITED]! > 0;
  }

  /**
   * A segment was sent, for the first time or again, and `log.pipe` has it: `OnPacketSent` of §4.1.2.2.
   * @param isFirst nothing else is in the network
   */
  sent(log: TransmitLog, index: number, isFirst: boolean): void {
    const { connection } = this;
    if (isFirst) {
      const nowNs = log.lastSent(index);
      connection[FIRST_SEND_NS] = nowNs;
      connection[DELIVERED_NS] = nowNs;
    }
    const { notes } = log;
    const at = log.noteAt(index);
    notes[at + DELIVERED] = connection[DELIVERED]!;
    notes[at + DELIVERED_NS] = connection[DELIVERED_NS]!;
    notes[at + FIRST_SEND_NS] = connection[FIRST_SEND_NS]!;
    notes[at + LOST] = connection[LOST]!;
    notes[at + IN_FLIGHT] = log.pipe;
    notes[at + IS_APP_LIMITED] = connection[APP_LIMITED]! > 0 ? 1 : 0;
  }

  /** An acknowledgment is about to be taken in: `InitRateSample` of §4.1.2.3. */
  begin(): void {
    this.newestAt = -1;
  }

  /** A segment has arrived: `UpdateRateSample`, which prefers the newest one. */
  arrived(log: TransmitLog, index: number): void {
    const { connection } = this;
    if (this.newestAt >= 0 && !this.isNewest(log, index)) return;
    this.newestAt = log.noteAt(index);
    this.newestEnd = log.end(index);
    this.isSentOnce = log.transmissions(index) === 1;
    connection[FIRST_SEND_NS] = log.lastSent(index);
  }

  /** Octets have arrived by the acknowledgment whose segments `arrived` has seen. */
  delivered(bytes: number, clock: Clock): void {
    if (bytes <= 0) return;
    this.connection[DELIVERED]! += bytes;
    this.connection[DELIVERED_NS] = clock.now();
  }

  /** A segment has come to be held for lost. @returns what that tells; the record is reused */
  lost(log: TransmitLog, index: number, nowNs: number): SegmentLoss {
    const { connection, loss } = this;
    const at = log.noteAt(index);
    const bytes = log.length(index);
    connection[LOST]! += bytes;
    loss.nowNs = nowNs;
    loss.start = log.start(index);
    loss.end = log.end(index);
    loss.bytes = bytes;
    loss.inflightAtSend = log.notes[at + IN_FLIGHT]!;
    loss.lostSinceSend = connection[LOST]! - log.notes[at + LOST]!;
    loss.appLimited = log.notes[at + IS_APP_LIMITED]! > 0;
    loss.delivered = connection[DELIVERED]!;
    return loss;
  }

  /** The acknowledgment is taken in: `GenerateRateSample`. Fills the event's rate fields; it has C.min_rtt already. */
  finish(log: TransmitLog, event: AckEvent): void {
    const { connection, newestAt: at } = this;
    const { minimumRttNs } = event;
    const { notes } = log;
    const delivered = connection[DELIVERED]!;
    if (delivered > connection[APP_LIMITED]!) connection[APP_LIMITED] = 0; // the gap has passed through
    event.delivered = delivered;
    event.deliveryRate = 0;
    event.latestRttNs = -1;
    if (at < 0) {
      event.priorDelivered = -1;
      event.deliveredSinceSend = 0;
      event.rateIntervalNs = 0;
      event.appLimited = false;
      event.inflightAtSend = 0;
      event.lostSinceSend = 0;
      return;
    }
    const sendNs = connection[FIRST_SEND_NS]!;
    const sendElapsed = sendNs - notes[at + FIRST_SEND_NS]!;
    const ackElapsed = connection[DELIVERED_NS]! - notes[at + DELIVERED_NS]!;
    const interval = Math.max(sendElapsed, ackElapsed);
    const since = delivered - notes[at + DELIVERED]!;
    event.priorDelivered = notes[at + DELIVERED]!;
    event.deliveredSinceSend = since;
    event.rateIntervalNs = interval;
    event.appLimited = notes[at + IS_APP_LIMITED]! > 0;
    event.inflightAtSend = notes[at + IN_FLIGHT]!;
    event.lostSinceSend = connection[LOST]! - notes[at + LOST]!;
    // §4.2: what was sent more than once has no round trip that is certain.
    if (this.isSentOnce) event.latestRttNs = event.nowNs - sendNs;
    // An interval below the shortest round trip is of a segment that was sent again for nothing.
    const isPlausible = interval > 0 && (interval >= minimumRttNs || minimumRttNs === Number.POSITIVE_INFINITY);
    if (isPlausible) this.tell(event, Math.round((since / interval) * SECOND_NS));
  }

  private tell(event: AckEvent, rate: number): void {
    event.deliveryRate = rate;
    if (event.appLimited && rate < this.connection[LATEST_RATE]!) return;
    this.connection[LATEST_RATE] = rate;
    this.isLatestLimited = event.appLimited;
  }

  /** `MarkConnectionAppLimited` of §4.1.2.4: samples do not count in full until all that is in the network has arrived. */
  markAppLimited(pipe: number): void {
    this.connection[APP_LIMITED] = Math.max(this.connection[DELIVERED]! + pipe, 1);
  }

  /** `IsNewestPacket`: by when it was sent, and for those of one instant by their place. */
  private isNewest(log: TransmitLog, index: number): boolean {
    const sendNs = log.lastSent(index);
    const latest = this.connection[FIRST_SEND_NS]!;
    return sendNs > latest || (sendNs === latest && greaterThan(log.end(index), this.newestEnd));
  }
}
