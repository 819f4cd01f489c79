/**
 * What a controller knows beside its window: Linux's `TCP_CC_INFO` (`union tcp_cc_info`), which DCTCP, Vegas, Westwood and
 * BBR fill in. Rates are in bytes per second, times in nanoseconds; a round trip that is not known yet is `Infinity`.
 */
import type { Phase } from './bbr/phases.ts';

/** `struct tcp_bbr_info`: `bbr_bw`, `bbr_min_rtt`, `bbr_pacing_gain`, `bbr_cwnd_gain`; Linux does not tell the phase. */
interface BbrInfo<Kind extends string, Phases extends string> {
  readonly kind: Kind;
  readonly phase: Phases;
  readonly bandwidth: number;
  readonly minimumRttNs: number;
  readonly pacingGain: number;
  readonly cwndGain: number;
}

export type Bbr1State = 'startup' | 'drain' | 'probe-bw' | 'probe-rtt';

/** `struct tcp_dctcp_info`: `dctcp_alpha`, from 0 to 1; `dctcp_ab_ecn` and `dctcp_ab_tot` of the window under way. */
interface DctcpInfo {
  readonly kind: 'dctcp';
  readonly alpha: number;
  readonly markedBytes: number;
  readonly ackedBytes: number;
}

/** `struct tcpvegas_info`: `tcpv_rttcnt` and `tcpv_rtt` of the round trip under way, `tcpv_minrtt`. */
interface VegasInfo {
  readonly kind: 'vegas';
  readonly samples: number;
  readonly roundRttNs: number;
  readonly minimumRttNs: number;
}

/** Westwood tells its shortest round trip in Vegas' record; here its bandwidth estimate as well. */
interface WestwoodInfo {
  readonly kind: 'westwood';
  readonly bandwidth: number;
  readonly minimumRttNs: number;
}

export type ControllerInfo = BbrInfo<'bbr', Phase> | BbrInfo<'bbr1', Bbr1State> | DctcpInfo | VegasInfo | WestwoodInfo;
