/**
 * A line whose frames leave in the order in which they come, so that each one's end is known when it comes. No event is
 * needed for it: it flies at once, to arrive when it will.
 *
 * Who waits has to be known all the same, since that decides who is dropped or marked. Those that wait are the last of
 * those in flight, and they are told apart when somebody asks.
 */
import type { Line } from './line.ts';
import type { LineRate } from './line-rate.ts';
import type { Medium } from './medium.ts';
import type { DropTail } from './queues/drop-tail.ts';
import { SojournStatistics } from './sojourn.ts';
import type { Transit } from './transit.ts';

/** The direction that the line belongs to. */
export interface ForeseenLineOwner {
  /** Takes a frame that will have left the line at `transit.leavesAt`, and puts it behind those in flight. */
  willLeave(transit: Transit): void;
}

export class ForeseenLine implements Line {
  private readonly medium: Medium;
  private readonly owner: ForeseenLineOwner;
  private readonly queue: DropTail;
  private readonly rate: LineRate;
  private readonly overheadBytes: number;
  private readonly waits: SojournStatistics;
  /** The first in flight that was waiting when somebody asked last, as were all behind it. */
  private firstWaiting: Transit | undefined;

  /** @param overheadBytes of each frame, that take time on the line and are nowhere else */
  constructor(medium: Medium, owner: ForeseenLineOwner, queue: DropTail, rate: LineRate, overheadBytes: number) {
    this.medium = medium;
    this.owner = owner;
    this.queue = queue;
    this.rate = rate;
    this.overheadBytes = overheadBytes;
    this.waits = new SojournStatistics();
    this.firstWaiting = undefined;
  }

  get frames(): number {
    this.follow();
    return this.queue.frames;
  }

  get bytes(): number {
    this.follow();
    return this.queue.bytes;
  }

  get sojourn(): SojournStatistics {
    this.follow();
    return this.waits;
  }

  take(transit: Transit): void {
    const { time } = this.medium;
    this.follow();
    transit.enqueuedAt = time.now();
    if (!this.queue.admits(transit)) return;
    const bits = (transit.frame.end - transit.frame.start + this.overheadBytes) * 8;
    this.rate.put(transit, time, bits);
    if (this.firstWaiting === undefined) this.firstWaiting = transit;
    this.owner.willLeave(transit);
  }

  /** A frame leaves those in flight. */
  arrives(transit: Transit): void {
    if (this.firstWaiting === transit) this.follow();
  }

  /**
   * Those whose turn has come do not wait any more. A line becomes free before anything else happens at that moment, so
   * one that begins now has begun.
   */
  private follow(): void {
    let first = this.firstWaiting;
    if (first === undefined) return;
    const now = this.medium.time.now();
    for (; first !== undefined && first.beginsAt <= now; first = first.next) {
      this.queue.goesOn(first);
      this.waits.add(first.beginsAt - first.enqueuedAt);
    }
    this.firstWaiting = first;
  }
}
