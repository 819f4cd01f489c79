/**
 * What BBR version 1 knows of the path: draft-cardwell-iccrg-bbr-congestion-control-00 §4.1. The bandwidth is the largest
 * of ten round trips, the round trip the shortest of ten seconds.
 */
import { SECOND } from '../../../../clock.ts';
import type { AckEvent } from '../ack-event.ts';
import { RoundTrips } from '../round-trips.ts';
import { WindowedMaximum } from '../windowed-maximum.ts';

/** `BtlBwFilterLen` and `RTpropFilterLen`. */
const BANDWIDTH_ROUNDS = 10;
const MINIMUM_RTT_WINDOW_NS = 10 * SECOND;
/** §4.3.2.2. */
const GROWTH = 1.25;
const ROUNDS_WITHOUT_GROWTH = 3;

export class PathModel {
  readonly rounds: RoundTrips;
  readonly btlBw: WindowedMaximum;
  rtpropNs: number;
  rtpropStampNs: number;
  isRtpropExpired: boolean;
  /** The full-pipe estimator. */
  isPipeFilled: boolean;
  private fullBw: number;
  private fullBwCount: number;

  /** @param srttNs what the handshake has measured, or 0 */
  constructor(srttNs: number, nowNs: number) {
    this.rounds = new RoundTrips();
    this.btlBw = new WindowedMaximum(BANDWIDTH_ROUNDS);
    this.rtpropNs = srttNs > 0 ? srttNs : Number.POSITIVE_INFINITY;
    this.rtpropStampNs = nowNs;
    this.isRtpropExpired = false;
    this.isPipeFilled = false;
    this.fullBw = 0;
    this.fullBwCount = 0;
  }

  /** `BBRUpdateBtlBw` of §4.1.1.5. */
  updateBandwidth(event: AckEvent): void {
    const { rounds, btlBw } = this;
    rounds.update(event);
    const { deliveryRate } = event;
    if (deliveryRate === 0 || (event.appLimited && deliveryRate < btlBw.value)) return;
    btlBw.update(deliveryRate, rounds.count);
  }

  /** `BBRCheckFullPipe` of §4.3.2.2: three round trips in a row have not brought a quarter more. */
  checkFullPipe(event: AckEvent): void {
    if (this.isPipeFilled || !this.rounds.isStart || event.appLimited) return;
    if (this.btlBw.value >= this.fullBw * GROWTH) {
      this.fullBw = this.btlBw.value;
      this.fullBwCount = 0;
      return;
    }
    this.fullBwCount++;
    this.isPipeFilled = this.fullBwCount >= ROUNDS_WITHOUT_GROWTH;
  }

  /** `BBRUpdateRTprop` of §4.1.2.3. */
  updateRoundTrip(event: AckEvent): void {
    const { nowNs, latestRttNs } = event;
    this.isRtpropExpired = nowNs > this.rtpropStampNs + MINIMUM_RTT_WINDOW_NS;
    if (latestRttNs < 0 || (latestRttNs > this.rtpropNs && !this.isRtpropExpired)) return;
    this.rtpropNs = latestRttNs;
    this.rtpropStampNs = nowNs;
  }

  /** The bandwidth-delay product, or -1 if no round trip is known. */
  get bdp(): number {
    return this.rtpropNs === Number.POSITIVE_INFINITY ? -1 : (this.btlBw.value * this.rtpropNs) / SECOND;
  }
}
