/**
 * Settings by the names that administrators know: `net.ipv4.*` and `net.core.*` of Linux (ip-sysctl), `net.inet.tcp.*`
 * of FreeBSD (tcp(4); and `net.inet.icmp.icmplim`, which limits resets too). Units are those of the kernel: milliseconds,
 * seconds, bytes, 0 and 1. Any name works under any profile: it sets what it says, wherever that came from.
 * Left out on purpose: names of what wirelab has not (memory pressure, metrics caches, orphans).
 */
import { MILLISECOND, SECOND } from '../layers/clock.ts';
import { CONTROLLER_NAMES } from '../layers/transport/tcp/congestion/controllers.ts';
import type { TcpSettings } from '../layers/transport/tcp/settings.ts';

/** What one value of a sysctl sets. */
type Effect = Partial<TcpSettings>;

interface Sysctl {
  /** The values that it takes, for a person. */
  readonly values: string;
  /** @returns what the value sets; `undefined` if it is none */
  readonly read: (text: string) => Effect | undefined;
  /** @returns the value that the settings amount to; `undefined` if there is none */
  readonly write: (settings: Readonly<TcpSettings>) => string | undefined;
}

const integer = (text: string): number | undefined => (/^-?\d{1,15}$/.test(text) ? Number(text) : undefined);

/** 0 or 1 for a setting that is on or off; `inverted` where the kernel's name says the opposite. */
const flag = (name: BooleanName, inverted = false): Sysctl => ({
  values: '0 or 1',
  read: (text) => (text === '0' || text === '1' ? { [name]: (text === '1') !== inverted } : undefined),
  write: (settings) => String(Number(settings[name] !== inverted)),
});
type BooleanName = keyof { [Name in keyof TcpSettings as TcpSettings[Name] extends boolean ? Name : never]: 0 };

/** A whole number; `unit` converts to the setting's. */
const number = (name: NumberName, minimum: number, maximum: number, unit = 1): Sysctl => ({
  values: `a whole number from ${minimum} to ${maximum}`,
  read: (text) => {
    const value = integer(text);
    return value === undefined || value < minimum || value > maximum ? undefined : { [name]: value * unit };
  },
  write: (settings) => String(Math.round(settings[name] / unit)),
});

/** A whole number whose largest value is no limit, which is 0 in the setting. */
const limited = (name: NumberName, what: string, maximum: number): Sysctl => ({
  values: `${what} from 1 to ${maximum}, which is no limit`,
  read: (text) => {
    const value = integer(text);
    if (value === undefined || value < 1 || value > maximum) return undefined;
    return { [name]: value === maximum ? 0 : value };
  },
  write: (settings) => String(settings[name] === 0 ? maximum : settings[name]),
});
type NumberName = keyof { [Name in keyof TcpSettings as TcpSettings[Name] extends number ? Name : never]: 0 };

/** One of a few values, each with its effect. */
const choice = (effects: Readonly<Record<string, Effect>>): Sysctl => ({
  values: Object.keys(effects).join(', '),
  read: (text) => (Object.hasOwn(effects, text) ? effects[text] : undefined),
  write: (settings) => Object.keys(effects).find((text) => isInForce(effects[text]!, settings)),
});

/** Whether settings are as a value sets them. */
const isInForce = (effect: Effect, settings: Readonly<TcpSettings>): boolean =>
  Object.entries(effect).every(([name, value]) => settings[name as keyof TcpSettings] === value);

const congestionControl: Sysctl = {
  values: CONTROLLER_NAMES.join(', '),
  read: (text) => (CONTROLLER_NAMES.includes(text) ? { congestionControl: text } : undefined),
  write: (settings) => settings.congestionControl,
};

/** FreeBSD calls it New Reno. */
const freebsdCongestionControl: Sysctl = {
  values: `newreno, ${congestionControl.values}`,
  read: (text) => congestionControl.read(text === 'newreno' ? 'reno' : text),
  write: ({ congestionControl: name }) => (name === 'reno' ? 'newreno' : name),
};

