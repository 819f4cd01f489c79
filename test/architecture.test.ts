/** The architecture of DESIGN §1 is what this test says it is. The tables are in `architecture/law.ts`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { judge } from './architecture/law.ts';
import { scan } from './architecture/scan.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function sources(): Map<string, string> {
  const entries = ['src', 'examples'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true }),
  );
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'));
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(root, path).split(sep).join('/'), readFileSync(path, 'utf8')];
    }),
  );
}

test('every file of src and examples keeps the law', () => {
  const files = sources();
  expect(files.size).toBeGreaterThan(20);
  expect(judge(files)).toEqual([]);
});

/** What the law says of one file among harmless others. */
function verdict(path: string, source: string): string[] {
  return judge(
    new Map([
      ['src/layers/clock.ts', 'export const second = 1;'],
      ['src/layers/link/arp.ts', 'export const arp = 1;'],
      ['src/layers/network/ipv4.ts', 'export const ipv4 = 1;'],
      ['src/layers/transport/udp.ts', 'export const udp = 1;'],
      ['src/host/host.ts', 'export const host = 1;'],
      ['src/node/net.ts', 'export const net = 1;'],
      ['src/trace/file-node.ts', 'export const file = 1;'],
      ['src/sim/world.ts', 'export const world = 1;'],
      ['src/cli/main.ts', 'export const main = 1;'],
      ['examples/chat.ts', 'export const chat = 1;'],
      [path, source],
    ]),
  );
}

describe('the law is broken by', () => {
  test.each([
    ['an example in the stack', 'src/sim/a.ts', "import { chat } from '../../examples/chat.ts';", 'only cli may show'],
    ['an example that looks inside', 'examples/a.ts', "import { world } from '../src/sim/world.ts';", 'as a user does'],
    ['an import upwards', 'src/layers/a.ts', "import { host } from '../host/host.ts';", 'layers may import nothing'],
    ['a type imported upwards', 'src/host/a.ts', "import type { W } from '../sim/world.ts';", 'host may import layers'],
    ['an inline type', 'src/host/a.ts', "export type W = import('../sim/world.ts').W;", 'host may import layers'],
    ['a re-export upwards', 'src/trace/a.ts', "export * from '../sim/world.ts';", 'trace may import layers'],
    ['a dynamic import upwards', 'src/sim/a.ts', "await import('../cli/main.ts');", 'sim may import sockets, host'],
    ['a computed import', 'src/cli/a.ts', 'export const a = (b: string) => import(b);', 'a plain string'],
    ['link on network', 'src/layers/link/a.ts', "import { ipv4 } from '../network/ipv4.ts';", 'the way is down'],
    [
      'network on transport',
      'src/layers/network/a.ts',
      "import { udp } from '../transport/udp.ts';",
      'the way is down',
    ],
    ['shared on link', 'src/layers/a.ts', "import { arp } from './link/arp.ts';", 'a shared file stands below'],
    [
      'a package',
      'src/layers/a.ts',
      "import fc from 'fast-check';",
      'layers may import @noble/ciphers, @noble/hashes from npm',
    ],
    ['a package of another room', 'src/sim/a.ts', "import { Command } from 'commander';", 'sim may import pure-rand'],
    ['a built-in by its bare name', 'src/sim/a.ts', "import fs from 'fs';", 'sim may import pure-rand'],
    ['a node: module', 'src/sim/a.ts', "import { readFile } from 'node:fs';", 'node: modules belong to'],
    ['what needs Node', 'src/sim/a.ts', "import { file } from '../trace/file-node.ts';", 'what needs Node'],
    ['what needs Node, in public', 'src/index.ts', "export * from './node/net.ts';", 'what needs Node'],
    ['a missing file', 'src/sim/a.ts', "import './b.ts';", 'there is no file src/sim/b.ts'],
    ['code in index.ts', 'src/index.ts', 'export const a = 1;', 'src/index.ts:1 is more than a re-export'],
    ['a file beside index.ts', 'src/a.ts', 'export const a = 1;', 'where only index.ts may'],
    ['an unknown room', 'src/attic/a.ts', 'export const a = 1;', 'no room of the house'],
    ['an unknown floor', 'src/layers/session/a.ts', 'export const a = 1;', 'no floor of layers'],
    ['a name', 'src/sim/utils.ts', 'export const a = 1;', "must not be called 'utils'"],
    ["a folder's name", 'src/sim/helpers/a.ts', 'export const a = 1;', "must not be called 'helpers'"],
    ['length', 'src/sim/a.ts', '\n'.repeat(601), 'has 601 lines'],
    ['global state', 'src/host/a.ts', 'let count = 0;\nexport const next = () => count++;', "declares 'let count'"],
    ['chance', 'src/sim/a.ts', '\nexport const a = Math.random();', 'src/sim/a.ts:2 speaks of Math.random'],
    ['chance by another way', 'src/sim/a.ts', 'const { random } = Math;', 'speaks of Math,'],
    ['the date', 'src/trace/a.ts', 'export const now = () => new Date();', 'speaks of Date'],
    ['a timer', 'src/sockets/a.ts', 'setTimeout(() => {}, 1);', 'speaks of setTimeout'],
    ['time for Node', 'src/node/a.ts', 'export const t = performance.now();', 'speaks of performance'],
    ['a global by another way', 'src/host/a.ts', 'globalThis.setTimeout(() => {}, 1);', 'speaks of globalThis'],
    ['a Buffer as a type', 'src/layers/a.ts', 'export const f = (bytes: Buffer): number => bytes.length;', 'Buffer'],
    ['the process', 'src/trace/a.ts', 'export const a = process.argv;', 'speaks of process'],
    ['the console', 'src/sim/a.ts', 'console.log(1);', 'speaks of console'],
    ['a global in braces', 'src/sim/a.ts', 'export const a = { crypto };', 'speaks of crypto'],
  ])('%s', (_what, path, source, sentence) => {
    const verdicts = verdict(path, source);
    expect(verdicts).toHaveLength(1);
    expect(verdicts[0]).toContain(sentence);
    expect(verdicts[0]).toContain(path);
  });

  test('a circle, of types too, however long', () => {
    const verdicts = judge(
      new Map([
        ['src/sim/a.ts', "import type { B } from './b.ts';"],
        ['src/sim/b.ts', "import { c } from './c.ts';"],
        ['src/sim/c.ts', "export * from './a.ts';"],
        ['src/sim/d.ts', "import './a.ts';"],
      ]),
    );
    expect(verdicts).toEqual([
      'src/sim/a.ts imports src/sim/b.ts imports src/sim/c.ts imports src/sim/a.ts: imports must not run in a circle.',
    ]);
  });
});

