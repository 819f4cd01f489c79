import { describe, expect, test, vi } from 'vitest';
import { SECOND } from '../../../src/layers/clock.ts';
import type { HostObserver } from '../../../src/layers/observer.ts';
import * as the from '../../../src/sockets/constants.ts';
import { runProgram } from '../../../src/sockets/program.ts';
import type { Socket } from '../../../src/sockets/socket.ts';
import { SocketError, TimeoutError } from '../../../src/sockets/socket-error.ts';
import { play } from './play.ts';
import { type TwoHosts, twoHosts } from './two-hosts.ts';

const { AF_INET, AF_INET6, SOCK_DGRAM, SOCK_STREAM } = the;

/** What became of a promise, with the second in which it settled. */
async function outcome(now: () => number, promise: Promise<unknown>): Promise<string> {
  const at = (what: string): string => `${what} at ${now()}`;
  return promise.then(
    (value) => at(value instanceof Uint8Array ? new TextDecoder().decode(value) : JSON.stringify(value)),
    (error: Error & { code?: string }) => at(`${error.name} ${error.code ?? error.message}`),
  );
}

/** An observer of calls alone. */
function watching(observer: Pick<HostObserver, 'call'>): HostObserver {
  const ignore = (): void => undefined;
  return {
    dropped: ignore,
    notSent: ignore,
    tcpState: ignore,
    tcpRetransmit: ignore,
    tcpTimer: ignore,
    tcpAcked: ignore,
    ...observer,
  };
}

/** Bob answers one connection with what comes, in capitals, until its end. */
async function upperCaser({ bob }: TwoHosts): Promise<void> {
  const { socket, encode, decode } = bob.program;
  const server = socket(AF_INET, SOCK_STREAM);
  server.bind(['', 12000]);
  server.listen(1);
  const [connection] = await server.accept();
  for await (const chunk of connection) await connection.sendall(encode(decode(chunk).toUpperCase()));
  connection.close();
  server.close();
}

