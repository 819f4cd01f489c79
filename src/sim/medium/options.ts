/**
 * What a link may be told about itself, as people write it, and what a direction is made of. Every option acts or is
 * refused; a bare number where a unit is due is refused too.
 */

import type { FaultList } from './fault-list.ts';
import type { DropPredicate } from './faults/chosen-frames.ts';
import type { QueueOptions } from './queues/queue-options.ts';

export interface RateTrace {
  /** In order of time, the first at `'0s'`. A rate of `'0bit/s'` is an outage in which frames wait. */
  readonly steps: readonly { readonly at: string; readonly rate: string }[];
  /** When the steps begin again; without it the last rate stays. */
  readonly repeatEvery?: string;
}

export type JitterOptions =
  | { readonly distribution: 'uniform'; readonly maximum: string; readonly keepOrder?: boolean }
  | {
      readonly distribution: 'normal';
      readonly mean: string;
      readonly deviation: string;
      readonly keepOrder?: boolean;
    };

export interface BurstLossOptions {
  /** Loss in the long run: `'5%'`. */
  readonly loss: string;
  /** Mean length of the bad runs in frames. */
  readonly frames: number;
  /** Delivered in the bad state; `'0%'` if left out. */
  readonly h?: string;
  /** Delivered in the good state; `'100%'` if left out. */
  readonly k?: string;
}

export type ReorderOptions =
  | { readonly probability: string; readonly frames: number; readonly within?: string }
  | { readonly probability: string; readonly by: string };

export type DropOptions =
  | { readonly ordinals: readonly number[] }
  | { readonly every: number }
  | { readonly when: DropPredicate };

export interface DownOptions {
  readonly outages: readonly { readonly from: string; readonly to: string }[];
  readonly repeatEvery?: string;
}

/** One direction of a link. Without any option it carries every frame at once, unharmed. */
export interface DirectionOptions {
  /** How fast frames leave: `'10Mbit/s'`; without it they leave at once and nothing queues. */
  readonly rate?: string | RateTrace;
  /**
   * What may wait in front of the line, and what becomes of it there: `'codel'`, `{ discipline: 'pie', ecn: true }`. If
   * there is a rate and nothing is said, 1000 frames (Linux's txqueuelen), first in, first out.
   */
  readonly queue?: string | QueueOptions;
  /** Bytes that each frame takes on the line beyond its own: 24 for Ethernet's preamble, FCS and gap; 0 if left out. */
  readonly overheadBytes?: number;
  /** From the line's end to the other end: `'20ms'`. */
  readonly delay?: string;
  /** Up to so much more, evenly: `'5ms'`. Frames stay in order unless `keepOrder` is false. */
  readonly jitter?: string | JitterOptions;
  /** Independent loss: `'5%'`. */
  readonly loss?: string;
  /** Loss in bursts. */
  readonly burstLoss?: BurstLossOptions;
  /** Chosen frames. */
  readonly drop?: DropOptions;
  /** A copy behind a frame: `'1%'`. */
  readonly duplicate?: string;
  /** `'10%'` holds a frame until 3 later ones have passed it, or 100 ms. */
  readonly reorder?: string | ReorderOptions;
  /** Flips each bit with this probability: `'1e-6'`. */
  readonly bitErrors?: string;
  /** Cuts a frame short: `'1%'`. */
  readonly truncate?: string;
  /** Longer packets vanish. */
  readonly mtuBytes?: number;
  readonly down?: DownOptions;
}

/** Each option for both directions, or for each of them its own. */
export type LinkOptions = {
  readonly [Option in keyof DirectionOptions]?:
    | DirectionOptions[Option]
    | { readonly aToB?: DirectionOptions[Option]; readonly bToA?: DirectionOptions[Option] };
} & {
  /** Faults of both directions, one by one. */
  readonly faults?: FaultList;
  /**
   * Frames carry Ethernet's frame check sequence: 4 bytes more on the line, and what arrives damaged is dropped there.
   * Off by default, so that the checksums of the Internet get to work.
   */
  readonly fcs?: boolean;
};

export const DIRECTION_OPTIONS: readonly (keyof DirectionOptions)[] = [
  'rate',
  'queue',
  'overheadBytes',
  'delay',
  'jitter',
  'loss',
  'burstLoss',
  'drop',
  'duplicate',
  'reorder',
  'bitErrors',
  'truncate',
  'mtuBytes',
  'down',
];

/**
 * The options of one direction.
 * @throws {RangeError} if an option is unknown
 */
export function directionOptions(options: LinkOptions, direction: 'aToB' | 'bToA'): DirectionOptions {
  const chosen: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    if (name === 'faults' || name === 'fcs' || value === undefined) continue;
    if (!(DIRECTION_OPTIONS as readonly string[]).includes(name)) {
      throw new RangeError(
        `a link does not know the option '${name}': use ${DIRECTION_OPTIONS.join(', ')}, faults or fcs`,
      );
    }
    const given: unknown = value;
    chosen[name] = isPerDirection(given, name) ? given[direction] : given;
    if (chosen[name] === undefined) delete chosen[name];
  }
  return chosen as DirectionOptions;
}

function isPerDirection(value: unknown, name: string): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || !('aToB' in value || 'bToA' in value)) return false;
  const extra = Object.keys(value).filter((key) => key !== 'aToB' && key !== 'bToA');
  if (extra.length > 0) {
    throw new RangeError(`${name} is given per direction and has '${extra[0]}' beside aToB and bToA`);
  }
  return true;
}