/** Linux's three numbers: the least (which we have not), the first, and the most that autotuning makes of it. */
const triple = (first: NumberName, most: NumberName): Sysctl => ({
  values: 'three whole numbers, rising: least, default, most',
  read: (text) => {
    const values = text.trim().split(/\s+/).map(integer);
    if (values.length !== 3 || values.some((value) => value === undefined || value < 1)) return undefined;
    const [least, usual, greatest] = values as [number, number, number];
    return least <= usual && usual <= greatest ? { [first]: usual, [most]: greatest } : undefined;
  },
  // The least of both is a page.
  write: (settings) => `${Math.min(4096, settings[first])}\t${settings[first]}\t${settings[most]}`,
});

/**
 * Linux: 1 for clients, 2 for listeners that ask for it, 0x400 for all others too, as many as may wait there (which
 * does nothing without 2). Data without a cookie (4, 0x200) is left out.
 */
const fastOpen = choice(
  Object.fromEntries(
    [0, 1, 2, 3, 0x400, 0x401, 0x402, 0x403].map((bits) => [
      bits,
      {
        fastOpenClient: (bits & 1) !== 0,
        fastOpenServer: (bits & 2) !== 0,
        fastOpenPending: (bits & 0x400) !== 0 ? 4096 : 0,
      },
    ]),
  ),
);

/** Linux: 32 hexadecimal digits in four groups; a second key, if there is one, is only good for taking cookies. */
const fastOpenKeys: Sysctl = {
  values: 'one key, or two and a comma between; each is four times eight hexadecimal digits with - between',
  read: (text) => {
    if (!/^[\da-f]{8}(?:-[\da-f]{8}){3}(?:,[\da-f]{8}(?:-[\da-f]{8}){3})?$/i.test(text)) return undefined;
    const word = (digits: string): number => Number.parseInt(digits, 16) | 0;
    return { fastOpenKeys: text.split(',').map((key) => key.split('-').map(word) as [number, number, number, number]) };
  },
  write: ({ fastOpenKeys: keys }) => {
    const group = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
    // Without one a host draws its own, and does not tell.
    return keys.length === 0 ? undefined : keys.map((key) => key.map(group).join('-')).join(',');
  },
};

