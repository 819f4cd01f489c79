/**
 * PIE, proportional integral controller enhanced: RFC 8033. Signals are given at random to frames that come, with a
 * probability that is computed anew every few milliseconds from how long the queue takes to pass, and where that tends.
 * How the delay is known is in `pie-delay.ts`. Every optional element of §5 can be switched.
 * Left out on purpose: the design that hears only of arrivals (§5.2, figure 2).
 */
import type { Clock } from '../../../layers/clock.ts';
import { type Random, uniform } from '../../../layers/random.ts';
import { formatDuration } from '../../units.ts';
import type { Transit } from '../transit.ts';
import { signalCongestion } from './congestion-signal.ts';
import { Periodic } from './periodic.ts';
import { type DelayEstimate, DepartureRateDelay, TimestampDelay } from './pie-delay.ts';
import type { QueueDiscipline, QueueOwner } from './queue-discipline.ts';
import { isFull, limitText, QUEUE_FULL, type QueueLimit } from './queue-limit.ts';
import { lengthOf, WaitingFrames } from './waiting-frames.ts';

export interface PieSettings {
  readonly limit: QueueLimit;
  /** QDELAY_REF. */
  readonly targetNs: number;
  /** T_UPDATE. */
  readonly updateNs: number;
  /** MAX_BURST. */
  readonly burstNs: number;
  /** In Hz: how much a second of delay beyond the target, and a second more than before, add to the probability. */
  readonly alpha: number;
  readonly beta: number;
  readonly ecn: boolean;
  /** mark_ecnth: from this probability on what is ECN-capable is dropped too. */
  readonly markBelow: number;
  /** §5.4: signals are kept from being too near to each other, or too far. */
  readonly derandomize: boolean;
  /** §5.5: a high probability rises slowly. */
  readonly capIncrease: boolean;
  /** §5.3: inactive until the queue has passed a third of its limit, and again when congestion ends. */
  readonly idleStart: boolean;
  /** §5.2: the delay is estimated from the departure rate. Without it, frames carry the time they came (§4.3). */
  readonly departureRate: boolean;
}

/** MEAN_PKTSIZE, which RFC 8033 leaves open; the value is RFC 8034's. */
const MEAN_FRAME_BYTES = 1024;

/** RFC 8033 §4.2: below each of these probabilities the step is divided by so much. */
const AUTO_TUNING: readonly (readonly [below: number, divisor: number])[] = [
  [0.000001, 2048],
  [0.00001, 512],
  [0.0001, 128],
  [0.001, 32],
  [0.01, 8],
  [0.1, 2],
];

// Doubles in an array, because a field would box them anew at each store.
const PROBABILITY = 0;
const ACCUMULATED = 1;
const OLD_DELAY = 2;
const BURST = 3;

export class Pie implements QueueDiscipline {
  /** Whether it judges frames at all: `active_` of §5.3. */
  active: boolean;
  private readonly owner: QueueOwner;
  private readonly random: Random;
  private readonly settings: PieSettings;
  private readonly waiting: WaitingFrames;
  private readonly delay: DelayEstimate;
  private readonly updates: Periodic;
  private readonly state: Float64Array;
  private readonly fullDetail: string;
  private readonly detail: string;

  constructor(owner: QueueOwner, random: Random, settings: PieSettings) {
    this.active = !settings.idleStart;
    this.owner = owner;
    this.random = random;
    this.settings = settings;
    this.waiting = new WaitingFrames();
    this.delay = settings.departureRate ? new DepartureRateDelay() : new TimestampDelay();
    this.updates = new Periodic(settings.updateNs);
    this.state = Float64Array.of(0, 0, 0, settings.burstNs);
    this.fullDetail = limitText(settings.limit);
    this.detail = `PIE: to keep the delay at ${formatDuration(settings.targetNs)}`;
  }

  get frames(): number {
    return this.waiting.frames;
  }

  get bytes(): number {
    return this.waiting.bytes;
  }

  /** `drop_prob_`. */
  get probability(): number {
    return this.state[PROBABILITY]!;
  }

  /** `burst_allowance_`: how long bursts are let through without a judgement, in nanoseconds. */
  get burstAllowanceNs(): number {
    return this.state[BURST]!;
  }

