/**
 * What records are read from and written to: copies of octets out of a view, and a writer that refuses what does not fit
 * its field. For records only; the hot path writes in place.
 */
import { addressLength, type IpAddress, writeAddress } from './address.ts';

/** A view of exactly these bytes. */
export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A copy of `length` bytes at `at`, for those who keep them. */
export const copyOut = (view: DataView, at: number, length: number): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset + at, length).slice();

/** Grows as it is written to. Integers are big-endian. Every method throws RangeError for a value beyond its field. */
export class OctetWriter {
  /** Bytes written so far: where the next one goes. */
  length: number;
  private bytes: Uint8Array;
  private view: DataView;

  constructor() {
    this.length = 0;
    this.bytes = new Uint8Array(64);
    this.view = viewOf(this.bytes);
  }

  /** @param what the field's name, for the error @throws {RangeError} unless 0 ≤ value < 2^8 */
  uint8(what: string, value: number): void {
    this.view.setUint8(this.room(1), unsigned(what, value, 0xff));
  }

  /** @throws {RangeError} unless 0 ≤ value < 2^16 */
  uint16(what: string, value: number): void {
    this.view.setUint16(this.room(2), unsigned(what, value, 0xffff));
  }

  /** @throws {RangeError} unless 0 ≤ value < 2^24 */
  uint24(what: string, value: number): void {
    const at = this.room(3);
    this.view.setUint16(at, unsigned(what, value, 0xffffff) >>> 8);
    this.view.setUint8(at + 2, value & 0xff);
  }

  /** @throws {RangeError} unless 0 ≤ value < 2^32 */
  uint32(what: string, value: number): void {
    this.view.setUint32(this.room(4), unsigned(what, value, 0xffff_ffff));
  }

  /** A sequence number or another 32-bit word kept as a signed integer. @throws {RangeError} unless it is one */
  int32(what: string, value: number): void {
    if (value !== (value | 0)) {
      throw new RangeError(`wirelab: ${what} is ${value}; it must be a signed 32-bit integer, so use "${what} | 0"`);
    }
    this.view.setInt32(this.room(4), value);
  }

  octets(bytes: Uint8Array): void {
    const at = this.room(bytes.length);
    this.bytes.set(bytes, at);
  }

  zeros(count: number): void {
    const at = this.room(count);
    this.bytes.fill(0, at, at + count);
  }

  /** @throws {TypeError} if it is of the other family */
  address(what: string, address: IpAddress, family: 4 | 6): void {
    if (address.family !== family) {
      throw new TypeError(`wirelab: ${what} is an IPv${address.family} address; IPv${family} needs one of its own`);
    }
    const at = this.room(addressLength(family));
    writeAddress(address, this.view, at);
  }

  /** Overwrites two bytes written before: a length or checksum that is known only now. */
  patchUint16(at: number, what: string, value: number): void {
    this.view.setUint16(at, unsigned(what, value, 0xffff));
  }

  /** Overwrites one byte written before. */
  patchUint8(at: number, what: string, value: number): void {
    this.view.setUint8(at, unsigned(what, value, 0xff));
  }

  /** What was written, as bytes of their own. */
  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  /** Makes room for `count` bytes and returns where they go. */
  private room(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.length, this.bytes.length * 2));
      larger.set(this.bytes);
      this.bytes = larger;
      this.view = viewOf(larger);
    }
    return at;
  }
}

/**
 * The value, if its field can hold it.
 * @throws {RangeError} unless it is an integer from 0 to `largest`
 */
export function unsigned(what: string, value: number, largest: number): number {
  if (!Number.isInteger(value) || value < 0 || value > largest) {
    throw new RangeError(`wirelab: ${what} is ${value}; it must be an integer from 0 to ${largest}`);
  }
  return value;
}
