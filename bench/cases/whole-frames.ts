/**
 * Whole frames, Ethernet, IPv4 and TCP with timestamps, 1514 bytes: read in place with and without both checksums, and
 * written around a payload. What other packages do with the same frames is in `bench/peers`.
 */
import { ipv4 as address } from '../../src/layers/address.ts';
import { pseudoHeaderSum4 } from '../../src/layers/checksum.ts';
import { FramePool } from '../../src/layers/frame.ts';
import * as ethernet from '../../src/layers/link/ethernet.ts';
import { IPV4 } from '../../src/layers/link/ethertype.ts';
import { copyBytes, Memory } from '../../src/layers/memory.ts';
import * as ip from '../../src/layers/network/ipv4.ts';
import { ParsedOptions, parse, writeAlignedTimestamps } from '../../src/layers/transport/tcp/options.ts';
import * as segment from '../../src/layers/transport/tcp/segment.ts';

/** As few as are in the air at a time on a short link: they lie in the second cache. */
export const FRAMES = 64;
export const FRAME_LENGTH = 1514;
export const PAYLOAD_LENGTH = 1448;
const TCP_HEADER = segment.HEADER_LENGTH + 12;
const LENGTH = TCP_HEADER + PAYLOAD_LENGTH;
/** One behind the other, as in a capture: multiples of 2048 bytes would meet in the same few lines of the caches. */
const SPACING = 1520;
const SOURCE = address(10, 0, 0, 1).w3;
const DESTINATION = address(10, 0, 0, 2).w3;
const SOURCE_MAC = 0x0200_0000_0001;
const DESTINATION_MAC = 0x0200_0000_0002;

export interface FrameArea {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Where each frame starts. */
  readonly starts: readonly number[];
}

/** Frames that lie in one area, as those of a pool do. */
export function frames(): FrameArea {
  const bytes = Uint8Array.from({ length: FRAMES * SPACING }, (_, index) => Math.imul(index, 2654435761) >>> 24);
  const view = new DataView(bytes.buffer);
  const starts = Array.from({ length: FRAMES }, (_, index) => index * SPACING);
  for (const [index, at] of starts.entries()) writeHeaders(view, at + 34, index);
  return { bytes, view, starts };
}

function writeHeaders(view: DataView, at: number, index: number): void {
  writeAlignedTimestamps(view, at + segment.HEADER_LENGTH, index, index + 1);
  segment.writeHeader(view, at, 50000, 5001, index * PAYLOAD_LENGTH, 7, TCP_HEADER, segment.ACK, 501, 0);
  segment.writeChecksum(view, at, LENGTH, pseudoHeaderSum4(SOURCE, DESTINATION, segment.PROTOCOL, LENGTH));
  const packet = at - ip.HEADER_LENGTH;
  ip.writeHeader(view, packet, 20, 0, LENGTH + 20, index, ip.DONT_FRAGMENT, 64, segment.PROTOCOL, SOURCE, DESTINATION);
  ethernet.writeHeader(view, packet - ethernet.HEADER_LENGTH, DESTINATION_MAC, SOURCE_MAC, IPV4);
}

const parsed = new ParsedOptions();

/** Every header checked for its shape and every field of it read, none of it believed. */
export function readHeaders({ view, starts }: FrameArea): number {
  let all = 0;
  for (let index = 0; index < starts.length; index++) {
    const at = starts[index]!;
    if (ethernet.check(view, at, FRAME_LENGTH) !== undefined || ethernet.typeOrLength(view, at) !== IPV4) continue;
    const packet = at + ethernet.HEADER_LENGTH;
    if (ip.checkShape(view, packet, FRAME_LENGTH - ethernet.HEADER_LENGTH) !== undefined) continue;
    const headerLength = ip.headerLength(view, packet);
    const length = ip.totalLength(view, packet) - headerLength;
    if (ip.protocol(view, packet) !== segment.PROTOCOL) continue;
    if (segment.checkShape(view, packet + headerLength, length) !== undefined) continue;
    all = (all + fieldsOf(view, at, packet, packet + headerLength)) | 0;
  }
  return all;
}

