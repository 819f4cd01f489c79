/**
 * `tcp_info` as code sees it in a script for Linux: `struct tcp_info` of include/uapi/linux/tcp.h, 6.x, filled in as
 * `tcp_get_info` does. Times are in microseconds where it says nothing else, and windows in segments.
 *
 * Linux measures time in jiffies, whose length is a choice of whoever builds it; here nothing is rounded up to them.
 */
import type { CongestionAvoidanceState, FastOpenFailure, TcpInfo } from '../../layers/transport/tcp/info.ts';
import { ALIGNED_TIMESTAMPS_LENGTH } from '../../layers/transport/tcp/options.ts';
import type { State } from '../../layers/transport/tcp/state.ts';
import { linuxControllerInfo } from './linux-controller-info.ts';
import { Missing, type Names } from './missing.ts';
import {
  bits,
  constantNames,
  type Field,
  type FieldTable,
  type FieldValue,
  fieldNames,
  microseconds,
  nothing,
  type Opening,
  orElse,
  zero,
} from './tcp-info-fields.ts';

/** `~0U` and `~0ULL`: no such value. */
const ALL_ONES_32 = 0xffff_ffff;
const ALL_ONES_64 = 0xffff_ffff_ffff_ffffn;
/** TCP_INFINITE_SSTHRESH. */
const INFINITE_SSTHRESH = 0x7fff_ffff;
/** TCP_INIT_CWND. */
const INITIAL_WINDOW_SEGMENTS = 10;
/** TCP_MSS_DEFAULT and TCP_MIN_MSS: what the peer's segments are guessed to have, between both. */
const DEFAULT_MSS = 536;
const LEAST_MSS = 88;
/** `mdev_us` before the first sample: a quarter of TCP_TIMEOUT_INIT, and of TCP_TIMEOUT_FALLBACK after the handshake. */
const FIRST_RTTVAR_US = 250_000;
const FALLBACK_RTTVAR_US = 750_000;

/** A connection in TIME-WAIT lives on as something smaller, and the socket of its program is closed. */
const STATES: Readonly<Record<State, number>> = {
  ESTABLISHED: 1,
  'SYN-SENT': 2,
  'SYN-RECEIVED': 3,
  'FIN-WAIT-1': 4,
  'FIN-WAIT-2': 5,
  'TIME-WAIT': 7,
  CLOSED: 7,
  'CLOSE-WAIT': 8,
  'LAST-ACK': 9,
  LISTEN: 10,
  CLOSING: 11,
};

const CA_STATES: Readonly<Record<CongestionAvoidanceState, number>> = {
  Open: 0,
  Disorder: 1,
  CWR: 2,
  Recovery: 3,
  Loss: 4,
};

const FAST_OPEN_FAILURES: Readonly<Record<FastOpenFailure, number>> = {
  'no-cookie': 1,
  'data-not-acknowledged': 2,
  'syn-retransmitted': 3,
};

const ECN_MODES = { none: 0, classic: 1, accurate: 2 } as const;

const CONSTANTS: Readonly<Record<string, number>> = {
  TCP_ESTABLISHED: 1,
  TCP_SYN_SENT: 2,
  TCP_SYN_RECV: 3,
  TCP_FIN_WAIT1: 4,
  TCP_FIN_WAIT2: 5,
  TCP_TIME_WAIT: 6,
  TCP_CLOSE: 7,
  TCP_CLOSE_WAIT: 8,
  TCP_LAST_ACK: 9,
  TCP_LISTEN: 10,
  TCP_CLOSING: 11,
  TCP_NEW_SYN_RECV: 12,
  TCP_CA_Open: 0,
  TCP_CA_Disorder: 1,
  TCP_CA_CWR: 2,
  TCP_CA_Recovery: 3,
  TCP_CA_Loss: 4,
  TCPI_OPT_TIMESTAMPS: 1,
  TCPI_OPT_SACK: 2,
  TCPI_OPT_WSCALE: 4,
  TCPI_OPT_ECN: 8,
  TCPI_OPT_ECN_SEEN: 16,
  TCPI_OPT_SYN_DATA: 32,
  TCPI_OPT_USEC_TS: 64,
  TCPI_OPT_TFO_CHILD: 128,
  TFO_STATUS_UNSPEC: 0,
  TFO_COOKIE_UNAVAILABLE: 1,
  TFO_DATA_NOT_ACKED: 2,
  TFO_SYN_RETRANSMITTED: 3,
  TCPI_ECN_MODE_DISABLED: 0,
  TCPI_ECN_MODE_RFC3168: 1,
  TCPI_ECN_MODE_ACCECN: 2,
  TCPI_ECN_MODE_PENDING: 3,
};

