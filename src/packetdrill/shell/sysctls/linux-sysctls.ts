/**
 * Linux's sysctls beyond those that set something here (`host/sysctl.ts`), by Documentation/networking/ip-sysctl and
 * Documentation/admin-guide/sysctl/net: what a script may set because the host does the same without being told.
 */

import { EPHEMERAL_FIRST, EPHEMERAL_LAST } from '../../../layers/transport/ports.ts';
import { CONTROLLER_NAMES } from '../../../layers/transport/tcp/congestion/controllers.ts';
import { anyNumber, anyNumbers, around, from, type KernelSysctl, only, row } from './sysctl-row.ts';

const NO_QUEUE = 'the device has no queue: what is sent is gone';
const NO_LEGACY = 'without effect in the kernel too';
const NO_MEMORY = 'memory is never short';
const NO_ARP = 'the device asks nobody for addresses';
const NO_FORWARDING = 'a host, not a router';
const NO_METRICS = 'nothing measured is kept from one connection to the next';
const NO_LOG = 'about messages of the kernel alone';
const NO_ROUTER = 'no router speaks to the host';
const AT_ONCE = 'a SACK goes out at once';
const BURSTS = 'the script joins and splits what is captured as it is written';
const NO_COST = 'about the cost of packets alone';
const LISTS: ReadonlySet<string> = new Set(CONTROLLER_NAMES);

const TCP: Readonly<Record<string, KernelSysctl>> = {
  abort_on_overflow: row(only('0'), '0', 'what finds the accept queue full is dropped'),
  // Since Linux 6.6 the kernel works out by itself what share of a buffer is window; here it is the whole of it.
  adv_win_scale: row(anyNumber, '1', NO_LEGACY),
  allowed_congestion_control: row(
    { text: CONTROLLER_NAMES.join(', '), has: (value) => value.split(/\s+/).every((name) => LISTS.has(name)) },
    undefined,
    'the script is root and may choose any',
  ),
  app_win: row(only('0', '31'), '31', 'no part of the window is kept back'),
  autocorking: row(only('0', '1'), '1', NO_QUEUE),
  backlog_ack_defer: row(only('0', '1'), '1', 'no segment waits for a program to let go of its socket'),
  child_ehash_entries: row(anyNumber, '0', NO_COST),
  comp_sack_delay_ns: row(only('0'), '1000000', AT_ONCE),
  comp_sack_nr: row(only('0'), '44', AT_ONCE),
  comp_sack_slack_ns: row(anyNumber, '100000', 'how exact a timer is that does not run'),
  early_demux: row(only('0', '1'), '1', NO_COST),
  fack: row(anyNumber, '0', NO_LEGACY),
  fwmark_accept: row(only('0'), '0', 'packets have no marks'),
  invalid_ratelimit: row(only('500'), '500', 'invalid segments without data are answered once in 500 ms'),
  l3mdev_accept: row(only('0', '1'), '0', 'there is one routing domain'),
  limit_output_bytes: row(from(1), '4194304', NO_QUEUE),
  low_latency: row(anyNumber, '0', NO_LEGACY),
  max_orphans: row(from(64), undefined, 'no script has so many'),
  max_reordering: row(only('3', '300'), '300', 'RACK goes by time, not by a count'),
  mem: row(anyNumbers(3), undefined, NO_MEMORY),
  migrate_req: row(only('0'), '0', 'connections stay with their listener'),
  min_snd_mss: row(only('48'), '48', 'no peer of a script asks for less'),
  min_tso_segs: row(anyNumber, '2', BURSTS),
  no_metrics_save: row(only('0', '1'), '0', NO_METRICS),
  no_ssthresh_metrics_save: row(only('0', '1'), '1', NO_METRICS),
  plb_enabled: row(only('0'), '0', 'the flow label stays'),
  reflect_tos: row(only('0'), '0', 'the type of service is that of the socket'),
  retrans_collapse: row(only('0'), '1', 'segments are sent again as they were'),
  shrink_window: row(only('0'), '0', 'the right edge of the window never moves left'),
  stdurg: row(only('0'), '0', 'the urgent pointer is to the octet after the urgent data'),
  syn_linear_timeouts: row(only('0'), '4', 'each timeout of a SYN doubles the next'),
  thin_linear_timeouts: row(only('0'), '0', 'each timeout doubles the next'),
  tso_rtt_log: row(anyNumber, '9', BURSTS),
  tso_win_divisor: row(anyNumber, '3', BURSTS),
  workaround_signed_windows: row(only('0'), '0', 'a window of 65535 is taken as it is'),
};

