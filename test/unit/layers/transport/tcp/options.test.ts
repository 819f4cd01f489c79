import { beforeEach, describe, expect, test } from 'vitest';
import { viewOf } from '../../../../../src/layers/record.ts';
import { decodeOptions } from '../../../../../src/layers/transport/tcp/option-records.ts';
import * as options from '../../../../../src/layers/transport/tcp/options.ts';

const parsed = new options.ParsedOptions();

/** Parses these bytes, which start 20 bytes into a buffer as behind a header. */
function parse(...bytes: number[]): options.ParsedOptions {
  options.parse(
    viewOf(Uint8Array.from([...new Array(20).fill(2), ...bytes, 2, 4, 9, 9])),
    20,
    20 + bytes.length,
    parsed,
  );
  return parsed;
}

const absent = new options.ParsedOptions();

describe('TCP options in place', () => {
  beforeEach(() => {
    // What an earlier segment said must not be left over.
    parse(2, 4, 1, 1, 3, 3, 5, 4, 2, 5, 10, 1, 1, 1, 1, 2, 2, 2, 2, 28, 4, 0, 9, 34, 6, 1, 2, 3, 4, 29, 4, 1, 1, 2, 1);
  });

  test('none', () => expect(parse()).toEqual({ ...absent, sackBlocks: parsed.sackBlocks }));

  test('RFC 9293 §3.2 (MUST-4): NOPs are skipped, an end of the list ends it', () => {
    expect(parse(1, 1, 2, 4, 5, 0xb4, 0, 3, 3, 7)).toMatchObject({ mss: 1460, windowScale: -1, malformed: false });
  });

  test('the SYN of every Linux host', () => {
    expect(parse(2, 4, 5, 0xb4, 4, 2, 8, 10, 0xff, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7)).toMatchObject({
      mss: 1460,
      sackPermitted: true,
      hasTimestamps: true,
      timestampValue: 0xff00_0001 | 0,
      timestampEcho: 0,
      windowScale: 7,
      malformed: false,
    });
  });

  test('RFC 7323 appendix A: the aligned layout, and the same bytes when something follows', () => {
    const aligned = [1, 1, 8, 10, 1, 2, 3, 4, 0xfc, 6, 7, 8];
    for (const bytes of [aligned, [...aligned, 0]]) {
      expect(parse(...bytes)).toMatchObject({ timestampValue: 0x0102_0304, timestampEcho: 0xfc06_0708 | 0 });
      expect(parsed).toMatchObject({ hasTimestamps: true, mss: 0, sackCount: 0, fastOpenAt: -1, malformed: false });
    }
  });

  test('RFC 7323 §2.3: a shift above 14 counts as 14', () => expect(parse(3, 3, 15).windowScale).toBe(14));

  test('RFC 2018 §3: blocks, up to four', () => {
    const block = [0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff];
    expect(parse(5, 34, ...block, ...block, ...block, ...block).sackCount).toBe(4);
    expect([...parsed.sackBlocks]).toEqual([1, -1, 1, -1, 1, -1, 1, -1]);
    expect(parse(5, 11, ...block, 0).sackCount).toBe(0);
    expect(parse(5, 2).sackCount).toBe(0);
  });

  test('RFC 5482 §3: seconds, or minutes', () => {
    expect(parse(28, 4, 0, 90).userTimeout).toBe(90);
    expect(parse(28, 4, 0x80, 2).userTimeout).toBe(120);
    const bytes = new Uint8Array(8);
    options.writeUserTimeout(viewOf(bytes), 0, 32767);
    options.writeUserTimeout(viewOf(bytes), 4, 32769);
    expect([...bytes]).toEqual([28, 4, 0x7f, 0xff, 28, 4, 0x82, 0x23]);
  });

  test('RFC 7413 §4.1.1: a request, a cookie of 4 to 16 bytes; an odd or long one is ignored', () => {
    expect(parse(34, 2)).toMatchObject({ fastOpenAt: 22, fastOpenLength: 0 });
    expect(parse(34, 6, 1, 2, 3, 4)).toMatchObject({ fastOpenAt: 22, fastOpenLength: 4 });
    for (const length of [3, 4, 5, 7, 20]) {
      expect(parse(34, length, ...new Array(length - 2).fill(1))).toMatchObject({ fastOpenAt: -1, malformed: false });
    }
  });

  test('RFC 5925 §2.2: TCP-AO has two key identifiers at least', () => {
    expect(parse(29, 6, 1, 2, 3, 4)).toMatchObject({ authenticationAt: 22, authenticationLength: 4 });
    expect(parse(29, 3, 1)).toMatchObject({ authenticationAt: -1, malformed: true });
  });

  test('MD5 digest', () => expect(parse(1, 19, 18, ...new Array(16).fill(7)).md5At).toBe(23));

  test('RFC 9293 §3.1 (MUST-6, MUST-68): an unknown option is skipped by its length, a wrong length is ignored', () => {
    expect(parse(99, 3, 2, 2, 5, 1, 1, 1, 3, 3, 1)).toMatchObject({ mss: 0, windowScale: 1, malformed: false });
    expect(parse(8, 9, 0, 0, 0, 0, 0, 0, 0, 4, 2)).toMatchObject({ hasTimestamps: false, sackPermitted: true });
  });

  test.each([
    ['zero', [2, 4, 1, 1, 3, 0, 9]],
    ['one', [2, 4, 1, 1, 99, 1]],
    ['beyond the header', [2, 4, 1, 1, 3, 4, 1]],
    ['missing', [2, 4, 1, 1, 3]],
  ])('RFC 9293 §3.1 (MUST-7): a length that is %s stops there; what came before holds', (_, bytes) => {
    expect(parse(...bytes)).toMatchObject({ mss: 257, windowScale: -1, malformed: true });
  });

  test('RFC 9293 §3.1 (MUST-69): writers and records agree, and the padding is of zeros', () => {
    const bytes = new Uint8Array(41).fill(0xee);
    const view = viewOf(bytes);
    let at = options.writeMss(view, 0, 65535);
    at = options.writeSackPermitted(view, at);
    at = options.writeNop(view, at);
    at = options.writeWindowScale(view, at, 14);
    at = options.writeTimestamps(view, at, -1, 7);
    at = options.writeSackStart(view, at, 1);
    at = options.writeSackBlock(view, at, -5, 5);
    at = options.writeFastOpen(view, at, Uint8Array.of(1, 2, 3, 4));
    expect(at).toBe(36);
    expect(options.writePadding(view, at, 40)).toBe(40);
    expect(bytes[40]).toBe(0xee);
    expect(decodeOptions(view, 0, 40)).toEqual([
      { name: 'maximumSegmentSize', bytes: 65535 },
      { name: 'sackPermitted' },
      { name: 'noOperation' },
      { name: 'windowScale', shift: 14 },
      { name: 'timestamps', value: -1, echo: 7 },
      { name: 'sack', blocks: [[-5, 5]] },
      { name: 'fastOpen', cookie: Uint8Array.of(1, 2, 3, 4) },
      { name: 'endOfList', padding: new Uint8Array(3) },
    ]);
    expect(options.writeAlignedTimestamps(view, 0, 1, 2)).toBe(12);
    expect(decodeOptions(view, 0, 12).at(-1)).toEqual({ name: 'timestamps', value: 1, echo: 2 });
  });
});
