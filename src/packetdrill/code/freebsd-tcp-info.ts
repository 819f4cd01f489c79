/**
 * `tcp_info` as code sees it in a script for FreeBSD: `struct tcp_info` of netinet/tcp.h, 14, filled in as `tcp_fill_info`
 * does for its base stack. Windows are in bytes, times in microseconds. The fields whose names begin with `__` are there
 * for Linux's sake only, and stay 0.
 */
import type { TcpInfo } from '../../layers/transport/tcp/info.ts';
import { ALIGNED_TIMESTAMPS_LENGTH } from '../../layers/transport/tcp/options.ts';
import type { State } from '../../layers/transport/tcp/state.ts';
import type { Names } from './missing.ts';
import {
  bits,
  constantNames,
  type Field,
  type FieldTable,
  type FieldValue,
  fieldNames,
  microseconds,
  nothing,
  orElse,
  zero,
} from './tcp-info-fields.ts';

/** TCP_MAXWIN << TCP_MAX_WINSHIFT: windows that nothing has limited yet. */
const LARGEST_WINDOW = 65_535 * 2 ** 14;

const STATES: Readonly<Record<State, number>> = {
  CLOSED: 0,
  LISTEN: 1,
  'SYN-SENT': 2,
  'SYN-RECEIVED': 3,
  ESTABLISHED: 4,
  'CLOSE-WAIT': 5,
  'FIN-WAIT-1': 6,
  CLOSING: 7,
  'LAST-ACK': 8,
  'FIN-WAIT-2': 9,
  'TIME-WAIT': 10,
};

const CONSTANTS: Readonly<Record<string, number>> = {
  TCPS_CLOSED: 0,
  TCPS_LISTEN: 1,
  TCPS_SYN_SENT: 2,
  TCPS_SYN_RECEIVED: 3,
  TCPS_ESTABLISHED: 4,
  TCPS_CLOSE_WAIT: 5,
  TCPS_FIN_WAIT_1: 6,
  TCPS_CLOSING: 7,
  TCPS_LAST_ACK: 8,
  TCPS_FIN_WAIT_2: 9,
  TCPS_TIME_WAIT: 10,
  TCPI_OPT_TIMESTAMPS: 0x01,
  TCPI_OPT_SACK: 0x02,
  TCPI_OPT_WSCALE: 0x04,
  TCPI_OPT_ECN: 0x08,
  TCPI_OPT_TOE: 0x10,
  TCPI_OPT_TFO: 0x20,
  TCPI_OPT_ACE: 0x40,
};

// ---- what several fields ask ----

const isOpening = ({ state }: TcpInfo): boolean => state === 'SYN-SENT' || state === 'SYN-RECEIVED';

/** `t_maxseg`: without the options that each segment carries. */
const maximumSegment = (info: TcpInfo): FieldValue =>
  info.authentication === undefined ? info.smss + (info.timestampsOk ? ALIGNED_TIMESTAMPS_LENGTH : 0) : undefined;

/** The counters of RFC 9768; those of RFC 3168's flags are not kept in the same way. */
const withAccurateEcn =
  (field: (info: TcpInfo) => number): Field =>
  (info) =>
    info.ecnFeedback === 'classic' ? undefined : field(info);

