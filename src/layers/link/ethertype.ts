/**
 * EtherTypes: what an Ethernet frame carries (IEEE 802.3 §3.2.6; the numbers are IANA's and IEEE's registry).
 * The same 16 bits are a length up to 1500: `isLength`.
 */

export const ETHERTYPES = {
  ipv4: { number: 0x0800, name: 'IPv4' },
  arp: { number: 0x0806, name: 'ARP' },
  wakeOnLan: { number: 0x0842, name: 'Wake-on-LAN' },
  reverseArp: { number: 0x8035, name: 'RARP' },
  vlan: { number: 0x8100, name: '802.1Q' },
  ipv6: { number: 0x86dd, name: 'IPv6' },
  flowControl: { number: 0x8808, name: 'Ethernet flow control' },
  slowProtocols: { number: 0x8809, name: 'Slow protocols' },
  mpls: { number: 0x8847, name: 'MPLS' },
  mplsMulticast: { number: 0x8848, name: 'MPLS multicast' },
  pppoeDiscovery: { number: 0x8863, name: 'PPPoE discovery' },
  pppoeSession: { number: 0x8864, name: 'PPPoE session' },
  eapol: { number: 0x888e, name: '802.1X' },
  serviceVlan: { number: 0x88a8, name: '802.1ad' },
  lldp: { number: 0x88cc, name: 'LLDP' },
  macsec: { number: 0x88e5, name: 'MACsec' },
  ptp: { number: 0x88f7, name: 'PTP' },
  /** Configuration test of Ethernet 2.0 §8, which some bridges send to find loops. */
  loopback: { number: 0x9000, name: 'Loopback' },
  /** Stacked tags before 802.1ad. */
  oldServiceVlan: { number: 0x9100, name: '802.1QinQ' },
} as const;

export const IPV4: number = ETHERTYPES.ipv4.number;
export const ARP: number = ETHERTYPES.arp.number;
export const IPV6: number = ETHERTYPES.ipv6.number;

const NAMES: ReadonlyMap<number, string> = new Map(Object.values(ETHERTYPES).map(({ number, name }) => [number, name]));

/** The name of an EtherType; `0x88b5` for one without. */
export const etherTypeName = (type: number): string => NAMES.get(type) ?? `0x${type.toString(16).padStart(4, '0')}`;

/** Whether the 16 bits behind the addresses are a length (IEEE 802.3) and no type: types begin at 1536. */
export const isLength = (typeOrLength: number): boolean => typeOrLength < 0x0600;

/** Whether a VLAN tag follows. */
export const isVlanTag = (type: number): boolean =>
  type === ETHERTYPES.vlan.number ||
  type === ETHERTYPES.serviceVlan.number ||
  type === ETHERTYPES.oldServiceVlan.number;
