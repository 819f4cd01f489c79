/** How long calls wait that do, and for how much: SO_RCVTIMEO, SO_SNDTIMEO and SO_RCVLOWAT of socket(7), as promises see them. */
import { describe, expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../../../src/layers/clock.ts';
import * as the from '../../../src/sockets/constants.ts';
import { failure } from '../../../src/sockets/errno.ts';
import type { OptionInput } from '../../../src/sockets/options.ts';
import type { Socket } from '../../../src/sockets/socket.ts';
import { play } from './play.ts';
import { twoHosts } from './two-hosts.ts';

const { AF_INET, SOCK_STREAM, SOCK_DGRAM } = the;

/** What became of a call, and how long it took, in milliseconds of the world's time. */
async function timed(now: () => number, call: Promise<unknown>): Promise<string> {
  const began = now();
  const what = await call.then(
    (value) => (value instanceof Uint8Array ? `${value.length} bytes` : String(value)),
    (error: { code?: string; name: string }) => error.code ?? error.name,
  );
  return `${what} after ${Math.round((now() - began) * 1000)}`;
}

const limit = (socket: Socket, option: number, value: OptionInput): void =>
  socket.setsockopt(the.SOL_SOCKET, option, value);

describe('SO_RCVTIMEO and SO_SNDTIMEO', () => {
  test.each([the.SO_RCVTIMEO, the.SO_SNDTIMEO])('option %i: nanoseconds, or seconds and microseconds', (option) => {
    const { core } = twoHosts().alice;
    for (const type of [SOCK_STREAM, SOCK_DGRAM]) {
      const fd = core.socket(AF_INET, type);
      const set = (value: OptionInput) => core.setsockopt(fd, the.SOL_SOCKET, option, value);
      expect(core.getsockopt(fd, the.SOL_SOCKET, option)).toBe(0);
      expect(set({ seconds: 2, microseconds: 500_000 })).toBe(0);
      expect(core.getsockopt(fd, the.SOL_SOCKET, option)).toBe(2.5 * SECOND);
      expect(set(40 * MILLISECOND)).toBe(0);
      expect(core.getsockopt(fd, the.SOL_SOCKET, option)).toBe(40 * MILLISECOND);
      for (const bad of [-1, 1.5, { seconds: 1, microseconds: 1_000_000 }, { seconds: -1, microseconds: 0 }, 'soon']) {
        expect(set(bad)).toBe(failure('EINVAL'));
      }
      expect(core.getsockopt(fd, the.SOL_SOCKET, option)).toBe(40 * MILLISECOND);
    }
  });

  test('a read, an accept and a write that wait for so long are EAGAIN', async () => {
    await play({
      bob: async ({ bob }) => {
        const { socket, now } = bob.program;
        const server = socket(AF_INET, SOCK_STREAM);
        server.bind(['', 12000]);
        server.listen();
        limit(server, the.SO_RCVTIMEO, 30 * MILLISECOND);
        const [connection] = await server.accept();
        // It was its listener's.
        expect(await timed(now, connection.recv(10))).toBe('EAGAIN after 30');
        limit(connection, the.SO_RCVTIMEO, 50 * MILLISECOND);
        expect(await timed(now, connection.recv(10))).toBe('EAGAIN after 50');
        expect(await timed(now, connection.recv(10, the.MSG_DONTWAIT))).toBe('EAGAIN after 0');
        expect(await timed(now, server.accept())).toBe('EAGAIN after 30');
        limit(connection, the.SO_SNDTIMEO, 70 * MILLISECOND);
        expect(await timed(now, connection.sendall(new Uint8Array(5_000_000)))).toBe('EAGAIN after 70');
        // Without a limit of its own it waits as Python says.
        connection.settimeout(0.2);
        expect(await timed(now, connection.recv(10))).toBe('ETIMEDOUT after 200');
      },
      alice: async ({ alice }) => {
        const s = alice.program.socket(AF_INET, SOCK_STREAM);
        await s.connect(['bob', 12000]);
        await alice.program.sleep(2);
        s.close(); // what bob still has to send would go for ever
      },
    });
  });

  test('a connect that takes longer is EINPROGRESS, and goes on', async () => {
    await play({
      bob: async ({ bob }) => {
        const server = bob.program.socket(AF_INET, SOCK_STREAM);
        server.bind(['', 12000]);
        server.listen();
        await server.accept();
        await bob.program.sleep(1);
      },
      alice: async ({ alice }) => {
        const { socket, now, sleep } = alice.program;
        const s = socket(AF_INET, SOCK_STREAM);
        limit(s, the.SO_SNDTIMEO, 1 * MILLISECOND);
        expect(await timed(now, s.connect(['bob', 12000]))).toBe('EINPROGRESS after 1');
        await sleep(0.1);
        expect(s.getpeername()).toEqual(['10.0.0.2', 12000]);
      },
    });
  });

  test('a datagram socket, too', async () => {
    await play({
      alice: async ({ alice }) => {
        const { socket, now } = alice.program;
        const s = socket(AF_INET, SOCK_DGRAM);
        s.bind(['', 5000]);
        limit(s, the.SO_RCVTIMEO, { seconds: 0, microseconds: 5000 });
        expect(await timed(now, s.recvfrom(10))).toBe('EAGAIN after 5');
      },
    });
  });
});

describe('SO_RCVLOWAT', () => {
  test('a read waits for so many bytes, or for what it has room for; MSG_WAITALL for all', async () => {
    await play({
      bob: async ({ bob }) => {
        const { socket, now } = bob.program;
        const server = socket(AF_INET, SOCK_STREAM);
        server.bind(['', 12000]);
        server.listen();
        const [connection] = await server.accept();
        limit(connection, the.SO_RCVLOWAT, 25);
        // Ten bytes come every 100 ms.
        expect(await timed(now, connection.recv(1000))).toMatch(/^30 bytes after 2\d\d$/);
        expect(await timed(now, connection.recv(5))).toMatch(/^5 bytes after \d\d?\d?$/);
        expect(await timed(now, connection.recv(40, the.MSG_WAITALL))).toMatch(/^40 bytes/);
        // What has come is given, if it may not wait for the rest.
        await bob.program.sleep(0.15);
        expect(await connection.recv(1000, the.MSG_DONTWAIT)).not.toHaveLength(0);
        limit(connection, the.SO_RCVTIMEO, 120 * MILLISECOND);
        expect(await timed(now, connection.recv(1000))).toMatch(/^(?:10|20) bytes after 120$/);
        connection.setsockopt(the.SOL_SOCKET, the.SO_RCVTIMEO, 0);
        expect(await timed(now, connection.recv(1000, the.MSG_PEEK))).toMatch(/^\d+ bytes/);
      },
      alice: async ({ alice }) => {
        const { socket, sleep } = alice.program;
        const s = socket(AF_INET, SOCK_STREAM);
        s.setsockopt(the.IPPROTO_TCP, the.TCP_NODELAY, 1);
        await s.connect(['bob', 12000]);
        for (let count = 0; count < 20; count++) {
          await s.sendall(new Uint8Array(10));
          await sleep(0.1);
        }
      },
    });
  });
});
