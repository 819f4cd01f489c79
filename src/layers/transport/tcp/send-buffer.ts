/**
 * Bytes that a program has written and the peer has not acknowledged: a ring that grows on demand up to its limit.
 * The first byte held is the first that was not acknowledged; offsets count from it.
 */
import { type Block, copyBytes, type Memory } from '../../memory.ts';

const FIRST_BYTES = 16 * 1024;

export class SendBuffer {
  /** Bytes held. */
  length: number;
  private readonly memory: Memory;
  private block: Block | undefined;
  private head: number;

  constructor(memory: Memory) {
    this.length = 0;
    this.memory = memory;
    this.block = undefined;
    this.head = 0;
  }

  /** Takes all of `bytes[at … at + length)`. The caller keeps to its limit. */
  append(bytes: Uint8Array, at: number, length: number): void {
    const block = this.ensure(this.length + length);
    const mask = block.length - 1;
    const tail = (this.head + this.length) & mask;
    const room = block.length - tail;
    const first = length < room ? length : room;
    copyBytes(bytes, at, block.bytes, block.at + tail, first);
    if (first < length) copyBytes(bytes, at + first, block.bytes, block.at, length - first);
    this.length += length;
  }

  /** Copies `length` bytes that start `offset` bytes into the buffer. */
  copyOut(offset: number, into: Uint8Array, at: number, length: number): void {
    const block = this.block;
    if (block === undefined) return;
    const from = (this.head + offset) & (block.length - 1);
    const straight = block.length - from;
    const first = length < straight ? length : straight;
    copyBytes(block.bytes, block.at + from, into, at, first);
    if (first < length) copyBytes(block.bytes, block.at, into, at + first, length - first);
  }

  /** Forgets the first `count` bytes: they were acknowledged. */
  discard(count: number): void {
    this.length -= count;
    const block = this.block;
    if (block !== undefined) this.head = (this.head + count) & (block.length - 1);
  }

  /** Gives the memory back; nothing is held afterwards. */
  release(): void {
    if (this.block !== undefined) this.memory.release(this.block);
    this.block = undefined;
    this.length = 0;
    this.head = 0;
  }

  private ensure(needed: number): Block {
    const old = this.block;
    if (old !== undefined && needed <= old.length) return old;
    const block = this.memory.allocate(Math.max(needed, FIRST_BYTES, old === undefined ? 0 : old.length * 2));
    if (old !== undefined) {
      this.copyOut(0, block.bytes, block.at, this.length);
      this.memory.release(old);
    }
    this.block = block;
    this.head = 0;
    return block;
  }
}
