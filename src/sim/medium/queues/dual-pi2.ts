/**
 * DualPI2, two coupled queues: RFC 9332 §2 and appendix A. What asks for low latency (ECT(1), and CE, which may have been
 * ECT(1)) waits in the L queue and is marked from a shallow threshold on; the rest waits in the C queue. One controller
 * looks at the delay and makes a base probability p'. The C queue is signalled with its square, as Reno and CUBIC answer
 * with the square root of what they are told, and the L queue with k times it: so all flows get about the same share.
 *
 * Without ECN all frames are classic and none is marked, which leaves PI2. The classic queue is kept from starving by
 * weighted round robin, as in Linux, or by a time-shifted FIFO (§4.2.2).
 */
import type { Clock } from '../../../layers/clock.ts';
import { ECT_1, NOT_ECT } from '../../../layers/network/ecn.ts';
import { formatDuration } from '../../units.ts';
import type { Transit } from '../transit.ts';
import { markIfCapable, signalCongestion } from './congestion-signal.ts';
import { DualBand } from './dual-band.ts';
import { CLASSIC, COUPLED, DualPi2Controller, type DualPi2Gains } from './dual-pi2-controller.ts';
import { ecnOf } from './ecn-field.ts';
import type { QueueBand, QueueDiscipline, QueueOwner } from './queue-discipline.ts';
import { isFull, limitText, QUEUE_FULL, type QueueLimit } from './queue-limit.ts';
import { Recurrence } from './recurrence.ts';
import { lengthOf } from './waiting-frames.ts';

export const SCHEDULERS = ['wrr', 'tsfifo'] as const;

export interface DualPi2Settings extends DualPi2Gains {
  /** Of both queues together. */
  readonly limit: QueueLimit;
  readonly ecn: boolean;
  /** Where the L queue's own marking begins, … */
  readonly stepNs: number;
  /** … and over how much more delay its probability climbs to 1; 0 makes it a step. */
  readonly rampNs: number;
  readonly scheduler: (typeof SCHEDULERS)[number];
  /** The share of the line that the C queue is sure of under weighted round robin. */
  readonly classicShare: number;
  /** How much longer a classic frame waits than one of the L queue before it goes first under the time-shifted FIFO. */
  readonly shiftNs: number;
}

/** `Th_len` of RFC 9332 appendix A: a queue of so many frames is none. */
const UNMARKED_FRAMES = 1;

export class DualPi2 implements QueueDiscipline {
  readonly bands: readonly QueueBand[];
  private readonly settings: DualPi2Settings;
  private readonly low: DualBand;
  private readonly classic: DualBand;
  private readonly controller: DualPi2Controller;
  private readonly classicSignals: Recurrence;
  private readonly lowDrops: Recurrence;
  private readonly lowMarks: Recurrence;
  /** Of a mark in the L queue, for the frame that goes; one number, which a field would box. */
  private readonly lowLikelihood: Float64Array;
  /** Bytes that the C queue has earned under weighted round robin; one number, which a field would box. */
  private readonly classicCredit: Float64Array;
  private readonly fullDetail: string;
  private readonly stepDetail: string;
  private readonly coupledDetail: string;
  private readonly classicDetail: string;
  private readonly overloadDetail: string;

  constructor(owner: QueueOwner, settings: DualPi2Settings) {
    this.settings = settings;
    this.low = new DualBand(owner, 'L4S');
    this.classic = new DualBand(owner, 'classic');
    this.bands = [this.low, this.classic];
    this.controller = new DualPi2Controller(settings);
    this.classicSignals = new Recurrence();
    this.lowDrops = new Recurrence();
    this.lowMarks = new Recurrence();
    this.lowLikelihood = new Float64Array(1);
    this.classicCredit = new Float64Array(1);
    this.fullDetail = limitText(settings.limit);
    this.stepDetail = `DualPI2: L4S queue above ${formatDuration(settings.stepNs)}`;
    this.coupledDetail = 'DualPI2: L4S queue, coupled to the classic one';
    this.classicDetail = `DualPI2: classic queue, to keep the delay at ${formatDuration(settings.targetNs)}`;
    this.overloadDetail = 'DualPI2: overload, marks are not enough';
  }

