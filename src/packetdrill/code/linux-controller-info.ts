/**
 * What Linux tells of a congestion controller (TCP_CC_INFO): `struct tcpvegas_info`, `struct tcp_dctcp_info` and
 * `struct tcp_bbr_info` of include/uapi/linux/inet_diag.h. Times are in microseconds, rates in bytes per second.
 */
import type { ControllerInfo } from '../../layers/transport/tcp/congestion/controller-info.ts';
import type { Names } from './missing.ts';
import { microseconds, named, orElse } from './tcp-info-fields.ts';

type Kind = ControllerInfo['kind'];
type Row<Info> = readonly [name: string, value: (info: Info) => number | bigint | undefined];
type Rows = { readonly [Name in Kind]: readonly Row<Extract<ControllerInfo, { readonly kind: Name }>>[] };

/** DCTCP_MAX_ALPHA: all is marked. */
const FULL_ALPHA = 1024;
/** BBR_UNIT: a gain of 1. */
const UNIT_GAIN = 256;
/** What Vegas has for a round trip that is not known, and what everybody else has. */
const NO_VEGAS_RTT = 0x7fff_ffff;
const NO_RTT = 0xffff_ffff;

const low = (rate: number): bigint => BigInt(Math.floor(rate)) & 0xffff_ffffn;
const high = (rate: number): bigint => BigInt(Math.floor(rate)) >> 32n;

const BBR: Rows['bbr1'] & Rows['bbr'] = [
  // The two halves, and what they are together.
  ['bbr_bw_lo', ({ bandwidth }) => low(bandwidth)],
  ['bbr_bw_hi', ({ bandwidth }) => high(bandwidth)],
  ['bbr_bw', ({ bandwidth }) => bandwidth],
  ['bbr_min_rtt', ({ minimumRttNs }) => orElse(microseconds(minimumRttNs), NO_RTT)],
  ['bbr_pacing_gain', ({ pacingGain }) => pacingGain * UNIT_GAIN],
  ['bbr_cwnd_gain', ({ cwndGain }) => cwndGain * UNIT_GAIN],
];

const ROWS: Rows = {
  bbr: BBR,
  bbr1: BBR,
  dctcp: [
    ['dctcp_enabled', () => 1],
    ['dctcp_ce_state', () => undefined],
    ['dctcp_alpha', ({ alpha }) => alpha * FULL_ALPHA],
    ['dctcp_ab_ecn', ({ markedBytes }) => markedBytes],
    ['dctcp_ab_tot', ({ ackedBytes }) => ackedBytes],
  ],
  vegas: [
    ['tcpv_enabled', () => undefined],
    ['tcpv_rttcnt', ({ samples }) => samples],
    // Linux puts BaseRTT here, and the shortest of this round trip into `tcpv_minrtt`.
    ['tcpv_rtt', ({ minimumRttNs }) => orElse(microseconds(minimumRttNs), NO_VEGAS_RTT)],
    ['tcpv_minrtt', ({ roundRttNs }) => orElse(microseconds(roundRttNs), NO_VEGAS_RTT)],
  ],
  westwood: [
    ['tcpv_enabled', () => 1],
    ['tcpv_rttcnt', () => 0],
    ['tcpv_rtt', () => undefined],
    ['tcpv_minrtt', ({ minimumRttNs }) => orElse(microseconds(minimumRttNs), undefined)],
  ],
};

/** The names of the controller that is in use: those of others are not defined. */
export function linuxControllerInfo(info: ControllerInfo): Names {
  const rows = ROWS[info.kind] as readonly Row<ControllerInfo>[];
  return new Map(rows.map(([name, field]) => [name, named(`TCP_CC_INFO field ${name}`, field(info))]));
}
