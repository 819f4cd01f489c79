import { describe, expect, test } from 'vitest';
import { only, problem, udp } from './reading.ts';

describe('packets', () => {
  test('go in or come out', () => {
    expect(only('0 < . 1:1(0)').action).toMatchObject({ kind: 'packet', direction: 'inbound' });
    expect(only('0 > . 1:1(0)').action).toMatchObject({ kind: 'packet', direction: 'outbound' });
    expect(only('> 5 > 6 . 1:1(0)').action).toMatchObject({
      direction: 'outbound',
      packet: { payload: { ports: { source: 5, destination: 6 } } },
    });
  });

  test('UDP', () => {
    expect(udp('> udp (1000)')).toEqual({ protocol: 'udp', ports: undefined, length: 1000, checksum: undefined });
    expect(udp('< 53 > 4000 udp (0) csum bad')).toEqual({
      protocol: 'udp',
      ports: { source: 53, destination: 4000 },
      length: 0,
      checksum: 'bad',
    });
    expect(udp('< udp(9) csum 0').checksum).toBe(0);
  });

  test.each([
    ['0 < udp 5', "1:9: '(' belongs before the length"],
    ['0 < udp (65536)', '1:10: the length is a number from 0 to 65535'],
    ['0 > udp (5) csum bad', '1:13: the checksum of a packet that is expected is always the right one'],
    ['0 < udp (5) ack 1', '1:13: udp goes on with csum, in this order and each once, and here is "ack"'],
  ])('%s', (text, expected) => expect(problem(text)).toContain(expected));
});
