/** Makes the parts of a direction from its options: line, queue, faults in their fixed order, propagation delay. */

import type { RandomStreams } from '../random-streams.ts';
import { parseDuration, parseProbability, parseRate } from '../units.ts';
import type { VirtualTime } from '../virtual-time.ts';
import { DEFAULT_REORDER_WITHIN } from './fault-list.ts';
import { BernoulliLoss } from './faults/bernoulli.ts';
import { BitErrors } from './faults/bit-errors.ts';
import { type ChosenFrames, dropEvery, dropOrdinals, dropWhen } from './faults/chosen-frames.ts';
import { DownSchedule } from './faults/down-schedule.ts';
import { Duplication } from './faults/duplication.ts';
import { Dice, type Fault } from './faults/fault.ts';
import { GilbertElliott, gilbertElliott } from './faults/gilbert-elliott.ts';
import { Jitter, type JitterDistribution, normalJitter, uniformJitter } from './faults/jitter.ts';
import type { ListedFaults } from './faults/listed-faults.ts';
import { MtuLimit } from './faults/mtu.ts';
import { ReorderingByFrames, ReorderingByTime } from './faults/reordering.ts';
import { Truncation } from './faults/truncation.ts';
import { LineRate, type RateStep } from './line-rate.ts';
import type {
  DirectionOptions,
  DownOptions,
  DropOptions,
  JitterOptions,
  RateTrace,
  ReorderOptions,
} from './options.ts';
import { planQueue, type QueuePlan } from './queues/make-queue.ts';

const DEFAULT_REORDER_FRAMES = 3;
/** Every host must be able to forward packets of this size (RFC 791 §3.2). */
const LEAST_MTU_BYTES = 68;

export interface DirectionParts {
  /** Undefined if frames leave at once. */
  readonly line: LineRate | undefined;
  readonly queue: QueuePlan;
  readonly overheadBytes: number;
  readonly delayNs: number;
  readonly faults: readonly Fault[];
}

/**
 * @param name names the direction's random streams: 'link1/aToB'
 * @param listed the direction's share of the explicit fault list
 * @throws {RangeError} if an option makes no sense, in a sentence that says what to write
 */
export function directionParts(
  options: DirectionOptions,
  name: string,
  streams: RandomStreams,
  time: VirtualTime,
  listed: ListedFaults | undefined,
): DirectionParts {
  const line = options.rate === undefined ? undefined : lineRate(options.rate);
  if (line === undefined && options.queue !== undefined) {
    throw new RangeError('a queue fills only in front of a line with a rate: give a rate as well');
  }
  if (line === undefined && options.overheadBytes !== undefined) {
    throw new RangeError('overheadBytes takes time only on a line with a rate: give a rate as well');
  }
  return {
    line,
    queue: planQueue(options.queue ?? {}, {
      bitsPerSecond: line?.highestRate ?? Infinity,
      random: () => streams.stream(`${name}/queue`),
    }),
    overheadBytes: options.overheadBytes === undefined ? 0 : whole(options.overheadBytes, 0, 'overheadBytes'),
    delayNs: options.delay === undefined ? 0 : parseDuration(options.delay, 'delay'),
    faults: faults(options, (purpose) => new Dice(streams, `${name}/${purpose}`), time, listed),
  };
}

/** In the order in which a frame meets them. */
function faults(
  options: DirectionOptions,
  dice: (purpose: string) => Dice,
  time: VirtualTime,
  listed: ListedFaults | undefined,
): readonly Fault[] {
  const { loss, burstLoss, duplicate, truncate, bitErrors, reorder, jitter } = options;
  const made: (Fault | undefined)[] = [
    options.down === undefined ? undefined : downSchedule(options.down, time),
    options.mtuBytes === undefined ? undefined : new MtuLimit(whole(options.mtuBytes, LEAST_MTU_BYTES, 'mtuBytes')),
    options.drop === undefined ? undefined : chosenFrames(options.drop),
    listed,
    chance(loss, 'loss', (probability) => new BernoulliLoss(dice('loss'), probability)),
    burstLoss === undefined
      ? undefined
      : chance(burstLoss.loss, 'burstLoss.loss', (probability) => {
          known(burstLoss, ['loss', 'frames', 'h', 'k'], 'burstLoss');
          const h = parseProbability(burstLoss.h ?? '0%', 'burstLoss.h');
          const k = parseProbability(burstLoss.k ?? '100%', 'burstLoss.k');
          return new GilbertElliott(dice('burst-loss'), gilbertElliott(probability, burstLoss.frames, h, k));
        }),
    chance(duplicate, 'duplicate', (probability) => new Duplication(dice('duplicate'), probability)),
    chance(truncate, 'truncate', (probability) => new Truncation(dice('truncate'), probability)),
    chance(bitErrors, 'bitErrors', (probability) => new BitErrors(dice('bit-errors'), probability)),
    reorder === undefined ? undefined : reordering(reorder, dice('reorder')),
    jitter === undefined ? undefined : jitterOf(jitter, dice('jitter')),
  ];
  return made.filter((fault) => fault !== undefined);
}

/** Makes a fault unless its probability is 0. */
function chance(text: string | undefined, what: string, make: (probability: number) => Fault): Fault | undefined {
  if (text === undefined) return undefined;
  const probability = parseProbability(text, what);
  // Made in any case, so that what is wrong with the other options is said at a probability of 0 too.
  const fault = make(probability);
  return probability === 0 ? undefined : fault;
}

