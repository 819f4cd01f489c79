/** Makes a queue from its options. What is left out is as the discipline's own document says, or else as in Linux. */
import type { Random } from '../../../layers/random.ts';
import { Codel } from './codel.ts';
import { DropTail } from './drop-tail.ts';
import { DualPi2, SCHEDULERS } from './dual-pi2.ts';
import { FqCodel } from './fq-codel.ts';
import { Pie } from './pie.ts';
import type { QueueFactory } from './queue-discipline.ts';
import type { NamedQueueOptions, QueueName, QueueOptions } from './queue-options.ts';
import { QueueParameters } from './queue-parameters.ts';
import { formatQueue, parseQueue } from './queue-text.ts';
import { Red } from './red.ts';

/** What a queue is made for. */
export interface QueueSurroundings {
  /** Of the line; the highest if it changes. */
  readonly bitsPerSecond: number;
  /** Dice of its own. Asked for only by disciplines that throw them. */
  readonly random: () => Random;
}

export interface QueuePlan {
  readonly factory: QueueFactory;
  /** The queue in one text, for reports. */
  readonly text: string;
}

/** Linux's default `txqueuelen`, and its limit of pfifo, codel and pie. */
const USUAL_LIMIT = { frames: 1000, bytes: Infinity };
const MOST_FLOWS = 65_536;
/** No limit that is reckoned from a rate is smaller: two full frames. */
const LEAST_LIMIT_BYTES = 2 * 1514;

/**
 * The queue that options, or their text, describe.
 * @throws {RangeError} if they make no sense, in a sentence that says what to write
 */
export function planQueue(given: string | QueueOptions, surroundings: QueueSurroundings): QueuePlan {
  const options = typeof given === 'string' ? parseQueue(given) : given;
  if (typeof options.discipline === 'function') {
    if (Object.keys(options).length > 1) {
      throw new RangeError('a queue of your own has limits of its own: give it nothing but discipline');
    }
    return { factory: options.discipline, text: 'own' };
  }
  const named = options as NamedQueueOptions;
  const name: string = named.discipline ?? 'droptail';
  const make = Object.hasOwn(MAKERS, name) ? MAKERS[name as QueueName] : undefined;
  if (make === undefined) {
    throw new RangeError(`there is no queue '${name}': use ${Object.keys(MAKERS).join(', ')}`);
  }
  const isEmpty = Object.keys(named).length === 0;
  return {
    factory: make(new QueueParameters(name as QueueName, named), surroundings),
    text: isEmpty ? `droptail:frames=${USUAL_LIMIT.frames}` : formatQueue(named),
  };
}

/** @throws {RangeError} if options, or their text, make no sense on any line */
export function checkQueue(given: string | QueueOptions): void {
  planQueue(given, {
    bitsPerSecond: 1e9,
    random: () => {
      throw new Error('a plan throws no dice');
    },
  });
}

type Maker = (given: QueueParameters, surroundings: QueueSurroundings) => QueueFactory;

const MAKERS: Readonly<Record<QueueName, Maker>> = {
  droptail(given) {
    const bytes = given.has('bytes') ? given.size('bytes', '') : Infinity;
    const frames = given.has('frames') || bytes === Infinity ? given.count('frames', USUAL_LIMIT.frames) : Infinity;
    const mark = given.mark();
    return (owner) => new DropTail(owner, { frames, bytes }, mark);
  },

  red(given, { bitsPerSecond, random }) {
    const thresholds = redThresholds(given);
    const settings = {
      ...thresholds,
      limit: given.limit(USUAL_LIMIT),
      weight: given.number('weight', 0.002, Number.MIN_VALUE, 1),
      maximumProbability: given.probability('probability', '10%'),
      gentle: given.flag('gentle', true),
      ecn: given.flag('ecn', false),
      frameNs: (given.size('frame', '1000B') * 8e9) / bitsPerSecond,
    };
    return (owner) => new Red(owner, random(), settings);
  },

  codel(given) {
    const settings = { ...codelSettings(given), limit: given.limit(USUAL_LIMIT), ecn: given.flag('ecn', false) };
    return (owner) => new Codel(owner, settings);
  },

  fq_codel(given, { random }) {
    const settings = {
      ...codelSettings(given),
      limit: given.limit({ frames: 10_240, bytes: Infinity }),
      ecn: given.flag('ecn', true),
      quantum: given.size('quantum', '1514B'),
      flows: given.count('flows', 1024, 1, MOST_FLOWS),
      dropBatch: given.count('batch', 64),
    };
    return (owner) => new FqCodel(owner, random(), settings);
  },

  pie(given, { random }) {
    const settings = {
      limit: given.limit(USUAL_LIMIT),
      targetNs: given.duration('target', '15ms'),
      updateNs: given.duration('update', '15ms'),
      burstNs: given.duration('burst', '150ms', true),
      alpha: given.number('alpha', 0.125, 0),
      beta: given.number('beta', 1.25, 0),
      ecn: given.flag('ecn', false),
      markBelow: given.probability('markBelow', '10%'),
      derandomize: given.flag('derandomize', true),
      capIncrease: given.flag('cap', true),
      idleStart: given.flag('idleStart', false),
      departureRate: given.flag('departureRate', false),
    };
    return (owner) => new Pie(owner, random(), settings);
  },

  dualpi2(given, { bitsPerSecond }) {
    const targetNs = given.duration('target', '15ms');
    const rttNs = given.duration('rtt', '100ms');
    // RFC 9332 appendix A.1.
    const usualUpdateNs = Math.round(Math.min(targetNs, rttNs / 3));
    const updateNs = given.duration('update', `${usualUpdateNs}ns`);
    const rtt = rttNs / 1e9;
    const quarterSecond = Math.max(LEAST_LIMIT_BYTES, Math.ceil(bitsPerSecond / 8 / 4));
    const settings = {
      limit: given.limit({ frames: Infinity, bytes: quarterSecond }),
      targetNs,
      updateNs,
      alpha: given.number('alpha', (0.1 * (updateNs / 1e9)) / rtt ** 2, 0),
      beta: given.number('beta', 0.3 / rtt, 0),
      coupling: given.number('coupling', 2, 1),
      ecn: given.flag('ecn', true),
      stepNs: given.duration('step', '1ms', true),
      rampNs: given.duration('ramp', '0ms', true),
      scheduler: given.word('scheduler', SCHEDULERS),
      classicShare: given.probability('share', '10%'),
      shiftNs: given.duration('shift', `${2 * targetNs}ns`, true),
    };
    return (owner) => new DualPi2(owner, settings);
  },
};

const codelSettings = (given: QueueParameters) => ({
  targetNs: given.duration('target', '5ms'),
  intervalNs: given.duration('interval', '100ms'),
  mark: given.mark(),
});

/** Floyd's advice: the upper threshold three times the lower one, and that at least 5 frames. */
function redThresholds(given: QueueParameters): { minimum: number; maximum: number; inBytes: boolean } {
  const max = given.has('max') ? given.amount('max', 0) : undefined;
  if (!given.has('min') && max !== undefined) {
    return { minimum: max.value / 3, maximum: max.value, inBytes: max.inBytes };
  }
  const min = given.amount('min', 5);
  if (max === undefined) return { minimum: min.value, maximum: 3 * min.value, inBytes: min.inBytes };
  if (min.inBytes !== max.inBytes) throw given.mistake('max', 'in frames if min is, and in bytes if min is');
  if (max.value <= min.value) throw given.mistake('max', 'more than min');
  return { minimum: min.value, maximum: max.value, inBytes: min.inBytes };
}
