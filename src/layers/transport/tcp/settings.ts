/**
 * What a person may set, per host and per connection. Each default is the RFCs'; what a kernel does differently is a
 * profile. A feature that can be on can be off: people study what breaks.
 */
import { MILLISECOND, SECOND } from '../../clock.ts';
import type { SipKey } from '../../siphash.ts';

/** What a SYN may offer, besides what other features add behind these. */
export type SynOption = 'mss' | 'sack' | 'timestamps' | 'window-scale';

/** Times in nanoseconds, sizes in bytes. */
export interface TcpSettings {
  /** Most bytes held for sending, and for receiving: the second bounds the window (RFC 9293 §3.8.6). */
  sendBufferBytes: number;
  receiveBufferBytes: number;
  /**
   * Lets them grow, from those sizes up to these, with what the path takes (`tcp_wmem`, `tcp_rmem`,
   * `tcp_moderate_rcvbuf`). A program that sets SO_SNDBUF or SO_RCVBUF turns it off for its socket.
   */
  sendBufferAutotuning: boolean;
  sendBufferMaximumBytes: number;
  receiveBufferAutotuning: boolean;
  receiveBufferMaximumBytes: number;
  /** The window scale is that of a buffer of this size, whatever this connection has: BSD. 0: of its own largest. */
  windowScaleForBytes: number;
  /** TCP_WINDOW_CLAMP: the largest window to advertise, however large the buffer is; 0 for any. */
  windowClampBytes: number;
  /** Of the packets: DSCP in the upper six bits (RFC 9293 §3.9.1.9), and time to live (§3.9.2); 0 takes the host's. */
  trafficClass: number;
  hopLimit: number;
  /** Largest segment to send and to ask for; 0 takes it from the interface (RFC 9293 §3.7.1). */
  maximumSegmentSize: number;
  /** The largest window that a SYN offers; the field ends at 65535 (RFC 7323 §2.2). */
  synWindowBytes: number;
  /** Offers half of the buffer, in whole segments: Linux keeps the other half for its own overhead. */
  synWindowHalved: boolean;
  /** In which order a SYN's options stand: receivers take any, but a fingerprint tells kernels apart by it. */
  synOptionOrder: readonly SynOption[];
  /** What fills SACK permitted up where it has no timestamps behind it: two NOPs before it, or BSD's zeros behind all options. */
  synOptionPadding: 'before' | 'behind';
  /** What is not answered if nobody listens: nothing, SYNs, or any segment (FreeBSD's `net.inet.tcp.blackhole`). */
  unanswered: 'none' | 'syn' | 'all';
  /** How many resets a host sends in a second for segments of no connection (`net.inet.icmp.icmplim`); 0 for any number. */
  resetsPerSecond: number;
  /** RFC 7323 §2 and §3; RFC 2018. */
  windowScaling: boolean;
  timestamps: boolean;
  selectiveAcknowledgment: boolean;
  /** Sends at once instead of collecting small writes: the opposite of Nagle (RFC 9293 §3.7.4). */
  noDelay: boolean;
  /** TCP_CORK: only full segments go … */
  cork: boolean;
  /** … until what is left over has waited for so long; 0 for ever, as BSD's TCP_NOPUSH does. */
  corkCeilingNs: number;
  /** TCP_NOTSENT_LOWAT: a program writes no more than this ahead of what was sent; 0 as much as the buffer holds. */
  notSentLowWaterBytes: number;
  /** RFC 9293 §3.8.6.3: at least every second full segment, and never later than this (MUST be below 0.5 s). */
  delayedAck: boolean;
  delayedAckNs: number;
  /** So many segments of data are acknowledged at once when a connection is young: Linux's quick ACKs help slow start. */
  quickAckSegments: number;
  /** Which congestion controller, by its name. */
  congestionControl: string;
  /**
   * RFC 3465: growth counts the bytes acknowledged, not the acknowledgments. L of its §2.3, in segments, is 1 or 2 and after
   * a timeout MUST be 1; Linux counts all that an acknowledgment covers, however much that is.
   */
  appropriateByteCounting: boolean;
  appropriateByteCountingLimitSegments: number;
  appropriateByteCountingLimitAfterTimeoutSegments: number;
  /** RFC 5681 §3.1 makes ssthresh a part of FlightSize. Linux makes it one of cwnd, however much of that was used. */
  reducesFromWindow: boolean;
  /** RFC 9406: who begins with HyStart++ instead of a plain slow start. CUBIC should (RFC 9438 §4.10). */
  hystart: 'cubic' | 'all' | 'none';
  /** BBR version 3 does not take the pace that it keeps itself for what the path delivers (`congestion/bbr/`). */
  bbrDiscountsOwnPace: boolean;
  /** RFC 9438 §4.7, and its Reno-friendly region (§4.3). */
  cubicFastConvergence: boolean;
  cubicRenoFriendly: boolean;
  /**
   * How many segments of its own Vegas wants in the queue, at least and at most; with how many its slow start ends. The
   * paper has 1 and 3, Linux 2 and 4: two flows may then stay as unequal as that (Jain 0.80 and 0.90); with 2 and 3, 0.96.
   */
  vegasAlphaSegments: number;
  vegasBetaSegments: number;
  vegasGammaSegments: number;
  /**
   * What becomes of a congestion window that is not used: it does not grow; or it is what RFC 7661 makes of it, for as long
   * as `nonValidatedPeriodNs` and with a careful end; or nobody looks.
   */
  congestionWindowValidation: 'growth' | 'full' | 'none';
  nonValidatedPeriodNs: number;
  /**
   * Spreads what the window allows over the round trip; a controller that has a rate of its own is always paced. Percent
   * of a window per round trip in slow start and after it (`tcp_pacing_ss_ratio`, `tcp_pacing_ca_ratio`), and the most
   * in bytes per second, which paces too (`SO_MAX_PACING_RATE`); 0 for any rate.
   */
  pacing: boolean;
  pacingSlowStartPercent: number;
  pacingAvoidancePercent: number;
  maximumPacingRate: number;
  /** RFC 6928 §2, in segments; whether large ones are fewer, no more than 1460 bytes each and at least two of them. */
  initialWindowSegments: number;
  initialWindowByteLimit: boolean;
  /** After so many timeouts of the SYN or SYN-ACK it is one segment: 1 is RFC 5681 §3.1's MUST. */
  initialWindowSynTimeouts: number;
  /** Restarts from the initial window after an idle RTO (RFC 5681 §4.1), unless window validation is in full force. */
  slowStartAfterIdle: boolean;
  /** RFC 3042: new data on the first two duplicate ACKs. */
  limitedTransmit: boolean;
  /**
   * Explicit congestion notification, RFC 3168: whether a SYN that asks for it is granted it, and whether our own asks.
   * `accurateEcn` is the same for the feedback of RFC 9768; who asks for that comes back to RFC 3168's if need be.
   */
  ecn: 'off' | 'accept' | 'request';
  accurateEcn: 'off' | 'accept' | 'request';
  /** A SYN or SYN-ACK with ECN that is lost is sent again without (RFC 3168 §6.1.1.1, RFC 9768 §3.1.4, §3.2.3.2.2). */
  ecnFallback: boolean;
  /** So is a SYN that is answered by a reset: RFC 3168 §6.1.1.1 MAY. A port that is closed then refuses twice. */
  ecnFallbackAfterReset: boolean;
  /** RFC 9768 §3.2.2.3, §3.2.2.4, §3.2.3.2.4: ECT is not set on a path that is seen to change or clear ECN's fields. */
  ecnPathTests: boolean;
  /** ECT on control packets and retransmissions as well: ECN++, an experiment of RFC 8311 §4.3. */
  ecnControlPackets: boolean;
  /** Which codepoint says ECN-capable; ECT(1) asks for the treatment of L4S (RFC 8311 §4.2). */
  ecnCodepoint: 'ect0' | 'ect1';
  /**
   * How classic feedback tells of a mark: until the sender answers (RFC 3168 §6.1.3), or segment by segment (RFC 8257
   * §3.2); `auto` takes the second with the controller `dctcp`.
   */
  ecnEcho: 'auto' | 'latched' | 'dctcp';
  /** RFC 9768 §3.2.3.3: an AccECN option with every ACK that has something to count, or only as often as need be. */
  accurateEcnOption: 'off' | 'sparing' | 'full';
  /** RFC 8511: a mark in congestion avoidance reduces the window by less than a loss does. */
  alternativeBackoff: boolean;
  /** RFC 8985: with SACK, RACK by time instead of the threshold of duplicate ACKs; how its reordering window behaves. */
  rack: boolean;
  rackReorderingWindow: 'adaptive' | 'static' | 'none';
  /** RFC 8985 §7: a probe draws news of a lost tail before the timer would. Needs SACK and RACK. */
  tailLossProbe: boolean;
  /** TLP.max_ack_delay: how long a peer may delay the ACK of a single segment (RFC 8985 §7.2). */
  tailLossProbeAckDelayNs: number;
  /** For how long a round trip counts for the shortest one (RFC 8985 §6.2 step 1). */
  minimumRttWindowNs: number;
  /** RFC 9937: how much goes out during recovery; without it SACK recovery is RFC 6675's. */
  proportionalRateReduction: boolean;
  /** What may go in proportion is rounded up to a whole segment, as by who counts segments and not octets: Linux. */
  proportionalRateReductionRoundsUp: boolean;
  /** RFC 2883: reports duplicates that arrive, and learns from such reports. */
  duplicateSack: boolean;
  /** RFC 3522 and 4015, RFC 5682, RFC 3708: finds out that a retransmission was for nothing, and undoes its effects. */
  eifel: boolean;
  forwardRtoRecovery: boolean;
  duplicateSackUndo: boolean;
  /** RFC 5681 §3.2: without it only the retransmission timer recovers. */
  fastRetransmit: boolean;
  /** How many duplicate ACKs make a segment lost (RFC 5681 §3.2). */
  duplicateAckThreshold: number;
  /** RFC 6298 §2: first value, bounds, and the clock granularity G. */
  retransmissionTimeoutInitialNs: number;
  retransmissionTimeoutMinimumNs: number;
  retransmissionTimeoutMaximumNs: number;
  clockGranularityNs: number;
  /**
   * What kernels add to RFC 6298 §2.3, and the RFC does not have: the least that stands for 4 * RTTVAR (Linux: 200 ms, with
   * a low minimum), and what is added to the whole, the minimum too (FreeBSD's `rexmit_slop`).
   */
  retransmissionTimeoutVarianceMinimumNs: number;
  retransmissionTimeoutSlopNs: number;
  /** RFC 9293 §3.8.3, R2 in retransmissions: at least 3 minutes for a SYN, at least 100 s for data. */
  synRetries: number;
  synAckRetries: number;
  dataRetries: number;
  /** Data unacknowledged for this long ends the connection (RFC 9293 §3.9.1.2), however many retries; 0 leaves it to them. */
  userTimeoutNs: number;
  /** RFC 5482: ENABLED: tells the peer, and hears what it says; with CHANGEABLE what it says counts. */
  userTimeoutOption: boolean;
  userTimeoutChangeable: boolean;
  /** ADV_UTO; 0 is `userTimeoutNs`, or 5 minutes. L_LIMIT (at least 100 s) and U_LIMIT bound what is adopted. */
  userTimeoutAdvertisedNs: number;
  userTimeoutLowerLimitNs: number;
  userTimeoutUpperLimitNs: number;
  /** RFC 9293 §3.8.4: off unless asked for, and not before two hours. */
  keepAlive: boolean;
  keepAliveIdleNs: number;
  keepAliveIntervalNs: number;
  keepAliveProbes: number;
  /**
   * What asks whether a closed window has opened: the next octet, which the peer may take (RFC 9293 §3.8.6.1), or a
   * segment without data whose number is past already, as Linux does it.
   */
  windowProbe: 'octet' | 'empty';
  /** RFC 9293 §3.4.2: TIME-WAIT lasts twice this. */
  maximumSegmentLifetimeNs: number;
  /** A SYN of the peer may open a connection anew that is in TIME-WAIT: RFC 6191 (RFC 9293 SHLD-4). */
  timeWaitReuseIncoming: boolean;
  /** So may a program, if both ends had timestamps, so long after TIME-WAIT began (RFC 9293 §3.10.1 answers an error). */
  timeWaitReuseOutgoing: 'off' | 'loopback' | 'all';
  timeWaitReuseDelayNs: number;
  /** A reset does not end TIME-WAIT: RFC 1337 §3 fix F1, against RFC 9293 §3.10.7.4. */
  timeWaitAssassinationProtection: boolean;
  /** Connections in TIME-WAIT on one host; beyond them one ends at once, against RFC 9293 MUST-13. 0 for any number. */
  timeWaitLimit: number;
  /** How long a connection that its program has closed waits in FIN-WAIT-2 for the peer's FIN; 0 for ever. */
  finWait2TimeoutNs: number;
  /** RFC 5961 §7: challenge ACKs a host sends in a second; 0 for any number. */
  challengeAcksPerSecond: number;
  /** Half-open connections that one listener holds. */
  synBacklog: number;
  /** Answers SYNs without keeping anything: never, when `synBacklog` is reached (RFC 4987 §3.7), or each (§3.6). */
  synCookies: 'off' | 'pressure' | 'always';
  /**
   * TCP_DEFER_ACCEPT: a listener's program gets a connection when data has come, or after so many timeouts of the SYN-ACK;
   * 0 when the handshake is over.
   */
  deferAcceptTimeouts: number;
  /** TCP_SAVE_SYN: a listener keeps the headers of the SYN for its program. */
  saveSyn: boolean;
  /** Text on a SYN is kept until the handshake is over (RFC 9293 §3.10.7.2), or has to come again. */
  queueSynText: boolean;
  /**
   * Fast Open (RFC 7413) as a client, for programs that ask for it; as a server, for listeners that allow at least one
   * connection to be used before its handshake is over: so many at a time.
   */
  fastOpenClient: boolean;
  fastOpenServer: boolean;
  fastOpenPending: number;
  /** TCP_FASTOPEN_NO_COOKIE, if it is off: data on a SYN is sent and taken without a cookie (RFC 7413 §7.3). */
  fastOpenRequiresCookie: boolean;
  /** How long a client does not try Fast Open where it has failed (§4.1.3.1); it doubles with each failure in a row. */
  fastOpenBlackholeNs: number;
  /**
   * With which keys a server makes cookies: with the first, and takes those of the others too, so that servers behind one
   * address can share and change them (§6.3.4). None draws one for the host. What is made with them is good for one to
   * two times the lifetime (§4.1.2); 0 for ever.
   */
  fastOpenKeys: readonly SipKey[];
  fastOpenKeyLifetimeNs: number;
  /** An ICMP soft error ends a connection that is being opened: RFC 5461 §4, against RFC 9293 §3.9.2.2 (MUST-56). */
  softErrorsEndOpening: boolean;
  /** Opens and accepts only connections that TCP-AO protects (RFC 5925 §7.3); without a key for the peer, none. */
  authenticationRequired: boolean;
  /** Takes a signed segment of a connection that has no key as if it were not signed (RFC 5925 §7.3); else drops it. */
  acceptUnexpectedSignatures: boolean;
  /** ICMP hard errors act on connections that TCP-AO protects as well: against RFC 5925 §7.8's default. */
  icmpDespiteAuthentication: boolean;
  /** RFC 1191: sets DF on IPv4 and lets routers answer. */
  pathMtuDiscovery: boolean;
  /**
   * RFC 5927 §7.2: a report that what got through before is too big is believed when its segment has timed out so often
   * (`MAXSEGRTO`; 1 protects enough); 0 believes each at once.
   */
  pathMtuClaimTimeouts: number;
  /**
   * R1 of RFC 9293 §3.8.3: after so many retransmissions in a row the path is suspected, and IP and the program are told;
   * SHLD-10 wants 3 at least (`net.ipv4.tcp_retries1`).
   */
  pathRetries: number;
  /** RFC 2923 §2.1: a suspected path is given smaller segments (`net.inet.tcp.pmtud_blackhole_detection`). */
  blackHoleDetection: boolean;
  /**
   * RFC 4821: finds out by larger segments what the path carries (`net.ipv4.tcp_mtu_probing` 0, 1, 2): never; after
   * `blackHoleDetection`, which it includes; or always, from `probingBaseMss` up.
   */
  packetizationLayerProbing: 'off' | 'after-black-hole' | 'always';
  /** The segment size to start from, and the smallest to go down to (`tcp_base_mss`, `tcp_mtu_probe_floor`). */
  probingBaseMss: number;
  probingFloorMss: number;
  /** When a search that is over begins again; RFC 4821 §7.3: not below 5 minutes (`tcp_probe_interval`). */
  probingIntervalNs: number;
  /** Fewer bytes than this are not worth a probe (`tcp_probe_threshold`). */
  probingThresholdBytes: number;
  /** Probes of one size that must be lost before it counts as too large: `MAX_PROBES` of RFC 8899 §5.1.2. */
  probingAttempts: number;
}

