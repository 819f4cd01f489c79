/**
 * Internet Control Message Protocol: RFC 792; more codes RFC 1122 §3.2.2 and RFC 1812 §5.2.7.1, next-hop MTU RFC 1191 §4.
 * Left out on purpose: acting on Source Quench (RFC 6633 retired it), address masks, router discovery; the objects of
 * RFC 4884, whose length field is honoured so that they are never taken for the quoted packet.
 */
import { type IpAddress, readAddress } from '../address.ts';
import { checksum } from '../checksum.ts';
import type { DropReason } from '../drop.ts';
import { copyOf } from '../record.ts';
import { type ChecksumRecord, recordChecksum, sealChecksum, unlessZero } from '../record-optional.ts';
import { RecordWriter } from '../record-writer.ts';
import type { IcmpErrorKind } from './icmp-error.ts';

export const HEADER_LENGTH = 8;
/** IP protocol number. */
export const PROTOCOL = 1;

export const ECHO_REPLY = 0;
export const DESTINATION_UNREACHABLE = 3;
export const SOURCE_QUENCH = 4;
export const REDIRECT = 5;
export const ECHO = 8;
export const ROUTER_ADVERTISEMENT = 9;
export const ROUTER_SOLICITATION = 10;
export const TIME_EXCEEDED = 11;
export const PARAMETER_PROBLEM = 12;
export const TIMESTAMP = 13;
export const TIMESTAMP_REPLY = 14;
export const INFORMATION_REQUEST = 15;
export const INFORMATION_REPLY = 16;

export const TYPE_NAMES: Readonly<Record<number, string>> = {
  [ECHO_REPLY]: 'echo reply',
  [DESTINATION_UNREACHABLE]: 'destination unreachable',
  [SOURCE_QUENCH]: 'source quench',
  [REDIRECT]: 'redirect',
  [ECHO]: 'echo request',
  [ROUTER_ADVERTISEMENT]: 'router advertisement',
  [ROUTER_SOLICITATION]: 'router solicitation',
  [TIME_EXCEEDED]: 'time exceeded',
  [PARAMETER_PROBLEM]: 'parameter problem',
  [TIMESTAMP]: 'timestamp request',
  [TIMESTAMP_REPLY]: 'timestamp reply',
  [INFORMATION_REQUEST]: 'information request',
  [INFORMATION_REPLY]: 'information reply',
};

// Codes of Destination Unreachable.
export const NETWORK_UNREACHABLE = 0;
export const HOST_UNREACHABLE = 1;
export const PROTOCOL_UNREACHABLE = 2;
export const PORT_UNREACHABLE = 3;
export const FRAGMENTATION_NEEDED = 4;
export const SOURCE_ROUTE_FAILED = 5;
export const ADMINISTRATIVELY_PROHIBITED = 13;
// Codes of Time Exceeded.
export const TTL_EXCEEDED = 0;
export const REASSEMBLY_TIME_EXCEEDED = 1;

/** What each code of a type says, and what it means to the transport layer where that is an error. */
const UNREACHABLE_CODES: readonly (readonly [name: string, kind: IcmpErrorKind])[] = [
  ['network unreachable', 'network-unreachable'],
  ['host unreachable', 'host-unreachable'],
  ['protocol unreachable', 'protocol-unreachable'],
  ['port unreachable', 'port-unreachable'],
  ['fragmentation needed', 'packet-too-big'],
  ['source route failed', 'source-route-failed'],
  ['destination network unknown', 'network-unreachable'],
  ['destination host unknown', 'host-unreachable'],
  ['source host isolated', 'host-unreachable'],
  ['network administratively prohibited', 'administratively-prohibited'],
  ['host administratively prohibited', 'administratively-prohibited'],
  ['network unreachable for type of service', 'network-unreachable'],
  ['host unreachable for type of service', 'host-unreachable'],
  ['communication administratively prohibited', 'administratively-prohibited'],
  ['host precedence violation', 'administratively-prohibited'],
  ['precedence cutoff in effect', 'administratively-prohibited'],
];

