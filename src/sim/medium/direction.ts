/**
 * One direction of a link. A frame meets, in this order: queue, serialisation at the rate, faults, propagation delay and
 * jitter, delivery. Everything that waits here waits in pooled transits: frames in order share one pending event, and a
 * frame in flight allocates nothing. Where no fault and no discipline has a say, `foreseen-line.ts` does without transits.
 *
 * Its place among the events of one moment a frame takes when it is handed over, not when it has left the line: whether
 * its leaving is an event must make no difference.
 */

import type { Timer } from '../../layers/clock.ts';
import type { DropReason } from '../../layers/drop.ts';
import type { Frame } from '../../layers/frame.ts';
import { FCS_LENGTH } from '../../layers/link/fcs.ts';
import type { FrameReceiver, Port } from '../../layers/link/port.ts';
import type { Direction } from '../../trace/medium-observer.ts';
import type { Event } from '../event-queue.ts';
import { DirectionCounters } from './counters.ts';
import type { Fault } from './faults/fault.ts';
import { ForeseenLine, type ForeseenLineOwner } from './foreseen-line.ts';
import type { Line } from './line.ts';
import type { Medium } from './medium.ts';
import type { DirectionParts } from './parts.ts';
import { type QueueReport, sojournReport } from './queue-report.ts';
import { QueuedLine, type QueuedLineOwner } from './queued-line.ts';
import { DropTail } from './queues/drop-tail.ts';
import type { QueueOwner } from './queues/queue-discipline.ts';
import { QUEUE_FULL } from './queues/queue-limit.ts';
import { Transit, TransitList, type TransitOwner } from './transit.ts';

export class LinkDirection implements Port, QueueOwner, QueuedLineOwner, ForeseenLineOwner, TransitOwner {
  readonly direction: Direction;
  readonly counters: DirectionCounters;
  /** The queue as it was asked for: `droptail:frames=417`. */
  readonly queueText: string;
  readonly hasFrameCheckSequence: boolean;
  /** Whom frames are delivered to. */
  receiver: FrameReceiver | undefined;
  private readonly medium: Medium;
  private readonly queued: QueuedLine | undefined;
  private readonly foreseen: ForeseenLine | undefined;
  private readonly delayNs: number;
  private readonly faults: readonly Fault[];
  /** Transits that wait for their next frame, the last one first. */
  private idle: Transit | undefined;
  private readonly inFlight: TransitList;
  private readonly firstArrives: Event;
  private lastArrival: number;
  /** Copies that still have faults to meet. */
  private readonly copies: TransitList;
  private readonly held: Transit[];
  private readonly holdTimer: Timer;

  constructor(medium: Medium, direction: Direction, parts: DirectionParts, hasFrameCheckSequence: boolean) {
    this.direction = direction;
    this.counters = new DirectionCounters();
    this.queueText = parts.queue.text;
    this.hasFrameCheckSequence = hasFrameCheckSequence;
    this.receiver = undefined;
    this.medium = medium;
    this.delayNs = parts.delayNs;
    this.faults = parts.faults;
    this.idle = undefined;
    this.inFlight = new TransitList();
    this.firstArrives = new FirstArrives(this);
    this.lastArrival = 0;
    this.copies = new TransitList();
    this.held = [];
    this.holdTimer = medium.time.timer(() => this.releaseOverdue());
    this.queued = undefined;
    this.foreseen = undefined;
    if (parts.line !== undefined) {
      const overheadBytes = parts.overheadBytes + (hasFrameCheckSequence ? FCS_LENGTH : 0);
      const queue = parts.queue.factory(this);
      const limit = queue instanceof DropTail ? queue.plainLimit : undefined;
      // Faults are judged, and traced, when a frame leaves.
      if (limit !== undefined && parts.faults.length === 0) {
        this.foreseen = new ForeseenLine(medium, this, limit, parts.line, overheadBytes, parts.delayNs);
      } else this.queued = new QueuedLine(medium, this, queue, parts.line, overheadBytes);
    }
  }

  /** Undefined if frames leave at once. */
  get line(): Line | undefined {
    return this.foreseen ?? this.queued;
  }

