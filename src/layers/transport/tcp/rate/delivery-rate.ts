/**
 * Delivery-rate samples: draft-ietf-ccwg-bbr-06 §4.1 (first draft-cheng-iccrg-delivery-rate-estimation). Each
 * acknowledgment of something new tells how much was delivered between the sending of a segment and now, how long that
 * took, and whether the program or the network was what limited it.
 *
 * What is noted of each segment lies in the transmit log beside the rest of its record.
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

const SECOND_NS = 1e9;

export class DeliveryRate {
  /** C.delivered: octets that are known to have arrived. */
  deliveredBytes: number;
  /** C.lost: octets that have come to be held for lost. */
  lostBytes: number;
  /** The last sample in bytes per second, without those that a gap of the program has made smaller; 0 before any. */
  latestRate: number;
  /** C.delivered_time, C.first_send_time, and C.app_limited: 0 if no gap is on its way. */
  private deliveredNs: number;
  private firstSendNs: number;
  private appLimitedUpTo: number;
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
    this.deliveredBytes = 0;
    this.lostBytes = 0;
    this.latestRate = 0;
    this.deliveredNs = 0;
    this.firstSendNs = 0;
    this.appLimitedUpTo = 0;
    this.newestAt = -1;
    this.newestEnd = 0;
    this.isSentOnce = false;
    this.isLatestLimited = false;
    this.loss = new SegmentLoss();
  }

  /** Whether a gap that the program has left is still on its way. */
  get isAppLimited(): boolean {
    return this.appLimitedUpTo > 0;
  }

  /**
   * A segment was sent, for the first time or again, and `log.pipe` has it: `OnPacketSent` of §4.1.2.2.
   * @param isFirst nothing else is in the network
   */
  sent(log: TransmitLog, index: number, isFirst: boolean): void {
    if (isFirst) {
      const nowNs = log.lastSent(index);
      this.firstSendNs = nowNs;
      this.deliveredNs = nowNs;
    }
    const { notes } = log;
    const at = log.place(index);
    notes[at + DELIVERED] = this.deliveredBytes;
    notes[at + DELIVERED_NS] = this.deliveredNs;
    notes[at + FIRST_SEND_NS] = this.firstSendNs;
    notes[at + LOST] = this.lostBytes;
    notes[at + IN_FLIGHT] = log.pipe;
    notes[at + IS_APP_LIMITED] = this.appLimitedUpTo > 0 ? 1 : 0;
  }

  /** An acknowledgment is about to be taken in: `InitRateSample` of §4.1.2.3. */
  begin(): void {
    this.newestAt = -1;
  }

  /** A segment has arrived: `UpdateRateSample`, which prefers the newest one. */
  arrived(log: TransmitLog, index: number): void {
    const place = log.place(index);
    if (this.newestAt >= 0 && !this.isNewest(log, place)) return;
    this.newestAt = place;
    this.newestEnd = log.endAt(place);
    this.isSentOnce = log.transmissionsAt(place) === 1;
    this.firstSendNs = log.lastSentAt(place);
  }

  /** Octets have arrived by the acknowledgment whose segments `arrived` has seen. */
  delivered(bytes: number, clock: Clock): void {
    if (bytes <= 0) return;
    this.deliveredBytes += bytes;
    this.deliveredNs = clock.now();
  }

  /** A segment has come to be held for lost. @returns what that tells; the record is reused */
  lost(log: TransmitLog, index: number, nowNs: number): SegmentLoss {
    const { loss } = this;
    const at = log.place(index);
    const bytes = log.length(index);
    this.lostBytes += bytes;
    loss.nowNs = nowNs;
    loss.start = log.start(index);
    loss.end = log.end(index);
    loss.bytes = bytes;
    loss.inflightAtSend = log.notes[at + IN_FLIGHT]!;
    loss.lostSinceSend = this.lostBytes - log.notes[at + LOST]!;
    loss.appLimited = log.notes[at + IS_APP_LIMITED]! > 0;
    loss.delivered = this.deliveredBytes;
    return loss;
  }

  /** The acknowledgment is taken in: `GenerateRateSample`. Fills the event's rate fields; it has C.min_rtt already. */
  finish(log: TransmitLog, event: AckEvent): void {
    const { newestAt: at } = this;
    const { minimumRttNs } = event;
    const { notes } = log;
    const delivered = this.deliveredBytes;
    if (delivered > this.appLimitedUpTo) this.appLimitedUpTo = 0; // the gap has passed through
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
    const sendNs = this.firstSendNs;
    const sendElapsed = sendNs - notes[at + FIRST_SEND_NS]!;
    const ackElapsed = this.deliveredNs - notes[at + DELIVERED_NS]!;
    const interval = Math.max(sendElapsed, ackElapsed);
    const since = delivered - notes[at + DELIVERED]!;
    event.priorDelivered = notes[at + DELIVERED]!;
    event.deliveredSinceSend = since;
    event.rateIntervalNs = interval;
    event.appLimited = notes[at + IS_APP_LIMITED]! > 0;
    event.inflightAtSend = notes[at + IN_FLIGHT]!;
    event.lostSinceSend = this.lostBytes - notes[at + LOST]!;
    // §4.2: what was sent more than once has no round trip that is certain.
    if (this.isSentOnce) event.latestRttNs = event.nowNs - sendNs;
    // An interval below the shortest round trip is of a segment that was sent again for nothing.
    const isPlausible = interval > 0 && (interval >= minimumRttNs || minimumRttNs === Number.POSITIVE_INFINITY);
    if (isPlausible) this.tell(event, Math.round((since / interval) * SECOND_NS));
  }

  private tell(event: AckEvent, rate: number): void {
    event.deliveryRate = rate;
    if (event.appLimited && rate < this.latestRate) return;
    this.latestRate = rate;
    this.isLatestLimited = event.appLimited;
  }

  /** `MarkConnectionAppLimited` of §4.1.2.4: samples do not count in full until all that is in the network has arrived. */
  markAppLimited(pipe: number): void {
    this.appLimitedUpTo = Math.max(this.deliveredBytes + pipe, 1);
  }

  /** `IsNewestPacket`: by when it was sent, and for those of one instant by their place. */
  private isNewest(log: TransmitLog, place: number): boolean {
    const sendNs = log.lastSentAt(place);
    const latest = this.firstSendNs;
    return sendNs > latest || (sendNs === latest && greaterThan(log.endAt(place), this.newestEnd));
  }
}
