/**
 * A conversation with one TCP: a test plays the peer, segment by segment, in packetdrill's notation. Sequence numbers
 * are relative to both initial sequence numbers; time passes only where the test says so.
 */
import { expect } from 'vitest';
import { type Family, IpAddress, ipv4, UNSPECIFIED_V4, UNSPECIFIED_V6 } from '../../../../../src/layers/address.ts';
import { pseudoHeaderSum } from '../../../../../src/layers/checksum.ts';
import type { DropReason } from '../../../../../src/layers/drop.ts';
import { type Frame, FramePool } from '../../../../../src/layers/frame.ts';
import { Memory } from '../../../../../src/layers/memory.ts';
import type { IcmpErrorKind } from '../../../../../src/layers/network/icmp-error.ts';
import { ReceivedPacket } from '../../../../../src/layers/network/packet.ts';
import type { Path } from '../../../../../src/layers/network/path.ts';
import type { Binding } from '../../../../../src/layers/transport/ports.ts';
import type { KeyChain } from '../../../../../src/layers/transport/tcp/authentication/key-chain.ts';
import type { Connection } from '../../../../../src/layers/transport/tcp/connection.ts';
import type { ControlBlock } from '../../../../../src/layers/transport/tcp/control-block.ts';
import type { Listener } from '../../../../../src/layers/transport/tcp/listener.ts';
import * as options from '../../../../../src/layers/transport/tcp/options.ts';
import * as segment from '../../../../../src/layers/transport/tcp/segment.ts';
import type { TcpSettings } from '../../../../../src/layers/transport/tcp/settings.ts';
import { Tcp } from '../../../../../src/layers/transport/tcp/tcp.ts';
import { RandomStreams } from '../../../../../src/sim/random-streams.ts';
import { parseDuration } from '../../../../../src/sim/units.ts';
import { VirtualTime } from '../../../../../src/sim/virtual-time.ts';
import { parseSegmentText, RelativeNumbers, type SegmentText, showSegment } from './segment-text.ts';

export const HERE: IpAddress = ipv4(10, 0, 0, 1);
export const THERE: IpAddress = ipv4(10, 0, 0, 2);
const HERE_V6: IpAddress = new IpAddress(6, 0xfd00_0000 | 0, 0, 0, 1);
const THERE_V6: IpAddress = new IpAddress(6, 0xfd00_0000 | 0, 0, 0, 2);
const HEADROOM = 64;
export const PEER_PORT = 5000;
export const OUR_PORT = 80;

/** Initial sequence numbers whose neighbourhood every rule is tried in; the last of them over IPv6. */
export const SEQUENCE_STARTS: readonly number[] = [0x7fff_fff0 | 0, 0xffff_fff0 | 0, 12_345];
/** By how much an IPv6 header is longer. MTUs are those of IPv4: over IPv6 they are so much larger, and MSSs are the same. */
const LONGER_BY = 20;

export interface ConversationOptions {
  /** Our initial sequence number and the peer's: both near a wrap by default. */
  readonly start?: number;
  /** IPv6 for the last of `SEQUENCE_STARTS`, else IPv4. */
  readonly family?: Family;
  /** Of a path over IPv4; over IPv6 it is 20 more. */
  readonly mtu?: number;
  readonly settings?: Partial<TcpSettings>;
  /** Options and window of the peer's SYN. */
  readonly peerSyn?: string;
  readonly peerWindow?: number;
  /** How long the peer's SYN-ACK takes: the first sample of the round trip. */
  readonly roundTrip?: string;
  /** The peer connects to us, instead of us to it. */
  readonly passive?: boolean;
}

/** Signs what the peer sends, at the end of the header, and looks at what we send. */
export interface PeerSigner {
  readonly optionBytes: number;
  sign(segment: Uint8Array, headerLength: number): void;
  sees(segment: Uint8Array): void;
}

/** One TCP on a wire that ends in the test. */
export class Conversation {
  readonly time: VirtualTime = new VirtualTime();
  readonly memory: Memory = new Memory(1 << 20);
  readonly pool: FramePool = new FramePool(this.memory);
  readonly tcp: Tcp;
  readonly family: Family;
  /** Our address, and the peer's. */
  readonly here: IpAddress;
  readonly there: IpAddress;
  readonly numbers: RelativeNumbers;
  readonly ladder: string[] = [];
  /** Why the last segment that the peer sent was dropped. */
  lastDrop: DropReason | undefined;
  path: { mtu: number };
  /** For a peer that signs its segments. */
  signer: PeerSigner | undefined;
  private readonly interfaceMtu: number;
  private readonly longerBy: number;
  private readonly sent: { readonly bytes: Uint8Array; readonly codepoint: number }[] = [];
  private readonly packet: ReceivedPacket;

