/**
 * How much may be in the network: what every congestion controller does. Which segments are lost is detection's
 * question, what to send next is recovery's, and when it leaves is pacing's. Windows are in bytes, times in nanoseconds,
 * rates in bytes per second.
 */
import type { Random } from '../../../random.ts';
import type { TcpSettings } from '../settings.ts';
import type { AckEvent } from './ack-event.ts';
import type { ControllerInfo } from './controller-info.ts';
import type { SegmentLoss } from './segment-loss.ts';

/** What a controller is told when its connection is established. */
export interface ControllerStart {
  /** Largest segment to send: RFC 5681 §2. */
  readonly smss: number;
  /** RFC 6928 §2. */
  readonly initialWindow: number;
  readonly nowNs: number;
  /** The round trip that the handshake measured, or 0. */
  readonly srttNs: number;
  /** Whether the peer sends SACK, so that more than one loss a round trip is found; it does unless this says no. */
  readonly selectiveAcks?: boolean;
  /** Read again at each use: they may change while the connection lives. */
  readonly settings: TcpSettings;
  /** A stream of chance for this connection alone. */
  readonly random: () => Random;
}

/** Why a window is reduced: a segment was lost, or the peer echoed a mark (RFC 3168 §6.1.2). */
export type CongestionCause = 'loss' | 'ecn';

export interface CongestionControl {
  readonly name: string;
  /** Congestion window and slow-start threshold: RFC 5681 §2. */
  readonly cwnd: number;
  readonly ssthresh: number;
  /** The rate to pace by, or 0 to leave that to `pacing.ts`: a multiple of cwnd per round trip, if pacing is on at all. */
  readonly pacingRate: number;
  /** Whether its window holds during recovery as well, so that recovery sends up to it and no less. */
  readonly ownsRecovery: boolean;
  /** How much may leave together when paced, in bytes; `pacing.ts` decides if there is none. */
  readonly sendQuantum?: number;
  /** It holds back on purpose, so that rate samples of what is in the network tell nothing about the path. */
  readonly isHoldingBack?: boolean;
  start(start: ControllerStart): void;
  /** The path carries larger or smaller segments now. */
  resize(smss: number): void;
  /** Any acknowledgment, in whatever state: for those that model the path. Comes before `acknowledged`. */
  measured(event: AckEvent): void;
  /** New data was acknowledged while no recovery was going on, or in the slow start after a timeout. */
  acknowledged(event: AckEvent): void;
  /** A loss was detected, or a mark echoed: once per window. @param flightSize RFC 5681 §2 */
  congestion(flightSize: number, cause: CongestionCause): void;
  /** The retransmission timer has expired. @param first not again for a segment that was sent again already */
  timeout(flightSize: number, first: boolean): void;
  /** A recovery that had inflated the window is over. @param flightSize what is still in the network */
  recovered(flightSize: number): void;
  /** The last `congestion` or `timeout` was for nothing: as if it had not been, without what was gained since. */
  undo(): void;
  /** Sending resumes after `idleNs` without anything in flight, longer than the timeout: RFC 5681 §4.1. */
  idle(restartWindow: number, idleNs: number): void;
  /** A window that was not used comes down to `cwnd`, with a new threshold: RFC 7661 §4.4. Not for those with a model. */
  lower?(cwnd: number, ssthresh: number): void;
  /** One segment has come to be held for lost, before `congestion` and `measured` hear of it. */
  segmentLost?(loss: SegmentLoss): void;
  /** A segment is about to leave, nothing is in the network, and the program is the reason. */
  resumed?(nowNs: number): void;
  /** What it knows beside its window, for `tcp_info`. */
  info?(): ControllerInfo | undefined;
}
