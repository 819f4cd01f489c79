/**
 * Neighbor Discovery for IPv6, in place: RFC 4861 §4, with its validity checks (§6.1, §7.1, §8.1). The messages are
 * ICMPv6; the options are in `ndp-options.ts`.
 * Left out on purpose: secure neighbor discovery (RFC 3971); link-layer addresses that are not Ethernet's; whether a
 * redirect comes from the present first hop (§8.1), which only the host can tell.
 */
import { type IpAddress, readAddress, writeAddress } from '../address.ts';
import { pseudoHeaderSum } from '../checksum.ts';
import type { DropReason } from '../drop.ts';
import { readMac, writeMac } from '../mac.ts';
import { field } from '../record.ts';
import { type ChecksumRecord, recordChecksum, sealChecksum, unlessZero } from '../record-optional.ts';
import { RecordWriter } from '../record-writer.ts';
import * as icmpv6 from './icmpv6.ts';
import {
  decodeOptions,
  encodeOptions,
  findOption,
  LINK_LAYER_ADDRESS_LENGTH,
  type NdpOptionRecord,
  optionLength,
  optionsAreWhole,
  SOURCE_LINK_LAYER_ADDRESS,
  TARGET_LINK_LAYER_ADDRESS,
} from './ndp-options.ts';
import type { ReceivedPacket } from './packet.ts';

/** "The packet could not possibly have been forwarded by a router" (RFC 4861 §6.1.1): every message has this hop limit. */
export const HOP_LIMIT = 255;

export const ROUTER_SOLICITATION_LENGTH = 8;
export const ROUTER_ADVERTISEMENT_LENGTH = 16;
/** Of solicitations and of advertisements alike. */
export const NEIGHBOR_MESSAGE_LENGTH = 24;
export const REDIRECT_LENGTH = 40;
// Flags of a neighbor advertisement, as they lie in its second word.
export const ROUTER_FLAG: number = 0x8000_0000 | 0;
export const SOLICITED_FLAG = 0x4000_0000;
export const OVERRIDE_FLAG = 0x2000_0000;

/** Bytes in front of the options, by message type; -1 for a type that is not neighbor discovery. */
export function optionsOffset(type: number): number {
  switch (type) {
    case icmpv6.ROUTER_SOLICITATION:
      return ROUTER_SOLICITATION_LENGTH;
    case icmpv6.ROUTER_ADVERTISEMENT:
      return ROUTER_ADVERTISEMENT_LENGTH;
    case icmpv6.NEIGHBOR_SOLICITATION:
    case icmpv6.NEIGHBOR_ADVERTISEMENT:
      return NEIGHBOR_MESSAGE_LENGTH;
    case icmpv6.REDIRECT:
      return REDIRECT_LENGTH;
    default:
      return -1;
  }
}

// Fields in place. `at` is where the ICMPv6 header starts in `view`; call only after `check` accepted it.
/** Word 0 to 3 of the target, in solicitations, advertisements and redirects. */
export const targetWord = (view: DataView, at: number, word: number): number => view.getInt32(at + 8 + 4 * word);
/** Word 0 to 3 of the destination that a redirect is about. */
export const destinationWord = (view: DataView, at: number, word: number): number => view.getInt32(at + 24 + 4 * word);
export const isRouter = (view: DataView, at: number): boolean => (view.getUint8(at + 4) & 0x80) !== 0;
export const isSolicited = (view: DataView, at: number): boolean => (view.getUint8(at + 4) & 0x40) !== 0;
export const isOverride = (view: DataView, at: number): boolean => (view.getUint8(at + 4) & 0x20) !== 0;

/**
 * The Ethernet address in a message's link-layer address option, as a number below 2^48; -1 without one.
 * @param type `SOURCE_LINK_LAYER_ADDRESS` or `TARGET_LINK_LAYER_ADDRESS`
 */
export function linkLayerAddress(view: DataView, at: number, length: number, type: number): number {
  const option = findOption(view, at + optionsOffset(icmpv6.type(view, at)), at + length, type);
  return option < 0 || optionLength(view, option) !== LINK_LAYER_ADDRESS_LENGTH ? -1 : readMac(view, option + 2);
}

