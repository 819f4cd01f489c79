/**
 * ICMP for IPv6: RFC 4443; the checksum covers a pseudo-header (§2.3). Neighbor discovery is in `ndp.ts`.
 * Left out on purpose: multicast listener discovery and node information, which are known by name only; the objects of
 * RFC 4884, whose length field is honoured so that they are never taken for the quoted packet.
 */
import type { IpAddress } from '../address.ts';
import { checksum, pseudoHeaderSum } from '../checksum.ts';
import type { DropReason } from '../drop.ts';
import { copyOf } from '../record.ts';
import { type ChecksumRecord, recordChecksum, sealChecksum, unlessZero } from '../record-optional.ts';
import { RecordWriter } from '../record-writer.ts';
import type { IcmpErrorKind } from './icmp-error.ts';

/** Type, code and checksum. */
export const HEADER_LENGTH = 4;
/** With the word that errors and echoes have behind it. */
export const ERROR_HEADER_LENGTH = 8;
/** IPv6 next header value. */
export const PROTOCOL = 58;

export const DESTINATION_UNREACHABLE = 1;
export const PACKET_TOO_BIG = 2;
export const TIME_EXCEEDED = 3;
export const PARAMETER_PROBLEM = 4;
export const ECHO_REQUEST = 128;
export const ECHO_REPLY = 129;
export const ROUTER_SOLICITATION = 133;
export const ROUTER_ADVERTISEMENT = 134;
export const NEIGHBOR_SOLICITATION = 135;
export const NEIGHBOR_ADVERTISEMENT = 136;
export const REDIRECT = 137;

export const TYPE_NAMES: Readonly<Record<number, string>> = {
  [DESTINATION_UNREACHABLE]: 'destination unreachable',
  [PACKET_TOO_BIG]: 'packet too big',
  [TIME_EXCEEDED]: 'time exceeded',
  [PARAMETER_PROBLEM]: 'parameter problem',
  [ECHO_REQUEST]: 'echo request',
  [ECHO_REPLY]: 'echo reply',
  130: 'multicast listener query',
  131: 'multicast listener report',
  132: 'multicast listener done',
  [ROUTER_SOLICITATION]: 'router solicitation',
  [ROUTER_ADVERTISEMENT]: 'router advertisement',
  [NEIGHBOR_SOLICITATION]: 'neighbor solicitation',
  [NEIGHBOR_ADVERTISEMENT]: 'neighbor advertisement',
  [REDIRECT]: 'redirect',
  143: 'multicast listener report v2',
};

// Codes of Destination Unreachable.
export const NO_ROUTE = 0;
export const ADMINISTRATIVELY_PROHIBITED = 1;
export const BEYOND_SCOPE = 2;
export const ADDRESS_UNREACHABLE = 3;
export const PORT_UNREACHABLE = 4;
// Codes of Time Exceeded.
export const HOP_LIMIT_EXCEEDED = 0;
export const REASSEMBLY_TIME_EXCEEDED = 1;
// Codes of Parameter Problem.
export const ERRONEOUS_FIELD = 0;
export const UNRECOGNIZED_NEXT_HEADER = 1;
export const UNRECOGNIZED_OPTION = 2;
/** RFC 8200 §4.5 gives it its meaning. */
export const FIRST_FRAGMENT_INCOMPLETE = 3;

const UNREACHABLE_CODES: readonly (readonly [name: string, kind: IcmpErrorKind])[] = [
  ['no route to destination', 'network-unreachable'],
  ['communication administratively prohibited', 'administratively-prohibited'],
  ['beyond scope of source address', 'host-unreachable'],
  ['address unreachable', 'host-unreachable'],
  ['port unreachable', 'port-unreachable'],
  ['source address failed ingress/egress policy', 'administratively-prohibited'],
  ['reject route to destination', 'administratively-prohibited'],
];

export const CODE_NAMES: Readonly<Record<number, readonly string[]>> = {
  [DESTINATION_UNREACHABLE]: UNREACHABLE_CODES.map(([name]) => name),
  [TIME_EXCEEDED]: ['hop limit exceeded in transit', 'fragment reassembly time exceeded'],
  [PARAMETER_PROBLEM]: [
    'erroneous header field encountered',
    'unrecognized next header type encountered',
    'unrecognized IPv6 option encountered',
    'first fragment has incomplete header chain',
  ],
};