  /** Takes a frame from the sender. */
  send(frame: Frame): void {
    const { medium, counters } = this;
    const serial = medium.takeSerial();
    counters.framesSent++;
    counters.bytesSent += frame.end - frame.start;
    if (medium.observer !== undefined) medium.observer.frameSent(this.direction, serial, frame);
    if (this.foreseen !== undefined) {
      this.foreseen.take(frame, serial);
      return;
    }
    const transit = this.transit(frame, serial, counters.framesSent, false);
    if (this.queued !== undefined) this.queued.take(transit);
    else {
      transit.leavesAt = medium.time.now();
      this.hasLeft(transit);
    }
  }

  queueDropped(transit: Transit, reason: DropReason, detail: string): void {
    this.counters.framesDroppedByQueue++;
    this.drop(transit, reason, detail);
  }

  queueMarked(transit: Transit, detail: string): void {
    this.counters.framesMarked++;
    this.medium.observer?.frameMarked(this.direction, transit.serial, transit.frame, detail);
  }

  /** What the queue did so far; `undefined` without a line, for then nothing queues. */
  queueReport(): QueueReport | undefined {
    const { line } = this;
    if (line === undefined) return undefined;
    const { from, to } = this.direction;
    return {
      from,
      to,
      queue: this.queueText,
      ...sojournReport(line.sojourn),
      drops: this.counters.framesDroppedByQueue,
      marks: this.counters.framesMarked,
      bands: (line.bands ?? []).map(({ name, sojourn, drops, marks }) => ({
        name,
        ...sojournReport(sojourn),
        drops,
        marks,
      })),
    };
  }

  /** A frame that does not keep the order arrives. */
  arrived(transit: Transit): void {
    this.deliver(transit);
  }

  /** Lets a frame meet the faults, then its copies those that come after the fault that made them. */
  hasLeft(transit: Transit): void {
    if (this.faults.length === 0) {
      this.propagate(transit);
      return;
    }
    for (let next: Transit | undefined = transit; next !== undefined; next = this.copies.takeFirst()) {
      this.meetFaults(next);
      this.settle(next);
    }
  }

  foundNoRoom(frame: Frame, serial: number, detail: string): void {
    this.queueDropped(this.transit(frame, serial, this.counters.framesSent, false), QUEUE_FULL, detail);
  }

  hasArrived(frame: Frame, serial: number): void {
    const { receiver, counters, medium } = this;
    if (receiver === undefined) {
      this.drop(this.transit(frame, serial, 0, false), 'medium-unplugged', `nothing at ${this.direction.to}`);
      return;
    }
    counters.framesDelivered++;
    counters.bytesDelivered += frame.end - frame.start;
    if (medium.observer !== undefined) medium.observer.frameDelivered(this.direction, serial, frame);
    receiver.receive(frame);
    medium.pool.release(frame);
  }

  private meetFaults(transit: Transit): void {
    const { faults } = this;
    for (let index = transit.resumesAt; index < faults.length; index++) {
      faults[index]!.judge(transit);
      if (transit.damage !== '') this.damaged(transit);
      if (transit.remarked !== '') this.remarked(transit);
      if (transit.copies > 0) this.duplicate(transit, index + 1);
    }
  }

  private damaged(transit: Transit): void {
    this.counters.framesCorrupted++;
    this.medium.observer?.frameCorrupted(this.direction, transit.serial, transit.frame, transit.damage);
    transit.damage = '';
  }

  private remarked(transit: Transit): void {
    this.counters.framesMarkedByFaults++;
    this.medium.observer?.frameMarked(this.direction, transit.serial, transit.frame, transit.remarked);
    transit.remarked = '';
  }

  private duplicate(transit: Transit, resumesAt: number): void {
    for (; transit.copies > 0; transit.copies--) {
      // A frame that has ended has no copies, though the dice were thrown.
      if (transit.dropped !== undefined) continue;
      const serial = this.medium.takeSerial();
      const copy = this.transit(this.medium.pool.duplicate(transit.frame), serial, transit.ordinal, true);
      copy.resumesAt = resumesAt;
      copy.leavesAt = transit.leavesAt;
      copy.carriesCheckSequence = transit.carriesCheckSequence;
      copy.checkSequence = transit.checkSequence;
      this.counters.framesDuplicated++;
      this.medium.observer?.frameDuplicated(this.direction, transit.serial, serial, copy.frame);
      this.copies.append(copy);
    }
  }

