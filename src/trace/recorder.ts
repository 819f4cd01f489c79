/**
 * Turns what the media and the hosts of a run tell into one stream of events (`events.ts`): keeps some of them within a
 * bound on memory, and hands all of them to listeners. Recording changes no byte of the run.
 */
import type { Clock } from '../layers/clock.ts';
import { type DropReason, explainDrop } from '../layers/drop.ts';
import type { Frame } from '../layers/frame.ts';
import type { TcpObserver } from '../layers/transport/tcp/environment.ts';
import { belongsTo, EVENT_KINDS, type EventKind, type EventListener, isAtTap, type TraceEvent } from './events.ts';
import type { Direction, MediumObserver } from './medium-observer.ts';

export interface RecorderSettings {
  /** Which kinds of event to keep: all of them unless told. Listeners get every kind. */
  readonly kinds?: readonly EventKind[];
  /** Names of links, interfaces or hosts whose events to keep: all of them unless told. */
  readonly taps?: readonly string[];
  /** Whether there are `tcp-info` events: one for each acknowledgment that a host processes, with some 90 fields. */
  readonly tcpInfo?: boolean;
  /** About how many bytes the kept events may take. */
  readonly limitBytes?: number;
  /** Which events to do without when that is reached. */
  readonly whenFull?: 'forget-oldest' | 'forget-newest';
}

const DEFAULT_LIMIT_BYTES = 256 * 1024 * 1024;
/** What an event takes beside its frame's bytes: an object of 90 to 120 (measured, Node 20), and the array's own. */
const EVENT_BYTES = 200;
const TCP_INFO_BYTES = 1500;
/** Events forgotten from the front are cut off only in lots: cutting each would move all the others. */
const CUT_LOT = 4096;

export class Recorder implements MediumObserver {
  /** How many events were not kept, or not kept for long, because memory was bounded. */
  forgotten: number;
  private readonly clock: Clock;
  private readonly kinds: ReadonlySet<EventKind>;
  private readonly taps: readonly string[] | undefined;
  private readonly limitBytes: number;
  private readonly forgetsOldest: boolean;
  private readonly hasTcpInfo: boolean;
  private readonly listeners: EventListener[];
  private kept: TraceEvent[];
  private first: number;
  private usedBytes: number;
  /** One copy of the bytes of every frame between its sending and its end: events of one frame share it. */
  private readonly inFlight: Map<number, Uint8Array>;
  /** The frame that was handed to a receiver last: what a host drops in that call is this one. */
  private deliveredFrame: Frame | undefined;
  private deliveredSerial: number;
  private deliveredBytes: Uint8Array;
  private deliveredAt: number;

  /** @param clock tells the time of every event */
  constructor(clock: Clock, settings: RecorderSettings = {}) {
    this.forgotten = 0;
    this.clock = clock;
    this.kinds = new Set(settings.kinds ?? EVENT_KINDS);
    this.taps = settings.taps;
    this.limitBytes = settings.limitBytes ?? DEFAULT_LIMIT_BYTES;
    this.forgetsOldest = settings.whenFull !== 'forget-newest';
    this.hasTcpInfo = settings.tcpInfo === true;
    this.listeners = [];
    this.kept = [];
    this.first = 0;
    this.usedBytes = 0;
    this.inFlight = new Map();
    this.deliveredFrame = undefined;
    this.deliveredSerial = 0;
    this.deliveredBytes = new Uint8Array(0);
    this.deliveredAt = -1;
  }

  /** The events kept so far, oldest first. */
  events(): readonly TraceEvent[] {
    return this.first === 0 ? this.kept : this.kept.slice(this.first);
  }

  /** Calls `listener` with every event from now on, of every kind and tap. @returns how to stop it */
  listen(listener: EventListener): () => void {
    this.listeners.push(listener);
    return () => {
      const index = this.listeners.indexOf(listener);
      if (index >= 0) this.listeners.splice(index, 1);
    };
  }

  frameSent(direction: Direction, serial: number, frame: Frame): void {
    const bytes = frame.copy();
    this.inFlight.set(serial, bytes);
    this.record({ kind: 'frame-sent', time: this.clock.now(), direction, serial, bytes });
  }

  frameDelivered(direction: Direction, serial: number, frame: Frame): void {
    const bytes = this.take(serial, frame);
    const time = this.clock.now();
    this.deliveredFrame = frame;
    this.deliveredSerial = serial;
    this.deliveredBytes = bytes;
    this.deliveredAt = time;
    this.record({ kind: 'frame-delivered', time, direction, serial, bytes });
  }

  frameDropped(direction: Direction, serial: number, frame: Frame, reason: DropReason, detail: string): void {
    const bytes = this.take(serial, frame);
    this.record({ kind: 'frame-dropped', time: this.clock.now(), direction, serial, bytes, reason, detail });
  }

