/**
 * What can be chosen for a host, with the defaults of our `rfc` profile. In brackets the sysctl of Linux that does the
 * same, where there is one.
 */
import { MILLISECOND, SECOND } from '../layers/clock.ts';
import { NEIGHBOUR_SETTINGS, type NeighbourSettings } from '../layers/link/neighbour-cache.ts';
import { PATH_MTU_OPTIONS, type PathMtuRaise } from '../layers/network/path-mtu.ts';
import { REASSEMBLY_SETTINGS, type ReassemblySettings } from '../layers/network/reassembly.ts';
import { profileSettings } from '../layers/transport/tcp/profiles.ts';
import { RFC_SETTINGS, type TcpSettings } from '../layers/transport/tcp/settings.ts';
import { checkSettings } from '../layers/transport/tcp/settings-check.ts';
import { UDP_SETTINGS, type UdpSettings } from '../layers/transport/udp-endpoints.ts';
import { sysctlSettings } from './sysctl.ts';

export interface HostSettings {
  /** Time to live and hop limit of what is sent (`net.ipv4.ip_default_ttl`). RFC 1122 §3.2.1.7. */
  hopLimit: number;
  /** Whether redirects change routes (`net.ipv4.conf.all.accept_redirects`). RFC 1122 §3.2.2.2, RFC 4861 §8.3. */
  readonly acceptRedirects: boolean;
  /** Whether an echo request to a group or broadcast address is answered. RFC 1122 §3.2.2.6 leaves it open. */
  readonly answerGroupEcho: boolean;
  /** ICMP errors per second in the long run (`net.ipv4.icmp_msgs_per_sec`) … RFC 4443 §2.4 (f), RFC 1812 §4.3.2.8. */
  readonly icmpErrorsPerSecond: number;
  /** … and at once (`net.ipv4.icmp_msgs_burst`). */
  readonly icmpErrorBurst: number;
  /** How long a lowered path MTU is believed, in nanoseconds (`net.ipv4.route.mtu_expires`). */
  readonly pathMtuLifetimeNs: number;
  /** IPv4: no path MTU is believed below this; routers that carry less may fragment (`net.ipv4.route.min_pmtu`). */
  readonly pathMtuMinimumBytes: number;
  /** What becomes of it then: the first hop's MTU at once (RFC 1191 §6.3), or plateau by plateau (§7.1). */
  readonly pathMtuRaise: PathMtuRaise;
  /** Gratuitous ARP when an address is configured (RFC 5227 §2.3 wants 2; 0 is silence). */
  readonly arpAnnouncements: number;
  /** ARP probes before an address is used; 0 uses it at once, 3 is RFC 5227 §1.1's PROBE_NUM. */
  readonly arpProbes: number;
  /**
   * Neighbour solicitations before an IPv6 address is used (`net.ipv6.conf.*.dad_transmits`). RFC 4862 §5.1 says 1; our
   * default is 0, so that a simulated host can speak at once.
   */
  readonly duplicateAddressDetectionTransmits: number;
  readonly arp: NeighbourSettings;
  readonly ndp: NeighbourSettings;
  readonly reassembly: ReassemblySettings;
  readonly udp: UdpSettings;
  /** What TCP connections start with. */
  readonly tcp: TcpSettings;
}

/** The settings as a caller writes them: what is left out has its default. */
export type HostOptions = Partial<
  Omit<HostSettings, 'arp' | 'ndp' | 'reassembly' | 'udp' | 'tcp'> & {
    readonly arp: Partial<NeighbourSettings>;
    readonly ndp: Partial<NeighbourSettings>;
    readonly reassembly: Partial<ReassemblySettings>;
    readonly udp: Partial<UdpSettings>;
    readonly tcp: Partial<TcpSettings>;
    /** Which defaults TCP starts from: `rfc` (ours), `linux` or `freebsd`. */
    readonly profile: string;
    /** TCP's settings by the names of kernels, over the profile and under `tcp`: `{ 'net.ipv4.tcp_sack': 0 }`. */
    readonly sysctl: Readonly<Record<string, string | number>>;
  }
>;

