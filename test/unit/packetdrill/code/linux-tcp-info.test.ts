/** Linux's `tcp_info`, field by field, of a record made by hand, and of real connections where Linux counts otherwise. */
import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../../src/layers/transport/tcp/connection.ts';
import type { TcpInfo } from '../../../../src/layers/transport/tcp/info.ts';
import type { State } from '../../../../src/layers/transport/tcp/state.ts';
import { linuxTcpInfo } from '../../../../src/packetdrill/code/linux-tcp-info.ts';
import { Conversation, type ConversationOptions, established, write } from '../../layers/transport/tcp/conversation.ts';
import { inState } from '../../layers/transport/tcp/stage.ts';
import { infoWith, missingIn, valueIn } from './tcp-info-of.ts';

const MS = 1e6;
const NEVER = Number.POSITIVE_INFINITY;
const ALL_ONES = 2n ** 64n - 1n;
const ACTIVE = { active: true, synTransmissions: 1 };
const PASSIVE = { active: false, synTransmissions: 1 };

const missing = (name: string): string => `no tcp_info field ${name}`;
const field = (changes: Partial<TcpInfo>, name: string) => valueIn(linuxTcpInfo(infoWith(changes), PASSIVE), name);

describe('each field', () => {
  const established: Partial<TcpInfo> = { state: 'ESTABLISHED', smss: 1000 };
  const rows: readonly (readonly [name: string, changes: Partial<TcpInfo>, value: number | bigint | string])[] = [
    ['tcpi_ca_state', { caState: 'Open' }, 0],
    ['tcpi_ca_state', { caState: 'Disorder' }, 1],
    ['tcpi_ca_state', { caState: 'CWR' }, 2],
    ['tcpi_ca_state', { caState: 'Recovery' }, 3],
    ['tcpi_ca_state', { caState: 'Loss' }, 4],
    ['tcpi_retransmits', { retries: 3 }, 3],
    ['tcpi_probes', { windowProbes: 2, keepAliveProbes: 0 }, 2],
    ['tcpi_probes', { windowProbes: 0, keepAliveProbes: 5 }, 5],
    ['tcpi_backoff', { backoffs: 2, windowProbeBackoffs: 0 }, 2],
    ['tcpi_backoff', { backoffs: 0, windowProbeBackoffs: 4 }, 4],
    ['tcpi_options', {}, 0],
    ['tcpi_options', { timestampsOk: true }, 1],
    ['tcpi_options', { sackOk: true }, 2],
    ['tcpi_options', { windowScaleOk: true }, 4],
    ['tcpi_options', { ecnFeedback: 'classic' }, 8],
    ['tcpi_options', { ecnFeedback: 'accurate' }, 8],
    ['tcpi_options', { ecnSeen: true }, 16],
    ['tcpi_options', { synDataAcknowledged: true }, 32],
    ['tcpi_options', { fastOpened: true }, 128],
    ['tcpi_options', { timestampsOk: true, sackOk: true, windowScaleOk: true }, 7],
    ['tcpi_snd_wscale', { windowScaleOk: true, sndWndShift: 7 }, 7],
    ['tcpi_snd_wscale', { windowScaleOk: false, sndWndShift: 7 }, 0],
    ['tcpi_rcv_wscale', { windowScaleOk: true, rcvWndShift: 8 }, 8],
    ['tcpi_rcv_wscale', { windowScaleOk: false, rcvWndShift: 8 }, 0],
    ['tcpi_delivery_rate_app_limited', { deliveryRate: 0, deliveryRateAppLimited: false }, 1],
    ['tcpi_delivery_rate_app_limited', { deliveryRate: 5, deliveryRateAppLimited: false }, 0],
    ['tcpi_delivery_rate_app_limited', { deliveryRate: 5, deliveryRateAppLimited: true }, 1],
    ['tcpi_fastopen_client_fail', { fastOpenFailure: undefined }, 0],
    ['tcpi_fastopen_client_fail', { fastOpenFailure: 'no-cookie' }, 1],
    ['tcpi_fastopen_client_fail', { fastOpenFailure: 'data-not-acknowledged' }, 2],
    ['tcpi_fastopen_client_fail', { fastOpenFailure: 'syn-retransmitted' }, 3],

    ['tcpi_rto', { rtoNs: 201.5 * MS }, 201_500],
    ['tcpi_ato', { delayedAckNs: 40 * MS, receivedDataSegments: 1 }, 40_000],
    ['tcpi_ato', { delayedAckNs: 40 * MS, receivedDataSegments: 0 }, 0],
    ['tcpi_snd_mss', { smss: 1448 }, 1448],
    ['tcpi_rcv_mss', { largestReceivedBytes: 0, smss: 1460, announcedMss: 1460 }, 536],
    ['tcpi_rcv_mss', { largestReceivedBytes: 0, smss: 400, announcedMss: 1460 }, 400],
    ['tcpi_rcv_mss', { largestReceivedBytes: 0, smss: 1460, announcedMss: 300 }, 300],
    ['tcpi_rcv_mss', { largestReceivedBytes: 0, smss: 1460, rcvWndLimit: 500 }, 250],
    ['tcpi_rcv_mss', { largestReceivedBytes: 0, smss: 50, announcedMss: 1460 }, 88],
    ['tcpi_rcv_mss', { largestReceivedBytes: 100, smss: 1460, announcedMss: 1460 }, 536],
    ['tcpi_rcv_mss', { largestReceivedBytes: 1000, smss: 1460, announcedMss: 1460 }, 1000],
    ['tcpi_rcv_mss', { largestReceivedBytes: 1460, announcedMss: 1460, timestampsOk: true }, 1448],

    ['tcpi_unacked', { unackedSegments: 4 }, 4],
    ['tcpi_sacked', { sackOk: true, sackedSegments: 2, caState: 'Recovery' }, 2],
    ['tcpi_sacked', { sackOk: false, sackedSegments: 0, caState: 'Open' }, 0],
    ['tcpi_sacked', { sackOk: false, sackedSegments: 0, caState: 'CWR' }, 0],
    ['tcpi_sacked', { sackOk: false, sackedSegments: 0, caState: 'Disorder' }, missing('tcpi_sacked')],
    ['tcpi_lost', { lostSegments: 2, retransmittedSegments: 3, lossState: 'recovery' }, 5],
    ['tcpi_lost', { lostSegments: 0, retransmittedSegments: 1, lossState: 'loss' }, 1],
    ['tcpi_lost', { lostSegments: 0, retransmittedSegments: 1, lossState: 'open' }, 0],
    ['tcpi_retrans', { retransmittedSegments: 3, lossState: 'recovery' }, 3],
    ['tcpi_retrans', { retransmittedSegments: 1, lossState: 'open' }, 0],
    ['tcpi_fackets', { sackedSegments: 3 }, 0],

    ['tcpi_last_data_sent', { sinceDataSentNs: 12.9 * MS }, 12],
    ['tcpi_last_data_sent', { sinceDataSentNs: NEVER }, missing('tcpi_last_data_sent')],
    ['tcpi_last_ack_sent', { sinceAckSentNs: 12 * MS }, 0],
    ['tcpi_last_data_recv', { sinceDataReceivedNs: 7 * MS }, 7],
    ['tcpi_last_data_recv', { sinceDataReceivedNs: NEVER }, missing('tcpi_last_data_recv')],
    ['tcpi_last_ack_recv', { sinceAckReceivedNs: 0 }, 0],
    ['tcpi_last_ack_recv', { sinceAckReceivedNs: NEVER }, missing('tcpi_last_ack_recv')],

    ['tcpi_pmtu', { pathMtu: 1400 }, 1400],
    ['tcpi_rcv_ssthresh', { rcvWndLimit: 64_240 }, 64_240],
    ['tcpi_rtt', { srttNs: 100.0009 * MS }, 100_000],
    ['tcpi_rttvar', { srttNs: 100 * MS, rttvarNs: 50 * MS }, 50_000],
    ['tcpi_rttvar', { srttNs: 0, state: 'SYN-SENT' }, 250_000],
    ['tcpi_rttvar', { srttNs: 0 }, 750_000],
    ['tcpi_snd_ssthresh', { ssthresh: NEVER }, 0x7fff_ffff],
    ['tcpi_snd_ssthresh', { ssthresh: 7000 }, 7],
    ['tcpi_snd_ssthresh', { ssthresh: 7999 }, 8],
    ['tcpi_snd_ssthresh', { ssthresh: 7998 }, 7],
    ['tcpi_snd_cwnd', { window: 10_000 }, 10],
    ['tcpi_snd_cwnd', { window: 10_999 }, 11],
    ['tcpi_snd_cwnd', { window: 10_998 }, 10],
    ['tcpi_snd_cwnd', { window: 14_480, smss: 1448 }, 10],
    ['tcpi_snd_cwnd', { window: 0, state: 'SYN-SENT' }, 10],
    ['tcpi_snd_cwnd', { window: 4000, state: 'SYN-RECEIVED', fastOpened: true }, 4],
    ['tcpi_advmss', { announcedMss: 1460 }, 1460],
    ['tcpi_advmss', { announcedMss: 1460, timestampsOk: true }, 1448],
    ['tcpi_advmss', { announcedMss: 1460, timestampsOk: true, state: 'SYN-SENT' }, 1460],
    ['tcpi_reordering', { reorderingSegments: 3, reorderings: 0 }, 3],
    ['tcpi_reordering', { reorderingSegments: 3, reorderings: 1 }, missing('tcpi_reordering')],

    ['tcpi_rcv_rtt', { receiverRttNs: 100 * MS, receivedDataSegments: 9 }, 100_000],
    ['tcpi_rcv_rtt', { receiverRttNs: 0, receivedDataSegments: 0 }, 0],
    ['tcpi_rcv_rtt', { receiverRttNs: 0, receivedDataSegments: 9 }, missing('tcpi_rcv_rtt')],
    ['tcpi_rcv_space', { receiverSpaceBytes: 9 }, missing('tcpi_rcv_space')],
    ['tcpi_total_retrans', { resentSegments: 4 }, 4],

    ['tcpi_pacing_rate', { pacingRate: 1_000_000.7 }, 1_000_000],
    ['tcpi_pacing_rate', { pacingRate: NEVER, srttNs: 0 }, ALL_ONES],
    ['tcpi_pacing_rate', { pacingRate: NEVER, srttNs: MS }, missing('tcpi_pacing_rate')],
    ['tcpi_max_pacing_rate', { maximumPacingRate: 5000 }, 5000],
    ['tcpi_max_pacing_rate', { maximumPacingRate: NEVER }, ALL_ONES],
    ['tcpi_segs_in', { receivedSegments: 8 }, 8],
    ['tcpi_notsent_bytes', { unsentBytes: 100 }, 100],
    ['tcpi_notsent_bytes', { unsentBytes: 100, state: 'FIN-WAIT-1' }, 101],
    ['tcpi_notsent_bytes', { unsentBytes: 0, state: 'FIN-WAIT-1' }, 0],
    ['tcpi_min_rtt', { minimumRttNs: 99 * MS }, 99_000],
    ['tcpi_min_rtt', { minimumRttNs: NEVER }, 0xffff_ffff],
    ['tcpi_data_segs_in', { receivedDataSegments: 3 }, 3],
    ['tcpi_data_segs_out', { sentDataSegments: 4 }, 4],
    ['tcpi_delivery_rate', { deliveryRate: 1e6 }, 1e6],
    ['tcpi_busy_time', { busyNs: 3 * MS }, 3000],
    ['tcpi_rwnd_limited', { receiveWindowLimitedNs: 2 * MS }, 2000],
    ['tcpi_sndbuf_limited', { sendBufferLimitedNs: MS }, 1000],
    ['tcpi_delivered', { deliveredSegments: 5 }, 6],
    ['tcpi_delivered', { deliveredSegments: 0, state: 'SYN-SENT' }, 0],
    ['tcpi_delivered', { deliveredSegments: 5, state: 'CLOSED' }, missing('tcpi_delivered')],
    ['tcpi_delivered_ce', { deliveredCeSegments: 2 }, 2],
    ['tcpi_bytes_sent', { sentBytes: 5000 }, 5000],
    ['tcpi_bytes_retrans', { resentBytes: 1000 }, 1000],
    ['tcpi_dsack_dups', { duplicateReports: 2 }, 2],
    ['tcpi_reord_seen', { reorderings: 3 }, 3],
    ['tcpi_rcv_ooopack', { outOfOrderSegments: 6 }, 6],
    ['tcpi_snd_wnd', { sndWnd: 65_535 }, 65_535],
    ['tcpi_rcv_wnd', { rcvWnd: 64_000, sinceAckSentNs: 5, sinceDataReceivedNs: NEVER }, 64_000],
    ['tcpi_rcv_wnd', { rcvWnd: 64_000, sinceAckSentNs: 5, sinceDataReceivedNs: 5 }, 64_000],
    ['tcpi_rcv_wnd', { rcvWnd: 64_000, sinceAckSentNs: 6, sinceDataReceivedNs: 5 }, missing('tcpi_rcv_wnd')],
    ['tcpi_rehash', { timeouts: 0 }, 0],
    ['tcpi_rehash', { timeouts: 1 }, missing('tcpi_rehash')],
    ['tcpi_total_rto', { timeouts: 5 }, 5],
    ['tcpi_total_rto_recoveries', { timeoutRecoveries: 2 }, 2],
    ['tcpi_total_rto_time', { timeoutRecoveryNs: 1500.9 * MS }, 1500],
    ['tcpi_received_ce', { ecnReceivedCeSegments: 7 }, 7],
    ['tcpi_delivered_e1_bytes', { ecnReportedEct1Bytes: 1 }, 1],
    ['tcpi_delivered_e0_bytes', { ecnReportedEct0Bytes: 2 }, 2],
    ['tcpi_delivered_ce_bytes', { ecnReportedCeBytes: 3 }, 3],
    ['tcpi_received_e1_bytes', { ecnReceivedEct1Bytes: 4 }, 4],
    ['tcpi_received_e0_bytes', { ecnReceivedEct0Bytes: 5 }, 5],
    ['tcpi_received_ce_bytes', { ecnReceivedCeBytes: 6 }, 6],
    ['tcpi_ecn_mode', { ecnFeedback: 'none' }, 0],
    ['tcpi_ecn_mode', { ecnFeedback: 'classic' }, 1],
    ['tcpi_ecn_mode', { ecnFeedback: 'accurate' }, 2],
    ['tcpi_ecn_mode', { state: 'SYN-SENT' }, missing('tcpi_ecn_mode')],
    ['tcpi_accecn_opt_seen', {}, missing('tcpi_accecn_opt_seen')],
    ['tcpi_accecn_fail_mode', {}, missing('tcpi_accecn_fail_mode')],
    ['tcpi_options2', {}, missing('tcpi_options2')],
  ];

  test.each(rows)('%s of %j', (name, changes, value) => {
    expect(field({ ...established, ...changes }, name)).toBe(value);
  });

  test.each<[State, number]>([
    ['ESTABLISHED', 1],
    ['SYN-SENT', 2],
    ['SYN-RECEIVED', 3],
    ['FIN-WAIT-1', 4],
    ['FIN-WAIT-2', 5],
    ['TIME-WAIT', 7],
    ['CLOSED', 7],
    ['CLOSE-WAIT', 8],
    ['LAST-ACK', 9],
    ['LISTEN', 10],
    ['CLOSING', 11],
  ])('tcpi_state of %s', (state, value) => {
    expect(field({ state }, 'tcpi_state')).toBe(value);
  });
});