/**
 * Whether type, code and lengths are those of a neighbor discovery message.
 * @param available bytes of the message
 */
export function checkShape(view: DataView, at: number, available: number): DropReason | undefined {
  if (available < icmpv6.HEADER_LENGTH) return 'icmp-truncated';
  const offset = optionsOffset(icmpv6.type(view, at));
  if (offset < 0 || available < offset || icmpv6.code(view, at) !== 0) return 'ndp-invalid';
  return optionsAreWhole(view, at + offset, at + available) ? undefined : 'ndp-invalid';
}

/**
 * Whether a message passes the validity checks of its type. Its ICMPv6 checksum has been verified by `icmpv6.check`.
 * @returns `undefined` if it does, else why it is dropped
 */
export function check(packet: ReceivedPacket): DropReason | undefined {
  const { view, at, length } = packet;
  const reason = checkShape(view, at, length);
  if (reason !== undefined) return reason;
  if (packet.hopLimit !== HOP_LIMIT) return 'ndp-invalid';
  const type = icmpv6.type(view, at);
  return isValid(packet, type, at + optionsOffset(type), at + length) ? undefined : 'ndp-invalid';
}

/** What the sections ask of each type beyond what they ask of all. */
function isValid(packet: ReceivedPacket, type: number, optionsAt: number, end: number): boolean {
  const { view, at } = packet;
  const unspecified = (packet.source0 | packet.source1 | packet.source2 | packet.source3) === 0;
  const toMulticast = packet.destination0 >>> 24 === 0xff;
  switch (type) {
    case icmpv6.ROUTER_SOLICITATION: // §6.1.1
      return !unspecified || findOption(view, optionsAt, end, SOURCE_LINK_LAYER_ADDRESS) < 0;
    case icmpv6.ROUTER_ADVERTISEMENT: // §6.1.2
      return isLinkLocalWord(packet.source0);
    case icmpv6.NEIGHBOR_SOLICITATION: // §7.1.1
      if (isMulticastWord(targetWord(view, at, 0))) return false;
      if (!unspecified) return true;
      return isSolicitedNode(packet) && findOption(view, optionsAt, end, SOURCE_LINK_LAYER_ADDRESS) < 0;
    case icmpv6.NEIGHBOR_ADVERTISEMENT: // §7.1.2
      return !isMulticastWord(targetWord(view, at, 0)) && !(toMulticast && isSolicited(view, at));
    default: // §8.1
      if (!isLinkLocalWord(packet.source0) || isMulticastWord(destinationWord(view, at, 0))) return false;
      return isLinkLocalWord(targetWord(view, at, 0)) || isTargetDestination(view, at);
  }
}

const isMulticastWord = (word0: number): boolean => word0 >>> 24 === 0xff;
const isLinkLocalWord = (word0: number): boolean => word0 >>> 22 === 0xfe80 >>> 6;

/** ff02::1:ff00:0/104 (RFC 4291 §2.7.1). */
const isSolicitedNode = (packet: ReceivedPacket): boolean =>
  packet.destination0 === (0xff02_0000 | 0) &&
  packet.destination1 === 0 &&
  packet.destination2 === 1 &&
  packet.destination3 >>> 24 === 0xff;

function isTargetDestination(view: DataView, at: number): boolean {
  for (let word = 0; word < 4; word++) {
    if (targetWord(view, at, word) !== destinationWord(view, at, word)) return false;
  }
  return true;
}

// Writers. Each returns the message's length in bytes; the checksum is zero until `icmpv6.writeChecksum`.

/** @param mac the sender's Ethernet address, or -1 to leave it out (RFC 4861 §4.3: when the source is unspecified) */
export function writeNeighborSolicitation(view: DataView, at: number, target: IpAddress, mac: number): number {
  icmpv6.writeHeader(view, at, icmpv6.NEIGHBOR_SOLICITATION, 0, 0);
  writeAddress(target, view, at + 8);
  return NEIGHBOR_MESSAGE_LENGTH + writeMacOption(view, at + NEIGHBOR_MESSAGE_LENGTH, SOURCE_LINK_LAYER_ADDRESS, mac);
}

