import { describe, expect, test } from 'vitest';
import { readCapture } from '../../../src/trace/capture-file.ts';
import { pcapWriter } from '../../../src/trace/pcap.ts';
import { pcapngWriter } from '../../../src/trace/pcapng-write.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s+/g, ''), 'hex'));

describe('pcap', () => {
  test('big-endian microseconds, byte by byte', () => {
    const file = hex(`
      a1b2c3d4 0002 0004 00000000 00000000 0000ffff 00000065
      00000001 000f423f 00000002 00000009 abcd`);
    expect(readCapture(file)).toEqual({
      frames: [
        {
          time: { seconds: 1, nanoseconds: 999_999_000 },
          timeDigits: 6,
          linkType: 101,
          bytes: hex('abcd'),
          originalLength: 9,
        },
      ],
      damage: undefined,
    });
  });

  test('little-endian nanoseconds are what the writer writes unless told otherwise', () => {
    const pieces: Uint8Array[] = [];
    const write = pcapWriter((bytes) => pieces.push(bytes), { linkType: 1 });
    write({ time: { seconds: 2, nanoseconds: 5 }, timeDigits: 9, linkType: 1, bytes: hex('ff'), originalLength: 3 });
    expect(Buffer.concat(pieces).toString('hex')).toBe(
      '4d3cb2a1020004000000000000000000000004000100000002000000050000000100000003000000ff',
    );
  });

  test('the upper half of the link type field holds flags', () => {
    const file = hex('d4c3b2a1 0200 0400 00000000 00000000 40000000 01000030 00000000 00000000 00000000 00000000');
    expect(readCapture(file).frames[0]?.linkType).toBe(1);
  });

  test('a record longer than any capture program writes is damage, with its place', () => {
    const file = hex('d4c3b2a1 0200 0400 00000000 00000000 ffff0000 01000000 00000000 00000000 ffffff7f ffffff7f 00');
    expect(readCapture(file).damage).toEqual({
      at: 32,
      sentence: 'a record claims 2147483647 bytes, more than any capture program writes',
    });
  });

  test.each([
    ['nothing', '', 'a file of 0 bytes is too short to be a capture'],
    ['text', '68656c6c6f', 'this is neither a pcap nor a pcapng file'],
    ['half a header', 'd4c3b2a1 0200 0400', 'the file ends inside its pcap header'],
    [
      'another version',
      'd4c3b2a1 0300 0400 00000000 00000000 ffff0000 01000000',
      'pcap version 3 is unknown; only version 2 is',
    ],
  ])('%s is refused in a sentence', (_name, bytes, sentence) => {
    expect(readCapture(hex(bytes)).damage?.sentence).toBe(sentence);
  });

  test('the writer refuses frames that no reader could tell apart from damage', () => {
    const write = pcapWriter(() => {}, { linkType: 1 });
    const frame = { time: undefined, timeDigits: 9, linkType: 1 };
    expect(() => write({ ...frame, bytes: new Uint8Array(262_145), originalLength: 262_145 })).toThrow(RangeError);
    expect(() => write({ ...frame, bytes: new Uint8Array(2), originalLength: 1 })).toThrow(/below the 2 bytes/);
    expect(() => write({ ...frame, linkType: 101, bytes: new Uint8Array(2), originalLength: 2 })).toThrow(/use pcapng/);
  });
});

describe('pcapng', () => {
  const section = '0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000';
  const ethernet = '01000000 14000000 0100 0000 00000000 14000000';

  test('the obsolete packet block: interface and drop count share 32 bits', () => {
    const packet = '02000000 24000000 0000 0700 00000000 40420f00 01000000 01000000 ee000000 24000000';
    expect(readCapture(hex(section + ethernet + packet)).frames).toEqual([
      { time: { seconds: 1, nanoseconds: 0 }, timeDigits: 6, linkType: 1, bytes: hex('ee'), originalLength: 1 },
    ]);
  });

  test('the simple packet block has no time, and its captured length comes from the snap length', () => {
    const snapped = '01000000 14000000 0100 0000 02000000 14000000';
    const packet = '03000000 14000000 09000000 aabb0000 14000000';
    expect(readCapture(hex(section + snapped + packet)).frames).toEqual([
      { time: undefined, timeDigits: 6, linkType: 1, bytes: hex('aabb'), originalLength: 9 },
    ]);
  });

  test('blocks of other kinds are stepped over', () => {
    const names = '04000000 10000000 00000000 10000000';
    const custom = 'ad0b0000 10000000 12345678 10000000';
    expect(readCapture(hex(section + names + ethernet + custom))).toEqual({ frames: [], damage: undefined });
  });

  test.each([
    [
      'unknown interface',
      '06000000 20000000 03000000 00000000 00000000 00000000 00000000 20000000',
      56,
      'a packet names interface 3, but the section describes only 1',
    ],
    [
      'lengths that differ',
      '06000000 20000000 00000000 00000000 00000000 00000000 00000000 24000000',
      76,
      'the two lengths of a block differ',
    ],
    ['an odd length', '06000000 21000000 00000000', 52, 'a block claims an impossible length of 33 bytes'],
    [
      'a frame longer than its block',
      '06000000 20000000 00000000 00000000 00000000 04000000 04000000 20000000',
      68,
      'a packet claims 4 bytes, more than its block holds',
    ],
    [
      'a block that the file cuts',
      '06000000 24000000 00000000 00000000',
      48,
      'the file ends inside a block: 16 of 36 bytes are there',
    ],
  ])('%s is damage, with its place', (_name, block, at, sentence) => {
    const damage = readCapture(hex(section + ethernet + block)).damage;
    expect(damage?.sentence).toBe(sentence);
    expect(damage?.at).toBe(at);
  });

  test('an option that runs beyond its block does not cost the frame', () => {
    const packet = '06000000 28000000 00000000 00000000 00000000 00000000 00000000 0100ff00 61626364 28000000';
    const { frames, damage } = readCapture(hex(section + ethernet + packet));
    expect(damage).toBeUndefined();
    expect(frames).toHaveLength(1);
    expect(frames[0]?.comments).toBeUndefined();
  });

  test('the same calls give the same bytes, and a comment survives', () => {
    const write = (): Buffer => {
      const pieces: Uint8Array[] = [];
      const writer = pcapngWriter((bytes) => pieces.push(bytes), { application: 'wirelab', comment: 'seed 7' });
      const tap = writer.addInterface({ name: 'alice.eth0', linkType: 1 });
      writer.writeFrame(tap, {
        time: { seconds: 0, nanoseconds: 1 },
        timeDigits: 9,
        linkType: 1,
        bytes: hex('0102030405'),
        originalLength: 5,
        direction: 'outbound',
        comments: ['dropped by the medium: lost at random', 'zweiter Kommentar: ✗'],
      });
      return Buffer.concat(pieces);
    };
    expect(write()).toEqual(write());
    expect(readCapture(write()).frames[0]).toMatchObject({
      interfaceName: 'alice.eth0',
      direction: 'outbound',
      comments: ['dropped by the medium: lost at random', 'zweiter Kommentar: ✗'],
    });
  });
});
