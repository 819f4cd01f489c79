/**
 * Laws of the capture files: what is written is read again, in both formats, byte orders and resolutions; and whatever is
 * cut off, everything before the damage is still read.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCapture } from '../../src/trace/capture-file.ts';
import type { CapturedFrame } from '../../src/trace/captured-frame.ts';
import { pcapWriter } from '../../src/trace/pcap.ts';
import { type PcapngInterface, pcapngWriter } from '../../src/trace/pcapng-write.ts';

const SEED = Number(process.env.WIRELAB_SEED ?? 20260101);
const settings = { seed: SEED, numRuns: 300 };

function collector(): { sink: (bytes: Uint8Array) => void; file: () => Uint8Array } {
  const pieces: Uint8Array[] = [];
  return {
    sink: (bytes) => pieces.push(bytes),
    file: () => {
      const file = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
      let at = 0;
      for (const piece of pieces) {
        file.set(piece, at);
        at += piece.length;
      }
      return file;
    },
  };
}

const byteOrder = fc.constantFrom('little' as const, 'big' as const);
const bytes = fc.uint8Array({ maxLength: 90 });
const time = (unit: number) =>
  fc.record({
    seconds: fc.integer({ min: 0, max: 0xffff_ffff }),
    nanoseconds: fc.integer({ min: 0, max: 1_000_000_000 / unit - 1 }).map((ticks) => ticks * unit),
  });

/** Frames compare by content: the reader's `bytes` are views into the file. */
const content = (frames: readonly CapturedFrame[]) => frames.map((frame) => ({ ...frame, bytes: [...frame.bytes] }));

describe('pcap', () => {
  const files = fc
    .record({
      byteOrder,
      resolution: fc.constantFrom('microseconds' as const, 'nanoseconds' as const),
      linkType: fc.constantFrom(0, 1, 101, 147, 276),
    })
    .chain((format) =>
      fc.record({
        format: fc.constant(format),
        frames: fc.array(
          fc
            .record({ time: time(format.resolution === 'nanoseconds' ? 1 : 1000), bytes, cut: fc.nat(5000) })
            .map(({ time, bytes, cut }) => ({
              time,
              timeDigits: format.resolution === 'nanoseconds' ? 9 : 6,
              linkType: format.linkType,
              bytes,
              originalLength: bytes.length + cut,
            })),
          { maxLength: 8 },
        ),
      }),
    );

  const written = ({ format, frames }: { format: Parameters<typeof pcapWriter>[1]; frames: CapturedFrame[] }) => {
    const { sink, file } = collector();
    const write = pcapWriter(sink, format);
    for (const frame of frames) write(frame);
    return file();
  };

  test('read(write(frames)) = frames', () => {
    fc.assert(
      fc.property(files, (example) => {
        const { frames, damage } = readCapture(written(example));
        expect(damage).toBeUndefined();
        expect(content(frames)).toEqual(content(example.frames));
      }),
      settings,
    );
  });

  test('cut anywhere, every whole frame before the cut is read and the cut is reported', () => {
    fc.assert(
      fc.property(files, fc.nat(), (example, place) => {
        const file = written(example);
        const cut = place % file.length;
        const boundaries = [24];
        for (const frame of example.frames) boundaries.push(boundaries.at(-1)! + 16 + frame.bytes.length);
        const whole = boundaries.slice(1).filter((end) => end <= cut).length;
        const { frames, damage } = readCapture(file.slice(0, cut));
        expect(content(frames)).toEqual(content(example.frames.slice(0, whole)));
        expect(damage === undefined).toBe(boundaries.includes(cut));
        if (damage !== undefined) expect(damage.at).toBeLessThanOrEqual(cut);
      }),
      settings,
    );
  });
});

