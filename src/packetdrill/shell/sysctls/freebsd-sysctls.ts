/**
 * FreeBSD's sysctls beyond those that set something here (`host/sysctl.ts`), by tcp(4), inet(4), ip6(4) and mod_cc(4):
 * what a script may set because the host does the same without being told.
 */
import { EPHEMERAL_FIRST, EPHEMERAL_LAST } from '../../../layers/transport/ports.ts';
import { anyNumber, from, type KernelSysctl, only, row, type ValueSet } from './sysctl-row.ts';

const NO_LOG = 'about messages and records of the kernel alone';
const NO_COST = 'about the cost of packets alone';
const NO_CACHE = 'a host cache of measurements is empty in a script';
const NO_TUNNEL = 'TCP in UDP is left out';
const OTHER_STACK = 'there is the base stack alone';
const AS_RFC_5961 = 'RFC 5961 is kept';
const AS_RFC_9406 = 'the value of RFC 9406';
const NO_QUEUE = 'the device has no queue';

const upTo = (most: number): ValueSet => ({
  text: `up to ${most}`,
  has: (value) => /^\d{1,9}$/.test(value) && Number(value) <= most,
});

const TCP: Readonly<Record<string, KernelSysctl>> = {
  'bb.disable_all': row(only('0', '1'), '0', NO_LOG),
  'bb.log_auto_all': row(only('0', '1'), '0', NO_LOG),
  'bb.log_auto_mode': row(anyNumber, '1', NO_LOG),
  'bb.log_auto_ratio': row(anyNumber, '0', NO_LOG),
  'bb.log_session_limit': row(anyNumber, '5000', NO_LOG),
  'bb.log_verbose': row(anyNumber, '0', NO_LOG),
  blackhole_local: row(only('0', '1'), '0', 'the peer is never the host itself'),
  'cc.abe_frlossreduce': row(only('0'), '0', 'a mark and a loss reduce the window once'),
  'cc.dctcp.alpha': row(only('1024'), '1024', 'alpha begins with 1'),
  'cc.dctcp.ect1': row(only('0'), '0', 'ECT(0) is sent'),
  'cc.dctcp.shift_g': row(only('4'), '4', 'g is 1/16'),
  'cc.dctcp.slowstart': row(only('0'), '0', 'a mark in slow start counts as any'),
  'cc.hystartplusplus.bblogs': row(only('0', '1'), '0', NO_LOG),
  'cc.hystartplusplus.css_growth_div': row(only('4'), '4', AS_RFC_9406),
  'cc.hystartplusplus.css_rounds': row(only('5'), '5', AS_RFC_9406),
  'cc.hystartplusplus.maxrtt_thresh': row(only('16000'), '16000', AS_RFC_9406),
  'cc.hystartplusplus.minrtt_thresh': row(only('4000'), '4000', AS_RFC_9406),
  'cc.hystartplusplus.n_rttsamples': row(only('8'), '8', AS_RFC_9406),
  'cc.newreno.beta': row(only('50'), '50', 'a loss halves the window'),
  'cc.newreno.beta_ecn': row(only('80'), '80', 'beta_ecn of RFC 8511'),
  do_lrd: row(only('0'), '1', 'a retransmission that is lost is found by the timer'),
  do_prr_conservative: row(only('0'), '0', 'the bound is that of RFC 9937'),
  do_tcpdrain: row(only('0', '1'), '1', 'memory is never short'),
  drop_synfin: row(only('0'), '0', 'a SYN with FIN is a SYN'),
  'ecn.maxretries': row(only('0'), '1', 'a SYN that is sent again has no ECN'),
  fast_finwait2_recycle: row(only('0'), '0', 'FIN-WAIT-2 lasts as long as the setting says'),
  'fastopen.acceptany': row(only('0'), '0', 'data without a cookie waits'),
  'fastopen.ccache_bucket_limit': row(from(1), '16', 'cookies of a few servers are kept'),
  'fastopen.psk_enable': row(only('0'), '0', 'cookies are made by key alone'),
  functions_default: row(only('freebsd'), 'freebsd', OTHER_STACK),
  functions_inherit_listen_socket_stack: row(only('0', '1'), '1', OTHER_STACK),
  'hostcache.bucketlimit': row(anyNumber, '30', NO_CACHE),
  'hostcache.cachelimit': row(anyNumber, '15360', NO_CACHE),
  'hostcache.enable': row(only('0', '1'), '1', NO_CACHE),
  'hostcache.expire': row(anyNumber, '3600', NO_CACHE),
  'hostcache.prune': row(anyNumber, '300', NO_CACHE),
  'hostcache.purge': row(only('0'), '0', NO_CACHE),
  icmp_may_rst: row(only('1'), '1', 'ICMP hard errors end a connection that is being opened'),
  insecure_ack: row(only('0'), '0', AS_RFC_5961),
  insecure_rst: row(only('0'), '0', AS_RFC_5961),
  insecure_syn: row(only('0'), '0', AS_RFC_5961),
  isn_reseed_interval: row(only('0'), '0', 'the secret of sequence numbers stays'),
  log_debug: row(only('0', '1'), '0', NO_LOG),
  log_in_vain: row(anyNumber, '0', NO_LOG),
  'lro.entries': row(anyNumber, '8', NO_COST),
  map_limit: row(only('0'), '0', 'segments are remembered as long as they are in flight'),
  maxunacktime: row(only('0'), '0', 'what is not acknowledged ends by its retries'),
  mssdflt: row(only('536'), '536', 'RFC 9293 §3.7.1'),
  newreno_sack: row(only('1'), '1', 'SACK recovery is that of RFC 6675'),
  nolocaltimewait: row(only('0'), '0', 'every TIME-WAIT lasts'),
  pacing_limit: row(from(1), '10000', 'no script paces so many'),
  per_cpu_timers: row(only('0', '1'), '0', NO_COST),
  perconn_stats_enable: row(anyNumber, '0', NO_LOG),
  // The window bounds what waits beyond a gap; a script has fewer segments.
  'reass.maxqueuelen': row(from(100), '100', 'the window bounds what is kept beyond a gap'),
  'reass.maxsegments': row(from(100), undefined, 'the window bounds what is kept beyond a gap'),
  'reass.new_limit': row(only('0'), '0', 'the window bounds what is kept beyond a gap'),
  'reass.queueguard': row(anyNumber, '16', 'the window bounds what is kept beyond a gap'),
  rexmit_drop_options: row(only('0'), '0', 'every SYN has its options'),
  rfc3390: row(only('0', '1'), '1', 'initcwnd_segments goes before'),
  rfc6675_pipe: row(only('1'), '1', 'pipe is that of RFC 6675'),
  'sack.globalmaxholes': row(from(128), '65536', 'no script has so many'),
  'sack.lrd': row(only('0'), '1', 'a retransmission that is lost is found by the timer'),
  'sack.maxholes': row(from(128), '128', 'no script has so many'),
  'sack.revised': row(only('1'), '1', 'SACK recovery is that of RFC 6675'),
  sendbuf_auto_lowat: row(only('0'), '0', 'the buffer grows as it is used'),
  soreceive_stream: row(only('0', '1'), '0', NO_COST),
  split_limit: row(only('0'), '0', 'segments are remembered as long as they are in flight'),
  'syncache.cachelimit': row(from(128), '15360', 'no script has so many'),
  'syncache.hashsize': row(anyNumber, '512', NO_COST),
  'syncache.rst_on_sock_fail': row(only('0', '1'), '1', 'a socket can always be made'),
  'syncache.see_other': row(only('0', '1'), '0', 'there is one user'),
  tolerate_missing_ts: row(only('0'), '0', 'RFC 7323 §3.2'),
  ts_offset_per_conn: row(only('1'), '1', 'each connection has an offset of its own'),
  tso: row(only('0', '1'), '1', 'the script joins and splits what is captured as it is written'),
  udp_tunneling_overhead: row(anyNumber, '8', NO_TUNNEL),
  udp_tunneling_port: row(only('0'), '0', NO_TUNNEL),
  v6mssdflt: row(only('1220'), '1220', 'RFC 9293 §3.7.1'),
};