  get frames(): number {
    return this.low.waiting.frames + this.classic.waiting.frames;
  }

  get bytes(): number {
    return this.low.waiting.bytes + this.classic.waiting.bytes;
  }

  /** p', from which the other probabilities follow. */
  get baseProbability(): number {
    return this.controller.base;
  }

  enqueue(transit: Transit, clock: Clock): void {
    const now = clock.now();
    this.controller.update(this.low.waiting, this.classic.waiting, now);
    // RFC 9332 §2.3: ECT(1) and CE have the lower bit.
    const isLow = this.settings.ecn && (ecnOf(transit.frame) & ECT_1) !== 0;
    const band = isLow ? this.low : this.classic;
    if (isFull(this, lengthOf(transit), this.settings.limit)) {
      band.queueDropped(transit, QUEUE_FULL, this.fullDetail);
      return;
    }
    band.waiting.append(transit);
  }

  dequeue(clock: Clock): Transit | undefined {
    const now = clock.now();
    const { low, classic, controller } = this;
    controller.update(low.waiting, classic.waiting, now);
    for (;;) {
      const isLow = this.isLowNext();
      const band = isLow ? low : classic;
      const transit = band.waiting.takeFirst();
      if (transit === undefined) return undefined;
      if (!(isLow ? this.judgeLow(transit, now) : this.judgeClassic(transit))) continue;
      this.account(isLow, lengthOf(transit));
      band.sojourn.add(now - transit.enqueuedAt);
      return transit;
    }
  }

  /** @returns whether it goes on */
  private judgeLow(transit: Transit, now: number): boolean {
    const { low, controller } = this;
    // §4.2.3: in overload it is dropped as often as classic traffic.
    if (controller.isOverloaded && this.lowDrops.recurs(controller.state, CLASSIC)) {
      return signalCongestion(low, transit, false, this.overloadDetail);
    }
    const isOwn = this.setLowLikelihood(now - transit.enqueuedAt);
    if (this.lowMarks.recurs(this.lowLikelihood, 0)) {
      markIfCapable(low, transit, isOwn ? this.stepDetail : this.coupledDetail);
    }
    return true;
  }

  /** §2.4: the larger of its own likelihood and the coupled one. @returns whether that is its own */
  private setLowLikelihood(sojournNs: number): boolean {
    const { stepNs, rampNs } = this.settings;
    const coupled = this.controller.state[COUPLED]!;
    this.lowLikelihood[0] = coupled;
    // Appendix A.2 line 5a, which looks when the frame has been taken out. On a slow line a single frame takes longer
    // than the threshold: at 10 Mbit/s 1.2 ms, and DCTCP without pacing, whose frames come in pairs, had 55 % of it.
    if (this.low.waiting.frames <= UNMARKED_FRAMES || sojournNs < stepNs) return false;
    const own = sojournNs >= stepNs + rampNs ? 1 : (sojournNs - stepNs) / rampNs;
    if (own < coupled) return false;
    this.lowLikelihood[0] = own;
    return true;
  }

  private judgeClassic(transit: Transit): boolean {
    const { classic, controller, settings } = this;
    if (!this.classicSignals.recurs(controller.state, CLASSIC)) return true;
    const isOverload = settings.ecn && controller.isOverloaded && ecnOf(transit.frame) !== NOT_ECT;
    const detail = isOverload ? this.overloadDetail : this.classicDetail;
    return signalCongestion(classic, transit, settings.ecn && !isOverload, detail);
  }

  private isLowNext(): boolean {
    const low = this.low.waiting.first;
    const classic = this.classic.waiting.first;
    if (low === undefined || classic === undefined) {
      this.classicCredit[0] = 0;
      return low !== undefined;
    }
    if (this.settings.scheduler === 'wrr') return this.classicCredit[0]! < lengthOf(classic);
    return low.enqueuedAt - this.settings.shiftNs <= classic.enqueuedAt;
  }

  /** While both queues wait, the C queue earns its share of each byte of the line, and pays for those that it sends. */
  private account(isLow: boolean, bytes: number): void {
    const other = isLow ? this.classic : this.low;
    if (other.waiting.frames === 0) return;
    this.classicCredit[0]! += this.settings.classicShare * bytes - (isLow ? 0 : bytes);
  }
}
