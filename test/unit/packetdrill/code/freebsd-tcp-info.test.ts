/** FreeBSD's `tcp_info`, field by field. */
import { describe, expect, test } from 'vitest';
import type { TcpInfo } from '../../../../src/layers/transport/tcp/info.ts';
import type { State } from '../../../../src/layers/transport/tcp/state.ts';
import { freebsdTcpInfo } from '../../../../src/packetdrill/code/freebsd-tcp-info.ts';
import { infoWith, missingIn, valueIn } from './tcp-info-of.ts';

const MS = 1e6;
const NEVER = Number.POSITIVE_INFINITY;
const LARGEST_WINDOW = 1_073_725_440;

const missing = (name: string): string => `no tcp_info field ${name}`;
const field = (changes: Partial<TcpInfo>, name: string) => valueIn(freebsdTcpInfo(infoWith(changes)), name);

describe('each field', () => {
  const rows: readonly (readonly [name: string, changes: Partial<TcpInfo>, value: number | string])[] = [
    ['tcpi_options', {}, 0],
    ['tcpi_options', { timestampsOk: true }, 0x01],
    ['tcpi_options', { sackOk: true }, 0x02],
    ['tcpi_options', { windowScaleOk: true }, 0x04],
    ['tcpi_options', { ecnFeedback: 'classic' }, 0x08],
    ['tcpi_options', { ecnFeedback: 'accurate' }, 0x40],
    ['tcpi_options', { fastOpened: true }, 0x20],
    ['tcpi_options', { synDataAcknowledged: true }, 0x20],
    ['tcpi_options', { fastOpenFailure: 'no-cookie' }, 0x20],
    ['tcpi_snd_wscale', { windowScaleOk: true, sndWndShift: 7 }, 7],
    ['tcpi_snd_wscale', { windowScaleOk: false, sndWndShift: 7 }, 0],
    ['tcpi_rcv_wscale', { windowScaleOk: true, rcvWndShift: 6 }, 6],
    ['tcpi_rcv_wscale', { windowScaleOk: false, rcvWndShift: 6 }, 0],
    ['tcpi_rto', { rtoNs: 230 * MS }, 230_000],
    ['tcpi_snd_mss', { smss: 1448, timestampsOk: true }, 1460],
    ['tcpi_snd_mss', { smss: 1460, timestampsOk: false }, 1460],
    ['tcpi_rcv_mss', { smss: 1448, timestampsOk: true }, 1460],
    ['tcpi_last_data_recv', { sinceDataReceivedNs: 5 * MS, sinceAckReceivedNs: 2 * MS }, 2000],
    ['tcpi_last_data_recv', { sinceDataReceivedNs: NEVER, sinceAckReceivedNs: 2 * MS }, 2000],
    ['tcpi_last_data_recv', { sinceDataReceivedNs: NEVER, sinceAckReceivedNs: NEVER }, missing('tcpi_last_data_recv')],
    ['tcpi_rtt', { srttNs: 100 * MS }, 100_000],
    ['tcpi_rttvar', { srttNs: 100 * MS, rttvarNs: 50 * MS }, 50_000],
    ['tcpi_rttvar', { srttNs: 0, rttvarNs: 0 }, missing('tcpi_rttvar')],
    ['tcpi_snd_ssthresh', { ssthresh: NEVER }, LARGEST_WINDOW],
    ['tcpi_snd_ssthresh', { ssthresh: 7000 }, 7000],
    ['tcpi_snd_ssthresh', { ssthresh: 7000, state: 'SYN-SENT' }, LARGEST_WINDOW],
    ['tcpi_snd_cwnd', { cwnd: 14_480 }, 14_480],
    ['tcpi_snd_cwnd', { cwnd: 0, state: 'SYN-SENT' }, LARGEST_WINDOW],
    ['tcpi_rcv_space', { rcvWnd: 65_536 }, 65_536],
    ['tcpi_snd_wnd', { sndWnd: 1000 }, 1000],
    ['tcpi_snd_bwnd', {}, 0],
    ['tcpi_toe_tid', {}, 0],
    ['tcpi_snd_rexmitpack', { resentBytes: 2000, resentSegments: 2 }, 2],
    ['tcpi_snd_rexmitpack', { resentBytes: 0, resentSegments: 1 }, 0],
    ['tcpi_rcv_ooopack', { outOfOrderSegments: 3 }, 3],
    ['tcpi_delivered_ce', { ecnFeedback: 'accurate', ecnReportedCePackets: 4 }, 4],
    ['tcpi_delivered_ce', { ecnFeedback: 'none' }, 0],
    ['tcpi_delivered_ce', { ecnFeedback: 'classic' }, missing('tcpi_delivered_ce')],
    ['tcpi_received_ce', { ecnFeedback: 'accurate', ecnReceivedCeSegments: 5 }, 5],
    ['tcpi_received_ce', { ecnFeedback: 'classic', ecnReceivedCeSegments: 5 }, missing('tcpi_received_ce')],
  ];

  test.each(rows)('%s of %j', (name, changes, value) => {
    expect(field(changes, name)).toBe(value);
  });

  test.each<[State, number]>([
    ['CLOSED', 0],
    ['LISTEN', 1],
    ['SYN-SENT', 2],
    ['SYN-RECEIVED', 3],
    ['ESTABLISHED', 4],
    ['CLOSE-WAIT', 5],
    ['FIN-WAIT-1', 6],
    ['CLOSING', 7],
    ['LAST-ACK', 8],
    ['FIN-WAIT-2', 9],
    ['TIME-WAIT', 10],
  ])('tcpi_state of %s', (state, value) => {
    expect(field({ state }, 'tcpi_state')).toBe(value);
  });

  test('a signature takes room that is not told apart', () => {
    const signed = { authentication: { kind: 'md5' } as unknown as TcpInfo['authentication'] };
    expect(field(signed, 'tcpi_snd_mss')).toBe(missing('tcpi_snd_mss'));
  });
});

