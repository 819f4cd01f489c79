/** Scripts in several workers: what comes is what one process would bring, in its order, whatever ends on the way. */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { inOrder } from '../../../src/cli/packetdrill/in-order.ts';
import { wirelab } from './command-line.ts';
import { FAIL, NO_SCRIPT, PASS, temporaryFolder, UNSUPPORTED, write } from './packetdrill-scripts.ts';

const top = temporaryFolder();
afterAll(() => rmSync(top, { recursive: true }));

/** So many generated scripts: every tenth fails, is unsupported or is no script, in turn. */
function generate(name: string, count: number): string {
  const odd = [FAIL, UNSUPPORTED, NO_SCRIPT];
  const texts = Array.from({ length: count }, (_, index) => (index % 10 === 9 ? odd[((index - 9) / 10) % 3]! : PASS));
  return write(join(top, name), Object.fromEntries(texts.map((text, index) => [`${1000 + index}.pkt`, text])));
}

test('300 scripts come back in order, as one process runs them', async () => {
  const folder = generate('three-hundred', 300);
  const captures = join(top, 'captures');
  const many = await wirelab(['packetdrill', folder, '--json', '--workers', '2', '--pcap', captures]);
  const rows = many.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly script: string; readonly verdict: string });
  const totals = rows.pop();
  expect(totals).toMatchObject({ total: 300, pass: 270, fail: 20, unsupported: 10 });
  expect(rows.map(({ script }) => script)).toEqual(
    Array.from({ length: 300 }, (_, index) => join(folder, `${1000 + index}.pkt`)),
  );
  expect(many.code).toBe(3);
  expect(many.stderr.trim().split('\n')).toHaveLength(10);

  // Ten of them in this process.
  const some = rows.slice(5, 15).map(({ script }) => script);
  const few = await wirelab(['packetdrill', ...some, '--json']);
  expect(few.stdout.trim().split('\n').slice(0, 10)).toEqual(many.stdout.split('\n').slice(5, 15));
}, 60_000);

test('the ladder of what failed in a worker', async () => {
  const folder = write(join(top, 'one-of-three'), { 'a.pkt': PASS, 'b.pkt': FAIL, 'c.pkt': PASS });
  const here = await wirelab(['packetdrill', folder, '--ladder']);
  const there = await wirelab(['packetdrill', folder, '--ladder', '--workers', '2']);
  const untimed = (text: string): string => text.replace(/in \S+ s$/m, '');
  expect(there.stdout).toMatch(/ host .* script /);
  expect(untimed(there.stdout)).toBe(untimed(here.stdout));
}, 60_000);

test('Ctrl-C: 130, with what was done until then', async () => {
  const folder = generate('long', 3000);
  const words = ['packetdrill', folder, '--verbose', '--workers', '1'];
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...words]);
  const [stdout, stderr]: [string[], string[]] = [[], []];
  child.stdout.setEncoding('utf8').on('data', (text: string) => stdout.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
  child.stdout.once('data', () => child.kill('SIGINT'));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const done = /^(\d+) scripts?: /m.exec(stdout.join(''))?.[1];
  expect(code).toBe(130);
  expect(Number(done)).toBeGreaterThan(0);
  expect(Number(done)).toBeLessThan(3000);
  expect(stdout.join('').match(/^(pass|fail|unsupported) /gm)).toHaveLength(Number(done));
  expect(stderr.join('')).toMatch(new RegExp(`^wirelab: interrupted after ${done} of 3000 scripts\\.$`, 'm'));
}, 60_000);

test('a reader that has enough ends it in silence; what never ran is no pass', async () => {
  const folder = generate('unread', 3000);
  const words = ['packetdrill', folder, '--json', '--workers', '1'];
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...words]);
  const stderr: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  expect([1, 3]).toContain(code);
  expect(stderr.join('')).not.toMatch(/error|EPIPE/);
}, 60_000);

describe('whatever a worker does', () => {
  /** Sleeps, fails or ends, as it is told. */
  const worker = pathToFileURL(
    join(
      write(top, {
        'worker.mjs': `export default async ({ name, ms, deed }) => {
          await new Promise((resolve) => setTimeout(resolve, ms));
          if (deed === 'throw') throw new TypeError('thrown by ' + name);
          if (deed === 'exit') process.exit(5);
          return name;
        };\n`,
      }),
      'worker.mjs',
    ),
  ).href;
  interface Told {
    readonly name: string;
    readonly ms: number;
    readonly deed?: 'throw' | 'exit';
  }
  const collect = async (
    tasks: readonly Told[],
    abort: AbortController,
    when?: (done: number) => void,
  ): Promise<string[]> => {
    const collected: string[] = [];
    let done = 0;
    const outcomes = inOrder<Told, string>(tasks, {
      worker,
      workers: 2,
      signal: abort.signal,
      failed: ({ name }, error) => `${name} failed: ${error instanceof Error ? error.message : String(error)}`,
      finished: () => when?.(++done),
    });
    for await (const outcome of outcomes) collected.push(outcome);
    return collected;
  };

  test('the first comes first, though it is done last', async () => {
    const finished: number[] = [];
    const tasks = [{ name: 'slow', ms: 300 }, ...['a', 'b', 'c', 'd'].map((name) => ({ name, ms: 0 }))];
    const collected = await collect(tasks, new AbortController(), (done) => finished.push(done));
    expect(collected).toEqual(['slow', 'a', 'b', 'c', 'd']);
    expect(finished).toEqual([1, 2, 3, 4, 5]);
  });

  test('one that throws, and one that ends its worker, fail alone', async () => {
    const tasks: Told[] = [
      { name: 'a', ms: 0 },
      { name: 'b', ms: 0, deed: 'throw' },
      { name: 'c', ms: 0, deed: 'exit' },
      ...['d', 'e', 'f'].map((name) => ({ name, ms: 5 })),
    ];
    const collected = await collect(tasks, new AbortController());
    expect(collected).toEqual(['a', 'b failed: thrown by b', expect.stringMatching(/^c failed: /), 'd', 'e', 'f']);
  });

  test('a signal ends them: what is done comes, what is not does not', async () => {
    const abort = new AbortController();
    const tasks = [
      { name: 'slow', ms: 600_000 },
      { name: 'a', ms: 0 },
      { name: 'b', ms: 0 },
      { name: 'never', ms: 600_000 },
    ];
    const collected = await collect(tasks, abort, (done) => {
      if (done === 2) abort.abort();
    });
    expect(collected).toEqual(['a', 'b']);
  });

  test('after the signal nothing is begun', async () => {
    const abort = new AbortController();
    abort.abort();
    expect(await collect([{ name: 'a', ms: 0 }], abort)).toEqual([]);
  });
});