export const HOST_SETTINGS: HostSettings = {
  hopLimit: 64,
  acceptRedirects: false,
  answerGroupEcho: false,
  icmpErrorsPerSecond: 1000,
  icmpErrorBurst: 50,
  pathMtuLifetimeNs: PATH_MTU_OPTIONS.lifetimeNs,
  pathMtuMinimumBytes: PATH_MTU_OPTIONS.minimumBytes,
  pathMtuRaise: PATH_MTU_OPTIONS.raise,
  arpAnnouncements: 1,
  arpProbes: 0,
  duplicateAddressDetectionTransmits: 0,
  arp: NEIGHBOUR_SETTINGS,
  ndp: NEIGHBOUR_SETTINGS,
  reassembly: REASSEMBLY_SETTINGS,
  udp: UDP_SETTINGS,
  tcp: RFC_SETTINGS,
};

/** RFC 5227 §1.1: from one announcement to the next, and within which a second conflict is not answered again. */
export const ANNOUNCE_INTERVAL_NS: number = 2 * SECOND;
export const DEFEND_INTERVAL_NS: number = 10 * SECOND;
/** RFC 5227 §1.1: between two probes (PROBE_MIN to PROBE_MAX), and after the last one (ANNOUNCE_WAIT). */
export const PROBE_MINIMUM_NS: number = SECOND;
export const PROBE_MAXIMUM_NS: number = 2 * SECOND;
export const ANNOUNCE_WAIT_NS: number = 2 * SECOND;
/** RFC 4861 §10: MAX_RTR_SOLICITATION_DELAY, RTR_SOLICITATION_INTERVAL and MAX_RTR_SOLICITATIONS. */
export const ROUTER_SOLICITATION_DELAY_NS: number = SECOND;
export const ROUTER_SOLICITATION_INTERVAL_NS: number = 4 * SECOND;
export const MAXIMUM_ROUTER_SOLICITATIONS = 3;
/** RFC 4861 §10: MAX_RA_DELAY_TIME, before a router answers a solicitation. */
export const MAXIMUM_ADVERTISEMENT_DELAY_NS: number = 500 * MILLISECOND;

/** What kernels do otherwise than `HOST_SETTINGS`, besides TCP. */
const PROFILES: Readonly<Record<string, Partial<HostSettings>>> = {
  // net.ipv4.route.min_pmtu.
  linux: { pathMtuMinimumBytes: 552 },
};

function tcpSettings({ profile = 'rfc', sysctl = {}, tcp }: HostOptions): TcpSettings {
  const named = Object.entries(sysctl).map(([name, value]) => sysctlSettings(name, String(value)));
  return Object.assign(profileSettings(profile), ...named, tcp);
}

/** @throws {RangeError} if a number makes no sense, or a setting, profile or sysctl is not there */
export function hostSettings(options: HostOptions = {}): HostSettings {
  const { profile: _profile, sysctl: _sysctl, ...own } = options;
  const settings: HostSettings = {
    ...HOST_SETTINGS,
    ...PROFILES[options.profile ?? ''],
    ...own,
    arp: { ...NEIGHBOUR_SETTINGS, ...options.arp },
    ndp: { ...NEIGHBOUR_SETTINGS, ...options.ndp },
    reassembly: { ...REASSEMBLY_SETTINGS, ...options.reassembly },
    udp: { ...UDP_SETTINGS, ...options.udp },
    tcp: tcpSettings(options),
  };
  refuseUnknown('', options, { ...HOST_SETTINGS, profile: '', sysctl: '' });
  for (const part of ['arp', 'ndp', 'reassembly', 'udp', 'tcp'] as const) {
    refuseUnknown(`${part}.`, options[part] ?? {}, HOST_SETTINGS[part]);
  }
  checkSettings(options.tcp ?? {});
  checkHopLimit(settings.hopLimit);
  if (settings.arp.retransTimerNs < SECOND) {
    throw new RangeError(
      'wirelab: ARP asks once a second at most (RFC 1122 §2.3.2.1); let arp.retransTimerNs be 1 s or more',
    );
  }
  return settings;
}

/** @throws {RangeError} if no header holds it */
export function checkHopLimit(hopLimit: number): void {
  if (!Number.isInteger(hopLimit) || hopLimit < 1 || hopLimit > 255) {
    throw new RangeError(`wirelab: a hop limit of ${hopLimit} fits no header; choose an integer from 1 to 255`);
  }
}

/** No option is accepted and ignored: a misspelt one is a mistake that should be seen. */
function refuseUnknown(prefix: string, given: object, known: object): void {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return;
  throw new RangeError(
    `wirelab: a host has no setting '${prefix}${unknown}'; it has ${Object.keys(known).sort().join(', ')}`,
  );
}
