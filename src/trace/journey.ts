/**
 * The journey of each frame: what the medium and the hosts said of it, put together. A frame's fate is known only later than
 * its sending, so a journey is filled in as events come. Captures and ladders are made of journeys.
 */
import type { DropReason } from '../layers/drop.ts';
import type { RetransmitReason } from '../layers/observer.ts';
import { hostOf, type TcpRetransmit, type TraceEvent } from './events.ts';
import type { Direction } from './medium-observer.ts';
import { tcpSegmentOf } from './segment-of.ts';

export interface Journey {
  readonly serial: number;
  readonly direction: Direction;
  /** When the sender handed it over, or, for a copy that the medium made, when the medium made it. */
  readonly sentAt: number;
  readonly sentBytes: Uint8Array;
  /** The serial that this is a copy of, where the medium made it. */
  readonly copyOf: number | undefined;
  /** `undefined` until it was delivered; it may never be. */
  arrivedAt: number | undefined;
  arrivedBytes: Uint8Array;
  /** Set when the medium dropped it. */
  drop: { readonly time: number; readonly reason: DropReason; readonly detail: string } | undefined;
  /** What the medium changed, how it held it back, and the serials of copies that it made. */
  readonly corruptions: string[];
  /** By which rules queues set "congestion experienced" in it. */
  readonly marks: string[];
  readonly delays: string[];
  readonly copies: number[];
  /** Set when the receiving host dropped it. */
  hostDrop: { readonly host: string; readonly reason: DropReason; readonly rule: string | undefined } | undefined;
  /** Why its TCP segment was sent again, if it was. */
  retransmission: RetransmitReason | undefined;
}

/** Whether the medium has done with it. */
export const isEnded = (journey: Journey): boolean => journey.arrivedAt !== undefined || journey.drop !== undefined;

/** Puts journeys together from events in the order of the run. Remembers only those under way and those of this instant. */
export class JourneyTracker {
  private readonly underWay: Map<number, Journey>;
  /** Journeys that ended at `now`: later events of the same instant may add to them. */
  private arrived: Map<number, Journey>;
  private retransmits: TcpRetransmit[];
  private now: number;

  constructor() {
    this.underWay = new Map();
    this.arrived = new Map();
    this.retransmits = [];
    this.now = -1;
  }

  /** @returns the journey that an event on a link belongs to; for a duplication, the copy's new one */
  add(event: TraceEvent): Journey | undefined {
    if (event.time !== this.now) {
      this.now = event.time;
      if (this.arrived.size > 0) this.arrived = new Map();
      if (this.retransmits.length > 0) this.retransmits = [];
    }
    switch (event.kind) {
      case 'frame-sent':
        return this.begin(event.serial, event.direction, event.time, event.bytes, undefined);
      case 'frame-duplicated': {
        this.find(event).copies.push(event.copySerial);
        return this.begin(event.copySerial, event.direction, event.time, event.bytes, event.serial);
      }
      case 'frame-corrupted': {
        const journey = this.find(event);
        journey.corruptions.push(event.detail);
        journey.arrivedBytes = event.bytes;
        return journey;
      }
      case 'frame-marked': {
        const journey = this.find(event);
        journey.marks.push(event.detail);
        journey.arrivedBytes = event.bytes;
        return journey;
      }
      case 'frame-delayed': {
        const journey = this.find(event);
        journey.delays.push(event.detail);
        return journey;
      }
      case 'frame-delivered': {
        const journey = this.find(event);
        journey.arrivedAt = event.time;
        journey.arrivedBytes = event.bytes;
        this.underWay.delete(event.serial);
        this.arrived.set(event.serial, journey);
        return journey;
      }
      case 'frame-dropped': {
        const journey = this.find(event);
        journey.drop = { time: event.time, reason: event.reason, detail: event.detail };
        this.underWay.delete(event.serial);
        return journey;
      }
      case 'host-drop': {
        const journey = event.serial === undefined ? undefined : this.arrived.get(event.serial);
        if (journey !== undefined) journey.hostDrop = { host: event.host, reason: event.reason, rule: event.rule };
        return undefined;
      }
      case 'tcp-retransmit':
        // A host tells of a retransmission before it hands the frame over: what it has sent already is not meant.
        this.retransmits.push(event);
        return undefined;
      default:
        return undefined;
    }
  }

  /** The journey of an event; one of its own for a frame whose sending was not seen. */
  private find(event: TraceEvent & { serial: number; direction: Direction; bytes: Uint8Array }): Journey {
    return (
      this.underWay.get(event.serial) ?? this.begin(event.serial, event.direction, event.time, event.bytes, undefined)
    );
  }

  private begin(
    serial: number,
    direction: Direction,
    sentAt: number,
    sentBytes: Uint8Array,
    copyOf: number | undefined,
  ): Journey {
    const journey: Journey = {
      serial,
      direction,
      sentAt,
      sentBytes,
      copyOf,
      arrivedAt: undefined,
      arrivedBytes: sentBytes,
      drop: undefined,
      corruptions: [],
      marks: [],
      delays: [],
      copies: [],
      hostDrop: undefined,
      retransmission: undefined,
    };
    this.underWay.set(serial, journey);
    if (copyOf === undefined) {
      const index = this.retransmits.findIndex((event) => markRetransmission(journey, event));
      if (index >= 0) this.retransmits.splice(index, 1);
    }
    return journey;
  }
}

/** Marks a journey if its frame is the segment that the event tells of. */
function markRetransmission(journey: Journey, event: TcpRetransmit): boolean {
  if (journey.retransmission !== undefined || hostOf(journey.direction.from) !== event.host) return false;
  const segment = tcpSegmentOf(journey.sentBytes);
  if (
    segment === undefined ||
    segment.sequence !== event.sequence ||
    segment.sourcePort !== event.connection.localPort ||
    segment.destinationPort !== event.connection.remotePort
  ) {
    return false;
  }
  journey.retransmission = event.reason;
  return true;
}
