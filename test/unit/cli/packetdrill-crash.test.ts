/** An error of wirelab's own in one script: it fails, the others run, and the exit code says so. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import type * as runner from '../../../src/packetdrill/run/run-script.ts';
import { wirelab } from './command-line.ts';
import { NO_SCRIPT, PASS, temporaryFolder, write } from './packetdrill-scripts.ts';

vi.mock('../../../src/packetdrill/run/run-script.ts', async (load) => {
  const original = await load<typeof runner>();
  const runScript: typeof runner.runScript = (name, ...rest) => {
    if (name.endsWith('crash.pkt')) throw new TypeError('no such thing\nof undefined');
    return original.runScript(name, ...rest);
  };
  return { ...original, runScript };
});

const top = temporaryFolder();
afterAll(() => rmSync(top, { recursive: true }));

test('is a failure with its reason and its story, and 70 counts more than any other code', async () => {
  const folder = write(top, { 'a.pkt': PASS, 'b-crash.pkt': PASS, 'c.pkt': PASS, 'd.pkt': NO_SCRIPT });
  const text = await wirelab(['packetdrill', folder]);
  expect(text.code).toBe(70);
  expect(text.stdout.split('\n')[1]).toBe(
    `fail         ${join(folder, 'b-crash.pkt')}: internal error: no such thing of undefined`,
  );
  expect(text.stdout).toMatch(/^4 scripts: 2 pass, 2 fail, 0 unsupported/m);
  expect(text.stderr).toMatch(
    /^wirelab: internal error in .*b-crash\.pkt: TypeError: no such thing\nof undefined\n +at /,
  );
  const json = await wirelab(['packetdrill', folder, '--json']);
  expect(JSON.parse(json.stdout.split('\n')[1]!)).toEqual({
    script: join(folder, 'b-crash.pkt'),
    verdict: 'fail',
    line: null,
    reason: expect.stringMatching(/^internal error: no such thing/),
  });
});
