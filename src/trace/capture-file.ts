/**
 * A capture file of either format, told apart by its first bytes.
 */
import type { CaptureDamage, CapturedFrame } from './captured-frame.ts';
import { isPcap, readPcap } from './pcap.ts';
import { isPcapng, readPcapng } from './pcapng-read.ts';

/**
 * Reads a capture file frame by frame. Never throws, whatever the bytes; frames are views into `file`.
 * @returns (when done) where and why the file could not be read to its end, or `undefined`
 */
export function* captureFrames(file: Uint8Array): Generator<CapturedFrame, CaptureDamage | undefined, undefined> {
  if (isPcap(file)) return yield* readPcap(file);
  if (isPcapng(file)) return yield* readPcapng(file);
  return {
    at: 0,
    sentence:
      file.length < 4
        ? `a file of ${file.length} bytes is too short to be a capture`
        : 'this is neither a pcap nor a pcapng file',
  };
}

export interface Capture {
  readonly frames: readonly CapturedFrame[];
  /** Where and why the file could not be read to its end. */
  readonly damage: CaptureDamage | undefined;
}

/** Reads a whole capture file. Never throws, whatever the bytes. */
export function readCapture(file: Uint8Array): Capture {
  const frames: CapturedFrame[] = [];
  const reader = captureFrames(file);
  for (;;) {
    const step = reader.next();
    if (step.done) return { frames, damage: step.value };
    frames.push(step.value);
  }
}
