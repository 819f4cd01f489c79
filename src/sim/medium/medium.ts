/** What every link of one world shares: its time, its frames, its dice, who watches, and the count of frames sent. */
import type { FramePool } from '../../layers/frame.ts';
import type { MediumObserver } from '../../trace/medium-observer.ts';
import type { RandomStreams } from '../random-streams.ts';
import type { VirtualTime } from '../virtual-time.ts';

/** More than there can be. */
const MOST_LINES = 2 ** 30;

export class Medium {
  readonly time: VirtualTime;
  readonly pool: FramePool;
  readonly streams: RandomStreams;
  readonly observer: MediumObserver | undefined;
  private serials: number;
  private lines: number;

  constructor(time: VirtualTime, pool: FramePool, streams: RandomStreams, observer?: MediumObserver) {
    this.time = time;
    this.pool = pool;
    this.streams = streams;
    this.observer = observer;
    this.serials = 0;
    this.lines = 0;
  }

  /** Numbers a frame that a sender hands over, or a copy that the medium makes. Counts from 1. */
  takeSerial(): number {
    return ++this.serials;
  }

  /**
   * The place of a line among the events of one moment: that it becomes free comes before all that took a sequence, so
   * whoever sends at that moment finds it free. Among each other lines have the order in which they were made.
   */
  takeLinePlace(): number {
    return this.lines++ - MOST_LINES;
  }
}
