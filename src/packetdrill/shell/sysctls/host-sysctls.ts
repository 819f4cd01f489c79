/** Sysctls that act on the host as a whole, and not on TCP's settings; and those that can only be read. */
import { CONTROLLER_NAMES } from '../../../layers/transport/tcp/congestion/controllers.ts';
import type { ShellHost } from '../host.ts';

export interface HostSysctl {
  /** @returns false for a value that it does not take; without it the sysctl cannot be set */
  readonly write?: (value: string, host: ShellHost) => boolean;
  readonly read: (host: ShellHost) => string;
}

const hopLimit: HostSysctl = {
  write: (value, host) => {
    const hops = /^\d{1,3}$/.test(value) ? Number(value) : 0;
    if (hops < 1 || hops > 255) return false;
    host.setHopLimit(hops);
    return true;
  },
  read: (host) => String(host.hopLimit),
};

/** Any number does it; reading shows nothing of it. */
const action = (act: (host: ShellHost) => void): HostSysctl => ({
  write: (value, host) => {
    if (!/^-?\d{1,9}$/.test(value)) return false;
    act(host);
    return true;
  },
  read: () => '0',
});

const flushRoutes: HostSysctl = action((host) => host.forgetPathMtus());

/** FreeBSD keeps path MTUs there too; 0 asks for nothing. */
const purgeHostCache: HostSysctl = {
  write: (value, host) => {
    if (value !== '0' && value !== '1') return false;
    if (value === '0') return true;
    host.flushMetrics();
    host.forgetPathMtus();
    return true;
  },
  read: () => '0',
};

const listed = (names: readonly string[]): HostSysctl => ({ read: () => names.join(' ') });

const CONTROLLERS = CONTROLLER_NAMES.filter((name) => name !== 'none');

/** By their names; `conf.*` stands for any of the host's devices. */
export const HOST_SYSCTLS: ReadonlyMap<string, HostSysctl> = new Map([
  ['net.ipv4.ip_default_ttl', hopLimit],
  ['net.ipv6.conf.*.hop_limit', hopLimit],
  ['net.inet.ip.ttl', hopLimit],
  ['net.inet6.ip6.hlim', hopLimit],
  ['net.ipv4.route.flush', flushRoutes],
  ['net.ipv6.route.flush', flushRoutes],
  ['net.inet.tcp.hostcache.purgenow', purgeHostCache],
  ['net.ipv4.tcp_available_congestion_control', listed(CONTROLLERS)],
]);
