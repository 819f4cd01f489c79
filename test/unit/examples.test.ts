import { describe, expect, test } from 'vitest';
import { run as chat } from '../../examples/select-chat.ts';
import { tcpClient, tcpServer, run as tcpUpper } from '../../examples/tcp-upper.ts';
import { udpClient, run as udpUpper } from '../../examples/udp-upper.ts';
import { run as villagers } from '../../examples/villagers.ts';
import { AF_INET, type Program, SO_REUSEADDR, SOCK_DGRAM, SOCK_STREAM, SOL_SOCKET, World } from '../../src/index.ts';

/** A world of a client and a server, 10 ms apart, and what their programs print. */
function scene() {
  const printed: string[] = [];
  const world = new World({ seed: 1, print: (_, line) => printed.push(line) });
  const client = world.host('client');
  const server = world.host('server');
  world.link(client, server, { delay: '10ms' });
  return { world, client, server, printed };
}

describe('UDP upper-caser (P1)', () => {
  test('prints what the lecture’s programs print; the server waits on', async () => {
    const { printed, waiting, ladder } = await udpUpper({ sentence: 'abc' });
    expect(printed).toEqual([
      'server: The server is ready to receive',
      'client: Input lowercase sentence:abc',
      'client: ABC',
    ]);
    expect(waiting).toEqual(['server: recvfrom(2048) on 0.0.0.0:12000']);
    expect(ladder.match(/UDP/g)).toHaveLength(2);
  });

  test('the reply is lost: the client waits for ever, and the run says so', async () => {
    const faults = [{ direction: 'bToA', match: { protocol: 'udp' }, action: 'drop' }] as const;
    const { printed, waiting } = await udpUpper({ link: { faults } });
    expect(printed).not.toContain('client: HELLO FROM THE CLIENT');
    expect(waiting).toEqual([
      'server: recvfrom(2048) on 0.0.0.0:12000',
      expect.stringMatching(/^client: recvfrom\(2048\) on 0\.0\.0\.0:\d+$/),
    ]);
  });

  test('a datagram of more than 2048 bytes is cut, though IP brought it whole', async () => {
    const { printed, ladder } = await udpUpper({ sentence: 'a'.repeat(3000) });
    expect(printed.at(-1)).toBe(`client: ${'A'.repeat(2048)}`);
    expect(ladder).toMatch(/frag/i);
  });

  test('the server does not run: ICMP answers, but a socket that is not connected is not told', async () => {
    const { waiting, ladder } = await udpUpper({ server: false });
    expect(ladder).toMatch(/ICMP/);
    expect(waiting).toEqual([expect.stringMatching(/^client: recvfrom/)]);
  });

  test('the server does not run: a connected socket is told ECONNREFUSED', async () => {
    const { world, client } = scene();
    world.spawn(client, 'client', async ({ socket }: Program) => {
      const clientSocket = socket(AF_INET, SOCK_DGRAM);
      await clientSocket.connect(['server', 12000]);
      await clientSocket.send('hello');
      await clientSocket.recv(2048);
    });
    await expect(world.run()).rejects.toMatchObject({
      program: 'client',
      cause: { code: 'ECONNREFUSED', syscall: 'recv' },
    });
  });

  test('two requests change places on the way: each client gets its own answer', async () => {
    const { world, client, server, printed } = scene();
    world.spawn(server, 'server', async ({ socket, decode }: Program) => {
      const serverSocket = socket(AF_INET, SOCK_DGRAM);
      serverSocket.bind(['', 12000]);
      const requests = [await serverSocket.recvfrom(2048), await serverSocket.recvfrom(2048)];
      for (const [message, address] of requests.reverse()) {
        await serverSocket.sendto(decode(message).toUpperCase(), address);
      }
    });
    world.spawn(client, 'one', udpClient, { input: ['first'] });
    world.spawn(client, 'two', udpClient, { input: ['second'] });
    await world.run();
    expect(printed.slice(-2)).toEqual(['SECOND', 'FIRST']);
  });
});

