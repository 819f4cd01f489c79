/**
 * A snapshot of a connection, for programs and people: what Linux calls `tcp_info`, in our names and units.
 */
import type { AuthenticationStatus } from './authentication/segment-authentication.ts';
import type { ControlBlock } from './control-block.ts';
import { distance } from './sequence.ts';
import type { State } from './state.ts';

/** Sizes in bytes, times in nanoseconds. */
export interface TcpInfo {
  readonly state: State;
  readonly lossState: string;
  readonly congestionControl: string;
  readonly cwnd: number;
  readonly ssthresh: number;
  readonly smss: number;
  readonly srttNs: number;
  readonly rttvarNs: number;
  /** `Infinity` before the first sample. */
  readonly minimumRttNs: number;
  readonly rtoNs: number;
  readonly backoffs: number;
  /** Octets sent and not acknowledged; of those SACKed, held for lost, sent again; and held to be in the network. */
  readonly unackedBytes: number;
  readonly sackedBytes: number;
  readonly lostBytes: number;
  readonly retransmittedBytes: number;
  readonly pipeBytes: number;
  readonly unsentBytes: number;
  readonly sndWnd: number;
  readonly rcvWnd: number;
  readonly readableBytes: number;
  readonly sackOk: boolean;
  readonly timestampsOk: boolean;
  readonly sndWndShift: number;
  readonly rcvWndShift: number;
  /** How its segments are signed; `undefined` if they are not. */
  readonly authentication: AuthenticationStatus | undefined;
}

export const snapshot = (block: ControlBlock): TcpInfo => ({
  state: block.state,
  lossState: block.lossState,
  congestionControl: block.congestion.name,
  cwnd: block.congestion.cwnd,
  ssthresh: block.congestion.ssthresh,
  smss: block.smss,
  srttNs: block.rtt.srttNs,
  rttvarNs: block.rtt.rttvarNs,
  minimumRttNs: block.rtt.minimumNs,
  rtoNs: block.rtt.rtoNs,
  backoffs: block.rtt.backoffs,
  unackedBytes: distance(block.sndUna, block.sndNxt),
  sackedBytes: block.log.sackedBytes,
  lostBytes: block.log.lostBytes,
  retransmittedBytes: block.log.retransmittedBytes,
  pipeBytes: block.log.pipe,
  unsentBytes: block.unsentBytes,
  sndWnd: block.sndWnd,
  rcvWnd: block.rcvWnd,
  readableBytes: block.receiveBuffer.readable,
  sackOk: block.sackOk,
  timestampsOk: block.timestampsOk,
  sndWndShift: block.sndWndShift,
  rcvWndShift: block.rcvWndShift,
  authentication: block.authentication?.status(),
});
