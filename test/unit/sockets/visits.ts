/**
 * A client asks a server something, in one connection after the other, each time with Fast Open if it has a cookie. An
 * empty line ends a question, and the end of the stream an answer.
 */
import type { TcpSettings } from '../../../src/layers/transport/tcp/settings.ts';
import type { LinkOptions } from '../../../src/sim/medium/options.ts';
import { World } from '../../../src/sim/world.ts';
import * as the from '../../../src/sockets/constants.ts';
import type { Program } from '../../../src/sockets/program.ts';
import type { Socket } from '../../../src/sockets/socket.ts';

const PORT = 80;
/** One way, unless the link says otherwise. */
export const DELAY_MS = 10;
/** A free port, to which nobody answers. */
const DISCARD = 9;

export interface VisitOptions {
  readonly times: number;
  /** Seconds from one visit to the next. */
  readonly pause?: number;
  readonly link?: LinkOptions;
  readonly client?: Partial<TcpSettings>;
  readonly server?: Partial<TcpSettings>;
  /** Whether the program asks for Fast Open. */
  readonly asks?: boolean;
  /** Characters of padding in each question and answer. */
  readonly padding?: readonly [question: number, answer: number];
  /** How many may be open before their handshake is over. */
  readonly queue?: number;
}

export interface Visits {
  readonly world: World;
  /** From the call until the first of the answer is there, in milliseconds, for each visit. */
  readonly tookMs: readonly number[];
  readonly answers: readonly string[];
  /** What the server was asked. */
  readonly asked: readonly string[];
}

export async function visits(from: VisitOptions): Promise<Visits> {
  const { times, pause = 5, asks = true, padding = [0, 0], queue = 5 } = from;
  const world = new World({ seed: 7, slabBytes: 1 << 20 });
  const alice = world.host('alice', { settings: { tcp: { fastOpenClient: true, ...from.client } } });
  const bob = world.host('bob', { settings: { tcp: { fastOpenServer: true, ...from.server } } });
  world.link(alice, bob, { delay: `${DELAY_MS}ms`, ...from.link });
  const asked: string[] = [];
  const answers: string[] = [];
  const tookMs: number[] = [];

  const serve = async (guest: Socket, { encode, decode }: Program): Promise<void> => {
    let question = '';
    try {
      while (!question.endsWith('\n')) {
        const part = await guest.recv(10_000);
        if (part.length === 0) break;
        question += decode(part);
      }
      if (question.endsWith('\n')) {
        asked.push(question.trimEnd());
        await guest.sendall(encode(`answer to ${question.trimEnd()}${'!'.repeat(padding[1])}`));
      }
    } catch {
      // A copy of an old SYN (RFC 7413 §2.1): nobody waits for this answer.
    }
    guest.close();
  };

  world.spawn(bob, 'server', async (program) => {
    const door = program.socket(the.AF_INET, the.SOCK_STREAM);
    door.setsockopt(the.IPPROTO_TCP, the.TCP_FASTOPEN, queue);
    door.bind(['', PORT]);
    door.listen(5);
    while (true) {
      const [guest] = await door.accept();
      void serve(guest, program);
    }
  });
  world.spawn(alice, 'client', async ({ socket, sleep, now, encode, decode }) => {
    // So that ARP is over, and the visits are not measured by it.
    const first = socket(the.AF_INET, the.SOCK_DGRAM);
    await first.sendto(encode('knock'), ['bob', DISCARD]);
    await sleep(2);
    for (let visit = 0; visit < times; visit++) {
      const question = encode(`question ${visit}${'?'.repeat(padding[0])}\n`);
      const connection = socket(the.AF_INET, the.SOCK_STREAM);
      const begun = now();
      let sent = 0;
      if (asks) sent = await connection.sendto(question, ['bob', PORT], the.MSG_FASTOPEN);
      else await connection.connect(['bob', PORT]);
      if (sent < question.length) await connection.sendall(question.subarray(sent));
      let answer = '';
      for (;;) {
        const part = await connection.recv(10_000);
        if (answer === '') tookMs.push(Math.round((now() - begun) * 1000));
        if (part.length === 0) break;
        answer += decode(part);
      }
      answers.push(answer);
      connection.close();
      await sleep(pause);
    }
  });
  await world.run();
  return { world, tookMs, answers, asked };
}
