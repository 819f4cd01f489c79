/** When the events of a script are due: each from the start, or from the one before. */
import { SECOND } from '../../layers/clock.ts';
import type { VirtualTime } from '../../sim/virtual-time.ts';
import type { ScriptEvent } from '../language/script.ts';
import { ScriptError } from '../language/script-error.ts';
import type { Difference } from '../packets/compare.ts';
import type { ScriptSettings } from './script-settings.ts';

export interface Moment {
  readonly from: number;
  readonly to: number;
  /** One moment, and not a time within which or whenever. */
  readonly isExact: boolean;
  /** When a blocking call should end; without an end of its own when it began. */
  readonly end: number;
}

/** Seconds, as a script writes them. */
export const timeText = (ns: number): string => (ns / SECOND).toFixed(6);

export class Schedule {
  private readonly time: VirtualTime;
  private readonly settings: Pick<ScriptSettings, 'toleranceNs' | 'tolerancePercent'>;
  /** When the event before was due; when it happened, if it had no time of its own. */
  private base: number;

  constructor(time: VirtualTime, settings: Pick<ScriptSettings, 'toleranceNs' | 'tolerancePercent'>) {
    this.time = time;
    this.settings = settings;
    this.base = 0;
  }

  /** @throws {ScriptError} if it lies before the event above it */
  momentOf({ place, time, action }: ScriptEvent): Moment {
    const isRelative = time.kind === 'relative' || (time.kind === 'range' && time.isRelative);
    const start = isRelative ? this.base : 0;
    const endNs = action.kind === 'call' ? action.endNs : undefined;
    const { from, to } =
      time.kind === 'any'
        ? { from: this.time.now(), to: Number.POSITIVE_INFINITY }
        : time.kind === 'range'
          ? { from: start + time.fromNs, to: start + time.toNs }
          : { from: start + time.ns, to: start + time.ns };
    if (to < this.base)
      throw new ScriptError(place, `${timeText(to)} lies before the event above it, at ${timeText(this.base)}`);
    const isExact = time.kind === 'relative' || time.kind === 'absolute';
    return { from, to, isExact, end: endNs === undefined ? from : start + endNs };
  }

  /** An event is over: the next ones count from it. */
  passed(when: number): void {
    this.base = when;
  }

  /** How far from its time something may happen. */
  tolerance(when: number): number {
    const { toleranceNs, tolerancePercent } = this.settings;
    const share = Number.isFinite(when) ? Math.round((when * tolerancePercent) / 100) : 0;
    return Math.max(toleranceNs, share);
  }
}

/** Whether something happened when it should; the tolerance is within the bounds already. */
export function timeDifference(time: number, least: number, most: number, from: number, to: number): Difference[] {
  if (time >= least && time <= most) return [];
  const expected = from === to ? timeText(from) : `${timeText(from)} to ${timeText(to)}`;
  return [{ field: 'time', expected, found: timeText(time) }];
}
