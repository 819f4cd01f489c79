/**
 * The header that Linux puts in front of packets captured on "any" interface: LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2
 * of the tcpdump group's registry. Version 2 has the same fields in another order, and the interface.
 */
import type { DropReason } from '../drop.ts';
import { copyOf, field, putBytes, viewOf } from '../record.ts';

export type CookedVersion = 1 | 2;

/** In bytes. */
export const headerLength = (version: CookedVersion): number => (version === 1 ? 16 : 20);

/** Whose packet it was, by `packetType`. */
export const PACKET_TYPES = ['to us', 'broadcast', 'multicast', 'to another host', 'from us'] as const;

// Fields in place. `at` is where the header starts in `view`; call only after `check` accepted it.
export const packetType = (view: DataView, at: number, version: CookedVersion): number =>
  version === 1 ? view.getUint16(at) : view.getUint8(at + 10);
/** Linux's ARPHRD_ number: 1 for Ethernet, 772 for loopback. */
export const hardwareType = (view: DataView, at: number, version: CookedVersion): number =>
  view.getUint16(at + (version === 1 ? 2 : 8));
/** How many bytes the sender's link address has; only the first 8 are in the header. */
export const addressLength = (view: DataView, at: number, version: CookedVersion): number =>
  version === 1 ? view.getUint16(at + 4) : view.getUint8(at + 11);
/** An EtherType; 1 for Novell's raw 802.3 and 4 for LLC. */
export const protocol = (view: DataView, at: number, version: CookedVersion): number =>
  view.getUint16(at + (version === 1 ? 14 : 0));

/** What `protocol` says where LLC follows. */
export const PROTOCOL_LLC = 4;

/**
 * Whether a header may be read.
 * @param available bytes from `at`
 * @returns `undefined` if it may, else why it is dropped
 */
export const check = (
  _view: DataView,
  _at: number,
  available: number,
  version: CookedVersion,
): DropReason | undefined => (available < headerLength(version) ? 'capture-header-truncated' : undefined);

export interface CookedRecord {
  readonly version: CookedVersion;
  readonly packetType: number;
  readonly hardwareType: number;
  readonly addressLength: number;
  /** All 8 bytes of the field, those behind the address too. */
  readonly address: Uint8Array;
  readonly protocol: number;
  /** In version 2 only; 0 in version 1. */
  readonly interfaceIndex: number;
  /** Two bytes that must be zero in version 2; 0 in version 1. */
  readonly reserved: number;
  readonly payload: Uint8Array;
}

/** The record of the packet of `length` bytes at `at`, or why there is none. */
export function decode(view: DataView, at: number, length: number, version: CookedVersion): CookedRecord | DropReason {
  const reason = check(view, at, length, version);
  if (reason !== undefined) return reason;
  const header = headerLength(version);
  return {
    version,
    packetType: packetType(view, at, version),
    hardwareType: hardwareType(view, at, version),
    addressLength: addressLength(view, at, version),
    address: copyOf(view, at + (version === 1 ? 6 : 12), 8),
    protocol: protocol(view, at, version),
    interfaceIndex: version === 1 ? 0 : view.getUint32(at + 4),
    reserved: version === 1 ? 0 : view.getUint16(at + 2),
    payload: copyOf(view, at + header, length - header),
  };
}

/**
 * The bytes of a packet.
 * @throws {RangeError} if a field cannot hold its value
 */
export function encode(record: CookedRecord): Uint8Array {
  const { version, address, payload } = record;
  if (address.length !== 8) throw new RangeError('wirelab: the address of a Linux cooked header has 8 bytes');
  const header = headerLength(version);
  const bytes = new Uint8Array(header + payload.length);
  const view = viewOf(bytes);
  const protocol = field('the cooked protocol', record.protocol, 16);
  const hardwareType = field('the cooked hardware type', record.hardwareType, 16);
  // The fields that became narrower in version 2.
  const bits = version === 1 ? 16 : 8;
  const packetType = field('the cooked packet type', record.packetType, bits);
  const addressLength = field('the cooked address length', record.addressLength, bits);
  if (version === 1) {
    view.setUint16(0, packetType);
    view.setUint16(2, hardwareType);
    view.setUint16(4, addressLength);
    view.setUint16(14, protocol);
  } else {
    view.setUint16(0, protocol);
    view.setUint16(2, field('the reserved bytes of the cooked header', record.reserved, 16));
    view.setUint32(4, field('the cooked interface index', record.interfaceIndex, 32));
    view.setUint16(8, hardwareType);
    view.setUint8(10, packetType);
    view.setUint8(11, addressLength);
  }
  putBytes(address, view, version === 1 ? 6 : 12);
  putBytes(payload, view, header);
  return bytes;
}