  enqueue(transit: Transit, clock: Clock): void {
    const now = clock.now();
    const { owner, settings, state, waiting } = this;
    this.update(now);
    if (isFull(waiting, lengthOf(transit), settings.limit)) {
      state[ACCUMULATED] = 0;
      owner.queueDropped(transit, QUEUE_FULL, this.fullDetail);
      return;
    }
    this.noteEndOfCongestion();
    if (this.active && state[BURST] === 0 && this.isSignalDue()) {
      state[ACCUMULATED] = 0;
      const mayMark = settings.ecn && this.probability < settings.markBelow;
      if (!signalCongestion(owner, transit, mayMark, this.detail)) return;
    }
    waiting.append(transit);
    if (!this.active && this.isAboveThird()) this.activate(now);
  }

  dequeue(clock: Clock): Transit | undefined {
    const now = clock.now();
    this.update(now);
    const transit = this.waiting.takeFirst();
    if (transit !== undefined) this.delay.departed(transit, this.waiting, now);
    return transit;
  }

  /** §4.4, and §5.3 for one that started idle: there is no congestion, so the next burst is let through. */
  private noteEndOfCongestion(): void {
    const { settings, state } = this;
    const half = settings.targetNs / 2;
    if (state[PROBABILITY] !== 0 || this.delay.current(this.waiting) >= half || state[OLD_DELAY]! >= half) return;
    state[BURST] = settings.burstNs;
    if (settings.idleStart) this.active = false;
  }

  private isAboveThird(): boolean {
    const { limit } = this.settings;
    return this.waiting.frames >= limit.frames / 3 || this.waiting.bytes >= limit.bytes / 3;
  }

  /** Appendix B. */
  private activate(now: number): void {
    this.active = true;
    this.state.fill(0);
    this.state[BURST] = this.settings.burstNs;
    this.delay.start(now);
  }

  /** Appendix B, `drop_early`. */
  private isSignalDue(): boolean {
    const { settings, state, waiting } = this;
    const probability = state[PROBABILITY]!;
    // §4.1: so that the line is not idle for want of what was dropped.
    if (state[OLD_DELAY]! < settings.targetNs / 2 && probability < 0.2) return false;
    if (waiting.bytes <= 2 * MEAN_FRAME_BYTES) return false;
    if (settings.derandomize) {
      if (probability === 0) state[ACCUMULATED] = 0;
      state[ACCUMULATED]! += probability;
      if (state[ACCUMULATED]! < 0.85) return false;
      if (state[ACCUMULATED]! >= 8.5) return true;
    }
    return uniform(this.random) < probability;
  }

  /** Does the updates that were due since a frame came or went last. */
  private update(now: number): void {
    while (this.updates.isDue(now)) {
      this.updates.take();
      if (this.active) this.updateProbability();
      if (this.isSettled()) {
        this.state[BURST] = Math.max(0, this.state[BURST]! - this.updates.skip(now) * this.settings.updateNs);
      }
    }
  }

  /** Whether a further update would only use up the allowance. */
  private isSettled(): boolean {
    const { state } = this;
    if (!this.active) return true;
    return state[PROBABILITY] === 0 && state[OLD_DELAY] === 0 && this.delay.current(this.waiting) === 0;
  }

  /** §4.2. */
  private updateProbability(): void {
    const { settings, state } = this;
    const current = this.delay.current(this.waiting);
    const old = state[OLD_DELAY]!;
    const before = state[PROBABILITY]!;
    let step = (settings.alpha * (current - settings.targetNs) + settings.beta * (current - old)) / 1e9;
    for (const [bound, divisor] of AUTO_TUNING) {
      if (before < bound) {
        step /= divisor;
        break;
      }
    }
    if (settings.capIncrease && before >= 0.1 && step > 0.02) step = 0.02;
    let probability = before + step;
    if (current === 0 && old === 0) probability *= 0.98;
    state[PROBABILITY] = Math.min(1, Math.max(0, probability));
    state[OLD_DELAY] = current;
    state[BURST] = Math.max(0, state[BURST]! - settings.updateNs);
  }
}