/** The same with both checksums verified: what a host does with each frame. */
export function readVerified({ view, starts }: FrameArea): number {
  let all = 0;
  for (let index = 0; index < starts.length; index++) {
    const at = starts[index]!;
    if (ethernet.check(view, at, FRAME_LENGTH) !== undefined || ethernet.typeOrLength(view, at) !== IPV4) continue;
    const packet = at + ethernet.HEADER_LENGTH;
    if (ip.check(view, packet, FRAME_LENGTH - ethernet.HEADER_LENGTH) !== undefined) continue;
    const headerLength = ip.headerLength(view, packet);
    const length = ip.totalLength(view, packet) - headerLength;
    const protocol = ip.protocol(view, packet);
    if (protocol !== segment.PROTOCOL || ip.isFragment(view, packet)) continue;
    const pseudo = pseudoHeaderSum4(ip.sourceWord(view, packet), ip.destinationWord(view, packet), protocol, length);
    if (segment.check(view, packet + headerLength, length, pseudo) !== undefined) continue;
    all = (all + fieldsOf(view, at, packet, packet + headerLength)) | 0;
  }
  return all;
}

function fieldsOf(view: DataView, at: number, packet: number, header: number): number {
  return (linkFields(view, at) + networkFields(view, packet) + transportFields(view, header)) | 0;
}

/** In two words each, as a host compares them: a number of 48 bits may have to be put on the heap. */
function linkFields(view: DataView, at: number): number {
  const destination = view.getUint16(at) ^ view.getInt32(at + 2);
  const source = view.getUint16(at + 6) ^ view.getInt32(at + 8);
  return destination + ethernet.typeOrLength(view, at) + source;
}

function networkFields(view: DataView, at: number): number {
  const addresses = ip.sourceWord(view, at) ^ ip.destinationWord(view, at);
  const fragment = ip.totalLength(view, at) + ip.identification(view, at) + ip.flagsAndOffset(view, at);
  return addresses ^ (ip.trafficClass(view, at) + fragment + ip.timeToLive(view, at) + ip.headerChecksum(view, at));
}

function transportFields(view: DataView, at: number): number {
  const offset = segment.dataOffset(view, at);
  parse(view, at + segment.HEADER_LENGTH, at + offset, parsed);
  const ports = segment.sourcePort(view, at) + segment.destinationPort(view, at);
  const numbers = segment.sequenceNumber(view, at) ^ segment.acknowledgmentNumber(view, at);
  const rest = segment.flags(view, at) + segment.window(view, at) + segment.checksumField(view, at);
  return (
    numbers ^ (ports + rest + segment.urgentPointer(view, at) + offset) ^ parsed.timestampValue ^ parsed.timestampEcho
  );
}

/** Writes frames with both checksums around copies of a payload, into frames of a pool. */
export function frameWriter({ bytes, starts }: FrameArea): () => number {
  const memory = new Memory();
  const pool = new FramePool(memory);
  const program = memory.allocate(64 * 1024);
  program.bytes.set(bytes.subarray(0, 64 * 1024), program.at);
  const headroom = ethernet.HEADER_LENGTH + ip.HEADER_LENGTH;
  return () => {
    let all = 0;
    for (let index = 0; index < starts.length; index++) {
      const frame = pool.acquire(headroom, LENGTH);
      const place = program.at + (index & 31) * PAYLOAD_LENGTH;
      copyBytes(program.bytes, place, frame.bytes, frame.start + TCP_HEADER, PAYLOAD_LENGTH);
      writeHeaders(frame.view, frame.start, index);
      frame.end = frame.start + LENGTH;
      frame.start -= headroom;
      all = (all + segment.checksumField(frame.view, frame.start + headroom)) | 0;
      pool.release(frame);
    }
    return all;
  };
}
