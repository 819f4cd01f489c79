/**
 * A process that runs bulk TCP in two builds of the stack in turn: `compare.js ONE OTHER`, folders of builds. Answers with
 * how many times as long the one takes.
 */
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import type { EndlessTransfer } from '../cases/bulk-transfer.ts';
import { compare } from '../measure/interleaved.ts';

const SAME_RUN_SEGMENTS = 5000;

const [one, other] = [await transferOf(process.argv[2]!), await transferOf(process.argv[3]!)];
const runs = [one, other].map((transfer) => {
  transfer.run(SAME_RUN_SEGMENTS);
  return `${transfer.framesSent} frames, ${transfer.world.time.events} events, ${transfer.world.now} ns`;
});
if (runs[0] !== runs[1]) throw new Error(`the builds do not do the same: ${runs.join(' and ')}`);
const { ratio } = compare(
  (segments) => one.run(segments),
  (segments) => other.run(segments),
  {
    roundMs: 30,
    rounds: 31,
  },
);
process.stdout.write(JSON.stringify({ ratio: 1 / ratio }));

async function transferOf(build: string): Promise<EndlessTransfer> {
  const { href } = pathToFileURL(path.join(build, 'bench/cases/bulk-transfer.js'));
  const { EndlessTransfer: Transfer } = (await import(href)) as typeof import('../cases/bulk-transfer.ts');
  return new Transfer({}, 15_000);
}