/**
 * @param flags `ROUTER_FLAG`, `SOLICITED_FLAG` and `OVERRIDE_FLAG`
 * @param mac the target's Ethernet address, or -1 to leave it out
 */
export function writeNeighborAdvertisement(
  view: DataView,
  at: number,
  flags: number,
  target: IpAddress,
  mac: number,
): number {
  icmpv6.writeHeader(view, at, icmpv6.NEIGHBOR_ADVERTISEMENT, 0, flags);
  writeAddress(target, view, at + 8);
  return NEIGHBOR_MESSAGE_LENGTH + writeMacOption(view, at + NEIGHBOR_MESSAGE_LENGTH, TARGET_LINK_LAYER_ADDRESS, mac);
}

/** @param mac the sender's Ethernet address, or -1 to leave it out */
export function writeRouterSolicitation(view: DataView, at: number, mac: number): number {
  icmpv6.writeHeader(view, at, icmpv6.ROUTER_SOLICITATION, 0, 0);
  return (
    ROUTER_SOLICITATION_LENGTH + writeMacOption(view, at + ROUTER_SOLICITATION_LENGTH, SOURCE_LINK_LAYER_ADDRESS, mac)
  );
}

function writeMacOption(view: DataView, at: number, type: number, mac: number): number {
  if (mac < 0) return 0;
  view.setUint16(at, (type << 8) | 1);
  writeMac(mac, view, at + 2);
  return LINK_LAYER_ADDRESS_LENGTH;
}

/** A message, with everything that its bytes say. `reserved` is there only where it is not zero. */
export type NdpRecord = ChecksumRecord & {
  readonly reserved?: number;
  readonly options: readonly NdpOptionRecord[];
} & (
    | { readonly message: 'routerSolicitation' }
    | {
        readonly message: 'routerAdvertisement';
        readonly currentHopLimit: number;
        readonly managedAddresses: boolean;
        readonly otherConfiguration: boolean;
        readonly routerLifetimeSeconds: number;
        readonly reachableTimeMilliseconds: number;
        readonly retransmissionTimerMilliseconds: number;
      }
    | { readonly message: 'neighborSolicitation'; readonly target: IpAddress }
    | {
        readonly message: 'neighborAdvertisement';
        readonly router: boolean;
        readonly solicited: boolean;
        readonly override: boolean;
        readonly target: IpAddress;
      }
    | { readonly message: 'redirect'; readonly target: IpAddress; readonly destination: IpAddress }
  );

const TYPES: Readonly<Record<NdpRecord['message'], number>> = {
  routerSolicitation: icmpv6.ROUTER_SOLICITATION,
  routerAdvertisement: icmpv6.ROUTER_ADVERTISEMENT,
  neighborSolicitation: icmpv6.NEIGHBOR_SOLICITATION,
  neighborAdvertisement: icmpv6.NEIGHBOR_ADVERTISEMENT,
  redirect: icmpv6.REDIRECT,
};

/**
 * A message as a record. The checks that need the IP header (hop limit, addresses) are `check`'s. Allocates.
 * @param length bytes of the message
 * @returns the record, or why the message is dropped
 */
export function decode(
  view: DataView,
  at: number,
  length: number,
  source: IpAddress,
  destination: IpAddress,
): NdpRecord | DropReason {
  const pseudoSum = pseudoHeaderSum(source, destination, icmpv6.PROTOCOL, length);
  return icmpv6.check(view, at, length, pseudoSum) ?? decodeUnverified(view, at, length, source, destination);
}

