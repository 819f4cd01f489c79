/**
 * What is measured of a transfer while it runs.
 */
import type { Clock } from '../layers/clock.ts';
import { IPV4, IPV6 } from '../layers/link/ethertype.ts';
import type { TraceEvent } from '../trace/events.ts';

/** Goodput: bytes of the program in a stretch of time. */
export class GoodputMeter {
  /** When the last byte arrived. */
  lastNs: number;
  private readonly clock: Clock;
  private readonly fromNs: number;
  private readonly toNs: number;
  /** Bytes that arrived in the stretch. */
  counted: number;
  private readonly isOpen: boolean;

  /**
   * @param warmupNs bytes before then do not count
   * @param durationNs nor those after then; without it the stretch ends with the last byte
   */
  constructor(clock: Clock, warmupNs: number, durationNs: number | undefined) {
    this.lastNs = 0;
    this.clock = clock;
    this.fromNs = warmupNs;
    this.toNs = durationNs ?? Number.POSITIVE_INFINITY;
    this.counted = 0;
    this.isOpen = durationNs === undefined;
  }

  add(bytes: number): void {
    const now = this.clock.now();
    this.lastNs = now;
    if (now >= this.fromNs && now <= this.toNs) this.counted += bytes;
  }

  /** How long the stretch is. */
  get seconds(): number {
    return Math.max(0, ((this.isOpen ? this.lastNs : this.toNs) - this.fromNs) / 1e9);
  }

  /** In bits a second; 0 if the stretch has no length. */
  goodput(): number {
    return this.seconds > 0 ? (this.counted * 8) / this.seconds : 0;
  }
}

const PROTOCOL_TCP = 6;

/** Counts the events of a run by what they are and why. */
export class Tally {
  framesSent: number;
  segmentsSent: number;
  /** Frames that ended on the way, or at a host that could not use them. */
  readonly drops: Map<string, number>;
  framesDropped: number;
  readonly retransmissions: Map<string, number>;

  constructor() {
    this.framesSent = 0;
    this.segmentsSent = 0;
    this.drops = new Map();
    this.framesDropped = 0;
    this.retransmissions = new Map();
  }

  add(event: TraceEvent): void {
    switch (event.kind) {
      case 'frame-sent':
        this.framesSent++;
        if (isTcp(event.bytes)) this.segmentsSent++;
        break;
      case 'frame-dropped':
        this.framesDropped++;
        count(this.drops, event.reason);
        break;
      case 'host-drop':
      case 'not-sent':
        count(this.drops, event.reason);
        break;
      case 'tcp-retransmit':
        count(this.retransmissions, event.reason);
    }
  }
}

const count = (counts: Map<string, number>, name: string): void => {
  counts.set(name, (counts.get(name) ?? 0) + 1);
};

/** Whether an Ethernet frame that this stack made holds TCP: no tag, no extension header. */
function isTcp(bytes: Uint8Array): boolean {
  const etherType = (bytes[12]! << 8) | bytes[13]!;
  if (etherType === IPV4) return bytes[23] === PROTOCOL_TCP;
  return etherType === IPV6 && bytes[20] === PROTOCOL_TCP;
}
