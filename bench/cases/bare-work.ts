/**
 * The least that any stack must do for the segments of a bulk transfer: four copies of the payload, two checksums and two
 * header codecs, on frames of a pool. The ratio of a transfer to it is what events, acknowledgments and TCP itself leave of
 * the speed of the bytes.
 */
import { IpAddress, ipv4 } from '../../src/layers/address.ts';
import { pseudoHeaderSum4, pseudoHeaderSum6 } from '../../src/layers/checksum.ts';
import { type Frame, FramePool } from '../../src/layers/frame.ts';
import * as ethernet from '../../src/layers/link/ethernet.ts';
import { IPV4, IPV6 } from '../../src/layers/link/ethertype.ts';
import { type Block, copyBytes, Memory } from '../../src/layers/memory.ts';
import * as ip from '../../src/layers/network/ipv4.ts';
import * as ipv6 from '../../src/layers/network/ipv6.ts';
import { ParsedOptions, parse, writeAlignedTimestamps } from '../../src/layers/transport/tcp/options.ts';
import * as segment from '../../src/layers/transport/tcp/segment.ts';

/** As the connection's buffers: the usual one to send, and that of the fast path to receive. */
const SEND_RING_BYTES = 1024 * 1024;
const RECEIVE_RING_BYTES = 256 * 1024;
const CHUNK_BYTES = 64 * 1024;
const LINK_HEADER = ethernet.HEADER_LENGTH;
/** Without options but timestamps. */
const TCP_HEADER = segment.HEADER_LENGTH + 12;
const ALICE = ipv4(10, 0, 0, 1).w3;
const BOB = ipv4(10, 0, 0, 2).w3;
const ALICE_6 = new IpAddress(6, 0xfd00_0000 | 0, 0, 0, 1);
const BOB_6 = new IpAddress(6, 0xfd00_0000 | 0, 0, 0, 2);

export interface BareOptions {
  /** The largest IP packet in bytes. */
  readonly mtu?: number;
  readonly family?: 4 | 6;
}

/**
 * The bare work. Its rings are as large as the connection's buffers, so that the bytes lie in the same caches; its frame is
 * always the one that was used last, which is the best that a pool could do.
 */
export class BareWork {
  /** Depends on everything that was read, so that nothing is left out. */
  read: number;
  private readonly pool: FramePool;
  private readonly program: Block;
  private readonly sendRing: Block;
  private readonly receiveRing: Block;
  private readonly parsed: ParsedOptions;
  private readonly isIpv4: boolean;
  private readonly networkHeader: number;
  private readonly payload: number;
  private place: number;
  private sequence: number;

  constructor({ mtu = 1500, family = 4 }: BareOptions = {}) {
    const memory = new Memory();
    this.read = 0;
    this.pool = new FramePool(memory);
    this.program = memory.allocate(CHUNK_BYTES);
    this.sendRing = memory.allocate(SEND_RING_BYTES);
    this.receiveRing = memory.allocate(RECEIVE_RING_BYTES);
    this.parsed = new ParsedOptions();
    this.isIpv4 = family === 4;
    this.networkHeader = family === 4 ? ip.HEADER_LENGTH : ipv6.HEADER_LENGTH;
    this.payload = mtu - this.networkHeader - TCP_HEADER;
    this.place = 0;
    this.sequence = 1;
  }

  run(segments: number): void {
    for (let count = 0; count < segments; count++) this.one();
  }

  private one(): void {
    const { program, sendRing, receiveRing, payload } = this;
    this.place = (this.place + payload) % (SEND_RING_BYTES - payload);
    const receivedAt = receiveRing.at + (this.place % (RECEIVE_RING_BYTES - payload));
    const chunkAt = program.at + (this.place % (CHUNK_BYTES - payload));
    copyBytes(program.bytes, chunkAt, sendRing.bytes, sendRing.at + this.place, payload);
    const frame = this.pool.acquire(LINK_HEADER + this.networkHeader, TCP_HEADER + payload);
    const segmentAt = frame.start;
    copyBytes(sendRing.bytes, sendRing.at + this.place, frame.bytes, segmentAt + TCP_HEADER, payload);
    this.writeHeaders(frame);
    this.sequence = (this.sequence + payload) | 0;
    this.receive(frame.view, frame.start, frame.end);
    copyBytes(frame.bytes, segmentAt + TCP_HEADER, receiveRing.bytes, receivedAt, payload);
    this.pool.release(frame);
    copyBytes(receiveRing.bytes, receivedAt, program.bytes, chunkAt, payload);
  }