/** Of SO_MEMINFO: what a socket's buffers take in a kernel's memory, which nothing here is like. */
const MEMORY_NAMES: readonly string[] = [
  'SK_MEMINFO_RMEM_ALLOC',
  'SK_MEMINFO_RCVBUF',
  'SK_MEMINFO_WMEM_ALLOC',
  'SK_MEMINFO_SNDBUF',
  'SK_MEMINFO_FWD_ALLOC',
  'SK_MEMINFO_WMEM_QUEUED',
  'SK_MEMINFO_OPTMEM',
  'SK_MEMINFO_BACKLOG',
  'SK_MEMINFO_DROPS',
];

// ---- what several fields ask ----

const isOpening = ({ state }: TcpInfo): boolean => state === 'SYN-SENT' || state === 'SYN-RECEIVED';

/** A SYN that is sent again is lost, recovery and all, to Linux; here it is counted apart. */
const isResendingSyn = (info: TcpInfo): boolean => isOpening(info) && info.retries > 0;

const unlessResendingSyn =
  (field: Field): Field =>
  (info, opening) =>
    isResendingSyn(info) ? undefined : field(info, opening);

/** Whole ones; a byte that our window has lost to rounding costs none. */
const segments = (bytes: number, { smss }: TcpInfo): number => (bytes + 1) / smss;

/** Milliseconds since then. For "never" Linux has the time since the handshake, which is not known. */
const milliseconds = (ns: number): FieldValue => orElse(ns / 1e6, undefined);

/** Without the timestamps that each segment carries, as soon as they are agreed on. */
const advertisedMss = (info: TcpInfo): number =>
  info.announcedMss - (info.timestampsOk && !isOpening(info) ? ALIGNED_TIMESTAMPS_LENGTH : 0);

/** What a segment of the peer is taken to have before the first: 536, unless something is smaller. */
const guessedMss = (info: TcpInfo): number =>
  Math.max(LEAST_MSS, Math.min(DEFAULT_MSS, advertisedMss(info), info.smss, Math.floor(info.rcvWndLimit / 2)));

/** 1 where our FIN is acknowledged, or the peer's has come: they count as data. Afterwards that is not known. */
const finOf = (states: readonly State[], { state }: TcpInfo): FieldValue =>
  state === 'CLOSED' ? undefined : Number(states.includes(state));

const sum = (...parts: readonly FieldValue[]): FieldValue =>
  parts.reduce<FieldValue>(
    (all, part) => (all === undefined || part === undefined ? undefined : Number(all) + Number(part)),
    0,
  );

/** 1 where our SYN has been acknowledged, as far as Linux counts it: that of a connection which a listener has given is not. */
function ackedSyn(info: TcpInfo, opening: Opening | undefined): FieldValue {
  if (isOpening(info)) return 0;
  return opening === undefined ? undefined : Number(opening.active);
}

/** Something is written and a FIN stands behind it. */
const unsentFin = ({ state, unsentBytes }: TcpInfo): number =>
  Number(unsentBytes > 0 && (state === 'FIN-WAIT-1' || state === 'CLOSING' || state === 'LAST-ACK'));