const LINUX: Readonly<Record<string, Sysctl>> = {
  'net.ipv4.tcp_base_mss': number('probingBaseMss', 48, 65_535),
  'net.ipv4.tcp_challenge_ack_limit': limited('challengeAcksPerSecond', 'a whole number', 2_147_483_647),
  'net.ipv4.tcp_congestion_control': congestionControl,
  'net.ipv4.tcp_dsack': flag('duplicateSack'),
  'net.ipv4.tcp_ecn': choice({
    0: { ecn: 'off', accurateEcn: 'off' },
    1: { ecn: 'request', accurateEcn: 'off' },
    2: { ecn: 'accept', accurateEcn: 'off' },
    3: { ecn: 'request', accurateEcn: 'request' },
    4: { ecn: 'request', accurateEcn: 'accept' },
    5: { ecn: 'accept', accurateEcn: 'accept' },
  }),
  'net.ipv4.tcp_ecn_fallback': flag('ecnFallback'),
  'net.ipv4.tcp_ecn_option': choice({
    0: { accurateEcnOption: 'off' },
    1: { accurateEcnOption: 'sparing' },
    2: { accurateEcnOption: 'full' },
  }),
  // 1 and 2 were Early Retransmit (RFC 5827), which is gone; both leave the probe out. 4 was the probe alone.
  'net.ipv4.tcp_early_retrans': choice({
    0: { tailLossProbe: false },
    3: { tailLossProbe: true },
    1: { tailLossProbe: false },
    2: { tailLossProbe: false },
    4: { tailLossProbe: true },
  }),
  'net.ipv4.tcp_fastopen': fastOpen,
  'net.ipv4.tcp_fastopen_blackhole_timeout_sec': number('fastOpenBlackholeNs', 0, 86_400, SECOND),
  'net.ipv4.tcp_fastopen_key': fastOpenKeys,
  'net.ipv4.tcp_fin_timeout': number('finWait2TimeoutNs', 1, 86_400, SECOND),
  'net.ipv4.tcp_frto': choice({
    0: { forwardRtoRecovery: false },
    1: { forwardRtoRecovery: true },
    2: { forwardRtoRecovery: true },
  }),
  'net.ipv4.tcp_keepalive_intvl': number('keepAliveIntervalNs', 1, 32_767, SECOND),
  'net.ipv4.tcp_keepalive_probes': number('keepAliveProbes', 1, 127),
  'net.ipv4.tcp_keepalive_time': number('keepAliveIdleNs', 1, 32_767, SECOND),
  'net.ipv4.tcp_max_syn_backlog': number('synBacklog', 1, 1_000_000),
  'net.ipv4.tcp_max_tw_buckets': number('timeWaitLimit', 0, 10_000_000),
  'net.ipv4.tcp_min_rtt_wlen': number('minimumRttWindowNs', 1, 86_400, SECOND),
  'net.ipv4.tcp_moderate_rcvbuf': flag('receiveBufferAutotuning'),
  'net.ipv4.tcp_mtu_probe_floor': number('probingFloorMss', 48, 65_535),
  'net.ipv4.tcp_mtu_probing': choice({
    0: { packetizationLayerProbing: 'off' },
    1: { packetizationLayerProbing: 'after-black-hole' },
    2: { packetizationLayerProbing: 'always' },
  }),
  'net.ipv4.tcp_notsent_lowat': limited('notSentLowWaterBytes', 'a whole number of bytes', 4_294_967_295),
  'net.ipv4.tcp_pacing_ca_ratio': number('pacingAvoidancePercent', 1, 1000),
  'net.ipv4.tcp_pacing_ss_ratio': number('pacingSlowStartPercent', 1, 1000),
  'net.ipv4.tcp_probe_interval': number('probingIntervalNs', 1, 86_400, SECOND),
  'net.ipv4.tcp_probe_threshold': number('probingThresholdBytes', 1, 65_535),
  'net.ipv4.tcp_recovery': choice({
    0: { rack: false },
    1: { rack: true, rackReorderingWindow: 'adaptive' },
    3: { rack: true, rackReorderingWindow: 'static' },
    5: { rack: true, rackReorderingWindow: 'adaptive' },
  }),
  'net.ipv4.tcp_reordering': number('duplicateAckThreshold', 1, 300),
  'net.ipv4.tcp_retries1': number('pathRetries', 0, 255),
  'net.ipv4.tcp_retries2': number('dataRetries', 0, 255),
  'net.ipv4.tcp_rfc1337': flag('timeWaitAssassinationProtection'),
  'net.ipv4.tcp_rmem': triple('receiveBufferBytes', 'receiveBufferMaximumBytes'),
  'net.ipv4.tcp_rto_min_us': {
    values: 'a whole number of microseconds from 1 to 120000000',
    read: (text) => {
      const value = integer(text);
      if (value === undefined || value < 1 || value > 120_000_000) return undefined;
      const ns = value * 1000;
      return { retransmissionTimeoutMinimumNs: ns, retransmissionTimeoutVarianceMinimumNs: ns };
    },
    write: (settings) => String(Math.round(settings.retransmissionTimeoutMinimumNs / 1000)),
  },
  'net.ipv4.tcp_rto_max_ms': number('retransmissionTimeoutMaximumNs', 1000, 120_000, MILLISECOND),
  'net.ipv4.tcp_sack': flag('selectiveAcknowledgment'),
  'net.ipv4.tcp_slow_start_after_idle': flag('slowStartAfterIdle'),
  'net.ipv4.tcp_syn_retries': number('synRetries', 1, 127),
  'net.ipv4.tcp_synack_retries': number('synAckRetries', 0, 255),
  'net.ipv4.tcp_syncookies': choice({
    0: { synCookies: 'off' },
    1: { synCookies: 'pressure' },
    2: { synCookies: 'always' },
  }),
  'net.ipv4.tcp_timestamps': choice({ 0: { timestamps: false }, 1: { timestamps: true }, 2: { timestamps: true } }),
  'net.ipv4.tcp_tw_reuse': choice({
    0: { timeWaitReuseOutgoing: 'off' },
    1: { timeWaitReuseOutgoing: 'all' },
    2: { timeWaitReuseOutgoing: 'loopback' },
  }),
  'net.ipv4.tcp_tw_reuse_delay': number('timeWaitReuseDelayNs', 0, 60_000, MILLISECOND),
  'net.ipv4.tcp_window_scaling': flag('windowScaling'),
  'net.ipv4.tcp_wmem': triple('sendBufferBytes', 'sendBufferMaximumBytes'),
  'net.ipv4.ip_no_pmtu_disc': flag('pathMtuDiscovery', true),
};

