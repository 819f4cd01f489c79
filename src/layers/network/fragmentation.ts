/**
 * Cutting packets into fragments: IPv4 at the source and in routers (RFC 791 §2.3, §3.2), IPv6 at the source only
 * (RFC 8200 §4.5). Putting them together again is in `reassembly.ts`.
 */

import type { Frame, FramePool } from '../frame.ts';
import { copyBytes } from '../memory.ts';
import * as ipv4 from './ipv4.ts';
import * as ipv6 from './ipv6.ts';
import * as extension from './ipv6-extension.ts';
import { FRAGMENT } from './protocol.ts';

/**
 * Cuts an IPv4 packet, which may be a fragment itself.
 * @param frame the packet, from `start`; stays the caller's
 * @param mtu the largest packet in bytes; 68 at least
 * @param headroom bytes that each fragment's frame keeps in front for the link
 * @param emit is given each fragment, in order of offset
 */
export function fragment4(
  pool: FramePool,
  frame: Frame,
  mtu: number,
  headroom: number,
  emit: (fragment: Frame) => void,
): void {
  const { view, start } = frame;
  const firstHeader = ipv4.headerLength(view, start);
  const dataLength = ipv4.totalLength(view, start) - firstHeader;
  const flags = ipv4.flagsAndOffset(view, start);
  const base = ipv4.fragmentOffset(view, start);
  for (let from = 0; from < dataLength; ) {
    const piece = pool.acquire(headroom, mtu);
    const header = from === 0 ? copyHeader(frame, firstHeader, piece) : copyLaterHeader(frame, firstHeader, piece);
    // RFC 791 §3.2: a multiple of 8 bytes in all but the last.
    const length = Math.min(dataLength - from, (mtu - header) & ~7);
    copyBytes(frame.bytes, start + firstHeader + from, piece.bytes, piece.start + header, length);
    piece.end = piece.start + header + length;
    const isLast = from + length === dataLength && (flags & ipv4.MORE_FRAGMENTS) === 0;
    piece.view.setUint8(piece.start, (4 << 4) | (header >>> 2));
    piece.view.setUint16(piece.start + 2, header + length);
    const kept = flags & (ipv4.RESERVED_FLAG | ipv4.DONT_FRAGMENT);
    piece.view.setUint16(piece.start + 6, kept | (isLast ? 0 : ipv4.MORE_FRAGMENTS) | ((base + from) >>> 3));
    ipv4.writeChecksum(piece.view, piece.start);
    from += length;
    emit(piece);
  }
}

/**
 * Cuts an IPv6 packet without extension headers that routers read: everything behind the fixed header is fragmentable.
 * @param frame the packet, from `start`; stays the caller's
 * @param mtu the largest packet in bytes; 1280 at least
 * @param identification of all fragments, not used with this destination for as long as can be (RFC 7739)
 */
export function fragment6(
  pool: FramePool,
  frame: Frame,
  mtu: number,
  headroom: number,
  identification: number,
  emit: (fragment: Frame) => void,
): void {
  const { view, start } = frame;
  const nextHeader = ipv6.nextHeader(view, start);
  const dataLength = ipv6.payloadLength(view, start);
  const headers = ipv6.HEADER_LENGTH + extension.FRAGMENT_HEADER_LENGTH;
  const room = (mtu - headers) & ~7;
  for (let from = 0; from < dataLength; from += room) {
    const length = Math.min(dataLength - from, room);
    const piece = pool.acquire(headroom, headers + length);
    copyBytes(frame.bytes, start, piece.bytes, piece.start, ipv6.HEADER_LENGTH);
    piece.view.setUint16(piece.start + 4, extension.FRAGMENT_HEADER_LENGTH + length);
    piece.view.setUint8(piece.start + 6, FRAGMENT);
    const more = from + length < dataLength;
    const at = piece.start + ipv6.HEADER_LENGTH;
    extension.writeFragmentHeader(piece.view, at, nextHeader, from, more, identification);
    copyBytes(frame.bytes, start + ipv6.HEADER_LENGTH + from, piece.bytes, piece.start + headers, length);
    piece.end = piece.start + headers + length;
    emit(piece);
  }
}

function copyHeader(from: Frame, length: number, to: Frame): number {
  copyBytes(from.bytes, from.start, to.bytes, to.start, length);
  return length;
}

/** RFC 791 §3.1: later fragments carry the options whose "copied" flag is set, padded to a multiple of 4 bytes. */
function copyLaterHeader(from: Frame, length: number, to: Frame): number {
  copyBytes(from.bytes, from.start, to.bytes, to.start, ipv4.HEADER_LENGTH);
  let at = from.start + ipv4.HEADER_LENGTH;
  let into = to.start + ipv4.HEADER_LENGTH;
  const end = from.start + length;
  while (at < end) {
    const type = from.view.getUint8(at);
    if (type === 0) break;
    const size = type === 1 || at + 1 >= end ? 1 : from.view.getUint8(at + 1);
    if (type !== 1 && (size < 2 || at + size > end)) break;
    if ((type & 0x80) !== 0) {
      copyBytes(from.bytes, at, to.bytes, into, size);
      into += size;
    }
    at += size;
  }
  while (((into - to.start) & 3) !== 0) to.view.setUint8(into++, 0);
  return into - to.start;
}
