/**
 * A controller alone on a path that the test describes: it is told of acknowledgments, as a connection would tell it, and
 * keeps its window filled. Segments have 1000 octets; times are in milliseconds.
 */
import { MILLISECOND } from '../../../../../../src/layers/clock.ts';
import { AckEvent } from '../../../../../../src/layers/transport/tcp/congestion/ack-event.ts';
import type { CongestionControl } from '../../../../../../src/layers/transport/tcp/congestion/congestion-control.ts';
import { RFC_SETTINGS, type TcpSettings } from '../../../../../../src/layers/transport/tcp/settings.ts';

export const MSS = 1000;

export interface Acknowledgment {
  /** The round trip that it shows. */
  readonly rtt?: number;
  /** Time since the one before; the round trip, evenly, if left out of a round. */
  readonly after?: number;
  /** The program, not the window, holds back. */
  readonly unused?: boolean;
  /** Octets that were marked. */
  readonly marked?: number;
}

export class Driver<Controller extends CongestionControl> {
  readonly controller: Controller;
  readonly settings: TcpSettings;
  readonly event: AckEvent;
  nowMs: number;
  /** What was in flight when the last acknowledgment of the round before came. */
  private roundEnd: number;

  constructor(controller: Controller, settings: Partial<TcpSettings> = {}, initialWindow: number = 10 * MSS) {
    this.controller = controller;
    this.settings = { ...RFC_SETTINGS, ...settings };
    this.event = new AckEvent();
    this.event.sndUna = 0x7fff_f000;
    this.nowMs = 0;
    controller.start({
      smss: MSS,
      initialWindow,
      nowNs: 0,
      srttNs: 0,
      settings: this.settings,
      random: () => ({ next: () => 0 }),
    });
    this.event.sndNxt = (this.event.sndUna + initialWindow) | 0;
    this.roundEnd = this.event.sndNxt;
  }

  /** In segments. */
  get cwnd(): number {
    return this.controller.cwnd / MSS;
  }

  get ssthresh(): number {
    return this.controller.ssthresh / MSS;
  }

  /** New data is acknowledged; then the window is filled again. */
  acks(bytes: number = MSS, { rtt = 100, after = 0, unused = false, marked = 0 }: Acknowledgment = {}): void {
    const { event, controller } = this;
    this.nowMs += after;
    event.nowNs = Math.round(this.nowMs * MILLISECOND);
    event.ackedBytes = bytes;
    event.deliveredBytes = bytes;
    event.markedBytes = marked;
    event.sndUna = (event.sndUna + bytes) | 0;
    event.rttNs = rtt * MILLISECOND;
    event.latestRttNs = event.rttNs;
    event.srttNs = event.rttNs;
    event.minimumRttNs = Math.min(event.minimumRttNs, event.rttNs);
    event.windowLimited = !unused;
    controller.measured(event);
    controller.acknowledged(event);
    if (((event.sndUna - this.roundEnd) | 0) >= 0) this.roundEnd = event.sndNxt;
    const inFlight = (event.sndNxt - event.sndUna) | 0;
    event.sndNxt = (event.sndUna + Math.max(inFlight, controller.cwnd)) | 0;
  }

  /**
   * All that was in flight at the end of the round before is acknowledged, segment for segment, evenly over one round trip.
   * @param perAck segments for each acknowledgment
   */
  round(how: Acknowledgment = {}, perAck = 1): void {
    const { rtt = 100 } = how;
    const { event } = this;
    const segments = Math.max(1, Math.ceil(((this.roundEnd - event.sndUna) | 0) / MSS));
    for (let left = segments; left > 0; left -= perAck) {
      const count = Math.min(left, perAck);
      this.acks(count * MSS, { after: (rtt * count) / segments, ...how });
    }
  }

  rounds(count: number, how: Acknowledgment = {}): void {
    for (let round = 0; round < count; round++) this.round(how);
  }

  /** A loss is found while the whole window is in flight, and repaired at once. */
  loses(flightSegments: number = this.cwnd): void {
    this.controller.congestion(flightSegments * MSS, 'loss');
    this.restart();
  }

  /** The timer has expired. */
  timesOut(flightSegments: number = this.cwnd): void {
    this.controller.timeout(flightSegments * MSS, true);
    this.restart();
  }

  private restart(): void {
    this.event.sndNxt = (this.event.sndUna + this.controller.cwnd) | 0;
    this.roundEnd = this.event.sndNxt;
  }
}
