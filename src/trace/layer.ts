/**
 * What a dissected frame is made of: one layer per header, outermost first. The records are those of the codecs in
 * `src/layers`.
 */
import { type DropExplanation, type DropReason, explainDrop } from '../layers/drop.ts';
import type { ArpRecord } from '../layers/link/arp.ts';
import type { EthernetRecord } from '../layers/link/ethernet.ts';
import type { IpnetRecord } from '../layers/link/ipnet.ts';
import type { CookedRecord } from '../layers/link/linux-cooked.ts';
import type { LlcRecord } from '../layers/link/llc.ts';
import type { NullRecord } from '../layers/link/null.ts';
import type { PppRecord } from '../layers/link/ppp.ts';
import type { PppoeRecord } from '../layers/link/pppoe.ts';
import type { VlanRecord } from '../layers/link/vlan.ts';
import type { Icmpv4Record } from '../layers/network/icmpv4.ts';
import type { Icmpv6Record } from '../layers/network/icmpv6.ts';
import type { IgmpRecord } from '../layers/network/igmp.ts';
import type { Ipv4Record } from '../layers/network/ipv4.ts';
import type { Ipv6Record } from '../layers/network/ipv6.ts';
import type { NdpRecord } from '../layers/network/ndp.ts';
import type { TcpRecord } from '../layers/transport/tcp/segment.ts';
import type { UdpRecord } from '../layers/transport/udp.ts';

/** `none`: the sender computed none (UDP). `unverified`: not all that it covers is there. */
export type ChecksumVerdict = 'good' | 'bad' | 'none' | 'unverified';

/** Reasons that only a reader of captures has, beside those of a host that drops a frame. */
export const READING_REASONS = {
  'link-type-unknown': { what: 'this link type is not dissected' },
  'cut-by-capture': { what: 'the capture kept only the beginning of the frame' },
  'later-fragment': { what: 'the header is in the first fragment of the packet' },
  'nested-too-deep': { what: 'too many packets inside one another' },
} as const;

/** Why a layer could not be read, or why a host would drop it. */
export type LayerProblem = DropReason | keyof typeof READING_REASONS;

/** What to tell a person about a problem. */
export const explainProblem = (problem: LayerProblem): DropExplanation =>
  problem in READING_REASONS
    ? READING_REASONS[problem as keyof typeof READING_REASONS]
    : explainDrop(problem as DropReason);

export interface LayerExtent {
  /** Where its header starts in the frame, and how many bytes of the frame it takes. */
  readonly at: number;
  readonly length: number;
  readonly checksum?: ChecksumVerdict;
  readonly problem?: LayerProblem;
  /** The start of a packet that an ICMP error quotes. */
  readonly quoted?: readonly Layer[];
}

export type LayerRecord =
  | { readonly protocol: 'ethernet'; readonly record: EthernetRecord }
  | { readonly protocol: 'vlan'; readonly record: VlanRecord }
  | { readonly protocol: 'llc'; readonly record: LlcRecord }
  | { readonly protocol: 'null'; readonly record: NullRecord }
  | { readonly protocol: 'linuxCooked'; readonly record: CookedRecord }
  | { readonly protocol: 'ipnet'; readonly record: IpnetRecord }
  | { readonly protocol: 'ppp'; readonly record: PppRecord }
  | { readonly protocol: 'pppoe'; readonly record: PppoeRecord }
  | { readonly protocol: 'arp'; readonly record: ArpRecord }
  | { readonly protocol: 'ipv4'; readonly record: Ipv4Record }
  | { readonly protocol: 'ipv6'; readonly record: Ipv6Record }
  | { readonly protocol: 'icmpv4'; readonly record: Icmpv4Record }
  | { readonly protocol: 'icmpv6'; readonly record: Icmpv6Record }
  | { readonly protocol: 'ndp'; readonly record: NdpRecord }
  | { readonly protocol: 'igmp'; readonly record: IgmpRecord }
  | { readonly protocol: 'udp'; readonly record: UdpRecord }
  | { readonly protocol: 'tcp'; readonly record: TcpRecord }
  /** Bytes: of an application (`name` by its port), of a protocol that is not dissected, or of one that is malformed. */
  | { readonly protocol: 'data'; readonly record: { readonly name: string; readonly bytes: Uint8Array } }
  /** What the link put behind the packet to make the frame long enough. */
  | { readonly protocol: 'padding'; readonly record: { readonly bytes: Uint8Array } };

export type Layer = LayerExtent & LayerRecord;
export type ProtocolName = LayerRecord['protocol'];
export type LayerOf<Name extends ProtocolName> = Extract<Layer, { readonly protocol: Name }>;

/** The first layer of a protocol, counting from the outside. */
export const findLayer = <Name extends ProtocolName>(
  layers: readonly Layer[],
  protocol: Name,
): LayerOf<Name> | undefined => layers.find((layer): layer is LayerOf<Name> => layer.protocol === protocol);

/** Names as people write them. */
export const PROTOCOL_TITLES: Readonly<Record<ProtocolName, string>> = {
  ethernet: 'Ethernet',
  vlan: 'VLAN',
  llc: 'LLC',
  null: 'BSD loopback',
  linuxCooked: 'Linux cooked',
  ipnet: 'Solaris IP observability',
  ppp: 'PPP',
  pppoe: 'PPPoE',
  arp: 'ARP',
  ipv4: 'IPv4',
  ipv6: 'IPv6',
  icmpv4: 'ICMP',
  icmpv6: 'ICMPv6',
  ndp: 'ICMPv6 neighbor discovery',
  igmp: 'IGMP',
  udp: 'UDP',
  tcp: 'TCP',
  data: 'data',
  padding: 'padding',
};