/** The defaults of the RFCs: profile `rfc`. */
export const RFC_SETTINGS: Readonly<TcpSettings> = {
  sendBufferBytes: 1024 * 1024,
  receiveBufferBytes: 1024 * 1024,
  sendBufferAutotuning: false,
  sendBufferMaximumBytes: 4 * 1024 * 1024,
  receiveBufferAutotuning: false,
  receiveBufferMaximumBytes: 6 * 1024 * 1024,
  windowScaleForBytes: 0,
  windowClampBytes: 0,
  trafficClass: 0,
  hopLimit: 0,
  maximumSegmentSize: 0,
  synWindowBytes: 65535,
  synWindowHalved: false,
  synOptionOrder: ['mss', 'sack', 'timestamps', 'window-scale'],
  synOptionPadding: 'before',
  unanswered: 'none',
  resetsPerSecond: 0,
  windowScaling: true,
  timestamps: true,
  selectiveAcknowledgment: true,
  noDelay: false,
  cork: false,
  corkCeilingNs: 200 * MILLISECOND,
  notSentLowWaterBytes: 0,
  delayedAck: true,
  delayedAckNs: 100 * MILLISECOND,
  quickAckSegments: 0,
  congestionControl: 'reno',
  appropriateByteCounting: true,
  appropriateByteCountingLimitSegments: 1,
  appropriateByteCountingLimitAfterTimeoutSegments: 1,
  reducesFromWindow: false,
  hystart: 'cubic',
  bbrDiscountsOwnPace: true,
  cubicFastConvergence: true,
  cubicRenoFriendly: true,
  vegasAlphaSegments: 2,
  vegasBetaSegments: 3,
  vegasGammaSegments: 1,
  congestionWindowValidation: 'growth',
  nonValidatedPeriodNs: 300 * SECOND,
  pacing: false,
  pacingSlowStartPercent: 200,
  pacingAvoidancePercent: 120,
  maximumPacingRate: 0,
  initialWindowSegments: 10,
  initialWindowByteLimit: true,
  initialWindowSynTimeouts: 1,
  slowStartAfterIdle: true,
  limitedTransmit: true,
  // Being asked costs nothing; asking would meet the middleboxes of RFC 3168 §6.1.1.1 on a part of all paths.
  ecn: 'accept',
  accurateEcn: 'accept',
  ecnFallback: true,
  ecnFallbackAfterReset: false,
  ecnPathTests: true,
  ecnControlPackets: false,
  ecnCodepoint: 'ect0',
  ecnEcho: 'auto',
  accurateEcnOption: 'full',
  alternativeBackoff: false,
  rack: true,
  rackReorderingWindow: 'adaptive',
  tailLossProbe: true,
  tailLossProbeAckDelayNs: 200 * MILLISECOND,
  minimumRttWindowNs: 300 * SECOND,
  proportionalRateReduction: true,
  proportionalRateReductionRoundsUp: false,
  duplicateSack: true,
  eifel: true,
  forwardRtoRecovery: true,
  duplicateSackUndo: true,
  fastRetransmit: true,
  duplicateAckThreshold: 3,
  retransmissionTimeoutInitialNs: SECOND,
  retransmissionTimeoutMinimumNs: SECOND,
  retransmissionTimeoutMaximumNs: 60 * SECOND,
  clockGranularityNs: MILLISECOND,
  retransmissionTimeoutVarianceMinimumNs: 0,
  retransmissionTimeoutSlopNs: 0,
  // 1 + 2 + 4 + 8 + 16 + 32 + 60 + 60 s = 183 s, just past the 3 minutes of RFC 9293 §3.8.3 (MUST-23).
  synRetries: 7,
  // 1 + 2 + 4 + 8 + 16 + 32 s = 63 s: shorter than a client tries, so that a flood of SYNs ends before its patience.
  synAckRetries: 5,
  dataRetries: 15,
  userTimeoutNs: 0,
  userTimeoutOption: false,
  userTimeoutChangeable: true,
  userTimeoutAdvertisedNs: 0,
  userTimeoutLowerLimitNs: 100 * SECOND,
  userTimeoutUpperLimitNs: 3600 * SECOND,
  keepAlive: false,
  keepAliveIdleNs: 7200 * SECOND,
  keepAliveIntervalNs: 75 * SECOND,
  keepAliveProbes: 9,
  windowProbe: 'octet',
  maximumSegmentLifetimeNs: 120 * SECOND,
  timeWaitReuseIncoming: true,
  timeWaitReuseOutgoing: 'off',
  // RFC 7323 §5.4: timestamp clocks tick at least once a second.
  timeWaitReuseDelayNs: SECOND,
  // RFC 9293 §3.10.7.4 says that a reset with the next sequence number "MUST" end TIME-WAIT too; RFC 1337, which would
  // rather not, is informational, and RFC 9293 does not take it up.
  timeWaitAssassinationProtection: false,
  timeWaitLimit: 0,
  finWait2TimeoutNs: 60 * SECOND,
  challengeAcksPerSecond: 100,
  synBacklog: 128,
  synCookies: 'pressure',
  deferAcceptTimeouts: 0,
  saveSyn: false,
  queueSynText: true,
  // RFC 7413 is an experiment, and §2 says that TCP "MUST NOT use TFO by default".
  fastOpenClient: false,
  fastOpenServer: false,
  fastOpenPending: 0,
  fastOpenRequiresCookie: true,
  fastOpenBlackholeNs: 60 * SECOND,
  fastOpenKeys: [],
  fastOpenKeyLifetimeNs: 24 * 3600 * SECOND,
  softErrorsEndOpening: false,
  authenticationRequired: false,
  acceptUnexpectedSignatures: true,
  icmpDespiteAuthentication: false,
  pathMtuDiscovery: true,
  pathMtuClaimTimeouts: 0,
  pathRetries: 3,
  blackHoleDetection: false,
  packetizationLayerProbing: 'off',
  probingBaseMss: 1024,
  probingFloorMss: 48,
  probingIntervalNs: 600 * SECOND,
  probingThresholdBytes: 8,
  probingAttempts: 3,
};
