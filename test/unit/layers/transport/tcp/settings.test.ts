/**
 * Every setting has a test of its own: it is set to something in a test of what it does. What only copies settings, or
 * draws them at random, or names them for a kernel, does not count.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RFC_SETTINGS } from '../../../../../src/layers/transport/tcp/settings.ts';

const ROOT = join(import.meta.dirname, '../../../../..');
/** Where what TCP does is looked at, from a segment or a program's call. */
const FOLDERS: readonly string[] = ['test/unit/layers/transport/tcp', 'test/unit/sockets', 'test/unit/host'];
/** Names without behaviour. */
const EXCEPT: readonly string[] = ['sysctl.test.ts', 'settings.test.ts'];

/** Those that programs set by another name: the option, and the file that does. */
const BY_OPTION: Readonly<Record<string, string>> = {
  trafficClass: 'IP_TOS',
  hopLimit: 'IP_TTL',
};

const texts = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') && !EXCEPT.some((other) => name.endsWith(other)))
    .map((name) => readFileSync(join(ROOT, folder, name), 'utf8')),
);

test.each(Object.keys(RFC_SETTINGS))('a test sets %s', (name) => {
  // `name: value`, or `{ name }` from a table of cases.
  const isSet = new RegExp(`\\b${name}(?::|[,\\s]*\\}|,)`);
  const option = BY_OPTION[name];
  expect(texts.some((text) => isSet.test(text) || (option !== undefined && text.includes(option)))).toBe(true);
});