describe('a stream socket with promises', () => {
  test('connects, sends, receives, and comes to the end', async () => {
    const heard: string[] = [];
    await play({
      bob: upperCaser,
      alice: async ({ alice }) => {
        const s = alice.program.socket(AF_INET, SOCK_STREAM);
        await s.connect(['bob', 12000]);
        expect(s.getpeername()).toEqual(['10.0.0.2', 12000]);
        expect(await s.send('hello')).toBe(5);
        heard.push(alice.program.decode(await s.recv(1024)));
        s.shutdown(the.SHUT_WR);
        expect(await s.recv(1024)).toEqual(new Uint8Array(0));
        s.close();
        expect(s.fileno()).toBe(-1);
      },
    });
    expect(heard).toEqual(['HELLO']);
  });

  test('sendall waits for room as often as it must; MSG_WAITALL waits for all', async () => {
    const size = 300_000;
    await play({
      bob: async ({ bob }) => {
        const server = bob.program.socket(AF_INET, SOCK_STREAM);
        server.bind(['', 12000]);
        server.listen(1);
        const [connection, address] = await server.accept();
        expect(address[0]).toBe('10.0.0.1');
        const all = await connection.recv(size, the.MSG_WAITALL);
        expect(all.length).toBe(size);
        expect(all.every((byte, index) => byte === (index & 0xff))).toBe(true);
        expect(await connection.recv(10, the.MSG_WAITALL)).toEqual(Uint8Array.of(1, 2, 3));
        connection.close();
        server.close();
      },
      alice: async ({ alice }) => {
        const s = alice.program.socket(AF_INET, SOCK_STREAM);
        s.setsockopt(the.SOL_SOCKET, the.SO_SNDBUF, 10_000);
        await s.connect(['10.0.0.2', 12000]);
        // Two at once do not mix their bytes.
        await Promise.all([
          s.sendall(Uint8Array.from({ length: size }, (_, index) => index & 0xff)),
          s.sendall(Uint8Array.of(1, 2, 3)),
        ]);
        s.close();
      },
    });
  });

  test('refused, unreachable and unknown: each its own error', async () => {
    await play({
      alice: async ({ alice }) => {
        const { socket, now } = alice.program;
        const refused = await socket(AF_INET, SOCK_STREAM)
          .connect(['bob', 9])
          .catch((error: unknown) => error);
        expect(refused).toBeInstanceOf(SocketError);
        expect(refused).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect', address: 'bob', port: 9 });
        const s = socket(AF_INET, SOCK_STREAM);
        expect(await outcome(() => 0, s.connect(['192.0.2.1', 9]))).toBe('SocketError ENETUNREACH at 0');
        expect(await outcome(() => 0, s.connect(['nowhere', 9]))).toBe('NameError ENOTFOUND at 0');
        // RFC 1122 §2.3.2.1 and RFC 9293 §3.9.2.2: nobody has the address, and the program hears of it.
        expect(await outcome(() => 0, s.connect(['10.0.0.99', 9]))).toBe('SocketError EHOSTUNREACH at 0');
        expect(now()).toBeGreaterThan(0);
      },
    });
  });

  test('settimeout is for every call from then on; the error is Python’s TimeoutError', async () => {
    await play({
      bob: async ({ bob }) => {
        const server = bob.program.socket(AF_INET, SOCK_STREAM);
        server.bind(['', 12000]);
        server.listen(1);
        const [connection] = await server.accept();
        await bob.program.sleep(12.5);
        await connection.sendall('late');
        await connection.close();
        server.close();
      },
      alice: async ({ alice, bob }) => {
        const { socket, now } = alice.program;
        const s = socket(AF_INET, SOCK_STREAM);
        await s.connect(['bob', 12000]);
        expect(s.gettimeout()).toBe(null);
        s.settimeout(10);
        expect(s.gettimeout()).toBe(10);
        const begin = now();
        const error = await s.recv(1024).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(TimeoutError);
        expect(error).toMatchObject({ name: 'TimeoutError', code: 'ETIMEDOUT' });
        expect(now() - begin).toBe(10);
        expect(bob.program.decode(await s.recv(1024))).toBe('late');
        s.settimeout(0);
        await expect(s.recv(1024)).rejects.toMatchObject({ code: 'EAGAIN', syscall: 'recv' });
        expect(() => s.settimeout(-1)).toThrow(RangeError);
        s.close();
      },
    });
  });

  test('MSG_DONTWAIT does not wait; MSG_WAITALL gives what has come when time is over', async () => {
    await play({
      bob: upperCaser,
      alice: async ({ alice }) => {
        const { socket, now } = alice.program;
        const s = socket(AF_INET, SOCK_STREAM);
        await s.connect(['bob', 12000]);
        const begin = now();
        await expect(s.recv(10, the.MSG_DONTWAIT)).rejects.toMatchObject({ code: 'EAGAIN' });
        expect(now()).toBe(begin);
        await s.sendall('abc');
        s.settimeout(2);
        expect(await outcome(() => 0, s.recv(10, { flags: the.MSG_WAITALL }))).toBe('ABC at 0');
        expect(now()).toBe(begin + 2);
        await expect(s.recv(10, the.MSG_WAITALL)).rejects.toBeInstanceOf(TimeoutError);
        s.close();
      },
    });
  });

  test('a timeout of connect and of accept', async () => {
    await play({
      alice: async (hosts) => {
        const { socket, now } = hosts.alice.program;
        hosts.cut();
        const s = socket(AF_INET, SOCK_STREAM);
        s.settimeout(2);
        expect(await outcome(now, s.connect(['bob', 12000]))).toBe('TimeoutError ETIMEDOUT at 2');
        s.close();
        const server = socket(AF_INET, SOCK_STREAM);
        server.listen();
        server.settimeout(3);
        expect(await outcome(now, server.accept())).toBe('TimeoutError ETIMEDOUT at 5');
        server.close();
      },
    });
  });

  test('an AbortSignal ends one call, and the socket lives on', async () => {
    await play({
      bob: upperCaser,
      alice: async ({ alice }) => {
        const { socket, sleep, now } = alice.program;
        const s = socket(AF_INET, SOCK_STREAM);
        await s.connect(['bob', 12000]);
        const controller = new AbortController();
        const receiving = outcome(now, s.recv(10, { signal: controller.signal }));
        await sleep(1);
        controller.abort(new Error('enough'));
        expect(await receiving).toMatch(/^Error enough at 1/);
        await s.sendall('on');
        expect(await outcome(() => 0, s.recv(10))).toBe('ON at 0');
        s.close();
      },
    });
  });

  test('closing sends away whoever waits, and later calls are EBADF', async () => {
    await play({
      alice: async ({ alice }) => {
        const { socket, now } = alice.program;
        const server = socket(AF_INET, SOCK_STREAM);
        server.listen(1);
        const accepting = outcome(now, server.accept());
        const [first, second] = [outcome(now, accepting), outcome(now, server.accept())];
        server.close();
        expect(await first).toContain('SocketError ECANCELED');
        expect(await second).toContain('SocketError ECANCELED');
        await expect(server.accept()).rejects.toMatchObject({ code: 'EBADF', syscall: 'accept' });
        expect(() => server.getsockname()).toThrow(expect.objectContaining({ code: 'EBADF' }));
        server.close();
      },
    });
  });

  test('SO_LINGER: close settles when the peer has everything, or when time is over', async () => {
    await play({
      bob: upperCaser,
      alice: async (hosts) => {
        const { socket, now } = hosts.alice.program;
        const s = socket(AF_INET, SOCK_STREAM);
        await s.connect(['bob', 12000]);
        s.setsockopt(the.SOL_SOCKET, the.SO_LINGER, { on: true, seconds: 5 });
        let begin = now();
        await s.close();
        expect(now() - begin).toBeGreaterThan(0);
        expect(now() - begin).toBeLessThan(1);
        await hosts.alice.program.sleep(1);

        const server = hosts.bob.program.socket(AF_INET, SOCK_STREAM);
        server.bind(['', 12001]);
        server.listen();
        const t = socket(AF_INET, SOCK_STREAM);
        await t.connect(['bob', 12001]);
        t.setsockopt(the.SOL_SOCKET, the.SO_LINGER, { on: true, seconds: 5 });
        hosts.cut();
        begin = now();
        await t.close();
        expect(now() - begin).toBe(5);
        server.close();
      },
    });
  });

  test('SO_LINGER: with unread data close resets at once; data that comes while it waits ends the wait with a reset', async () => {
    for (const early of [true, false]) {
      await play({
        bob: async ({ bob }) => {
          const server = bob.program.socket(AF_INET, SOCK_STREAM);
          server.bind(['', 12000]);
          server.setsockopt(the.SOL_SOCKET, the.SO_RCVBUF, 1000);
          server.listen(1);
          const [connection] = await server.accept();
          if (!early) await bob.program.sleep(2);
          await connection.sendall('late');
          await bob.program.sleep(5);
          await expect(connection.recv(10)).rejects.toThrow('ECONNRESET');
          connection.close();
          server.close();
        },
        alice: async (hosts) => {
          const { socket, now, sleep } = hosts.alice.program;
          const s = socket(AF_INET, SOCK_STREAM);
          await s.connect(['bob', 12000]);
          s.setsockopt(the.SOL_SOCKET, the.SO_LINGER, { on: true, seconds: 30 });
          // More than Bob has room for, and he does not read: close waits for it.
          await sleep(1);
          await s.sendall('x'.repeat(5000));
          const begin = now();
          await s.close();
          expect(now() - begin).toBeLessThan(early ? 0.001 : 3);
        },
      });
    }
  });

  test('is closed at the end of its block by `await using`', async () => {
    await play({
      alice: async ({ alice }) => {
        let kept: Socket;
        {
          await using s = alice.program.socket(AF_INET, SOCK_STREAM);
          kept = s;
          expect(kept.fileno()).toBe(3);
        }
        expect(kept.fileno()).toBe(-1);
      },
    });
  });
});

