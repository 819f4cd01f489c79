/**
 * Ethernet addresses: IEEE 802, and the groups that IP multicast maps to (RFC 1112 §6.4, RFC 2464 §7).
 *
 * An address is an integer below 2^48, first byte on the wire most significant, so that tables are keyed by numbers and
 * comparing is one instruction.
 */
import type { IpAddress } from './address.ts';

export const MAC_LENGTH = 6;
export const BROADCAST_MAC = 0xffff_ffff_ffff;

const TEXT = /^[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}$/i;

export const readMac = (view: DataView, at: number): number =>
  view.getUint16(at) * 0x1_0000_0000 + view.getUint32(at + 2);

export function writeMac(mac: number, view: DataView, at: number): void {
  view.setUint16(at, mac / 0x1_0000_0000);
  view.setInt32(at + 2, mac | 0);
}

/** Whether it names several stations: the first bit on the wire, which is the lowest of the first byte. */
export const isGroupMac = (mac: number): boolean => ((mac / 0x100_0000_0000) & 1) === 1;

/** The group that an IP multicast address maps to: its last 23 bits (RFC 1112 §6.4) or 32 bits (RFC 2464 §7). */
export const multicastMac = (address: IpAddress): number =>
  address.family === 4 ? 0x0100_5e00_0000 + (address.w3 & 0x7f_ffff) : 0x3333_0000_0000 + (address.w3 >>> 0);

/** The address that `text` writes (`02:00:00:00:00:01`, or with hyphens), or `undefined` if it writes none. */
export const parseMac = (text: string): number | undefined =>
  TEXT.test(text) ? Number.parseInt(text.replaceAll(/[:-]/g, ''), 16) : undefined;

/**
 * The address that `text` writes, for text that a programmer wrote.
 * @throws {TypeError} if it writes none
 */
export function macAddress(text: string): number {
  const mac = parseMac(text);
  if (mac === undefined) {
    throw new TypeError(`wirelab: ${JSON.stringify(text)} is not an Ethernet address; write '02:00:00:00:00:01'`);
  }
  return mac;
}

/** Six bytes in lower-case hexadecimal with colons. */
export const formatMac = (mac: number): string =>
  mac
    .toString(16)
    .padStart(12, '0')
    .replaceAll(/(..)(?=.)/g, '$1:');
