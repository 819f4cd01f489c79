/**
 * Writing pcapng (`draft-ietf-opsawg-pcapng`): one section, any number of interfaces, enhanced packet blocks. Nothing in the
 * file depends on the machine or the hour, so equal runs give equal files.
 *
 * Left out on purpose: name resolution, interface statistics and decryption secrets blocks.
 */
import { type ByteSink, type CapturedFrame, checkWritable, LONGEST_CAPTURED_FRAME } from './captured-frame.ts';
import {
  BLOCK,
  BLOCK_OVERHEAD,
  BYTE_ORDER_MAGIC,
  DIRECTION_FLAGS,
  OPTION,
  padded,
  ticksPerSecond,
} from './pcapng-blocks.ts';

export interface PcapngSettings {
  readonly byteOrder?: 'little' | 'big';
  /** What the section header says wrote the file. */
  readonly application?: string;
  /** Noted at the section: how to repeat the run, for instance. */
  readonly comment?: string;
}

export interface PcapngInterface {
  readonly name?: string;
  readonly description?: string;
  readonly linkType: number;
  readonly snapLength?: number;
  /** `if_tsresol`: 9 (the default) for nanoseconds, 6 for microseconds, 0x80 | n for 2^-n seconds. */
  readonly resolution?: number;
  /** Seconds to add to every timestamp of this interface. */
  readonly offsetSeconds?: number;
}

export interface PcapngWriter {
  /** Describes an interface; its frames may follow. @returns the number that frames name it by */
  addInterface(description: PcapngInterface): number;
  /** @throws {RangeError} for an interface that was not described, or a frame that no reader would accept */
  writeFrame(interfaceNumber: number, frame: CapturedFrame): void;
}

interface Option {
  readonly code: number;
  readonly value: Uint8Array;
}

/** Starts a pcapng file on `sink`. */
export function pcapngWriter(sink: ByteSink, settings: PcapngSettings = {}): PcapngWriter {
  const little = settings.byteOrder !== 'big';
  const interfaces: { linkType: number; ticks: bigint; offset: bigint }[] = [];

  const write = (
    type: number,
    bodyLength: number,
    options: readonly Option[],
    fill: (body: DataView) => void,
  ): void => {
    const optionBytes = options.reduce((sum, option) => sum + 4 + padded(option.value.length), 0);
    // opt_endofopt stands after the last option, and is absent when there is none.
    const total = BLOCK_OVERHEAD + padded(bodyLength) + optionBytes + (options.length > 0 ? 4 : 0);
    const block = new Uint8Array(total);
    const view = new DataView(block.buffer);
    view.setUint32(0, type, little);
    view.setUint32(4, total, little);
    fill(new DataView(block.buffer, 8, bodyLength));
    let at = 8 + padded(bodyLength);
    for (const { code, value } of options) {
      view.setUint16(at, code, little);
      view.setUint16(at + 2, value.length, little);
      block.set(value, at + 4);
      at += 4 + padded(value.length);
    }
    view.setUint32(total - 4, total, little);
    sink(block);
  };

  const sectionOptions = [
    ...textOption(OPTION.comment, settings.comment),
    ...textOption(OPTION.userApplication, settings.application),
  ];
  write(BLOCK.sectionHeader, 16, sectionOptions, (body) => {
    body.setUint32(0, BYTE_ORDER_MAGIC, little);
    body.setUint16(4, 1, little);
    body.setUint16(6, 0, little);
    // Section length -1: not known in advance.
    body.setUint32(8, 0xffffffff, little);
    body.setUint32(12, 0xffffffff, little);
  });

  return {
    addInterface(description) {
      const resolution = description.resolution ?? 9;
      const offset = BigInt(description.offsetSeconds ?? 0);
      const options = [
        ...textOption(OPTION.interfaceName, description.name),
        ...textOption(OPTION.interfaceDescription, description.description),
        { code: OPTION.timestampResolution, value: Uint8Array.of(resolution) },
        ...(offset === 0n ? [] : [{ code: OPTION.timestampOffset, value: int64(offset, little) }]),
      ];
      write(BLOCK.interfaceDescription, 8, options, (body) => {
        body.setUint16(0, description.linkType, little);
        body.setUint32(4, description.snapLength ?? LONGEST_CAPTURED_FRAME, little);
      });
      interfaces.push({ linkType: description.linkType, ticks: ticksPerSecond(resolution), offset });
      return interfaces.length - 1;
    },

    writeFrame(interfaceNumber, frame) {
      checkWritable(frame);
      const target = interfaces[interfaceNumber];
      if (target === undefined) {
        throw new RangeError(`pcapng: interface ${interfaceNumber} was not described; call addInterface first`);
      }
      if (frame.linkType !== target.linkType) {
        throw new RangeError(`pcapng: link type ${frame.linkType} on an interface of ${target.linkType}`);
      }
      const time = frame.time ?? { seconds: 0, nanoseconds: 0 };
      const sinceOffset = (BigInt(time.seconds) - target.offset) * 1_000_000_000n + BigInt(time.nanoseconds);
      const ticks = BigInt.asUintN(64, (sinceOffset * target.ticks) / 1_000_000_000n);
      const options = [
        ...(frame.direction === undefined
          ? []
          : [{ code: OPTION.flags, value: uint32(DIRECTION_FLAGS[frame.direction], little) }]),
        ...(frame.comments ?? []).flatMap((comment) => textOption(OPTION.comment, comment)),
      ];
      write(BLOCK.enhancedPacket, 20 + frame.bytes.length, options, (body) => {
        body.setUint32(0, interfaceNumber, little);
        body.setUint32(4, Number(ticks >> 32n), little);
        body.setUint32(8, Number(ticks & 0xffffffffn), little);
        body.setUint32(12, frame.bytes.length, little);
        body.setUint32(16, frame.originalLength, little);
        new Uint8Array(body.buffer, body.byteOffset + 20).set(frame.bytes);
      });
    },
  };
}

/** Options hold at most 65,535 bytes: a longer text is cut. */
function textOption(code: number, text: string | undefined): Option[] {
  return text === undefined ? [] : [{ code, value: new TextEncoder().encode(text).subarray(0, 0xffff) }];
}

function uint32(value: number, little: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value, little);
  return new Uint8Array(view.buffer);
}

function int64(value: bigint, little: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigInt64(0, value, little);
  return new Uint8Array(view.buffer);
}