export const CODE_NAMES: Readonly<Record<number, readonly string[]>> = {
  [DESTINATION_UNREACHABLE]: UNREACHABLE_CODES.map(([name]) => name),
  [REDIRECT]: [
    'for the network',
    'for the host',
    'for the type of service and network',
    'for the type of service and host',
  ],
  [TIME_EXCEEDED]: ['time to live exceeded in transit', 'fragment reassembly time exceeded'],
  [PARAMETER_PROBLEM]: ['pointer indicates the error', 'required option is missing', 'bad length'],
};

/** What an error message means to the transport layer; `undefined` for a query, a redirect, source quench or the unknown. */
export function errorKind(type: number, code: number): IcmpErrorKind | undefined {
  switch (type) {
    case DESTINATION_UNREACHABLE:
      return UNREACHABLE_CODES[code]?.[1];
    case TIME_EXCEEDED:
      return code === REASSEMBLY_TIME_EXCEEDED ? 'reassembly-time-exceeded' : 'time-exceeded';
    case PARAMETER_PROBLEM:
      return 'parameter-problem';
    default:
      return undefined;
  }
}

/**
 * Whether a type is an error message, about which no other may be sent (RFC 1122 §3.2.2). A redirect and a source quench
 * are.
 */
export const isError = (type: number): boolean =>
  type === DESTINATION_UNREACHABLE ||
  type === SOURCE_QUENCH ||
  type === REDIRECT ||
  type === TIME_EXCEEDED ||
  type === PARAMETER_PROBLEM;

// Fields in place. `at` is where the ICMP header starts in `view`; call only after `check` accepted it.
export const type = (view: DataView, at: number): number => view.getUint8(at);
export const code = (view: DataView, at: number): number => view.getUint8(at + 1);
export const checksumField = (view: DataView, at: number): number => view.getUint16(at + 2);
/** Of echo, timestamp and information messages. */
export const identifier = (view: DataView, at: number): number => view.getUint16(at + 4);
export const sequenceNumber = (view: DataView, at: number): number => view.getUint16(at + 6);
/** Of a redirect: the better gateway, as `IpAddress.w3`. */
export const gatewayWord = (view: DataView, at: number): number => view.getInt32(at + 4);
/** Of a parameter problem: the byte of the quoted header that is wrong. */
export const pointer = (view: DataView, at: number): number => view.getUint8(at + 4);
/** Of "fragmentation needed", in bytes; 0 from routers older than RFC 1191. */
export const nextHopMtu = (view: DataView, at: number): number => view.getUint16(at + 6);

/**
 * Bytes of the packet that an error message quotes from `at + 8` on. RFC 4884: types 3, 11 and 12 may give that
 * length in 32-bit words, with objects behind it; the quote is then at least 128 bytes.
 * @param available bytes of the message
 */
export function quoteLength(view: DataView, at: number, available: number): number {
  const rest = available - HEADER_LENGTH;
  const kind = type(view, at);
  if (kind !== DESTINATION_UNREACHABLE && kind !== TIME_EXCEEDED && kind !== PARAMETER_PROBLEM) return rest;
  const claimed = view.getUint8(at + 5) << 2;
  return claimed >= 128 && claimed < rest ? claimed : rest;
}

/**
 * Whether a message is long enough for its type, without its checksum.
 * @param available bytes the IP layer delivered, from `at`
 */
export function checkShape(view: DataView, at: number, available: number): DropReason | undefined {
  if (available < HEADER_LENGTH) return 'icmp-truncated';
  const kind = type(view, at);
  // RFC 792: three timestamps follow.
  if ((kind === TIMESTAMP || kind === TIMESTAMP_REPLY) && available < 20) return 'icmp-truncated';
  return undefined;
}

