/**
 * The TCP header: RFC 9293 §3.1. ECE and CWR are RFC 3168 §6.1, AE is RFC 9768 (once NS, RFC 3540).
 * Options are in `options.ts` (in place) and `option-records.ts`.
 * Left out on purpose: what a segment means; `arrival.ts` reads it.
 */
import type { IpAddress } from '../../address.ts';
import * as checksums from '../../checksum.ts';
import type { DropReason } from '../../drop.ts';
import { copyOf, field } from '../../record.ts';
import { type ChecksumRecord, recordChecksum, sealChecksum } from '../../record-optional.ts';
import { RecordWriter } from '../../record-writer.ts';
import { decodeOptions, encodeOptions, type TcpOptionRecord } from './option-records.ts';

/** V8 looks at what is imported, or exported, at each use, but takes a module's own constants as they are. */
const { finish, pseudoHeaderSum, sum } = checksums;
const LEAST_LENGTH = 20;

/** Without options. */
export const HEADER_LENGTH: number = LEAST_LENGTH;
/** IP protocol number. */
export const PROTOCOL = 6;
/** What the 4-bit data offset can say, in bytes: 40 bytes of options. */
export const MAXIMUM_HEADER_LENGTH = 60;

export const FIN = 0x001;
export const SYN = 0x002;
export const RST = 0x004;
export const PSH = 0x008;
export const ACK = 0x010;
export const URG = 0x020;
export const ECE = 0x040;
export const CWR = 0x080;
export const AE = 0x100;

/** Every control bit with its RFC name, from the lowest. */
export const FLAG_NAMES: readonly (readonly [mask: number, name: string])[] = [
  [FIN, 'FIN'],
  [SYN, 'SYN'],
  [RST, 'RST'],
  [PSH, 'PSH'],
  [ACK, 'ACK'],
  [URG, 'URG'],
  [ECE, 'ECE'],
  [CWR, 'CWR'],
  [AE, 'AE'],
];

// Fields in place. `at` is where the TCP header starts in `view`; call only after `check` accepted it.
export const sourcePort = (view: DataView, at: number): number => view.getUint16(at);
export const destinationPort = (view: DataView, at: number): number => view.getUint16(at + 2);
/** A signed 32-bit integer, as every sequence number inside. */
export const sequenceNumber = (view: DataView, at: number): number => view.getInt32(at + 4);
export const acknowledgmentNumber = (view: DataView, at: number): number => view.getInt32(at + 8);
/** The header's length in bytes, options included. */
export const dataOffset = (view: DataView, at: number): number => (view.getUint8(at + 12) >>> 4) << 2;
/** The control bits, with AE and the three reserved bits above them: 12 bits. */
export const flags = (view: DataView, at: number): number => view.getUint16(at + 12) & 0xfff;
/** As sent: not yet scaled. */
export const window = (view: DataView, at: number): number => view.getUint16(at + 14);
export const checksumField = (view: DataView, at: number): number => view.getUint16(at + 16);
export const urgentPointer = (view: DataView, at: number): number => view.getUint16(at + 18);

/**
 * Whether the lengths make sense, without the checksum.
 * @param available bytes the IP layer delivered, from `at`
 */
export function checkShape(view: DataView, at: number, available: number): DropReason | undefined {
  if (available < HEADER_LENGTH) return 'tcp-truncated';
  const header = dataOffset(view, at);
  return header < HEADER_LENGTH || header > available ? 'tcp-bad-data-offset' : undefined;
}

/**
 * Whether a segment may be read.
 * @param available bytes the IP layer delivered, from `at`
 * @param pseudoSum partial sum of the pseudo-header, its length being `available`
 * @returns `undefined` if it may, else why it is dropped
 */
export function check(view: DataView, at: number, available: number, pseudoSum: number): DropReason | undefined {
  const header = available < LEAST_LENGTH ? 0 : (view.getUint8(at + 12) >>> 4) << 2;
  if (header < LEAST_LENGTH || header > available) return checkShape(view, at, available);
  return finish(sum(view, at, available, pseudoSum)) === 0 ? undefined : 'tcp-bad-checksum';
}

/**
 * Writes the 20 fixed bytes, with a checksum of zero: `writeChecksum` follows when options and data are in place.
 * @param headerLengthBytes with options; a multiple of 4 from 20 to 60
 * @param flags 12 bits
 */
