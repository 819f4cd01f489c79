/**
 * User Datagram Protocol: RFC 768; over IPv6 the checksum is mandatory (RFC 8200 §8.1).
 * Left out on purpose: UDP-Lite (RFC 3828), jumbograms (RFC 2675).
 */
import type { Family, IpAddress } from '../address.ts';
import { checksum, pseudoHeaderSum } from '../checksum.ts';
import type { DropReason } from '../drop.ts';
import { copyOf, viewOf } from '../record.ts';
import { type ChecksumRecord, checksumWithout } from '../record-optional.ts';
import { RecordWriter } from '../record-writer.ts';

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
 * Whether the lengths make sense, without the checksum.
 * @param available bytes the IP layer delivered, from `at`
 */
export function checkShape(view: DataView, at: number, available: number): DropReason | undefined {
  if (available < HEADER_LENGTH) return 'udp-truncated';
  const claimed = length(view, at);
  return claimed < HEADER_LENGTH || claimed > available ? 'udp-bad-length' : undefined;
}

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
  const reason = checkShape(view, at, available);
  if (reason !== undefined) return reason;
  const claimed = length(view, at);
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

/** A datagram, with everything that its bytes say. A checksum of 0 means that the sender computed none. */
export interface UdpRecord extends ChecksumRecord {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
  /** What IP delivered beyond the length that UDP claims; there only if there is any. */
  readonly trailer?: Uint8Array;
}

/**
 * A datagram as a record. Allocates.
 * @param available bytes the IP layer delivered, from `at`
 * @returns the record, or why the datagram is dropped
 */
export function decode(
  view: DataView,
  at: number,
  available: number,
  source: IpAddress,
  destination: IpAddress,
): UdpRecord | DropReason {
  const pseudoSum = pseudoHeaderSum(source, destination, PROTOCOL, available);
  return (
    check(view, at, available, pseudoSum, source.family) ?? decodeUnverified(view, at, available, source, destination)
  );
}

/** The same for a datagram whose checksum may be wrong: the record then has it. */
export function decodeUnverified(
  view: DataView,
  at: number,
  available: number,
  source: IpAddress,
  destination: IpAddress,
): UdpRecord | DropReason {
  const reason = checkShape(view, at, available);
  if (reason !== undefined) return reason;
  const claimed = length(view, at);
  const pseudoSum = pseudoHeaderSum(source, destination, PROTOCOL, claimed);
  const computed = checksumWithout(view, at, claimed, at + 6, pseudoSum) || 0xffff;
  const found = checksumField(view, at);
  return {
    sourcePort: sourcePort(view, at),
    destinationPort: destinationPort(view, at),
    payload: copyOf(view, at + HEADER_LENGTH, claimed - HEADER_LENGTH),
    ...(claimed === available ? {} : { trailer: copyOf(view, at + claimed, available - claimed) }),
    ...(found === computed ? {} : { checksum: found }),
  };
}

/**
 * A record as a datagram with its length and checksum.
 * @throws {RangeError} if a field does not hold its value or the datagram is longer than 65,535 bytes
 */
export function encode(record: UdpRecord, source: IpAddress, destination: IpAddress): Uint8Array {
  const claimed = HEADER_LENGTH + record.payload.length;
  const writer = new RecordWriter();
  writer.uint16('sourcePort', record.sourcePort);
  writer.uint16('destinationPort', record.destinationPort);
  writer.uint16('length', claimed);
  writer.uint16('checksum', record.checksum ?? 0);
  writer.octets(record.payload);
  if (record.trailer !== undefined) writer.octets(record.trailer);
  const bytes = writer.finish();
  if (record.checksum === undefined) {
    writeChecksum(viewOf(bytes), 0, claimed, pseudoHeaderSum(source, destination, PROTOCOL, claimed));
  }
  return bytes;
}
