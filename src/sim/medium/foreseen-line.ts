/**
 * A line behind a drop-tail queue, whose frames leave in the order in which they come and meet no faults, so that all that
 * becomes of one is known when it comes. No event is needed for its leaving, only for its arrival, and of these for one
 * frame at a time: the first in flight. What is known of those behind it lies in a ring.
 *
 * Who waits has to be known all the same, since that decides who is dropped. Those that wait are the last of those in
 * flight, and they are told apart when somebody asks; some may have arrived by then. Until then they are counted with
 * those that wait: while there is room behind so many, there is.
 */
import type { Frame } from '../../layers/frame.ts';
import type { Event } from '../event-queue.ts';
import type { Line } from './line.ts';
import type { LineRate, OnLine } from './line-rate.ts';
import type { Medium } from './medium.ts';
import { isFull, limitText, type QueueLimit } from './queues/queue-limit.ts';
import { SojournStatistics } from './sojourn.ts';

/** The direction that the line belongs to. */
export interface ForeseenLineOwner {
  /** Takes back a frame that finds the queue full: for a person, of which limit. */
  foundNoRoom(frame: Frame, serial: number, detail: string): void;
  /** Takes a frame that has arrived. */
  hasArrived(frame: Frame, serial: number): void;
}

const FIRST_PLACES = 64;
// What is known of a frame, in one line of the cache: its serial, its place among the events of its arrival, moments, bytes.
const SHIFT = 3;
const SERIAL = 0;
const SEQUENCE = 1;
const CAME = 2;
const BEGINS = 3;
const ARRIVES = 4;
const LENGTH = 5;

export class ForeseenLine implements Line, Event {
  private readonly medium: Medium;
  private readonly owner: ForeseenLineOwner;
  private readonly limit: QueueLimit;
  private readonly fullDetail: string;
  private readonly rate: LineRate;
  private readonly overheadBytes: number;
  private readonly delayNs: number;
  /** How many waited, and their bytes, when somebody asked last; with those that came since. */
  private readonly waiting: { frames: number; bytes: number };
  private readonly waits: SojournStatistics;
  private readonly onLine: OnLine;
  /** The ring, of a power of two; and how many frames were ever put in, taken out, and begun, as indices into it. */
  private frames: (Frame | undefined)[];
  private known: Float64Array;
  private mask: number;
  private end: number;
  private first: number;
  private firstWaiting: number;

  /**
   * @param limit what finds no room behind those that wait is dropped
   * @param overheadBytes of each frame, that take time on the line and are nowhere else
   */
  constructor(
    medium: Medium,
    owner: ForeseenLineOwner,
    limit: QueueLimit,
    rate: LineRate,
    overheadBytes: number,
    delayNs: number,
  ) {
    this.medium = medium;
    this.owner = owner;
    this.limit = limit;
    this.fullDetail = limitText(limit);
    this.rate = rate;
    this.overheadBytes = overheadBytes;
    this.delayNs = delayNs;
    this.waiting = { frames: 0, bytes: 0 };
    this.waits = new SojournStatistics();
    this.onLine = { beginsAt: 0, leavesAt: 0 };
    this.frames = new Array<Frame | undefined>(FIRST_PLACES).fill(undefined);
    this.known = new Float64Array(FIRST_PLACES << SHIFT);
    this.mask = FIRST_PLACES - 1;
    this.end = 0;
    this.first = 0;
    this.firstWaiting = 0;
  }

  get waitingFrames(): number {
    this.follow();
    return this.waiting.frames;
  }

  get waitingBytes(): number {
    this.follow();
    return this.waiting.bytes;
  }

  get sojourn(): SojournStatistics {
    this.follow();
    return this.waits;
  }

  /** Takes a frame from the sender. */
  take(frame: Frame, serial: number): void {
    const { waiting, onLine } = this;
    const { time } = this.medium;
    const length = frame.end - frame.start;
    if (isFull(waiting, length, this.limit)) {
      this.follow();
      if (isFull(waiting, length, this.limit)) {
        this.owner.foundNoRoom(frame, serial, this.fullDetail);
        return;
      }
    }
    waiting.frames++;
    waiting.bytes += length;
    this.rate.put(onLine, time, (length + this.overheadBytes) * 8);
    if (this.end - this.firstWaiting > this.mask) this.follow();
    if (this.end - this.first > this.mask) this.grow();
    const place = this.end & this.mask;
    const at = place << SHIFT;
    const { known } = this;
    const sequence = time.takeSequence();
    const arrivesAt = onLine.leavesAt + this.delayNs;
    this.frames[place] = frame;
    known[at + SERIAL] = serial;
    known[at + SEQUENCE] = sequence;
    known[at + CAME] = time.now();
    known[at + BEGINS] = onLine.beginsAt;
    known[at + ARRIVES] = arrivesAt;
    known[at + LENGTH] = length;
    if (this.end++ === this.first) time.scheduleAfter(arrivesAt - time.now(), this, sequence);
  }

  /** The first in flight arrives. */
  fire(): void {
    const { first, known, frames, mask } = this;
    const place = first & mask;
    const next = first + 1;
    this.first = next;
    if (next !== this.end) {
      const at = (next & mask) << SHIFT;
      const { time } = this.medium;
      // Its place in the order of events is the one that it took when it was handed over.
      time.scheduleAfter(known[at + ARRIVES]! - time.now(), this, known[at + SEQUENCE]!);
    }
    this.owner.hasArrived(frames[place]!, known[(place << SHIFT) + SERIAL]!);
  }

  /**
   * Those whose turn has come do not wait any more. A line becomes free before anything else happens at that moment, so
   * one that begins now has begun.
   */
  private follow(): void {
    const { end, known, mask, waiting } = this;
    let index = this.firstWaiting;
    if (index === end) return;
    const now = this.medium.time.now();
    for (; index !== end; index++) {
      const at = (index & mask) << SHIFT;
      const beginsAt = known[at + BEGINS]!;
      if (beginsAt > now) break;
      waiting.frames--;
      waiting.bytes -= known[at + LENGTH]!;
      this.waits.add(beginsAt - known[at + CAME]!);
    }
    this.firstWaiting = index;
  }

  private grow(): void {
    const { frames, known, first, end } = this;
    const places = this.mask + 1;
    this.frames = new Array<Frame | undefined>(2 * places).fill(undefined);
    this.known = new Float64Array((2 * places) << SHIFT);
    this.mask = 2 * places - 1;
    for (let index = first; index < end; index++) {
      const from = index & (places - 1);
      const to = index & this.mask;
      this.frames[to] = frames[from];
      this.known.set(known.subarray(from << SHIFT, (from + 1) << SHIFT), to << SHIFT);
    }
  }
}
