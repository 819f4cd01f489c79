/**
 * The Internet Protocol, version 4: RFC 791; ECN in the traffic class RFC 3168, incremental checksum RFC 1624.
 * Options are in `ipv4-options.ts`.
 * Left out on purpose: what to do with a packet (the host does it); a total length of zero for offloaded segments.
 */
import { type IpAddress, readAddress } from '../address.ts';
import * as checksums from '../checksum.ts';
import type { DropReason } from '../drop.ts';
import { copyOf, field, viewOf } from '../record.ts';
import { type ChecksumRecord, recordChecksum } from '../record-optional.ts';
import { RecordWriter } from '../record-writer.ts';
import { decodeOptions, encodeOptions, type Ipv4OptionRecord } from './ipv4-options.ts';

/** V8 looks at what is imported, or exported, at each use, but takes a module's own constants as they are. */
const { checksum, finish, halves, sum, update } = checksums;
const FIXED_LENGTH = 20;

/** Without options. */
export const HEADER_LENGTH: number = FIXED_LENGTH;
/** The first byte of such a header: version and IHL. */
export const WITHOUT_OPTIONS = 0x45;
/** What the 4-bit IHL can say, in bytes. */
export const MAXIMUM_HEADER_LENGTH = 60;
export const MAXIMUM_TOTAL_LENGTH = 65535;

/** The flags as they lie in the 16 bits of flags and fragment offset. */
export const RESERVED_FLAG = 0x8000;
export const DONT_FRAGMENT = 0x4000;
export const MORE_FRAGMENTS = 0x2000;
/** Any of them is set in a fragment: the flag of more to come, and the offset. */
export const ANY_FRAGMENT = 0x3fff;

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
export const isFragment = (view: DataView, at: number): boolean => (view.getUint16(at + 6) & ANY_FRAGMENT) !== 0;
export const timeToLive = (view: DataView, at: number): number => view.getUint8(at + 8);
export const protocol = (view: DataView, at: number): number => view.getUint8(at + 9);
export const headerChecksum = (view: DataView, at: number): number => view.getUint16(at + 10);
/** An address as the int32 that `IpAddress.w3` holds. */
export const sourceWord = (view: DataView, at: number): number => view.getInt32(at + 12);
export const destinationWord = (view: DataView, at: number): number => view.getInt32(at + 16);

/**
 * Whether version and lengths make sense, without the checksum.
 * @param available bytes the link layer delivered, from `at`
 */
export function checkShape(view: DataView, at: number, available: number): DropReason | undefined {
  if (available < HEADER_LENGTH) return 'ipv4-truncated';
  if (version(view, at) !== 4) return 'ip-bad-version';
  const header = headerLength(view, at);
  if (header < HEADER_LENGTH || header > available) return 'ipv4-bad-header-length';
  const total = totalLength(view, at);
  return total < header || total > available ? 'ipv4-bad-total-length' : undefined;
}

/**
 * Whether a packet may be read. Bytes beyond its total length are padding of the link, and not its own.
 * @param available bytes the link layer delivered, from `at`
 * @returns `undefined` if it may, else why it is dropped
 */
export function check(view: DataView, at: number, available: number): DropReason | undefined {
  const reason = checkShape(view, at, available);
  if (reason !== undefined) return reason;
  return verifies(view, at, headerLength(view, at)) ? undefined : 'ipv4-bad-checksum';
}

/** Most headers have no options: their five words are added where they are, in a third of the time of the loop of `sum`. */
const verifies = (view: DataView, at: number, length: number): boolean =>
  length === HEADER_LENGTH ? finish(fixedSum(view, at)) === 0 : checksum(view, at, length) === 0;

/** The partial of a header without options. */
const fixedSum = (view: DataView, at: number): number =>
  halves(view.getInt32(at)) +
  halves(view.getInt32(at + 4)) +
  halves(view.getInt32(at + 8)) +
  halves(view.getInt32(at + 12)) +
  halves(view.getInt32(at + 16));

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
  const first = (4 << 28) | (headerLengthBytes << 22) | (trafficClass << 16) | totalLength;
  const second = (identification << 16) | flagsAndOffset;
  const third = (timeToLive << 24) | (protocol << 16);
  const fixed = halves(first) + halves(second) + halves(third) + halves(sourceWord) + halves(destinationWord);
  const options = headerLengthBytes - FIXED_LENGTH;
  const partial = options === 0 ? fixed : sum(view, at + FIXED_LENGTH, options, fixed);
  view.setInt32(at, first);
  view.setInt32(at + 4, second);
  view.setInt32(at + 8, third | finish(partial));
  view.setInt32(at + 12, sourceWord);
  view.setInt32(at + 16, destinationWord);
}