describe('the law is kept by', () => {
  test.each([
    [
      'comments and strings',
      'src/layers/a.ts',
      '// Math.random() Date import "node:fs"\nexport const a = "new Date()";',
    ],
    [
      'names of its own',
      'src/layers/a.ts',
      'export function process(console: number): number { return console; }\nprocess(1);',
    ],
    [
      'properties',
      'src/layers/a.ts',
      'export const f = (a: { Date: number; crypto(): void }) => [a.Date, { process: 1 }];',
    ],
    ['renaming', 'src/sim/a.ts', "export { world as process } from './world.ts';"],
    ['mathematics', 'src/layers/a.ts', 'export const a = Math.max(1, Math.PI);'],
    ['the way down', 'src/layers/transport/a.ts', "import { arp } from '../link/arp.ts';\nimport '../clock.ts';"],
    ['the command line', 'src/cli/a.ts', "import 'node:fs';\nimport '../sim/world.ts';\nprocess.exit(Date.now());"],
    ['what is for Node', 'src/node/a.ts', "import 'node:fs';\nexport const a = Buffer.alloc(1);"],
    [
      'the public surface',
      'src/index.ts',
      "export { world } from './sim/world.ts';\nexport type * from './layers/clock.ts';",
    ],
    ['600 lines', 'src/sim/a.ts', '\n'.repeat(600)],
  ])('%s', (_what, path, source) => {
    expect(verdict(path, source)).toEqual([]);
  });
});

test('a name that one function declares does not excuse its use in another', () => {
  const { globals } = scan('a.ts', 'const f = (process: number) => process;\nconst g = () => process.pid;');
  expect(globals).toContainEqual({ line: 2, name: 'process' });
  expect(globals).not.toContainEqual({ line: 1, name: 'process' });
});