describe('all together', () => {
  test('those for Linux’s sake are 0', () => {
    const names = freebsdTcpInfo(
      infoWith({
        retries: 3,
        lostSegments: 2,
        unackedSegments: 5,
        pathMtu: 1500,
        announcedMss: 1460,
        reorderingSegments: 3,
      }),
    );
    const unfilled = [...names.keys()].filter((name) => name.startsWith('__tcpi_'));
    expect(unfilled).toHaveLength(24);
    expect(unfilled.map((name) => valueIn(names, name))).toEqual(unfilled.map(() => 0));
  });

  test('only these have no value', () => {
    expect(missingIn(freebsdTcpInfo(infoWith()))).toEqual([
      'tcpi_snd_nxt',
      'tcpi_rcv_nxt',
      'tcpi_snd_zerowin',
      'tcpi_total_tlp',
      'tcpi_total_tlp_bytes',
      'tcpi_snd_una',
      'tcpi_snd_max',
      'tcpi_rcv_numsacks',
      'tcpi_rcv_adv',
      'tcpi_dupacks',
      'tcpi_rttmin',
    ]);
  });

  test('the names of states and bits are those of the fields, and without a connection they stay', () => {
    const names = freebsdTcpInfo(infoWith({ state: 'FIN-WAIT-2', sackOk: true }));
    expect(valueIn(names, 'tcpi_state')).toBe(valueIn(names, 'TCPS_FIN_WAIT_2'));
    expect(valueIn(names, 'tcpi_options')).toBe(valueIn(names, 'TCPI_OPT_SACK'));
    expect(valueIn(freebsdTcpInfo(undefined), 'TCPS_ESTABLISHED')).toBe(4);
    expect(valueIn(freebsdTcpInfo(undefined), 'tcpi_snd_cwnd')).toBe(
      'no tcp_info field tcpi_snd_cwnd without a connection',
    );
    expect(missingIn(freebsdTcpInfo(undefined))).toContain('__tcpi_lost');
  });
});
