/**
 * One frame of a capture file, whichever format it came from. Formats: `pcap.ts`, `pcapng.ts`.
 */

/** When a frame was seen. Epoch nanoseconds do not fit a `number`, so they are kept in two. */
export interface CaptureTime {
  /** Whole seconds since the epoch of the capture: 1970-01-01 UTC, or the start of a simulated run. */
  readonly seconds: number;
  /** 0 … 999,999,999. */
  readonly nanoseconds: number;
}

/** Which way a frame went through the interface that it was captured at. */
export type FrameDirection = 'inbound' | 'outbound';

export interface CapturedFrame {
  /** `undefined` where the format has none (pcapng's simple packet block). */
  readonly time: CaptureTime | undefined;
  /** How many decimal digits of a second the capture resolves: 6 or 9 as a rule. */
  readonly timeDigits: number;
  /** LINKTYPE_ value: see `link-type.ts`. */
  readonly linkType: number;
  /** What was captured: a view into the file, not a copy. */
  readonly bytes: Uint8Array;
  /** How long the frame was on the wire; more than `bytes.length` if the capture cut it. */
  readonly originalLength: number;
  /** pcapng only: the interface's name, the direction, and what people or programs noted. */
  readonly interfaceName?: string;
  readonly direction?: FrameDirection;
  readonly comments?: readonly string[];
}

/** Where and why a capture file cannot be read further. Every frame before it was read. */
export interface CaptureDamage {
  /** Byte offset in the file. */
  readonly at: number;
  /** One sentence for a person, without the offset. */
  readonly sentence: string;
}

/** Takes the bytes of a file in order. The array is the sink's to keep. */
export type ByteSink = (bytes: Uint8Array) => void;

/** More than any capture program writes (libpcap's MAXIMUM_SNAPLEN): a longer record is damage, not a frame. */
export const LONGEST_CAPTURED_FRAME = 262_144;

const NANOSECONDS_PER_SECOND = 1_000_000_000;

/** A run's clock reading (integer nanoseconds from 0) as a capture time. */
export const captureTime = (timeNs: number): CaptureTime => ({
  seconds: Math.floor(timeNs / NANOSECONDS_PER_SECOND),
  nanoseconds: timeNs % NANOSECONDS_PER_SECOND,
});

/** `later - earlier` in nanoseconds; exact for differences below 104 days. */
export const nanosecondsBetween = (earlier: CaptureTime, later: CaptureTime): number =>
  (later.seconds - earlier.seconds) * NANOSECONDS_PER_SECOND + (later.nanoseconds - earlier.nanoseconds);

/**
 * Checks what a writer is given.
 * @throws {RangeError} if the frame is longer than any reader accepts, or longer than it was on the wire
 */
export function checkWritable(frame: CapturedFrame): void {
  if (frame.bytes.length > LONGEST_CAPTURED_FRAME) {
    throw new RangeError(
      `capture: a frame of ${frame.bytes.length} bytes is too long; cut it to ${LONGEST_CAPTURED_FRAME}`,
    );
  }
  if (frame.originalLength < frame.bytes.length) {
    throw new RangeError(
      `capture: originalLength ${frame.originalLength} is below the ${frame.bytes.length} bytes captured`,
    );
  }
}
