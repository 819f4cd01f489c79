import { describe, expect, test } from 'vitest';
import { parseScript } from '../../../../src/packetdrill/language/parse.ts';
import { problem, tcp } from './reading.ts';

describe('segments', () => {
  test('with nothing but what must be there', () =>
    expect(tcp('> . 1:1(0)')).toEqual({
      protocol: 'tcp',
      ports: undefined,
      descriptor: undefined,
      flags: 0x10,
      ace: undefined,
      sequence: 1,
      length: 0,
      acknowledgment: undefined,
      window: undefined,
      urgent: undefined,
      options: [],
      checksum: undefined,
      udpEncapsulation: undefined,
    }));

  test('with everything', () =>
    expect(
      tcp('< 53055 > 8080 P.5 1:1001(1000) ack 4294967295 win 257 urg 9 csum 0x12 <nop> /udp(9899 > 9900)'),
    ).toEqual({
      protocol: 'tcp',
      ports: { source: 53_055, destination: 8080 },
      descriptor: undefined,
      flags: 0x18,
      ace: 5,
      sequence: 1,
      length: 1000,
      acknowledgment: 4_294_967_295,
      window: 257,
      urgent: 9,
      options: [{ name: 'nop' }],
      checksum: 0x12,
      udpEncapsulation: { source: 9899, destination: 9900 },
    }));

  test('numbers may be hexadecimal, white space and comments stand anywhere', () =>
    expect(tcp('<\n53055>0x1F90 .\n/* one */ 0x1 : 0X3\t( 2 )// two\nack 0xffffffff\r\nwin 0')).toMatchObject({
      ports: { source: 53_055, destination: 8080 },
      sequence: 1,
      length: 2,
      acknowledgment: 4_294_967_295,
      window: 0,
    }));

  test('sequence numbers wrap', () => {
    expect(tcp('> . 4294967290:4(10)')).toMatchObject({ sequence: 4_294_967_290, length: 10 });
    expect(tcp('> . 4294967295:0(1)')).toMatchObject({ sequence: 4_294_967_295, length: 1 });
    expect(problem('0 > . 4294967290:4294967300(10)')).toContain(
      '1:18: a sequence number is a number from 0 to 4294967295, and here is "4294967300"',
    );
  });

  test('the socket may be named by its descriptor', () =>
    expect(tcp('> sock(4) S. 0:0(0)')).toMatchObject({ descriptor: 4, ports: undefined, flags: 0x12 }));

  test('a wrong checksum goes in only', () => {
    expect(tcp('< . 1:1(0) ack 1 win 5 csum bad').checksum).toBe('bad');
    expect(problem('0 > . 1:1(0) csum bad')).toBe(
      '1:14: the checksum of a packet that is expected is always the right one',
    );
  });

  test('two on one line, if what follows is no option of the first', () => {
    const { events } = parseScript('0 < . 1:1(0) ack 1 > . 1:1(0)\n0 < . 2:2(0) +1 f() = 0');
    expect(events).toHaveLength(4);
    expect(parseScript('0 < . 1:1(0) f() = 0').events).toHaveLength(2);
  });

  test('what may stand before the control bits is named only where it may', () => {
    expect(problem('0 < Q')).toContain('for none; or ports, sock(…), udp, icmp, icmpv6, and here');
    expect(problem('0 < 1 > 2 Q')).toContain('for none, and here');
    expect(problem('0 < sock(4) Q')).toContain('for none, and here');
  });

  test.each([
    ['0 < S 1:5(3)', '1:7: 1:5(3) is not 3 bytes: write 1:4(3), or another length'],
    ['0 < S 5:1(3)', '1:7: 5:1(3) is not 3 bytes: write 5:8(3), or another length'],
    ['0 < S 0:65536(65536)', '1:15: the length is a number from 0 to 65535, and here is "65536"'],
    ['0 < S 1-5(3)', '1:8: \':\' belongs between the first sequence number and the end, and here is "-"'],
    ['0 < S 1:5', "1:10: '(' belongs before the length, and here is the end of the script"],
    ['0 < S 1:5(4', "1:12: ')' belongs behind the length"],
    ['0 < S x:5(4)', '1:7: a sequence number is a whole number or a defined name, and here is "x"'],
    ['0 < S 1x:5(4)', '1:7: a sequence number is a whole number, and here is "1x"'],
    ['0 < S 0:0(0) win 65536', '1:18: win is a number from 0 to 65535, and here is "65536"'],
    ['0 < S 0:0(0) urg 0x10000', '1:18: urg is a number from 0 to 65535, and here is "0x10000"'],
    ['0 < S 0:0(0) ack 4294967296', '1:18: ack is a number from 0 to 4294967295'],
    ['0 < S 0:0(0) ack -1', '1:18: ack is a whole number, and here is "-"'],
    ['0 < S 0:0(0) csum 0x10000', '1:19: a checksum that is not "bad" is a number from 0 to 65535'],
    ['0 < S 0:0(0) csum good', '1:19: a checksum that is not "bad" is a whole number'],
    ['0 < 65536 > 1 . 0:0(0)', '1:5: a port is a number from 0 to 65535, and here is "65536"'],
    ['0 < 1 > x . 0:0(0)', '1:9: a port is a whole number or a defined name, and here is "x"'],
    ['0 < 1 > 2 icmp unreachable', '1:11: control bits belong here'],
    ['0 < sock 4 . 1:1(0)', "1:10: '(' belongs behind 'sock'"],
    ['0 < sock(x) . 1:1(0)', '1:10: a descriptor is a whole number'],
    ['0 < sock(4 . 1:1(0)', "1:12: ')' belongs behind the descriptor"],
    ['0 < sock(4) udp (1)', '1:13: control bits belong here'],
    ['0 < . 0:0(0) /udp 1 > 2', "1:19: '(' belongs behind '/udp'"],
    ['0 < . 0:0(0) /udp(1)', "1:20: '>' belongs between the ports"],
    ['0 < . 0:0(0) /udp(1 > 2', "1:24: ')' belongs behind the ports"],
    [
      '0 < . 0:0(0) win 5 ack 1',
      '1:20: tcp goes on with ack, win, urg, csum, <options> and /udp(… > …), in this order',
    ],
    ['0 < . 0:0(0) wni 5', 'in this order and each once, and here is "wni"'],
    ['0 < . 0:0(0) ack 1 ack 1', '1:20: tcp goes on with'],
  ])('%s', (text, expected) => expect(problem(text)).toContain(expected));
});
