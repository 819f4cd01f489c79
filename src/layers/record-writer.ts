/**
 * Bytes that a record is written into, field after field: what does not fit its field is refused. Grows as it is written
 * to. For records only; the hot path writes in place.
 */
import { addressLength, type Family, type IpAddress, writeAddress } from './address.ts';
import { field, viewOf } from './record.ts';

/** Integers are big-endian. Each method throws RangeError for a value that its field cannot hold. */
export class RecordWriter {
  /** Bytes written so far: where the next one goes. */
  length: number;
  private bytes: Uint8Array;
  private view: DataView;

  constructor() {
    this.length = 0;
    this.bytes = new Uint8Array(64);
    this.view = viewOf(this.bytes);
  }

  /** @param name what a person calls the field */
  uint8(name: string, value: number): void {
    const at = this.room(1);
    this.view.setUint8(at, field(name, value, 8));
  }

  uint16(name: string, value: number): void {
    const at = this.room(2);
    this.view.setUint16(at, field(name, value, 16));
  }

  uint24(name: string, value: number): void {
    const at = this.room(3);
    this.view.setUint16(at, field(name, value, 24) >>> 8);
    this.view.setUint8(at + 2, value & 0xff);
  }

  uint32(name: string, value: number): void {
    const at = this.room(4);
    this.view.setUint32(at, field(name, value, 32));
  }

  uint48(name: string, value: number): void {
    const at = this.room(6);
    this.view.setUint16(at, Math.floor(field(name, value, 48) / 0x1_0000_0000));
    this.view.setUint32(at + 2, value % 0x1_0000_0000);
  }

  /** A sequence number, or another word that is kept signed. */
  int32(name: string, value: number): void {
    const at = this.room(4);
    if (value !== (value | 0)) {
      throw new RangeError(`wirelab: ${name} must be a signed 32-bit integer (write "| 0" behind it), not ${value}`);
    }
    this.view.setInt32(at, value);
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
  address(name: string, address: IpAddress, family: Family): void {
    if (address.family !== family) {
      throw new TypeError(`wirelab: ${name} must be an IPv${family} address, not one of IPv${address.family}`);
    }
    const at = this.room(addressLength(family));
    writeAddress(address, this.view, at);
  }

  /** What was written, as bytes of their own. */
  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  /** Makes room for `count` bytes and says where they go. `view` may be another one afterwards. */
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
