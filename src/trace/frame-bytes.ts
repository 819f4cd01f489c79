/**
 * The bytes of a frame as the dissector reads them. A capture may have kept only the beginning of a frame, an ICMP error
 * quotes only the beginning of a packet, and a first fragment has only the beginning of its datagram: the codecs then read
 * from a copy that is filled up with zeros, and no header that reaches into the zeros is shown.
 */
import type { Layer, LayerProblem } from './layer.ts';

export interface FrameBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** How many of the bytes are real. */
  readonly captured: number;
  /** How many packets this one is inside of. */
  readonly depth: number;
}

/** An IP packet with its headers fits; what a capture claims beyond it is not believed. */
const LONGEST_FILLED = 65_535 + 256;

/** `bytes` as a frame of `length` bytes, with zeros for what is missing. */
export function frameBytes(bytes: Uint8Array, length: number, depth = 0): FrameBytes {
  const wanted = Math.min(length, LONGEST_FILLED);
  let filled = bytes;
  if (wanted > bytes.length) {
    filled = new Uint8Array(wanted);
    filled.set(bytes);
  }
  return {
    bytes: filled,
    view: new DataView(filled.buffer, filled.byteOffset, filled.byteLength),
    captured: bytes.length,
    depth,
  };
}

/** The same bytes, of which only those before `end` are real, filled up to `length`; at the same offsets. */
export const beginningOnly = (frame: FrameBytes, end: number, length: number): FrameBytes =>
  frameBytes(frame.bytes.subarray(0, Math.min(end, frame.captured)), length, frame.depth);

/** Bytes as a layer: those that are real from `at` up to `end`. None if there are none. */
export function dataLayers(frame: FrameBytes, at: number, end: number, name: string, problem?: LayerProblem): Layer[] {
  const realEnd = Math.min(end, frame.captured);
  if (realEnd <= at && problem === undefined) return [];
  const bytes = frame.bytes.slice(Math.min(at, realEnd), realEnd);
  return [
    {
      protocol: 'data',
      record: { name, bytes },
      at,
      length: bytes.length,
      ...(problem === undefined ? {} : { problem }),
    },
  ];
}

/** A layer that could not be read: its bytes, with the reason; or that the capture cut it, if it needs what was cut. */
export const unread = (
  frame: FrameBytes,
  at: number,
  end: number,
  name: string,
  leastLength: number,
  problem: LayerProblem,
): Layer[] => dataLayers(frame, at, end, name, isCut(frame, at, end, leastLength) ? 'cut-by-capture' : problem);

/** Whether the capture cut a header that the frame had. */
export const isCut = (frame: FrameBytes, at: number, end: number, headerLength: number): boolean =>
  frame.captured < end && frame.captured < at + headerLength;
