/**
 * The bytes that a signature covers: TCP-AO RFC 5925 §5.1, MD5 RFC 2385 §2.0. Both begin with the pseudo-header of the
 * checksum, and take the TCP header with a checksum of zero.
 */
import { addressLength, type IpAddress, writeAddress } from '../../../address.ts';
import { dataOffset, HEADER_LENGTH, PROTOCOL } from '../segment.ts';

const EXTENSION_BYTES = 4;
const CHECKSUM_AT = 16;

/**
 * SNE || pseudo-header || TCP header || data, with the MAC field zeroed.
 * @param length bytes of header and data, from `at`
 * @param optionAt where the TCP-AO option starts in `view`
 * @param coversOptions whether the other options are covered; without them they are "skipped over, not zeroed" (§3.1)
 */
export function coveredByAuthentication(
  view: DataView,
  at: number,
  length: number,
  optionAt: number,
  source: IpAddress,
  destination: IpAddress,
  extension: number,
  coversOptions: boolean,
): Uint8Array {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const optionBytes = view.getUint8(optionAt + 1);
  const headerLength = dataOffset(view, at);
  const coveredHeader = coversOptions ? headerLength : HEADER_LENGTH + optionBytes;
  const pseudoBytes = pseudoHeaderBytes(source);
  const headerAt = EXTENSION_BYTES + pseudoBytes;
  const message = new Uint8Array(headerAt + coveredHeader + length - headerLength);
  const messageView = new DataView(message.buffer);
  messageView.setInt32(0, extension);
  writePseudoHeader(messageView, EXTENSION_BYTES, source, destination, length);
  const placed = coversOptions ? optionAt - at : HEADER_LENGTH;
  message.set(bytes.subarray(at, at + (coversOptions ? headerLength : HEADER_LENGTH)), headerAt);
  if (!coversOptions) message.set(bytes.subarray(optionAt, optionAt + optionBytes), headerAt + HEADER_LENGTH);
  messageView.setUint16(headerAt + CHECKSUM_AT, 0);
  // After kind, length and the two key identifiers.
  message.fill(0, headerAt + placed + 4, headerAt + placed + optionBytes);
  message.set(bytes.subarray(at + headerLength, at + length), headerAt + coveredHeader);
  return message;
}

/** Pseudo-header || the 20 fixed bytes of the TCP header || data || key. */
export function coveredByMd5(
  view: DataView,
  at: number,
  length: number,
  source: IpAddress,
  destination: IpAddress,
  key: Uint8Array,
): Uint8Array {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const headerLength = dataOffset(view, at);
  const headerAt = pseudoHeaderBytes(source);
  const dataAt = headerAt + HEADER_LENGTH;
  const message = new Uint8Array(dataAt + length - headerLength + key.length);
  const messageView = new DataView(message.buffer);
  writePseudoHeader(messageView, 0, source, destination, length);
  message.set(bytes.subarray(at, at + HEADER_LENGTH), headerAt);
  messageView.setUint16(headerAt + CHECKSUM_AT, 0);
  message.set(bytes.subarray(at + headerLength, at + length), dataAt);
  message.set(key, message.length - key.length);
  return message;
}

const pseudoHeaderBytes = (address: IpAddress): number =>
  2 * addressLength(address.family) + (address.family === 4 ? 4 : 8);

/** RFC 9293 §3.1 for IPv4, RFC 8200 §8.1 for IPv6. The segment length counts all options. */
function writePseudoHeader(
  view: DataView,
  at: number,
  source: IpAddress,
  destination: IpAddress,
  segmentLength: number,
): void {
  const addressBytes = addressLength(source.family);
  const after = at + 2 * addressBytes;
  writeAddress(source, view, at);
  writeAddress(destination, view, at + addressBytes);
  if (source.family === 4) {
    view.setInt32(after, (PROTOCOL << 16) | segmentLength);
    return;
  }
  view.setInt32(after, segmentLength);
  view.setInt32(after + 4, PROTOCOL);
}
