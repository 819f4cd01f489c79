/**
 * Bulk TCP between two hosts on one link, every frame encoded, decoded and verified, beside the bare work of the same
 * segments: four copies of the payload, two checksums and two header codecs, on frames of a pool. The ratio of the two
 * is what events, acknowledgments and TCP itself leave of the speed of the bytes.
 */
import { ipv4 } from '../../src/layers/address.ts';
import { ipAddress } from '../../src/layers/address-text.ts';
import { pseudoHeaderSum4 } from '../../src/layers/checksum.ts';
import { SECOND } from '../../src/layers/clock.ts';
import { FramePool } from '../../src/layers/frame.ts';
import * as ethernet from '../../src/layers/link/ethernet.ts';
import { IPV4 } from '../../src/layers/link/ethertype.ts';
import { type Block, copyBytes, Memory } from '../../src/layers/memory.ts';
import * as ip from '../../src/layers/network/ipv4.ts';
import { ParsedOptions, parse, writeAlignedTimestamps } from '../../src/layers/transport/tcp/options.ts';
import * as segment from '../../src/layers/transport/tcp/segment.ts';
import type { TcpSettings } from '../../src/layers/transport/tcp/settings.ts';
import { BulkTransfer, type Source } from '../../src/sim/bulk-transfer.ts';
import type { LinkOptions } from '../../src/sim/medium/options.ts';
import { World } from '../../src/sim/world.ts';

export interface BulkOptions {
  readonly seed?: number;
  /** How many transfers share the link. */
  readonly flows?: number;
  /** The largest IP packet in bytes. */
  readonly mtu?: number;
  readonly family?: 4 | 6;
  readonly link?: LinkOptions;
  /** Of both hosts. */
  readonly tcp?: Partial<TcpSettings>;
}

/** A fast and short link: what it costs to simulate is the frames, not the waiting. */
export const FAST_LINK: LinkOptions = { rate: '10Gbit/s', delay: '50us' };
const FIRST_PORT = 5001;
/** Without options but timestamps. */
const TCP_HEADER = segment.HEADER_LENGTH + 12;

/** Transfers that never end. */
export class EndlessTransfer {
  readonly world: World;
  readonly transfers: readonly BulkTransfer[];
  /** Bytes of data in a full segment. */
  readonly segmentBytes: number;

  /** Runs until the connections are established and warm: windows open, pools filled, code compiled. */
  constructor(options: BulkOptions = {}, warmUpSegments = 50_000) {
    const { seed = 1, flows = 1, mtu = 1500, family = 4, link = FAST_LINK, tcp = {} } = options;
    this.world = new World({ seed });
    const sender = this.world.host('sender', { settings: { tcp } });
    const receiver = this.world.host('receiver', { settings: { tcp } });
    const [from, to] = family === 4 ? ['10.0.0.1/24', '10.0.0.2/24'] : ['fd00::1/64', 'fd00::2/64'];
    this.world.link({ host: sender, mtu, addresses: [from!] }, { host: receiver, mtu, addresses: [to!] }, link);
    this.segmentBytes = mtu - (family === 4 ? 20 : 40) - TCP_HEADER;
    const address = ipAddress(family === 4 ? '10.0.0.2' : 'fd00::2');
    this.transfers = Array.from(
      { length: flows },
      (_, flow) =>
        new BulkTransfer({
          sender: sender.sockets,
          receiver: receiver.sockets,
          address,
          port: FIRST_PORT + flow,
          source: ENDLESS,
          memory: this.world.memory,
          ended: (error) => {
            throw new Error(`a transfer that never ends has ended: ${error ?? 'without an error'}`);
          },
        }),
    );
    this.run(warmUpSegments);
  }

  get bytesReceived(): number {
    let bytes = 0;
    for (const transfer of this.transfers) bytes += transfer.bytesReceived;
    return bytes;
  }

  /** Frames handed to the link in both directions. */
  get framesSent(): number {
    const { aToB, bToA } = this.world.links[0]!;
    return aToB.counters.framesSent + bToA.counters.framesSent;
  }

  /** Lets the world go on until the receivers have read `segments` more full segments of data. */
  run(segments: number): void {
    const { world } = this;
    const { counters } = world.links[0]!.aToB;
    const goal = this.bytesReceived + segments * this.segmentBytes;
    // Frames are looked at first: to add up the bytes of many flows after each event would be measured as well.
    for (let missing = segments; missing > 0; missing = (goal - this.bytesReceived) / this.segmentBytes) {
      const frames = counters.framesDelivered + missing;
      while (counters.framesDelivered < frames) {
        step(world);
      }
    }
  }

