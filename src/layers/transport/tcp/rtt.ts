/**
 * The retransmission timeout: RFC 6298, with the sampling of RFC 7323 §4 and Karn's rule left to the caller, who
 * knows which segment a sample comes from. Times are nanoseconds.
 */
import { type Clock, SECOND } from '../../clock.ts';
import type { TcpSettings } from './settings.ts';
import { WindowedMinimum } from './windowed-minimum.ts';

/** RFC 6298 §2.3. */
const ALPHA = 1 / 8;
const BETA = 1 / 4;
const K = 4;
/** RFC 6298 §5.7. */
const AFTER_LOST_SYN_NS = 3 * SECOND;

export class RoundTripTime {
  /** Smoothed round-trip time and its variation; 0 before the first sample. */
  srttNs: number;
  rttvarNs: number;
  latestNs: number;
  /** The timeout in force, backed off. */
  rtoNs: number;
  /** How often the timer has expired in a row (RFC 6298 §5.5). */
  backoffs: number;
  samples: number;
  /** A timeout was spurious, and no sample has been taken since: SRTT_prev of RFC 4015 §3.1 (0), or else 0. */
  spuriousSrttNs: number;
  private readonly settings: TcpSettings;
  private readonly minimum: WindowedMinimum;

  constructor(settings: TcpSettings) {
    this.srttNs = 0;
    this.rttvarNs = 0;
    this.latestNs = 0;
    this.rtoNs = settings.retransmissionTimeoutInitialNs; // RFC 6298 §2.1
    this.backoffs = 0;
    this.samples = 0;
    this.settings = settings;
    this.minimum = new WindowedMinimum(settings.minimumRttWindowNs);
    this.spuriousSrttNs = 0;
  }

  /** The shortest sample of the last minutes, which RFC 8985 §6.2 step 1 wants; `Infinity` before the first. */
  get minimumNs(): number {
    return this.minimum.value;
  }

  /**
   * Takes one measurement.
   * @param expectedSamples how many measurements a round trip is expected to give: RFC 7323 appendix G divides the
   *   gains by it, so that many samples a flight do not make the estimator forget faster
   * @param clock which says when it is taken
   */
  sample(rttNs: number, expectedSamples: number, clock: Clock): void {
    this.latestNs = rttNs;
    this.minimum.add(rttNs, clock);
    if (this.spuriousSrttNs > 0) {
      // RFC 4015 §3.1 (11): the delay that caused it may last.
      this.srttNs = Math.max(this.spuriousSrttNs, rttNs);
      this.rttvarNs = Math.max(this.rttvarNs, rttNs / 2);
      this.spuriousSrttNs = 0;
      this.samples++;
    } else if (this.samples++ === 0) {
      this.srttNs = rttNs; // RFC 6298 §2.2
      this.rttvarNs = rttNs / 2;
    } else {
      // RFC 6298 §2.3: RTTVAR first, since it uses the SRTT of before.
      const beta = BETA / expectedSamples;
      const alpha = ALPHA / expectedSamples;
      this.rttvarNs = (1 - beta) * this.rttvarNs + beta * Math.abs(this.srttNs - rttNs);
      this.srttNs = (1 - alpha) * this.srttNs + alpha * rttNs;
    }
    this.backoffs = 0;
    this.compute();
  }

  /** RFC 6298 §5.5: the timer has expired. The back-off stays until a new sample is taken (§5, last paragraph). */
  backOff(): void {
    this.backoffs++;
    this.rtoNs = Math.min(this.rtoNs * 2, this.settings.retransmissionTimeoutMaximumNs);
  }

  /** The last timeout came too early: the next sample makes the timer more patient (RFC 4015 §3.6). */
  afterSpuriousTimeout(): void {
    this.spuriousSrttNs = this.srttNs + 2 * this.settings.clockGranularityNs;
  }

  /** RFC 6298 §5.7: the SYN was retransmitted, so data starts with at least 3 s. */
  afterLostSyn(): void {
    if (this.samples > 0) return;
    this.backoffs = 0;
    this.rtoNs = Math.max(AFTER_LOST_SYN_NS, this.settings.retransmissionTimeoutInitialNs);
  }

  private compute(): void {
    const { clockGranularityNs, retransmissionTimeoutVarianceMinimumNs, retransmissionTimeoutSlopNs } = this.settings;
    const variation = Math.max(clockGranularityNs, retransmissionTimeoutVarianceMinimumNs, K * this.rttvarNs);
    const timeout = Math.max(this.srttNs + variation, this.settings.retransmissionTimeoutMinimumNs); // RFC 6298 §2.4
    this.rtoNs = Math.round(
      Math.min(
        timeout + retransmissionTimeoutSlopNs,
        this.settings.retransmissionTimeoutMaximumNs, // RFC 6298 §2.5
      ),
    );
  }
}
