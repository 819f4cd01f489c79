/**
 * Random early detection: S. Floyd, V. Jacobson, "Random Early Detection Gateways for Congestion Avoidance", IEEE/ACM
 * Transactions on Networking 1(4), August 1993, with the gentle mode that Floyd recommended in 2000 (above the maximum
 * threshold the probability climbs on to 1 at twice that, instead of jumping there). RFC 7567 §4 says what a queue owes.
 * Left out on purpose: the byte mode that drops long frames more often (RFC 7141 §2.2 advises against it), and adaptive RED.
 */
import type { Clock } from '../../../layers/clock.ts';
import { type Random, uniform } from '../../../layers/random.ts';
import { formatSize } from '../../units.ts';
import type { Transit } from '../transit.ts';
import { signalCongestion } from './congestion-signal.ts';
import type { QueueDiscipline, QueueOwner } from './queue-discipline.ts';
import { isFull, limitText, QUEUE_FULL, type QueueLimit } from './queue-limit.ts';
import { lengthOf, WaitingFrames } from './waiting-frames.ts';

export interface RedSettings {
  readonly limit: QueueLimit;
  /** min_th and max_th, both in frames or both in bytes. */
  readonly minimum: number;
  readonly maximum: number;
  readonly inBytes: boolean;
  /** w_q: how much one sample of the queue weighs in the average. */
  readonly weight: number;
  /** max_p: the probability at the maximum threshold. */
  readonly maximumProbability: number;
  readonly gentle: boolean;
  readonly ecn: boolean;
  /** s: how long an average frame takes on the line; the average of an idle queue falls once in that time. */
  readonly frameNs: number;
}

// Doubles in an array, because a field would box them anew at each store.
const AVERAGE = 0;
const IDLE_SINCE = 1;

export class Red implements QueueDiscipline {
  /** Frames since the last signal; -1 while the average is below the minimum. */
  private count: number;
  private readonly owner: QueueOwner;
  private readonly random: Random;
  private readonly settings: RedSettings;
  private readonly waiting: WaitingFrames;
  private readonly state: Float64Array;
  private readonly fullDetail: string;
  private readonly earlyDetail: string;
  private readonly overloadDetail: string;

  constructor(owner: QueueOwner, random: Random, settings: RedSettings) {
    this.count = -1;
    this.owner = owner;
    this.random = random;
    this.settings = settings;
    this.waiting = new WaitingFrames();
    this.state = new Float64Array(2);
    this.fullDetail = limitText(settings.limit);
    const amount = (value: number): string => (settings.inBytes ? formatSize(value) : `${value} frames`);
    this.earlyDetail = `RED: average above ${amount(settings.minimum)}`;
    this.overloadDetail = `RED: average above ${amount(settings.maximum)}`;
  }

  get frames(): number {
    return this.waiting.frames;
  }

  get bytes(): number {
    return this.waiting.bytes;
  }

  /** The average length of the queue, in the unit of the thresholds. */
  get average(): number {
    return this.state[AVERAGE]!;
  }

  enqueue(transit: Transit, clock: Clock): void {
    const now = clock.now();
    const { owner, settings, waiting } = this;
    this.updateAverage(now);
    if (isFull(waiting, lengthOf(transit), settings.limit)) {
      this.count = 0;
      owner.queueDropped(transit, QUEUE_FULL, this.fullDetail);
      return;
    }
    if (this.isSignalDue()) {
      this.count = 0;
      // RFC 3168 §7: above the upper threshold routers drop rather than mark.
      const isOverload = this.average >= settings.maximum;
      const detail = isOverload ? this.overloadDetail : this.earlyDetail;
      if (!signalCongestion(owner, transit, settings.ecn && !isOverload, detail)) return;
    }
    waiting.append(transit);
  }

  dequeue(clock: Clock): Transit | undefined {
    const now = clock.now();
    const transit = this.waiting.takeFirst();
    if (this.waiting.frames === 0 && transit !== undefined) this.state[IDLE_SINCE] = now;
    return transit;
  }

  private updateAverage(now: number): void {
    const { settings, state, waiting } = this;
    const length = settings.inBytes ? waiting.bytes : waiting.frames;
    if (length > 0) {
      state[AVERAGE] = state[AVERAGE]! + settings.weight * (length - state[AVERAGE]!);
      return;
    }
    // As if m frames had found the queue empty: those that the line could have sent meanwhile, and this one.
    const m = Math.floor((now - state[IDLE_SINCE]!) / settings.frameNs) + 1;
    state[AVERAGE] = state[AVERAGE]! * power(1 - settings.weight, m);
    state[IDLE_SINCE] = now;
  }

  private isSignalDue(): boolean {
    const { minimum } = this.settings;
    if (this.average < minimum) {
      this.count = -1;
      return false;
    }
    const probability = this.probability();
    if (probability >= 1) return true;
    this.count++;
    // Spreads the signals evenly: without the count the frames between two of them would follow a geometric distribution.
    const rest = 1 - this.count * probability;
    return rest <= 0 || uniform(this.random) < probability / rest;
  }

  /** p_b: what the average alone says. */
  private probability(): number {
    const { minimum, maximum, maximumProbability, gentle } = this.settings;
    const { average } = this;
    if (average < maximum) return (maximumProbability * (average - minimum)) / (maximum - minimum);
    if (!gentle) return 1;
    return maximumProbability + ((1 - maximumProbability) * (average - maximum)) / maximum;
  }
}

/** By squaring, because `Math.pow` may differ in its last bit from engine to engine. */
function power(base: number, exponent: number): number {
  let result = 1;
  for (let rest = exponent; rest > 0 && result > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= base;
    base *= base;
  }
  return result;
}
