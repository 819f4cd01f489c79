/**
 * An ICMP or ICMPv6 error as the transport layer is told of it (RFC 1122 §3.2.2, RFC 4443 §2.4): family-neutral, with the
 * quoted packet's start. Delivered by the host to the protocol whose packet is quoted.
 */
import type { IpAddress } from '../address.ts';

export type IcmpErrorKind =
  | 'network-unreachable'
  | 'host-unreachable'
  | 'protocol-unreachable'
  | 'port-unreachable'
  | 'packet-too-big'
  | 'source-route-failed'
  | 'administratively-prohibited'
  | 'time-exceeded'
  | 'reassembly-time-exceeded'
  | 'parameter-problem';

export interface IcmpError {
  readonly kind: IcmpErrorKind;
  readonly type: number;
  readonly code: number;
  /** Who reported it. */
  readonly reporter: IpAddress;
  /** The quoted packet: whose it was (this host's address first) … */
  readonly local: IpAddress;
  readonly remote: IpAddress;
  /** … and its transport header, at least 8 bytes of it, where `view` has it. Borrowed for the call. */
  readonly view: DataView;
  readonly at: number;
  readonly length: number;
  /** What the path is said to carry, in bytes, when `kind` is `packet-too-big`; a guess if an old router did not say (RFC 1191 §5). */
  readonly mtu: number;
}