  constructor(from: ConversationOptions = {}) {
    const start = from.start ?? SEQUENCE_STARTS[0]!;
    this.numbers = new RelativeNumbers(start, (start + 7) | 0);
    const streams = new RandomStreams(1);
    this.family = from.family ?? (start === SEQUENCE_STARTS[2] ? 6 : 4);
    this.here = this.family === 4 ? HERE : HERE_V6;
    this.there = this.family === 4 ? THERE : THERE_V6;
    this.longerBy = this.family === 4 ? 0 : LONGER_BY;
    this.path = { mtu: from.mtu ?? 1500 };
    this.interfaceMtu = this.path.mtu + this.longerBy;
    this.tcp = new Tcp(
      {
        timers: this.time,
        random: (purpose) => streams.stream(purpose),
        memory: this.memory,
        pool: this.pool,
        paths: { path: (remote, local) => this.makePath(local ?? this.here, remote) },
        initialSequenceNumber: () => start,
      },
      { timestamps: false, selectiveAcknowledgment: false, windowScaling: false, ...from.settings },
    );
    const spare = this.pool.acquire(0, 0);
    this.packet = new ReceivedPacket(spare);
    this.pool.release(spare);
  }

  /** Our end, for a program. */
  bind(): Binding {
    const any = this.family === 4 ? UNSPECIFIED_V4 : UNSPECIFIED_V6;
    const binding = this.tcp.ports.bind(any, OUR_PORT, true, false);
    if (typeof binding === 'string') throw new Error(binding);
    return binding;
  }

  connect(settings: Partial<TcpSettings> = {}, keys?: KeyChain): Connection {
    const binding = this.bind();
    const connection = this.tcp.connect({
      binding,
      remote: this.there,
      remotePort: PEER_PORT,
      settings,
      keys,
      user: { changed: () => {} },
    });
    if (typeof connection === 'string') throw new Error(connection);
    return connection;
  }

  listen(backlog = 8, settings: Partial<TcpSettings> = {}, keys?: KeyChain): Listener {
    const binding = this.bind();
    const listener = this.tcp.listen({ binding, backlog, settings, keys, user: { changed: () => {} } });
    if (typeof listener === 'string') throw new Error(listener);
    return listener;
  }

  /** The peer sends a segment: `'. 1:11(10) ack 1 win 1000 <nop,nop,sack 21:31>'`. @returns why it was dropped */
  sends(text: string, fromPort: number = PEER_PORT, toGroup = false): DropReason | undefined {
    const parsed = parseSegmentText(text);
    return this.deliver(text, this.build(parsed, fromPort), toGroup, parsed.codepoint);
  }

  /** The peer sends a segment, and its last bit is flipped on the way. */
  sendsDamaged(text: string): DropReason | undefined {
    const bytes = this.build(parseSegmentText(text), PEER_PORT);
    bytes[bytes.length - 1] = bytes[bytes.length - 1]! ^ 1;
    return this.deliver(`${text} (damaged)`, bytes, false);
  }

  private deliver(text: string, bytes: Uint8Array, toGroup: boolean, codepoint = 0): DropReason | undefined {
    const frame = this.pool.from(bytes);
    this.ladder.push(`${this.stamp()} < ${text}`);
    this.fill(frame, bytes.length);
    this.packet.toGroup = toGroup;
    this.packet.trafficClass = codepoint;
    this.lastDrop = this.tcp.input(this.packet);
    this.pool.release(frame);
    return this.lastDrop;
  }

