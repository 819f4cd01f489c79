/**
 * The header of BSD's loopback in captures (LINKTYPE_NULL and LINKTYPE_LOOP of the tcpdump group's registry): four bytes
 * with the number of the address family. LOOP is in network byte order; NULL in the order of the machine that captured,
 * which is seen from where the zeros are.
 */
import type { DropReason } from '../drop.ts';
import { copyOf, field, putBytes, viewOf } from '../record.ts';
import { IPV4, IPV6 } from './ethertype.ts';

export const HEADER_LENGTH = 4;

/** AF_INET is 2 everywhere; AF_INET6 is 10 on Linux, 24 on NetBSD and OpenBSD, 28 on FreeBSD and 30 on macOS. */
const ETHERTYPES_BY_FAMILY: ReadonlyMap<number, number> = new Map([
  [2, IPV4],
  [10, IPV6],
  [24, IPV6],
  [28, IPV6],
  [30, IPV6],
]);

/** The EtherType that means the same, or `undefined` where there is none. */
export const etherTypeOf = (family: number): number | undefined => ETHERTYPES_BY_FAMILY.get(family);

// Fields in place. `at` is where the header starts in `view`; call only after `check` accepted it.
/** Families are small: if the first two bytes are not zero, the number begins at its other end. */
const isLittleEndian = (view: DataView, at: number): boolean => view.getUint16(at) !== 0;
export const family = (view: DataView, at: number): number => view.getUint32(at, isLittleEndian(view, at));

/**
 * Whether a header may be read.
 * @param available bytes from `at`
 * @returns `undefined` if it may, else why it is dropped
 */
export const check = (_view: DataView, _at: number, available: number): DropReason | undefined =>
  available < HEADER_LENGTH ? 'capture-header-truncated' : undefined;

export interface NullRecord {
  /** Below 2^16 in all there are. */
  readonly family: number;
  readonly littleEndian: boolean;
  readonly payload: Uint8Array;
}

/** The record of the packet of `length` bytes at `at`, or why there is none. */
export function decode(view: DataView, at: number, length: number): NullRecord | DropReason {
  const reason = check(view, at, length);
  if (reason !== undefined) return reason;
  return {
    family: family(view, at),
    littleEndian: isLittleEndian(view, at),
    payload: copyOf(view, at + HEADER_LENGTH, length - HEADER_LENGTH),
  };
}

/**
 * The bytes of a packet.
 * @throws {RangeError} if the field cannot hold its value
 */
export function encode(record: NullRecord): Uint8Array {
  const bytes = new Uint8Array(HEADER_LENGTH + record.payload.length);
  const view = viewOf(bytes);
  view.setUint32(0, field('the address family', record.family, 32), record.littleEndian);
  putBytes(record.payload, view, HEADER_LENGTH);
  return bytes;
}
