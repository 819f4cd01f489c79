/**
 * IP protocol numbers, which are IPv6 next header values as well: IANA's registry "Assigned Internet Protocol Numbers".
 * Only those that a person meets; others are printed as numbers.
 */
export const HOP_BY_HOP = 0;
export const ICMP = 1;
export const IGMP = 2;
export const IPV4 = 4;
export const TCP = 6;
export const UDP = 17;
export const IPV6 = 41;
export const ROUTING = 43;
export const FRAGMENT = 44;
export const GRE = 47;
export const ENCAPSULATING_SECURITY_PAYLOAD = 50;
export const AUTHENTICATION = 51;
export const ICMPV6 = 58;
export const NO_NEXT_HEADER = 59;
export const DESTINATION_OPTIONS = 60;
export const OSPF = 89;
export const PIM = 103;
export const SCTP = 132;
export const UDP_LITE = 136;

export const PROTOCOL_NAMES: Readonly<Record<number, string>> = {
  [HOP_BY_HOP]: 'hop-by-hop options',
  [ICMP]: 'ICMP',
  [IGMP]: 'IGMP',
  [IPV4]: 'IPv4',
  [TCP]: 'TCP',
  8: 'EGP',
  9: 'IGP',
  [UDP]: 'UDP',
  33: 'DCCP',
  [IPV6]: 'IPv6',
  [ROUTING]: 'routing header',
  [FRAGMENT]: 'fragment header',
  46: 'RSVP',
  [GRE]: 'GRE',
  [ENCAPSULATING_SECURITY_PAYLOAD]: 'ESP',
  [AUTHENTICATION]: 'AH',
  [ICMPV6]: 'ICMPv6',
  [NO_NEXT_HEADER]: 'no next header',
  [DESTINATION_OPTIONS]: 'destination options',
  88: 'EIGRP',
  [OSPF]: 'OSPF',
  [PIM]: 'PIM',
  108: 'IPComp',
  112: 'VRRP',
  115: 'L2TP',
  [SCTP]: 'SCTP',
  135: 'mobility header',
  [UDP_LITE]: 'UDP-Lite',
  139: 'HIP',
  140: 'Shim6',
};

/** What to call a protocol. */
export const protocolName = (protocol: number): string => PROTOCOL_NAMES[protocol] ?? `protocol ${protocol}`;
