/**
 * The transmission control block: all that is known of one connection, as data (RFC 9293 §3.3.1). What is done with it
 * is in `arrival.ts`, `acknowledgment.ts`, `reception.ts`, `output.ts` and `timers.ts`; `connection.ts` composes them.
 *
 * Every field is set in the constructor with its final type, so that V8 keeps one shape for all connections.
 */
import type { Timer } from '../../clock.ts';
import type { ErrorCode } from '../../errors.ts';
import type { IcmpError } from '../../network/icmp-error.ts';
import type { Path } from '../../network/path.ts';
import type { CongestionSnapshot, ConnectionIdentity } from '../../observer.ts';
import { Activity } from './activity.ts';
import type { SegmentAuthentication } from './authentication/segment-authentication.ts';
import { AckEvent } from './congestion/ack-event.ts';
import type { CongestionControl } from './congestion/congestion-control.ts';
import { createController } from './congestion/controllers.ts';
import { WindowValidation } from './congestion/window-validation.ts';
import type { CorkState } from './cork-state.ts';
import { Counts } from './counts.ts';
import { EcnState } from './ecn/state.ts';
import type { TcpEnvironment } from './environment.ts';
import type { FastOpenCache } from './fast-open/cache.ts';
import type { FastOpen } from './fast-open/state.ts';
import { FateRelay } from './fate-relay.ts';
import type { IncomingSegment } from './incoming.ts';
import type { LossDetection } from './loss/detection.ts';
import { DuplicateThreshold } from './loss/duplicate-threshold.ts';
import { ForwardRto } from './loss/forward-rto.ts';
import { NewReno } from './loss/newreno.ts';
import type { LossRecovery } from './loss/recovery.ts';
import type { LossState, Sender } from './loss/sender.ts';
import { TailLossProbe } from './loss/tail-loss-probe.ts';
import { Undo } from './loss/undo.ts';
import { PathClaims, PathSearch } from './path-mtu/state.ts';
import { DeliveryRate } from './rate/delivery-rate.ts';
import { Departures } from './rate/departures.ts';
import { Reassembly } from './reassembly.ts';
import { ReceiveBuffer } from './receive-buffer.ts';
import { ReceiveTuning } from './receive-tuning.ts';
import { RoundTripTime } from './rtt.ts';
import { SendBuffer } from './send-buffer.ts';
import type { SendMarks } from './send-marks.ts';
import type { TcpSettings } from './settings.ts';
import type { State } from './state.ts';
import { TransmitLog } from './transmit-log.ts';

/** Is told that readiness, state or error of a connection may have changed; it looks at the fields. */
export interface ConnectionUser {
  changed(): void;
  /**
   * ICMP tells that what was sent did not get there.
   * @param isFatal the connection is given up because of it, before it was made
   * @returns whether the program is told at once; else it is a soft error (RFC 9293 §3.9.2.2)
   */
  icmpError?(error: IcmpError, code: ErrorCode, isFatal: boolean): boolean;
}

/** What the protocol does for its connections: the control block's way up. */
export interface ConnectionOwner {
  readonly environment: TcpEnvironment;
  readonly fastOpenCache: FastOpenCache;
  /** The connection is established for the first time. A listener queues it; false if it has no room. */
  established(block: ControlBlock): boolean;
  /** An ACK answers no SYN-ACK of this connection in SYN-RECEIVED. @returns whether it held a cookie, and is dealt with */
  takesCookie(block: ControlBlock, arrived: IncomingSegment): boolean;
  /** The connection enters TIME-WAIT. False if the host holds as many as it may. */
  waits(block: ControlBlock): boolean;
  /** The connection has ended: forget it. */
  closed(block: ControlBlock): void;
  /** Whether another challenge ACK may be sent now: RFC 5961 §7. */
  mayChallenge(settings: TcpSettings): boolean;
}

/** The timers of a connection. Each is its own object: several run at once. */
export interface ConnectionTimers {
  readonly retransmission: Timer;
  readonly delayedAck: Timer;
  readonly reordering: Timer;
  readonly tailLossProbe: Timer;
  readonly persist: Timer;
  readonly keepAlive: Timer;
  readonly timeWait: Timer;
  readonly userTimeout: Timer;
  readonly cork: Timer;
  readonly pacing: Timer;
}

/** When an acknowledgment is due. */
export const ACK_NONE = 0;
export const ACK_DELAYED = 1;
export const ACK_NOW = 2;