  /** Does what the faults decided. */
  private settle(transit: Transit): void {
    if (transit.dropped !== undefined) {
      this.drop(transit, transit.dropped, transit.dropDetail);
      return;
    }
    if (transit.holdFrames > 0 || transit.mayBeOvertaken) {
      this.counters.framesDelayed++;
      this.medium.observer?.frameDelayed(this.direction, transit.serial, transit.frame, transit.delayDetail);
    }
    if (transit.holdFrames > 0) {
      transit.holdNs += this.medium.time.now();
      this.held.push(transit);
      this.armHoldTimer();
      return;
    }
    this.propagate(transit);
    if (this.held.length > 0) this.passHeld(transit.arrivesAt);
  }

  private propagate(transit: Transit): void {
    transit.arrivesAt = transit.leavesAt + this.delayNs + transit.extraDelayNs;
    this.fly(transit);
  }

  /** On its way, to come at `arrivesAt`; or behind the last one, if it may not overtake. */
  private fly(transit: Transit): void {
    const { time } = this.medium;
    if (transit.mayBeOvertaken) {
      time.schedule(transit.arrivesAt, transit, transit.sequence);
      return;
    }
    if (transit.arrivesAt > this.lastArrival) this.lastArrival = transit.arrivesAt;
    else transit.arrivesAt = this.lastArrival;
    if (this.inFlight.first === undefined) {
      time.scheduleAfter(transit.arrivesAt - time.now(), this.firstArrives, transit.sequence);
    }
    this.inFlight.append(transit);
  }

  /** @internal */
  firstInFlightArrives(): void {
    const transit = this.inFlight.takeFirst()!;
    const next = this.inFlight.first;
    // Its place in the order of events is the one it took when it was handed over.
    const { time } = this.medium;
    if (next !== undefined) time.scheduleAfter(next.arrivesAt - time.now(), this.firstArrives, next.sequence);
    this.deliver(transit);
  }

  /** A frame goes on past those that are held; one that has been passed often enough arrives right behind it. */
  private passHeld(arrivesAt: number): void {
    const { held } = this;
    let kept = 0;
    for (let at = 0; at < held.length; at++) {
      const transit = held[at]!;
      if (--transit.holdFrames > 0) held[kept++] = transit;
      else {
        transit.sequence = this.medium.time.takeSequence();
        transit.arrivesAt = arrivesAt + transit.extraDelayNs;
        this.fly(transit);
      }
    }
    if (kept === held.length) return;
    held.length = kept;
    this.armHoldTimer();
  }

  private releaseOverdue(): void {
    const { held } = this;
    const { time } = this.medium;
    const now = time.now();
    let kept = 0;
    for (let at = 0; at < held.length; at++) {
      const transit = held[at]!;
      if (transit.holdNs > now) held[kept++] = transit;
      else {
        transit.sequence = time.takeSequence();
        transit.leavesAt = now;
        this.propagate(transit);
      }
    }
    held.length = kept;
    this.armHoldTimer();
  }

  private armHoldTimer(): void {
    let earliest = Infinity;
    for (const { holdNs } of this.held) if (holdNs < earliest) earliest = holdNs;
    this.holdTimer.arm(earliest);
  }

  private deliver(transit: Transit): void {
    if (transit.carriesCheckSequence && transit.failsCheck) {
      this.drop(transit, 'ethernet-bad-fcs', 'damaged on the way');
      return;
    }
    this.rest(transit);
    this.hasArrived(transit.frame, transit.serial);
  }

  private drop(transit: Transit, reason: DropReason, detail: string): void {
    this.counters.countDrop(reason);
    this.medium.observer?.frameDropped(this.direction, transit.serial, transit.frame, reason, detail);
    this.medium.pool.release(transit.frame);
    this.rest(transit);
  }

  private transit(frame: Frame, serial: number, ordinal: number, isCopy: boolean): Transit {
    const { idle } = this;
    const transit = idle ?? new Transit(this, frame);
    if (idle !== undefined) this.idle = idle.next;
    transit.frame = frame;
    transit.serial = serial;
    transit.ordinal = ordinal;
    transit.isCopy = isCopy;
    transit.sequence = this.medium.time.takeSequence();
    if (this.faults.length > 0) transit.forgetFaults();
    return transit;
  }

  private rest(transit: Transit): void {
    transit.next = this.idle;
    this.idle = transit;
  }
}

class FirstArrives implements Event {
  private readonly of: LinkDirection;

  constructor(of: LinkDirection) {
    this.of = of;
  }

  fire(): void {
    this.of.firstInFlightArrives();
  }
}