const OTHERS: Readonly<Record<string, KernelSysctl>> = {
  'kern.ipc.maxsockbuf': row(from(2_097_152), '2097152', 'a program may ask for more'),
  'kern.ipc.soacceptqueue': row(from(128), '128', 'the backlog is what listen says'),
  'kern.ipc.somaxconn': row(from(128), '128', 'the backlog is what listen says'),
  'kern.timecounter.alloweddeviation': row(anyNumber, '5', 'timers fire on time'),
  'net.inet.icmp.drop_redirect': row(only('1'), '0', 'redirects change no route'),
  'net.inet.icmp.icmplim_jitter': row(only('0'), '16', 'the limit is what it says'),
  'net.inet.icmp.icmplim_output': row(only('0', '1'), '1', NO_LOG),
  'net.inet.icmp.log_redirect': row(only('0', '1'), '0', NO_LOG),
  'net.inet.ip.accept_sourceroute': row(only('0'), '0', 'source routes are refused'),
  'net.inet.ip.forwarding': row(only('0'), '0', 'a host, not a router'),
  'net.inet.ip.portrange.first': row(upTo(EPHEMERAL_FIRST), '10000', 'ports are chosen from that range'),
  'net.inet.ip.portrange.hifirst': row(upTo(EPHEMERAL_FIRST), '49152', 'ports are chosen from that range'),
  'net.inet.ip.portrange.hilast': row(only(String(EPHEMERAL_LAST)), '65535', 'ports are chosen from that range'),
  'net.inet.ip.portrange.last': row(only(String(EPHEMERAL_LAST)), '65535', 'ports are chosen from that range'),
  'net.inet.ip.portrange.randomized': row(only('1'), '1', 'ports are chosen at random'),
  'net.inet.ip.portrange.reservedhigh': row(anyNumber, '1023', 'the script is root'),
  'net.inet.ip.redirect': row(only('0', '1'), '1', 'a host, not a router'),
  'net.inet.udp.blackhole': row(only('0'), '0', 'a port that nobody has is told of'),
  'net.inet.udp.checksum': row(only('1'), '1', 'datagrams have checksums'),
  'net.inet6.icmp6.rediraccept': row(only('0'), '1', 'redirects change no route'),
  'net.inet6.ip6.auto_flowlabel': row(only('0'), '1', 'the flow label is 0'),
  'net.inet6.ip6.dad_count': row(only('0'), '1', 'an address is used at once'),
  'net.inet6.ip6.forwarding': row(only('0'), '0', 'a host, not a router'),
  'net.inet6.ip6.v6only': row(only('0'), '1', 'a socket of IPv6 takes IPv4 too'),
  'net.link.ifqmaxlen': row(anyNumber, '128', NO_QUEUE),
};

export const FREEBSD_SYSCTLS: ReadonlyMap<string, KernelSysctl> = new Map([
  ...Object.entries(TCP).map(([name, one]) => [`net.inet.tcp.${name}`, one] as const),
  ...Object.entries(OTHERS),
]);