/** Bytes of data per segment that a peer takes if it does not say: RFC 9293 §3.7.1. */
export const DEFAULT_MSS_V4 = 536;
export const DEFAULT_MSS_V6 = 1220;

export class ControlBlock implements Sender {
  readonly owner: ConnectionOwner;
  readonly environment: TcpEnvironment;
  readonly settings: TcpSettings;
  readonly identity: ConnectionIdentity;
  readonly path: Path;
  /** Partial checksum of the pseudo-header without the length. */
  readonly pseudoSum: number;
  /** Opened by a program (active OPEN), not by a SYN to a listener. */
  readonly active: boolean;
  /** Signs and verifies its segments: RFC 5925, RFC 2385. */
  authentication: SegmentAuthentication | undefined;
  user: ConnectionUser | undefined;
  state: State;
  /** Why it ended, or failed. */
  error: ErrorCode | undefined;
  /** What ICMP said that did not end it: RFC 9293 §3.9.2.2. */
  softError: ErrorCode | undefined;
  /** The handshake has completed at some time. */
  wasEstablished: boolean;
  /** The program has closed it and will neither read nor write. */
  orphaned: boolean;
  /** The program reads no more: what arrives is acknowledged and forgotten. */
  receiveShut: boolean;

  // Send sequence variables: RFC 9293 §3.3.1 table 2. SND.MAX is the highest ever sent: SND.NXT, but for a window probe.
  iss: number;
  sndUna: number;
  /** Of the first byte in the send buffer: SND.UNA once our SYN is acknowledged, before that ISS + 1. */
  sendBufferStart: number;
  sndNxt: number;
  sndMax: number;
  sndWnd: number;
  sndWl1: number;
  sndWl2: number;
  /** MAX.SND.WND of RFC 5961 §5, and Max(SND.WND) of RFC 9293 §3.8.6.2.1. */
  maxSndWnd: number;
  sndWndShift: number;
  /** Our SYN was acknowledged: sequence numbers from `iss + 1` on are data. */
  synAcknowledged: boolean;
  /** The program has written its last byte: a FIN follows the data. */
  finQueued: boolean;
  finSent: boolean;
  readonly sendBuffer: SendBuffer;
  /** The last octets were written with MSG_MORE; and what becomes of a part of a segment while it or TCP_CORK holds. */
  moreToCome: boolean;
  corkState: CorkState;
  /** SND.UP, meaningful while `sndUrgent`; and whether a segment has told of it. */
  sndUp: number;
  sndUrgent: boolean;
  sndUrgentTold: boolean;
  /** Where records end that are not acknowledged, rising: `record-ends.ts`. Octets that the program wants to hear of. */
  recordEnds: number[] | undefined;
  marks: SendMarks | undefined;

  // Receive sequence variables: RFC 9293 §3.3.1 table 3. RCV.WND is `rcvAdv - rcvNxt`.
  irs: number;
  rcvNxt: number;
  /** The right edge of the window as last advertised. It never moves left. */
  rcvAdv: number;
  /** Window shift of what we advertise: RFC 7323 §2. */
  rcvWndShift: number;
  /** RCV.UP, meaningful while `urgent`. */
  rcvUp: number;
  urgent: boolean;
  /** The peer's FIN was taken in order; its sequence number is `rcvNxt - 1` then. */
  finReceived: boolean;
  /** A FIN has arrived beyond a gap: where, while `finWaiting`. */
  finWaiting: boolean;
  finWaitingAt: number;
  readonly receiveBuffer: ReceiveBuffer;
  readonly receiveTuning: ReceiveTuning;
  readonly reassembly: Reassembly;

  // What the handshake agreed on; before the peer's SYN has come, what we offer.
  windowScaleOk: boolean;
  sackOk: boolean;
  timestampsOk: boolean;
  /** SendMSS of RFC 9293 §3.7.1: what the peer's MSS option allows. */
  peerMss: number;
  /** Effective send MSS: bytes of data in a full segment, options and path counted. */
  smss: number;
  /** Bytes that the path, the peer and the program leave after the fixed TCP header, when it was last looked at. */
  segmentRoom: number;
  /** That, less the options that every segment carries. */
  ordinaryRoom: number;
  /** RFC 7323 §4.3: TS.Recent and when it was taken; and the offset of our own timestamps (§5.4). */
  tsRecent: number;
  tsRecentAtNs: number;
  tsOffset: number;
  /** Last.ACK.sent: RFC 7323 §4.3. */
  lastAckSent: number;
  readonly ecn: EcnState;

