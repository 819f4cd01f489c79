/**
 * The Internet Protocol, version 4: RFC 791; ECN in the traffic class RFC 3168, incremental checksum RFC 1624.
 * Options and the plain record are in `ipv4-record.ts` and `ipv4-options.ts`.
 * Left out on purpose: what to do with a packet (the host does it); a total length of zero for offloaded segments.
 */
import { checksum, update } from '../checksum.ts';
import type { DropReason } from '../drop.ts';

/** Without options. */
export const HEADER_LENGTH = 20;
/** What the 4-bit IHL can say, in bytes. */
export const MAXIMUM_HEADER_LENGTH = 60;
export const MAXIMUM_TOTAL_LENGTH = 65535;

/** The flags as they lie in the 16 bits of flags and fragment offset. */
export const RESERVED_FLAG = 0x8000;
export const DONT_FRAGMENT = 0x4000;
export const MORE_FRAGMENTS = 0x2000;

// Fields in place. `at` is where the IPv4 header starts in `view`; call only after `check` accepted it.
export const version = (view: DataView, at: number): number => view.getUint8(at) >>> 4;
/** In bytes, options included. */
export const headerLength = (view: DataView, at: number): number => (view.getUint8(at) & 0xf) << 2;
/** Type of service: DSCP in the upper six bits, ECN in the lower two. */
export const trafficClass = (view: DataView, at: number): number => view.getUint8(at + 1);
/** Header and data, in bytes. */
export const totalLength = (view: DataView, at: number): number => view.getUint16(at + 2);
export const identification = (view: DataView, at: number): number => view.getUint16(at + 4);
/** Flags and fragment offset as they lie: 0 or `DONT_FRAGMENT` for a packet that is whole. */
export const flagsAndOffset = (view: DataView, at: number): number => view.getUint16(at + 6);
export const dontFragment = (view: DataView, at: number): boolean => (view.getUint16(at + 6) & DONT_FRAGMENT) !== 0;
export const moreFragments = (view: DataView, at: number): boolean => (view.getUint16(at + 6) & MORE_FRAGMENTS) !== 0;
/** In bytes. */
export const fragmentOffset = (view: DataView, at: number): number => (view.getUint16(at + 6) & 0x1fff) << 3;
export const isFragment = (view: DataView, at: number): boolean => (view.getUint16(at + 6) & 0x3fff) !== 0;
export const timeToLive = (view: DataView, at: number): number => view.getUint8(at + 8);
export const protocol = (view: DataView, at: number): number => view.getUint8(at + 9);
export const headerChecksum = (view: DataView, at: number): number => view.getUint16(at + 10);
/** An address as the int32 that `IpAddress.w3` holds. */
export const sourceWord = (view: DataView, at: number): number => view.getInt32(at + 12);
export const destinationWord = (view: DataView, at: number): number => view.getInt32(at + 16);

/**
 * Whether a packet may be read. Bytes beyond its total length are padding of the link, and not its own.
 * @param available bytes the link layer delivered, from `at`
 * @returns `undefined` if it may, else why it is dropped
 */
export function check(view: DataView, at: number, available: number): DropReason | undefined {
  if (available < HEADER_LENGTH) return 'ipv4-truncated';
  if (version(view, at) !== 4) return 'ip-bad-version';
  const header = headerLength(view, at);
  if (header < HEADER_LENGTH || header > available) return 'ipv4-bad-header-length';
  const total = totalLength(view, at);
  if (total < header || total > available) return 'ipv4-bad-total-length';
  return checksum(view, at, header) === 0 ? undefined : 'ipv4-bad-checksum';
}

/**
 * Writes a header with its checksum. Options must be in place behind the fixed 20 bytes already.
 * @param headerLengthBytes with options; a multiple of 4 from 20 to 60
 * @param totalLength header and data, in bytes
 * @param flagsAndOffset flags as above, and the fragment offset in units of 8 bytes
 */
export function writeHeader(
  view: DataView,
  at: number,
  headerLengthBytes: number,
  trafficClass: number,
  totalLength: number,
  identification: number,
  flagsAndOffset: number,
  timeToLive: number,
  protocol: number,
  sourceWord: number,
  destinationWord: number,
): void {
  view.setInt32(at, (4 << 28) | (headerLengthBytes << 22) | (trafficClass << 16) | totalLength);
  view.setInt32(at + 4, (identification << 16) | flagsAndOffset);
  view.setInt32(at + 8, (timeToLive << 24) | (protocol << 16));
  view.setInt32(at + 12, sourceWord);
  view.setInt32(at + 16, destinationWord);
  view.setUint16(at + 10, checksum(view, at, headerLengthBytes));
}

/** Computes the header checksum anew, after options or fields changed. */
export function writeChecksum(view: DataView, at: number): void {
  view.setUint16(at + 10, 0);
  view.setUint16(at + 10, checksum(view, at, headerLength(view, at)));
}

/**
 * One hop less, and the checksum updated rather than computed anew: a bit error in the header on the way through a
 * router's memory must not be given a good checksum (RFC 1812 §4.2.2.5).
 * @returns the new time to live; 0 stays 0
 */
export function decrementTimeToLive(view: DataView, at: number): number {
  const before = view.getUint16(at + 8);
  if (before < 0x100) return 0;
  const after = before - 0x100;
  view.setUint16(at + 8, after);
  view.setUint16(at + 10, update(view.getUint16(at + 10), before, after));
  return after >>> 8;
}
