/** CoDel on one queue, first in, first out: RFC 8289. The control loop is in `codel-control.ts`. */
import type { Clock } from '../../../layers/clock.ts';
import { formatDuration } from '../../units.ts';
import type { Transit } from '../transit.ts';
import { CodelControl, type CodelQueue, type CodelSettings } from './codel-control.ts';
import { markIfCapable, signalCongestion } from './congestion-signal.ts';
import type { QueueDiscipline, QueueOwner } from './queue-discipline.ts';
import { isFull, limitText, QUEUE_FULL, type QueueLimit } from './queue-limit.ts';
import { isMarkedByLength, markText, type StepMark } from './step-mark.ts';
import { lengthOf, WaitingFrames } from './waiting-frames.ts';

export interface CodelQueueSettings extends CodelSettings {
  readonly limit: QueueLimit;
  /** Whether what is ECN-capable is marked instead of dropped. */
  readonly ecn: boolean;
  readonly mark: StepMark;
}

/** `CoDel: over 5ms for 100ms`. */
export const codelText = ({ targetNs, intervalNs }: CodelSettings): string =>
  `CoDel: over ${formatDuration(targetNs)} for ${formatDuration(intervalNs)}`;

export class Codel implements QueueDiscipline, CodelQueue {
  private readonly owner: QueueOwner;
  private readonly settings: CodelQueueSettings;
  private readonly waiting: WaitingFrames;
  private readonly control: CodelControl;
  private readonly fullDetail: string;
  private readonly detail: string;
  private readonly markDetail: string;

  constructor(owner: QueueOwner, settings: CodelQueueSettings) {
    this.owner = owner;
    this.settings = settings;
    this.waiting = new WaitingFrames();
    this.control = new CodelControl(settings);
    this.fullDetail = limitText(settings.limit);
    this.detail = codelText(settings);
    this.markDetail = markText(settings.mark);
  }

  get frames(): number {
    return this.waiting.frames;
  }

  get bytes(): number {
    return this.waiting.bytes;
  }

  get bytesBehind(): number {
    return this.waiting.bytes;
  }

  enqueue(transit: Transit): void {
    const { owner, settings, waiting } = this;
    if (isFull(waiting, lengthOf(transit), settings.limit)) {
      owner.queueDropped(transit, QUEUE_FULL, this.fullDetail);
      return;
    }
    if (isMarkedByLength(settings.mark, waiting)) markIfCapable(owner, transit, this.markDetail);
    waiting.append(transit);
  }

  dequeue(clock: Clock): Transit | undefined {
    const now = clock.now();
    const transit = this.control.dequeue(this, now);
    if (transit !== undefined && now - transit.enqueuedAt >= this.settings.mark.sojournNs) {
      markIfCapable(this.owner, transit, this.markDetail);
    }
    return transit;
  }

  takeFirst(): Transit | undefined {
    return this.waiting.takeFirst();
  }

  signal(transit: Transit): boolean {
    return signalCongestion(this.owner, transit, this.settings.ecn, this.detail);
  }
}
