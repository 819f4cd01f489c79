/**
 * The control loop of CoDel: RFC 8289 §5, for one queue. It looks at how long the frame at the head has waited, so all of
 * its work is done when a frame leaves. A frame that a signal marks goes on; one that it cannot mark is dropped, and the
 * next one is looked at.
 *
 * The RFC leaves ECN open (§1). As Linux does it, a mark counts as a drop does and ends the round: what would be dropped
 * next is still in the queue and is judged when it leaves.
 */
import type { Transit } from '../transit.ts';
import { lengthOf } from './waiting-frames.ts';

export interface CodelSettings {
  /** TARGET: how long frames may wait for good. */
  readonly targetNs: number;
  /** INTERVAL: how long they may wait longer than that; about the longest round-trip time. */
  readonly intervalNs: number;
}

/** The queue that the loop controls. */
export interface CodelQueue {
  /** Bytes waiting for the line, in this queue and those beside it (RFC 8289 §4.4). */
  readonly bytesBehind: number;
  takeFirst(): Transit | undefined;
  /** Tells of congestion by this frame. @returns whether it goes on */
  signal(transit: Transit): boolean;
}

// Moments are doubles, and a field would box them anew at each store.
const FIRST_ABOVE = 0;
const DROP_NEXT = 1;

/** How many intervals a drop state that is entered anew remembers the rate of the one before (RFC 8289 §5.5). */
const REMEMBERED_INTERVALS = 16;

/** When the next signal is due: RFC 8289 §5.6. IEEE 754 defines the square root to the bit. */
export const controlLaw = (from: number, intervalNs: number, count: number): number =>
  Math.round(from + intervalNs / Math.sqrt(count));

export class CodelControl {
  /** Whether it signals until the sojourn time falls below the target. */
  dropping: boolean;
  /** Signals since it began to. */
  count: number;
  /** `count` when the drop state was entered last. */
  private lastCount: number;
  private largestFrame: number;
  private readonly targetNs: number;
  private readonly intervalNs: number;
  private readonly moments: Float64Array;

  constructor({ targetNs, intervalNs }: CodelSettings) {
    this.dropping = false;
    this.count = 0;
    this.lastCount = 0;
    this.largestFrame = 0;
    this.targetNs = targetNs;
    this.intervalNs = intervalNs;
    this.moments = new Float64Array(2);
  }

  /** Takes the frame that goes next out of the queue; RFC 8289 §5.5. */
  dequeue(queue: CodelQueue, now: number): Transit | undefined {
    const transit = queue.takeFirst();
    const isAbove = this.isAboveForLong(queue, transit, now);
    if (this.dropping) {
      if (isAbove) return this.goOn(queue, transit!, now);
      this.dropping = false;
      return transit;
    }
    return isAbove ? this.begin(queue, transit!, now) : transit;
  }

  /** Enters the drop state with a first signal. */
  private begin(queue: CodelQueue, transit: Transit, now: number): Transit | undefined {
    const { moments, intervalNs } = this;
    let next: Transit | undefined = transit;
    if (!queue.signal(transit)) {
      next = queue.takeFirst();
      this.isAboveForLong(queue, next, now);
    }
    this.dropping = true;
    const signalled = this.count - this.lastCount;
    const isRecent = now - moments[DROP_NEXT]! < REMEMBERED_INTERVALS * intervalNs;
    this.count = signalled > 1 && isRecent ? signalled : 1;
    this.lastCount = this.count;
    moments[DROP_NEXT] = controlLaw(now, intervalNs, this.count);
    return next;
  }

  /** Signals as often as is due; a large backlog may make several due at once. */
  private goOn(queue: CodelQueue, transit: Transit, now: number): Transit | undefined {
    const { moments, intervalNs } = this;
    let next: Transit | undefined = transit;
    while (next !== undefined && now >= moments[DROP_NEXT]!) {
      this.count++;
      const goesOn = queue.signal(next);
      if (!goesOn) {
        next = queue.takeFirst();
        if (!this.isAboveForLong(queue, next, now)) {
          this.dropping = false;
          return next;
        }
      }
      moments[DROP_NEXT] = controlLaw(moments[DROP_NEXT]!, intervalNs, this.count);
      if (goesOn) break;
    }
    return next;
  }

  /** Whether frames have waited for longer than the target during a whole interval; RFC 8289 §5.6, `ok_to_drop`. */
  private isAboveForLong(queue: CodelQueue, transit: Transit | undefined, now: number): boolean {
    const { moments } = this;
    if (transit === undefined) {
      moments[FIRST_ABOVE] = 0;
      return false;
    }
    // RFC 8289 §4.1: the MTU may be taken to be the largest frame seen so far.
    const length = lengthOf(transit);
    if (length > this.largestFrame) this.largestFrame = length;
    if (now - transit.enqueuedAt < this.targetNs || queue.bytesBehind <= this.largestFrame) {
      moments[FIRST_ABOVE] = 0;
      return false;
    }
    if (moments[FIRST_ABOVE] === 0) {
      moments[FIRST_ABOVE] = now + this.intervalNs;
      return false;
    }
    return now >= moments[FIRST_ABOVE]!;
  }
}