describe('a datagram socket with promises', () => {
  test('recvfrom gives the datagram and where it came from; broadcast and names are addresses too', async () => {
    await play({
      bob: async ({ bob }) => {
        const s = bob.program.socket(AF_INET, SOCK_DGRAM);
        s.bind(['', 12000]);
        const [message, client] = await s.recvfrom(2048);
        expect(client[0]).toBe('10.0.0.1');
        await s.sendto(bob.program.decode(message).toUpperCase(), client);
        s.close();
      },
      alice: async ({ alice }) => {
        const s = alice.program.socket(AF_INET, SOCK_DGRAM);
        s.setsockopt(the.SOL_SOCKET, the.SO_BROADCAST, true);
        expect(await s.sendto('hi', ['<broadcast>', 12000])).toBe(2);
        const [answer, server] = await s.recvfrom(2048);
        expect(alice.program.decode(answer)).toBe('HI');
        expect(server).toEqual(['10.0.0.2', 12000]);
        s.close();
      },
    });
  });

  test('several who wait are served in the order in which they came', async () => {
    const served: string[] = [];
    await play({
      bob: async ({ bob }) => {
        const s = bob.program.socket(AF_INET6, SOCK_DGRAM);
        s.bind(['', 12000]);
        await Promise.all(
          ['first', 'second', 'third'].map(async (name) => {
            const [message] = await s.recvfrom(10);
            served.push(`${name} ${bob.program.decode(message)}`);
          }),
        );
        s.close();
      },
      alice: async ({ alice }) => {
        const s = alice.program.socket(AF_INET6, SOCK_DGRAM);
        for (const text of ['a', 'b', 'c']) await s.sendto(text, ['bob', 12000]);
        s.close();
      },
    });
    expect(served).toEqual(['first a', 'second b', 'third c']);
  });

  test('who waits for ever is known to the world', async () => {
    const { alice, programs, run } = twoHosts();
    const s = alice.program.socket(AF_INET, SOCK_DGRAM);
    s.bind(['', 12000]);
    void s.recvfrom(2048);
    await run(SECOND);
    expect([...programs.waiting]).toEqual(['recvfrom(2048) on 0.0.0.0:12000']);
  });

  test('mistakes of the program throw at once, in a sentence', async () => {
    const { alice } = twoHosts();
    const s = alice.program.socket(AF_INET, SOCK_DGRAM);
    expect(() => s.bind(['', 70_000])).toThrow(/port is a whole number/);
    expect(() => s.bind(['', 1, 5])).toThrow(/flow labels/);
    await expect(s.recv(-1)).rejects.toThrow(RangeError);
    expect(() => alice.program.socket(99, SOCK_DGRAM)).toThrow(expect.objectContaining({ code: 'EAFNOSUPPORT' }));
    await expect(s.send('x')).rejects.toMatchObject({ code: 'EDESTADDRREQ' });
    expect(() => s.setsockopt(the.SOL_SOCKET, 9999, 1)).toThrow(expect.objectContaining({ code: 'ENOPROTOOPT' }));
  });
});

