/**
 * A point: all that one measurement depends on beside its seed and when it stops. Plain data that survives JSON; quantities
 * are written as people write them, in the text forms of `sim/medium/options.ts`, and checked by those who read them there.
 */
import type { TcpSettings } from '../layers/transport/tcp/settings.ts';
import type { FaultList } from '../sim/medium/fault-list.ts';
import type { DirectionOptions, RateTrace } from '../sim/medium/options.ts';

/** TCP settings by their names. */
export type TcpChoices = Partial<TcpSettings>;

/** Flows that are alike. */
export interface FlowGroup {
  readonly controller: string;
  /** How many; 1 if left out. */
  readonly count?: number;
  /** Of their senders alone, beside those of the point. */
  readonly tcp?: TcpChoices;
  /** In the parking lot: the hops they cross, from the first to the last, counted from 0; all of them if left out. */
  readonly hops?: readonly [first: number, last: number];
}

/** What a direction of the bottleneck does to frames, as `LinkOptions` has it. */
export type PathFaults = Pick<
  DirectionOptions,
  'loss' | 'burstLoss' | 'reorder' | 'duplicate' | 'bitErrors' | 'jitter' | 'down'
>;

export interface Point {
  readonly flows: readonly FlowGroup[];
  /** Of every host. */
  readonly tcp?: TcpChoices;
  /** Of the bottleneck; acknowledgments have the same, unless `acknowledgmentRate` says otherwise. */
  readonly rate: string | RateTrace;
  readonly acknowledgmentRate?: string;
  /** There and back, without queue and serialisation: `'50ms'`. */
  readonly roundTrip: string;
  /** In front of the bottleneck: a number of frames, or a discipline with its parameters: `'417'`, `'codel:ecn'`. */
  readonly queue: string;
  /** What happens to data, and to acknowledgments. */
  readonly data?: PathFaults;
  readonly acknowledgments?: PathFaults;
  /** Faults of single frames, each chosen by hand; data goes `aToB`. */
  readonly faults?: FaultList;
  /** One bottleneck, or so many equal ones in a row with routers between them; 1 if left out. */
  readonly hops?: number;
  /** Each flow ends after so many bytes; without it none ends. */
  readonly transferBytes?: number;
}

/** When a measurement is long enough. Seconds are those of the world, and count from its beginning. */
export interface StoppingRule {
  /** Nothing counts before. */
  readonly warmUpSeconds: number;
  readonly leastSeconds: number;
  readonly mostSeconds: number;
  /** Reductions of a window after the warm-up, by all flows together; 0 if they do not matter. */
  readonly leastEvents: number;
  /** Half the 95 % confidence interval of the goodput, as a share of it, by batch means; 0 if it does not matter. */
  readonly mostHalfWidth: number;
}

/** Where a point lies on the axes of its experiment: `{ controller: 'reno', loss: 0.001 }`. */
export type Axes = Readonly<Record<string, string | number>>;

/** One measurement that is to be made. */
export interface Task {
  readonly experiment: string;
  /** `pointId` of `point-id.ts`: the same text for the same point, axes and stopping rule. */
  readonly pointId: string;
  readonly axes: Axes;
  readonly point: Point;
  readonly stopping: StoppingRule;
  readonly seed: number;
}
