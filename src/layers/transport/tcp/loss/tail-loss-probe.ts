/**
 * Tail loss probes, RFC 8985 §7: whether one may be sent, and what its acknowledgment says. When one is due is
 * `probe-timer.ts`.
 */
import { greaterOrEqual, greaterThan } from '../sequence.ts';

export class TailLossProbe {
  /** TLP.end_seq is set: a probe has not been acknowledged. */
  inFlight: boolean;
  /** TLP.end_seq and TLP.is_retrans. */
  endSequence: number;
  isRetransmission: boolean;
  /** How many round trips had been measured when the last probe went: §7.3, second condition. */
  private samplesAtProbe: number;

  constructor() {
    this.inFlight = false;
    this.endSequence = 0;
    this.isRetransmission = false;
    this.samplesAtProbe = -1;
  }

  /** §7.1: also when a recovery starts. */
  forget(): void {
    this.inFlight = false;
    this.isRetransmission = false;
  }

  /** §7.3, the two conditions. */
  mayGo(samples: number): boolean {
    return !this.inFlight && samples > this.samplesAtProbe;
  }

  /** A probe was sent. @param sndNxt after it @param samples round trips measured so far */
  sent(sndNxt: number, samples: number, isRetransmission: boolean): void {
    this.inFlight = true;
    this.isRetransmission = isRetransmission;
    this.endSequence = sndNxt;
    this.samplesAtProbe = samples;
  }

  /**
   * §7.4.2, on each acknowledgment.
   * @param reported it has a DSACK
   * @param bareDuplicate it is a duplicate ACK without any SACK block
   * @returns whether the probe has repaired a loss, which congestion control has to hear of
   */
  acknowledged(acknowledgment: number, reported: boolean, bareDuplicate: boolean): boolean {
    if (!this.inFlight || !greaterOrEqual(acknowledgment, this.endSequence)) return false;
    if (this.isRetransmission && !reported) {
      const repaired = greaterThan(acknowledgment, this.endSequence);
      if (!repaired && !bareDuplicate) return false;
      this.forget();
      return repaired;
    }
    this.forget();
    return false;
  }
}