/**
 * Whether a message may be read.
 * @param available bytes the IP layer delivered, from `at`
 * @returns `undefined` if it may, else why it is dropped
 */
export function check(view: DataView, at: number, available: number): DropReason | undefined {
  const reason = checkShape(view, at, available);
  if (reason !== undefined) return reason;
  return checksum(view, at, available) === 0 ? undefined : 'icmp-bad-checksum';
}

/**
 * Writes the 8 bytes that every message starts with, with a checksum of zero: `writeChecksum` follows.
 * @param rest the second word: identifier << 16 | sequence number, the next hop's MTU, pointer << 24, or a gateway
 */
export function writeHeader(view: DataView, at: number, type: number, code: number, rest: number): void {
  view.setInt32(at, (type << 24) | (code << 16));
  view.setInt32(at + 4, rest);
}

/** Computes the checksum of a complete message of `length` bytes and stores it. */
export function writeChecksum(view: DataView, at: number, length: number): void {
  view.setUint16(at + 2, 0);
  view.setUint16(at + 2, checksum(view, at, length));
}

/** Messages of one form: a second word that nobody uses (RFC 4884 put a length into it), then the quoted packet. */
interface QuoteRecord {
  readonly code: number;
  /** The bits that have no meaning here; there only if they are not zero. */
  readonly unused?: number;
  /** The packet that it is about, as far as it is quoted, with RFC 4884's objects if there are any. */
  readonly quote: Uint8Array;
}

/** A message, with everything that its bytes say. Timestamps are milliseconds since midnight UT. */
export type Icmpv4Record = ChecksumRecord &
  (
    | {
        readonly message: 'echo' | 'echoReply' | 'informationRequest' | 'informationReply';
        readonly code: number;
        readonly identifier: number;
        readonly sequenceNumber: number;
        readonly data: Uint8Array;
      }
    | {
        readonly message: 'timestamp' | 'timestampReply';
        readonly code: number;
        readonly identifier: number;
        readonly sequenceNumber: number;
        readonly originate: number;
        readonly receive: number;
        readonly transmit: number;
        /** What should not be there. */
        readonly data: Uint8Array;
      }
    | ({ readonly message: 'destinationUnreachable'; readonly nextHopMtu: number } & QuoteRecord)
    | ({ readonly message: 'timeExceeded' | 'sourceQuench' } & QuoteRecord)
    | ({ readonly message: 'parameterProblem'; readonly pointer: number } & QuoteRecord)
    | {
        readonly message: 'redirect';
        readonly code: number;
        readonly gateway: IpAddress;
        readonly quote: Uint8Array;
      }
    /** `data` is what follows the checksum. */
    | { readonly message: 'other'; readonly type: number; readonly code: number; readonly data: Uint8Array }
  );

const TYPES: Readonly<Record<Exclude<Icmpv4Record['message'], 'other'>, number>> = {
  echoReply: ECHO_REPLY,
  destinationUnreachable: DESTINATION_UNREACHABLE,
  sourceQuench: SOURCE_QUENCH,
  redirect: REDIRECT,
  echo: ECHO,
  timeExceeded: TIME_EXCEEDED,
  parameterProblem: PARAMETER_PROBLEM,
  timestamp: TIMESTAMP,
  timestampReply: TIMESTAMP_REPLY,
  informationRequest: INFORMATION_REQUEST,
  informationReply: INFORMATION_REPLY,
};

/**
 * A message as a record. Allocates.
 * @param length bytes the IP layer delivered, from `at`
 * @returns the record, or why the message is dropped
 */
export const decode = (view: DataView, at: number, length: number): Icmpv4Record | DropReason =>
  check(view, at, length) ?? decodeUnverified(view, at, length);

