/** The rule by which virtual time waits for what Node does: `src/sockets/node/node-turns.ts`. */
import { pbkdf2, randomBytes, scrypt } from 'node:crypto';
import { readFile } from 'node:fs';
import { readFile as readFilePromise } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { deflate, gzip } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { World } from '../../../src/index.ts';
import { NodeWorld } from '../../../src/node/index.ts';

const HERE = fileURLToPath(import.meta.url);
const immediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const WORKS: Readonly<Record<string, () => Promise<unknown>>> = {
  'a promise': () => Promise.resolve(),
  'a tick': () => new Promise<void>((resolve) => process.nextTick(resolve)),
  'an immediate': immediate,
  'twenty immediates, one after another': async () => {
    for (let left = 20; left > 0; left--) await immediate();
  },
  'a file, by callback': () => promisify(readFile)(HERE),
  'a file, by promise': () => readFilePromise(HERE),
  'a key from a password': () => promisify(pbkdf2)('secret', 'salt', 20_000, 32, 'sha256'),
  'a key that takes memory': () => promisify(scrypt)('secret', 'salt', 32),
  chance: () => promisify(randomBytes)(100_000),
  compression: () => promisify(gzip)(Buffer.alloc(2_000_000, 'abc')),
  'two compressions at once': () => Promise.all([1, 2].map(() => promisify(deflate)(Buffer.alloc(2_000_000, 'abc')))),
  'a key, then a file, then compression': async () => {
    await promisify(pbkdf2)('secret', 'salt', 20_000, 32, 'sha256');
    await promisify(gzip)(await readFilePromise(HERE));
  },
};

/** A server works before it answers. @returns when the answer came, in nanoseconds of the world, and how many events */
async function answeredAt(work: () => Promise<unknown>): Promise<readonly [number, number]> {
  const world = new World({ seed: 1 });
  const node = new NodeWorld(world);
  const [client, server] = [world.host('client'), world.host('server')];
  world.link(client, server, { delay: '1ms' });
  const gate = node.on(server).net.createServer((socket) => {
    socket.on('data', async (question) => {
      await work();
      socket.end(question);
    });
  });
  gate.listen(80);
  let at = -1;
  const socket = node.on(client).net.connect(80, 'server', () => socket.end('question'));
  socket.on('data', () => (at = world.now));
  await node.run();
  return [at, world.time.events];
}

describe('what a program does takes no time of the world', () => {
  test.each(Object.entries(WORKS))('%s', async (_name, work) => {
    const nothing = await answeredAt(() => Promise.resolve());
    expect(nothing[0]).toBeGreaterThan(0);
    expect(await answeredAt(work)).toEqual(nothing);
  });
});

test('what was begun before the run is done before its first event', async () => {
  const world = new World({ seed: 1 });
  const node = new NodeWorld(world);
  const [client, server] = [world.host('client'), world.host('server')];
  world.link(client, server, { delay: '1ms' });
  node
    .on(server)
    .net.createServer((socket) => socket.end('hello'))
    .listen(80);
  const { net } = node.on(client);
  let text = '';
  void readFilePromise(HERE).then(() => {
    expect(world.now).toBe(0);
    net.connect(80, 'server').on('data', (chunk: Buffer) => (text += chunk.toString()));
  });
  await node.run();
  expect(text).toBe('hello');
});

test('a real timer is not waited for', async () => {
  const world = new World({ seed: 1 });
  const node = new NodeWorld(world);
  const timer = setTimeout(() => undefined, 1_000_000);
  await node.run();
  clearTimeout(timer);
  expect(world.now).toBe(0);
});
