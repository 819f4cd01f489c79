/** Segments of 1000 octets on their way, and the delivery-rate samples that their acknowledgments give. */

import { AckEvent } from '../../../../../../src/layers/transport/tcp/congestion/ack-event.ts';
import type { SegmentLoss } from '../../../../../../src/layers/transport/tcp/congestion/segment-loss.ts';
import { DeliveryRate } from '../../../../../../src/layers/transport/tcp/rate/delivery-rate.ts';
import { TransmitLog } from '../../../../../../src/layers/transport/tcp/transmit-log.ts';
import { clockAt } from '../../../clock-at.ts';

export const OCTETS = 1000;

export class SampledFlight {
  readonly rate: DeliveryRate = new DeliveryRate();
  readonly log: TransmitLog;
  readonly event: AckEvent = new AckEvent();
  losses: SegmentLoss[] = [];
  now: number;
  minimumRttNs = 0;
  private readonly start: number;
  private next = 0;
  private una = 0;

  constructor(start: number, now = 0) {
    this.start = start;
    this.now = now;
    this.log = new TransmitLog({
      delivered: (log, index) => this.rate.arrived(log, index),
      lost: (log, index) => this.losses.push({ ...this.rate.lost(log, index, this.now) }),
    });
  }

  /** Sends new segments. */
  send(count = 1, octets: number = OCTETS): void {
    for (let sent = 0; sent < count; sent++) {
      this.log.append((this.start + this.next) | 0, (this.start + this.next + octets) | 0, false, clockAt(this.now));
      this.next += octets;
      this.note(this.log.count - 1);
    }
  }

  lose(...indices: number[]): void {
    for (const index of indices) this.log.markLost(index);
  }

  /** Sends the first lost segment again. */
  sendAgain(index: number = this.log.firstLost()): void {
    this.log.retransmitted(index, this.now);
    this.note(index);
  }

  /** An ACK of all octets below `octets`, with SACK blocks `[from, to)`. */
  acknowledge(octets: number, ...sacks: readonly (readonly [number, number])[]): AckEvent {
    const { event, rate, log } = this;
    rate.begin();
    let delivered = 0;
    for (const [from, to] of sacks) delivered += log.applySack((this.start + from) | 0, (this.start + to) | 0);
    const sackedBefore = log.sackedBytes;
    const moved = Math.max(0, octets - this.una);
    log.acknowledge((this.start + octets) | 0);
    delivered += moved - (sackedBefore - log.sackedBytes);
    this.una += moved;
    rate.delivered(delivered, clockAt(this.now));
    event.nowNs = this.now;
    event.deliveredBytes = delivered;
    event.minimumRttNs = this.minimumRttNs;
    rate.finish(log, event);
    return event;
  }

  private note(index: number): void {
    this.rate.sent(this.log, index, this.log.pipe === this.log.length(index));
  }
}
