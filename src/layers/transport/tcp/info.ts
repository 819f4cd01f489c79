/**
 * What Linux calls `tcp_info`, in our names and units: all that a program or a person may want to know of a connection.
 * Each field names its Linux counterpart, whose prefix `tcpi_` is left out. What Linux counts in segments is counted in
 * segments; windows and what is in flight are in bytes as well.
 *
 * Left out on purpose: `fackets`, which Linux no longer fills in; `rehash`, since no flow label is changed here; and the
 * microsecond timestamps of its option bits.
 */
import type { ErrorCode } from '../../errors.ts';
import type { AuthenticationStatus } from './authentication/segment-authentication.ts';
import type { ControllerInfo } from './congestion/controller-info.ts';
import type { EcnFeedback } from './ecn/state.ts';
import type { LossState } from './loss/sender.ts';
import type { State } from './state.ts';

/**
 * Linux's states of congestion avoidance. Ours are three (`lossState`); of an open connection Linux also says whether the
 * window was just reduced for a mark, or for a loss that a probe has repaired (`CWR`), and whether something has arrived
 * out of order or was sent again by a probe (`Disorder`).
 */
export type CongestionAvoidanceState = 'Open' | 'Disorder' | 'CWR' | 'Recovery' | 'Loss';

/**
 * Why Fast Open did not carry the client's first data: it had no cookie, the SYN-ACK acknowledged none of it, or the SYN
 * had to be sent again.
 */
export type FastOpenFailure = 'no-cookie' | 'data-not-acknowledged' | 'syn-retransmitted';

/** Sizes in bytes, times in nanoseconds, rates in bytes per second. */
export interface TcpInfo {
  /** `state`. */
  readonly state: State;
  /** `ca_state`, and what it follows from. */
  readonly caState: CongestionAvoidanceState;
  readonly lossState: LossState;
  /** What is wrong at present and may pass: `Connection.softError`. */
  readonly softError: ErrorCode | undefined;

  // What the handshake agreed on.
  /** `options`: TCPI_OPT_TIMESTAMPS, TCPI_OPT_SACK, TCPI_OPT_WSCALE. */
  readonly timestampsOk: boolean;
  readonly sackOk: boolean;
  readonly windowScaleOk: boolean;
  /** `snd_wscale` and `rcv_wscale`. */
  readonly sndWndShift: number;
  readonly rcvWndShift: number;
  /** `options`: TCPI_OPT_SYN_DATA: a SYN-ACK has acknowledged data of the SYN, whichever end sent it. */
  readonly synDataAcknowledged: boolean;
  /** `options`: TCPI_OPT_TFO_CHILD: Fast Open gave it to its program before the handshake was over. */
  readonly fastOpened: boolean;
  /** `fastopen_client_fail`. */
  readonly fastOpenFailure: FastOpenFailure | undefined;
  /** `snd_mss`: data in a full segment now, options counted. */
  readonly smss: number;
  /** `advmss`: what our SYN says, and would say now. */
  readonly announcedMss: number;
  /** `rcv_mss`: the most data that one segment has brought, which Linux guesses at 536 before there was one; here 0. */
  readonly largestReceivedBytes: number;
  /** `pmtu`: the largest packet that is sent, by ICMP and by probes. */
  readonly pathMtu: number;

  // Timers.
  /** `retransmits`: expiries of the timer in a row without progress; `backoff`: how often that has doubled the RTO. */
  readonly retries: number;
  readonly backoffs: number;
  /** `probes`: window probes, and keep-alive probes, that were not answered; and how often the former have backed off. */
  readonly windowProbes: number;
  readonly windowProbeBackoffs: number;
  readonly keepAliveProbes: number;
  /** `rto`, `rtt`, `rttvar`; 0 before the first sample. */
  readonly rtoNs: number;
  readonly srttNs: number;
  readonly rttvarNs: number;
  /** `min_rtt`: `Infinity` before the first sample. */
  readonly minimumRttNs: number;
  /** `ato`: how long an acknowledgment may wait; 0 if none does. Linux adapts it, here it is a setting. */
  readonly delayedAckNs: number;
  /** `total_rto`: expiries of the retransmission timer in all, for a SYN too, at which something was sent again. */
  readonly timeouts: number;
  /** `total_rto_recoveries`: how often that began what further ones only went on with. */
  readonly timeoutRecoveries: number;
  /** `total_rto_time`: from each such beginning until what was in flight is acknowledged, or found not to be lost. */
  readonly timeoutRecoveryNs: number;

  // How long ago; `Infinity` for never.
  /** `last_data_sent`, and `last_ack_sent`, which Linux does not remember. */
  readonly sinceDataSentNs: number;
  readonly sinceAckSentNs: number;
  /** `last_data_recv`: data that was new, in order or not; `last_ack_recv`: an acknowledgment that was acceptable. */
  readonly sinceDataReceivedNs: number;
  readonly sinceAckReceivedNs: number;

  // What is in flight. Segments are of data or FIN; an unacknowledged SYN counts as sent, in bytes too.
  /** `unacked`: sent and not acknowledged. */
  readonly unackedSegments: number;
  readonly unackedBytes: number;
  /** `sacked`. */
  readonly sackedSegments: number;
  readonly sackedBytes: number;
  /** `lost`: held for lost, and not sent again since. Linux counts them until they arrive. */
  readonly lostSegments: number;
  readonly lostBytes: number;
  /** `retrans`: sent again, and not yet known to have arrived. */
  readonly retransmittedSegments: number;
  readonly retransmittedBytes: number;
  /** Held to be in the network: RFC 6675 §4 `pipe`. */
  readonly pipeBytes: number;
  /** `notsent_bytes`: written, and never sent. */
  readonly unsentBytes: number;

