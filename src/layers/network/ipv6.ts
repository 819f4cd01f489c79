/**
 * The Internet Protocol, version 6: RFC 8200 §3. Extension headers are in `ipv6-extension.ts`.
 * Left out on purpose: jumbograms (RFC 2675), so a payload length of zero means no payload.
 */
import { type IpAddress, readAddress, writeAddress } from '../address.ts';
import type { DropReason } from '../drop.ts';
import { copyOf, field } from '../record.ts';
import { RecordWriter } from '../record-writer.ts';
import { decodeChain, encodeChain, type Ipv6ExtensionRecord, nextHeaderOf } from './ipv6-extension-record.ts';

export const HEADER_LENGTH = 40;
/** Every link carries at least this (RFC 8200 §5), in bytes. */
export const MINIMUM_MTU = 1280;
export const MAXIMUM_PAYLOAD_LENGTH = 65535;

// Fields in place. `at` is where the IPv6 header starts in `view`; call only after `check` accepted it.
export const version = (view: DataView, at: number): number => view.getUint8(at) >>> 4;
/** DSCP in the upper six bits, ECN in the lower two. */
export const trafficClass = (view: DataView, at: number): number => (view.getUint16(at) >>> 4) & 0xff;
/** 20 bits (RFC 6437). */
export const flowLabel = (view: DataView, at: number): number => view.getInt32(at) & 0xfffff;
/** Extension headers and data, in bytes. */
export const payloadLength = (view: DataView, at: number): number => view.getUint16(at + 4);
export const nextHeader = (view: DataView, at: number): number => view.getUint8(at + 6);
export const hopLimit = (view: DataView, at: number): number => view.getUint8(at + 7);
/** Word 0 (most significant) to 3 of an address, as `IpAddress` holds it. */
export const sourceWord = (view: DataView, at: number, word: number): number => view.getInt32(at + 8 + 4 * word);
export const destinationWord = (view: DataView, at: number, word: number): number => view.getInt32(at + 24 + 4 * word);

/**
 * Whether a packet may be read. Bytes beyond its payload length are padding of the link, and not its own.
 * @param available bytes the link layer delivered, from `at`
 * @returns `undefined` if it may, else why it is dropped
 */
export function check(view: DataView, at: number, available: number): DropReason | undefined {
  if (available < HEADER_LENGTH) return 'ipv6-truncated';
  if (version(view, at) !== 6) return 'ip-bad-version';
  return payloadLength(view, at) > available - HEADER_LENGTH ? 'ipv6-bad-payload-length' : undefined;
}

/**
 * Writes a header.
 * @param payloadLength extension headers and data, in bytes
 * @param nextHeader what follows: an extension header or an upper-layer protocol
 */
export function writeHeader(
  view: DataView,
  at: number,
  trafficClass: number,
  flowLabel: number,
  payloadLength: number,
  nextHeader: number,
  hopLimit: number,
  source: IpAddress,
  destination: IpAddress,
): void {
  view.setInt32(at, (6 << 28) | (trafficClass << 20) | flowLabel);
  view.setInt32(at + 4, (payloadLength << 16) | (nextHeader << 8) | hopLimit);
  writeAddress(source, view, at + 8);
  writeAddress(destination, view, at + 24);
}

/** One hop less. There is no checksum to update. @returns the new hop limit; 0 stays 0 */
export function decrementHopLimit(view: DataView, at: number): number {
  const before = view.getUint8(at + 7);
  if (before === 0) return 0;
  view.setUint8(at + 7, before - 1);
  return before - 1;
}

/** Sets the ECN field (RFC 3168 §5). There is no checksum to update. */
export function setEcn(view: DataView, at: number, codepoint: number): void {
  view.setUint8(at + 1, (view.getUint8(at + 1) & ~0x30) | (codepoint << 4));
}

/** A packet, with everything that its bytes say. */
export interface Ipv6Record {
  readonly trafficClass: number;
  readonly flowLabel: number;
  readonly hopLimit: number;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly extensions: readonly Ipv6ExtensionRecord[];
  /** What `payload` is: an upper layer; behind a fragment header, whose data it is; an extension header that is malformed. */
  readonly protocol: number;
  readonly payload: Uint8Array;
}

/**
 * A packet as a record; what the link padded behind it is left out. A malformed extension header does not make the packet
 * unreadable: it stays in `payload`, and `walk` says why the packet is dropped. Allocates.
 * @param length bytes the link layer delivered, from `at`
 * @returns the record, or why the packet is dropped
 */
export function decode(view: DataView, at: number, length: number): Ipv6Record | DropReason {
  const reason = check(view, at, length);
  if (reason !== undefined) return reason;
  const end = at + HEADER_LENGTH + payloadLength(view, at);
  const chain = decodeChain(view, nextHeader(view, at), at + HEADER_LENGTH, end);
  return {
    trafficClass: trafficClass(view, at),
    flowLabel: flowLabel(view, at),
    hopLimit: hopLimit(view, at),
    source: readAddress(6, view, at + 8),
    destination: readAddress(6, view, at + 24),
    extensions: chain.extensions,
    protocol: chain.protocol,
    payload: copyOf(view, chain.at, end - chain.at),
  };
}

/**
 * A record as a packet with its lengths.
 * @throws {RangeError} if a field does not hold its value or the payload is longer than 65,535 bytes
 */
export function encode(record: Ipv6Record): Uint8Array {
  const chain = encodeChain(record.extensions, record.protocol);
  const first = record.extensions[0];
  const writer = new RecordWriter();
  writer.int32(
    'version, trafficClass and flowLabel',
    (6 << 28) | (field('trafficClass', record.trafficClass, 8) << 20) | field('flowLabel', record.flowLabel, 20),
  );
  writer.uint16('payload length', chain.length + record.payload.length);
  writer.uint8('next header', first === undefined ? record.protocol : nextHeaderOf(first));
  writer.uint8('hopLimit', record.hopLimit);
  writer.address('source', record.source, 6);
  writer.address('destination', record.destination, 6);
  writer.octets(chain);
  writer.octets(record.payload);
  return writer.finish();
}