/** One row for each field, in the kernel's order. */
const FIELDS: FieldTable = {
  tcpi_state: ({ state }) => STATES[state],
  tcpi_ca_state: unlessResendingSyn(({ caState }) => CA_STATES[caState]),
  tcpi_retransmits: ({ retries }) => retries,
  // One counter is both kinds of probes', and one exponent both timers'.
  tcpi_probes: ({ windowProbes, keepAliveProbes }) => windowProbes + keepAliveProbes,
  tcpi_backoff: ({ backoffs, windowProbeBackoffs }) => Math.max(backoffs, windowProbeBackoffs),
  tcpi_options: (info) =>
    bits([
      [info.timestampsOk, 1],
      [info.sackOk, 2],
      [info.windowScaleOk, 4],
      [info.ecnFeedback !== 'none', 8],
      [info.ecnSeen, 16],
      [info.synDataAcknowledged, 32],
      [info.fastOpened, 128],
    ]),
  tcpi_snd_wscale: ({ windowScaleOk, sndWndShift }) => (windowScaleOk ? sndWndShift : 0),
  tcpi_rcv_wscale: ({ windowScaleOk, rcvWndShift }) => (windowScaleOk ? rcvWndShift : 0),
  // Until the first sample it counts as limited by the program.
  tcpi_delivery_rate_app_limited: ({ deliveryRate, deliveryRateAppLimited }) =>
    Number(deliveryRate === 0 || deliveryRateAppLimited),
  tcpi_fastopen_client_fail: ({ fastOpenFailure: failure }) =>
    failure === undefined ? 0 : FAST_OPEN_FAILURES[failure],

  tcpi_rto: ({ rtoNs }) => microseconds(rtoNs),
  // 0 until the first data comes.
  tcpi_ato: ({ receivedDataSegments, delayedAckNs }) => (receivedDataSegments === 0 ? 0 : microseconds(delayedAckNs)),
  tcpi_snd_mss: ({ smss }) => smss,
  tcpi_rcv_mss: (info) => Math.max(guessedMss(info), Math.min(info.largestReceivedBytes, advertisedMss(info))),

  tcpi_unacked: ({ unackedSegments }) => unackedSegments,
  // Without SACK Linux counts duplicate acknowledgments instead, of which there are none while nothing is out of order.
  tcpi_sacked: ({ sackOk, sackedSegments, caState }) =>
    sackOk || caState === 'Open' || caState === 'CWR' ? sackedSegments : undefined,
  // What is sent again is lost until it arrives; a loss probe is no such thing.
  tcpi_lost: unlessResendingSyn(({ lostSegments, retransmittedSegments, lossState }) =>
    lossState === 'open' ? lostSegments : lostSegments + retransmittedSegments,
  ),
  tcpi_retrans: unlessResendingSyn(({ retransmittedSegments, lossState }) =>
    lossState === 'open' ? 0 : retransmittedSegments,
  ),
  tcpi_fackets: zero, // since 4.15

  // In milliseconds.
  tcpi_last_data_sent: ({ sinceDataSentNs }) => milliseconds(sinceDataSentNs),
  tcpi_last_ack_sent: zero, // "Not remembered, sorry."
  tcpi_last_data_recv: ({ sinceDataReceivedNs }) => milliseconds(sinceDataReceivedNs),
  tcpi_last_ack_recv: ({ sinceAckReceivedNs }) => milliseconds(sinceAckReceivedNs),

  tcpi_pmtu: ({ pathMtu }) => pathMtu,
  tcpi_rcv_ssthresh: ({ rcvWndLimit }) => rcvWndLimit,
  tcpi_rtt: ({ srttNs }) => microseconds(srttNs),
  tcpi_rttvar: (info) => {
    if (info.srttNs > 0) return microseconds(info.rttvarNs);
    return isOpening(info) ? FIRST_RTTVAR_US : FALLBACK_RTTVAR_US;
  },
  tcpi_snd_ssthresh: unlessResendingSyn((info) =>
    info.ssthresh === Number.POSITIVE_INFINITY || isOpening(info) ? INFINITE_SSTHRESH : segments(info.ssthresh, info),
  ),
  // Our controller starts when the handshake is over. tcp_cwnd_reduction sets the window itself.
  tcpi_snd_cwnd: unlessResendingSyn((info) =>
    isOpening(info) && !info.fastOpened ? INITIAL_WINDOW_SEGMENTS : segments(info.window, info),
  ),
  tcpi_advmss: advertisedMss,
  // Linux raises it with what it sees; here RACK's window of time grows.
  tcpi_reordering: ({ reorderingSegments, reorderings }) => (reorderings === 0 ? reorderingSegments : undefined),

  tcpi_rcv_rtt: ({ receiverRttNs, receivedDataSegments }) =>
    receiverRttNs > 0 || receivedDataSegments === 0 ? microseconds(receiverRttNs) : undefined,
  // Linux keeps the largest of all round trips, and starts from its first window.
  tcpi_rcv_space: nothing,

  tcpi_total_retrans: ({ resentSegments }) => resentSegments,

  // Linux has a rate as soon as there is a round trip, whether or not anything is paced by it.
  tcpi_pacing_rate: ({ pacingRate, srttNs }) => orElse(pacingRate, srttNs === 0 ? ALL_ONES_64 : undefined),
  tcpi_max_pacing_rate: ({ maximumPacingRate }) => orElse(maximumPacingRate, ALL_ONES_64),
  tcpi_bytes_acked: (info, opening) =>
    sum(info.ackedBytes, ackedSyn(info, opening), finOf(['FIN-WAIT-2', 'TIME-WAIT'], info)),
  tcpi_bytes_received: (info) =>
    sum(info.receivedBytes, finOf(['CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'], info)),
  // The SYN-ACKs of a listener are sent before there is a socket to count them; the SYN that came is counted.
  tcpi_segs_out: ({ sentSegments }, opening) =>
    opening === undefined ? undefined : sentSegments - (opening.active ? 0 : opening.synTransmissions),
  tcpi_segs_in: ({ receivedSegments }) => receivedSegments,

  tcpi_notsent_bytes: (info) => info.unsentBytes + unsentFin(info),
  tcpi_min_rtt: ({ minimumRttNs }) => orElse(microseconds(minimumRttNs), ALL_ONES_32),
  tcpi_data_segs_in: ({ receivedDataSegments }) => receivedDataSegments,
  tcpi_data_segs_out: ({ sentDataSegments }) => sentDataSegments,

  // The SYN of who opens is a sample too.
  tcpi_delivery_rate: (info, opening) =>
    info.deliveryRate > 0 || isOpening(info) || opening?.active === false ? info.deliveryRate : undefined,

  tcpi_busy_time: ({ busyNs }) => microseconds(busyNs),
  tcpi_rwnd_limited: ({ receiveWindowLimitedNs }) => microseconds(receiveWindowLimitedNs),
  tcpi_sndbuf_limited: ({ sendBufferLimitedNs }) => microseconds(sendBufferLimitedNs),

  // The SYN is one segment, with its data; that of either side.
  tcpi_delivered: (info) => (info.state === 'CLOSED' ? undefined : info.deliveredSegments + (isOpening(info) ? 0 : 1)),
  tcpi_delivered_ce: ({ deliveredCeSegments }) => deliveredCeSegments,

  tcpi_bytes_sent: ({ sentBytes }) => sentBytes,
  tcpi_bytes_retrans: ({ resentBytes }) => resentBytes,
  tcpi_dsack_dups: ({ duplicateReports }) => duplicateReports,
  tcpi_reord_seen: ({ reorderings }) => reorderings,
  tcpi_rcv_ooopack: ({ outOfOrderSegments }) => outOfOrderSegments,

  tcpi_snd_wnd: ({ sndWnd }) => sndWnd,
  // As it was last advertised: what is left of it is that until something comes which is not acknowledged yet.
  tcpi_rcv_wnd: (info) => (info.sinceAckSentNs <= info.sinceDataReceivedNs ? info.rcvWnd : undefined),

  // Linux takes another flow label with each timeout.
  tcpi_rehash: ({ timeouts }) => (timeouts === 0 ? 0 : undefined),

  tcpi_total_rto: ({ timeouts }) => timeouts,
  tcpi_total_rto_recoveries: ({ timeoutRecoveries }) => timeoutRecoveries,
  tcpi_total_rto_time: ({ timeoutRecoveryNs }) => timeoutRecoveryNs / 1e6,

  // Since 6.18.
  tcpi_received_ce: ({ ecnReceivedCeSegments }) => ecnReceivedCeSegments,
  tcpi_delivered_e1_bytes: ({ ecnReportedEct1Bytes }) => ecnReportedEct1Bytes,
  tcpi_delivered_e0_bytes: ({ ecnReportedEct0Bytes }) => ecnReportedEct0Bytes,
  tcpi_delivered_ce_bytes: ({ ecnReportedCeBytes }) => ecnReportedCeBytes,
  tcpi_received_e1_bytes: ({ ecnReceivedEct1Bytes }) => ecnReceivedEct1Bytes,
  tcpi_received_e0_bytes: ({ ecnReceivedEct0Bytes }) => ecnReceivedEct0Bytes,
  tcpi_received_ce_bytes: ({ ecnReceivedCeBytes }) => ecnReceivedCeBytes,
  // What a SYN has asked for is not known before it is answered.
  tcpi_ecn_mode: (info) => (isOpening(info) ? undefined : ECN_MODES[info.ecnFeedback]),
  tcpi_accecn_opt_seen: nothing,
  tcpi_accecn_fail_mode: nothing,
  tcpi_options2: nothing,
};

/**
 * The names that Linux's `tcp_info` gives code, those of its congestion controller, and their constants.
 * @param info `undefined` if there is no connection: then no field has a value
 * @param opening who opened it; without, what depends on that has no value: `tcpi_bytes_acked` and `tcpi_segs_out`
 */
export function linuxTcpInfo(info: TcpInfo | undefined, opening?: Opening): Names {
  return new Map([
    ...constantNames(CONSTANTS),
    ...MEMORY_NAMES.map((name) => [name, new Missing(`socket memory ${name}`)] as const),
    ...fieldNames(FIELDS, info, opening),
    ...(info?.controller === undefined ? [] : linuxControllerInfo(info.controller)),
  ]);
}
