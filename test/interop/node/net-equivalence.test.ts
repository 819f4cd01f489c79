/** `wirelab/node`'s net does what `node:net` does: the same program notes the same events in the same order on both. */
import * as net from 'node:net';
import { describe, expect, test } from 'vitest';
import { formatIpAddress, World } from '../../../src/index.ts';
import { NodeWorld } from '../../../src/node/index.ts';
import { BODIES, type Stage } from './net-bodies.ts';

interface Notes {
  readonly client: string[];
  readonly server: string[];
}

const noting = (): [Notes, Pick<Stage, 'client' | 'server'>] => {
  const notes: Notes = { client: [], server: [] };
  const line = (what: unknown[]): string => what.map(String).join(' ');
  return [
    notes,
    {
      client: (...what) => void notes.client.push(line(what)),
      server: (...what) => void notes.server.push(line(what)),
    },
  ];
};

async function onLoopback(body: (stage: Stage) => Promise<unknown>): Promise<Notes> {
  const [notes, recorders] = noting();
  await body({ net, host: '127.0.0.1', ...recorders });
  return notes;
}

/** All in one host, as on loopback: what the programs share is the `net` that they import. */
async function emulated(body: (stage: Stage) => Promise<unknown>, loss = '0%'): Promise<Notes> {
  const world = new World({ seed: 1 });
  const node = new NodeWorld(world);
  const [client, server] = [world.host('client'), world.host('server')];
  world.link(client, server, { rate: '100Mbit/s', delay: '1ms', loss } as never);
  const [notes, recorders] = noting();
  const modules = [node.on(client).net, node.on(server).net] as const;
  const both = { ...modules[0], createServer: modules[1].createServer, Server: modules[1].Server };
  let failure: unknown;
  const host = server.addresses.find(
    ({ address, networkInterface }) => address.family === 4 && !networkInterface.isLoopback,
  );
  let over = false;
  void body({ net: both as unknown as typeof net, host: formatIpAddress(host!.address), ...recorders })
    .catch((error: unknown) => (failure = error))
    .finally(() => (over = true));
  await node.run();
  if (failure !== undefined) throw failure;
  expect(over).toBe(true);
  return notes;
}

describe.each(Object.entries(BODIES))('%s', (_name, body) => {
  test('the same on both', async () => {
    const [real, ours] = [await onLoopback(body), await emulated(body)];
    expect(ours).toEqual(real);
    expect(real.client.length + real.server.length).toBeGreaterThan(0);
  }, 10_000);
});
