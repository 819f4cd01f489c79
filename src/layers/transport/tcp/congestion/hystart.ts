/**
 * HyStart++: RFC 9406. Slow start that leaves before it overshoots: when the round trips of a round are longer than those
 * of the round before, it grows four times more slowly for up to five rounds (Conservative Slow Start), and goes on as it
 * was if the delay turns out to have been a passing one.
 */
import { MILLISECOND } from '../../../clock.ts';
import { greaterOrEqual } from '../sequence.ts';
import type { AckEvent } from './ack-event.ts';

/** RFC 9406 §4.3. */
const MINIMUM_THRESHOLD_NS = 4 * MILLISECOND;
const MAXIMUM_THRESHOLD_NS = 16 * MILLISECOND;
const ROUND_TRIP_DIVISOR = 8;
const SAMPLES_NEEDED = 8;
const CONSERVATIVE_DIVISOR = 4;
const CONSERVATIVE_ROUNDS = 5;

export class HyStart {
  /** The slow start is over: congestion avoidance begins with this window (RFC 9406 §4.2). */
  isOver: boolean;
  /** In Conservative Slow Start. */
  isConservative: boolean;
  private hasRound: boolean;
  private windowEnd: number;
  private lastRoundNs: number;
  private currentRoundNs: number;
  private samples: number;
  private baselineNs: number;
  private rounds: number;

  constructor() {
    this.isOver = false;
    this.isConservative = false;
    this.hasRound = false;
    this.windowEnd = 0;
    this.lastRoundNs = Number.POSITIVE_INFINITY;
    this.currentRoundNs = Number.POSITIVE_INFINITY;
    this.samples = 0;
    this.baselineNs = Number.POSITIVE_INFINITY;
    this.rounds = 0;
  }

  /**
   * @param limitSegments `L`: most segments of growth for one acknowledgment
   * @returns octets by which the window may grow: RFC 9406 §4.2
   */
  increase(event: AckEvent, smss: number, limitSegments: number): number {
    if (!this.hasRound) this.beginRound(event);
    const most = Math.min(event.ackedBytes, limitSegments * smss);
    const increase = this.isConservative ? Math.floor(most / CONSERVATIVE_DIVISOR) : most;
    if (event.latestRttNs >= 0) this.sample(event.latestRttNs);
    if (greaterOrEqual(event.sndUna, this.windowEnd)) this.endRound(event);
    return increase;
  }

  private sample(rttNs: number): void {
    this.currentRoundNs = Math.min(this.currentRoundNs, rttNs);
    if (++this.samples < SAMPLES_NEEDED) return;
    if (this.isConservative) {
      if (this.currentRoundNs < this.baselineNs) this.resume();
    } else if (this.currentRoundNs >= this.lastRoundNs + this.threshold()) {
      this.isConservative = true;
      this.baselineNs = this.currentRoundNs;
      this.rounds = 0;
    }
  }

  private threshold(): number {
    return Math.max(MINIMUM_THRESHOLD_NS, Math.min(this.lastRoundNs / ROUND_TRIP_DIVISOR, MAXIMUM_THRESHOLD_NS));
  }

  /** The delay was a passing one: "resume slow start including HyStart++". */
  private resume(): void {
    this.isConservative = false;
    this.baselineNs = Number.POSITIVE_INFINITY;
  }

  private endRound(event: AckEvent): void {
    // The round in which it became conservative counts as well.
    if (this.isConservative && ++this.rounds >= CONSERVATIVE_ROUNDS) this.isOver = true;
    this.lastRoundNs = this.currentRoundNs;
    this.beginRound(event);
  }

  /** A round lasts until what is in flight at its start is acknowledged. */
  private beginRound(event: AckEvent): void {
    this.hasRound = true;
    this.windowEnd = event.sndNxt;
    this.currentRoundNs = Number.POSITIVE_INFINITY;
    this.samples = 0;
  }
}
