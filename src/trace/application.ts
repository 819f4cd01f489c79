/**
 * Which application a port belongs to, as a hint for people: IANA's registry "Service Name and Transport Protocol Port Number".
 * What applications say is not dissected; it stays bytes.
 */
type Transport = 'tcp' | 'udp';

const BOTH: readonly Transport[] = ['tcp', 'udp'];
const TCP: readonly Transport[] = ['tcp'];
const UDP: readonly Transport[] = ['udp'];

const APPLICATIONS: readonly (readonly [port: number, name: string, transports: readonly Transport[]])[] = [
  [7, 'Echo', BOTH],
  [9, 'Discard', BOTH],
  [13, 'Daytime', BOTH],
  [19, 'Chargen', BOTH],
  [20, 'FTP data', TCP],
  [21, 'FTP', TCP],
  [22, 'SSH', TCP],
  [23, 'Telnet', TCP],
  [25, 'SMTP', TCP],
  [37, 'Time', BOTH],
  [43, 'Whois', TCP],
  [53, 'DNS', BOTH],
  [67, 'DHCP', UDP],
  [68, 'DHCP', UDP],
  [69, 'TFTP', UDP],
  [79, 'Finger', TCP],
  [80, 'HTTP', TCP],
  [88, 'Kerberos', BOTH],
  [110, 'POP3', TCP],
  [111, 'Portmapper', BOTH],
  [119, 'NNTP', TCP],
  [123, 'NTP', UDP],
  [137, 'NetBIOS name', UDP],
  [138, 'NetBIOS datagram', UDP],
  [139, 'NetBIOS session', TCP],
  [143, 'IMAP', TCP],
  [161, 'SNMP', UDP],
  [162, 'SNMP trap', UDP],
  [179, 'BGP', TCP],
  [194, 'IRC', TCP],
  [389, 'LDAP', BOTH],
  [443, 'TLS', TCP],
  [443, 'QUIC', UDP],
  [445, 'SMB', TCP],
  [465, 'SMTP over TLS', TCP],
  [500, 'IKE', UDP],
  [514, 'Syslog', UDP],
  [520, 'RIP', UDP],
  [521, 'RIPng', UDP],
  [546, 'DHCPv6', UDP],
  [547, 'DHCPv6', UDP],
  [587, 'SMTP submission', TCP],
  [631, 'IPP', TCP],
  [636, 'LDAP over TLS', TCP],
  [853, 'DNS over TLS', TCP],
  [993, 'IMAP over TLS', TCP],
  [995, 'POP3 over TLS', TCP],
  [1194, 'OpenVPN', UDP],
  [1883, 'MQTT', TCP],
  [2049, 'NFS', TCP],
  [3306, 'MySQL', TCP],
  [3389, 'RDP', BOTH],
  [3478, 'STUN', UDP],
  [4500, 'IKE behind NAT', UDP],
  [5060, 'SIP', BOTH],
  [5201, 'iperf', BOTH],
  [5353, 'mDNS', UDP],
  [5355, 'LLMNR', UDP],
  [5432, 'PostgreSQL', TCP],
  [5683, 'CoAP', UDP],
  [6379, 'Redis', TCP],
  [8080, 'HTTP', TCP],
];

const NAMES: ReadonlyMap<string, string> = new Map(
  APPLICATIONS.flatMap(([port, name, transports]) => transports.map((transport) => [`${transport} ${port}`, name])),
);

/** The application of a segment or datagram: by its lower port first, where servers are. `data` if neither is known. */
export function applicationName(transport: Transport, port: number, otherPort: number): string {
  const lower = NAMES.get(`${transport} ${Math.min(port, otherPort)}`);
  return lower ?? NAMES.get(`${transport} ${Math.max(port, otherPort)}`) ?? 'data';
}
