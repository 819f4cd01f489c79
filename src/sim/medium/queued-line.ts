/** A line behind any discipline: which frame goes next is asked when the line becomes free. */
import type { Event } from '../event-queue.ts';
import type { Line } from './line.ts';
import type { LineRate } from './line-rate.ts';
import type { Medium } from './medium.ts';
import type { QueueBand, QueueDiscipline } from './queues/queue-discipline.ts';
import { SojournStatistics } from './sojourn.ts';
import type { Transit } from './transit.ts';

/** The direction that the line belongs to. */
export interface QueuedLineOwner {
  /** Takes a frame that has left the line, at the moment at which its last bit has. */
  hasLeft(transit: Transit): void;
}

export class QueuedLine implements Line, Event {
  readonly sojourn: SojournStatistics;
  private readonly medium: Medium;
  private readonly owner: QueuedLineOwner;
  private readonly queue: QueueDiscipline;
  private readonly rate: LineRate;
  private readonly overheadBytes: number;
  private readonly place: number;
  private onLine: Transit | undefined;

  /** @param overheadBytes of each frame, that take time on the line and are nowhere else */
  constructor(medium: Medium, owner: QueuedLineOwner, queue: QueueDiscipline, rate: LineRate, overheadBytes: number) {
    this.sojourn = new SojournStatistics();
    this.medium = medium;
    this.owner = owner;
    this.queue = queue;
    this.rate = rate;
    this.overheadBytes = overheadBytes;
    this.place = medium.takeLinePlace();
    this.onLine = undefined;
  }

  get waitingFrames(): number {
    return this.queue.frames;
  }

  get waitingBytes(): number {
    return this.queue.bytes;
  }

  get bands(): readonly QueueBand[] | undefined {
    return this.queue.bands;
  }

  /** Takes a frame from the sender. */
  take(transit: Transit): void {
    transit.enqueuedAt = this.medium.time.now();
    // A frame on an idle line goes through the queue too: a discipline sees every frame.
    this.queue.enqueue(transit, this.medium.time);
    if (this.onLine === undefined) this.sendNext();
  }

  /** The frame on the line has left. */
  fire(): void {
    const transit = this.onLine!;
    this.sendNext();
    this.owner.hasLeft(transit);
  }

  private sendNext(): void {
    const { time } = this.medium;
    const transit = this.queue.dequeue(time);
    this.onLine = transit;
    if (transit === undefined) return;
    const bits = (transit.frame.end - transit.frame.start + this.overheadBytes) * 8;
    this.rate.put(transit, time, bits);
    this.sojourn.add(transit.beginsAt - transit.enqueuedAt);
    time.scheduleAfter(transit.leavesAt - transit.beginsAt, this, this.place);
  }
}
