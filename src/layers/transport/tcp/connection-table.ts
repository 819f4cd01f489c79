/**
 * Finds the connection that a segment belongs to, by its two sockets (RFC 9293 §3.3.1): a hash of integers, read from
 * the packet in place, so that a look-up allocates nothing.
 */
import type { IpAddress } from '../../address.ts';
import type { ReceivedPacket } from '../../network/packet.ts';
import type { ControlBlock } from './control-block.ts';

const FIRST_BUCKETS = 64;

export class ConnectionTable {
  size: number;
  /** The connection that was found last: mostly the next segment is its own, too. */
  private last: ControlBlock | undefined;
  private buckets: (ControlBlock | undefined)[];

  constructor() {
    this.size = 0;
    this.last = undefined;
    this.buckets = new Array(FIRST_BUCKETS).fill(undefined);
  }

  /** The connection whose remote socket is the packet's source and whose local socket is its destination. */
  find(packet: ReceivedPacket, sourcePort: number, destinationPort: number): ControlBlock | undefined {
    const { last } = this;
    if (last !== undefined && isBetween(last, packet, sourcePort, destinationPort)) return last;
    return this.search(packet, sourcePort, destinationPort);
  }

  private search(packet: ReceivedPacket, sourcePort: number, destinationPort: number): ControlBlock | undefined {
    const hash = mix(packet.source0 ^ packet.source1, packet.source2 ^ packet.source3, sourcePort, destinationPort);
    let block = this.buckets[hash & (this.buckets.length - 1)];
    while (block !== undefined && !isBetween(block, packet, sourcePort, destinationPort)) block = block.nextInBucket;
    if (block !== undefined) this.last = block;
    return block;
  }

  /** The connection between two sockets. */
  between(local: IpAddress, localPort: number, remote: IpAddress, remotePort: number): ControlBlock | undefined {
    let block = this.buckets[bucketHash(remote, remotePort, localPort) & (this.buckets.length - 1)];
    while (block !== undefined) {
      const { identity } = block;
      if (
        identity.localPort === localPort &&
        identity.remotePort === remotePort &&
        identity.remote.equals(remote) &&
        identity.local.equals(local)
      ) {
        return block;
      }
      block = block.nextInBucket;
    }
    return undefined;
  }

  add(block: ControlBlock): void {
    if (++this.size > this.buckets.length) this.grow();
    this.link(block);
  }

  remove(block: ControlBlock): void {
    if (this.last === block) this.last = undefined;
    const index = this.indexOf(block);
    let place = this.buckets[index];
    if (place === block) {
      this.buckets[index] = block.nextInBucket;
    } else {
      while (place !== undefined && place.nextInBucket !== block) place = place.nextInBucket;
      if (place === undefined) return;
      place.nextInBucket = block.nextInBucket;
    }
    block.nextInBucket = undefined;
    this.size--;
  }

  *[Symbol.iterator](): IterableIterator<ControlBlock> {
    for (const first of this.buckets) {
      for (let block = first; block !== undefined; block = block.nextInBucket) yield block;
    }
  }

  private indexOf(block: ControlBlock): number {
    const { remote, remotePort, localPort } = block.identity;
    return bucketHash(remote, remotePort, localPort) & (this.buckets.length - 1);
  }

  private link(block: ControlBlock): void {
    const index = this.indexOf(block);
    block.nextInBucket = this.buckets[index];
    this.buckets[index] = block;
  }

  private grow(): void {
    const all = [...this];
    this.buckets = new Array(this.buckets.length * 4).fill(undefined);
    for (const block of all) this.link(block);
  }
}

/** An IPv4 address is its last word alone, so the others are compared in IPv6 only. */
const isBetween = (
  { identity: { remote, local, remotePort, localPort } }: ControlBlock,
  packet: ReceivedPacket,
  sourcePort: number,
  destinationPort: number,
): boolean =>
  remotePort === sourcePort &&
  localPort === destinationPort &&
  remote.w3 === packet.source3 &&
  local.w3 === packet.destination3 &&
  remote.family === packet.family &&
  (packet.family === 4 || hasUpperWords(remote, local, packet));

const hasUpperWords = (remote: IpAddress, local: IpAddress, packet: ReceivedPacket): boolean =>
  remote.w2 === packet.source2 &&
  remote.w1 === packet.source1 &&
  remote.w0 === packet.source0 &&
  local.w2 === packet.destination2 &&
  local.w1 === packet.destination1 &&
  local.w0 === packet.destination0;

const bucketHash = (remote: IpAddress, remotePort: number, localPort: number): number =>
  mix(remote.w0 ^ remote.w1, remote.w2 ^ remote.w3, remotePort, localPort);

/**
 * The local address is left out: a host has few, and connections differ in the rest. An int32, since half of all uint32
 * values are no small integers to V8 and would be allocated for each segment.
 */
function mix(high: number, low: number, remotePort: number, localPort: number): number {
  let hash = Math.imul(high, 0x9e3779b1) ^ Math.imul(low, 0x85ebca6b) ^ ((remotePort << 16) | localPort);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
