/**
 * Reading pcapng (`draft-ietf-opsawg-pcapng`): any number of sections of either byte order, their interfaces, and enhanced,
 * simple and obsolete packet blocks. Blocks of other kinds (names, statistics, secrets, custom) are stepped over.
 */
import {
  type CaptureDamage,
  type CapturedFrame,
  type CaptureTime,
  type FrameDirection,
  LONGEST_CAPTURED_FRAME,
} from './captured-frame.ts';
import {
  BLOCK,
  BLOCK_OVERHEAD,
  BYTE_ORDER_MAGIC,
  DIRECTION_FLAGS,
  digitsOf,
  OPTION,
  padded,
  ticksPerSecond,
} from './pcapng-blocks.ts';

interface Interface {
  readonly linkType: number;
  readonly snapLength: number;
  readonly name: string | undefined;
  readonly ticks: bigint;
  readonly digits: number;
  readonly offset: bigint;
}

/** One block: its body is `view` from `at` to `end`. */
interface Block {
  readonly file: Uint8Array;
  readonly view: DataView;
  readonly little: boolean;
  readonly at: number;
  readonly end: number;
}

/** Microseconds, when an interface does not say. */
const DEFAULT_RESOLUTION = 6;

/** Whether a file starts as a pcapng file does. */
export const isPcapng = (file: Uint8Array): boolean =>
  file.length >= 4 && new DataView(file.buffer, file.byteOffset).getUint32(0) === BLOCK.sectionHeader;

/** Reads a pcapng file frame by frame, up to its end or its first damage. Call only if `isPcapng`. */
export function* readPcapng(file: Uint8Array): Generator<CapturedFrame, CaptureDamage | undefined, undefined> {
  if (!isPcapng(file)) return { at: 0, sentence: 'this is not a pcapng file' };
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let little = true;
  let interfaces: Interface[] = [];
  let at = 0;
  while (at < file.length) {
    const available = file.length - at;
    if (available < BLOCK_OVERHEAD) return { at, sentence: 'the file ends inside a block header' };
    const isSection = view.getUint32(at) === BLOCK.sectionHeader;
    if (isSection) {
      const order = readByteOrder(view, at + 8);
      if (order === undefined) return { at: at + 8, sentence: 'a section header has no byte-order magic' };
      little = order;
      interfaces = [];
    }
    const type = view.getUint32(at, little);
    const total = view.getUint32(at + 4, little);
    if (total < BLOCK_OVERHEAD || total % 4 !== 0) {
      return { at: at + 4, sentence: `a block claims an impossible length of ${total} bytes` };
    }
    if (total > available) {
      return { at, sentence: `the file ends inside a block: ${available} of ${total} bytes are there` };
    }
    if (view.getUint32(at + total - 4, little) !== total) {
      return { at: at + total - 4, sentence: 'the two lengths of a block differ' };
    }
    const block: Block = { file, view, little, at: at + 8, end: at + total - 4 };
    const result = isSection ? checkSection(block) : readBlock(type, block, interfaces);
    if (result !== undefined && 'sentence' in result) return result;
    if (result !== undefined) yield result;
    at += total;
  }
  return undefined;
}

/** Tells by the magic number whether a section is little-endian; `undefined` if it is not there. */
function readByteOrder(view: DataView, at: number): boolean | undefined {
  if (view.getUint32(at, true) === BYTE_ORDER_MAGIC) return true;
  return view.getUint32(at) === BYTE_ORDER_MAGIC ? false : undefined;
}

function checkSection(block: Block): CaptureDamage | undefined {
  if (block.end - block.at < 16) return { at: block.at, sentence: 'a section header is too short' };
  const major = block.view.getUint16(block.at + 4, block.little);
  return major === 1
    ? undefined
    : { at: block.at + 4, sentence: `pcapng version ${major} is unknown; only version 1 is` };
}

function readBlock(type: number, block: Block, interfaces: Interface[]): CapturedFrame | CaptureDamage | undefined {
  switch (type) {
    case BLOCK.interfaceDescription:
      return readInterface(block, interfaces);
    case BLOCK.enhancedPacket:
      return readPacket(
        block,
        interfaces,
        block.end - block.at < 20 ? -1 : block.view.getUint32(block.at, block.little),
      );
    case BLOCK.packet:
      // The obsolete block has a 16-bit interface and a drop count where the enhanced one has a 32-bit interface.
      return readPacket(
        block,
        interfaces,
        block.end - block.at < 20 ? -1 : block.view.getUint16(block.at, block.little),
      );
    case BLOCK.simplePacket:
      return readSimplePacket(block, interfaces);
    default:
      return undefined;
  }
}

