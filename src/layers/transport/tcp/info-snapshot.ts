/** Takes the `tcp_info` of a connection: see `info.ts` for what each field is. */

import { announcedMss } from './announced-mss.ts';
import type { ControlBlock } from './control-block.ts';
import { EcnCounters } from './ecn/accurate-state.ts';
import type { CongestionAvoidanceState, FastOpenFailure, TcpInfo } from './info.ts';
import { pacingRate } from './pacing.ts';
import { largestWindow } from './receive-window.ts';
import { distance, lessThan } from './sequence.ts';
import { LOST, RETRANSMITTED, type TransmitLog } from './transmit-log.ts';

const MILLISECOND_NS = 1e6;

export function tcpInfoOf(block: ControlBlock): TcpInfo {
  const { activity, congestion, counts, ecn, log, rate, receiveTuning, rtt, settings } = block;
  const now = block.environment.timers.now();
  const isSynUnacked = block.state === 'SYN-SENT' || block.state === 'SYN-RECEIVED';
  const { reported, received } = ecn.accurate ?? NOTHING_COUNTED;
  return {
    state: block.state,
    caState: congestionAvoidanceState(block),
    lossState: block.lossState,
    softError: block.softError,

    timestampsOk: block.timestampsOk,
    sackOk: block.sackOk,
    windowScaleOk: block.windowScaleOk,
    sndWndShift: block.sndWndShift,
    rcvWndShift: block.rcvWndShift,
    synDataAcknowledged: block.fastOpen?.accepted === true || counts.synDataTaken,
    fastOpened: block.fastOpen?.opened === true,
    fastOpenFailure: fastOpenFailure(block),
    smss: block.smss,
    announcedMss: announcedMss(block),
    largestReceivedBytes: counts.largestReceived,
    pathMtu: Math.min(block.path.mtu, block.search.effective),

    retries: block.retries,
    backoffs: rtt.backoffs,
    windowProbes: block.probes,
    windowProbeBackoffs: block.persistBackoff,
    keepAliveProbes: block.keepAliveProbes,
    rtoNs: rtt.rtoNs,
    srttNs: rtt.srttNs,
    rttvarNs: rtt.rttvarNs,
    minimumRttNs: rtt.minimumNs,
    delayedAckNs: settings.delayedAck ? settings.delayedAckNs : 0,
    timeouts: counts.timeouts,
    timeoutRecoveries: counts.timeoutRecoveries,
    timeoutRecoveryNs: counts.timeoutNs(now),

    sinceDataSentNs: counts.sinceDataSent(now),
    sinceAckSentNs: counts.sinceAckSent(now),
    sinceDataReceivedNs: counts.sinceDataReceived(now),
    sinceAckReceivedNs: counts.sinceAckReceived(now),

    unackedSegments: log.count + (isSynUnacked ? 1 : 0),
    unackedBytes: distance(block.sndUna, block.sndNxt),
    sackedSegments: log.sackedCount,
    sackedBytes: log.sackedBytes,
    lostSegments: log.lostBytes > 0 ? flagged(log, LOST) : 0,
    lostBytes: log.lostBytes,
    retransmittedSegments: log.retransmittedBytes > 0 ? flagged(log, RETRANSMITTED) : 0,
    retransmittedBytes: log.retransmittedBytes,
    pipeBytes: log.pipe,
    unsentBytes: block.unsentBytes,

    congestionControl: congestion.name,
    cwnd: congestion.cwnd,
    window: block.lossState === 'recovery' ? log.pipe + block.recovery.allowance(block) : congestion.cwnd,
    ssthresh: congestion.ssthresh,
    reorderingSegments: settings.duplicateAckThreshold,
    reorderingWindowNs: block.detection.reoWndNs,
    reorderings: block.detection.reordering.count,
    pacingRate: pacingRate(block),
    maximumPacingRate: settings.maximumPacingRate > 0 ? settings.maximumPacingRate : Number.POSITIVE_INFINITY,
    deliveryRate: rate.latestRate,
    deliveryRateAppLimited: rate.isLatestLimited,
    controller: congestion.info?.(),

    sndWnd: block.sndWnd,
    rcvWnd: block.rcvWnd,
    rcvWndLimit: largestWindow(block),
    readableBytes: block.receiveBuffer.readable,
    receiverRttNs: receiveTuning.rttMs * MILLISECOND_NS,
    receiverSpaceBytes: receiveTuning.roundBytes,

    sentSegments: counts.sentSegments,
    receivedSegments: counts.receivedSegments,
    sentDataSegments: counts.sentDataSegments,
    receivedDataSegments: counts.receivedDataSegments,
    sentBytes: counts.sentBytes,
    resentBytes: counts.retransmittedBytes,
    resentSegments: counts.retransmittedSegments,
    ackedBytes: counts.ackedBytes,
    receivedBytes: counts.receivedBytes,
    deliveredSegments: counts.deliveredSegments,
    deliveredBytes: rate.deliveredBytes - counts.forgottenBytes,
    deliveredCeSegments:
      ecn.accurate === undefined ? counts.echoedSegments : reported.cePackets - FIRST_COUNTERS.cePackets,
    everLostBytes: rate.lostBytes,
    duplicateReports: counts.duplicateReports,
    outOfOrderSegments: counts.outOfOrderSegments,

    busyNs: activity.busyNs(now),
    receiveWindowLimitedNs: activity.receiveWindowLimitedNs(now),
    sendBufferLimitedNs: activity.sendBufferLimitedNs(now),

    ecnFeedback: ecn.feedback,
    ecnSendsEct: ecn.sendsEct,
    ecnSeen: ecn.ectSeen,
    ecnReductions: ecn.reductions,
    ecnMarkedBytes: ecn.markedBytes,
    ecnReceivedCeSegments: ecn.ceSegments,
    ecnReportedCePackets: reported.cePackets - FIRST_COUNTERS.cePackets,
    ecnReportedCeBytes: reported.ceBytes - FIRST_COUNTERS.ceBytes,
    ecnReportedEct0Bytes: reported.ect0Bytes - FIRST_COUNTERS.ect0Bytes,
    ecnReportedEct1Bytes: reported.ect1Bytes - FIRST_COUNTERS.ect1Bytes,
    ecnReceivedCeBytes: received.ceBytes - FIRST_COUNTERS.ceBytes,
    ecnReceivedEct0Bytes: received.ect0Bytes - FIRST_COUNTERS.ect0Bytes,
    ecnReceivedEct1Bytes: received.ect1Bytes - FIRST_COUNTERS.ect1Bytes,

    authentication: block.authentication?.status(),
  };
}

