/** The package as it is built: it does to the byte what the sources do, from one folder of files. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../../../build/bundle.ts';
import { PACKAGE_ENTRIES } from '../../../build/entries.ts';
import * as library from '../../../src/index.ts';
import { wirelab } from '../cli/command-line.ts';

// Inside of the project, so that its packages are found.
const folder = mkdtempSync('node_modules/.wirelab-build-');
beforeAll(() => bundle(PACKAGE_ENTRIES, folder), 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...words: string[]): Promise<{ stdout: string }> =>
  promisify(execFile)(process.execPath, [join(folder, 'main.js'), ...words], {
    env: { ...process.env, NO_COLOR: '1' },
  });

describe('the built package', () => {
  test('exports what the sources export', async () => {
    const built = (await import(join(process.cwd(), folder, 'index.js'))) as object;
    expect(Object.keys(built).sort()).toEqual(Object.keys(library).sort());
  });

  test('the command transfers a file with the same bytes on the wire', async () => {
    const words = ['transfer', 'package.json', '--loss', '5%', '--seed', '18', '--json'];
    const [built, source] = [await run(...words), await wirelab(words)];
    const untimed = (text: string): object => ({ ...JSON.parse(text), wallSeconds: 0 });
    expect(untimed(built.stdout)).toEqual(untimed(source.stdout));
  }, 30_000);

  test('benchmarks run in its worker', async () => {
    const words =
      'bench loss --controllers reno --loss 2% --rate 5Mbit/s --rtt 20ms --size 50kB --seeds 2 --json'.split(' ');
    const [built, source] = [await run(...words, '--workers', '2'), await wirelab([...words, '--workers', '1'])];
    expect(built.stdout.length).toBeGreaterThan(100);
    expect(built.stdout).toBe(source.stdout);
  }, 30_000);

  test('its top-level names are constants, and packages stay imports', () => {
    const code = readdirSync(folder)
      .filter((name) => name.endsWith('.js'))
      .map((name) => readFileSync(join(folder, name), 'utf8'));
    for (const each of code) expect(each).not.toMatch(/^let /m);
    const { dependencies } = createRequire(import.meta.url)('../../../package.json') as { dependencies: object };
    const imported = code.flatMap((each) =>
      [...each.matchAll(/^import [^;]* from "([^."][^"]*)";$/gm)].map(([, from]) => from!),
    );
    const packages = imported.filter((name) => !name.startsWith('node:'));
    expect(packages.length).toBeGreaterThan(3);
    for (const name of packages)
      expect(Object.keys(dependencies).some((each) => name === each || name.startsWith(`${each}/`))).toBe(true);
  });
});
