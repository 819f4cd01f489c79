/**
 * Logical Link Control (IEEE 802.2) behind the length of an IEEE 802.3 frame, with the Sub-Network Access Protocol that
 * carries IP there: RFC 1042. Spanning tree and IS-IS speak bare LLC.
 * Left out on purpose: connections (802.2 type 2), whose control field is kept as it is.
 */
import type { DropReason } from '../drop.ts';
import { copyOf, field, putBytes, viewOf } from '../record.ts';

/** The service access point that says "SNAP follows" (RFC 1042: K1 = 170). */
export const SAP_SNAP = 0xaa;
/** Spanning tree (IEEE 802.1D). */
export const SAP_SPANNING_TREE = 0x42;
/** Unnumbered information: a datagram (RFC 1042). */
export const UNNUMBERED_INFORMATION = 3;
/** LLC and SNAP, as IP uses them (RFC 1042: "the total length … is 8-octets"). */
export const SNAP_HEADER_LENGTH = 8;
/** The organization whose protocol numbers are EtherTypes (RFC 1042: K2 = 0). */
export const ORGANIZATION_ETHERTYPE = 0;

// Fields in place. `at` is where the LLC header starts in `view`; call only after `check` accepted it.
export const destinationSap = (view: DataView, at: number): number => view.getUint8(at);
export const sourceSap = (view: DataView, at: number): number => view.getUint8(at + 1);
/** One byte where its two lowest bits are ones (unnumbered), else two, the first one less significant. */
export const control = (view: DataView, at: number): number =>
  isUnnumbered(view.getUint8(at + 2)) ? view.getUint8(at + 2) : view.getUint16(at + 2, true);
export const isSnap = (view: DataView, at: number): boolean =>
  view.getUint16(at) === 0xaaaa && view.getUint8(at + 2) === UNNUMBERED_INFORMATION;
/** LLC, with SNAP where it follows, in bytes. */
export const headerLength = (view: DataView, at: number): number =>
  isSnap(view, at) ? SNAP_HEADER_LENGTH : isUnnumbered(view.getUint8(at + 2)) ? 3 : 4;
/** SNAP's organization code. */
export const organization = (view: DataView, at: number): number =>
  (view.getUint8(at + 3) << 16) | view.getUint16(at + 4);
/** SNAP's protocol: an EtherType where the organization is `ORGANIZATION_ETHERTYPE`. */
export const protocol = (view: DataView, at: number): number => view.getUint16(at + 6);

/**
 * Whether a header may be read.
 * @param available bytes that the length of the 802.3 frame grants, from `at`
 * @returns `undefined` if it may, else why the frame is dropped
 */
export const check = (view: DataView, at: number, available: number): DropReason | undefined =>
  available < 3 || available < headerLength(view, at) ? 'llc-truncated' : undefined;

/** Writes the 8 bytes in front of what an EtherType names (RFC 1042). */
export function writeSnapHeader(view: DataView, at: number, etherType: number): void {
  view.setUint32(at, 0xaaaa_0300);
  view.setUint32(at + 4, etherType);
}

export interface LlcRecord {
  readonly destinationSap: number;
  readonly sourceSap: number;
  /** As `control` reads it. */
  readonly control: number;
  /** Present exactly where both access points are `SAP_SNAP` and the control field is `UNNUMBERED_INFORMATION`. */
  readonly snap?: { readonly organization: number; readonly protocol: number };
  readonly payload: Uint8Array;
}

/** The record of the LLC frame of `length` bytes at `at`, or why there is none. */
export function decode(view: DataView, at: number, length: number): LlcRecord | DropReason {
  const reason = check(view, at, length);
  if (reason !== undefined) return reason;
  const header = headerLength(view, at);
  return {
    destinationSap: destinationSap(view, at),
    sourceSap: sourceSap(view, at),
    control: control(view, at),
    ...(isSnap(view, at) ? { snap: { organization: organization(view, at), protocol: protocol(view, at) } } : {}),
    payload: copyOf(view, at + header, length - header),
  };
}

/**
 * The bytes of an LLC frame.
 * @throws {RangeError} if a field cannot hold its value, or SNAP is there where the header says that it is not
 */
export function encode(record: LlcRecord): Uint8Array {
  const { destinationSap, sourceSap, control, snap, payload } = record;
  const announcesSnap = destinationSap === SAP_SNAP && sourceSap === SAP_SNAP && control === UNNUMBERED_INFORMATION;
  if (announcesSnap !== (snap !== undefined)) {
    throw new RangeError('wirelab: an LLC header has SNAP exactly if both SAPs are 0xaa and the control field is 3');
  }
  const short = isUnnumbered(control);
  const header = snap !== undefined ? SNAP_HEADER_LENGTH : short ? 3 : 4;
  const bytes = new Uint8Array(header + payload.length);
  const view = viewOf(bytes);
  view.setUint8(0, field('the LLC destination SAP', destinationSap, 8));
  view.setUint8(1, field('the LLC source SAP', sourceSap, 8));
  if (short) view.setUint8(2, field('the LLC control field', control, 8));
  else view.setUint16(2, field('the LLC control field', control, 16), true);
  if (snap !== undefined) {
    view.setUint8(3, field('the SNAP organization', snap.organization, 24) >>> 16);
    view.setUint16(4, snap.organization & 0xffff);
    view.setUint16(6, field('the SNAP protocol', snap.protocol, 16));
  }
  putBytes(payload, view, header);
  return bytes;
}

const isUnnumbered = (control: number): boolean => (control & 3) === 3;
