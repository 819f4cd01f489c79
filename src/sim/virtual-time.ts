/**
 * Virtual time: a clock that jumps from event to event.
 *
 * A timer re-armed for later leaves its queue entry where it is; only when that entry comes up is it put back at the
 * deadline of the day. So the retransmission timer, moved by each ACK, touches the queue once per expiry. The order of
 * events is nevertheless that of (deadline, moment of arming), as if every arming had queued its own entry: an entry put
 * back keeps the sequence number that the arming took.
 */
import type { Timer, Timers } from '../layers/clock.ts';
import { type Event, EventQueue } from './event-queue.ts';

/** Events at one instant before the run is taken for one that cannot go on (INVARIANTS 48). */
export const EVENTS_PER_INSTANT = 1_000_000;

/** Below this many dead entries the queue is not worth sweeping. */
const SWEEP_FROM = 256;

export class VirtualTime implements Timers {
  /** Events that happened so far. */
  events: number;
  private readonly queue: EventQueue;
  private readonly eventsPerInstant: number;
  private clock: number;
  /** Entries of the queue that are of no use any more. */
  private dead: number;
  /** How many events had happened when time last passed. */
  private eventsBefore: number;

  /** @param eventsPerInstant how many events may happen without time passing before `step` throws */
  constructor(eventsPerInstant: number = EVENTS_PER_INSTANT) {
    this.events = 0;
    this.queue = new EventQueue();
    this.eventsPerInstant = eventsPerInstant;
    this.clock = 0;
    this.dead = 0;
    this.eventsBefore = 0;
  }

  now(): number {
    return this.clock;
  }

  /** Whether nothing can happen any more: no timer is armed and no event waits (INVARIANTS 47). */
  get idle(): boolean {
    return this.pending === 0;
  }

  /** Armed timers and scheduled events together. */
  get pending(): number {
    return this.queue.length - this.dead;
  }

  /** Entries of the queue, with those of cancelled and moved timers: for tests of its economy. */
  get queueLength(): number {
    return this.queue.length;
  }

  /** When the next event happens, in nanoseconds; `Infinity` when idle. */
  get nextTime(): number {
    this.settleFirst();
    return this.queue.firstTime;
  }

  timer(fire: () => void): Timer {
    return new VirtualTimer(this, fire);
  }

  /**
   * Lets `event` happen at `time` (absolute, nanoseconds). It cannot be taken back: what may be cancelled is a timer.
   * @param sequence its place among the events of that time, if it was taken before
   * @throws {RangeError} if the time is past or not a whole number
   */
  schedule(time: number, event: Event, sequence: number = this.queue.takeSequence()): void {
    if (!(time >= this.clock) || Math.floor(time) !== time || time === Infinity) refuse('an event', this.clock, time);
    this.queue.push(time, sequence, event);
  }

  /**
   * Lets `event` happen `delay` nanoseconds from now, a whole number of 0 or more: as `schedule`, without a moment that
   * V8 would allocate to hand it over.
   */
  scheduleAfter(delay: number, event: Event, sequence: number = this.queue.takeSequence()): void {
    const time = this.clock + delay;
    if (!(delay >= 0) || Math.floor(time) !== time || time === Infinity) refuse('an event', this.clock, time);
    const { queue } = this;
    const at = queue.reserve();
    queue.times[at] = time;
    queue.put(at, sequence, event, false);
  }

  /** Takes a place in the order now for an event that is scheduled later. */
  takeSequence(): number {
    return this.queue.takeSequence();
  }

  /**
   * Goes to the next event and lets it happen.
   * @returns false when there is none
   * @throws {Error} if too many events happen without time passing
   */
  step(): boolean {
    this.settleFirst();
    const { queue } = this;
    const time = queue.firstTime;
    if (time === Infinity) return false;
    if (time !== this.clock) {
      this.clock = time;
      this.eventsBefore = this.events;
    } else if (this.events - this.eventsBefore >= this.eventsPerInstant) this.refuseToGoOn();
    this.events++;
    const event = queue.pop();
    event.fire();
    return true;
  }

  /**
   * Lets everything happen up to `time` inclusive, and stands at `time` afterwards.
   * @throws {RangeError} if the time is past or not a whole number
   */
  runUntil(time: number): void {
    if (!(time >= this.clock) || Math.floor(time) !== time || time === Infinity) refuse('a run', this.clock, time);
    while (this.nextTime <= time) this.step();
    this.advanceTo(time);
  }