  frameDuplicated(direction: Direction, serial: number, copySerial: number, frame: Frame): void {
    const bytes = this.inFlight.get(serial) ?? frame.copy();
    this.inFlight.set(copySerial, bytes);
    this.record({ kind: 'frame-duplicated', time: this.clock.now(), direction, serial, bytes, copySerial });
  }

  frameCorrupted(direction: Direction, serial: number, frame: Frame, detail: string): void {
    const bytes = frame.copy();
    this.inFlight.set(serial, bytes);
    this.record({ kind: 'frame-corrupted', time: this.clock.now(), direction, serial, bytes, detail });
  }

  frameMarked(direction: Direction, serial: number, frame: Frame, detail: string): void {
    const bytes = frame.copy();
    this.inFlight.set(serial, bytes);
    this.record({ kind: 'frame-marked', time: this.clock.now(), direction, serial, bytes, detail });
  }

  frameDelayed(direction: Direction, serial: number, frame: Frame, detail: string): void {
    const bytes = this.inFlight.get(serial) ?? frame.copy();
    this.record({ kind: 'frame-delayed', time: this.clock.now(), direction, serial, bytes, detail });
  }

  /** An observer for one host. @param host its name, which its interfaces' names start with: `alice` of `alice.eth0` */
  hostObserver(host: string): TcpObserver {
    const now = (): number => this.clock.now();
    return {
      dropped: (interfaceName, reason, frame) => {
        const isDelivered = frame === this.deliveredFrame && this.deliveredAt === now();
        this.record({
          kind: 'host-drop',
          time: now(),
          host,
          interfaceName: belongsTo(interfaceName, host) ? interfaceName : `${host}.${interfaceName}`,
          reason,
          rule: explainDrop(reason).rule,
          serial: isDelivered ? this.deliveredSerial : undefined,
          bytes: isDelivered ? this.deliveredBytes : frame.copy(),
        });
      },
      notSent: (reason, frame) =>
        this.record({
          kind: 'not-sent',
          time: now(),
          host,
          reason,
          rule: explainDrop(reason).rule,
          bytes: frame.copy(),
        }),
      tcpState: (connection, from, to, why) =>
        this.record({ kind: 'tcp-state', time: now(), host, connection, from, to, why }),
      tcpRetransmit: (connection, reason, sequence, length) =>
        this.record({ kind: 'tcp-retransmit', time: now(), host, connection, reason, sequence, length }),
      tcpTimer: (connection, timer, what, deadline) =>
        this.record({ kind: 'tcp-timer', time: now(), host, connection, timer, what, deadline }),
      tcpAcked: (connection, snapshot) =>
        this.record({ kind: 'tcp-acked', time: now(), host, connection, snapshot: { ...snapshot } }),
      ...(this.hasTcpInfo && {
        tcpInfo: (connection, info) => this.record({ kind: 'tcp-info', time: now(), host, connection, info }),
      }),
      call: (text, result) => this.record({ kind: 'call', time: now(), host, text, result }),
    };
  }

  /** The bytes of a frame that is at its end. */
  private take(serial: number, frame: Frame): Uint8Array {
    const bytes = this.inFlight.get(serial);
    this.inFlight.delete(serial);
    return bytes ?? frame.copy();
  }

  private record(event: TraceEvent): void {
    for (const listener of this.listeners) listener(event);
    if (!this.kinds.has(event.kind) || !(this.taps?.some((tap) => isAtTap(event, tap)) ?? true)) return;
    const bytes = memoryOf(event);
    if (!this.forgetsOldest && this.usedBytes + bytes > this.limitBytes) {
      // Once full it stays so: a shorter event must not fill a gap in the story.
      this.usedBytes = this.limitBytes;
      this.forgotten++;
      return;
    }
    this.kept.push(event);
    this.usedBytes += bytes;
    while (this.usedBytes > this.limitBytes && this.first < this.kept.length) {
      this.usedBytes -= memoryOf(this.kept[this.first]!);
      this.first++;
      this.forgotten++;
    }
    if (this.first >= CUT_LOT && this.first * 2 >= this.kept.length) {
      this.kept = this.kept.slice(this.first);
      this.first = 0;
    }
  }
}

/** About how many bytes an event keeps from being freed. Later events of a frame share the bytes of the first. */
function memoryOf(event: TraceEvent): number {
  const { kind } = event;
  if (kind === 'tcp-info') return TCP_INFO_BYTES;
  const ownsBytes = kind === 'frame-sent' || kind === 'frame-corrupted' || kind === 'frame-marked';
  return EVENT_BYTES + (ownsBytes ? event.bytes.length : 0);
}