  /** A router says something of our segment that starts at `sequence`. `mtu` becomes the path's if TCP believes it. */
  icmp(kind: IcmpErrorKind, sequence: number, mtu = 0): void {
    const view = new DataView(new ArrayBuffer(8));
    view.setUint16(0, OUR_PORT);
    view.setUint16(2, PEER_PORT);
    view.setInt32(4, sequence + this.numbers.ours);
    this.ladder.push(`${this.stamp()} ! ${kind} about ${sequence}${mtu > 0 ? `, mtu ${mtu}` : ''}`);
    const { here: local, there: remote } = this;
    const said = mtu > 0 ? mtu + this.longerBy : 0;
    const error = { kind, reporter: remote, local, remote, view, at: 0, length: 8, type: 3, code: 0, mtu: said };
    // As a host does.
    if (mtu > 0 && this.tcp.accepts(error) && this.tcp.mayLowerMtu(error)) this.path.mtu = mtu;
    this.tcp.icmpError(error);
  }

  /** The only connection there is, such as one in SYN-RECEIVED that no program holds. */
  onlyBlock(): ControlBlock {
    const blocks = [...this.tcp.connections];
    expect(blocks.length, this.story()).toBe(1);
    return blocks[0]!;
  }

  /** The next segment that we sent is this. Window and options are compared where the text has them. */
  expects(text: string): void {
    const next = this.sent.shift();
    if (next === undefined) throw new Error(`expected "${text}", but nothing was sent\n${this.story()}`);
    const wanted = parseSegmentText(text);
    const shown = showSegment(next.bytes, this.numbers, next.codepoint, wanted);
    expect(shown, this.story()).toBe(showWanted(wanted));
  }

  expectsNothing(): void {
    const left = this.sent.map(({ bytes, codepoint }) => showSegment(bytes, this.numbers, codepoint));
    expect(left, this.story()).toEqual([]);
  }

  /** What was sent and not looked at, as text; afterwards it counts as looked at. */
  takeSent(): string[] {
    return this.sent.splice(0).map(({ bytes, codepoint }) => showSegment(bytes, this.numbers, codepoint));
  }

  /** The bytes of the next segment that we sent. */
  takeBytes(): Uint8Array {
    const next = this.sent.shift();
    if (next === undefined) throw new Error(`nothing was sent\n${this.story()}`);
    return next.bytes;
  }

  /** The bytes of everything that we sent. */
  takeAllBytes(): Uint8Array[] {
    return this.sent.splice(0).map(({ bytes }) => bytes);
  }

  after(duration: string): void {
    this.time.runUntil(this.time.now() + parseDuration(duration, 'after'));
  }

  story(): string {
    return this.ladder.join('\n');
  }

  private stamp(): string {
    return `${(this.time.now() / 1e9).toFixed(3).padStart(9)}`;
  }

  private makePath(local: IpAddress, remote: IpAddress): Path {
    const { family, longerBy, path } = this;
    return {
      family,
      local,
      remote,
      headroom: HEADROOM,
      get mtu() {
        return path.mtu + longerBy;
      },
      interfaceMtu: this.interfaceMtu,
      onLink: true,
      hopLimit: 64,
      trafficClass: 0,
      dontFragment: true,
      flowLabel: 0,
      lowerMtu: (lower) => {
        path.mtu = lower - longerBy;
      },
      send: (frame, _protocol, codepoint) => {
        const bytes = frame.copy();
        this.pool.release(frame);
        for (const { tsOffset } of this.tcp.connections) this.numbers.timestamps = tsOffset;
        const pseudo = pseudoHeaderSum(local, remote, segment.PROTOCOL, bytes.length);
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        expect(segment.check(view, 0, bytes.length, pseudo)).toBeUndefined();
        expect(bytes.length + 20).toBeLessThanOrEqual(path.mtu);
        this.signer?.sees(bytes);
        this.sent.push({ bytes, codepoint });
        this.ladder.push(`${this.stamp()} > ${showSegment(bytes, this.numbers, codepoint)}`);
        return undefined;
      },
    };
  }

  private build(text: SegmentText, fromPort: number): Uint8Array {
    const unsigned = segment.HEADER_LENGTH + text.options.length;
    const header = unsigned + (this.signer?.optionBytes ?? 0);
    const bytes = new Uint8Array(header + text.length);
    const view = new DataView(bytes.buffer);
    const { ours, peers } = this.numbers;
    segment.writeHeader(
      view,
      0,
      fromPort,
      OUR_PORT,
      (text.sequence + peers) | 0,
      text.acknowledgment === undefined ? 0 : (text.acknowledgment + ours) | 0,
      header,
      text.flags,
      text.window ?? 65535,
      text.urgent ?? 0,
    );
    bytes.set(text.options, segment.HEADER_LENGTH);
    this.relocateOptions(view, unsigned);
    const first = text.sequence + (text.flags & segment.SYN ? 1 : 0);
    for (let index = 0; index < text.length; index++) bytes[header + index] = octetAt(first + index);
    this.signer?.sign(bytes, header);
    segment.writeChecksum(
      view,
      0,
      bytes.length,
      pseudoHeaderSum(this.there, this.here, segment.PROTOCOL, bytes.length),
    );
    return bytes;
  }

