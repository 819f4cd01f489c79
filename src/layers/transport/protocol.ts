/**
 * What a host asks of a transport protocol: it registers one by number, gives it the packets and the ICMP errors that
 * are meant for it, and asks whether a quoted packet can be one of its own.
 */
import type { DropReason } from '../drop.ts';
import type { IcmpError } from '../network/icmp-error.ts';
import type { ReceivedPacket } from '../network/packet.ts';

export interface TransportProtocol {
  /** Takes a packet; it is borrowed for the call. @returns why it was dropped, or `undefined` if it was delivered */
  input(packet: ReceivedPacket): DropReason | undefined;
  /** A network error about a packet that this host sent, or could not send. Borrowed for the call. */
  icmpError(error: IcmpError): void;
  /**
   * Whether the quoted packet is one that this protocol may have sent (RFC 5927 §4.1: ports, and for TCP a sequence
   * number in flight). Asked before a path MTU is lowered. A protocol without this method is believed.
   */
  accepts?(error: IcmpError): boolean;
  /**
   * Whether a "packet too big" that was accepted lowers the path MTU at once. A protocol that says no may believe it
   * later, by `Path.lowerMtu` (RFC 5927 §7.2). Without this method it does.
   */
  mayLowerMtu?(error: IcmpError): boolean;
}