describe('all together', () => {
  test('of an ordinary connection only these have no value', () => {
    expect(missingIn(linuxTcpInfo(infoWith(), ACTIVE))).toEqual([
      'SK_MEMINFO_RMEM_ALLOC',
      'SK_MEMINFO_RCVBUF',
      'SK_MEMINFO_WMEM_ALLOC',
      'SK_MEMINFO_SNDBUF',
      'SK_MEMINFO_FWD_ALLOC',
      'SK_MEMINFO_WMEM_QUEUED',
      'SK_MEMINFO_OPTMEM',
      'SK_MEMINFO_BACKLOG',
      'SK_MEMINFO_DROPS',
      'tcpi_last_data_sent',
      'tcpi_last_data_recv',
      'tcpi_rcv_space',
      'tcpi_pacing_rate',
      'tcpi_delivery_rate',
      'tcpi_accecn_opt_seen',
      'tcpi_accecn_fail_mode',
      'tcpi_options2',
    ]);
  });

  test('without who has opened it, neither have those that depend on it', () => {
    const known = new Set(missingIn(linuxTcpInfo(infoWith(), ACTIVE)));
    const unknown = missingIn(linuxTcpInfo(infoWith()));
    expect(unknown.filter((name) => !known.has(name))).toEqual(['tcpi_bytes_acked', 'tcpi_segs_out']);
  });

  test('without a connection none has', () => {
    const names = linuxTcpInfo(undefined);
    expect(valueIn(names, 'tcpi_state')).toBe(`${missing('tcpi_state')} without a connection`);
    expect(missingIn(names).filter((name) => name.startsWith('tcpi_'))).toHaveLength(
      [...names.keys()].filter((name) => name.startsWith('tcpi_')).length,
    );
    expect(valueIn(names, 'TCP_ESTABLISHED')).toBe(1);
  });

  test('the names of states and bits are those of the fields', () => {
    const names = linuxTcpInfo(infoWith({ state: 'CLOSE-WAIT', caState: 'Recovery', sackOk: true }), ACTIVE);
    expect(valueIn(names, 'tcpi_state')).toBe(valueIn(names, 'TCP_CLOSE_WAIT'));
    expect(valueIn(names, 'tcpi_ca_state')).toBe(valueIn(names, 'TCP_CA_Recovery'));
    expect(valueIn(names, 'tcpi_options')).toBe(valueIn(names, 'TCPI_OPT_SACK'));
  });
});

