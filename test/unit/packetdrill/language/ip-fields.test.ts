import { describe, expect, test } from 'vitest';
import { packet, problem } from './reading.ts';

describe('fields of IP', () => {
  test.each([
    ['', {}],
    ['[noecn]', { ecn: 'noecn' }],
    ['[ect0]', { ecn: 'ect0' }],
    ['[ect1]', { ecn: 'ect1' }],
    ['[ect01]', { ecn: 'ect01' }],
    ['[ce]', { ecn: 'ce' }],
    ['(ect0)', { ecn: 'ect0' }],
    ['[ttl 64]', { ttl: 64 }],
    ['[tos 0x10]', { tos: 16 }],
    ['[flowlabel 0x12345]', { flowLabel: 0x12345 }],
    ['[ect0, ttl 255, flowlabel 0xfffff,tos 0]', { ecn: 'ect0', ttl: 255, flowLabel: 0xf_ffff, tos: 0 }],
    ['[tos 255] (ttl 0)', { tos: 255, ttl: 0 }],
  ])('%s', (text, expected) => expect(packet(`> ${text} . 1:1(0)`).ip).toEqual(expected));

  test('of any packet', () => {
    expect(packet('< [ce] udp (1)').ip).toEqual({ ecn: 'ce' });
    expect(packet('< [ttl 1] icmp source_quench').ip).toEqual({ ttl: 1 });
    expect(packet('< (ttl 1) 5 > 6 . 1:1(0)').ip).toEqual({ ttl: 1 });
  });

  test.each([
    [
      '0 < [ect2] . 0:0(0)',
      '1:6: "ect2" is no field of IP: there are noecn, ect0, ect1, ect01, ce, tos, ttl, flowlabel',
    ],
    ['0 < [] . 0:0(0)', '1:6: a field of IP belongs here: noecn'],
    ['0 < [ttl] . 0:0(0)', '1:9: ttl is a whole number'],
    ['0 < [ttl 256] . 0:0(0)', '1:10: ttl is a number from 0 to 255, and here is "256"'],
    ['0 < [tos 256] . 0:0(0)', '1:10: tos is a number from 0 to 255'],
    ['0 < [flowlabel 0x100000] . 0:0(0)', '1:16: flowlabel is a number from 0 to 1048575, and here is "0x100000"'],
    ['0 < [ce . 0:0(0)', "1:9: ']' belongs behind a field of IP, or a comma"],
    ['0 < [ce) . 0:0(0)', "1:8: ']' belongs behind a field of IP, or a comma"],
    ['0 < (ce] . 0:0(0)', "1:8: ')' belongs behind a field of IP, or a comma"],
    ['0 < [ce,] . 0:0(0)', '1:9: a field of IP belongs here'],
    ['0 < [ttl 1, ttl 2] . 0:0(0)', '1:13: ttl stands here a second time'],
    ['0 < [ce] [ect0] . 0:0(0)', '1:11: the ECN field stands here a second time'],
    ['0 < [ect01] . 0:0(0)', '1:6: ect01 is either of two, for packets that are expected'],
  ])('%s', (text, expected) => expect(problem(text)).toContain(expected));
});
