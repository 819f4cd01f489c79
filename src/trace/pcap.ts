/**
 * The classic capture format of libpcap: `draft-ietf-opsawg-pcap`. Both byte orders, micro- and nanoseconds.
 *
 * Left out on purpose: the "modified" formats of old Linux kernels (magic 0xa1b2cd34), and frame check sequences that the
 * link type field may announce: such bytes show up as a trailer.
 */
import {
  type ByteSink,
  type CaptureDamage,
  type CapturedFrame,
  checkWritable,
  LONGEST_CAPTURED_FRAME,
} from './captured-frame.ts';

const FILE_HEADER_LENGTH = 24;
const RECORD_HEADER_LENGTH = 16;
const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;
const VERSION_MAJOR = 2;
const VERSION_MINOR = 4;
/** The upper half of the link type field holds flags about frame check sequences. */
const LINK_TYPE_MASK = 0xffff;

export interface PcapSettings {
  readonly linkType: number;
  /** The most bytes of a frame that the file says to hold. */
  readonly snapLength?: number;
  readonly resolution?: 'microseconds' | 'nanoseconds';
  readonly byteOrder?: 'little' | 'big';
}

/**
 * Starts a pcap file: writes its header, and gives back what writes one frame. The format has no place for interface
 * names, directions and comments; a frame without a time gets 0.
 * @throws {RangeError} from the returned function, for a frame of another link type or one that no reader would accept
 */
export function pcapWriter(sink: ByteSink, settings: PcapSettings): (frame: CapturedFrame) => void {
  const little = settings.byteOrder !== 'big';
  const unit = settings.resolution === 'microseconds' ? 1000 : 1;
  const header = new DataView(new ArrayBuffer(FILE_HEADER_LENGTH));
  header.setUint32(0, unit === 1 ? MAGIC_NANOSECONDS : MAGIC_MICROSECONDS, little);
  header.setUint16(4, VERSION_MAJOR, little);
  header.setUint16(6, VERSION_MINOR, little);
  header.setUint32(16, settings.snapLength ?? LONGEST_CAPTURED_FRAME, little);
  header.setUint32(20, settings.linkType, little);
  sink(new Uint8Array(header.buffer));

  return (frame) => {
    checkWritable(frame);
    if (frame.linkType !== settings.linkType) {
      throw new RangeError(`pcap: link type ${frame.linkType} in a file of ${settings.linkType}; use pcapng`);
    }
    const record = new Uint8Array(RECORD_HEADER_LENGTH + frame.bytes.length);
    const view = new DataView(record.buffer);
    view.setUint32(0, frame.time?.seconds ?? 0, little);
    view.setUint32(4, Math.floor((frame.time?.nanoseconds ?? 0) / unit), little);
    view.setUint32(8, frame.bytes.length, little);
    view.setUint32(12, frame.originalLength, little);
    record.set(frame.bytes, RECORD_HEADER_LENGTH);
    sink(record);
  };
}

/** Whether a file starts as a pcap file does. */
export const isPcap = (file: Uint8Array): boolean => readMagic(file) !== undefined;

/** Reads a pcap file frame by frame, up to its end or its first damage. Call only if `isPcap`. */
export function* readPcap(file: Uint8Array): Generator<CapturedFrame, CaptureDamage | undefined, undefined> {
  const magic = readMagic(file);
  if (magic === undefined) return { at: 0, sentence: 'this is not a pcap file' };
  if (file.length < FILE_HEADER_LENGTH) {
    return { at: file.length, sentence: 'the file ends inside its pcap header' };
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const { little, unit } = magic;
  const major = view.getUint16(4, little);
  if (major !== VERSION_MAJOR) {
    return { at: 4, sentence: `pcap version ${major} is unknown; only version ${VERSION_MAJOR} is` };
  }
  const linkType = view.getUint32(20, little) & LINK_TYPE_MASK;
  const timeDigits = unit === 1 ? 9 : 6;

  let at = FILE_HEADER_LENGTH;
  while (at < file.length) {
    if (file.length - at < RECORD_HEADER_LENGTH) return { at, sentence: 'the file ends inside a record header' };
    const length = view.getUint32(at + 8, little);
    const originalLength = view.getUint32(at + 12, little);
    if (length > LONGEST_CAPTURED_FRAME) {
      return { at: at + 8, sentence: `a record claims ${length} bytes, more than any capture program writes` };
    }
    const start = at + RECORD_HEADER_LENGTH;
    if (length > file.length - start) {
      return { at, sentence: `the file ends inside a frame: ${file.length - start} of ${length} bytes are there` };
    }
    const fraction = view.getUint32(at + 4, little) * unit;
    yield {
      // A fraction of a second or more is against the format, yet no reason to lose the frame.
      time: {
        seconds: view.getUint32(at, little) + Math.floor(fraction / 1_000_000_000),
        nanoseconds: fraction % 1_000_000_000,
      },
      timeDigits,
      linkType,
      bytes: file.subarray(start, start + length),
      // Some writers store the captured length twice, or nonsense: a frame was never shorter than what was captured.
      originalLength: Math.max(originalLength, length),
    };
    at = start + length;
  }
  return undefined;
}

interface Magic {
  readonly little: boolean;
  /** Nanoseconds in one unit of the timestamp's fraction. */
  readonly unit: 1 | 1000;
}

function readMagic(file: Uint8Array): Magic | undefined {
  if (file.length < 4) return undefined;
  const view = new DataView(file.buffer, file.byteOffset, 4);
  for (const little of [true, false]) {
    const magic = view.getUint32(0, little);
    if (magic === MAGIC_MICROSECONDS) return { little, unit: 1000 };
    if (magic === MAGIC_NANOSECONDS) return { little, unit: 1 };
  }
  return undefined;
}
