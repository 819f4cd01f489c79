/** Times in which the link is down: a frame that leaves the line then is lost. Frames in flight still arrive. */
import type { Clock } from '../../../layers/clock.ts';
import { formatDuration } from '../../units.ts';
import type { Transit } from '../transit.ts';
import type { Fault } from './fault.ts';

/** Down from `fromNs` up to, and not including, `toNs`. */
export interface Outage {
  readonly fromNs: number;
  readonly toNs: number;
}

export class DownSchedule implements Fault {
  private readonly clock: Clock;
  private readonly outages: readonly Outage[];
  private readonly repeatNs: number;

  /**
   * @param outages in order, none overlapping the next
   * @param repeatNs when they begin again; `Infinity` if never
   */
  constructor(clock: Clock, outages: readonly Outage[], repeatNs: number = Infinity) {
    this.clock = clock;
    this.outages = outages;
    this.repeatNs = repeatNs;
  }

  judge(transit: Transit): void {
    const now = this.clock.now();
    const phase = this.repeatNs === Infinity ? now : now % this.repeatNs;
    const { outages } = this;
    let low = 0;
    let high = outages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (outages[middle]!.toNs <= phase) low = middle + 1;
      else high = middle;
    }
    const outage = outages[low];
    if (outage === undefined || outage.fromNs > phase) return;
    transit.drop('medium-down', `down from ${formatDuration(outage.fromNs)} to ${formatDuration(outage.toNs)}`);
  }
}
