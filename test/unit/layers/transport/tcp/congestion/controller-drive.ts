/**
 * Drives a controller that models the path: acknowledgments come as the test says, round trip by round trip. Segments
 * have 1000 octets; the path carries 1,000,000 octets a second and has a round trip of 100 ms unless the test says
 * otherwise, so 100 segments fill it.
 */
import { AckEvent } from '../../../../../../src/layers/transport/tcp/congestion/ack-event.ts';
import type {
  CongestionControl,
  ControllerStart,
} from '../../../../../../src/layers/transport/tcp/congestion/congestion-control.ts';
import { SegmentLoss } from '../../../../../../src/layers/transport/tcp/congestion/segment-loss.ts';
import { RFC_SETTINGS } from '../../../../../../src/layers/transport/tcp/settings.ts';

export const MSS = 1000;
export const MILLISECOND = 1_000_000;
export const SECOND = 1_000_000_000;
export const RTT_NS: number = 100 * MILLISECOND;
export const BANDWIDTH = 1_000_000;
/** Bandwidth times round trip. */
export const BDP: number = 100 * MSS;

/** What an acknowledgment tells; what is left out is as on a path that is full and without a queue. */
export interface Told {
  /** Time since the event before. */
  readonly afterNs?: number;
  readonly delivered?: number;
  readonly rate?: number;
  readonly appLimited?: boolean;
  readonly rttNs?: number;
  readonly priorPipe?: number;
  readonly pipe?: number;
  readonly lost?: number;
  readonly inflightAtSend?: number;
  readonly lostSinceSend?: number;
  readonly recovering?: boolean;
  readonly repairing?: boolean;
}

export interface LossTold {
  readonly inflightAtSend?: number;
  readonly lostSinceSend?: number;
  readonly appLimited?: boolean;
  /** It follows the one before without a gap. */
  readonly isNext?: boolean;
}

export class ControllerDrive<Controller extends CongestionControl> {
  readonly controller: Controller;
  now: number = SECOND;
  delivered = 0;
  /** The dice of `random`, as 32 bits each; 0 when there are no more. */
  dice: number[] = [];
  private readonly event: AckEvent = new AckEvent();
  private readonly loss: SegmentLoss = new SegmentLoss();
  private nextLoss = 0;

  constructor(controller: Controller, start: Partial<ControllerStart> = {}) {
    this.controller = controller;
    controller.start({
      smss: MSS,
      initialWindow: 10 * MSS,
      nowNs: this.now,
      srttNs: RTT_NS,
      settings: RFC_SETTINGS,
      random: () => ({ next: () => this.dice.shift() ?? 0 }),
      ...start,
    });
  }

  /** An acknowledgment of a segment that left before the round trip started. */
  ack(told: Told = {}): void {
    this.tell(told, -1, told.delivered ?? 2 * MSS);
  }

  /** The acknowledgment that ends a round trip, after which a BDP has arrived in all. */
  round(told: Told = {}): void {
    this.tell({ afterNs: RTT_NS, ...told }, this.delivered, told.delivered ?? BDP);
  }

  rounds(count: number, told: Told = {}): void {
    for (let done = 0; done < count; done++) this.round(told);
  }

  /** Acknowledgments every 10 ms at the pace of the path, within one round trip. */
  steady(count: number, told: Told = {}): void {
    for (let done = 0; done < count; done++) this.ack({ afterNs: 10 * MILLISECOND, delivered: 10 * MSS, ...told });
  }

  /** A segment comes to be held for lost. */
  lose(told: LossTold = {}): void {
    const { loss } = this;
    const start = told.isNext === true ? this.nextLoss : (this.nextLoss + MSS) | 0;
    this.nextLoss = (start + MSS) | 0;
    loss.nowNs = this.now;
    loss.start = start;
    loss.end = this.nextLoss;
    loss.bytes = MSS;
    loss.inflightAtSend = told.inflightAtSend ?? BDP;
    loss.lostSinceSend = told.lostSinceSend ?? MSS;
    loss.appLimited = told.appLimited ?? false;
    loss.delivered = this.delivered;
    this.controller.segmentLost?.(loss);
  }

  private tell(told: Told, priorDelivered: number, delivered: number): void {
    const { event } = this;
    this.now += told.afterNs ?? 0;
    this.delivered += delivered;
    event.nowNs = this.now;
    event.deliveredBytes = delivered;
    event.ackedBytes = delivered;
    event.delivered = this.delivered;
    event.priorDelivered = priorDelivered;
    event.deliveryRate = told.rate ?? BANDWIDTH;
    event.deliveredSinceSend = ((told.rate ?? BANDWIDTH) * RTT_NS) / SECOND;
    event.appLimited = told.appLimited ?? false;
    event.latestRttNs = told.rttNs ?? RTT_NS;
    event.rttNs = event.latestRttNs;
    event.priorPipe = told.priorPipe ?? BDP;
    event.pipe = told.pipe ?? BDP;
    event.lostBytes = told.lost ?? 0;
    event.inflightAtSend = told.inflightAtSend ?? BDP;
    event.lostSinceSend = told.lostSinceSend ?? 0;
    event.recovering = told.recovering ?? false;
    event.repairing = told.repairing ?? event.recovering;
    this.controller.measured(event);
  }
}