/** What an error message means to the transport layer; `undefined` if it is none or is unknown. */
export function errorKind(type: number, code: number): IcmpErrorKind | undefined {
  switch (type) {
    case DESTINATION_UNREACHABLE:
      return UNREACHABLE_CODES[code]?.[1];
    case PACKET_TOO_BIG:
      return 'packet-too-big';
    case TIME_EXCEEDED:
      return code === REASSEMBLY_TIME_EXCEEDED ? 'reassembly-time-exceeded' : 'time-exceeded';
    case PARAMETER_PROBLEM:
      // "Unrecognized next header" is a protocol unreachable by nature, yet RFC 9293 §3.9.2.2 has it among the soft errors.
      return 'parameter-problem';
    default:
      return undefined;
  }
}

/** "Error messages are identified as such by a zero in the high-order bit" (RFC 4443 §2.1). */
export const isError = (type: number): boolean => type < 128;

// Fields in place. `at` is where the ICMPv6 header starts in `view`; call only after `check` accepted it.
export const type = (view: DataView, at: number): number => view.getUint8(at);
export const code = (view: DataView, at: number): number => view.getUint8(at + 1);
export const checksumField = (view: DataView, at: number): number => view.getUint16(at + 2);
/** Of echo messages. */
export const identifier = (view: DataView, at: number): number => view.getUint16(at + 4);
export const sequenceNumber = (view: DataView, at: number): number => view.getUint16(at + 6);
/** Of Packet Too Big, in bytes. */
export const mtu = (view: DataView, at: number): number => view.getUint32(at + 4);
/** Of a parameter problem: the byte of the quoted packet that is wrong. It may lie beyond the quote (RFC 4443 §3.4). */
export const pointer = (view: DataView, at: number): number => view.getUint32(at + 4);

/**
 * Bytes of the packet that an error message quotes from `at + 8` on. RFC 4884: types 1 and 3 may give that length
 * in 64-bit words, with objects behind it; the quote is then at least 128 bytes.
 * @param available bytes of the message
 */
export function quoteLength(view: DataView, at: number, available: number): number {
  const rest = available - ERROR_HEADER_LENGTH;
  const kind = type(view, at);
  if (kind !== DESTINATION_UNREACHABLE && kind !== TIME_EXCEEDED) return rest;
  const claimed = view.getUint8(at + 4) << 3;
  return claimed >= 128 && claimed < rest ? claimed : rest;
}

/** Bytes that a type needs at least; others need the header. */
const LEAST_LENGTHS: Readonly<Record<number, number>> = {
  [DESTINATION_UNREACHABLE]: 8,
  [PACKET_TOO_BIG]: 8,
  [TIME_EXCEEDED]: 8,
  [PARAMETER_PROBLEM]: 8,
  [ECHO_REQUEST]: 8,
  [ECHO_REPLY]: 8,
};

/**
 * Whether a message is long enough for its type, without its checksum.
 * @param available bytes the IP layer delivered, from `at`
 */
export function checkShape(view: DataView, at: number, available: number): DropReason | undefined {
  if (available < HEADER_LENGTH) return 'icmp-truncated';
  return available < (LEAST_LENGTHS[type(view, at)] ?? HEADER_LENGTH) ? 'icmp-truncated' : undefined;
}

/**
 * Whether a message may be read.
 * @param available bytes the IP layer delivered, from `at`
 * @param pseudoSum partial sum of the pseudo-header, its length being `available`
 * @returns `undefined` if it may, else why it is dropped
 */
export function check(view: DataView, at: number, available: number, pseudoSum: number): DropReason | undefined {
  const reason = checkShape(view, at, available);
  if (reason !== undefined) return reason;
  return checksum(view, at, available, pseudoSum) === 0 ? undefined : 'icmp-bad-checksum';
}

/**
 * Writes the 8 bytes that errors and echoes start with, with a checksum of zero: `writeChecksum` follows.
 * @param rest the second word: identifier << 16 | sequence number, an MTU, or a pointer
 */
export function writeHeader(view: DataView, at: number, type: number, code: number, rest: number): void {
  view.setInt32(at, (type << 24) | (code << 16));
  view.setInt32(at + 4, rest);
}

/**
 * Computes the checksum of a complete message and stores it.
 * @param length bytes of the message
 * @param pseudoSum partial sum of the pseudo-header for that length
 */
export function writeChecksum(view: DataView, at: number, length: number, pseudoSum: number): void {
  view.setUint16(at + 2, 0);
  view.setUint16(at + 2, checksum(view, at, length, pseudoSum));
}