  /**
   * Lets everything happen until nothing can any more, or so many events have happened.
   * @returns how many have
   */
  run(events: number = Infinity): number {
    let happened = 0;
    while (happened < events && this.step()) happened++;
    return happened;
  }

  /** Moves the clock on where nothing happens before `time`. Does nothing if `time` is not later than now. */
  advanceTo(time: number): void {
    if (time <= this.clock) return;
    if (this.nextTime < time) throw new RangeError(`time cannot pass the event at ${this.nextTime} ns`);
    this.clock = time;
    this.eventsBefore = this.events;
  }

  /** @internal A timer was armed for `deadline`; `entry` is the sequence of its queue entry, -1 if it has none. */
  armed(timer: VirtualTimer, wasArmed: boolean): void {
    const { entryTime } = timer;
    if (entryTime <= timer.deadline) {
      // The entry that is there comes up in time. A cancelled timer's is alive again.
      if (!wasArmed) this.dead--;
      return;
    }
    if (wasArmed && entryTime !== Infinity) this.dead++;
    this.queue.push(timer.deadline, timer.sequence, timer, true);
    timer.entryTime = timer.deadline;
    timer.entrySequence = timer.sequence;
    if (this.dead >= SWEEP_FROM) this.sweep();
  }

  /** @internal */
  cancelled(): void {
    if (++this.dead >= SWEEP_FROM) this.sweep();
  }

  /** Brings an entry to the top that is alive, or empties the queue. */
  private settleFirst(): void {
    const { queue } = this;
    queue.settle();
    while (queue.firstIsTimer) {
      const first = queue.first as VirtualTimer;
      const sequence = queue.firstSequence;
      if (sequence === first.sequence && first.deadline !== Infinity) return;
      queue.pop();
      if (sequence !== first.entrySequence) {
        this.dead--;
      } else if (first.deadline === Infinity) {
        this.dead--;
        first.entryTime = Infinity;
        first.entrySequence = -1;
      } else {
        queue.push(first.deadline, first.sequence, first, true);
        first.entryTime = first.deadline;
        first.entrySequence = first.sequence;
      }
      queue.settle();
    }
  }

  /** Dead entries never outnumber the living by much: timers that go for ever leave nothing behind. */
  private sweep(): void {
    if (this.dead * 2 < this.queue.length) return;
    this.dead = 0;
    this.queue.retain((event, sequence) => {
      if (!(event instanceof VirtualTimer)) return true;
      if (sequence !== event.entrySequence) return false;
      if (event.deadline !== Infinity) return true;
      event.entryTime = Infinity;
      event.entrySequence = -1;
      return false;
    });
  }

  private refuseToGoOn(): never {
    throw new Error(
      `more than ${this.eventsPerInstant} events at ${this.clock} ns: something causes itself without letting time pass`,
    );
  }
}

function refuse(what: string, now: number, time: number): never {
  throw new RangeError(`${what} needs a moment in whole nanoseconds from ${now} on, not ${time}`);
}

/** A timer of virtual time. It owns at most one queue entry that counts: the one with `entrySequence`. */
class VirtualTimer implements Timer, Event {
  deadline: number;
  /** Taken at each arming: its place among the events of its deadline. */
  sequence: number;
  entryTime: number;
  entrySequence: number;
  private readonly owner: VirtualTime;
  private readonly action: () => void;

  constructor(owner: VirtualTime, action: () => void) {
    this.deadline = Infinity;
    this.sequence = -1;
    this.entryTime = Infinity;
    this.entrySequence = -1;
    this.owner = owner;
    this.action = action;
  }

  arm(deadline: number): void {
    if (Math.floor(deadline) !== deadline) refuse('a timer', this.owner.now(), deadline);
    this.armAfter(deadline - this.owner.now());
  }

  armAfter(delay: number): void {
    const deadline = this.owner.now() + (delay < 0 ? 0 : delay);
    // Also refuses NaN, which would poison the order of the whole queue.
    if (Math.floor(deadline) !== deadline) refuse('a timer', this.owner.now(), deadline);
    if (deadline === Infinity) {
      this.cancel();
      return;
    }
    const wasArmed = this.deadline !== Infinity;
    this.deadline = deadline;
    this.sequence = this.owner.takeSequence();
    this.owner.armed(this, wasArmed);
  }

  cancel(): void {
    if (this.deadline === Infinity) return;
    this.deadline = Infinity;
    this.owner.cancelled();
  }

  fire(): void {
    this.deadline = Infinity;
    this.entryTime = Infinity;
    this.entrySequence = -1;
    this.action();
  }
}
