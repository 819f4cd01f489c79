/** What Linux's TCP_CC_INFO gives code, by the controller that is in use. */
import { describe, expect, test } from 'vitest';
import type { ControllerInfo } from '../../../../src/layers/transport/tcp/congestion/controller-info.ts';
import { linuxTcpInfo } from '../../../../src/packetdrill/code/linux-tcp-info.ts';
import { infoWith, valueIn } from './tcp-info-of.ts';

const MS = 1e6;
const NEVER = Number.POSITIVE_INFINITY;

/** All that the controller adds. */
function fieldsOf(controller: ControllerInfo): Record<string, number | bigint | string> {
  const names = linuxTcpInfo(infoWith({ controller }));
  const own = [...names.keys()].filter((name) => /^(?:bbr|dctcp|tcpv)_/.test(name));
  return Object.fromEntries(own.map((name) => [name, valueIn(names, name)]));
}

describe('TCP_CC_INFO', () => {
  test.each(['bbr', 'bbr1'] as const)('%s: rate, shortest round trip, and gains in 256ths', (kind) => {
    const model = { bandwidth: 2 ** 32 + 7.5, minimumRttNs: 20 * MS, pacingGain: 1.25, cwndGain: 2 };
    const controller = { kind, phase: 'startup', ...model } as ControllerInfo;
    expect(fieldsOf(controller)).toEqual({
      bbr_bw_lo: 7,
      bbr_bw_hi: 1,
      bbr_bw: 2 ** 32 + 7,
      bbr_min_rtt: 20_000,
      bbr_pacing_gain: 320,
      bbr_cwnd_gain: 512,
    });
    expect(fieldsOf({ ...controller, minimumRttNs: NEVER } as ControllerInfo)).toMatchObject({
      bbr_min_rtt: 0xffff_ffff,
    });
  });

  test('dctcp: alpha in 1024ths, and the octets of the window', () => {
    expect(fieldsOf({ kind: 'dctcp', alpha: 15 / 16, markedBytes: 1000, ackedBytes: 2000 })).toEqual({
      dctcp_enabled: 1,
      dctcp_ce_state: 'no TCP_CC_INFO field dctcp_ce_state',
      dctcp_alpha: 960,
      dctcp_ab_ecn: 1000,
      dctcp_ab_tot: 2000,
    });
  });

  test('vegas: the shortest round trip of all is tcpv_rtt, that of this one tcpv_minrtt', () => {
    expect(fieldsOf({ kind: 'vegas', samples: 3, roundRttNs: 120 * MS, minimumRttNs: 100 * MS })).toEqual({
      tcpv_enabled: 'no TCP_CC_INFO field tcpv_enabled',
      tcpv_rttcnt: 3,
      tcpv_rtt: 100_000,
      tcpv_minrtt: 120_000,
    });
    expect(fieldsOf({ kind: 'vegas', samples: 0, roundRttNs: NEVER, minimumRttNs: NEVER })).toMatchObject({
      tcpv_rtt: 0x7fff_ffff,
      tcpv_minrtt: 0x7fff_ffff,
    });
  });

  test('westwood: its shortest round trip', () => {
    expect(fieldsOf({ kind: 'westwood', bandwidth: 5, minimumRttNs: 100 * MS })).toEqual({
      tcpv_enabled: 1,
      tcpv_rttcnt: 0,
      tcpv_rtt: 'no TCP_CC_INFO field tcpv_rtt',
      tcpv_minrtt: 100_000,
    });
    expect(fieldsOf({ kind: 'westwood', bandwidth: 5, minimumRttNs: NEVER })).toMatchObject({
      tcpv_minrtt: 'no TCP_CC_INFO field tcpv_minrtt',
    });
  });

  test('no other controller has names', () => {
    const names = linuxTcpInfo(infoWith({ controller: undefined }));
    expect([...names.keys()].filter((name) => /^(?:bbr|dctcp|tcpv)_/.test(name))).toEqual([]);
  });
});
