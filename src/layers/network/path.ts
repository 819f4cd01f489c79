/**
 * The way from this host to one destination, as the transport layer sees it: an interface below, made by the host.
 * A connection keeps its path; the path keeps its route and neighbour current by itself.
 */
import type { Family, IpAddress } from '../address.ts';
import type { ErrorCode } from '../errors.ts';
import type { Frame } from '../frame.ts';

export interface Path {
  readonly family: Family;
  readonly local: IpAddress;
  readonly remote: IpAddress;
  /** Bytes that IP and link headers take in front of the transport header. */
  readonly headroom: number;
  /** The largest IP packet in bytes that is known to get through: the interface's MTU, lowered by ICMP (RFC 1191, RFC 8201). */
  readonly mtu: number;
  /** The MTU of the interface that it leaves by. */
  readonly interfaceMtu: number;
  /** Whether the destination is on a directly attached network or this host itself. */
  readonly onLink: boolean;
  /** Whether the destination is many: a broadcast address or a group. */
  readonly isGroup?: boolean;
  /** Time to live or hop limit of what is sent. */
  hopLimit: number;
  /** DSCP of what is sent, in the upper six bits. */
  trafficClass: number;
  /** IPv4: sets DF, so routers answer instead of fragmenting. IPv6 packets are never fragmented by routers. */
  dontFragment: boolean;
  /** IPv6 flow label (RFC 6437). */
  flowLabel: number;
  /**
   * Sends `frame`, whose `start`…`end` is a complete transport segment with its checksum. The frame is handed over.
   * @param protocol IP protocol number
   * @param ecn the two ECN bits (RFC 3168 §5)
   * @returns why it could not even be tried, else `undefined`: what is lost further on is lost silently
   */
  send(frame: Frame, protocol: number, ecn: number): ErrorCode | undefined;
  /** Upper-layer advice that what was sent gets through (RFC 4861 §7.3.1): new data was acknowledged. Spares probes. */
  confirm?(): void;
  /** Negative advice: what was sent does not get through, so the gateway may be dead (RFC 1122 §3.3.1.4). */
  doubt?(): void;
  /** Upper-layer advice that a reported path MTU is true after all, in bytes: RFC 5927 §7.2. */
  lowerMtu?(mtu: number): void;
}

/** Finds paths. A host is one. */
export interface PathFinder {
  /**
   * The way to `remote`.
   * @param local the source address, if the caller has chosen one (a bound socket); it must be one of the host's
   * @param interfaceIndex the interface, where the address alone does not say (link-local)
   */
  path(remote: IpAddress, local?: IpAddress, interfaceIndex?: number): Path | ErrorCode;
}
