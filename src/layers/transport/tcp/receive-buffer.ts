/**
 * Bytes that have arrived and were not read: a ring in which a segment's payload is put at its final place, whether it
 * arrives in order or not. Which places beyond the in-order part are filled is `reassembly.ts`'s to know.
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

  constructor(memory: Memory) {
    this.readable = 0;
    this.memory = memory;
    this.block = undefined;
    this.head = 0;
    this.extent = 0;
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
    const { block, readable } = this;
    if (readable === 0 || block === undefined) return 0;
    const count = length < readable ? length : readable;
    const straight = block.length - this.head;
    const first = count < straight ? count : straight;
    copyBytes(block.bytes, block.at + this.head, into, at, first);
    if (first < count) copyBytes(block.bytes, block.at, into, at + first, count - first);
    if (!peek) this.skip(count);
    return count;
  }

  /** Forgets the first `count` bytes. */
  skip(count: number): void {
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