  private writeHeaders(frame: Frame): void {
    const { view, start } = frame;
    const length = TCP_HEADER + this.payload;
    writeAlignedTimestamps(view, start + segment.HEADER_LENGTH, this.sequence, this.place);
    segment.writeHeader(view, start, 5001, 50000, this.sequence, 7, TCP_HEADER, segment.ACK, 501, 0);
    const packet = start - this.networkHeader;
    if (this.isIpv4) {
      segment.writeChecksum(view, start, length, pseudoHeaderSum4(ALICE, BOB, segment.PROTOCOL, length));
      ip.writeHeader(view, packet, 20, 0, length + 20, 0, ip.DONT_FRAGMENT, 64, segment.PROTOCOL, ALICE, BOB);
    } else {
      ipv6.writeHeader(view, packet, 0, 0, length, segment.PROTOCOL, 64, ALICE_6, BOB_6);
      segment.writeChecksum(view, start, length, pseudoSum6(view, packet, length));
    }
    const type = this.isIpv4 ? IPV4 : IPV6;
    ethernet.writeHeader(view, packet - LINK_HEADER, 0x0200_0000_0002, 0x0200_0000_0001, type);
    frame.start = packet - LINK_HEADER;
    frame.end = start + length;
  }

  private receive(view: DataView, at: number, end: number): void {
    if (ethernet.check(view, at, end - at) !== undefined || ethernet.isToGroup(view, at)) return;
    const packet = at + LINK_HEADER;
    if (ethernet.typeOrLength(view, at) === IPV4) {
      if (ip.check(view, packet, end - packet) !== undefined || ip.isFragment(view, packet)) return;
      const header = packet + ip.headerLength(view, packet);
      const length = ip.totalLength(view, packet) - ip.headerLength(view, packet);
      const source = ip.sourceWord(view, packet);
      const destination = ip.destinationWord(view, packet);
      this.segment(view, header, length, pseudoHeaderSum4(source, destination, ip.protocol(view, packet), length));
    } else {
      if (ipv6.check(view, packet, end - packet) !== undefined) return;
      if (ipv6.nextHeader(view, packet) !== segment.PROTOCOL) return;
      const length = ipv6.payloadLength(view, packet);
      this.segment(view, packet + ipv6.HEADER_LENGTH, length, pseudoSum6(view, packet, length));
    }
  }

  private segment(view: DataView, header: number, length: number, pseudo: number): void {
    if (segment.check(view, header, length, pseudo) !== undefined) return;
    const { parsed } = this;
    parse(view, header + segment.HEADER_LENGTH, header + segment.dataOffset(view, header), parsed);
    this.read =
      (this.read +
        segment.sourcePort(view, header) +
        segment.destinationPort(view, header) +
        segment.sequenceNumber(view, header) +
        segment.acknowledgmentNumber(view, header) +
        segment.flags(view, header) +
        segment.window(view, header) +
        parsed.timestampValue +
        parsed.timestampEcho) |
      0;
  }
}

const pseudoSum6 = (view: DataView, packet: number, length: number): number =>
  pseudoHeaderSum6(
    ipv6.sourceWord(view, packet, 0),
    ipv6.sourceWord(view, packet, 1),
    ipv6.sourceWord(view, packet, 2),
    ipv6.sourceWord(view, packet, 3),
    ipv6.destinationWord(view, packet, 0),
    ipv6.destinationWord(view, packet, 1),
    ipv6.destinationWord(view, packet, 2),
    ipv6.destinationWord(view, packet, 3),
    ipv6.nextHeader(view, packet),
    length,
  );
