/**
 * Programs that know nothing of wirelab run on it, at no loss and at a tenth: what they give is right, and the same seed gives
 * the same run, twice. Compared is what happened to each frame, when, and how long it was: TLS, SSH and WebSocket put numbers
 * of their own chance into the bytes.
 */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Recorder, World } from '../../../src/index.ts';
import { NodeWorld } from '../../../src/node/index.ts';
import { type Pair, PROGRAMS, type Program } from './programs.ts';

interface Outcome {
  readonly result: unknown;
  /** Of the frames: what, when, how long. */
  readonly digest: string;
  readonly dropped: number;
}

async function play({ run }: Program, loss: string): Promise<Outcome> {
  const hash = createHash('sha256');
  let dropped = 0;
  const world = new World({
    seed: 7,
    observer: (clock) => {
      const recorder = new Recorder(clock);
      recorder.listen((event) => {
        if (!event.kind.startsWith('frame-') || !('direction' in event)) return;
        if (event.kind === 'frame-dropped') dropped++;
        hash.update(`${event.kind} ${event.time} ${event.serial} ${event.bytes.length}\n`);
      });
      return recorder;
    },
  });
  const node = new NodeWorld(world);
  const [client, server] = [world.host('client'), world.host('server')];
  world.link(client, server, { rate: '10Mbit/s', delay: '20ms', loss } as never);
  const [from, at] = [node.on(client), node.on(server)];
  const modules = { client: from.net, server: at.net, clientDgram: from.dgram, serverDgram: at.dgram };
  const pair = modules as unknown as Pair;
  let result: unknown = 'it did not end';
  let failure: unknown;
  run(pair).then(
    (value) => (result = value),
    (error: unknown) => (failure = error),
  );
  await node.run();
  if (failure !== undefined) throw failure;
  return { result, digest: hash.digest('hex'), dropped };
}

describe.each(Object.entries(PROGRAMS))('%s', (_name, program) => {
  test.each(['0%', '10%'])(
    'at a loss of %s',
    async (loss) => {
      const [first, second] = [await play(program, loss), await play(program, loss)];
      expect(first.result).toEqual(program.gives);
      expect(second.result).toEqual(program.gives);
      expect(second.digest).toBe(first.digest);
      if (loss !== '0%') expect(first.dropped).toBeGreaterThan(0);
    },
    60_000,
  );
});