describe('select', () => {
  test('gives the sockets that are ready, each in its list; time running out gives none', async () => {
    await play({
      bob: async ({ bob }) => {
        const { socket, select, now } = bob.program;
        const one = socket(AF_INET, SOCK_DGRAM);
        const two = socket(AF_INET, SOCK_DGRAM);
        one.bind(['', 1001]);
        two.bind(['', 1002]);
        expect(await select([one, two], [two], [], 5)).toEqual([[], [two], []]);
        expect(await select([one, two], [], [], 0)).toEqual([[], [], []]);
        expect(await select([one, two], [], [], 1.5)).toEqual([[], [], []]);
        expect(now()).toBe(1.5);
        expect(await select([one, two])).toEqual([[two], [], []]);
        expect(now()).toBeGreaterThan(2);
        // It is level-triggered: what was not read is ready still.
        expect(await select([one, two], [], [], 10)).toEqual([[two], [], []]);
        await two.recv(10);
        const waiting = select([one, two]);
        two.close();
        await expect(waiting).rejects.toMatchObject({ code: 'EBADF', syscall: 'select' });
        await expect(select([two])).rejects.toMatchObject({ code: 'EBADF' });
        one.close();
      },
      alice: async ({ alice }) => {
        const s = alice.program.socket(AF_INET, SOCK_DGRAM);
        await alice.program.sleep(2);
        await s.sendto('x', ['bob', 1002]);
        s.close();
      },
    });
  });

  test('an AbortSignal ends it', async () => {
    await play({
      alice: async ({ alice }) => {
        const { socket, select } = alice.program;
        const s = socket(AF_INET, SOCK_DGRAM);
        const controller = new AbortController();
        const watch = vi.spyOn(alice.core, 'watch');
        const unwatch = vi.spyOn(alice.core, 'unwatch');
        const waiting = select([s], [], [], null, { signal: controller.signal });
        controller.abort(new Error('enough'));
        await expect(waiting).rejects.toThrow('enough');
        expect(watch).toHaveBeenCalledTimes(1);
        expect(unwatch.mock.calls).toEqual(watch.mock.calls);
        s.close();
      },
    });
  });
});

