/**
 * Ethernet frames: Ethernet II (RFC 894) and IEEE 802.3, told apart by the 16 bits behind the addresses (RFC 1122 §2.3.3).
 * What follows a length is LLC: `llc.ts`. The frame check sequence is the link's affair: `fcs.ts`.
 * Left out on purpose: preamble, inter-frame gap, Wi-Fi.
 */
import type { DropReason } from '../drop.ts';
import { readMac, writeMac } from '../mac.ts';
import { copyOf, field, putBytes, viewOf } from '../record.ts';
import { isLength } from './ethertype.ts';

export const HEADER_LENGTH = 14;
/** Without the frame check sequence: shorter frames are padded (IEEE 802.3 §3.2.8, RFC 894). */
export const MINIMUM_LENGTH = 60;
/** What one frame carries, in bytes (RFC 894). */
export const DEFAULT_MTU = 1500;

// Fields in place. `at` is where the frame starts in `view`; call only after `check` accepted it.
export const destination = (view: DataView, at: number): number => readMac(view, at);
export const source = (view: DataView, at: number): number => readMac(view, at + 6);
/** An EtherType, or a length where `isLength` says so. */
export const typeOrLength = (view: DataView, at: number): number => view.getUint16(at + 12);
/** Whether the destination is a group of stations, broadcast included. */
export const isToGroup = (view: DataView, at: number): boolean => (view.getUint8(at) & 1) !== 0;

/**
 * Whether a frame may be read.
 * @param available bytes from `at`, without frame check sequence
 * @returns `undefined` if it may, else why it is dropped
 */
export function check(view: DataView, at: number, available: number): DropReason | undefined {
  if (available < HEADER_LENGTH) return 'ethernet-truncated';
  const claimed = typeOrLength(view, at);
  return isLength(claimed) && claimed > available - HEADER_LENGTH ? 'ethernet-bad-length' : undefined;
}

/** Writes the 14 bytes. */
export function writeHeader(
  view: DataView,
  at: number,
  destination: number,
  source: number,
  typeOrLength: number,
): void {
  writeMac(destination, view, at);
  writeMac(source, view, at + 6);
  view.setUint16(at + 12, typeOrLength);
}

/**
 * Fills a short frame up with zeros: "padded (with octets of zero) to meet the Ethernet minimum frame size" (RFC 894).
 * The bytes up to `MINIMUM_LENGTH` must be there in `view`.
 * @param length bytes written so far, header included
 * @returns the frame's length now
 */
export function writePadding(view: DataView, at: number, length: number): number {
  if (length >= MINIMUM_LENGTH) return length;
  for (let i = at + length; i < at + MINIMUM_LENGTH; i++) view.setUint8(i, 0);
  return MINIMUM_LENGTH;
}

export interface EthernetRecord {
  readonly destination: number;
  readonly source: number;
  /** An EtherType, or the length of `payload`. */
  readonly typeOrLength: number;
  readonly payload: Uint8Array;
  /**
   * Bytes behind the payload: padding, and whatever else a sender left there. Behind an EtherType only the protocol
   * above knows where the payload ends; `decode` leaves all bytes in `payload`, and `splitTrailer` parts them.
   */
  readonly trailer: Uint8Array;
}

/** The record of the frame of `length` bytes at `at`, or why there is none. */
export function decode(view: DataView, at: number, length: number): EthernetRecord | DropReason {
  const reason = check(view, at, length);
  if (reason !== undefined) return reason;
  const claimed = typeOrLength(view, at);
  const rest = length - HEADER_LENGTH;
  const payloadLength = isLength(claimed) ? claimed : rest;
  return {
    destination: destination(view, at),
    source: source(view, at),
    typeOrLength: claimed,
    payload: copyOf(view, at + HEADER_LENGTH, payloadLength),
    trailer: copyOf(view, at + HEADER_LENGTH + payloadLength, rest - payloadLength),
  };
}

/**
 * The bytes of a frame. Nothing is added: `padded` gives the trailer that a short frame needs.
 * @throws {RangeError} if a field cannot hold its value, or a length is not the payload's
 */
export function encode(record: EthernetRecord): Uint8Array {
  const { payload, trailer } = record;
  const claimed = field('the Ethernet type or length', record.typeOrLength, 16);
  if (isLength(claimed) && claimed !== payload.length) {
    throw new RangeError(
      `wirelab: an Ethernet frame says that its payload has ${claimed} bytes, and it has ${payload.length}; ` +
        'set typeOrLength to payload.length, or to an EtherType (1536 and more)',
    );
  }
  const bytes = new Uint8Array(HEADER_LENGTH + payload.length + trailer.length);
  const view = viewOf(bytes);
  writeHeader(
    view,
    0,
    field('the Ethernet destination', record.destination, 48),
    field('the Ethernet source', record.source, 48),
    claimed,
  );
  putBytes(payload, view, HEADER_LENGTH);
  putBytes(trailer, view, HEADER_LENGTH + payload.length);
  return bytes;
}

/** The record with zeros in its trailer, as many as the minimum length asks for. */
export function padded(record: EthernetRecord): EthernetRecord {
  const missing = MINIMUM_LENGTH - HEADER_LENGTH - record.payload.length - record.trailer.length;
  if (missing <= 0) return record;
  const trailer = new Uint8Array(record.trailer.length + missing);
  trailer.set(record.trailer);
  return { ...record, trailer };
}

/**
 * The record with only the first `payloadLength` bytes as payload, once the protocol above has said how long it is.
 * @throws {RangeError} if the payload has fewer, or its length is in the header
 */
export function splitTrailer(record: EthernetRecord, payloadLength: number): EthernetRecord {
  const { payload, trailer } = record;
  if (payloadLength > payload.length || payloadLength < 0 || isLength(record.typeOrLength)) {
    throw new RangeError(`wirelab: the Ethernet payload of ${payload.length} bytes cannot end at ${payloadLength}`);
  }
  const longer = new Uint8Array(payload.length - payloadLength + trailer.length);
  longer.set(payload.subarray(payloadLength));
  longer.set(trailer, payload.length - payloadLength);
  return { ...record, payload: payload.slice(0, payloadLength), trailer: longer };
}
