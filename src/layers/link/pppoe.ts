/**
 * PPP over Ethernet: RFC 2516 §4, and the tags of its discovery packets (Appendix A). For reading captures.
 * Left out on purpose: the discovery itself and its sessions.
 */
import type { DropReason } from '../drop.ts';
import { copyOf, field, putBytes, viewOf } from '../record.ts';

export const HEADER_LENGTH = 6;

const CODES: ReadonlyMap<number, string> = new Map([
  [0x00, 'session'],
  [0x07, 'PADO'],
  [0x09, 'PADI'],
  [0x19, 'PADR'],
  [0x65, 'PADS'],
  [0xa7, 'PADT'],
]);

const TAGS: ReadonlyMap<number, string> = new Map([
  [0x0000, 'End-Of-List'],
  [0x0101, 'Service-Name'],
  [0x0102, 'AC-Name'],
  [0x0103, 'Host-Uniq'],
  [0x0104, 'AC-Cookie'],
  [0x0105, 'Vendor-Specific'],
  [0x0110, 'Relay-Session-Id'],
  [0x0120, 'PPP-Max-Payload'],
  [0x0201, 'Service-Name-Error'],
  [0x0202, 'AC-System-Error'],
  [0x0203, 'Generic-Error'],
]);

/** What a code says: `PADI`; `code 0x01` for an unknown one. */
export const codeName = (code: number): string => CODES.get(code) ?? `code 0x${code.toString(16).padStart(2, '0')}`;
/** What a tag of a discovery packet says. */
export const tagName = (type: number): string => TAGS.get(type) ?? `tag 0x${type.toString(16).padStart(4, '0')}`;

// Fields in place. `at` is where the PPPoE header starts in `view`; call only after `check` accepted it.
/** 1 in all that RFC 2516 defines, as `type` is. */
export const version = (view: DataView, at: number): number => view.getUint8(at) >>> 4;
export const type = (view: DataView, at: number): number => view.getUint8(at) & 0xf;
export const code = (view: DataView, at: number): number => view.getUint8(at + 1);
export const session = (view: DataView, at: number): number => view.getUint16(at + 2);
/** Of the payload, in bytes. */
export const length = (view: DataView, at: number): number => view.getUint16(at + 4);

/**
 * Whether a packet may be read. Bytes beyond its length are padding of the link.
 * @param available bytes from `at`
 * @returns `undefined` if it may, else why it is dropped
 */
export function check(view: DataView, at: number, available: number): DropReason | undefined {
  if (available < HEADER_LENGTH) return 'pppoe-truncated';
  return length(view, at) > available - HEADER_LENGTH ? 'pppoe-bad-length' : undefined;
}

export interface PppoeRecord {
  readonly version: number;
  readonly type: number;
  readonly code: number;
  readonly session: number;
  /** A PPP frame in a session, tags in discovery: `decodeTags`. */
  readonly payload: Uint8Array;
}

/** The record of the packet at `at`, or why there is none. */
export function decode(view: DataView, at: number, available: number): PppoeRecord | DropReason {
  const reason = check(view, at, available);
  if (reason !== undefined) return reason;
  return {
    version: version(view, at),
    type: type(view, at),
    code: code(view, at),
    session: session(view, at),
    payload: copyOf(view, at + HEADER_LENGTH, length(view, at)),
  };
}

/**
 * The bytes of a packet.
 * @throws {RangeError} if a field cannot hold its value
 */
export function encode(record: PppoeRecord): Uint8Array {
  const { payload } = record;
  const bytes = new Uint8Array(HEADER_LENGTH + payload.length);
  const view = viewOf(bytes);
  view.setUint8(0, (field('the PPPoE version', record.version, 4) << 4) | field('the PPPoE type', record.type, 4));
  view.setUint8(1, field('the PPPoE code', record.code, 8));
  view.setUint16(2, field('the PPPoE session', record.session, 16));
  view.setUint16(4, field('the length of a PPPoE payload', payload.length, 16));
  putBytes(payload, view, HEADER_LENGTH);
  return bytes;
}

/** A tag of a discovery packet (RFC 2516 §4 and Appendix A). */
export interface PppoeTag {
  readonly type: number;
  readonly value: Uint8Array;
}

/** The tags of a discovery packet's payload, or why there are none. They fill it to its end. */
export function decodeTags(payload: Uint8Array): PppoeTag[] | DropReason {
  const view = viewOf(payload);
  const tags: PppoeTag[] = [];
  let at = 0;
  while (at < payload.length) {
    if (payload.length - at < 4) return 'pppoe-bad-length';
    const valueLength = view.getUint16(at + 2);
    if (valueLength > payload.length - at - 4) return 'pppoe-bad-length';
    tags.push({ type: view.getUint16(at), value: payload.slice(at + 4, at + 4 + valueLength) });
    at += 4 + valueLength;
  }
  return tags;
}

/**
 * The payload of a discovery packet.
 * @throws {RangeError} if a field cannot hold its value
 */
export function encodeTags(tags: readonly PppoeTag[]): Uint8Array {
  const bytes = new Uint8Array(tags.reduce((sum, tag) => sum + 4 + tag.value.length, 0));
  const view = viewOf(bytes);
  let at = 0;
  for (const { type, value } of tags) {
    view.setUint16(at, field('the type of a PPPoE tag', type, 16));
    view.setUint16(at + 2, field('the length of a PPPoE tag', value.length, 16));
    bytes.set(value, at + 4);
    at += 4 + value.length;
  }
  return bytes;
}