  /** Lets the world go on until `frames` more frames were handed to the link. */
  runFrames(frames: number): void {
    const goal = this.framesSent + frames;
    while (this.framesSent < goal) step(this.world);
  }

  /** Lets the world go on for some of its own seconds. */
  runSeconds(seconds: number): void {
    const goal = this.world.now + seconds * SECOND;
    while (this.world.now < goal) step(this.world);
  }
}

function step(world: World): void {
  if (!world.step()) throw new Error('the world has come to rest in the middle of a transfer');
}

/** The program's buffer as it is: the work of a program is not the stack's. */
const ENDLESS: Source = { read: (into) => into.length };

const RING_BYTES = 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;
const PAYLOAD = 1448;
const ALICE = ipv4(10, 0, 0, 1).w3;
const BOB = ipv4(10, 0, 0, 2).w3;
const LINK_HEADER = 14;
const HEADERS = LINK_HEADER + ip.HEADER_LENGTH + TCP_HEADER;

/**
 * The bare work of segments of 1448 bytes. Its rings are as large as the connection's buffers, so that the bytes lie in
 * the same caches; its frame is always the one that was used last, which is the best that a pool could do.
 */
export class BareWork {
  private readonly pool: FramePool;
  private readonly program: Block;
  private readonly sendRing: Block;
  private readonly receiveRing: Block;
  private readonly parsed: ParsedOptions;
  private place: number;
  private sequence: number;
  /** Depends on everything that was read, so that nothing is left out. */
  read: number;

  constructor() {
    const memory = new Memory();
    this.pool = new FramePool(memory);
    this.program = memory.allocate(CHUNK_BYTES);
    this.sendRing = memory.allocate(RING_BYTES);
    this.receiveRing = memory.allocate(RING_BYTES);
    this.parsed = new ParsedOptions();
    this.place = 0;
    this.sequence = 1;
    this.read = 0;
  }

  run(segments: number): void {
    for (let count = 0; count < segments; count++) this.one();
  }

  private one(): void {
    const { program, sendRing, receiveRing } = this;
    this.place = (this.place + PAYLOAD) % (RING_BYTES - PAYLOAD);
    const chunkAt = program.at + (this.place % (CHUNK_BYTES - PAYLOAD));
    copyBytes(program.bytes, chunkAt, sendRing.bytes, sendRing.at + this.place, PAYLOAD);
    const frame = this.pool.acquire(LINK_HEADER + ip.HEADER_LENGTH, TCP_HEADER + PAYLOAD);
    const { view, bytes, start } = frame;
    const length = TCP_HEADER + PAYLOAD;
    copyBytes(sendRing.bytes, sendRing.at + this.place, bytes, start + TCP_HEADER, PAYLOAD);
    writeAlignedTimestamps(view, start + segment.HEADER_LENGTH, this.sequence, this.place);
    segment.writeHeader(view, start, 5001, 50000, this.sequence, 7, TCP_HEADER, segment.ACK, 501, 0);
    segment.writeChecksum(view, start, length, pseudoHeaderSum4(ALICE, BOB, segment.PROTOCOL, length));
    const packetAt = start - ip.HEADER_LENGTH;
    ip.writeHeader(view, packetAt, 20, 0, length + 20, 0, ip.DONT_FRAGMENT, 64, segment.PROTOCOL, ALICE, BOB);
    ethernet.writeHeader(view, packetAt - LINK_HEADER, 0x0200_0000_0002, 0x0200_0000_0001, IPV4);
    frame.start = packetAt - LINK_HEADER;
    frame.end = start + length;
    this.sequence = (this.sequence + PAYLOAD) | 0;
    this.receive(view, frame.start, frame.end);
    copyBytes(bytes, frame.start + HEADERS, receiveRing.bytes, receiveRing.at + this.place, PAYLOAD);
    this.pool.release(frame);
    copyBytes(receiveRing.bytes, receiveRing.at + this.place, program.bytes, chunkAt, PAYLOAD);
  }

  private receive(view: DataView, at: number, end: number): void {
    if (ethernet.check(view, at, end - at) !== undefined) return;
    if (ethernet.typeOrLength(view, at) !== IPV4 || ethernet.isToGroup(view, at)) return;
    const packet = at + LINK_HEADER;
    if (ip.check(view, packet, end - packet) !== undefined || ip.isFragment(view, packet)) return;
    const header = packet + ip.headerLength(view, packet);
    const length = ip.totalLength(view, packet) - ip.headerLength(view, packet);
    const source = ip.sourceWord(view, packet);
    const destination = ip.destinationWord(view, packet);
    const pseudo = pseudoHeaderSum4(source, destination, ip.protocol(view, packet), length);
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
