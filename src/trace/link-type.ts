/**
 * What the first bytes of a captured frame are: the LINKTYPE_ numbers of the tcpdump group's registry that wirelab
 * dissects. A file may hold any other number; its frames then stay bytes.
 */

export const LINK_TYPES = {
  null: 0,
  ethernet: 1,
  ppp: 9,
  /** Raw IP under the numbers that some systems' DLT_RAW had before LINKTYPE_RAW was fixed at 101. */
  rawBsd: 12,
  rawOpenBsd: 14,
  pppHdlc: 50,
  raw: 101,
  loop: 108,
  linuxCooked: 113,
  /** Solaris `snoop`-style IP observability header: 24 bytes, then IP. */
  ipnet: 226,
  ipv4: 228,
  ipv6: 229,
  linuxCooked2: 276,
} as const;

const NAMES: ReadonlyMap<number, string> = new Map([
  [LINK_TYPES.null, 'BSD loopback'],
  [LINK_TYPES.ethernet, 'Ethernet'],
  [LINK_TYPES.ppp, 'PPP'],
  [LINK_TYPES.rawBsd, 'raw IP'],
  [LINK_TYPES.rawOpenBsd, 'raw IP'],
  [LINK_TYPES.pppHdlc, 'PPP in HDLC-like framing'],
  [LINK_TYPES.raw, 'raw IP'],
  [LINK_TYPES.loop, 'OpenBSD loopback'],
  [LINK_TYPES.linuxCooked, 'Linux cooked'],
  [LINK_TYPES.ipnet, 'Solaris IP observability'],
  [LINK_TYPES.ipv4, 'raw IPv4'],
  [LINK_TYPES.ipv6, 'raw IPv6'],
  [LINK_TYPES.linuxCooked2, 'Linux cooked v2'],
]);

/** A link type for a person: `Ethernet`, or `link type 147`. */
export const linkTypeName = (linkType: number): string => NAMES.get(linkType) ?? `link type ${linkType}`;