/** One row for each field, in the kernel's order. */
const FIELDS: FieldTable = {
  tcpi_state: ({ state }) => STATES[state],
  __tcpi_ca_state: zero,
  __tcpi_retransmits: zero,
  __tcpi_probes: zero,
  __tcpi_backoff: zero,
  tcpi_options: (info) =>
    bits([
      [info.timestampsOk, 0x01],
      [info.sackOk, 0x02],
      [info.windowScaleOk, 0x04],
      [info.ecnFeedback === 'classic', 0x08],
      [info.fastOpened || info.synDataAcknowledged || info.fastOpenFailure !== undefined, 0x20],
      [info.ecnFeedback === 'accurate', 0x40],
    ]),
  tcpi_snd_wscale: ({ windowScaleOk, sndWndShift }) => (windowScaleOk ? sndWndShift : 0),
  tcpi_rcv_wscale: ({ windowScaleOk, rcvWndShift }) => (windowScaleOk ? rcvWndShift : 0),

  tcpi_rto: ({ rtoNs }) => microseconds(rtoNs),
  __tcpi_ato: zero,
  tcpi_snd_mss: maximumSegment,
  tcpi_rcv_mss: maximumSegment,

  __tcpi_unacked: zero,
  __tcpi_sacked: zero,
  __tcpi_lost: zero,
  __tcpi_retrans: zero,
  __tcpi_fackets: zero,

  __tcpi_last_data_sent: zero,
  __tcpi_last_ack_sent: zero,
  // Since any segment, in spite of its name; "never" is counted from when the connection was made.
  tcpi_last_data_recv: ({ sinceDataReceivedNs, sinceAckReceivedNs }) =>
    orElse(microseconds(Math.min(sinceDataReceivedNs, sinceAckReceivedNs)), undefined),
  __tcpi_last_ack_recv: zero,

  __tcpi_pmtu: zero,
  __tcpi_rcv_ssthresh: zero,
  tcpi_rtt: ({ srttNs }) => microseconds(srttNs),
  // Before the first sample it is made of a sysctl.
  tcpi_rttvar: ({ srttNs, rttvarNs }) => (srttNs > 0 ? microseconds(rttvarNs) : undefined),
  tcpi_snd_ssthresh: (info) => (isOpening(info) ? LARGEST_WINDOW : orElse(info.ssthresh, LARGEST_WINDOW)),
  tcpi_snd_cwnd: (info) => (info.state === 'SYN-SENT' ? LARGEST_WINDOW : info.cwnd),
  __tcpi_advmss: zero,
  __tcpi_reordering: zero,

  __tcpi_rcv_rtt: zero,
  tcpi_rcv_space: ({ rcvWnd }) => rcvWnd,

  tcpi_snd_wnd: ({ sndWnd }) => sndWnd,
  tcpi_snd_bwnd: zero, // "No longer used."
  tcpi_snd_nxt: nothing,
  tcpi_rcv_nxt: nothing,
  tcpi_toe_tid: zero, // nothing is offloaded
  // Of data: a SYN or FIN that is sent again does not count, and where both are cannot be told apart.
  tcpi_snd_rexmitpack: ({ resentBytes, resentSegments }) => (resentBytes === 0 ? 0 : resentSegments),
  tcpi_rcv_ooopack: ({ outOfOrderSegments }) => outOfOrderSegments,
  tcpi_snd_zerowin: nothing,

  tcpi_delivered_ce: withAccurateEcn(({ ecnReportedCePackets }) => ecnReportedCePackets),
  tcpi_received_ce: withAccurateEcn(({ ecnReceivedCeSegments }) => ecnReceivedCeSegments),
  __tcpi_delivered_e1_bytes: zero,
  __tcpi_delivered_e0_bytes: zero,
  __tcpi_delivered_ce_bytes: zero,
  __tcpi_received_e1_bytes: zero,
  __tcpi_received_e0_bytes: zero,
  __tcpi_received_ce_bytes: zero,

  tcpi_total_tlp: nothing,
  tcpi_total_tlp_bytes: nothing,

  tcpi_snd_una: nothing,
  tcpi_snd_max: nothing,
  tcpi_rcv_numsacks: nothing,
  tcpi_rcv_adv: nothing,
  tcpi_dupacks: nothing,
  tcpi_rttmin: nothing,
};

/**
 * The names that FreeBSD's `tcp_info` gives code, and their constants.
 * @param info `undefined` if there is no connection: then no field has a value
 */
export function freebsdTcpInfo(info: TcpInfo | undefined): Names {
  return new Map([...constantNames(CONSTANTS), ...fieldNames(FIELDS, info, undefined)]);
}
