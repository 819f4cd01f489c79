/** packetdrill scripts run in a browser, as they do in Node: the runner needs nothing else. */
import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { rolldown } from 'rolldown';
import { afterAll, describe, expect } from 'vitest';
import { launchChromium, testInBrowser } from './browser.ts';

let browser: Browser | undefined;
afterAll(() => browser?.close());

/** The public surface as one script that a page can load. */
async function library(): Promise<string> {
  const built = await rolldown({ input: 'src/index.ts', platform: 'browser', tsconfig: 'tsconfig.json' });
  const { output } = await built.generate({ format: 'iife', name: 'wirelab' });
  await built.close();
  return output[0].code;
}

declare const wirelab: typeof import('../../src/index.ts');

describe('in Chromium', () => {
  testInBrowser('a script passes, one fails, one is unsupported, and one is none', async () => {
    browser = await launchChromium();
    const page = await browser.newPage();
    const said: string[] = [];
    page.on('pageerror', (error) => said.push(String(error)));
    await page.addScriptTag({ content: await library() });
    const [, example] = readFileSync('docs/packetdrill.md', 'utf8').split('```packetdrill\n');
    const script = example!.split('```')[0]!;
    const texts = [script, script.replace('win 64240', 'win 64241'), '+0 mmap(3) = 0', '+0 < Q'];
    const results = await page.evaluate(
      (given) =>
        given.map((text) => {
          const { verdict, place, reason } = wirelab.runScript('page', text);
          return [verdict, place?.line, reason.slice(0, 30)];
        }),
      texts,
    );
    expect(said).toEqual([]);
    expect(results).toEqual([
      ['pass', undefined, ''],
      ['fail', 11, 'win is 64240, not 64241'],
      ['unsupported', 1, 'system call mmap'],
      ['fail', 1, 'control bits belong here: lett'],
    ]);
  });
});
