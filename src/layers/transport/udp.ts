/**
 * User Datagram Protocol: RFC 768; over IPv6 the checksum is mandatory (RFC 8200 §8.1).
 * Left out on purpose: UDP-Lite (RFC 3828), jumbograms (RFC 2675).
 */
import type { Family } from '../address.ts';
import { checksum } from '../checksum.ts';
import type { DropReason } from '../drop.ts';

export const HEADER_LENGTH = 8;
/** IP protocol number. */
export const PROTOCOL = 17;

// Fields in place. `at` is where the UDP header starts in `view`; call only after `check` accepted it.
export const sourcePort = (view: DataView, at: number): number => view.getUint16(at);
export const destinationPort = (view: DataView, at: number): number => view.getUint16(at + 2);
/** Header and data, in bytes. It may be less than IP delivered: what is left over is not data. */
export const length = (view: DataView, at: number): number => view.getUint16(at + 4);
export const checksumField = (view: DataView, at: number): number => view.getUint16(at + 6);

/**
 * Whether a datagram may be read.
 * @param available bytes the IP layer delivered, from `at`
 * @param pseudoSum partial sum of the pseudo-header, its length being `available`
 * @returns `undefined` if it may, else why it is dropped
 */
export function check(
  view: DataView,
  at: number,
  available: number,
  pseudoSum: number,
  family: Family,
): DropReason | undefined {
  if (available < HEADER_LENGTH) return 'udp-truncated';
  const claimed = length(view, at);
  if (claimed < HEADER_LENGTH || claimed > available) return 'udp-bad-length';
  // RFC 768: an all-zero checksum means that the sender computed none; RFC 8200 §8.1 forbids that over IPv6.
  if (checksumField(view, at) === 0) return family === 6 ? 'udp-no-checksum' : undefined;
  // The pseudo-header has the length that UDP claims. Adding the complement takes the other one out again (RFC 1624).
  const pseudo = claimed === available ? pseudoSum : pseudoSum + claimed + (available ^ 0xffff);
  return checksum(view, at, claimed, pseudo) === 0 ? undefined : 'udp-bad-checksum';
}

/**
 * Writes the 8 bytes, with a checksum of zero: `writeChecksum` follows when the data is in place.
 * @param length header and data, in bytes
 */
export function writeHeader(
  view: DataView,
  at: number,
  sourcePort: number,
  destinationPort: number,
  length: number,
): void {
  view.setInt32(at, (sourcePort << 16) | destinationPort);
  view.setInt32(at + 4, length << 16);
}

/**
 * Computes the checksum of a complete datagram and stores it. "If the computed checksum is zero, it is transmitted as
 * all ones" (RFC 768).
 * @param length header and data, in bytes
 * @param pseudoSum partial sum of the pseudo-header for that length
 */
export function writeChecksum(view: DataView, at: number, length: number, pseudoSum: number): void {
  view.setUint16(at + 6, 0);
  const computed = checksum(view, at, length, pseudoSum);
  view.setUint16(at + 6, computed === 0 ? 0xffff : computed);
}
