/**
 * A snapshot of a connection, for programs and people: what Linux calls `tcp_info`, in our names and units.
 */

import type { ErrorCode } from '../../errors.ts';
import type { AuthenticationStatus } from './authentication/segment-authentication.ts';
import type { ControlBlock } from './control-block.ts';
import { EcnCounters } from './ecn/accurate-state.ts';
import type { EcnFeedback } from './ecn/state.ts';
import { pacingRate } from './pacing.ts';
import { distance } from './sequence.ts';
import type { State } from './state.ts';

/** Sizes in bytes, times in nanoseconds. */
export interface TcpInfo {
  readonly state: State;
  /** What is wrong at present and may pass: `Connection.softError`. */
  readonly softError: ErrorCode | undefined;
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
  /** Octets that are known to have arrived, and that were held for lost at some time. */
  readonly deliveredBytes: number;
  readonly everLostBytes: number;
  /** The last delivery-rate sample in bytes per second, and whether the program and not the path has limited it. */
  readonly deliveryRate: number;
  readonly deliveryRateAppLimited: boolean;
  /** The most that leaves, in bytes per second: `Infinity` without pacing. */
  readonly pacingRate: number;
  readonly sndWnd: number;
  readonly rcvWnd: number;
  readonly readableBytes: number;
  readonly sackOk: boolean;
  readonly timestampsOk: boolean;
  readonly sndWndShift: number;
  readonly rcvWndShift: number;
  /** How its segments are signed; `undefined` if they are not. */
  readonly authentication: AuthenticationStatus | undefined;
  /** The feedback that was agreed on, whether we send ECT, and whether anything has come with an ECN codepoint. */
  readonly ecnFeedback: EcnFeedback;
  readonly ecnSendsEct: boolean;
  readonly ecnSeen: boolean;
  /** Reductions of the window because of marks; and octets that the peer has told to have been marked. */
  readonly ecnReductions: number;
  readonly ecnMarkedBytes: number;
  /** Segments that came with CE. */
  readonly ecnReceivedCeSegments: number;
  /** RFC 9768 §3.2: `s.cep`, `s.ceb`, `s.e0b`, `s.e1b`, without their initial values; 0 without accurate feedback. */
  readonly ecnReportedCePackets: number;
  readonly ecnReportedCeBytes: number;
  readonly ecnReportedEct0Bytes: number;
  readonly ecnReportedEct1Bytes: number;
}

export const snapshot = (block: ControlBlock): TcpInfo => ({
  state: block.state,
  softError: block.softError,
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
  deliveredBytes: block.rate.deliveredBytes,
  everLostBytes: block.rate.lostBytes,
  deliveryRate: block.rate.latestRate,
  deliveryRateAppLimited: block.rate.isLatestLimited,
  pacingRate: pacingRate(block),
  sndWnd: block.sndWnd,
  rcvWnd: block.rcvWnd,
  readableBytes: block.receiveBuffer.readable,
  sackOk: block.sackOk,
  timestampsOk: block.timestampsOk,
  sndWndShift: block.sndWndShift,
  rcvWndShift: block.rcvWndShift,
  authentication: block.authentication?.status(),
  ecnFeedback: block.ecn.feedback,
  ecnSendsEct: block.ecn.sendsEct,
  ecnSeen: block.ecn.ectSeen,
  ecnReductions: block.ecn.reductions,
  ecnMarkedBytes: block.ecn.markedBytes,
  ecnReceivedCeSegments: block.ecn.ceSegments,
  ecnReportedCePackets: (block.ecn.accurate ?? NOTHING_REPORTED).reported.cePackets - FIRST_COUNTERS.cePackets,
  ecnReportedCeBytes: (block.ecn.accurate ?? NOTHING_REPORTED).reported.ceBytes - FIRST_COUNTERS.ceBytes,
  ecnReportedEct0Bytes: (block.ecn.accurate ?? NOTHING_REPORTED).reported.ect0Bytes - FIRST_COUNTERS.ect0Bytes,
  ecnReportedEct1Bytes: (block.ecn.accurate ?? NOTHING_REPORTED).reported.ect1Bytes - FIRST_COUNTERS.ect1Bytes,
});

/** Where the counters of RFC 9768 §3.2.1 start. */
const FIRST_COUNTERS: Readonly<EcnCounters> = new EcnCounters();
const NOTHING_REPORTED: { readonly reported: Readonly<EcnCounters> } = { reported: FIRST_COUNTERS };