const FREEBSD: Readonly<Record<string, Sysctl>> = {
  'net.inet.icmp.icmplim': number('resetsPerSecond', 0, 1_000_000),
  'net.inet.tcp.abc_l_var': number('appropriateByteCountingLimitSegments', 1, 100),
  'net.inet.tcp.always_keepalive': flag('keepAlive'),
  'net.inet.tcp.blackhole': choice({
    0: { unanswered: 'none' },
    1: { unanswered: 'syn' },
    2: { unanswered: 'all' },
  }),
  'net.inet.tcp.cc.abe': flag('alternativeBackoff'),
  'net.inet.tcp.cc.algorithm': freebsdCongestionControl,
  'net.inet.tcp.cc.vegas.alpha': number('vegasAlphaSegments', 1, 1000),
  'net.inet.tcp.cc.vegas.beta': number('vegasBetaSegments', 1, 1000),
  'net.inet.tcp.delacktime': number('delayedAckNs', 1, 499, MILLISECOND),
  'net.inet.tcp.delayed_ack': flag('delayedAck'),
  'net.inet.tcp.do_prr': flag('proportionalRateReduction'),
  'net.inet.tcp.ecn.enable': choice({
    0: { ecn: 'off', accurateEcn: 'off' },
    1: { ecn: 'request', accurateEcn: 'off' },
    2: { ecn: 'accept', accurateEcn: 'off' },
    3: { ecn: 'accept', accurateEcn: 'accept' },
    4: { ecn: 'request', accurateEcn: 'request' },
  }),
  'net.inet.tcp.ecn.generalized': flag('ecnControlPackets'),
  'net.inet.tcp.fastopen.autokey': number('fastOpenKeyLifetimeNs', 0, 31_536_000, SECOND),
  'net.inet.tcp.fastopen.client_enable': flag('fastOpenClient'),
  'net.inet.tcp.fastopen.path_disable_time': number('fastOpenBlackholeNs', 0, 86_400, SECOND),
  'net.inet.tcp.fastopen.server_enable': flag('fastOpenServer'),
  'net.inet.tcp.finwait2_timeout': number('finWait2TimeoutNs', 1, 86_400_000, MILLISECOND),
  'net.inet.tcp.initcwnd_segments': number('initialWindowSegments', 1, 64),
  'net.inet.tcp.keepcnt': number('keepAliveProbes', 1, 127),
  'net.inet.tcp.keepidle': number('keepAliveIdleNs', 1, 86_400_000, MILLISECOND),
  'net.inet.tcp.keepintvl': number('keepAliveIntervalNs', 1, 86_400_000, MILLISECOND),
  'net.inet.tcp.maxtcptw': number('timeWaitLimit', 0, 10_000_000),
  'net.inet.tcp.msl': number('maximumSegmentLifetimeNs', 1, 600_000, MILLISECOND),
  'net.inet.tcp.newcwv': choice({
    0: { congestionWindowValidation: 'growth' },
    1: { congestionWindowValidation: 'full' },
  }),
  'net.inet.tcp.path_mtu_discovery': flag('pathMtuDiscovery'),
  'net.inet.tcp.pmtud_blackhole_detection': flag('blackHoleDetection'),
  'net.inet.tcp.pmtud_blackhole_mss': number('probingBaseMss', 48, 65_535),
  'net.inet.tcp.recvbuf_auto': flag('receiveBufferAutotuning'),
  'net.inet.tcp.recvbuf_max': number('receiveBufferMaximumBytes', 1, 2 ** 30),
  'net.inet.tcp.recvspace': number('receiveBufferBytes', 1, 2 ** 30),
  'net.inet.tcp.rexmit_initial': number('retransmissionTimeoutInitialNs', 1, 60_000, MILLISECOND),
  'net.inet.tcp.rexmit_min': number('retransmissionTimeoutMinimumNs', 1, 60_000, MILLISECOND),
  'net.inet.tcp.rexmit_slop': number('retransmissionTimeoutSlopNs', 0, 60_000, MILLISECOND),
  'net.inet.tcp.rfc1323': choice({
    0: { windowScaling: false, timestamps: false },
    1: { windowScaling: true, timestamps: true },
    2: { windowScaling: true, timestamps: false },
    3: { windowScaling: false, timestamps: true },
  }),
  'net.inet.tcp.retries': {
    values: 'a whole number from 1 to 12',
    read: (text) => {
      const value = integer(text);
      return value === undefined || value < 1 || value > 12 ? undefined : { dataRetries: value, synRetries: value };
    },
    write: (settings) => String(settings.dataRetries),
  },
  'net.inet.tcp.rfc3042': flag('limitedTransmit'),
  'net.inet.tcp.rfc3465': flag('appropriateByteCounting'),
  'net.inet.tcp.sack.enable': flag('selectiveAcknowledgment'),
  'net.inet.tcp.sendbuf_auto': flag('sendBufferAutotuning'),
  'net.inet.tcp.sendbuf_max': number('sendBufferMaximumBytes', 1, 2 ** 30),
  'net.inet.tcp.sendspace': number('sendBufferBytes', 1, 2 ** 30),
  'net.inet.tcp.syncache.rexmtlimit': number('synAckRetries', 0, 16),
  'net.inet.tcp.syncookies': choice({ 0: { synCookies: 'off' }, 1: { synCookies: 'pressure' } }),
  'net.inet.tcp.syncookies_only': choice({ 0: { synCookies: 'pressure' }, 1: { synCookies: 'always' } }),
};

