/**
 * Datagrams that arrived and were not read yet: bounded in bytes, first in first out. Each keeps the boundaries, the
 * true source and the destination it was sent to (RFC 768, RFC 1122 §4.1.3.5 and §4.1.4).
 */
import type { IpAddress } from '../address.ts';
import { type Block, copyBytes, type Memory } from '../memory.ts';

/** What a datagram counts for besides its bytes, so that empty ones are bounded too. */
export const DATAGRAM_OVERHEAD_BYTES = 64;

/** A datagram as its reader is told of it. `length` is what was sent: more than the reader's space means truncation. */
export interface Datagram {
  readonly length: number;
  readonly source: IpAddress;
  readonly sourcePort: number;
  /** The address it was sent to: this host's, a broadcast address or a group. */
  readonly destination: IpAddress;
  readonly interfaceIndex: number;
  readonly hopLimit: number;
  readonly trafficClass: number;
}

interface Queued {
  readonly datagram: Datagram;
  readonly block: Block;
}

export class DatagramQueue {
  /** Bytes held, overhead included. */
  heldBytes: number;
  limitBytes: number;
  private readonly memory: Memory;
  private readonly queued: Queued[];

  constructor(memory: Memory, limitBytes: number) {
    this.heldBytes = 0;
    this.limitBytes = limitBytes;
    this.memory = memory;
    this.queued = [];
  }

  get count(): number {
    return this.queued.length;
  }

  /** The first datagram, left in the queue. */
  first(): Datagram | undefined {
    return this.queued[0]?.datagram;
  }

  hasRoom(length: number): boolean {
    return this.heldBytes + length + DATAGRAM_OVERHEAD_BYTES <= this.limitBytes;
  }

  /** Copies `datagram.length` bytes from `bytes` at `at`. Call only after `hasRoom`. */
  add(datagram: Datagram, bytes: Uint8Array, at: number): void {
    const block = this.memory.allocate(datagram.length);
    copyBytes(bytes, at, block.bytes, block.at, datagram.length);
    this.queued.push({ datagram, block });
    this.heldBytes += datagram.length + DATAGRAM_OVERHEAD_BYTES;
  }

  /**
   * Copies the first datagram into `into`, as much of it as `space` allows; the rest is lost unless `peek` leaves it.
   * @returns the datagram, or `undefined` if there is none
   */
  read(into: Uint8Array, at: number, space: number, peek: boolean): Datagram | undefined {
    const first = this.queued[0];
    if (first === undefined) return undefined;
    const { datagram, block } = first;
    copyBytes(block.bytes, block.at, into, at, Math.min(space, datagram.length));
    if (!peek) this.removeFirst();
    return datagram;
  }

  clear(): void {
    while (this.queued.length > 0) this.removeFirst();
  }

  private removeFirst(): void {
    const first = this.queued.shift();
    if (first === undefined) return;
    this.heldBytes -= first.datagram.length + DATAGRAM_OVERHEAD_BYTES;
    this.memory.release(first.block);
  }
}
