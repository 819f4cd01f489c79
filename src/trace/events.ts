/**
 * What can happen in a run: one type of plain object per kind of event. Everything that shows a run (captures, ladders,
 * text, JSON, digests) is made from these.
 */
import type { DropReason } from '../layers/drop.ts';
import type { CongestionSnapshot, ConnectionIdentity, RetransmitReason, TcpTimerName } from '../layers/observer.ts';
import type { TcpInfo } from '../layers/transport/tcp/info.ts';
import type { Direction } from './medium-observer.ts';

interface Happened {
  /** Nanoseconds on the run's clock. */
  readonly time: number;
}

/** Something that happened to a frame on a link. */
interface OnMedium extends Happened {
  readonly direction: Direction;
  /** Which frame of the world: see `MediumObserver`. */
  readonly serial: number;
  /** The frame as it goes on from here. Kept bytes: nobody writes to them. */
  readonly bytes: Uint8Array;
}

/** Something that happened inside a host. */
interface InHost extends Happened {
  readonly host: string;
}

interface OnConnection extends InHost {
  readonly connection: ConnectionIdentity;
}

export interface FrameSent extends OnMedium {
  readonly kind: 'frame-sent';
}

export interface FrameDelivered extends OnMedium {
  readonly kind: 'frame-delivered';
}

export interface FrameDropped extends OnMedium {
  readonly kind: 'frame-dropped';
  readonly reason: DropReason;
  readonly detail: string;
}

export interface FrameDuplicated extends OnMedium {
  readonly kind: 'frame-duplicated';
  readonly copySerial: number;
}

export interface FrameCorrupted extends OnMedium {
  readonly kind: 'frame-corrupted';
  readonly detail: string;
}

export interface FrameDelayed extends OnMedium {
  readonly kind: 'frame-delayed';
  readonly detail: string;
}

/** A queue told of congestion: it set the ECN field to CE. */
export interface FrameMarked extends OnMedium {
  readonly kind: 'frame-marked';
  readonly detail: string;
}

export interface HostDrop extends InHost {
  readonly kind: 'host-drop';
  /** `alice.eth0`. */
  readonly interfaceName: string;
  readonly reason: DropReason;
  /** The section that demands it, where one does. */
  readonly rule: string | undefined;
  /** The delivered frame that ended here; `undefined` for one that ended later (a fragment whose others never came). */
  readonly serial: number | undefined;
  readonly bytes: Uint8Array;
}

export interface NotSent extends InHost {
  readonly kind: 'not-sent';
  readonly reason: DropReason;
  readonly rule: string | undefined;
  readonly bytes: Uint8Array;
}

export interface TcpState extends OnConnection {
  readonly kind: 'tcp-state';
  readonly from: string;
  readonly to: string;
  readonly why: string;
}

export interface TcpRetransmit extends OnConnection {
  readonly kind: 'tcp-retransmit';
  readonly reason: RetransmitReason;
  /** Signed 32-bit integer. */
  readonly sequence: number;
  /** Bytes of data. */
  readonly length: number;
}

export interface TcpTimer extends OnConnection {
  readonly kind: 'tcp-timer';
  readonly timer: TcpTimerName;
  readonly what: 'armed' | 'fired' | 'cancelled';
  /** Nanoseconds on the run's clock. */
  readonly deadline: number;
}

export interface TcpAcked extends OnConnection {
  readonly kind: 'tcp-acked';
  readonly snapshot: Readonly<CongestionSnapshot>;
}

/** All that is known of a connection after an acknowledgment: only in a trace that was asked for it. */
export interface TcpInfoTaken extends OnConnection {
  readonly kind: 'tcp-info';
  readonly info: TcpInfo;
}

export interface ProgramCall extends InHost {
  readonly kind: 'call';
  readonly text: string;
  readonly result: string;
}

export type FrameEvent =
  | FrameSent
  | FrameDelivered
  | FrameDropped
  | FrameDuplicated
  | FrameCorrupted
  | FrameDelayed
  | FrameMarked;
export type HostEvent =
  | HostDrop
  | NotSent
  | TcpState
  | TcpRetransmit
  | TcpTimer
  | TcpAcked
  | TcpInfoTaken
  | ProgramCall;
export type TraceEvent = FrameEvent | HostEvent;
export type EventKind = TraceEvent['kind'];

/** Every kind. The place in this list is the kind's number in the digest: new kinds go to the end. */
export const EVENT_KINDS: readonly EventKind[] = [
  'frame-sent',
  'frame-delivered',
  'frame-dropped',
  'frame-duplicated',
  'frame-corrupted',
  'frame-delayed',
  'host-drop',
  'not-sent',
  'tcp-state',
  'tcp-retransmit',
  'tcp-timer',
  'tcp-acked',
  'call',
  'frame-marked',
  'tcp-info',
];

/** Whether an event happened on a link; the others happened inside a host. */
export const isFrameEvent = (event: TraceEvent): event is FrameEvent => 'direction' in event;

/** Is given each event as it happens, in the order of the run. */
export type EventListener = (event: TraceEvent) => void;

/**
 * Whether an event belongs to a tap: the name of a link (all that happens on it), of an interface (`alice.eth0`: what
 * leaves and reaches it) or of a host (everything of it).
 */
export function isAtTap(event: TraceEvent, tap: string): boolean {
  if (!isFrameEvent(event)) return event.host === tap || ('interfaceName' in event && event.interfaceName === tap);
  const { link, from, to } = event.direction;
  return link === tap || from === tap || to === tap || belongsTo(from, tap) || belongsTo(to, tap);
}

/** Whether an interface `alice.eth0` is one of `alice`'s. */
export const belongsTo = (interfaceName: string, host: string): boolean => interfaceName.startsWith(`${host}.`);

/** `alice` of `alice.eth0`: the name without its last part. */
export function hostOf(interfaceName: string): string {
  const dot = interfaceName.lastIndexOf('.');
  return dot < 0 ? interfaceName : interfaceName.slice(0, dot);
}