describe('a SYN that is sent again', () => {
  test.each(['tcpi_ca_state', 'tcpi_lost', 'tcpi_retrans', 'tcpi_snd_cwnd', 'tcpi_snd_ssthresh'])(
    'is a loss to Linux, of which %s tells and ours does not',
    (name) => {
      const peer = new Conversation();
      const connection = peer.connect();
      const value = () => valueIn(linuxTcpInfo(connection.info(), connection.block), name);
      expect(value()).toEqual(expect.any(Number));
      peer.after('1100ms');
      expect(value()).toBe(missing(name));
    },
  );
});

describe('what Linux counts otherwise, of real connections', () => {
  const stage = (from: ConversationOptions = {}) =>
    established({
      peerSyn: 'mss 1000,nop,nop,sackOK',
      roundTrip: '100ms',
      ...from,
      settings: { selectiveAcknowledgment: true },
    });
  const of = (connection: Connection, ...names: readonly string[]) => {
    const info = linuxTcpInfo(connection.info(), connection.block);
    return names.map((name) => valueIn(info, name));
  };

  test('the SYN of who opens, and the FIN, are octets that were acknowledged', () => {
    for (const passive of [false, true]) {
      const { peer, connection } = stage({ passive });
      const syn = passive ? 0 : 1;
      expect(of(connection, 'tcpi_bytes_acked')).toEqual([syn]);
      write(connection, 2000);
      peer.sends('. 1:1(0) ack 2001');
      expect(of(connection, 'tcpi_bytes_acked')).toEqual([2000 + syn]);
      connection.shutdownSend();
      expect(of(connection, 'tcpi_bytes_acked')).toEqual([2000 + syn]);
      peer.sends('. 1:1(0) ack 2002');
      expect(connection.state).toBe('FIN-WAIT-2');
      expect(of(connection, 'tcpi_bytes_acked')).toEqual([2001 + syn]);
    }
  });

  test.each([
    ['SYN-RECEIVED', 0, 0],
    ['SYN-RECEIVED (active)', 0, 0],
    ['ESTABLISHED', 1, 0],
    ['FIN-WAIT-1', 1, 0],
    ['FIN-WAIT-2', 2, 0],
    ['CLOSE-WAIT', 1, 1],
    ['CLOSING', 1, 1],
    ['LAST-ACK', 1, 1],
    ['TIME-WAIT', 2, 1],
  ] as const)('without data, in %s: tcpi_bytes_acked %i, tcpi_bytes_received %i', (state, acked, received) => {
    const { connection } = inState(state);
    expect(of(connection, 'tcpi_bytes_acked', 'tcpi_bytes_received')).toEqual([acked, received]);
  });

  test('when all is over it is not known what the FINs were', () => {
    const { peer, connection } = inState('LAST-ACK');
    peer.sends('. 2:2(0) ack 2');
    expect(of(connection, 'tcpi_bytes_acked', 'tcpi_bytes_received')).toEqual([
      missing('tcpi_bytes_acked'),
      missing('tcpi_bytes_received'),
    ]);
  });

  test('a listener’s SYN-ACKs are nobody’s, the SYN is the connection’s', () => {
    expect(of(stage({ passive: true }).connection, 'tcpi_segs_out', 'tcpi_segs_in')).toEqual([0, 2]);
    expect(of(stage().connection, 'tcpi_segs_out', 'tcpi_segs_in')).toEqual([2, 1]);

    const peer = new Conversation();
    const listener = peer.listen();
    peer.sends('S 0:0(0) win 65535 <mss 1000>');
    peer.after('1100ms'); // the SYN-ACK goes again
    peer.sends('. 1:1(0) ack 1');
    const accepted = listener.accept()!;
    expect(of(accepted, 'tcpi_segs_out', 'tcpi_total_retrans')).toEqual([0, 1]);
    write(accepted, 1000);
    expect(of(accepted, 'tcpi_segs_out')).toEqual([1]);
  });

  test('the SYN has been delivered, whose ever it was', () => {
    for (const passive of [false, true]) {
      const { peer, connection } = stage({ passive });
      expect(of(connection, 'tcpi_delivered')).toEqual([1]);
      write(connection, 3000);
      peer.sends('. 1:1(0) ack 2001 <nop,nop,sack 2001:3001>');
      expect(of(connection, 'tcpi_delivered')).toEqual([4]);
    }
  });

  test('a lost segment stays lost when it is sent again, until it arrives', () => {
    const { peer, connection } = stage();
    write(connection, 10_000);
    peer.sends('. 1:1(0) ack 1 <nop,nop,sack 2001:6001>');
    const { lostSegments, retransmittedSegments } = connection.info();
    expect(retransmittedSegments).toBeGreaterThan(0);
    expect(lostSegments + retransmittedSegments).toBe(2);
    expect(of(connection, 'tcpi_sacked', 'tcpi_lost', 'tcpi_ca_state')).toEqual([4, 2, 3]);
    peer.sends('. 1:1(0) ack 10001');
    expect(of(connection, 'tcpi_sacked', 'tcpi_lost', 'tcpi_retrans')).toEqual([0, 0, 0]);
  });

  test('a probe of the tail is not lost, and no retransmission', () => {
    const { peer, connection } = stage();
    write(connection, 3000);
    peer.after('500ms');
    expect(connection.info().retransmittedSegments).toBe(1);
    expect(of(connection, 'tcpi_lost', 'tcpi_retrans', 'tcpi_total_retrans')).toEqual([0, 0, 1]);
  });

  test('the window is that which was last advertised, as long as it is known', () => {
    const { peer, connection } = stage();
    const [before] = of(connection, 'tcpi_rcv_wnd');
    expect(before).toBe(connection.info().rcvWnd);
    peer.after('10ms');
    peer.sends('. 1:101(100) ack 1');
    expect(of(connection, 'tcpi_rcv_wnd')).toEqual([missing('tcpi_rcv_wnd')]);
    peer.after('200ms'); // the delayed acknowledgment
    expect(of(connection, 'tcpi_rcv_wnd')).toEqual([Number(before) - 100]);
  });

  test('without data there is a rate for who has opened it', () => {
    expect(of(stage({ passive: true }).connection, 'tcpi_delivery_rate')).toEqual([0]);
    expect(of(stage().connection, 'tcpi_delivery_rate')).toEqual([missing('tcpi_delivery_rate')]);
    expect(of(new Conversation().connect(), 'tcpi_delivery_rate')).toEqual([0]);
  });
});
