/**
 * Flow queues under CoDel: RFC 8290. Each flow has its queue and its CoDel, and they take turns by deficit round robin;
 * one that has only begun to send goes first. When all together are too many, the queue with most bytes pays.
 */
import type { Clock } from '../../../layers/clock.ts';
import type { Random } from '../../../layers/random.ts';
import type { Transit } from '../transit.ts';
import { codelText } from './codel.ts';
import { CodelControl, type CodelQueue, type CodelSettings } from './codel-control.ts';
import { markIfCapable, signalCongestion } from './congestion-signal.ts';
import { flowHash } from './flow-hash.ts';
import type { QueueDiscipline, QueueOwner } from './queue-discipline.ts';
import { limitText, type QueueLimit } from './queue-limit.ts';
import { isMarkedByLength, markText, type StepMark } from './step-mark.ts';
import { lengthOf, WaitingFrames } from './waiting-frames.ts';

export interface FqCodelSettings extends CodelSettings {
  /** Of all queues together. */
  readonly limit: QueueLimit;
  readonly ecn: boolean;
  readonly mark: StepMark;
  /** Bytes that a queue may send in one turn. */
  readonly quantum: number;
  /** How many queues there are for flows to share. */
  readonly flows: number;
  /** Frames that are dropped at once when the limit is passed, at most. */
  readonly dropBatch: number;
}

/** Where a queue stands in the scheduler: RFC 8290 figure 1. */
type Standing = 'empty' | 'new' | 'old';

class FlowQueue implements CodelQueue {
  readonly waiting: WaitingFrames;
  readonly control: CodelControl;
  standing: Standing;
  /** Bytes that it may still send in its turn. */
  credits: number;
  /** The next one in its list. */
  next: FlowQueue | undefined;
  private readonly all: FqCodel;

  constructor(all: FqCodel, settings: CodelSettings) {
    this.waiting = new WaitingFrames();
    this.control = new CodelControl(settings);
    this.standing = 'empty';
    this.credits = 0;
    this.next = undefined;
    this.all = all;
  }

  get bytesBehind(): number {
    return this.all.bytes;
  }

  takeFirst(): Transit | undefined {
    return this.all.takeFirstOf(this);
  }

  signal(transit: Transit): boolean {
    return this.all.signal(transit);
  }
}

/** First in, first out, threaded through the queues themselves. */
class FlowList {
  first: FlowQueue | undefined;
  private last: FlowQueue | undefined;

  constructor() {
    this.first = undefined;
    this.last = undefined;
  }

  append(queue: FlowQueue): void {
    queue.next = undefined;
    if (this.last === undefined) this.first = queue;
    else this.last.next = queue;
    this.last = queue;
  }

  removeFirst(): void {
    this.first = this.first!.next;
    if (this.first === undefined) this.last = undefined;
  }
}

export class FqCodel implements QueueDiscipline {
  frames: number;
  bytes: number;
  private readonly owner: QueueOwner;
  private readonly settings: FqCodelSettings;
  private readonly salt: number;
  /** By hash; made when a flow first needs one. */
  private readonly queues: (FlowQueue | undefined)[];
  private readonly newQueues: FlowList;
  private readonly oldQueues: FlowList;
  private readonly fullDetail: string;
  private readonly detail: string;
  private readonly markDetail: string;

  constructor(owner: QueueOwner, random: Random, settings: FqCodelSettings) {
    this.frames = 0;
    this.bytes = 0;
    this.owner = owner;
    this.settings = settings;
    this.salt = random.next() | 0;
    this.queues = new Array<FlowQueue | undefined>(settings.flows).fill(undefined);
    this.newQueues = new FlowList();
    this.oldQueues = new FlowList();
    this.fullDetail = `${limitText(settings.limit)}, from the flow with most bytes`;
    this.detail = codelText(settings);
    this.markDetail = markText(settings.mark);
  }

  enqueue(transit: Transit): void {
    const { settings } = this;
    const queue = this.queueOf(transit);
    if (isMarkedByLength(settings.mark, queue.waiting)) markIfCapable(this.owner, transit, this.markDetail);
    queue.waiting.append(transit);
    this.frames++;
    this.bytes += lengthOf(transit);
    if (queue.standing === 'empty') {
      queue.standing = 'new';
      queue.credits = settings.quantum;
      this.newQueues.append(queue);
    }
    while (this.frames > settings.limit.frames || this.bytes > settings.limit.bytes) this.dropFromFattest();
  }

  /** RFC 8290 §4.2. */
  dequeue(clock: Clock): Transit | undefined {
    const now = clock.now();
    const { newQueues, oldQueues, settings } = this;
    for (;;) {
      const list = newQueues.first === undefined ? oldQueues : newQueues;
      const queue = list.first;
      if (queue === undefined) return undefined;
      if (queue.credits <= 0) {
        queue.credits += settings.quantum;
        list.removeFirst();
        this.becomeOld(queue);
        continue;
      }
      const transit = queue.control.dequeue(queue, now);
      if (transit === undefined) {
        list.removeFirst();
        // A new queue that is empty takes its turn among the old ones first, or it could come back at once for ever.
        if (list === newQueues) this.becomeOld(queue);
        else queue.standing = 'empty';
        continue;
      }
      queue.credits -= lengthOf(transit);
      if (now - transit.enqueuedAt >= settings.mark.sojournNs) markIfCapable(this.owner, transit, this.markDetail);
      return transit;
    }
  }

  takeFirstOf(queue: FlowQueue): Transit | undefined {
    const transit = queue.waiting.takeFirst();
    if (transit === undefined) return undefined;
    this.frames--;
    this.bytes -= lengthOf(transit);
    return transit;
  }

  signal(transit: Transit): boolean {
    return signalCongestion(this.owner, transit, this.settings.ecn, this.detail);
  }

  private queueOf(transit: Transit): FlowQueue {
    const index = flowHash(transit.frame, this.salt) % this.settings.flows;
    const queue = this.queues[index];
    if (queue !== undefined) return queue;
    const made = new FlowQueue(this, this.settings);
    this.queues[index] = made;
    return made;
  }

  private becomeOld(queue: FlowQueue): void {
    queue.standing = 'old';
    this.oldQueues.append(queue);
  }

  /** RFC 8290 §4.1: half of its frames, from the head, so that looking for it is worth the while. */
  private dropFromFattest(): void {
    const fattest = this.fattest();
    const count = Math.min(Math.ceil(fattest.waiting.frames / 2), this.settings.dropBatch);
    for (let dropped = 0; dropped < count; dropped++) {
      this.owner.queueDropped(this.takeFirstOf(fattest)!, 'medium-queue-fat-flow', this.fullDetail);
    }
  }

  /** The queue with most bytes; among equals the one whose turn comes first. Only while some frame waits. */
  private fattest(): FlowQueue {
    let fattest: FlowQueue | undefined;
    for (let queue = this.newQueues.first; queue !== undefined; queue = queue.next) {
      if (fattest === undefined || queue.waiting.bytes > fattest.waiting.bytes) fattest = queue;
    }
    for (let queue = this.oldQueues.first; queue !== undefined; queue = queue.next) {
      if (fattest === undefined || queue.waiting.bytes > fattest.waiting.bytes) fattest = queue;
    }
    return fattest!;
  }
}