/** Computes the header checksum anew, after options or fields changed. */
export function writeChecksum(view: DataView, at: number): void {
  view.setUint16(at + 10, 0);
  view.setUint16(at + 10, checksum(view, at, headerLength(view, at)));
}

/**
 * One hop less, and the checksum updated rather than computed anew: that "will reduce the possibility of undetected
 * corruption of the IP header by the router" (RFC 1812 §4.2.2.5).
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

/** Sets the ECN field (RFC 3168 §5), and updates the checksum as above: one that was wrong stays so. */
export function setEcn(view: DataView, at: number, codepoint: number): void {
  const before = view.getUint16(at);
  const after = (before & ~3) | codepoint;
  view.setUint16(at, after);
  view.setUint16(at + 10, update(view.getUint16(at + 10), before, after));
}

/** A packet, with everything that its bytes say. */
export interface Ipv4Record extends ChecksumRecord {
  readonly trafficClass: number;
  readonly identification: number;
  /** The flag that must be zero; there only if it is not. */
  readonly reservedFlag?: true;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** In bytes, a multiple of 8. */
  readonly fragmentOffset: number;
  readonly timeToLive: number;
  readonly protocol: number;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly options: readonly Ipv4OptionRecord[];
  readonly payload: Uint8Array;
}

/**
 * A packet as a record; what the link padded behind it is left out. Allocates.
 * @param length bytes the link layer delivered, from `at`
 * @returns the record, or why the packet is dropped
 */
export const decode = (view: DataView, at: number, length: number): Ipv4Record | DropReason =>
  check(view, at, length) ?? decodeUnverified(view, at, length);

/** The same for a packet whose header checksum may be wrong: the record then has it. */
export function decodeUnverified(view: DataView, at: number, length: number): Ipv4Record | DropReason {
  const reason = checkShape(view, at, length);
  if (reason !== undefined) return reason;
  const header = headerLength(view, at);
  return {
    trafficClass: trafficClass(view, at),
    identification: identification(view, at),
    ...((flagsAndOffset(view, at) & RESERVED_FLAG) !== 0 ? { reservedFlag: true } : {}),
    dontFragment: dontFragment(view, at),
    moreFragments: moreFragments(view, at),
    fragmentOffset: fragmentOffset(view, at),
    timeToLive: timeToLive(view, at),
    protocol: protocol(view, at),
    source: readAddress(4, view, at + 12),
    destination: readAddress(4, view, at + 16),
    options: decodeOptions(view, at + HEADER_LENGTH, at + header),
    payload: copyOf(view, at + header, totalLength(view, at) - header),
    ...recordChecksum(view, at, header, at + 10),
  };
}

/**
 * A record as a packet, with its lengths and its header checksum.
 * @throws {RangeError} if a field does not hold its value or the packet is longer than 65,535 bytes
 */
export function encode(record: Ipv4Record): Uint8Array {
  const options = encodeOptions(record.options);
  const header = HEADER_LENGTH + options.length;
  if (field('fragmentOffset', record.fragmentOffset, 16) % 8 !== 0) {
    throw new RangeError(`wirelab: fragmentOffset is ${record.fragmentOffset}; it must be a multiple of 8 bytes`);
  }
  const writer = new RecordWriter();
  writer.uint8('version and header length', 0x40 | (header >>> 2));
  writer.uint8('trafficClass', record.trafficClass);
  writer.uint16('total length', header + record.payload.length);
  writer.uint16('identification', record.identification);
  const flags =
    (record.reservedFlag ? RESERVED_FLAG : 0) |
    (record.dontFragment ? DONT_FRAGMENT : 0) |
    (record.moreFragments ? MORE_FRAGMENTS : 0);
  writer.uint16('flags and fragment offset', flags | (record.fragmentOffset >>> 3));
  writer.uint8('timeToLive', record.timeToLive);
  writer.uint8('protocol', record.protocol);
  writer.uint16('checksum', record.checksum ?? 0);
  writer.address('source', record.source, 4);
  writer.address('destination', record.destination, 4);
  writer.octets(options);
  writer.octets(record.payload);
  const bytes = writer.finish();
  if (record.checksum === undefined) writeChecksum(viewOf(bytes), 0);
  return bytes;
}
