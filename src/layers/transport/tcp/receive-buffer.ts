/**
 * Bytes that have arrived and were not read: a ring in which a segment's payload is put at its final place, whether it
 * arrives in order or not. Which places beyond the in-order part are filled is `reassembly.ts`'s to know.
 *
 * Payload that comes in order while nothing is held is only lent: a program that reads as soon as it is told of it, as most
 * do, has it copied from the frame, once instead of twice. `keep` puts what it leaves into the ring.
 */
import { type Block, copyBytes, type Memory } from '../../memory.ts';

const FIRST_BYTES = 16 * 1024;

export class ReceiveBuffer {
  /** Bytes in order and not read. */
  readable: number;
  private readonly memory: Memory;
  private block: Block | undefined;
  private head: number;
  /** Bytes from `head` up to the end of the furthest payload: what must survive when the ring grows. */
  private extent: number;
  /** What is lent, while nothing lies in the ring: in `lent`, at a place, so many bytes; 0 if nothing is. */
  private lent: Uint8Array | undefined;
  private lentAt: number;
  private lentLength: number;

  constructor(memory: Memory) {
    this.readable = 0;
    this.memory = memory;
    this.block = undefined;
    this.head = 0;
    this.extent = 0;
    this.lent = undefined;
    this.lentAt = 0;
    this.lentLength = 0;
  }

  /**
   * Takes payload that is next, and may leave it where it lies until `keep` is called, which must be before more is lent.
   * `advance` follows, as for `place`.
   */
  lend(bytes: Uint8Array, at: number, length: number): void {
    if (this.extent > 0) {
      this.place(0, bytes, at, length);
      return;
    }
    this.lent = bytes;
    this.lentAt = at;
    this.lentLength = length;
  }

  /** The bytes that are lent will be gone: copies what was not read. */
  keep(): void {
    const { lent, lentLength } = this;
    if (lentLength === 0) return;
    this.lentLength = 0;
    this.readable -= lentLength;
    if (lent !== undefined) this.place(0, lent, this.lentAt, lentLength);
    this.readable += lentLength;
  }

  /**
   * Puts payload at its place.
   * @param offset bytes between the end of the in-order part and this payload: 0 when it is next
   */
  place(offset: number, bytes: Uint8Array, at: number, length: number): void {
    const end = this.readable + offset + length;
    const block = this.ensure(end);
    const to = (this.head + this.readable + offset) & (block.length - 1);
    const room = block.length - to;
    const first = length < room ? length : room;
    copyBytes(bytes, at, block.bytes, block.at + to, first);
    if (first < length) copyBytes(bytes, at + first, block.bytes, block.at, length - first);
    if (end > this.extent) this.extent = end;
  }

  /** The next `count` placed bytes are now in order. */
  advance(count: number): void {
    this.readable += count;
  }

  /** Gives up to `length` bytes to a reader and, unless it only peeks, forgets them. @returns how many */
  read(into: Uint8Array, at: number, length: number, peek: boolean): number {
    const { readable } = this;
    const count = length < readable ? length : readable;
    if (this.lentLength > 0) this.readLent(into, at, count, peek);
    else if (count > 0) this.readHeld(into, at, count, peek);
    return count;
  }

  private readLent(into: Uint8Array, at: number, count: number, peek: boolean): void {
    if (this.lent !== undefined) copyBytes(this.lent, this.lentAt, into, at, count);
    if (!peek) this.skip(count);
  }

  private readHeld(into: Uint8Array, at: number, count: number, peek: boolean): void {
    const { block } = this;
    if (block === undefined) return;
    const straight = block.length - this.head;
    const first = count < straight ? count : straight;
    copyBytes(block.bytes, block.at + this.head, into, at, first);
    if (first < count) copyBytes(block.bytes, block.at, into, at + first, count - first);
    if (!peek) this.skip(count);
  }

  /** Forgets the first `count` bytes. */
  skip(count: number): void {
    if (this.lentLength > 0) {
      this.lentAt += count;
      this.lentLength -= count;
      this.readable -= count;
      return;
    }
    const block = this.block;
    if (block === undefined) return;
    this.head = (this.head + count) & (block.length - 1);
    this.readable -= count;
    this.extent -= count;
    // Nothing is held: a reader who keeps up has the same few cache lines filled again and again.
    if (this.extent === 0) this.head = 0;
  }

  /** Gives the memory back; nothing is held afterwards. */
  release(): void {
    if (this.block !== undefined) this.memory.release(this.block);
    this.block = undefined;
    this.readable = 0;
    this.head = 0;
    this.extent = 0;
    this.lentLength = 0;
  }

  private ensure(needed: number): Block {
    const old = this.block;
    if (old !== undefined && needed <= old.length) return old;
    const block = this.memory.allocate(Math.max(needed, FIRST_BYTES, old === undefined ? 0 : old.length * 2));
    if (old !== undefined) {
      const first = Math.min(this.extent, old.length - this.head);
      copyBytes(old.bytes, old.at + this.head, block.bytes, block.at, first);
      if (first < this.extent) copyBytes(old.bytes, old.at, block.bytes, block.at + first, this.extent - first);
      this.memory.release(old);
    }
    this.block = block;
    this.head = 0;
    return block;
  }
}