/** The same for a message whose checksum may be wrong: the record then has it. */
export function decodeUnverified(
  view: DataView,
  at: number,
  length: number,
  source: IpAddress,
  destination: IpAddress,
): NdpRecord | DropReason {
  const reason = checkShape(view, at, length);
  if (reason !== undefined) return reason;
  const pseudoSum = pseudoHeaderSum(source, destination, icmpv6.PROTOCOL, length);
  const type = icmpv6.type(view, at);
  const shared = {
    ...recordChecksum(view, at, length, at + 2, pseudoSum),
    options: decodeOptions(view, at + optionsOffset(type), at + length),
  };
  const word = view.getUint32(at + 4);
  switch (type) {
    case icmpv6.ROUTER_SOLICITATION:
      return { message: 'routerSolicitation', ...unlessZero('reserved', word), ...shared };
    case icmpv6.ROUTER_ADVERTISEMENT:
      return {
        message: 'routerAdvertisement',
        currentHopLimit: view.getUint8(at + 4),
        managedAddresses: (view.getUint8(at + 5) & 0x80) !== 0,
        otherConfiguration: (view.getUint8(at + 5) & 0x40) !== 0,
        ...unlessZero('reserved', view.getUint8(at + 5) & 0x3f),
        routerLifetimeSeconds: view.getUint16(at + 6),
        reachableTimeMilliseconds: view.getUint32(at + 8),
        retransmissionTimerMilliseconds: view.getUint32(at + 12),
        ...shared,
      };
    case icmpv6.NEIGHBOR_SOLICITATION:
      return {
        message: 'neighborSolicitation',
        ...unlessZero('reserved', word),
        target: readAddress(6, view, at + 8),
        ...shared,
      };
    case icmpv6.NEIGHBOR_ADVERTISEMENT:
      return {
        message: 'neighborAdvertisement',
        router: isRouter(view, at),
        solicited: isSolicited(view, at),
        override: isOverride(view, at),
        ...unlessZero('reserved', word & 0x1fff_ffff),
        target: readAddress(6, view, at + 8),
        ...shared,
      };
    default:
      return {
        message: 'redirect',
        ...unlessZero('reserved', word),
        target: readAddress(6, view, at + 8),
        destination: readAddress(6, view, at + 24),
        ...shared,
      };
  }
}

/**
 * A record as a message with its checksum.
 * @throws {RangeError} if a field does not hold its value
 */
export function encode(record: NdpRecord, source: IpAddress, destination: IpAddress): Uint8Array {
  const writer = new RecordWriter();
  writer.uint8('type', TYPES[record.message]);
  writer.uint8('code', 0);
  writer.uint16('checksum', record.checksum ?? 0);
  encodeBody(writer, record);
  writer.octets(encodeOptions(record.options));
  const pseudoSum = pseudoHeaderSum(source, destination, icmpv6.PROTOCOL, writer.length);
  return sealChecksum(writer.finish(), 2, record, pseudoSum);
}

function encodeBody(writer: RecordWriter, record: NdpRecord): void {
  const reserved = record.reserved ?? 0;
  switch (record.message) {
    case 'routerSolicitation':
      writer.uint32('reserved', reserved);
      return;
    case 'routerAdvertisement':
      writer.uint8('currentHopLimit', record.currentHopLimit);
      writer.uint8(
        'flags',
        (record.managedAddresses ? 0x80 : 0) | (record.otherConfiguration ? 0x40 : 0) | field('reserved', reserved, 6),
      );
      writer.uint16('routerLifetimeSeconds', record.routerLifetimeSeconds);
      writer.uint32('reachableTimeMilliseconds', record.reachableTimeMilliseconds);
      writer.uint32('retransmissionTimerMilliseconds', record.retransmissionTimerMilliseconds);
      return;
    case 'neighborSolicitation':
      writer.uint32('reserved', reserved);
      writer.address('target', record.target, 6);
      return;
    case 'neighborAdvertisement':
      writer.int32(
        'flags',
        (record.router ? ROUTER_FLAG : 0) |
          (record.solicited ? SOLICITED_FLAG : 0) |
          (record.override ? OVERRIDE_FLAG : 0) |
          field('reserved', reserved, 29),
      );
      writer.address('target', record.target, 6);
      return;
    case 'redirect':
      writer.uint32('reserved', reserved);
      writer.address('target', record.target, 6);
      writer.address('destination', record.destination, 6);
  }
}
