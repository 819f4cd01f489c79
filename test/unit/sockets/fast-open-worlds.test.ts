/**
 * What Fast Open is for, RFC 7413 §1: a round trip less, measured in virtual time; and what becomes of it where the way
 * does not like it, §4.1.3.1 and §7.1.
 */
import { describe, expect, test } from 'vitest';
import type { Frame } from '../../../src/layers/frame.ts';
import * as options from '../../../src/layers/transport/tcp/options.ts';
import * as segment from '../../../src/layers/transport/tcp/segment.ts';
import type { FaultList } from '../../../src/sim/medium/fault-list.ts';
import { DELAY_MS, visits } from './visits.ts';

const TCP_AT = 14 + 20;

const numbered = (times: number, text: string): string[] =>
  Array.from({ length: times }, (_, visit) => `${text}question ${visit}`);

/** A firewall that knows only the options of before: it turns Fast Open's into NOPs. @param where of which segments */
function strip(where: (flags: number, hasData: boolean) => boolean): (frame: Frame) => boolean {
  return ({ view, start, end }: Frame): boolean => {
    if (view.getUint8(start + 14 + 9) !== segment.PROTOCOL) return false;
    const at = start + TCP_AT;
    const header = segment.dataOffset(view, at);
    const length = view.getUint16(start + 14 + 2) - 20;
    if (at + length > end || !where(segment.flags(view, at), length > header)) return false;
    let sum = ~view.getUint16(at + 16) & 0xffff;
    for (let option = at + segment.HEADER_LENGTH; option < at + header; ) {
      const kind = view.getUint8(option);
      const size = kind <= options.NO_OPERATION ? 1 : view.getUint8(option + 1);
      if (kind === options.FAST_OPEN) {
        for (let byte = option; byte < option + size; byte++) {
          const shift = (byte - at) % 2 === 0 ? 8 : 0;
          // RFC 1624: HC' = ~(~HC + ~m + m').
          sum += 0xffff - (view.getUint8(byte) << shift) + (options.NO_OPERATION << shift);
          view.setUint8(byte, options.NO_OPERATION);
        }
      }
      option += size;
    }
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    view.setUint16(at + 16, ~sum & 0xffff);
    return false;
  };
}

describe('a round trip of 20 ms', () => {
  const ROUND_TRIP = 2 * DELAY_MS;

  test('RFC 7413 §3: the first connection takes two of them, each later one a single one', async () => {
    const { tookMs, answers, asked } = await visits({ times: 4 });
    expect(tookMs).toEqual([2 * ROUND_TRIP, ROUND_TRIP, ROUND_TRIP, ROUND_TRIP]);
    expect(asked).toEqual(numbered(4, ''));
    expect(answers).toEqual(numbered(4, 'answer to '));
  });

  test.each([
    ['the server', { server: { fastOpenServer: false } }],
    ['the program', { asks: false }],
  ] as const)('RFC 7413 §2: switched off by %s it is always two', async (_, off) => {
    const { tookMs } = await visits({ times: 4, ...off });
    expect(tookMs).toEqual(Array(4).fill(2 * ROUND_TRIP));
  });

  test('the client does not allow it: the program is told', async () => {
    await expect(visits({ times: 1, client: { fastOpenClient: false } })).rejects.toThrow('EOPNOTSUPP');
  });

  test('RFC 7413 §4.1.3.1: a way that drops SYNs with data costs one timeout, and is not tried again for a while', async () => {
    const faults: FaultList = [
      { direction: 'aToB', match: { protocol: 'tcp', flags: 'S', payload: true }, action: 'drop' },
    ];
    const { tookMs, answers } = await visits({ times: 5, pause: 25, link: { faults } });
    const lost = 1000 + 2 * ROUND_TRIP;
    expect(tookMs).toEqual([2 * ROUND_TRIP, lost, 2 * ROUND_TRIP, 2 * ROUND_TRIP, lost]);
    expect(answers).toEqual(numbered(5, 'answer to '));
  });

  test('RFC 7413 §4.2.1: a way that drops SYNs with the option costs one timeout', async () => {
    const faults: FaultList = [{ direction: 'aToB', match: { protocol: 'tcp', flags: 'S', nth: 1 }, action: 'drop' }];
    const { tookMs } = await visits({ times: 3, pause: 65, link: { faults } });
    expect(tookMs).toEqual([1000 + 2 * ROUND_TRIP, 2 * ROUND_TRIP, ROUND_TRIP]);
  });

  test('RFC 7413 §7.1: a firewall takes the option out of every segment: there are no cookies, and nothing is lost', async () => {
    const drop = { when: strip(() => true) };
    const { tookMs, answers } = await visits({ times: 3, link: { drop } });
    expect(tookMs).toEqual(Array(3).fill(2 * ROUND_TRIP));
    expect(answers).toEqual(numbered(3, 'answer to '));
  });

  test('RFC 7413 §4.2.2: it takes the cookie from SYNs with data alone: the data goes again with the first ACK', async () => {
    const drop = { aToB: { when: strip((_, hasData) => hasData) } };
    const { tookMs, asked } = await visits({ times: 4, link: { drop } });
    expect(tookMs).toEqual(Array(4).fill(2 * ROUND_TRIP));
    expect(asked).toEqual(numbered(4, ''));
  });

  test('RFC 7413 §4.2.2: the SYN-ACK is lost: the server sends it again, and has the data once', async () => {
    const faults: FaultList = [{ direction: 'bToA', match: { protocol: 'tcp', flags: 'S.', nth: 2 }, action: 'drop' }];
    const { tookMs, asked } = await visits({ times: 3, link: { faults } });
    expect(tookMs[0]).toBe(2 * ROUND_TRIP);
    expect(tookMs[1]).toBeGreaterThanOrEqual(1000);
    expect(tookMs[2]).toBe(ROUND_TRIP);
    expect(asked).toEqual(numbered(3, ''));
  });

  test('through loss, duplication and disorder every question is asked in order and answered', async () => {
    const link = {
      loss: '10%',
      duplicate: '5%',
      jitter: { distribution: 'uniform', maximum: '15ms', keepOrder: false },
    } as const;
    const { asked, answers } = await visits({ times: 40, pause: 70, link, server: { maximumSegmentLifetimeNs: 1e9 } });
    // RFC 7413 §2.1: a copy of a SYN may be taken for a connection of its own.
    expect([...new Set(asked)]).toEqual(numbered(40, ''));
    expect(answers).toEqual(numbered(40, 'answer to '));
  });
});
