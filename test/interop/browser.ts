/** Chromium, for tests of what runs or is shown in a browser. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { testWith } from './program.ts';

/** As Debian and Ubuntu call it. */
const NAMES = ['chromium', 'chromium-browser'];
const found = NAMES.flatMap((name) =>
  (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)),
).find(existsSync);

/** A test that needs it: skipped with a sentence where it is missing. */
export const testInBrowser: ReturnType<typeof testWith> = testWith(found ?? NAMES[0]!);

/** As root, as in a container, Chromium has no sandbox. Whoever launches it closes it. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: found!, args: ['--no-sandbox'] });
