/**
 * What a connection knows of its path's MTU: the variables of RFC 5927 §7.2 and of RFC 4821 §7.1. Sizes are of whole IP
 * packets, in bytes.
 */

export class PathClaims {
  /** `maxsizesent`: bytes of the largest packet sent, its IP header counted. */
  largestSent: number;
  /** A claimed MTU that is not believed yet, and the sequence number that it quotes; 0 if there is none. */
  pendingMtu: number;
  pendingSequence: number;
  /** `nsegrto`: expiries of the timer since something was acknowledged or a claim was honoured. */
  timeouts: number;

  constructor() {
    this.largestSent = 0;
    this.pendingMtu = 0;
    this.pendingSequence = 0;
    this.timeouts = 0;
  }
}

/** No limit by search: larger than any packet. */
export const UNLIMITED: number = 1 << 20;

export class PathSearch {
  /** Probes go out when they may. */
  searching: boolean;
  /** `eff_pmtu`: the largest packet that is no probe. */
  effective: number;
  /** `search_low`: the path is expected to carry it; and `search_high`: what is larger is expected not to get through. */
  low: number;
  high: number;
  /** A packet one byte larger than `high` was lost: `high` is no size that anybody has chosen. */
  highWasFound: boolean;
  /** The probe in flight: its size, 0 if there is none, and its sequence numbers. */
  probeSize: number;
  probeStart: number;
  probeEnd: number;
  /** How often a probe of this size was lost: `PROBE_COUNT` of RFC 8899 §5.1.3. */
  attempts: number;
  /** No probe before this; and when a search that is over begins again, -1 while it is not over. */
  notBeforeNs: number;
  againAtNs: number;
  /** The timer has expired too often; nothing was acknowledged since (RFC 4821 §7.7). */
  stalled: boolean;
  /** ICMP has given another reason for the silence. */
  explained: boolean;
  /** RFC 4821 §7.8, while `verifyUntilNs` is not -1: the size before, and octets that fared well and badly since. */
  before: number;
  verifyUntilNs: number;
  verifyRound: number;
  deliveredBytes: number;
  lostBytes: number;

  constructor() {
    this.searching = false;
    this.effective = UNLIMITED;
    this.low = 0;
    this.high = 0;
    this.highWasFound = false;
    this.probeSize = 0;
    this.probeStart = 0;
    this.probeEnd = 0;
    this.attempts = 0;
    this.notBeforeNs = 0;
    this.againAtNs = -1;
    this.stalled = false;
    this.explained = false;
    this.before = 0;
    this.verifyUntilNs = -1;
    this.verifyRound = 0;
    this.deliveredBytes = 0;
    this.lostBytes = 0;
  }
}