describe('a program that ends', () => {
  const environment = ({ alice, programs }: TwoHosts) => ({
    core: alice.core,
    scheduler: programs,
    timers: programs.time,
    names: () => [],
    print: (line: string) => void alice.printed.push(line),
    readLine: () => undefined,
  });

  test('gives back what it left open; what it still awaits never settles', async () => {
    const hosts = twoHosts();
    let settled = false;
    await runProgram(environment(hosts), ({ socket }) => {
      const s = socket(AF_INET, SOCK_DGRAM);
      s.bind(['', 5]);
      s.settimeout(3);
      const settle = (): void => {
        settled = true;
      };
      s.recv(1).then(settle, settle);
      expect(hosts.programs.waiting.size).toBe(1);
    });
    expect(hosts.alice.core.openCount).toBe(0);
    expect(hosts.programs.waiting.size).toBe(0);
    await hosts.run();
    expect(settled).toBe(false);
    expect(hosts.programs.now()).toBeLessThan(3 * SECOND);
  });

  test('does so when it fails, too, and with connections that it accepted', async () => {
    const hosts = twoHosts();
    const client = hosts.bob.program.socket(AF_INET, SOCK_STREAM);
    let open = 0;
    const ended = runProgram(environment(hosts), async ({ socket }) => {
      const server = socket(AF_INET, SOCK_STREAM);
      server.bind(['', 80]);
      server.listen(1);
      await server.accept();
      open = hosts.alice.core.openCount;
      throw new Error('mistake');
    });
    const received = client.connect(['alice', 80]).then(() => client.recv(1));
    const failed = expect(ended).rejects.toThrow('mistake');
    await hosts.run();
    await failed;
    expect(open).toBe(2);
    expect(hosts.alice.core.openCount).toBe(0);
    expect(await received).toEqual(new Uint8Array(0));
  });
});

describe('a program’s surroundings', () => {
  test('whoever watches is told each call, when it begins to wait and how it ends', async () => {
    const calls: string[] = [];
    const observer = { call: (text: string, result: string) => calls.push(`${text} → ${result}`) };
    const { alice, run } = twoHosts(watching(observer));
    const { socket } = alice.program;
    const s = socket(AF_INET, SOCK_DGRAM);
    s.bind(['', 12000]);
    const receiving = s.recvfrom(3);
    await s.sendto('hello', ['127.0.0.1', 12000]);
    await run();
    await receiving;
    expect(() => s.bind(['', 1])).toThrow();
    s.settimeout(1);
    const late = expect(s.recv(9)).rejects.toThrow(TimeoutError);
    await run();
    await late;
    s.close();
    expect(calls).toEqual([
      'socket() → 3',
      "bind('', 12000) → ok",
      'recvfrom(3) → ',
      "sendto(5 bytes, '127.0.0.1', 12000) → 5",
      'recvfrom(3) → 3 of 5 bytes from 127.0.0.1:12000',
      "bind('', 1) → EINVAL",
      'recv(9) → ',
      'recv(9) → timed out',
      'close() → ok',
    ]);
  });

  test('input shows prompt and line; without lines it fails; print joins with spaces', async () => {
    const { alice, run } = twoHosts();
    const { input, print, gethostbyname, encode, decode } = alice.program;
    alice.lines.push('hello');
    expect(await input('Input lowercase sentence:')).toBe('hello');
    await expect(input()).rejects.toThrow(/no more lines/);
    print('From Server:', 'HELLO', 1);
    expect(alice.printed).toEqual(['Input lowercase sentence:hello', 'From Server: HELLO 1']);
    expect(gethostbyname('bob')).toBe('10.0.0.2');
    expect(decode(encode('Grüße'))).toBe('Grüße');
    expect(() => decode(Uint8Array.of(0xff))).toThrow(TypeError);
    await run();
  });
});