export function writeHeader(
  view: DataView,
  at: number,
  sourcePort: number,
  destinationPort: number,
  sequence: number,
  acknowledgment: number,
  headerLengthBytes: number,
  flags: number,
  window: number,
  urgent: number,
): void {
  view.setInt32(at, (sourcePort << 16) | destinationPort);
  view.setInt32(at + 4, sequence);
  view.setInt32(at + 8, acknowledgment);
  view.setInt32(at + 12, (headerLengthBytes << 26) | (flags << 16) | window);
  view.setInt32(at + 16, urgent);
}

/**
 * Computes the checksum of a complete segment and stores it.
 * @param length header and data, in bytes
 * @param pseudoSum partial sum of the pseudo-header for that length
 */
export function writeChecksum(view: DataView, at: number, length: number, pseudoSum: number): void {
  view.setUint16(at + 16, 0);
  completeChecksum(view, at, length, pseudoSum);
}

/** The same where the field is zero, as `writeHeader` leaves it. */
export function completeChecksum(view: DataView, at: number, length: number, pseudoSum: number): void {
  view.setUint16(at + 16, finish(sum(view, at, length, pseudoSum)));
}

/** A segment, with everything that its bytes say. Sequence numbers are signed 32-bit integers. */
export interface TcpRecord extends ChecksumRecord {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequenceNumber: number;
  readonly acknowledgmentNumber: number;
  /** 12 bits: the control bits and, above them, the reserved ones. */
  readonly flags: number;
  /** As sent, not scaled. */
  readonly window: number;
  readonly urgentPointer: number;
  /** In their order, paddings included. */
  readonly options: readonly TcpOptionRecord[];
  readonly payload: Uint8Array;
}

/**
 * A segment as a record. Allocates.
 * @param length bytes the IP layer delivered, from `at`
 * @returns the record, or why the segment is dropped
 */
export function decode(
  view: DataView,
  at: number,
  length: number,
  source: IpAddress,
  destination: IpAddress,
): TcpRecord | DropReason {
  const pseudoSum = pseudoHeaderSum(source, destination, PROTOCOL, length);
  return check(view, at, length, pseudoSum) ?? decodeUnverified(view, at, length, source, destination);
}

/** The same for a segment whose checksum may be wrong: the record then has it. */
export function decodeUnverified(
  view: DataView,
  at: number,
  length: number,
  source: IpAddress,
  destination: IpAddress,
): TcpRecord | DropReason {
  const reason = checkShape(view, at, length);
  if (reason !== undefined) return reason;
  const header = dataOffset(view, at);
  return {
    sourcePort: sourcePort(view, at),
    destinationPort: destinationPort(view, at),
    sequenceNumber: sequenceNumber(view, at),
    acknowledgmentNumber: acknowledgmentNumber(view, at),
    flags: flags(view, at),
    window: window(view, at),
    urgentPointer: urgentPointer(view, at),
    options: decodeOptions(view, at + HEADER_LENGTH, at + header),
    payload: copyOf(view, at + header, length - header),
    ...recordChecksum(view, at, length, at + 16, pseudoHeaderSum(source, destination, PROTOCOL, length)),
  };
}

/**
 * A record as a segment with its data offset and checksum.
 * @throws {RangeError} if a field does not hold its value or the options take more than 40 bytes
 */
export function encode(record: TcpRecord, source: IpAddress, destination: IpAddress): Uint8Array {
  const options = encodeOptions(record.options);
  const writer = new RecordWriter();
  writer.uint16('sourcePort', record.sourcePort);
  writer.uint16('destinationPort', record.destinationPort);
  writer.int32('sequenceNumber', record.sequenceNumber);
  writer.int32('acknowledgmentNumber', record.acknowledgmentNumber);
  writer.uint16('data offset and flags', ((HEADER_LENGTH + options.length) << 10) | field('flags', record.flags, 12));
  writer.uint16('window', record.window);
  writer.uint16('checksum', record.checksum ?? 0);
  writer.uint16('urgentPointer', record.urgentPointer);
  writer.octets(options);
  writer.octets(record.payload);
  return sealChecksum(
    writer.finish(),
    16,
    record,
    pseudoHeaderSum(source, destination, PROTOCOL, HEADER_LENGTH + options.length + record.payload.length),
  );
}