  // Sending: loss and congestion.
  readonly rtt: RoundTripTime;
  readonly rate: DeliveryRate;
  readonly log: TransmitLog;
  readonly departures: Departures;
  congestion: CongestionControl;
  readonly validation: WindowValidation;
  detection: LossDetection;
  recovery: LossRecovery;
  readonly undo: Undo;
  readonly forwardRto: ForwardRto;
  readonly probe: TailLossProbe;
  /** Its timer is to be started anew: see `probe-timer.ts`. */
  probeDue: boolean;
  /** A window that was restored may be filled up to here: RFC 4015 §3.4. */
  windowCap: number;
  readonly ackEvent: AckEvent;
  /** What ICMP claims and probes have found of the path's MTU. */
  readonly claims: PathClaims;
  readonly search: PathSearch;
  lossState: LossState;
  recoveryPoint: number;
  duplicateAcks: number;
  limitedTransmit: boolean;
  limitedTransmitFrom: number;
  retransmitAtOnce: boolean;
  /** Timer expiries in a row without progress: R1 and R2 of RFC 9293 §3.8.3 count them. */
  retries: number;
  /** When the SYN was first sent (-1: a cookie does not say), how often, with or without ACK, and how often by the timer. */
  synSentNs: number;
  synTransmissions: number;
  synTimeouts: number;
  /** What RFC 7413 does for this connection, if anything. */
  fastOpen: FastOpen | undefined;
  /** Bytes that came with the peer's SYN and wait for the end of the handshake. */
  heldSynText: number;
  /** The headers of the peer's SYN, if its listener keeps them; and whether connections of other sockets may have the port. */
  savedSyn: Uint8Array | undefined;
  sharesPort: boolean;
  /** The round trip of an ACK that `defer-accept.ts` has passed over, 0 if it does not tell; -1 while there was none. */
  deferredRttNs: number;
  /** When data or a FIN was last sent, and when the peer was last heard of. */
  lastSentNs: number;
  lastHeardNs: number;
  /** Since when octets have been waiting for acknowledgment or for the window: for the user timeout. */
  waitingSinceNs: number;
  /** RFC 5482: what the peer has suggested, what was adopted of it, what it was told last, and whether it is to be told. */
  remoteUserTimeoutNs: number;
  adoptedUserTimeoutNs: number;
  toldUserTimeoutSeconds: number;
  userTimeoutDue: boolean;
  probes: number;
  persistBackoff: number;
  keepAliveProbes: number;

  // For `tcp_info`.
  readonly counts: Counts;
  readonly activity: Activity;

  // Receiving: when to acknowledge.
  ackDue: number;
  /** Segments with data received in order since an ACK was last sent. */
  unackedSegments: number;
  /** Segments that were considered for a quick ACK. */
  quickAcks: number;
  /** Octets that have arrived twice, for the next acknowledgment to report: RFC 2883. */
  duplicateNoted: boolean;
  duplicateLeft: number;
  duplicateRight: number;
  /** When an ACK last answered a segment without data that was out of the window. */
  outOfWindowAckNs: number;
  timers: ConnectionTimers | undefined;
  /** Chains the connections of one bucket of the connection table. */
  nextInBucket: ControlBlock | undefined;
  readonly snapshot: CongestionSnapshot;
  /** Where the SACK blocks of a segment are gathered. */
  readonly sackBlocks: Int32Array;

