/**
 * The states of BBR and what each does to the rate and the window: the table of draft-ietf-ccwg-bbr-06 §5.6.1.
 */

export type Phase = 'startup' | 'drain' | 'down' | 'cruise' | 'refill' | 'up' | 'probe-rtt';

export interface Gains {
  /** Multiplies the bandwidth into the pacing rate, and the bandwidth-delay product into the window. */
  readonly pacing: number;
  readonly cwnd: number;
}

export const GAINS: Readonly<Record<Phase, Gains>> = {
  startup: { pacing: 2.77, cwnd: 2 },
  drain: { pacing: 0.5, cwnd: 2 },
  down: { pacing: 0.9, cwnd: 2 },
  cruise: { pacing: 1, cwnd: 2 },
  refill: { pacing: 1, cwnd: 2 },
  up: { pacing: 1.25, cwnd: 2.25 },
  'probe-rtt': { pacing: 1, cwnd: 0.5 },
};

/** `IsInAProbeBWState`. */
export const isProbeBandwidth = (phase: Phase): boolean =>
  phase === 'down' || phase === 'cruise' || phase === 'refill' || phase === 'up';

/** `IsProbingBW`: it sends as much as the path has been seen to carry, or more. */
export const isAccelerating = (phase: Phase): boolean => phase === 'startup' || phase === 'refill' || phase === 'up';

/** What acknowledgments tell of a bandwidth probe: `ack_phase` of §2.14. */
export type AckPhase = 'init' | 'refilling' | 'probe-starting' | 'probe-feedback' | 'probe-stopping';
