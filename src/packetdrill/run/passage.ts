/** How time passes in a script's world: event by event, and after each whoever waits may look again. */
import type { VirtualTime } from '../../sim/virtual-time.ts';

export class Passage {
  readonly time: VirtualTime;
  /** Is called after whatever may have changed something. */
  looked: () => void;

  constructor(time: VirtualTime) {
    this.time = time;
    this.looked = () => undefined;
  }

  /** Lets everything happen up to a moment, or until a condition holds. */
  advance(to: number, until: () => boolean = () => false): void {
    const { time } = this;
    this.looked();
    while (!until() && time.nextTime <= to && time.step()) this.looked();
    if (!until() && to !== Number.POSITIVE_INFINITY) time.advanceTo(to);
  }
}