/** Where the counters of RFC 9768 §3.2.1 start. */
const FIRST_COUNTERS: Readonly<EcnCounters> = new EcnCounters();
const NOTHING_COUNTED: { readonly reported: Readonly<EcnCounters>; readonly received: Readonly<EcnCounters> } = {
  reported: FIRST_COUNTERS,
  received: FIRST_COUNTERS,
};

function congestionAvoidanceState(block: ControlBlock): CongestionAvoidanceState {
  const { ecn, log } = block;
  if (block.lossState === 'loss') return 'Loss';
  if (block.lossState === 'recovery') return 'Recovery';
  if (ecn.reducing && lessThan(block.sndUna, ecn.reducedUpTo)) return 'CWR';
  const isOutOfOrder = log.sackedCount > 0 || log.lostBytes > 0 || log.retransmittedBytes > 0;
  return isOutOfOrder || block.duplicateAcks > 0 ? 'Disorder' : 'Open';
}

function fastOpenFailure(block: ControlBlock): FastOpenFailure | undefined {
  const { active, counts, fastOpen } = block;
  if (!active || fastOpen === undefined || fastOpen.accepted) return undefined;
  if (counts.synBytes === 0) return fastOpen.tried === 'data' ? undefined : 'no-cookie';
  if (block.synTransmissions > 1) return 'syn-retransmitted';
  return block.wasEstablished ? 'data-not-acknowledged' : undefined;
}

function flagged(log: TransmitLog, flag: number): number {
  let count = 0;
  for (let index = 0; index < log.count; index++) {
    if ((log.flags(index) & flag) !== 0) count++;
  }
  return count;
}
