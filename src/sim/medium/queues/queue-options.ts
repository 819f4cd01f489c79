/**
 * What a queue may be told about itself, as people write it: an object, or the same in one text, `codel:limit=500,ecn`.
 * Amounts that are numbers count frames; sizes, times and shares carry their unit.
 */
import type { QueueFactory } from './queue-discipline.ts';

export interface DropTailOptions {
  readonly discipline?: 'droptail';
  /** Frames that may wait, not counting the one on the line. */
  readonly frames?: number;
  /** Bytes that may wait: `'64KiB'`. */
  readonly bytes?: string;
  /** Marks what is ECN-capable from so many waiting frames, bytes (`'90kB'`) or so long a wait (`'1ms'`) on. */
  readonly mark?: number | string;
}

interface ManagedOptions {
  /** Frames that may wait, or bytes: `'150kB'`. */
  readonly limit?: number | string;
  /** Marks what is ECN-capable instead of dropping it. */
  readonly ecn?: boolean;
}

/** Random early detection. */
export interface RedOptions extends ManagedOptions {
  readonly discipline: 'red';
  /** The thresholds of the average: both in frames, or both in bytes. 5 and 15; one alone gives the other, 1 to 3. */
  readonly min?: number | string;
  readonly max?: number | string;
  /** How much a sample weighs in the average: 0.002. */
  readonly weight?: number;
  /** At the upper threshold: `'10%'`. */
  readonly probability?: string;
  /** Above it the probability climbs to 1 at twice the threshold, instead of jumping: true. */
  readonly gentle?: boolean;
  /** An average frame, by which the time of an idle queue is counted: `'1000B'`. */
  readonly frame?: string;
}

/** CoDel, RFC 8289. */
export interface CodelOptions extends ManagedOptions {
  readonly discipline: 'codel';
  /** `'5ms'`. */
  readonly target?: string;
  /** `'100ms'`. */
  readonly interval?: string;
  /** As for drop-tail, beside what CoDel does. */
  readonly mark?: number | string;
}

/** Flow queues under CoDel, RFC 8290. `ecn` is true if left out; `mark` looks at each flow's queue. */
export interface FqCodelOptions extends Omit<CodelOptions, 'discipline'> {
  readonly discipline: 'fq_codel';
  /** Bytes that a flow may send in its turn: `'1514B'`. */
  readonly quantum?: string;
  /** Queues for the flows to share: 1024. */
  readonly flows?: number;
  /** Frames dropped at once when the limit is passed: 64. */
  readonly batch?: number;
}

/** PIE, RFC 8033. */
export interface PieOptions extends ManagedOptions {
  readonly discipline: 'pie';
  /** `'15ms'`. */
  readonly target?: string;
  /** How often the probability is computed: `'15ms'`. */
  readonly update?: string;
  /** How long a burst is let through: `'150ms'`. */
  readonly burst?: string;
  /** In Hz: 0.125 and 1.25. */
  readonly alpha?: number;
  readonly beta?: number;
  /** From this probability on marks become drops: `'10%'`. */
  readonly markBelow?: string;
  /** Keeps signals from being too near to each other or too far: true (§5.4). */
  readonly derandomize?: boolean;
  /** Lets a high probability rise slowly: true (§5.5). */
  readonly cap?: boolean;
  /** Inactive until a third of the limit waits: false (§5.3). */
  readonly idleStart?: boolean;
  /** Estimates the delay from the departure rate instead of the times that frames carry: false (§5.2). */
  readonly departureRate?: boolean;
}

/** DualPI2, RFC 9332. `ecn` is true if left out; without it all traffic is classic. */
export interface DualPi2Options extends ManagedOptions {
  readonly discipline: 'dualpi2';
  /** `'15ms'`. */
  readonly target?: string;
  /** The longest round-trip time expected, from which `update`, `alpha` and `beta` follow: `'100ms'`. */
  readonly rtt?: string;
  readonly update?: string;
  readonly alpha?: number;
  readonly beta?: number;
  /** How many times the base probability the L queue marks: 2. */
  readonly coupling?: number;
  /** Where the L queue's own marking begins: `'1ms'`. */
  readonly step?: string;
  /** Over how much more delay it climbs to all frames: `'0ms'`. */
  readonly ramp?: string;
  /** Weighted round robin, or a time-shifted first in, first out. */
  readonly scheduler?: 'wrr' | 'tsfifo';
  /** The classic queue's share under `wrr`: `'10%'`. */
  readonly share?: string;
  /** How much longer a classic frame waits under `tsfifo`: twice the target. */
  readonly shift?: string;
}

/** One of your own; it has limits of its own. */
export interface OwnQueueOptions {
  readonly discipline: QueueFactory;
}

/** The disciplines that have a name. */
export type NamedQueueOptions =
  | DropTailOptions
  | RedOptions
  | CodelOptions
  | FqCodelOptions
  | PieOptions
  | DualPi2Options;

export type QueueOptions = NamedQueueOptions | OwnQueueOptions;

export type QueueName = NonNullable<NamedQueueOptions['discipline']>;

/** How a value is written: in an object, and in text. */
export type ValueKind =
  | 'count'
  | 'amount'
  | 'threshold'
  | 'number'
  | 'size'
  | 'duration'
  | 'probability'
  | 'switch'
  | 'word';

type Keys<Options> = Exclude<keyof Options, 'discipline'>;

/** Every parameter of every discipline. */
export const QUEUE_PARAMETERS: {
  readonly [Name in QueueName]: Readonly<
    Record<Keys<Extract<NamedQueueOptions, { readonly discipline?: Name }>>, ValueKind>
  >;
} = {
  droptail: { frames: 'count', bytes: 'size', mark: 'threshold' },
  red: {
    limit: 'amount',
    min: 'amount',
    max: 'amount',
    weight: 'number',
    probability: 'probability',
    gentle: 'switch',
    frame: 'size',
    ecn: 'switch',
  },
  codel: { limit: 'amount', target: 'duration', interval: 'duration', ecn: 'switch', mark: 'threshold' },
  fq_codel: {
    limit: 'amount',
    target: 'duration',
    interval: 'duration',
    quantum: 'size',
    flows: 'count',
    batch: 'count',
    ecn: 'switch',
    mark: 'threshold',
  },
  pie: {
    limit: 'amount',
    target: 'duration',
    update: 'duration',
    burst: 'duration',
    alpha: 'number',
    beta: 'number',
    ecn: 'switch',
    markBelow: 'probability',
    derandomize: 'switch',
    cap: 'switch',
    idleStart: 'switch',
    departureRate: 'switch',
  },
  dualpi2: {
    limit: 'amount',
    target: 'duration',
    rtt: 'duration',
    update: 'duration',
    alpha: 'number',
    beta: 'number',
    coupling: 'number',
    step: 'duration',
    ramp: 'duration',
    scheduler: 'word',
    share: 'probability',
    shift: 'duration',
    ecn: 'switch',
  },
};

export const QUEUE_NAMES: readonly QueueName[] = Object.keys(QUEUE_PARAMETERS) as QueueName[];
