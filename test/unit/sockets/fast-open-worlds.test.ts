/**
 * What Fast Open is for, RFC 7413 §1: a round trip less, measured in virtual time; and what becomes of it where the way
 * does not like it, §4.1.3.1 and §7.1.
 */
import { describe, expect, test } from 'vitest';
import type { Frame } from '../../../src/layers/frame.ts';
import * as options from '../../../src/layers/transport/tcp/options.ts';
import * as segment from '../../../src/layers/transport/tcp/segment.ts';
import type { TcpSettings } from '../../../src/layers/transport/tcp/settings.ts';
import type { FaultList } from '../../../src/sim/medium/fault-list.ts';
import type { LinkOptions } from '../../../src/sim/medium/options.ts';
import { World } from '../../../src/sim/world.ts';
import * as the from '../../../src/sockets/constants.ts';
import type { Program } from '../../../src/sockets/program.ts';

const PORT = 80;
const DELAY_MS = 10;
const TCP_AT = 14 + 20;

interface Visits {
  /** From the call until the answer is there, in milliseconds, for each visit. */
  readonly tookMs: readonly number[];
  readonly answers: readonly string[];
  /** What the server was asked. */
  readonly asked: readonly string[];
}

interface VisitOptions {
  readonly times: number;
  /** Seconds from one visit to the next. */
  readonly pause?: number;
  readonly link?: LinkOptions;
  readonly client?: Partial<TcpSettings>;
  readonly server?: Partial<TcpSettings>;
  /** Whether the program asks for Fast Open. */
  readonly asks?: boolean;
}

/** A client asks a server something, in one connection after the other. */
async function visits({
  times,
  pause = 5,
  link = {},
  client = {},
  server = {},
  asks = true,
}: VisitOptions): Promise<Visits> {
  const world = new World({ seed: 7 });
  const alice = world.host('alice', { settings: { tcp: { fastOpenClient: true, ...client } } });
  const bob = world.host('bob', { settings: { tcp: { fastOpenServer: true, ...server } } });
  world.link(alice, bob, { delay: `${DELAY_MS}ms`, ...link });
  const asked: string[] = [];
  const answers: string[] = [];
  const tookMs: number[] = [];

  world.spawn(bob, 'server', async ({ socket, encode, decode }: Program) => {
    const door = socket(the.AF_INET, the.SOCK_STREAM);
    door.setsockopt(the.IPPROTO_TCP, the.TCP_FASTOPEN, 5);
    door.bind(['', PORT]);
    door.listen(5);
    for (let visit = 0; visit < times; visit++) {
      const [guest] = await door.accept();
      const question = decode(await guest.recv(1000));
      asked.push(question);
      await guest.sendall(encode(`answer to ${question}`));
      guest.close();
    }
    door.close();
  });
  world.spawn(alice, 'client', async ({ socket, sleep, now, encode, decode }: Program) => {
    // So that ARP is over, and the two are not measured by it.
    const first = socket(the.AF_INET, the.SOCK_DGRAM);
    await first.sendto(encode('knock'), ['bob', 9]);
    await sleep(2);
    for (let visit = 0; visit < times; visit++) {
      const connection = socket(the.AF_INET, the.SOCK_STREAM);
      const begun = now();
      if (asks) {
        await connection.sendto(encode(`question ${visit}`), ['bob', PORT], the.MSG_FASTOPEN);
      } else {
        await connection.connect(['bob', PORT]);
        await connection.sendall(encode(`question ${visit}`));
      }
      answers.push(decode(await connection.recv(1000)));
      tookMs.push(Math.round((now() - begun) * 1000));
      connection.close();
      await sleep(pause);
    }
  });
  await world.run();
  return { tookMs, answers, asked };
}

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
