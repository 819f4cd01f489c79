/**
 * Where frames and connection buffers live: blocks cut from few large buffers ("slabs").
 *
 * Two blocks of one slab are copied between with `copyWithin`, which allocates nothing; `set(subarray)` would make an
 * object for each copy. A fresh `Uint8Array` per frame costs more than all the rest of its life (670-1030 ns), and a
 * `DataView` that is always the same object stays in V8's inline caches.
 */

const SMALLEST_BLOCK = 256;
const SLAB_BYTES = 16 * 1024 * 1024;

/** Some bytes of a slab. `at` is where they start in `bytes` and `view`; `length` is a power of two. */
export class Block {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly at: number;
  readonly length: number;
  free: boolean;

  constructor(bytes: Uint8Array, view: DataView, at: number, length: number) {
    this.bytes = bytes;
    this.view = view;
    this.at = at;
    this.length = length;
    this.free = false;
  }
}

/** Hands out blocks and takes them back. A world shares one; nothing in it is global. */
export class Memory {
  /** Blocks handed out and not given back. A world at rest still has those of the frames that idle in its pool. */
  outstanding: number;
  private readonly slabBytes: number;
  private readonly freeLists: Block[][];
  private bytes: Uint8Array;
  private view: DataView;
  private used: number;

  /** @param slabBytes how large each underlying buffer is; the system commits its pages only when they are written */
  constructor(slabBytes: number = SLAB_BYTES) {
    this.outstanding = 0;
    this.slabBytes = slabBytes;
    this.freeLists = [];
    this.bytes = new Uint8Array(0);
    this.view = new DataView(this.bytes.buffer);
    this.used = 0;
  }

  /** A block of at least `length` bytes. What an earlier owner wrote is still in it. */
  allocate(length: number): Block {
    const sizeClass = classOf(length);
    this.outstanding++;
    const block = this.freeLists[sizeClass]?.pop();
    if (block !== undefined) {
      block.free = false;
      return block;
    }
    return this.cut(SMALLEST_BLOCK << sizeClass);
  }

  /** Takes a block back. @throws {Error} if it was given back before: its owner would overwrite another's bytes */
  release(block: Block): void {
    if (block.free) throw new Error('wirelab: a block of memory was released twice');
    block.free = true;
    this.outstanding--;
    const sizeClass = classOf(block.length);
    let list = this.freeLists[sizeClass];
    if (list === undefined) {
      list = [];
      for (let missing = this.freeLists.length; missing < sizeClass; missing++) this.freeLists.push([]);
      this.freeLists[sizeClass] = list;
    }
    list.push(block);
  }

  private cut(length: number): Block {
    if (this.used + length > this.bytes.length) {
      const slab = new ArrayBuffer(Math.max(this.slabBytes, length));
      this.bytes = new Uint8Array(slab);
      this.view = new DataView(slab);
      this.used = 0;
    }
    const block = new Block(this.bytes, this.view, this.used, length);
    this.used += length;
    return block;
  }
}

/** Which power of two, from 256 bytes up, holds `length`. */
function classOf(length: number): number {
  return length <= SMALLEST_BLOCK ? 0 : 32 - Math.clz32((length - 1) >>> 8);
}

/** Held, since V8 looked for the method of an array anew at each copy: 100 instructions of 250. */
const { copyWithin } = Uint8Array.prototype;

/** Copies `length` bytes; the regions may overlap. Within one slab nothing is allocated. */
export function copyBytes(from: Uint8Array, fromAt: number, to: Uint8Array, toAt: number, length: number): void {
  if (from === to) copyWithin.call(to, toAt, fromAt, fromAt + length);
  else copyAcross(from, fromAt, to, toAt, length);
}

function copyAcross(from: Uint8Array, fromAt: number, to: Uint8Array, toAt: number, length: number): void {
  if (fromAt === 0 && length === from.length) to.set(from, toAt);
  else to.set(from.subarray(fromAt, fromAt + length), toAt);
}