describe('TCP upper-caser (P2, P3)', () => {
  test('prints what the lecture’s programs print', async () => {
    const { printed, waiting, ladder } = await tcpUpper({ sentences: ['abc'] });
    expect(printed).toEqual([
      'server: The server is ready to receive',
      'client: Input lowercase sentence:abc',
      'client: From Server: ABC',
    ]);
    expect(waiting).toEqual(['server: accept() on 0.0.0.0:12000']);
    expect(ladder).toMatch(/SYN ACK[\s\S]*ESTABLISHED[\s\S]*FIN[\s\S]*TIME-WAIT/);
  });

  test('two clients at once: each connection has a socket of its own', async () => {
    const { printed } = await tcpUpper({ sentences: ['abc', 'xyz'] });
    expect(printed).toContain('client1: From Server: ABC');
    expect(printed).toContain('client2: From Server: XYZ');
  });

  test('"server process must first be running": else ECONNREFUSED, by a reset', async () => {
    await expect(tcpUpper({ server: false })).rejects.toMatchObject({
      program: 'client',
      cause: { code: 'ECONNREFUSED', syscall: 'connect', address: 'server', port: 12000 },
    });
  });

  test('nobody is there to answer ARP: EHOSTUNREACH', async () => {
    await expect(tcpUpper({ link: { loss: '100%' } })).rejects.toMatchObject({ cause: { code: 'EHOSTUNREACH' } });
  });

  test('a black hole swallows the SYNs: ETIMEDOUT', async () => {
    const faults = Array.from({ length: 8 }, (_, index) => ({
      direction: 'aToB' as const,
      match: { protocol: 'tcp' as const, nth: index + 1 },
      action: 'drop' as const,
    }));
    await expect(tcpUpper({ link: { faults } })).rejects.toMatchObject({
      cause: { name: 'TimeoutError', code: 'ETIMEDOUT', syscall: 'connect' },
    });
  });

  test('TCP is a byte stream: recv(1024) gives a part only, and the rest of the sentence is lost', async () => {
    const { printed, ladder } = await tcpUpper({ sentences: ['a'.repeat(3000)] });
    expect(printed.at(-1)).toBe(`client: From Server: ${'A'.repeat(1024)}`);
    // The server closes with unread data: RFC 2525 §2.17.
    expect(ladder).toContain('RST');
  });

  test('a sentence in two segments is two reads, if the program does not wait for the rest', async () => {
    const { world, client, server, printed } = scene();
    world.spawn(server, 'server', tcpServer);
    world.spawn(client, 'client', async ({ socket, sleep, print, decode }: Program) => {
      const clientSocket = socket(AF_INET, SOCK_STREAM);
      await clientSocket.connect(['server', 12000]);
      await clientSocket.send('first half, ');
      await sleep(0.1);
      await clientSocket.send('second half').catch(() => 0);
      print(decode(await clientSocket.recv(1024)));
    });
    await world.run();
    expect(printed.at(-1)).toBe('FIRST HALF, ');
  });

  test('the server closes first: started again it finds EADDRINUSE, unless it says SO_REUSEADDR', async () => {
    const server = (reuse: boolean) =>
      async function serveOnce({ socket, encode, decode }: Program): Promise<void> {
        const serverSocket = socket(AF_INET, SOCK_STREAM);
        if (reuse) serverSocket.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
        serverSocket.bind(['', 12000]);
        serverSocket.listen(1);
        const [connectionSocket] = await serverSocket.accept();
        await connectionSocket.send(encode(decode(await connectionSocket.recv(1024)).toUpperCase()));
        connectionSocket.close();
      };
    for (const reuse of [false, true]) {
      const stage = scene();
      stage.world.spawn(stage.server, 'server', server(false));
      stage.world.spawn(stage.client, 'client', tcpClient, { input: ['abc'] });
      await stage.world.run(30e9);
      expect(stage.printed.at(-1)).toBe('From Server: ABC');
      stage.world.spawn(stage.server, 'server again', server(reuse));
      const again = stage.world.run(60e9);
      if (reuse) {
        const report = await again;
        expect(report.programs.at(-1)).toMatchObject({ state: 'running', waitsFor: ['accept() on 0.0.0.0:12000'] });
      } else {
        await expect(again).rejects.toMatchObject({
          program: 'server again',
          cause: { code: 'EADDRINUSE', syscall: 'bind' },
        });
      }
    }
  });
});

describe('villagers (P5, P6)', () => {
  test('three silences of ten seconds end it; a boy who hangs up at once fools the hunter', async () => {
    const { printed, waiting } = await villagers();
    expect(printed).toEqual([
      "0 s villagers: hunter goes to 'the old oak'",
      '0 s boy: wolf: hunter sent',
      '10 s villagers: strike 1',
      '10 s boy: silence: the villagers hung up',
      "10 s villagers: hunter goes to ''",
      '20 s villagers: strike 2',
      '20 s boy: silence: the villagers hung up',
      '30 s villagers: strike 3',
      '30 s villagers: nobody believes the boy any more',
      '30 s boy: silence: the villagers hung up',
    ]);
    expect(waiting).toEqual([]);
  });

  test('accept has no timeout: with two silences the villagers wait for ever', async () => {
    const { printed, waiting } = await villagers({ deeds: ['silence', 'silence'] });
    expect(printed.filter((line) => line.includes('strike'))).toHaveLength(2);
    expect(waiting).toEqual(['villagers: accept() on 0.0.0.0:12000']);
  });
});

describe('chat (P7)', () => {
  const said = (printed: readonly string[]): string[] => printed.filter((line) => line.includes('hears'));
  const HEARD = [
    'ben: hears hello',
    'cem: hears hello',
    'ann: hears hi ann',
    'cem: hears hi ann',
    'cem: hears how are you?',
    'ann: hears I am here too',
  ];

  test('one loop with select: all others hear what one says, and quiet is noticed', async () => {
    const { printed, waiting } = await chat();
    expect(said(printed)).toEqual(HEARD);
    expect(printed.at(-1)).toBe('server: quiet for 10 seconds');
    expect(waiting).toEqual([]);
  });

  test('a task for each guest: the guests notice no difference', async () => {
    const { printed, waiting } = await chat({ server: 'tasks' });
    expect(said(printed)).toEqual(HEARD);
    expect(waiting).toEqual(['server: accept() on 0.0.0.0:12000']);
  });
});
