/** The example of docs/node.md prints what stands under it. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const page = readFileSync('docs/node.md', 'utf8');
// Beside the sources, so that the program finds the package's dependencies.
const folder = mkdtempSync(join('test', 'unit', 'docs-node-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the program prints what the page says', async () => {
  const program = /```ts\n([\s\S]*?)```/.exec(page)![1]!;
  const path = join(folder, 'program.ts');
  writeFileSync(
    path,
    program.replace("'wirelab'", "'../../../src/index.ts'").replace("'wirelab/node'", "'../../../src/node/index.ts'"),
  );
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', path]);
  expect(stdout).toBe(/```text\n([\s\S]*?)```/.exec(page)![1]);
});
