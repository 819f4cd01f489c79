/**
 * Addresses between a program and the stack. An AF_INET6 socket shows an IPv4 peer as an IPv4-mapped address
 * (RFC 3493 §3.7), while the stack keeps the IPv4 address itself.
 */
import { IpAddress, UNSPECIFIED_V4 } from '../layers/address.ts';
import type { ErrorCode } from '../layers/errors.ts';
import { AF_INET, AF_INET6 } from './constants.ts';

/** Where `accept`, `recvfrom` and the name calls put an address: one record, filled anew by each call. */
export class AddressRecord {
  address: IpAddress;
  port: number;
  /** The interface of a link-local address; 0 where the address says enough. */
  interfaceIndex: number;
  /** After `recvfrom`: bytes of the whole datagram. More than were given means that it was cut. */
  datagramLength: number;

  constructor() {
    this.address = UNSPECIFIED_V4;
    this.port = 0;
    this.interfaceIndex = 0;
    this.datagramLength = 0;
  }
}

/** Where `recvmsg` puts what it knows of a datagram besides: what control messages tell on Linux. */
export class MessageRecord extends AddressRecord {
  /** Of its packet, if the program wants to be told (IP_RECVTTL, IP_RECVTOS, IPV6_RECVHOPLIMIT, IPV6_RECVTCLASS); else -1. */
  hopLimit: number;
  trafficClass: number;

  constructor() {
    super();
    this.hopLimit = -1;
    this.trafficClass = -1;
  }
}

const MAPPED_PREFIX = 0xffff;

/** `::ffff:a.b.c.d` (RFC 4291 §2.5.5.2). */
export const isMapped = (address: IpAddress): boolean =>
  address.family === 6 && (address.w0 | address.w1) === 0 && address.w2 === MAPPED_PREFIX;

/**
 * The address that the stack uses for one that a program gave.
 * @returns `EAFNOSUPPORT` if the socket's family has no such address, `ENETUNREACH` for an IPv4-mapped one where
 * IPV6_V6ONLY is on (as Linux says it)
 */
export function toStack(domain: number, v6Only: boolean, address: IpAddress): IpAddress | ErrorCode {
  if (domain === AF_INET) return address.family === 4 ? address : 'EAFNOSUPPORT';
  if (address.family !== 6) return 'EAFNOSUPPORT';
  if (!isMapped(address)) return address;
  return v6Only ? 'ENETUNREACH' : new IpAddress(4, 0, 0, 0, address.w3);
}

/** The address that a program on a socket of `domain` is shown. */
export const toProgram = (domain: number, address: IpAddress): IpAddress =>
  domain === AF_INET6 && address.family === 4 ? new IpAddress(6, 0, 0, MAPPED_PREFIX, address.w3) : address;

/** Whether `port` can be a port: a whole number from 0 to 65,535. */
export const isPort = (port: number): boolean => (port & 0xffff) === port;