function readInterface(block: Block, interfaces: Interface[]): CaptureDamage | undefined {
  const { view, at, end, little } = block;
  if (end - at < 8) return { at, sentence: 'an interface description is too short' };
  let name: string | undefined;
  let resolution = DEFAULT_RESOLUTION;
  let offset = 0n;
  for (const option of options(block, at + 8)) {
    if (option.code === OPTION.interfaceName) name = text(block, option);
    else if (option.code === OPTION.timestampResolution && option.length >= 1) resolution = view.getUint8(option.at);
    else if (option.code === OPTION.timestampOffset && option.length >= 8) offset = view.getBigInt64(option.at, little);
  }
  interfaces.push({
    linkType: view.getUint16(at, little),
    snapLength: view.getUint32(at + 4, little),
    name,
    ticks: ticksPerSecond(resolution),
    digits: digitsOf(resolution),
    offset,
  });
  return undefined;
}

function readPacket(block: Block, interfaces: readonly Interface[], number: number): CapturedFrame | CaptureDamage {
  const { file, view, at, end, little } = block;
  if (end - at < 20) return { at, sentence: 'a packet block is too short' };
  const source = interfaces[number];
  if (source === undefined) return unknownInterface(at, number, interfaces);
  const length = view.getUint32(at + 12, little);
  const start = at + 20;
  if (length > end - start || length > LONGEST_CAPTURED_FRAME) {
    return { at: at + 12, sentence: `a packet claims ${length} bytes, more than its block holds` };
  }
  let direction: FrameDirection | undefined;
  const comments: string[] = [];
  for (const option of options(block, start + padded(length))) {
    if (option.code === OPTION.comment) comments.push(text(block, option));
    else if (option.code === OPTION.flags && option.length >= 4) {
      const bits = view.getUint32(option.at, little) & 3;
      if (bits === DIRECTION_FLAGS.inbound) direction = 'inbound';
      else if (bits === DIRECTION_FLAGS.outbound) direction = 'outbound';
    }
  }
  const ticks = (BigInt(view.getUint32(at + 4, little)) << 32n) | BigInt(view.getUint32(at + 8, little));
  return {
    time: timeOf(ticks, source),
    timeDigits: source.digits,
    linkType: source.linkType,
    bytes: file.subarray(start, start + length),
    originalLength: Math.max(view.getUint32(at + 16, little), length),
    ...(source.name === undefined ? {} : { interfaceName: source.name }),
    ...(direction === undefined ? {} : { direction }),
    ...(comments.length === 0 ? {} : { comments }),
  };
}

/** Has neither a time nor its captured length: that is the smallest of what the lengths around it allow. */
function readSimplePacket(block: Block, interfaces: readonly Interface[]): CapturedFrame | CaptureDamage {
  const { file, view, at, end, little } = block;
  if (end - at < 4) return { at, sentence: 'a simple packet block is too short' };
  const source = interfaces[0];
  if (source === undefined) return unknownInterface(at, 0, interfaces);
  const originalLength = view.getUint32(at, little);
  const start = at + 4;
  const length = Math.min(originalLength, source.snapLength === 0 ? originalLength : source.snapLength);
  if (length > end - start || length > LONGEST_CAPTURED_FRAME) {
    return { at, sentence: `a packet claims ${length} bytes, more than its block holds` };
  }
  return {
    time: undefined,
    timeDigits: source.digits,
    linkType: source.linkType,
    bytes: file.subarray(start, start + length),
    originalLength,
    ...(source.name === undefined ? {} : { interfaceName: source.name }),
  };
}

const unknownInterface = (at: number, number: number, interfaces: readonly Interface[]): CaptureDamage => ({
  at,
  sentence: `a packet names interface ${number}, but the section describes only ${interfaces.length}`,
});

function timeOf(ticks: bigint, source: Interface): CaptureTime {
  return {
    seconds: Number(ticks / source.ticks + source.offset),
    nanoseconds: Number(((ticks % source.ticks) * 1_000_000_000n) / source.ticks),
  };
}

interface OptionPlace {
  readonly code: number;
  readonly at: number;
  readonly length: number;
}

/** The options of a block. One that would run beyond the block ends the list: the packet itself is intact. */
function* options(block: Block, at: number): Generator<OptionPlace, void, undefined> {
  while (block.end - at >= 4) {
    const code = block.view.getUint16(at, block.little);
    const length = block.view.getUint16(at + 2, block.little);
    if (code === OPTION.end || length > block.end - at - 4) return;
    yield { code, at: at + 4, length };
    at += 4 + padded(length);
  }
}

/** UTF-8, without the zero bytes that some writers end it with. */
function text(block: Block, option: OptionPlace): string {
  const bytes = block.file.subarray(option.at, option.at + option.length);
  return new TextDecoder().decode(bytes).replace(/\0+$/, '');
}
