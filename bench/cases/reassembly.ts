/**
 * Putting together what came in pieces: IP packets of fragments, and TCP's bytes beyond the gap; in order, and reversed,
 * which is the worst for a list that is kept in order. The textbook keeps a copy of each piece and sorts.
 */
import { ipv4 } from '../../src/layers/address.ts';
import { type Frame, FramePool } from '../../src/layers/frame.ts';
import { Memory } from '../../src/layers/memory.ts';
import * as ip from '../../src/layers/network/ipv4.ts';
import { ReceivedPacket } from '../../src/layers/network/packet.ts';
import { Reassembly as FragmentReassembly } from '../../src/layers/network/reassembly.ts';
import { Reassembly as RangeReassembly } from '../../src/layers/transport/tcp/reassembly.ts';
import { VirtualTime } from '../../src/sim/virtual-time.ts';
import type { WorkPair } from './pair.ts';

type Order = 'in order' | 'reversed';

const FRAGMENTS = 40;
const FRAGMENT_BYTES = 1480;
const SOURCE = ipv4(192, 0, 2, 1).w3;
const DESTINATION = ipv4(198, 51, 100, 2).w3;

const orderOf = (count: number, order: Order): readonly number[] =>
  Array.from({ length: count }, (_, index) => (order === 'in order' ? index : count - 1 - index));

/** A packet of 59,200 bytes in 40 fragments; a unit is a fragment. */
export function fragments(order: Order): WorkPair {
  const pool = new FramePool(new Memory());
  const dropped = (): void => {
    throw new Error('a fragment was dropped');
  };
  const reassembly = new FragmentReassembly({ timers: new VirtualTime(), pool, dropped, timedOut: dropped });
  const frames = Array.from({ length: FRAGMENTS }, (_, index) => fragmentFrame(pool, index));
  const places = orderOf(FRAGMENTS, order);
  const packet = new ReceivedPacket(frames[0]!);
  let identification = 0;
  return {
    what: `fragment put together, ${order}`,
    unitsPerCall: FRAGMENTS,
    ours: () => {
      identification = (identification + 1) & 0xffff;
      for (const place of places) {
        point(packet, frames[place]!);
        const dataAt = packet.headerAt + 20;
        const isMore = place < FRAGMENTS - 1;
        const whole = reassembly.add(
          packet,
          identification,
          dataAt,
          dataAt,
          FRAGMENT_BYTES,
          place * FRAGMENT_BYTES,
          isMore,
        );
        if (whole === undefined) continue;
        if (typeof whole === 'string') throw new Error(`a fragment was refused: ${whole}`);
        pool.release(whole);
        return whole;
      }
      throw new Error('a packet was not whole in the end');
    },
    textbook: () => textbookPacket(frames, places),
  };
}

function fragmentFrame(pool: FramePool, index: number): Frame {
  const frame = pool.acquire(14, 20 + FRAGMENT_BYTES);
  const flags = (index < FRAGMENTS - 1 ? ip.MORE_FRAGMENTS : 0) | ((index * FRAGMENT_BYTES) >> 3);
  ip.writeHeader(frame.view, frame.start, 20, 0, 20 + FRAGMENT_BYTES, 7, flags, 64, 17, SOURCE, DESTINATION);
  frame.end = frame.start + 20 + FRAGMENT_BYTES;
  frame.start -= 14;
  return frame;
}

function point(packet: ReceivedPacket, frame: Frame): void {
  packet.frame = frame;
  packet.view = frame.view;
  packet.headerAt = frame.start + 14;
  packet.at = packet.headerAt + 20;
  packet.length = FRAGMENT_BYTES;
  packet.protocol = 17;
  packet.source3 = SOURCE;
  packet.destination3 = DESTINATION;
}

interface Piece {
  readonly offset: number;
  readonly data: Uint8Array;
}

function textbookPacket(frames: readonly Frame[], places: readonly number[]): Uint8Array {
  const waiting = new Map<string, Piece[]>();
  for (const place of places) {
    const { bytes, view, start, end } = frames[place]!;
    const key = `${view.getUint32(start + 26)}-${view.getUint32(start + 30)}-${view.getUint16(start + 18)}`;
    const pieces = waiting.get(key) ?? [];
    waiting.set(key, pieces);
    pieces.push({ offset: (view.getUint16(start + 20) & 0x1fff) * 8, data: bytes.slice(start + 34, end) });
    pieces.sort((one, other) => one.offset - other.offset);
    if (pieces.length < FRAGMENTS) continue;
    const whole = new Uint8Array(pieces.reduce((sum, { data }) => sum + data.length, 0));
    for (const { offset, data } of pieces) whole.set(data, offset);
    return whole;
  }
  throw new Error('a packet was not whole in the end');
}

const SEGMENTS = 128;
const SEGMENT_BYTES = 1448;

/** Every other segment of a window came: 128 gaps; then those that were missing. A unit is a segment. */
export function ranges(order: Order): WorkPair {
  const reassembly = new RangeReassembly();
  const places = orderOf(SEGMENTS, order);
  const sent = [...places.map((place) => 2 * place + 1), ...places.map((place) => 2 * place)];
  return {
    what: `segment noted beyond a gap, ${order}`,
    unitsPerCall: sent.length,
    ours: () => {
      for (const place of sent) reassembly.add(place * SEGMENT_BYTES, (place + 1) * SEGMENT_BYTES);
      if (reassembly.takeFrom(0) !== sent.length * SEGMENT_BYTES) throw new Error('segments are missing');
    },
    textbook: () => {
      let held: { readonly start: number; readonly end: number }[] = [];
      for (const place of sent) held = merged(held, place * SEGMENT_BYTES, (place + 1) * SEGMENT_BYTES);
      if (held.length !== 1) throw new Error('segments are missing');
    },
  };
}

function merged(
  held: readonly { readonly start: number; readonly end: number }[],
  start: number,
  end: number,
): { readonly start: number; readonly end: number }[] {
  const result: { start: number; end: number }[] = [];
  for (const range of [...held, { start, end }].sort((one, other) => one.start - other.start)) {
    const last = result.at(-1);
    if (last !== undefined && range.start <= last.end) last.end = Math.max(last.end, range.end);
    else result.push({ ...range });
  }
  return result;
}