  constructor(
    owner: ConnectionOwner,
    settings: TcpSettings,
    identity: ConnectionIdentity,
    path: Path,
    pseudoSum: number,
    active: boolean,
  ) {
    this.owner = owner;
    this.environment = owner.environment;
    this.settings = settings;
    this.identity = identity;
    this.path = path;
    this.pseudoSum = pseudoSum;
    this.active = active;
    this.authentication = undefined;
    this.user = undefined;
    this.state = 'CLOSED';
    this.error = undefined;
    this.softError = undefined;
    this.wasEstablished = false;
    this.orphaned = false;
    this.receiveShut = false;
    this.iss = 0;
    this.sndUna = 0;
    this.sendBufferStart = 0;
    this.sndNxt = 0;
    this.sndMax = 0;
    this.sndWnd = 0;
    this.sndWl1 = 0;
    this.sndWl2 = 0;
    this.maxSndWnd = 0;
    this.sndWndShift = 0;
    this.synAcknowledged = false;
    this.finQueued = false;
    this.finSent = false;
    this.sendBuffer = new SendBuffer(owner.environment.memory);
    this.moreToCome = false;
    this.corkState = 'open';
    this.sndUp = 0;
    this.sndUrgent = false;
    this.sndUrgentTold = false;
    this.recordEnds = undefined;
    this.marks = undefined;
    this.irs = 0;
    this.rcvNxt = 0;
    this.rcvAdv = 0;
    this.rcvWndShift = 0;
    this.rcvUp = 0;
    this.urgent = false;
    this.finReceived = false;
    this.finWaiting = false;
    this.finWaitingAt = 0;
    this.receiveBuffer = new ReceiveBuffer(owner.environment.memory);
    this.receiveTuning = new ReceiveTuning();
    this.reassembly = new Reassembly();
    this.windowScaleOk = settings.windowScaling;
    this.sackOk = settings.selectiveAcknowledgment;
    this.timestampsOk = settings.timestamps;
    this.peerMss = path.family === 4 ? DEFAULT_MSS_V4 : DEFAULT_MSS_V6;
    this.smss = this.peerMss;
    this.segmentRoom = this.peerMss;
    this.ordinaryRoom = this.peerMss;
    this.tsRecent = 0;
    this.tsRecentAtNs = 0;
    this.tsOffset = 0;
    this.lastAckSent = 0;
    this.ecn = new EcnState();
    this.rtt = new RoundTripTime(settings);
    this.rate = new DeliveryRate();
    this.congestion = createController(settings.congestionControl);
    this.validation = new WindowValidation();
    this.log = new TransmitLog(new FateRelay(this));
    this.departures = new Departures();
    this.detection = new DuplicateThreshold();
    this.recovery = new NewReno();
    this.undo = new Undo();
    this.forwardRto = new ForwardRto();
    this.probe = new TailLossProbe();
    this.probeDue = false;
    this.windowCap = Number.POSITIVE_INFINITY;
    this.ackEvent = new AckEvent();
    this.claims = new PathClaims();
    this.search = new PathSearch();
    this.lossState = 'open';
    this.recoveryPoint = 0;
    this.duplicateAcks = 0;
    this.limitedTransmit = false;
    this.limitedTransmitFrom = 0;
    this.retransmitAtOnce = false;
    this.retries = 0;
    this.synSentNs = 0;
    this.synTransmissions = 0;
    this.synTimeouts = 0;
    this.fastOpen = undefined;
    this.heldSynText = 0;
    this.savedSyn = undefined;
    this.sharesPort = false;
    this.deferredRttNs = -1;
    this.lastSentNs = 0;
    this.lastHeardNs = 0;
    this.waitingSinceNs = 0;
    this.remoteUserTimeoutNs = 0;
    this.adoptedUserTimeoutNs = 0;
    this.toldUserTimeoutSeconds = 0;
    this.userTimeoutDue = false;
    this.probes = 0;
    this.persistBackoff = 0;
    this.keepAliveProbes = 0;
    this.counts = new Counts();
    this.activity = new Activity();
    this.ackDue = ACK_NONE;
    this.unackedSegments = 0;
    this.quickAcks = 0;
    this.duplicateNoted = false;
    this.duplicateLeft = 0;
    this.duplicateRight = 0;
    this.outOfWindowAckNs = Number.NEGATIVE_INFINITY;
    this.timers = undefined;
    this.nextInBucket = undefined;
    this.snapshot = {
      cwnd: 0,
      ssthresh: 0,
      flightSize: 0,
      sndWnd: 0,
      rcvWnd: 0,
      srttNs: 0,
      rtoNs: 0,
      congestionState: 'open',
    };
    this.sackBlocks = new Int32Array(8);
  }

  /** Bytes that were written and never sent. */
  get unsentBytes(): number {
    if (this.finSent === true) return 0;
    return (this.sendBufferStart + this.sendBuffer.length - this.sndNxt) | 0;
  }

  /** SND.UNA + SND.WND - SND.NXT: the usable window of RFC 9293 §3.8.6.2.1. May be negative. */
  get usableWindow(): number {
    return (this.sndUna + this.sndWnd - this.sndNxt) | 0;
  }

  /** RCV.WND. */
  get rcvWnd(): number {
    return (this.rcvAdv - this.rcvNxt) | 0;
  }
}