  /** SACK edges in the text are relative to our initial sequence number, echoed timestamps to our clock. */
  private relocateOptions(view: DataView, header: number): void {
    for (let at = segment.HEADER_LENGTH; at < header; ) {
      const kind = view.getUint8(at);
      if (kind === options.NO_OPERATION || kind === options.END_OF_LIST) {
        at++;
        continue;
      }
      const length = view.getUint8(at + 1);
      if (length < 2) return; // a test of illegal lengths
      if (kind === options.TIMESTAMPS) view.setInt32(at + 6, view.getInt32(at + 6) + this.numbers.timestamps);
      if (kind === options.SACK) {
        for (let edge = at + 2; edge < at + length; edge += 4) {
          view.setInt32(edge, (view.getInt32(edge) + this.numbers.ours) | 0);
        }
      }
      at += length;
    }
  }

  private fill(frame: Frame, length: number): void {
    const { packet } = this;
    packet.frame = frame;
    packet.view = frame.view;
    const { here, there } = this;
    packet.family = this.family;
    packet.headerAt = frame.start;
    packet.at = frame.start;
    packet.length = length;
    packet.protocol = segment.PROTOCOL;
    packet.source0 = there.w0;
    packet.source3 = there.w3;
    packet.destination0 = here.w0;
    packet.destination3 = here.w3;
    packet.toGroup = false;
  }
}

/** The byte at a relative sequence number: the data of a test says itself where it belongs. */
export const octetAt = (sequence: number): number => (sequence * 31 + (sequence >>> 8) * 7) & 0xff;

/** Bytes as `octetAt` has them from `sequence` on. */
export const octets = (sequence: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => octetAt(sequence + index));

const showWanted = (text: SegmentText): string => text.canonical;

/** An established connection; the handshake is over and looked at. */
export function established(from: ConversationOptions = {}): {
  peer: Conversation;
  connection: Connection;
  block: ControlBlock;
} {
  const peer = new Conversation(from);
  const window = from.peerWindow ?? 65535;
  const syn = `win ${window}${from.peerSyn === undefined ? ' <mss 1460>' : ` <${from.peerSyn}>`}`;
  let connection: Connection;
  if (from.passive === true) {
    const listener = peer.listen();
    peer.sends(`S 0:0(0) ${syn}`);
    peer.takeSent();
    peer.sends(`. 1:1(0) ack 1 win ${window}${timestampsOf(from)}`);
    const accepted = listener.accept();
    if (accepted === undefined) throw new Error(`not established\n${peer.story()}`);
    connection = accepted;
  } else {
    connection = peer.connect();
    peer.takeSent();
    if (from.roundTrip !== undefined) peer.after(from.roundTrip);
    peer.sends(`S. 0:0(0) ack 1 ${syn}`);
  }
  peer.takeSent();
  expect(connection.state).toBe('ESTABLISHED');
  return { peer, connection, block: connection.block };
}

const timestampsOf = (from: ConversationOptions): string => {
  const value = /TS val (\d+)/.exec(from.peerSyn ?? '')?.[1];
  return value === undefined ? '' : ` <nop,nop,TS val ${value} ecr 0>`;
};

/** Writes `length` bytes whose content follows their place in the stream. */
export function write(connection: Connection, length: number): number {
  const { block } = connection;
  const next = (block.sendBufferStart + block.sendBuffer.length - block.iss) | 0;
  return connection.send(octets(next, length), 0, length);
}

/** Reads all that there is to read; each byte must be the one that belongs there. @returns how many */
export function readAll(connection: Connection, most: number = connection.readableBytes): number {
  const { block } = connection;
  const ends = block.finReceived ? 1 : 0;
  const first = (block.rcvNxt - ends - connection.readableBytes - block.irs) | 0;
  const into = new Uint8Array(most);
  const count = connection.receive(into, 0, most);
  expect(into.subarray(0, count)).toEqual(octets(first, count));
  return count;
}
