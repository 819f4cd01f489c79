/** `wirelab/node`'s dgram does what `node:dgram` does; and names are those of the world. */
import * as dgram from 'node:dgram';
import { describe, expect, test } from 'vitest';
import { formatIpAddress, World } from '../../../src/index.ts';
import { NodeWorld } from '../../../src/node/index.ts';
import { DGRAM_BODIES, type Stage } from './dgram-bodies.ts';

interface Notes {
  readonly client: string[];
  readonly server: string[];
}

function noting(): [Notes, Pick<Stage, 'client' | 'server'>] {
  const notes: Notes = { client: [], server: [] };
  const line = (what: unknown[]): string => what.map(String).join(' ');
  return [
    notes,
    {
      client: (...what) => void notes.client.push(line(what)),
      server: (...what) => void notes.server.push(line(what)),
    },
  ];
}

const pair = () => {
  const world = new World({ seed: 1 });
  const [client, server] = [world.host('client'), world.host('server')];
  world.link(client, server, { delay: '1ms' });
  return { node: new NodeWorld(world), client, server };
};

describe.each(Object.entries(DGRAM_BODIES))('%s', (_name, body) => {
  test('the same on both', async () => {
    const [real, recorders] = noting();
    await body({ at: dgram, from: dgram, host: '127.0.0.1', ...recorders });

    const { node, client, server } = pair();
    const [ours, ourRecorders] = noting();
    const own = server.addresses.find(
      ({ address, networkInterface }) => address.family === 4 && !networkInterface.isLoopback,
    );
    const [at, from] = [node.on(server).dgram, node.on(client).dgram] as unknown as [typeof dgram, typeof dgram];
    let over = false;
    let failure: unknown;
    body({ at, from, host: formatIpAddress(own!.address), ...ourRecorders }).then(
      () => (over = true),
      (error: unknown) => (failure = error),
    );
    await node.run();
    if (failure !== undefined) throw failure;
    expect(ours).toEqual(real);
    expect(over).toBe(true);
    expect(real.client.length + real.server.length).toBeGreaterThan(0);
  }, 10_000);
});

describe('names', () => {
  test('are those of the world', async () => {
    const { node, client } = pair();
    const { dns, dgram: ours } = node.on(client);
    const results: unknown[] = [];
    dns.lookup('server', (...what: unknown[]) => results.push(what));
    dns.lookup('server', { all: true }, (...what: unknown[]) => results.push(what));
    dns.lookup('server', 6, (...what: unknown[]) => results.push(what));
    dns.lookup('10.0.0.9', {}, (...what: unknown[]) => results.push(what));
    dns.lookup('nobody', (error: NodeJS.ErrnoException) => results.push([error.code, error.syscall, error.message]));
    void dns.promises.lookup('server', { family: 'IPv4' }).then((found) => results.push(found));
    void dns.promises.lookup('nobody').catch((error: NodeJS.ErrnoException) => results.push(error.errno));
    const lost = ours.createSocket('udp4');
    lost.send('x', 9, 'nobody', (error: Error | null) => {
      results.push((error as NodeJS.ErrnoException).code);
      lost.close();
    });
    await node.run();
    const [four, six] = [
      { address: '10.0.0.2', family: 4 },
      { address: 'fd00::2', family: 6 },
    ];
    for (const wanted of [
      [null, '10.0.0.2', 4],
      [null, [four, six]],
      [null, 'fd00::2', 6],
      [null, '10.0.0.9', 4],
      ['ENOTFOUND', 'getaddrinfo', 'getaddrinfo ENOTFOUND nobody'],
      four,
      -3008,
      'ENOTFOUND',
    ]) {
      expect(results).toContainEqual(wanted);
    }
    expect(results).toHaveLength(8);
  });

  test('what makes no sense is refused', () => {
    const { node, client } = pair();
    const { dns } = node.on(client);
    expect(() => dns.lookup('server', {})).toThrow('lookup calls a function back');
    expect(() => dns.lookup('server', 5, () => undefined)).toThrow('a family is 0, 4 or 6, not 5');
    return node.run();
  });
});

test('a group', async () => {
  const { node, client, server } = pair();
  const received: string[] = [];
  const member = node.on(server).dgram.createSocket('udp4', (message, { port }) => {
    received.push(message.toString());
    if (received.length === 1) member.dropMembership('239.1.2.3');
    sender.send('again', 5000, '239.1.2.3', () => setTimeout(() => [member, sender].map((one) => one.close()), 100));
    expect(port).toBeGreaterThan(0);
  });
  member.bind(5000, () => member.addMembership('239.1.2.3'));
  const sender = node.on(client).dgram.createSocket({ type: 'udp4', recvBufferSize: 5000 });
  setTimeout(() => sender.send('to all', 5000, '239.1.2.3'), 50);
  await node.run();
  expect(received).toEqual(['to all']);
});

test('settings of a socket, and a signal that closes it', async () => {
  const { node, client } = pair();
  const controller = new AbortController();
  const socket = node.on(client).dgram.createSocket({ type: 'udp6', ipv6Only: true, signal: controller.signal });
  let closed = false;
  socket.on('close', () => (closed = true));
  expect([socket.setTTL(9), socket.setMulticastTTL(3), socket.setMulticastLoopback(false)]).toEqual([9, 3, false]);
  socket.setRecvBufferSize(10_000);
  socket.setBroadcast(true);
  expect(socket.getRecvBufferSize()).toBe(10_000);
  expect([socket.ref(), socket.unref()]).toEqual([socket, socket]);
  controller.abort();
  await node.run();
  expect(closed).toBe(true);
});