describe('pcapng', () => {
  /** Resolutions that nanoseconds can show exactly, with the unit of nanoseconds that one tick is a multiple of. */
  const resolutions = fc.constantFrom(
    { code: 9, unit: 1, digits: 9 },
    { code: 6, unit: 1000, digits: 6 },
    { code: 0, unit: 1_000_000_000, digits: 0 },
    { code: 0x80 | 9, unit: 1_953_125, digits: 3 },
  );
  const interfaces = fc.array(
    fc.record({
      resolution: resolutions,
      linkType: fc.constantFrom(0, 1, 101, 147, 276),
      offsetSeconds: fc.integer({ min: -1000, max: 1000 }),
      name: fc.option(fc.string({ minLength: 1, unit: 'grapheme-ascii' }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 3 },
  );
  const files = interfaces.chain((described) =>
    fc.record({
      byteOrder,
      described: fc.constant(described),
      frames: fc.array(
        fc.nat(described.length - 1).chain((number) => {
          const source = described[number]!;
          return fc
            .record({
              bytes,
              cut: fc.nat(5000),
              seconds: fc.integer({ min: 1000, max: 0xffff_ffff }),
              tick: fc.nat(1_000_000_000 / source.resolution.unit - 1),
              direction: fc.constantFrom('inbound' as const, 'outbound' as const, undefined),
              comments: fc.array(fc.string({ unit: 'grapheme-ascii', minLength: 1 }), { maxLength: 2 }),
            })
            .map(({ bytes, cut, seconds, tick, direction, comments }) => ({
              number,
              frame: {
                time: { seconds, nanoseconds: tick * source.resolution.unit },
                timeDigits: source.resolution.digits,
                linkType: source.linkType,
                bytes,
                originalLength: bytes.length + cut,
                ...(source.name === undefined ? {} : { interfaceName: source.name }),
                ...(direction === undefined ? {} : { direction }),
                ...(comments.length === 0 ? {} : { comments }),
              },
            }));
        }),
        { maxLength: 6 },
      ),
    }),
  );

  test('read(write(frames)) = frames, over several sections in one file', () => {
    fc.assert(
      fc.property(fc.array(files, { minLength: 1, maxLength: 3 }), (sections) => {
        const { sink, file } = collector();
        for (const section of sections) {
          const writer = pcapngWriter(sink, { byteOrder: section.byteOrder, application: 'test' });
          for (const { linkType, offsetSeconds, name, resolution } of section.described) {
            const description: PcapngInterface = { linkType, offsetSeconds, resolution: resolution.code };
            writer.addInterface(name === undefined ? description : { ...description, name });
          }
          for (const { number, frame } of section.frames) writer.writeFrame(number, frame);
        }
        const { frames, damage } = readCapture(file());
        expect(damage).toBeUndefined();
        expect(content(frames)).toEqual(
          content(sections.flatMap((section) => section.frames.map(({ frame }) => frame))),
        );
      }),
      settings,
    );
  });

  test('cut anywhere, the frames that are read are the first ones, and a cut block is reported', () => {
    fc.assert(
      fc.property(files, fc.nat(), (section, place) => {
        const { sink, file } = collector();
        const ends: number[] = [];
        let end = 0;
        const writer = pcapngWriter(
          (piece) => {
            sink(piece);
            end += piece.length;
            ends.push(end);
          },
          { byteOrder: section.byteOrder },
        );
        for (const { linkType, resolution } of section.described)
          writer.addInterface({ linkType, resolution: resolution.code });
        for (const { number, frame } of section.frames) writer.writeFrame(number, frame);
        const cut = place % end;
        const before = 1 + section.described.length;
        const whole = Math.max(0, ends.filter((blockEnd) => blockEnd <= cut).length - before);
        const { frames, damage } = readCapture(file().slice(0, cut));
        expect(frames.map((frame) => [...frame.bytes])).toEqual(
          section.frames.slice(0, whole).map(({ frame }) => [...frame.bytes]),
        );
        expect(damage === undefined).toBe(ends.includes(cut));
      }),
      settings,
    );
  });

  test('arbitrary bytes after a file header never throw', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('d4c3b2a1', 'a1b23c4d', '0a0d0d0a1c0000004d3c2b1a'),
        fc.uint8Array({ maxLength: 300 }),
        (start, rest) => {
          const { damage } = readCapture(Uint8Array.from([...Buffer.from(start, 'hex'), ...rest]));
          if (damage !== undefined) expect(damage.at).toBeLessThanOrEqual(start.length / 2 + rest.length);
        },
      ),
      settings,
    );
  });
});