  // Congestion control.
  readonly congestionControl: string;
  /** `snd_cwnd`, `snd_ssthresh` (`Infinity` before the first loss), in bytes. */
  readonly cwnd: number;
  /** What may be in the network: cwnd, and in a recovery what its last step allows (RFC 9937 §6.2), in bytes. */
  readonly window: number;
  readonly ssthresh: number;
  /** `reordering`: how many segments may be overtaken before that counts as loss: `duplicateAckThreshold`, which stays. */
  readonly reorderingSegments: number;
  /** RACK looks at the time instead: RACK.reo_wnd of RFC 8985; 0 without RACK. */
  readonly reorderingWindowNs: number;
  /** `reord_seen`: acknowledgments that have shown that the path reorders. */
  readonly reorderings: number;
  /** `pacing_rate`, `max_pacing_rate`: `Infinity` without. */
  readonly pacingRate: number;
  readonly maximumPacingRate: number;
  /** `delivery_rate`, `delivery_rate_app_limited`: the last sample, and whether the program has limited it. */
  readonly deliveryRate: number;
  readonly deliveryRateAppLimited: boolean;
  /** TCP_CC_INFO; `undefined` for a controller that has nothing to tell. */
  readonly controller: ControllerInfo | undefined;

  // Windows.
  /** `snd_wnd`, `rcv_wnd`: what the peer has advertised, and what we have, as far as it is not used. */
  readonly sndWnd: number;
  readonly rcvWnd: number;
  /** `rcv_ssthresh`: the largest window that would be advertised. Linux raises it segment by segment; here it is the buffer's. */
  readonly rcvWndLimit: number;
  readonly readableBytes: number;
  /** `rcv_rtt`, `rcv_space`: the receiver's own round trip, and what its program reads in one; 0 if the buffer is not to grow. */
  readonly receiverRttNs: number;
  readonly receiverSpaceBytes: number;

  // What was counted since the beginning.
  /** `segs_out`, `segs_in`: segments handed to IP; and segments that came, acceptable or not, if their signature was right. */
  readonly sentSegments: number;
  readonly receivedSegments: number;
  /** `data_segs_out`, `data_segs_in`: those of them with data. */
  readonly sentDataSegments: number;
  readonly receivedDataSegments: number;
  /** `bytes_sent`, `bytes_retrans`: data sent, again or not; and of that what had been sent before. */
  readonly sentBytes: number;
  readonly resentBytes: number;
  /**
   * `total_retrans`: segments that had something which was sent before: data, SYN or FIN. Other than in Linux the octet of
   * a window probe counts when it is sent again.
   */
  readonly resentSegments: number;
  /** `bytes_acked`, `bytes_received`: data that SND.UNA and RCV.NXT have passed. Linux counts SYN and FIN in. */
  readonly ackedBytes: number;
  readonly receivedBytes: number;
  /** `delivered`: segments that are known to have arrived; what a SYN carried is not counted. */
  readonly deliveredSegments: number;
  readonly deliveredBytes: number;
  /** `delivered_ce`: of those that arrived marked, as far as the peer's feedback tells. */
  readonly deliveredCeSegments: number;
  /** Octets that were held for lost at some time. */
  readonly everLostBytes: number;
  /** `dsack_dups`: segments that the peer has reported to have come twice. */
  readonly duplicateReports: number;
  /** `rcv_ooopack`: segments that came beyond a gap. */
  readonly outOfOrderSegments: number;

  // What the time went to: `activity.ts`.
  /** `busy_time`, and of that `rwnd_limited` and `sndbuf_limited`. */
  readonly busyNs: number;
  readonly receiveWindowLimitedNs: number;
  readonly sendBufferLimitedNs: number;

  // Explicit congestion notification.
  /** `options`: TCPI_OPT_ECN: the feedback that was agreed on; whether we send ECT. */
  readonly ecnFeedback: EcnFeedback;
  readonly ecnSendsEct: boolean;
  /** `options`: TCPI_OPT_ECN_SEEN: something has come with an ECN codepoint. */
  readonly ecnSeen: boolean;
  /** Reductions of the window because of marks; and octets that the peer has told to have been marked. */
  readonly ecnReductions: number;
  readonly ecnMarkedBytes: number;
  /** `received_ce`: segments that came with CE. */
  readonly ecnReceivedCeSegments: number;
  /**
   * RFC 9768 §3.2: `s.cep`, `s.ceb`, `s.e0b`, `s.e1b`, without their initial values; 0 without accurate feedback. The last
   * three are `delivered_ce_bytes`, `delivered_e0_bytes`, `delivered_e1_bytes`.
   */
  readonly ecnReportedCePackets: number;
  readonly ecnReportedCeBytes: number;
  readonly ecnReportedEct0Bytes: number;
  readonly ecnReportedEct1Bytes: number;
  /** `received_ce_bytes`, `received_e0_bytes`, `received_e1_bytes`: `r.ceb` and so on. */
  readonly ecnReceivedCeBytes: number;
  readonly ecnReceivedEct0Bytes: number;
  readonly ecnReceivedEct1Bytes: number;

  /** How its segments are signed; `undefined` if they are not. */
  readonly authentication: AuthenticationStatus | undefined;
}