/** A message, with everything that its bytes say. `quote` is the packet that it is about, as far as it is quoted. */
export type Icmpv6Record = ChecksumRecord & { readonly code: number } & (
    | {
        readonly message: 'echoRequest' | 'echoReply';
        readonly identifier: number;
        readonly sequenceNumber: number;
        readonly data: Uint8Array;
      }
    /** `unused` is there only if it is not zero. */
    | {
        readonly message: 'destinationUnreachable' | 'timeExceeded';
        readonly unused?: number;
        readonly quote: Uint8Array;
      }
    | { readonly message: 'packetTooBig'; readonly mtu: number; readonly quote: Uint8Array }
    | { readonly message: 'parameterProblem'; readonly pointer: number; readonly quote: Uint8Array }
    /** `data` is what follows the checksum. Neighbor discovery has better records in `ndp.ts`. */
    | { readonly message: 'other'; readonly type: number; readonly data: Uint8Array }
  );

const TYPES: Readonly<Record<Exclude<Icmpv6Record['message'], 'other'>, number>> = {
  destinationUnreachable: DESTINATION_UNREACHABLE,
  packetTooBig: PACKET_TOO_BIG,
  timeExceeded: TIME_EXCEEDED,
  parameterProblem: PARAMETER_PROBLEM,
  echoRequest: ECHO_REQUEST,
  echoReply: ECHO_REPLY,
};

/**
 * A message as a record. Allocates.
 * @param length bytes the IP layer delivered, from `at`
 * @returns the record, or why the message is dropped
 */
export function decode(
  view: DataView,
  at: number,
  length: number,
  source: IpAddress,
  destination: IpAddress,
): Icmpv6Record | DropReason {
  const pseudoSum = pseudoHeaderSum(source, destination, PROTOCOL, length);
  return check(view, at, length, pseudoSum) ?? decodeUnverified(view, at, length, source, destination);
}

/** The same for a message whose checksum may be wrong: the record then has it. */
export function decodeUnverified(
  view: DataView,
  at: number,
  length: number,
  source: IpAddress,
  destination: IpAddress,
): Icmpv6Record | DropReason {
  const reason = checkShape(view, at, length);
  if (reason !== undefined) return reason;
  const pseudoSum = pseudoHeaderSum(source, destination, PROTOCOL, length);
  const shared = { code: code(view, at), ...recordChecksum(view, at, length, at + 2, pseudoSum) };
  const kind = type(view, at);
  if (LEAST_LENGTHS[kind] === undefined) {
    return { message: 'other', type: kind, ...shared, data: copyOf(view, at + 4, length - 4) };
  }
  const rest = copyOf(view, at + ERROR_HEADER_LENGTH, length - ERROR_HEADER_LENGTH);
  const word = view.getUint32(at + 4);
  switch (kind) {
    case DESTINATION_UNREACHABLE:
      return { message: 'destinationUnreachable', ...shared, ...unlessZero('unused', word), quote: rest };
    case PACKET_TOO_BIG:
      return { message: 'packetTooBig', ...shared, mtu: word, quote: rest };
    case TIME_EXCEEDED:
      return { message: 'timeExceeded', ...shared, ...unlessZero('unused', word), quote: rest };
    case PARAMETER_PROBLEM:
      return { message: 'parameterProblem', ...shared, pointer: word, quote: rest };
    default:
      return {
        message: kind === ECHO_REQUEST ? 'echoRequest' : 'echoReply',
        ...shared,
        identifier: identifier(view, at),
        sequenceNumber: sequenceNumber(view, at),
        data: rest,
      };
  }
}

/**
 * A record as a message with its checksum.
 * @throws {RangeError} if a field does not hold its value
 */
export function encode(record: Icmpv6Record, source: IpAddress, destination: IpAddress): Uint8Array {
  const writer = new RecordWriter();
  writer.uint8('type', record.message === 'other' ? record.type : TYPES[record.message]);
  writer.uint8('code', record.code);
  writer.uint16('checksum', record.checksum ?? 0);
  encodeBody(writer, record);
  return sealChecksum(writer.finish(), 2, record, pseudoHeaderSum(source, destination, PROTOCOL, writer.length));
}

function encodeBody(writer: RecordWriter, record: Icmpv6Record): void {
  switch (record.message) {
    case 'destinationUnreachable':
    case 'timeExceeded':
      writer.uint32('unused', record.unused ?? 0);
      writer.octets(record.quote);
      return;
    case 'packetTooBig':
      writer.uint32('mtu', record.mtu);
      writer.octets(record.quote);
      return;
    case 'parameterProblem':
      writer.uint32('pointer', record.pointer);
      writer.octets(record.quote);
      return;
    case 'other':
      writer.octets(record.data);
      return;
    default:
      writer.uint16('identifier', record.identifier);
      writer.uint16('sequenceNumber', record.sequenceNumber);
      writer.octets(record.data);
  }
}
