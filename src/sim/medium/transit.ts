/**
 * One frame on its way through one direction of a link, from the sender's hand to the receiver's: what the queue, the
 * faults and the propagation know about it. Pooled by its direction, so a frame in flight allocates nothing.
 */
import type { DropReason } from '../../layers/drop.ts';
import type { Frame } from '../../layers/frame.ts';
import { crc32, FCS_LENGTH } from '../../layers/link/fcs.ts';
import type { Event } from '../event-queue.ts';

/** Whom a transit reports to when it arrives on its own, out of the order of the others. */
export interface TransitOwner {
  arrived(transit: Transit): void;
  readonly hasFrameCheckSequence: boolean;
}

export class Transit implements Event {
  frame: Frame;
  serial: number;
  /** Which frame of its direction it is, counted from 1 as they were handed over. A copy has its original's. */
  ordinal: number;
  /** The next one in the queue, in flight, or among the idle. */
  next: Transit | undefined;
  /** When it came into the queue, in nanoseconds. */
  enqueuedAt: number;
  /** When its first bit goes onto the line, where that is known before. */
  beginsAt: number;
  /** When its last bit has left the sender. */
  leavesAt: number;
  arrivesAt: number;
  /** Its place among the events of `arrivesAt`. */
  sequence: number;
  extraDelayNs: number;
  /** Whether frames sent later may arrive earlier. */
  mayBeOvertaken: boolean;
  /** Set once its bytes changed on a link with a frame check sequence: the receiver must look. */
  carriesCheckSequence: boolean;
  /** What the sender computed, with the bit errors that hit it: a signed 32-bit integer. */
  checkSequence: number;
  isCopy: boolean;
  /** Set by a fault: it ends here. The first fault that says so is the cause. */
  dropped: DropReason | undefined;
  dropDetail: string;
  /** Set by a fault: so many copies go on behind it. */
  copies: number;
  /** Set by a fault that changed or cut bytes: how, for a person. */
  damage: string;
  /** Set by a fault that changed the ECN field, and the IP checksum with it, as a router may: how, for a person. */
  remarked: string;
  /** Set by a fault: held back until so many frames have passed it … */
  holdFrames: number;
  /** … or this much time has. Becomes a moment once it is held. */
  holdNs: number;
  delayDetail: string;
  /** The fault that a copy goes on from. */
  resumesAt: number;
  private readonly owner: TransitOwner;

  constructor(owner: TransitOwner, frame: Frame) {
    this.frame = frame;
    this.serial = 0;
    this.ordinal = 0;
    this.next = undefined;
    this.enqueuedAt = 0;
    this.beginsAt = 0;
    this.leavesAt = 0;
    this.arrivesAt = 0;
    this.sequence = 0;
    this.extraDelayNs = 0;
    this.mayBeOvertaken = false;
    this.carriesCheckSequence = false;
    this.checkSequence = 0;
    this.isCopy = false;
    this.dropped = undefined;
    this.dropDetail = '';
    this.copies = 0;
    this.damage = '';
    this.remarked = '';
    this.holdFrames = 0;
    this.holdNs = 0;
    this.delayDetail = '';
    this.resumesAt = 0;
    this.owner = owner;
  }

  /** Forgets what the faults did to its last frame. Where there are none, nobody has to. */
  forgetFaults(): void {
    this.extraDelayNs = 0;
    this.mayBeOvertaken = false;
    this.carriesCheckSequence = false;
    this.dropped = undefined;
    this.copies = 0;
    this.damage = '';
    this.remarked = '';
    this.holdFrames = 0;
    this.resumesAt = 0;
  }

  /** Lets it end here, unless it has ended already. */
  drop(reason: DropReason, detail: string): void {
    if (this.dropped !== undefined) return;
    this.dropped = reason;
    this.dropDetail = detail;
  }

  /** Holds it back by time; later frames may pass. */
  delay(ns: number, detail: string): void {
    this.extraDelayNs += ns;
    this.mayBeOvertaken = true;
    this.delayDetail = detail;
  }

  /** Holds it back until `frames` later ones have gone on, or `withinNs` have passed. */
  hold(frames: number, withinNs: number, detail: string): void {
    this.holdFrames = frames;
    this.holdNs = withinNs;
    this.delayDetail = detail;
  }

  /** Call before bytes change: the sender's frame check sequence is of what they were. */
  beforeDamage(): void {
    if (!this.owner.hasFrameCheckSequence || this.carriesCheckSequence) return;
    this.carriesCheckSequence = true;
    this.checkSequence = crc32(this.frame.view, this.frame.start, this.frame.end - this.frame.start);
  }

  /** Call after bytes changed. */
  damaged(detail: string): void {
    this.damage = this.damage === '' ? detail : `${this.damage}; ${detail}`;
  }

  /** Bits on the wire that an error can hit. */
  get bits(): number {
    return (this.frame.end - this.frame.start + (this.owner.hasFrameCheckSequence ? FCS_LENGTH : 0)) * 8;
  }

  /** Whether the receiver finds the check sequence wrong. */
  get failsCheck(): boolean {
    const { view, start, end } = this.frame;
    return this.carriesCheckSequence && crc32(view, start, end - start) !== this.checkSequence;
  }

  fire(): void {
    this.owner.arrived(this);
  }
}

/** First in, first out, threaded through the transits themselves. */
export class TransitList {
  first: Transit | undefined;
  private last: Transit | undefined;

  constructor() {
    this.first = undefined;
    this.last = undefined;
  }

  append(transit: Transit): void {
    transit.next = undefined;
    if (this.last === undefined) this.first = transit;
    else this.last.next = transit;
    this.last = transit;
  }

  takeFirst(): Transit | undefined {
    const { first } = this;
    if (first === undefined) return undefined;
    this.first = first.next;
    if (this.first === undefined) this.last = undefined;
    return first;
  }
}
