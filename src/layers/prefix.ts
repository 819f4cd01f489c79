/**
 * An address with the number of its leading bits that name the network: RFC 4632 §3.1 for IPv4, RFC 4291 §2.3 for IPv6.
 * The address keeps its host bits, so that `10.0.0.1/24` says both who a host is and where; `network` clears them.
 */
import { type Family, IpAddress } from './address.ts';
import { formatIpAddress, parseIpAddress } from './address-text.ts';

export interface Prefix {
  readonly address: IpAddress;
  /** From 0 to 32 or 128. */
  readonly length: number;
}

/** Bits of an address. */
export const addressBits = (family: Family): number => (family === 4 ? 32 : 128);

/**
 * The prefix that `text` writes, or `undefined` if it writes none. An address alone is a prefix of full length.
 */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf('/');
  const address = parseIpAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const bits = addressBits(address.family);
  if (slash < 0) return { address, length: bits };
  const digits = text.slice(slash + 1);
  if (!/^(?:0|[1-9]\d{0,2})$/.test(digits) || Number(digits) > bits) return undefined;
  return { address, length: Number(digits) };
}

/**
 * The prefix that `text` writes, for text that a programmer wrote.
 * @throws {TypeError} if it writes none
 */
export function prefix(text: string): Prefix {
  const parsed = parsePrefix(text);
  if (parsed === undefined) {
    throw new TypeError(`wirelab: ${JSON.stringify(text)} is not a prefix; write '192.0.2.1/24' or '2001:db8::1/64'`);
  }
  return parsed;
}

export const formatPrefix = (prefix: Prefix): string => `${formatIpAddress(prefix.address)}/${prefix.length}`;

/** The 32-bit word of ones for the leading `length` bits of a word: all of them from 32 on, none up to 0. */
export const maskWord = (length: number): number => (length <= 0 ? 0 : length >= 32 ? -1 : -1 << (32 - length));

/** The mask as an address: `255.255.255.0` for an IPv4 prefix of 24 bits. */
export const mask = (family: Family, length: number): IpAddress =>
  family === 4
    ? new IpAddress(4, 0, 0, 0, maskWord(length))
    : new IpAddress(6, maskWord(length), maskWord(length - 32), maskWord(length - 64), maskWord(length - 96));

/** Whether `address` lies in the network of `prefix`. Allocates nothing. */
export function contains(prefix: Prefix, address: IpAddress): boolean {
  const { address: base, length } = prefix;
  if (base.family !== address.family) return false;
  if (base.family === 4) return ((base.w3 ^ address.w3) & maskWord(length)) === 0;
  return (
    ((base.w0 ^ address.w0) & maskWord(length)) === 0 &&
    ((base.w1 ^ address.w1) & maskWord(length - 32)) === 0 &&
    ((base.w2 ^ address.w2) & maskWord(length - 64)) === 0 &&
    ((base.w3 ^ address.w3) & maskWord(length - 96)) === 0
  );
}

/** The prefix with its host bits cleared: `10.0.0.1/24` becomes `10.0.0.0/24`. */
export function network(prefix: Prefix): Prefix {
  const { address, length } = prefix;
  const { w0, w1, w2, w3 } = mask(address.family, length);
  return {
    address: new IpAddress(address.family, address.w0 & w0, address.w1 & w1, address.w2 & w2, address.w3 & w3),
    length,
  };
}

/**
 * The address of everybody on an IPv4 network: all host bits one (RFC 1122 §3.2.1.3 e).
 * `undefined` for IPv6, which has none, and for IPv4 /31 and /32, where no host bits are left over (RFC 3021).
 */
export function broadcastAddress(prefix: Prefix): IpAddress | undefined {
  const { address, length } = prefix;
  if (address.family === 6 || length >= 31) return undefined;
  return new IpAddress(4, 0, 0, 0, address.w3 | ~maskWord(length));
}
