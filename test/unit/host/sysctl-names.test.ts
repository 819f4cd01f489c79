/**
 * What each sysctl sets, value by value, in the kernels' units: Linux's ip-sysctl, FreeBSD's tcp(4). What the settings do
 * is tested where they act.
 */
import { describe, expect, test } from 'vitest';
import { SYSCTL_NAMES, sysctlSettings, sysctlValue } from '../../../src/host/sysctl.ts';
import { profileSettings } from '../../../src/layers/transport/tcp/profiles.ts';
import { RFC_SETTINGS, type TcpSettings } from '../../../src/layers/transport/tcp/settings.ts';

type Effects = Readonly<Record<string, Partial<TcpSettings>>>;

const MS = 1e6;
const SECOND = 1e9;
const NO_ECN = { ecn: 'off', accurateEcn: 'off' } as const;

const LINUX: Readonly<Record<string, Effects>> = {
  base_mss: { 512: { probingBaseMss: 512 } },
  challenge_ack_limit: { 7: { challengeAcksPerSecond: 7 }, 2147483647: { challengeAcksPerSecond: 0 } },
  congestion_control: { bbr: { congestionControl: 'bbr' }, reno: { congestionControl: 'reno' } },
  dsack: { 0: { duplicateSack: false }, 1: { duplicateSack: true } },
  early_retrans: {
    0: { tailLossProbe: false },
    1: { tailLossProbe: false },
    2: { tailLossProbe: false },
    3: { tailLossProbe: true },
    4: { tailLossProbe: true },
  },
  ecn: {
    0: NO_ECN,
    1: { ecn: 'request', accurateEcn: 'off' },
    2: { ecn: 'accept', accurateEcn: 'off' },
    3: { ecn: 'request', accurateEcn: 'request' },
    4: { ecn: 'request', accurateEcn: 'accept' },
    5: { ecn: 'accept', accurateEcn: 'accept' },
  },
  ecn_fallback: { 0: { ecnFallback: false }, 1: { ecnFallback: true } },
  ecn_option: {
    0: { accurateEcnOption: 'off' },
    1: { accurateEcnOption: 'sparing' },
    2: { accurateEcnOption: 'full' },
  },
  fastopen: {
    0: { fastOpenClient: false, fastOpenServer: false, fastOpenPending: 0 },
    1: { fastOpenClient: true, fastOpenServer: false, fastOpenPending: 0 },
    2: { fastOpenClient: false, fastOpenServer: true, fastOpenPending: 0 },
    3: { fastOpenClient: true, fastOpenServer: true, fastOpenPending: 0 },
    1024: { fastOpenClient: false, fastOpenServer: false, fastOpenPending: 4096 },
    1027: { fastOpenClient: true, fastOpenServer: true, fastOpenPending: 4096 },
  },
  fastopen_blackhole_timeout_sec: { 0: { fastOpenBlackholeNs: 0 }, 3600: { fastOpenBlackholeNs: 3600 * SECOND } },
  fastopen_key: {
    '00000001-0000000a-ffffffff-7FFFFFFF': { fastOpenKeys: [[1, 10, -1, 0x7fffffff]] },
    '00000001-00000002-00000003-00000004,00000005-00000006-00000007-00000008': {
      fastOpenKeys: [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
    },
  },
  fin_timeout: { 30: { finWait2TimeoutNs: 30 * SECOND } },
  frto: { 0: { forwardRtoRecovery: false }, 1: { forwardRtoRecovery: true }, 2: { forwardRtoRecovery: true } },
  keepalive_intvl: { 10: { keepAliveIntervalNs: 10 * SECOND } },
  keepalive_probes: { 5: { keepAliveProbes: 5 } },
  keepalive_time: { 600: { keepAliveIdleNs: 600 * SECOND } },
  max_syn_backlog: { 256: { synBacklog: 256 } },
  max_tw_buckets: { 100: { timeWaitLimit: 100 } },
  min_rtt_wlen: { 10: { minimumRttWindowNs: 10 * SECOND } },
  moderate_rcvbuf: { 0: { receiveBufferAutotuning: false }, 1: { receiveBufferAutotuning: true } },
  mtu_probe_floor: { 100: { probingFloorMss: 100 } },
  mtu_probing: {
    0: { packetizationLayerProbing: 'off' },
    1: { packetizationLayerProbing: 'after-black-hole' },
    2: { packetizationLayerProbing: 'always' },
  },
  notsent_lowat: { 1000: { notSentLowWaterBytes: 1000 }, 4294967295: { notSentLowWaterBytes: 0 } },
  pacing_ca_ratio: { 150: { pacingAvoidancePercent: 150 } },
  pacing_ss_ratio: { 300: { pacingSlowStartPercent: 300 } },
  probe_interval: { 60: { probingIntervalNs: 60 * SECOND } },
  probe_threshold: { 16: { probingThresholdBytes: 16 } },
  recovery: {
    0: { rack: false },
    1: { rack: true, rackReorderingWindow: 'adaptive' },
    3: { rack: true, rackReorderingWindow: 'static' },
    5: { rack: true, rackReorderingWindow: 'adaptive' },
  },
  reordering: { 10: { duplicateAckThreshold: 10 } },
  retries1: { 5: { pathRetries: 5 } },
  retries2: { 8: { dataRetries: 8 } },
  rfc1337: { 0: { timeWaitAssassinationProtection: false }, 1: { timeWaitAssassinationProtection: true } },
  rmem: { '1000 2000 3000': { receiveBufferBytes: 2000, receiveBufferMaximumBytes: 3000 } },
  rto_max_ms: { 5000: { retransmissionTimeoutMaximumNs: 5000 * MS } },
  rto_min_us: {
    5000: { retransmissionTimeoutMinimumNs: 5 * MS, retransmissionTimeoutVarianceMinimumNs: 5 * MS },
  },
  sack: { 0: { selectiveAcknowledgment: false }, 1: { selectiveAcknowledgment: true } },
  slow_start_after_idle: { 0: { slowStartAfterIdle: false }, 1: { slowStartAfterIdle: true } },
  syn_retries: { 2: { synRetries: 2 } },
  synack_retries: { 2: { synAckRetries: 2 } },
  syncookies: { 0: { synCookies: 'off' }, 1: { synCookies: 'pressure' }, 2: { synCookies: 'always' } },
  timestamps: { 0: { timestamps: false }, 1: { timestamps: true }, 2: { timestamps: true } },
  tw_reuse: {
    0: { timeWaitReuseOutgoing: 'off' },
    1: { timeWaitReuseOutgoing: 'all' },
    2: { timeWaitReuseOutgoing: 'loopback' },
  },
  tw_reuse_delay: { 500: { timeWaitReuseDelayNs: 500 * MS } },
  window_scaling: { 0: { windowScaling: false }, 1: { windowScaling: true } },
  wmem: { '1000 2000 3000': { sendBufferBytes: 2000, sendBufferMaximumBytes: 3000 } },
};

const FREEBSD: Readonly<Record<string, Effects>> = {
  abc_l_var: { 4: { appropriateByteCountingLimitSegments: 4 } },
  always_keepalive: { 0: { keepAlive: false }, 1: { keepAlive: true } },
  blackhole: { 0: { unanswered: 'none' }, 1: { unanswered: 'syn' }, 2: { unanswered: 'all' } },
  'cc.abe': { 0: { alternativeBackoff: false }, 1: { alternativeBackoff: true } },
  'cc.algorithm': { dctcp: { congestionControl: 'dctcp' }, newreno: { congestionControl: 'reno' } },
  'cc.vegas.alpha': { 1: { vegasAlphaSegments: 1 } },
  'cc.vegas.beta': { 3: { vegasBetaSegments: 3 } },
  delacktime: { 20: { delayedAckNs: 20 * MS } },
  delayed_ack: { 0: { delayedAck: false }, 1: { delayedAck: true } },
  do_prr: { 0: { proportionalRateReduction: false }, 1: { proportionalRateReduction: true } },
  'ecn.enable': {
    0: NO_ECN,
    1: { ecn: 'request', accurateEcn: 'off' },
    2: { ecn: 'accept', accurateEcn: 'off' },
    3: { ecn: 'accept', accurateEcn: 'accept' },
    4: { ecn: 'request', accurateEcn: 'request' },
  },
  'ecn.generalized': { 0: { ecnControlPackets: false }, 1: { ecnControlPackets: true } },
  'fastopen.autokey': { 0: { fastOpenKeyLifetimeNs: 0 }, 120: { fastOpenKeyLifetimeNs: 120 * SECOND } },
  'fastopen.client_enable': { 0: { fastOpenClient: false }, 1: { fastOpenClient: true } },
  'fastopen.path_disable_time': { 900: { fastOpenBlackholeNs: 900 * SECOND } },
  'fastopen.server_enable': { 0: { fastOpenServer: false }, 1: { fastOpenServer: true } },
  finwait2_timeout: { 60000: { finWait2TimeoutNs: 60 * SECOND } },
  initcwnd_segments: { 4: { initialWindowSegments: 4 } },
  keepcnt: { 5: { keepAliveProbes: 5 } },
  keepidle: { 60000: { keepAliveIdleNs: 60 * SECOND } },
  keepintvl: { 10000: { keepAliveIntervalNs: 10 * SECOND } },
  maxtcptw: { 100: { timeWaitLimit: 100 } },
  msl: { 15000: { maximumSegmentLifetimeNs: 15 * SECOND } },
  newcwv: { 0: { congestionWindowValidation: 'growth' }, 1: { congestionWindowValidation: 'full' } },
  path_mtu_discovery: { 0: { pathMtuDiscovery: false }, 1: { pathMtuDiscovery: true } },
  pmtud_blackhole_detection: { 0: { blackHoleDetection: false }, 1: { blackHoleDetection: true } },
  pmtud_blackhole_mss: { 1200: { probingBaseMss: 1200 } },
  recvbuf_auto: { 0: { receiveBufferAutotuning: false }, 1: { receiveBufferAutotuning: true } },
  recvbuf_max: { 9000: { receiveBufferMaximumBytes: 9000 } },
  recvspace: { 8000: { receiveBufferBytes: 8000 } },
  rexmit_initial: { 3000: { retransmissionTimeoutInitialNs: 3 * SECOND } },
  rexmit_min: { 30: { retransmissionTimeoutMinimumNs: 30 * MS } },
  rexmit_slop: { 200: { retransmissionTimeoutSlopNs: 200 * MS } },
  rfc1323: {
    0: { windowScaling: false, timestamps: false },
    1: { windowScaling: true, timestamps: true },
    2: { windowScaling: true, timestamps: false },
    3: { windowScaling: false, timestamps: true },
  },
  retries: { 7: { dataRetries: 7, synRetries: 7 } },
  rfc3042: { 0: { limitedTransmit: false }, 1: { limitedTransmit: true } },
  rfc3465: { 0: { appropriateByteCounting: false }, 1: { appropriateByteCounting: true } },
  'sack.enable': { 0: { selectiveAcknowledgment: false }, 1: { selectiveAcknowledgment: true } },
  sendbuf_auto: { 0: { sendBufferAutotuning: false }, 1: { sendBufferAutotuning: true } },
  sendbuf_max: { 9000: { sendBufferMaximumBytes: 9000 } },
  sendspace: { 8000: { sendBufferBytes: 8000 } },
  'syncache.rexmtlimit': { 2: { synAckRetries: 2 } },
  syncookies: { 0: { synCookies: 'off' }, 1: { synCookies: 'pressure' } },
  syncookies_only: { 0: { synCookies: 'pressure' }, 1: { synCookies: 'always' } },
};

const NAMES: Readonly<Record<string, Effects>> = {
  ...Object.fromEntries(Object.entries(LINUX).map(([name, effects]) => [`net.ipv4.tcp_${name}`, effects])),
  'net.ipv4.ip_no_pmtu_disc': { 0: { pathMtuDiscovery: true }, 1: { pathMtuDiscovery: false } },
  ...Object.fromEntries(Object.entries(FREEBSD).map(([name, effects]) => [`net.inet.tcp.${name}`, effects])),
  'net.inet.icmp.icmplim': { 0: { resetsPerSecond: 0 }, 200: { resetsPerSecond: 200 } },
};

describe('each sysctl sets this and nothing else', () => {
  test('there is a row for every name', () => {
    expect(Object.keys(NAMES).sort()).toEqual(SYSCTL_NAMES);
  });

  test.each(Object.entries(NAMES))('%s', (name, effects) => {
    for (const [value, settings] of Object.entries(effects)) expect(sysctlSettings(name, value)).toEqual(settings);
  });
});

describe('reading a sysctl shows the value that was set', () => {
  /** Several values set the same: the first of them is shown, and the least of three numbers is a page at most. */
  const SHOWN: Readonly<Record<string, string>> = {
    'net.ipv4.tcp_early_retrans 1': '0',
    'net.ipv4.tcp_early_retrans 2': '0',
    'net.ipv4.tcp_early_retrans 4': '3',
    'net.ipv4.tcp_fastopen_key 00000001-0000000a-ffffffff-7FFFFFFF': '00000001-0000000a-ffffffff-7fffffff',
    'net.ipv4.tcp_frto 2': '1',
    'net.ipv4.tcp_recovery 5': '1',
    'net.ipv4.tcp_rmem 1000 2000 3000': '2000\t2000\t3000',
    'net.ipv4.tcp_timestamps 2': '1',
    'net.ipv4.tcp_wmem 1000 2000 3000': '2000\t2000\t3000',
  };

  test.each(Object.entries(NAMES))('%s', (name, effects) => {
    for (const [value, settings] of Object.entries(effects)) {
      expect(sysctlValue(name, { ...RFC_SETTINGS, ...settings }), value).toBe(SHOWN[`${name} ${value}`] ?? value);
    }
  });

  test('profiles have the defaults of their kernels', () => {
    const shown = (profile: string, name: string): string | undefined => sysctlValue(name, profileSettings(profile));
    expect(shown('linux', 'net.ipv4.tcp_rmem')).toBe('4096\t131072\t6291456');
    expect(shown('linux', 'net.ipv4.tcp_challenge_ack_limit')).toBe('2147483647');
    expect(shown('freebsd', 'net.inet.tcp.cc.algorithm')).toBe('cubic');
    expect(shown('freebsd', 'net.inet.tcp.rfc1323')).toBe('1');
  });

  test('settings that no value amounts to, and a name that there is not', () => {
    expect(sysctlValue('net.ipv4.tcp_ecn', { ...RFC_SETTINGS, ecn: 'off', accurateEcn: 'request' })).toBeUndefined();
    expect(sysctlValue('net.ipv4.tcp_fastopen_key', RFC_SETTINGS)).toBeUndefined();
    expect(() => sysctlValue('net.ipv4.tcp_none', RFC_SETTINGS)).toThrow('no sysctl is called "net.ipv4.tcp_none"');
  });
});
