/** The verb `read` as people call it: a process with its exit code, standard output and standard error. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { captureTime } from '../../../src/trace/captured-frame.ts';
import { pcapngWriter } from '../../../src/trace/pcapng-write.ts';
import { FORTH, segmentFrame } from '../trace/run.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'wirelab-read-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const start = (...words: string[]): ChildProcess =>
  spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'read', ...words], { cwd: root });

async function read(words: readonly string[], input?: Uint8Array): Promise<Ended> {
  const child = start(...words);
  let out = '';
  let err = '';
  child.stdout!.on('data', (piece) => (out += piece));
  child.stderr!.on('data', (piece) => (err += piece));
  child.stdin!.on('error', () => {});
  child.stdin!.end(input);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out, err };
}

/** A capture of `count` frames of 1000 bytes of data, a millisecond apart. */
function capture(count: number): Buffer {
  const pieces: Uint8Array[] = [];
  const writer = pcapngWriter((bytes) => pieces.push(bytes));
  const tap = writer.addInterface({ name: 'alice.eth0', linkType: 1 });
  const bytes = segmentFrame(FORTH, { text: 'x'.repeat(1000) });
  for (let index = 0; index < count; index++) {
    const time = captureTime(index * 1e6);
    writer.writeFrame(tap, { time, timeDigits: 9, linkType: 1, bytes, originalLength: bytes.length });
  }
  return Buffer.concat(pieces);
}

const inFolder = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

describe.concurrent('read', () => {
  test('one line per frame, or one JSON object, as many as asked for', async () => {
    const path = inFolder('three.pcapng', capture(3));
    const text = await read([path, '--count', '2']);
    expect(text).toMatchObject({ code: 0, err: '' });
    expect(text.out.split('\n')).toHaveLength(3);
    expect(text.out).toMatch(/^00:00:00\.000000000 alice\.eth0 IP 10\.0\.0\.1\.4000 > 10\.0\.0\.2\.80: Flags \[\.\]/);
    const json = await read(['-', '--json'], capture(3));
    expect(
      json.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).number),
    ).toEqual([1, 2, 3]);
  });

  test('a file that ends too early: the frames before, then one sentence with the place, and 3', async () => {
    const whole = capture(3);
    const path = inFolder('cut.pcapng', whole.subarray(0, whole.length - 100));
    const { code, out, err } = await read([path]);
    expect(code).toBe(3);
    expect(out.trimEnd().split('\n')).toHaveLength(2);
    expect(err).toMatch(
      /cut\.pcapng: the file ends inside a block: \d+ of \d+ bytes are there \(byte offset \d+\)\.\n$/,
    );
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  test('no file, and no capture: one sentence, and 3', async () => {
    const missing = await read([join(folder, 'missing')]);
    expect(missing).toMatchObject({ code: 3, out: '' });
    expect(missing.err).toMatch(/missing: there is no such file\.\n$/);
    const text = await read([join(root, 'package.json')]);
    expect(text).toMatchObject({ code: 3, out: '' });
    expect(text.err).toMatch(/this is neither a pcap nor a pcapng file \(byte offset 0\)\.\n$/);
  });

  test('a wrong count is a wrong use: 2', async () => {
    const { code, err } = await read([join(root, 'package.json'), '--count', '0']);
    expect(code).toBe(2);
    expect(err).toContain('whole number from 1');
  });

  test('a reader that has enough ends it in silence', async () => {
    const path = inFolder('long.pcapng', capture(5000));
    const child = start(path, '-v', '-x');
    let err = '';
    let seen = 0;
    child.stderr!.on('data', (piece) => (err += piece));
    child.stdout!.once('data', (piece: Buffer) => {
      seen = piece.length;
      child.stdout!.destroy();
    });
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(seen).toBeGreaterThan(0);
  });
});