/** The same for a message whose checksum may be wrong: the record then has it. */
export function decodeUnverified(view: DataView, at: number, length: number): Icmpv4Record | DropReason {
  const reason = checkShape(view, at, length);
  if (reason !== undefined) return reason;
  const shared = { code: code(view, at), ...recordChecksum(view, at, length, at + 2) };
  const quote = (): Uint8Array => copyOf(view, at + HEADER_LENGTH, length - HEADER_LENGTH);
  const query = { identifier: identifier(view, at), sequenceNumber: sequenceNumber(view, at) };
  const kind = type(view, at);
  switch (kind) {
    case ECHO:
      return { message: 'echo', ...shared, ...query, data: quote() };
    case ECHO_REPLY:
      return { message: 'echoReply', ...shared, ...query, data: quote() };
    case INFORMATION_REQUEST:
      return { message: 'informationRequest', ...shared, ...query, data: quote() };
    case INFORMATION_REPLY:
      return { message: 'informationReply', ...shared, ...query, data: quote() };
    case TIMESTAMP:
    case TIMESTAMP_REPLY:
      return {
        message: kind === TIMESTAMP ? 'timestamp' : 'timestampReply',
        ...shared,
        ...query,
        originate: view.getUint32(at + 8),
        receive: view.getUint32(at + 12),
        transmit: view.getUint32(at + 16),
        data: copyOf(view, at + 20, length - 20),
      };
    case DESTINATION_UNREACHABLE:
      return {
        message: 'destinationUnreachable',
        ...shared,
        ...unlessZero('unused', view.getUint16(at + 4)),
        nextHopMtu: nextHopMtu(view, at),
        quote: quote(),
      };
    case TIME_EXCEEDED:
      return { message: 'timeExceeded', ...shared, ...unlessZero('unused', view.getUint32(at + 4)), quote: quote() };
    case SOURCE_QUENCH:
      return { message: 'sourceQuench', ...shared, ...unlessZero('unused', view.getUint32(at + 4)), quote: quote() };
    case PARAMETER_PROBLEM:
      return {
        message: 'parameterProblem',
        ...shared,
        pointer: pointer(view, at),
        ...unlessZero('unused', view.getUint32(at + 4) & 0xff_ffff),
        quote: quote(),
      };
    case REDIRECT:
      return { message: 'redirect', ...shared, gateway: readAddress(4, view, at + 4), quote: quote() };
    default:
      return { message: 'other', type: kind, ...shared, data: copyOf(view, at + 4, length - 4) };
  }
}

/**
 * A record as a message with its checksum.
 * @throws {RangeError} if a field does not hold its value
 */
export function encode(record: Icmpv4Record): Uint8Array {
  const writer = new RecordWriter();
  writer.uint8('type', record.message === 'other' ? record.type : TYPES[record.message]);
  writer.uint8('code', record.code);
  writer.uint16('checksum', record.checksum ?? 0);
  encodeBody(writer, record);
  return sealChecksum(writer.finish(), 2, record);
}

function encodeBody(writer: RecordWriter, record: Icmpv4Record): void {
  switch (record.message) {
    case 'destinationUnreachable':
      writer.uint16('unused', record.unused ?? 0);
      writer.uint16('nextHopMtu', record.nextHopMtu);
      writer.octets(record.quote);
      return;
    case 'timeExceeded':
    case 'sourceQuench':
      writer.uint32('unused', record.unused ?? 0);
      writer.octets(record.quote);
      return;
    case 'parameterProblem':
      writer.uint8('pointer', record.pointer);
      writer.uint24('unused', record.unused ?? 0);
      writer.octets(record.quote);
      return;
    case 'redirect':
      writer.address('gateway', record.gateway, 4);
      writer.octets(record.quote);
      return;
    case 'other':
      writer.octets(record.data);
      return;
    default:
      writer.uint16('identifier', record.identifier);
      writer.uint16('sequenceNumber', record.sequenceNumber);
      if (record.message === 'timestamp' || record.message === 'timestampReply') {
        writer.uint32('originate', record.originate);
        writer.uint32('receive', record.receive);
        writer.uint32('transmit', record.transmit);
      }
      writer.octets(record.data);
  }
}