const IPV4: Readonly<Record<string, KernelSysctl>> = {
  icmp_echo_ignore_all: row(only('0'), '0', 'echo requests are answered'),
  icmp_echo_ignore_broadcasts: row(only('1'), '1', 'echo requests to all are not answered'),
  icmp_errors_use_inbound_ifaddr: row(only('0', '1'), '0', 'there is one interface'),
  icmp_ignore_bogus_error_responses: row(only('0', '1'), '1', NO_LOG),
  icmp_msgs_burst: row(only('50'), '50', 'ICMP errors are limited so'),
  icmp_msgs_per_sec: row(only('1000'), '1000', 'ICMP errors are limited so'),
  icmp_ratelimit: row(only('0'), '1000', 'no limit for a single receiver'),
  ip_autobind_reuse: row(only('0'), '0', 'a port that is taken is not chosen'),
  ip_early_demux: row(only('0', '1'), '1', NO_COST),
  ip_forward: row(only('0'), '0', NO_FORWARDING),
  ip_local_port_range: row(around(EPHEMERAL_FIRST, EPHEMERAL_LAST), '32768\t60999', 'ports are chosen from that range'),
  ip_nonlocal_bind: row(only('0'), '0', 'a socket is bound to an address of the host'),
  ip_unprivileged_port_start: row(anyNumber, '1024', 'the script is root'),
  ipfrag_time: row(only('60'), '30', 'fragments are kept for a minute'),
  ping_group_range: row(anyNumbers(2), '1\t0', 'the script is root'),
  'route.min_pmtu': row(only('68'), '552', 'a path MTU is believed down to 68'),
  'route.mtu_expires': row(only('600'), '600', 'a path MTU is believed for 10 minutes'),
  udp_early_demux: row(only('0', '1'), '1', NO_COST),
  'conf.*.accept_local': row(only('0'), '0', 'a packet from the host itself does not come in'),
  'conf.*.accept_redirects': row(only('0'), '1', 'redirects change no route'),
  'conf.*.accept_source_route': row(only('0'), '0', 'source routes are refused'),
  'conf.*.arp_announce': row(anyNumber, '0', NO_ARP),
  'conf.*.arp_ignore': row(anyNumber, '0', NO_ARP),
  'conf.*.arp_notify': row(anyNumber, '0', NO_ARP),
  'conf.*.forwarding': row(only('0'), '0', NO_FORWARDING),
  'conf.*.log_martians': row(only('0', '1'), '0', NO_LOG),
  'conf.*.rp_filter': row(only('0', '1', '2'), '0', 'every source lies behind the one interface'),
  'conf.*.secure_redirects': row(only('0', '1'), '1', 'redirects change no route'),
  'conf.*.send_redirects': row(only('0', '1'), '1', NO_FORWARDING),
};

const IPV6: Readonly<Record<string, KernelSysctl>> = {
  auto_flowlabels: row(only('0'), '1', 'the flow label is 0'),
  bindv6only: row(only('0'), '0', 'a socket of IPv6 takes IPv4 too'),
  'conf.*.accept_dad': row(anyNumber, '1', 'an address is used at once'),
  'conf.*.accept_ra': row(anyNumber, '1', NO_ROUTER),
  'conf.*.accept_redirects': row(only('0'), '1', 'redirects change no route'),
  'conf.*.accept_source_route': row(only('0', '-1'), '0', 'source routes are refused'),
  'conf.*.autoconf': row(only('0', '1'), '1', NO_ROUTER),
  'conf.*.dad_transmits': row(only('0'), '1', 'an address is used at once'),
  'conf.*.disable_ipv6': row(only('0'), '0', 'both families are on'),
  'conf.*.forwarding': row(only('0'), '0', NO_FORWARDING),
  'conf.*.router_solicitations': row(anyNumber, '-1', NO_ROUTER),
  'conf.*.use_tempaddr': row(anyNumber, '0', NO_ROUTER),
};

const CORE: Readonly<Record<string, KernelSysctl>> = {
  busy_poll: row(anyNumber, '0', NO_COST),
  busy_read: row(anyNumber, '0', NO_COST),
  default_qdisc: row(
    only('fq', 'pfifo', 'pfifo_fast', 'bfifo', 'fq_codel', 'sfq', 'noqueue', 'mq'),
    'pfifo_fast',
    NO_QUEUE,
  ),
  gro_normal_batch: row(anyNumber, '8', BURSTS),
  netdev_budget: row(anyNumber, '300', NO_COST),
  netdev_budget_usecs: row(anyNumber, '2000', NO_COST),
  netdev_max_backlog: row(from(1), '1000', NO_QUEUE),
  netdev_tstamp_prequeue: row(only('0', '1'), '1', NO_COST),
  optmem_max: row(from(4096), '131072', NO_MEMORY),
  // SO_RCVBUF and SO_SNDBUF take any size up to a gigabyte.
  rmem_default: row(only('212992'), '212992', 'of sockets for datagrams'),
  rmem_max: row(from(212_992), '212992', 'a program may ask for more'),
  somaxconn: row(only('4096'), '4096', 'the largest backlog'),
  tstamp_allow_data: row(only('0', '1'), '1', NO_COST),
  wmem_default: row(from(1), '212992', 'datagrams do not wait to be sent'),
  wmem_max: row(from(212_992), '212992', 'a program may ask for more'),
};

const under = (
  prefix: string,
  rows: Readonly<Record<string, KernelSysctl>>,
): readonly (readonly [string, KernelSysctl])[] =>
  Object.entries(rows).map(([name, one]) => [`${prefix}${name}`, one] as const);

/** By their names; `conf.*` stands for any of the host's devices. */
export const LINUX_SYSCTLS: ReadonlyMap<string, KernelSysctl> = new Map([
  ...under('net.ipv4.tcp_', TCP),
  ...under('net.ipv4.', IPV4),
  ...under('net.ipv6.', IPV6),
  ...under('net.core.', CORE),
]);
