/**
 * The header of Solaris' IP observability in captures: LINKTYPE_IPNET of the tcpdump group's registry.
 * What the version means is not said there beyond "2 for the current version"; files with 1 look the same.
 */
import type { DropReason } from '../drop.ts';
import { copyOf, field, putBytes, viewOf } from '../record.ts';
import { IPV4, IPV6 } from './ethertype.ts';

export const HEADER_LENGTH = 24;

// Fields in place. `at` is where the header starts in `view`; call only after `check` accepted it.
export const version = (view: DataView, at: number): number => view.getUint8(at);
/** A Solaris AF_ number. */
export const family = (view: DataView, at: number): number => view.getUint8(at + 1);
/** 0 received, 1 sent, 2 from the machine to itself. */
export const hookType = (view: DataView, at: number): number => view.getUint16(at + 2);

/** The EtherType that means the same (Solaris: AF_INET is 2, AF_INET6 is 26), or `undefined` where there is none. */
export function etherTypeOf(family: number): number | undefined {
  if (family === 2) return IPV4;
  return family === 26 ? IPV6 : undefined;
}

/**
 * Whether a header may be read.
 * @param available bytes from `at`
 * @returns `undefined` if it may, else why it is dropped
 */
export const check = (_view: DataView, _at: number, available: number): DropReason | undefined =>
  available < HEADER_LENGTH ? 'capture-header-truncated' : undefined;

export interface IpnetRecord {
  readonly version: number;
  readonly family: number;
  readonly hookType: number;
  /** Of the packet when it was captured; a capture may have kept less. */
  readonly packetLength: number;
  readonly interfaceIndex: number;
  readonly groupInterfaceIndex: number;
  readonly sourceZone: number;
  readonly destinationZone: number;
  readonly payload: Uint8Array;
}

/** The record of the packet of `length` bytes at `at`, or why there is none. */
export function decode(view: DataView, at: number, length: number): IpnetRecord | DropReason {
  const reason = check(view, at, length);
  if (reason !== undefined) return reason;
  return {
    version: version(view, at),
    family: family(view, at),
    hookType: hookType(view, at),
    packetLength: view.getUint32(at + 4),
    interfaceIndex: view.getUint32(at + 8),
    groupInterfaceIndex: view.getUint32(at + 12),
    sourceZone: view.getUint32(at + 16),
    destinationZone: view.getUint32(at + 20),
    payload: copyOf(view, at + HEADER_LENGTH, length - HEADER_LENGTH),
  };
}

/**
 * The bytes of a packet.
 * @throws {RangeError} if a field cannot hold its value
 */
export function encode(record: IpnetRecord): Uint8Array {
  const bytes = new Uint8Array(HEADER_LENGTH + record.payload.length);
  const view = viewOf(bytes);
  view.setUint8(0, field('the ipnet version', record.version, 8));
  view.setUint8(1, field('the ipnet family', record.family, 8));
  view.setUint16(2, field('the ipnet hook type', record.hookType, 16));
  view.setUint32(4, field('the ipnet packet length', record.packetLength, 32));
  view.setUint32(8, field('the ipnet interface index', record.interfaceIndex, 32));
  view.setUint32(12, field('the ipnet group interface index', record.groupInterfaceIndex, 32));
  view.setUint32(16, field('the ipnet source zone', record.sourceZone, 32));
  view.setUint32(20, field('the ipnet destination zone', record.destinationZone, 32));
  putBytes(record.payload, view, HEADER_LENGTH);
  return bytes;
}