const SYSCTLS: Readonly<Record<string, Sysctl>> = { ...LINUX, ...FREEBSD };

/** Every name that there is, sorted. */
export const SYSCTL_NAMES: readonly string[] = Object.keys(SYSCTLS).sort();

/**
 * What a sysctl sets.
 * @param value as the kernel's tool takes it: `'0'`, `'4096 131072 6291456'`, `'cubic'`
 * @throws {RangeError} for an unknown name or a value that it does not take
 */
export function sysctlSettings(name: string, value: string): Partial<TcpSettings> {
  const sysctl = Object.hasOwn(SYSCTLS, name) ? SYSCTLS[name] : undefined;
  if (sysctl === undefined) {
    const alike = SYSCTL_NAMES.filter((known) => isAlike(known, name));
    const hint =
      alike.length > 0 ? `; near it there is ${alike.join(', ')}` : '; `wirelab sysctl` lists those there are';
    throw new RangeError(`no sysctl is called "${name}"${hint}`);
  }
  const settings = sysctl.read(value.trim());
  if (settings === undefined) throw new RangeError(`${name} takes ${sysctl.values}; "${value}" is not one of them`);
  return settings;
}

/**
 * The value that reading a sysctl shows: the inverse of `sysctlSettings`, so far as settings have one value.
 * @returns `undefined` if nothing that the sysctl can say amounts to the settings @throws {RangeError} for an unknown name
 */
export function sysctlValue(name: string, settings: Readonly<TcpSettings>): string | undefined {
  if (!Object.hasOwn(SYSCTLS, name)) throw new RangeError(`no sysctl is called "${name}"`);
  return SYSCTLS[name]!.write(settings);
}

/** The values that a sysctl takes, for a person. @throws {RangeError} for an unknown name */
export function sysctlValues(name: string): string {
  if (!Object.hasOwn(SYSCTLS, name)) throw new RangeError(`no sysctl is called "${name}"`);
  return SYSCTLS[name]!.values;
}

/** Whether one name has all letters of the last part of the other in a row, or differs in its prefix alone. */
function isAlike(known: string, asked: string): boolean {
  const last = (name: string): string => name.slice(name.lastIndexOf('.') + 1).replace(/^tcp_/, '');
  const [one, other] = [last(known), last(asked)];
  return other.length >= 3 && (one.includes(other) || other.includes(one));
}
