/**
 * The Internet Protocol, version 6: RFC 8200 §3. Extension headers are in `ipv6-extension.ts`.
 * Left out on purpose: jumbograms (RFC 2675), so a payload length of zero means no payload.
 */
import { type IpAddress, writeAddress } from '../address.ts';
import type { DropReason } from '../drop.ts';

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
