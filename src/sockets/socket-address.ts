/**
 * Addresses as programs write them, Python's way: `[host, port]`, for AF_INET6 also `[host, port, flow label, interface]`.
 * `''` is the wildcard, `'<broadcast>'` everybody on the link. Flow labels are not sent: anything but 0 is refused.
 */
import { type IpAddress, isLinkLocal, LIMITED_BROADCAST, UNSPECIFIED_V4, UNSPECIFIED_V6 } from '../layers/address.ts';
import { formatIpAddress, splitZone } from '../layers/address-text.ts';
import type { AddressRecord } from './address-record.ts';
import { AF_INET } from './constants.ts';
import { type NameTable, resolveName } from './names.ts';

export type SocketAddress = readonly [host: string, port: number, flowLabel?: number, interfaceIndex?: number];

/** What is asked about names in an address. */
export interface NameService {
  readonly names: NameTable;
  /** The index of an interface by its name, for `fe80::1%eth0`; 0 if there is none. */
  readonly interfaceIndex?: ((name: string) => number) | undefined;
}

export interface ResolvedAddress {
  readonly ip: IpAddress;
  readonly port: number;
  readonly interfaceIndex: number;
}

/**
 * What a socket of a family takes `address` for.
 * @throws {RangeError} if the port or the flow label makes no sense
 * @throws {TypeError} if there is no such interface
 * @throws {NameError} if the host is unknown, or has no address of the family
 */
export function resolveAddress(service: NameService, family: number, address: SocketAddress): ResolvedAddress {
  const [host, port, flowLabel = 0, scope = 0] = address;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`a port is a whole number from 0 to 65535, not ${port}`);
  }
  if (flowLabel !== 0) throw new RangeError(`flow labels are not sent: give 0, not ${flowLabel}`);
  const { address: text, zone } = splitZone(host);
  const interfaceIndex = zone === '' ? scope : (service.interfaceIndex?.(zone) ?? 0);
  if (zone !== '' && interfaceIndex === 0) throw new TypeError(`there is no interface '${zone}'`);
  return { ip: lookUp(service.names, family, text), port, interfaceIndex };
}

function lookUp(names: NameTable, family: number, host: string): IpAddress {
  if (host === '') return family === AF_INET ? UNSPECIFIED_V4 : UNSPECIFIED_V6;
  if (host === '<broadcast>' && family === AF_INET) return LIMITED_BROADCAST;
  return resolveName(names, host, family === AF_INET ? 4 : 6);
}

/** What a program is shown. Only a link-local address needs its interface (RFC 4007 §6). */
export const addressTuple = (family: number, { address, port, interfaceIndex }: AddressRecord): SocketAddress =>
  family === AF_INET
    ? [formatIpAddress(address), port]
    : [formatIpAddress(address), port, 0, isLinkLocal(address) ? interfaceIndex : 0];