function lineRate(rate: string | RateTrace): LineRate {
  if (typeof rate !== 'object') return new LineRate([{ atNs: 0, bitsPerSecond: positiveRate(rate) }]);
  known(rate, ['steps', 'repeatEvery'], 'rate');
  const steps: RateStep[] = rate.steps.map((step) => {
    known(step, ['at', 'rate'], 'a step of the rate');
    return { atNs: parseDuration(step.at, 'at'), bitsPerSecond: parseRate(step.rate, 'rate') };
  });
  if (steps.length === 0 || steps[0]!.atNs !== 0) throw new RangeError("a rate trace begins with a step at '0s'");
  const repeatNs = repetition(rate.repeatEvery, 'the rate trace');
  const ends = [...steps.slice(1).map(({ atNs }) => atNs), repeatNs];
  steps.forEach((step, index) => {
    if (ends[index]! <= step.atNs) throw new RangeError('the steps of a rate trace come one after the other');
  });
  const last = steps[steps.length - 1]!;
  const lasting = repeatNs === Infinity ? [last] : steps;
  if (lasting.every(({ bitsPerSecond }) => bitsPerSecond === 0)) {
    throw new RangeError('a rate trace that ends in 0 bit/s holds its frames for ever: let it end higher, or repeat');
  }
  return new LineRate(steps, repeatNs);
}

function positiveRate(text: string): number {
  const rate = parseRate(text, 'rate');
  if (rate === 0) throw new RangeError(`a rate of '${text}' carries nothing: use 'down' for a link that is cut`);
  return rate;
}

function chosenFrames(drop: DropOptions): ChosenFrames {
  known(drop, ['ordinals', 'every', 'when'], 'drop');
  if (Object.keys(drop).length !== 1) throw new RangeError('drop is { ordinals }, { every } or { when }: one of them');
  if ('when' in drop) {
    if (typeof drop.when !== 'function') throw new RangeError('drop.when is a function of frame and ordinal');
    return dropWhen(drop.when);
  }
  if ('every' in drop) return dropEvery(whole(drop.every, 1, 'drop.every'));
  for (const ordinal of drop.ordinals) whole(ordinal, 1, 'a number in drop.ordinals');
  return dropOrdinals(drop.ordinals);
}

function reordering(reorder: string | ReorderOptions, dice: Dice): Fault | undefined {
  const options: ReorderOptions =
    typeof reorder === 'object' ? reorder : { probability: reorder, frames: DEFAULT_REORDER_FRAMES };
  known(options, ['probability', 'frames', 'within', 'by'], 'reorder');
  return chance(options.probability, 'reorder', (probability) => {
    if ('by' in options) {
      if ('frames' in options || 'within' in options) {
        throw new RangeError('reorder is by a number of frames or by a time: not both');
      }
      return new ReorderingByTime(dice, probability, parseDuration(options.by, 'reorder.by'));
    }
    const withinNs = parseDuration(options.within ?? DEFAULT_REORDER_WITHIN, 'reorder.within');
    return new ReorderingByFrames(dice, probability, whole(options.frames, 1, 'reorder.frames'), withinNs);
  });
}

function jitterOf(jitter: string | JitterOptions, dice: Dice): Fault | undefined {
  if (typeof jitter !== 'object') {
    const maximumNs = parseDuration(jitter, 'jitter');
    return maximumNs === 0 ? undefined : new Jitter(dice, uniformJitter(maximumNs), false);
  }
  let distribution: JitterDistribution;
  if (jitter.distribution === 'uniform') {
    known(jitter, ['distribution', 'maximum', 'keepOrder'], 'uniform jitter');
    distribution = uniformJitter(parseDuration(jitter.maximum, 'jitter.maximum'));
  } else if (jitter.distribution === 'normal') {
    known(jitter, ['distribution', 'mean', 'deviation', 'keepOrder'], 'normal jitter');
    distribution = normalJitter(
      parseDuration(jitter.mean, 'jitter.mean'),
      parseDuration(jitter.deviation, 'jitter.deviation'),
    );
  } else throw new RangeError(`jitter.distribution is 'uniform' or 'normal', not ${JSON.stringify(jitter)}`);
  return new Jitter(dice, distribution, jitter.keepOrder === false);
}

function downSchedule(down: DownOptions, time: VirtualTime): Fault {
  known(down, ['outages', 'repeatEvery'], 'down');
  const repeatNs = repetition(down.repeatEvery, 'down');
  let before = 0;
  const outages = down.outages.map((outage) => {
    known(outage, ['from', 'to'], 'an outage');
    const fromNs = parseDuration(outage.from, 'down.from');
    const toNs = parseDuration(outage.to, 'down.to');
    if (fromNs < before || toNs <= fromNs || toNs > repeatNs) {
      throw new RangeError(
        `the outage from ${outage.from} to ${outage.to} must last, come after the one before and end before they repeat`,
      );
    }
    before = toNs;
    return { fromNs, toNs };
  });
  if (outages.length === 0) throw new RangeError('down needs at least one outage, { from, to }');
  return new DownSchedule(time, outages, repeatNs);
}

function repetition(text: string | undefined, what: string): number {
  const ns = text === undefined ? Infinity : parseDuration(text, 'repeatEvery');
  if (ns === 0) throw new RangeError(`${what} cannot repeat every ${text}`);
  return ns;
}

function whole(value: number, least: number, what: string): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new RangeError(`${what} is a whole number, ${least} or more, not ${JSON.stringify(value) ?? String(value)}`);
}

function known(options: object, keys: readonly string[], what: string): void {
  for (const key of Object.keys(options)) {
    if (!keys.includes(key)) throw new RangeError(`${what} does not know '${key}': use ${keys.join(', ')}`);
  }
}
