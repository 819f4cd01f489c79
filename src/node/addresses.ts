/** Addresses as `node:net` shows them, and names as it looks them up. */
import { type IpAddress, UNSPECIFIED_V4, UNSPECIFIED_V6 } from '../layers/address.ts';
import { formatIpAddress, parseIpAddress, splitZone } from '../layers/address-text.ts';
import type { AddressRecord } from '../sockets/address-record.ts';
import { AF_INET, AF_INET6 } from '../sockets/constants.ts';
import { NameError } from '../sockets/names.ts';
import type { SocketEnvironment } from '../sockets/socket.ts';

export interface AddressInfo {
  address: string;
  family: 'IPv4' | 'IPv6';
  port: number;
}

export interface Endpoint {
  readonly ip: IpAddress;
  readonly interfaceIndex: number;
}

/** An AF_INET6 socket shows an IPv4 peer as the mapped address that the kernel gives it. */
export const addressInfo = ({ address, port }: AddressRecord): AddressInfo => ({
  address: formatIpAddress(address),
  family: address.family === 4 ? 'IPv4' : 'IPv6',
  port,
});

export const isIP = (text: string): 0 | 4 | 6 => parseIpAddress(splitZone(text).address)?.family ?? 0;

export const domainOf = (address: IpAddress): number => (address.family === 4 ? AF_INET : AF_INET6);

export const unspecified = (family: 4 | 6): IpAddress => (family === 4 ? UNSPECIFIED_V4 : UNSPECIFIED_V6);

/** All addresses of a name, IPv4 first, or the one that the text is. @param family 0 for both @throws {NameError} */
export function lookUp(environment: SocketEnvironment, name: string, family: number): Endpoint[] {
  const { address, zone } = splitZone(name);
  const numeric = parseIpAddress(address);
  const found = numeric === undefined ? environment.names(name) : [numeric];
  const interfaceIndex = zone === '' ? 0 : (environment.interfaceIndex?.(zone) ?? 0);
  const wanted = [...found]
    .sort((one, other) => one.family - other.family)
    .filter((one) => numeric !== undefined || family === 0 || one.family === family)
    .map((ip) => ({ ip, interfaceIndex }));
  if (wanted.length === 0) throw new NameError(name);
  return wanted;
}
