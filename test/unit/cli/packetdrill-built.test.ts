/** The verb as the package has it: its worker is found there, and does what the sources do. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle } from '../../../build/bundle.ts';
import { PACKAGE_ENTRIES } from '../../../build/entries.ts';
import { type Ended, wirelab } from './command-line.ts';
import { FAIL, PASS, temporaryFolder, UNSUPPORTED, write } from './packetdrill-scripts.ts';

// Inside of the project, so that its packages are found.
const built = mkdtempSync('node_modules/.wirelab-packetdrill-');
const suite = write(temporaryFolder(), { 'a.pkt': PASS, 'b.pkt': FAIL, 'c.pkt': UNSUPPORTED, 'd.pkt': PASS });
beforeAll(() => bundle(PACKAGE_ENTRIES, built), 60_000);
afterAll(() => {
  for (const folder of [built, suite]) rmSync(folder, { recursive: true });
});

const run = (words: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [join(built, 'main.js'), ...words], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });

test.each([{ workers: [] }, { workers: ['--workers', '2'] }])(
  'as the sources do: $workers',
  async ({ workers }) => {
    const words = ['packetdrill', suite, '--ladder', '--verbose'];
    const untimed = ({ stdout, ...rest }: Ended): Ended => ({ ...rest, stdout: stdout.replace(/in \S+ s$/m, '') });
    const source = untimed(await wirelab(words));
    expect(source).toMatchObject({ code: 1, stderr: '' });
    expect(untimed(await run([...words, ...workers]))).toEqual(source);
  },
  60_000,
);
