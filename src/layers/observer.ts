/**
 * What a host tells whoever watches it. Nobody watching is `undefined`, and costs one comparison; watching changes no
 * byte of the run. Frames and views are borrowed for the call.
 */
import type { IpAddress } from './address.ts';
import type { DropReason } from './drop.ts';
import type { Frame } from './frame.ts';

/** Names one connection to a watcher. `serial` counts the connections of a host from 1. */
export interface ConnectionIdentity {
  readonly serial: number;
  readonly local: IpAddress;
  readonly localPort: number;
  readonly remote: IpAddress;
  readonly remotePort: number;
}

/** Why a segment is sent again. */
export type RetransmitReason = 'rto' | 'fast' | 'recovery' | 'rack' | 'tlp' | 'syn' | 'probe';

export type TcpTimerName =
  | 'retransmission'
  | 'delayed-ack'
  | 'persist'
  | 'keepalive'
  | 'time-wait'
  | 'user-timeout'
  | 'cork'
  | 'reordering'
  | 'tail-loss-probe'
  | 'pacing';

/** The congestion and window variables of a connection after an acknowledgment. Bytes and nanoseconds. */
export interface CongestionSnapshot {
  cwnd: number;
  ssthresh: number;
  flightSize: number;
  sndWnd: number;
  rcvWnd: number;
  srttNs: number;
  rtoNs: number;
  congestionState: string;
}

export interface HostObserver {
  /** A frame that came in by an interface ended here. */
  dropped(interfaceName: string, reason: DropReason, frame: Frame): void;
  /** A packet of this host's own never left it. */
  notSent(reason: DropReason, frame: Frame): void;
  tcpState(connection: ConnectionIdentity, from: string, to: string, why: string): void;
  tcpRetransmit(connection: ConnectionIdentity, reason: RetransmitReason, sequence: number, length: number): void;
  tcpTimer(
    connection: ConnectionIdentity,
    timer: TcpTimerName,
    what: 'armed' | 'fired' | 'cancelled',
    deadline: number,
  ): void;
  /** After an acknowledgment was processed. `snapshot` is reused: copy what you keep. */
  tcpAcked(connection: ConnectionIdentity, snapshot: CongestionSnapshot): void;
  /** A program called the socket layer, and what it got. */
  call(text: string, result: string): void;
}
