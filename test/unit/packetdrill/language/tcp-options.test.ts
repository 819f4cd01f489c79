import { describe, expect, test } from 'vitest';
import { parseScript } from '../../../../src/packetdrill/language/parse.ts';
import type { OptionSpec } from '../../../../src/packetdrill/language/script.ts';
import { problem, tcp } from './reading.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const DIGEST = '000102030405060708090a0b0c0d0e0f';

describe('options of TCP', () => {
  test.each<[string, readonly OptionSpec[] | 'any']>([
    ['', []],
    ['<>', []],
    ['< >', []],
    ['<...>', 'any'],
    ['< ... >', 'any'],
    ['<mss 1460,nop, wscale 7>', [{ name: 'mss', bytes: 1460 }, { name: 'nop' }, { name: 'wscale', shift: 7 }]],
    ['<mss 0x5b4\n, // size\nnop>', [{ name: 'mss', bytes: 1460 }, { name: 'nop' }]],
    ['<mss ...>', [{ name: 'mss', bytes: undefined }]],
    ['<wscale ...>', [{ name: 'wscale', shift: undefined }]],
    ['<wscale 255>', [{ name: 'wscale', shift: 255 }]],
    ['<sackOK,eol>', [{ name: 'sackOK' }, { name: 'eol' }]],
    ['<sack 1:2>', [{ name: 'sack', blocks: [[1, 2]] }]],
    // biome-ignore format: four blocks in a row
    ['<nop,sack 1:2 3:4 5:6 4294967295:0>', [{ name: 'nop' }, { name: 'sack', blocks: [[1, 2], [3, 4], [5, 6], [4_294_967_295, 0]] }]],
    ['<sack>', [{ name: 'sack', blocks: [] }]],
    ['<sack ...>', [{ name: 'sack', blocks: undefined }]],
    ['<TS val 100 ecr 0>', [{ name: 'TS', value: 100, echo: 0 }]],
    ['<TS val ... ecr ...>', [{ name: 'TS', value: undefined, echo: undefined }]],
    ['<TS val 4294967295 ecr ...>', [{ name: 'TS', value: 4_294_967_295, echo: undefined }]],
    ['<FO>', [{ name: 'FO', cookie: bytes() }]],
    ['<FO,nop>', [{ name: 'FO', cookie: bytes() }, { name: 'nop' }]],
    ['<FO ...>', [{ name: 'FO', cookie: undefined }]],
    ['<FO 12abCD>', [{ name: 'FO', cookie: bytes(0x12, 0xab, 0xcd) }]],
    ['<FO 0x12ab>', [{ name: 'FO', cookie: bytes(0x12, 0xab) }]],
    ['<FO 0123>', [{ name: 'FO', cookie: bytes(0x01, 0x23) }]],
    ['<FOEXP cafe>', [{ name: 'FOEXP', cookie: bytes(0xca, 0xfe) }]],
    ['<FOEXP>', [{ name: 'FOEXP', cookie: bytes() }]],
    [`<md5 ${DIGEST}>`, [{ name: 'md5', digest: Uint8Array.from({ length: 16 }, (_, index) => index) }]],
    [`<md5 0x${DIGEST}>`, [{ name: 'md5', digest: Uint8Array.from({ length: 16 }, (_, index) => index) }]],
    ['<md5 valid>', [{ name: 'md5', digest: 'valid' }]],
    ['<md5 invalid>', [{ name: 'md5', digest: 'invalid' }]],
    ['<md5 any>', [{ name: 'md5', digest: undefined }]],
    ['<md5 ...>', [{ name: 'md5', digest: undefined }]],
    ['<uto 100>', [{ name: 'uto', unit: 'seconds', timeout: 100 }]],
    ['<uto 10m>', [{ name: 'uto', unit: 'minutes', timeout: 10 }]],
    ['<uto 32767m>', [{ name: 'uto', unit: 'minutes', timeout: 32_767 }]],
    ['<option 99 0x0102>', [{ name: 'option', kind: 99, length: undefined, data: bytes(1, 2) }]],
    ['<option 99>', [{ name: 'option', kind: 99, length: undefined, data: bytes() }]],
    ['<option 2 length 3 0x05>', [{ name: 'option', kind: 2, length: 3, data: bytes(5) }]],
    ['<option 254 length 2>', [{ name: 'option', kind: 254, length: 2, data: bytes() }]],
  ])('%s', (text, expected) => expect(tcp(`> . 0:0(0) ${text}`).options).toEqual(expected));

  test.each<[string, 0 | 1, readonly number[] | undefined]>([
    ['ECN', 0, []],
    ['ECN e0b 1', 0, [1]],
    ['ECN e0b 1 ceb 2', 0, [1, 2]],
    ['ECN e0b 1 ceb 2 e1b 3', 0, [1, 2, 3]],
    ['ECN e1b 16777215', 1, [16_777_215]],
    ['accecn e1b 1 ceb 2 e0b 3', 1, [1, 2, 3]],
    ['ECN ...', 0, undefined],
  ])('RFC 9768 §3.2.3: the names tell the order: %s', (text, order, counters) =>
    expect(tcp(`> . 0:0(0) <${text},nop>`).options).toEqual([{ name: 'ECN', order, counters }, { name: 'nop' }]),
  );

  test('on the next line an option is one of the packet above, anything else is the next packet', () => {
    const { events } = parseScript(
      '0 > . 1:1(0)\n  <nop>\n0 > . 1:1(0)\n  <...>\n0 > . 1:1(0)\n <>\n0 < . 1:1(0)\n< . 2:2(0)\n< [ce] . 3:3(0)\n< udp (5)',
    );
    expect(events.map(({ action }) => action)).toMatchObject([
      { packet: { payload: { options: [{ name: 'nop' }] } } },
      { packet: { payload: { options: 'any' } } },
      { packet: { payload: { options: [] } } },
      { packet: { payload: { sequence: 1 } } },
      { packet: { payload: { sequence: 2 } } },
      { packet: { payload: { sequence: 3 } } },
      { packet: { payload: { protocol: 'udp' } } },
    ]);
  });

  test.each([
    [
      '<mssx 1460>',
      '1:15: "mssx" is no TCP option: there are mss, nop, eol, sackOK, wscale, TS, sack, FO, FOEXP, ECN,',
    ],
    ['<constructor>', '1:15: "constructor" is no TCP option'],
    ['<mss>', '1:18: mss is a whole number, and here is ">"'],
    ['<mss 65536>', '1:19: mss is a number from 0 to 65535, and here is "65536"'],
    ['<wscale 256>', '1:22: wscale is a number from 0 to 255'],
    ['<mss 1460 nop>', '1:24: \'>\' belongs behind an option, or a comma, and here is "nop"'],
    ['<mss 1460,>', '1:24: an option of TCP belongs here, or \'>\', and here is ">"'],
    ['<nop', "1:18: '>' belongs behind an option, or a comma, and here is the end of the script"],
    ['<... ,nop>', "1:19: '>' belongs behind '...', which is all options at once"],
    ['<TS 5>', '1:18: TS goes on with "val", and here is "5"'],
    ['<TS val 5>', '1:23: TS val goes on with "ecr", and here is ">"'],
    ['<TS val 5 ecr 4294967296>', '1:28: ecr is a number from 0 to 4294967295'],
    ['<sack 1>', "1:21: ':' belongs between the edges of a block"],
    ['<sack 1:x>', '1:22: an edge of a block is a whole number'],
    ['<sack 4294967296:1>', '1:20: an edge of a block is a number from 0 to 4294967295'],
    ['<FO abc>', '1:18: a byte has two digits, and here are 3'],
    ['<FO xyz>', '1:18: a cookie is hexadecimal digits or a defined name'],
    ['<ECN ceb 1>', '1:19: ceb is out of order: the counters stand as e0b, ceb, e1b or e1b, ceb, e0b'],
    ['<ECN e0b 1 e1b 1>', '1:25: e1b is out of order'],
    ['<ECN e0b 1 ceb 1 e1b 1 e0b 1>', '1:37: e0b is out of order'],
    ['<ECN e0b 16777216>', '1:23: e0b is a number from 0 to 16777215'],
    ['<md5>', '1:18: md5 goes on with 32 hexadecimal digits, valid, invalid or any'],
    ['<md5 abcd>', '1:19: an MD5 digest has 32 hexadecimal digits, and here are 4'],
    ['<uto>', '1:18: uto goes on with a number of seconds, or of minutes: 10m'],
    ['<uto 32768>', '1:19: uto is a number from 0 to 32767, and here is "32768"; minutes are written as 10m'],
    ['<option 256>', '1:22: the kind of an option is a number from 0 to 255'],
    ['<option 9 length 256>', '1:31: the length of an option is a number from 0 to 255'],
    ['<option 9 0x012>', '1:24: a byte has two digits, and here are 3'],
    ['<option 9 12>', "1:24: '>' belongs behind an option, or a comma"],
  ])('%s', (text, expected) => expect(problem(`0 > . 0:0(0) ${text}`)).toContain(expected));

  test('whatever comes is only expected', () =>
    expect(problem('0 < . 0:0(0) <...>')).toBe(
      '1:15: whatever comes is only expected: what goes in has its options written out',
    ));
});
