/**
 * Profiles: what kernels do otherwise than the RFCs' defaults (`RFC_SETTINGS`), as far as it shows on the wire or in a
 * measurement. Linux by Documentation/networking/ip-sysctl and tcp(7) as of 6.x, FreeBSD by tcp(4) as of 14.
 * Left out on purpose: Linux's HyStart of 2008 (ours is RFC 9406's), FreeBSD's other stacks (`tcp_rack`, `tcp_bbr`).
 */
import { MILLISECOND, SECOND } from '../../clock.ts';
import { RFC_SETTINGS, type TcpSettings } from './settings.ts';

const LINUX: Partial<TcpSettings> = {
  congestionControl: 'cubic',
  // tcp_slow_start: "stretch ACKs" count in full.
  appropriateByteCountingLimitSegments: 65_535,
  appropriateByteCountingLimitAfterTimeoutSegments: 65_535,
  // tcp_reno_ssthresh and bictcp_recalc_ssthresh look at snd_cwnd; tcp_cwnd_reduction counts segments.
  reducesFromWindow: true,
  proportionalRateReductionRoundsUp: true,
  vegasAlphaSegments: 2,
  vegasBetaSegments: 4,
  // RTO = SRTT + max(200 ms, 4 * RTTVAR): TCP_RTO_MIN bounds the variation, not the sum.
  retransmissionTimeoutMinimumNs: 200 * MILLISECOND,
  retransmissionTimeoutVarianceMinimumNs: 200 * MILLISECOND,
  retransmissionTimeoutMaximumNs: 120 * SECOND,
  delayedAckNs: 40 * MILLISECOND,
  quickAckSegments: 16,
  // TCP_INIT_CWND counts segments of any size, and one lost SYN in a second is no sign of congestion yet.
  initialWindowByteLimit: false,
  initialWindowSynTimeouts: 2,
  // tcp_select_initial_window: 64,240 of 128 KiB with an MSS of 1460; in a SYN-ACK with timestamps 65,160.
  synWindowHalved: true,
  synOptionOrder: ['mss', 'sack', 'timestamps', 'window-scale'],
  synRetries: 6,
  synAckRetries: 5,
  dataRetries: 15,
  // tcp_xmit_probe_skb: an old sequence number, and nothing else, draws an answer.
  windowProbe: 'empty',
  // TCP_TIMEWAIT_LEN is 60 s.
  maximumSegmentLifetimeNs: 30 * SECOND,
  timeWaitReuseOutgoing: 'loopback',
  challengeAcksPerSecond: 0,
  synBacklog: 4096,
  queueSynText: false,
  // tcp_fastopen is 1. What a lost SYN with data costs is 60 s without, doubled each time, as here. Cookies do not expire.
  fastOpenClient: true,
  fastOpenKeyLifetimeNs: 0,
  softErrorsEndOpening: true,
  // tcp_rmem 4096 131072 6291456, tcp_wmem 4096 16384 4194304.
  receiveBufferBytes: 131_072,
  receiveBufferAutotuning: true,
  receiveBufferMaximumBytes: 6_291_456,
  sendBufferBytes: 16_384,
  sendBufferAutotuning: true,
  sendBufferMaximumBytes: 4_194_304,
  // A signed segment for which there is no key is dropped; RFC 5925 §7.3 would take it.
  acceptUnexpectedSignatures: false,
  // tcp_ecn 2 knows nothing of RFC 9768.
  accurateEcn: 'off',
};

const FREEBSD: Partial<TcpSettings> = {
  congestionControl: 'cubic',
  vegasAlphaSegments: 1,
  vegasBetaSegments: 3,
  // rexmit_min 30 ms, rexmit_slop 200 ms.
  retransmissionTimeoutMinimumNs: 30 * MILLISECOND,
  retransmissionTimeoutSlopNs: 200 * MILLISECOND,
  retransmissionTimeoutMaximumNs: 64 * SECOND,
  delayedAckNs: 40 * MILLISECOND,
  synWindowBytes: 65_535,
  synOptionOrder: ['mss', 'window-scale', 'sack', 'timestamps'],
  // tcp_addoptions: SACK permitted stands at an even place, and the list is terminated and padded at its end.
  synOptionPadding: 'behind',
  // The base stack: RFC 6675 with PRR, no RACK, no loss probes, no F-RTO.
  rack: false,
  tailLossProbe: false,
  forwardRtoRecovery: false,
  duplicateSackUndo: false,
  appropriateByteCountingLimitSegments: 2,
  synRetries: 12,
  synAckRetries: 3,
  dataRetries: 12,
  maximumSegmentLifetimeNs: 30 * SECOND,
  keepAliveProbes: 8,
  synBacklog: 30,
  // net.inet.icmp.icmplim.
  resetsPerSecond: 200,
  queueSynText: false,
  // fastopen.client_enable is 1, fastopen.path_disable_time 900 s, fastopen.autokey 120 s.
  fastOpenClient: true,
  fastOpenBlackholeNs: 900 * SECOND,
  fastOpenKeyLifetimeNs: 120 * SECOND,
  // recvspace and sendspace; recvbuf_max and sendbuf_max.
  receiveBufferBytes: 65_536,
  receiveBufferMaximumBytes: 2_097_152,
  // kern.ipc.maxsockbuf.
  windowScaleForBytes: 2_097_152,
  receiveBufferAutotuning: true,
  sendBufferBytes: 32_768,
  sendBufferMaximumBytes: 2_097_152,
  sendBufferAutotuning: true,
  // pmtud_blackhole_detection 0, pmtud_blackhole_mss.
  packetizationLayerProbing: 'off',
  probingBaseMss: 1200,
  accurateEcn: 'off',
};

export type ProfileName = 'rfc' | 'linux' | 'freebsd';

const PROFILES: Readonly<Record<ProfileName, Partial<TcpSettings>>> = { rfc: {}, linux: LINUX, freebsd: FREEBSD };

export const PROFILE_NAMES: readonly ProfileName[] = ['rfc', 'linux', 'freebsd'];

/** All settings of a profile. @throws {RangeError} for a name that there is not */
export function profileSettings(name: string): TcpSettings {
  if (!Object.hasOwn(PROFILES, name)) {
    throw new RangeError(`no profile is called "${name}": use one of ${PROFILE_NAMES.join(', ')}`);
  }
  return { ...RFC_SETTINGS, ...PROFILES[name as ProfileName] };
}
