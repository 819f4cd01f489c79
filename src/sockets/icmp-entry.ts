/**
 * What ICMP said, as an entry of the error queue: `struct sock_extended_err` as ip(7) and ipv6(7) describe it.
 * Left out on purpose: `ee_info` of a parameter problem, which would be where in the packet the problem is.
 */
import type { Family } from '../layers/address.ts';
import type { ErrorCode } from '../layers/errors.ts';
import type { IcmpError } from '../layers/network/icmp-error.ts';
import * as segment from '../layers/transport/tcp/segment.ts';
import type { UdpError } from '../layers/transport/udp-endpoint.ts';
import { SO_EE_ORIGIN_ICMP, SO_EE_ORIGIN_ICMP6, SO_EE_ORIGIN_LOCAL } from './constants.ts';
import { ERRNO } from './errno.ts';
import type { QueuedError } from './error-queue.ts';

const originOf = (family: Family): number => (family === 4 ? SO_EE_ORIGIN_ICMP : SO_EE_ORIGIN_ICMP6);

/** About a datagram, whose payload it holds as far as that was quoted. */
export function datagramEntry(error: UdpError): QueuedError {
  const { code, reporter, type, icmpCode, mtu, remote: address, remotePort: port, payload: message } = error;
  const origin = reporter === undefined ? SO_EE_ORIGIN_LOCAL : originOf(reporter.family);
  return { errno: ERRNO[code], origin, type, code: icmpCode, info: mtu, offender: reporter, address, port, message };
}

/** About a segment, which it holds from the TCP header on, as far as that was quoted. */
export function segmentEntry(error: IcmpError, meaning: ErrorCode): QueuedError {
  const { type, code, mtu, reporter, remote: address, view, at, length } = error;
  return {
    errno: ERRNO[meaning],
    origin: originOf(reporter.family),
    type,
    code,
    info: mtu,
    offender: reporter,
    address,
    port: segment.destinationPort(view, at),
    message: new Uint8Array(view.buffer, view.byteOffset + at, length).slice(),
  };
}
