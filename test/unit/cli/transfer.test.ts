import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { TransferReport } from '../../../src/cli/transfer-report.ts';
import { type Ended, wirelab, wirelabProcess } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirelab-'));
afterAll(() => rmSync(folder, { recursive: true }));

const report = async (words: readonly string[]): Promise<TransferReport> =>
  reportOf(await wirelab(['transfer', ...words, '--json']));

const reportOf = ({ code, stdout, stderr }: Ended): TransferReport => {
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout) as TransferReport;
};

describe('transfer', () => {
  test('sends a real file whole, and says so with its SHA-256', async () => {
    const sha256 = createHash('sha256').update(readFileSync('LICENSE')).digest('hex');
    const result = await report(['LICENSE', '--loss', '10%', '--seed', '4']);
    expect(result).toMatchObject({ ok: true, sha256Sent: sha256, sha256Received: sha256, seed: 4 });
    expect(result.bytes).toBe(readFileSync('LICENSE').length);
    expect(result.framesDropped).toBe(result.dropsByCause['medium-loss'] ?? 0);
  });

  test('reads standard input', async () => {
    expect(reportOf(await wirelabProcess(['transfer', '-', '--json'], 'hello')).bytes).toBe(5);
  });

  test('the command that it prints repeats the run', async () => {
    const first = await report([
      '--size',
      '100kB',
      '--loss',
      '5%/1%',
      '--rate',
      '10Mbit/s',
      '--delay',
      '5ms',
      '--seed',
      '9',
    ]);
    const [program, verb, ...rest] = first.command.split(' ');
    expect([program, verb]).toEqual(['wirelab', 'transfer']);
    const again = await report(rest);
    expect(again.traceDigest).toBe(first.traceDigest);
    const other = await report([...rest, '--seed', '10']);
    expect(other.traceDigest).not.toBe(first.traceDigest);
  });

  test('--cc chooses the congestion control of the sender, and is part of the command that repeats the run', async () => {
    const link = ['--size', '300kB', '--loss', '2%/0%', '--seed', '3'];
    const usual = await report(link);
    expect(usual.congestionControl).toBe('reno');
    expect((await report([...link, '--cc', 'reno'])).traceDigest).toBe(usual.traceDigest);
    const without = await report([...link, '--cc', 'none']);
    expect(without.congestionControl).toBe('none');
    expect(without.traceDigest).not.toBe(usual.traceDigest);
    expect(without.command).toContain('--cc none');
    const { stdout } = await wirelab(['transfer', ...link, '--cc', 'none']);
    expect(stdout).toContain('of TCP, none;');
  });

  test('A/B sets the directions: acknowledgments are not lost', async () => {
    const one = await report(['--size', '300kB', '--loss', '5%/0%', '--seed', '2']);
    const other = await report(['--size', '300kB', '--loss', '0%/5%', '--seed', '2']);
    expect(one.retransmissions).toBeGreaterThan(other.retransmissions);
    expect(other.framesDropped).toBeGreaterThan(0);
  });

  test('a duration measures the goodput after the warm-up', async () => {
    const result = await report([
      '--duration',
      '8s',
      '--warmup',
      '3s',
      '--rate',
      '2Mbit/s',
      '--delay',
      '5ms',
      '--queue',
      '50',
    ]);
    expect(result.ok).toBe(true);
    // The link carries 1448 bytes of the program in frames of 1514.
    const ceiling = (2e6 * 1448) / 1514;
    expect(result.goodputBitsPerSecond).toBeGreaterThan(0.97 * ceiling);
    expect(result.goodputBitsPerSecond).toBeLessThanOrEqual(1.001 * ceiling);
  });

  test('--queue chooses what becomes of frames that wait, and the report says how long they did', async () => {
    const line = ['--duration', '8s', '--rate', '5Mbit/s', '--delay', '20ms'];
    const plain = await report([...line, '--queue', '200']);
    const codel = await report([...line, '--queue', 'codel:target=5ms/100']);
    expect(plain.queues.map(({ of, queue }) => [of, queue])).toEqual([
      ['sender.eth0', 'droptail:frames=200'],
      ['receiver.eth0', 'droptail:frames=200'],
    ]);
    expect(codel.queues.map(({ queue }) => queue)).toEqual(['codel:target=5ms', 'droptail:frames=100']);
    const [data, managed] = [plain.queues[0]!, codel.queues[0]!];
    expect(data.drops).toBe(plain.dropsByCause['medium-queue-full'] ?? 0);
    expect(managed.drops).toBe(codel.dropsByCause['medium-queue-aqm']);
    expect(managed.drops).toBeGreaterThan(0);
    expect(managed.medianSojourn).toBeLessThan(data.medianSojourn / 4);
    expect(managed.medianSojourn).toBeLessThanOrEqual(managed.p95Sojourn);
    expect(managed.p95Sojourn).toBeLessThanOrEqual(managed.maximumSojourn);
    expect(codel.goodputBitsPerSecond).toBeGreaterThan(0.85 * plain.goodputBitsPerSecond);
    const again = await report(codel.command.split(' ').slice(2));
    expect(again.traceDigest).toBe(codel.traceDigest);
  });

  test('the queues of DualPI2 have figures of their own, as text too', async () => {
    const words = ['--size', '300kB', '--rate', '5Mbit/s', '--delay', '5ms', '--queue', 'dualpi2'];
    const { queues } = await report(words);
    expect(queues[0]!.parts?.map(({ of }) => of)).toEqual(['L4S', 'classic']);
    expect(queues[0]!.parts![1]!.frames).toBe(queues[0]!.frames);
    const { stdout } = await wirelab(['transfer', ...words]);
    expect(stdout).toMatch(
      /queue +sender\.eth0, dualpi2: \d+ frames waited mean [\d.]+ms, median .*; \d+ dropped, \d+ marked\n/,
    );
    expect(stdout).toMatch(/\n +classic: \d+ frames waited/);
  });

  test('a fault list takes just the frames that it names', async () => {
    const path = join(folder, 'faults.json');
    writeFileSync(path, JSON.stringify([{ direction: 'aToB', match: { flags: 'S', nth: 1 }, action: 'drop' }]));
    const result = await report(['--size', '10kB', '--faults', path]);
    expect(result.dropsByCause).toEqual({ 'medium-fault': 1 });
    expect(result.retransmissionsByCause).toEqual({ syn: 1 });
  });

  describe('--tcp-info', () => {
    const link = ['--size', '200kB', '--loss', '2%/0%', '--rate', '10Mbit/s', '--delay', '5ms', '--seed', '3'];
    const write = async (name: string, words: readonly string[] = link) => {
      const path = join(folder, name);
      const result = await report([...words, '--tcp-info', path]);
      const text = readFileSync(path, 'utf8');
      expect(text.endsWith('\n')).toBe(true);
      return { result, text, lines: text.trimEnd().split('\n') };
    };

    test('writes a row for each ACK, in two formats that say the same, and the same bytes again', async () => {
      const csv = await write('info.csv');
      const json = await write('info.jsonl');
      expect((await write('again.csv')).text).toBe(csv.text);
      const [names = [], ...rows] = csv.lines.map((line) => line.split(','));
      const records = json.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(rows).toHaveLength(records.length);
      for (const [index, record] of records.entries()) {
        expect(Object.keys(record)).toEqual(names);
        expect(Object.values(record).map((value) => String(value ?? ''))).toEqual(rows[index]);
      }
      const last = records.at(-1)!;
      expect(last).toMatchObject({ ackedBytes: 200_000, unackedBytes: 0, resentSegments: csv.result.retransmissions });
      expect(last.sentBytes).toBe(200_000 + Number(last.resentBytes));
      // Each segment of the receiver but the SYN-ACK and what came after TIME-WAIT had begun is an ACK that was processed.
      expect(records.length).toBeGreaterThan(60);
      const times = records.map(({ timeNs }) => Number(timeNs));
      expect(times).toEqual([...times].sort((one, other) => one - other));
      expect(new Set(records.map(({ caState }) => caState))).toContain('Recovery');
    });

    test('changes nothing of the run, nor the command that repeats it', async () => {
      const { result } = await write('same.csv');
      const without = await report(link);
      expect(result.traceDigest).toBe(without.traceDigest);
      expect(result.command).toBe(without.command);
    });

    test('has what the controller knows', async () => {
      const { lines } = await write('bbr.csv', [...link, '--cc', 'bbr']);
      expect(lines[0]).toMatch(/controller\.kind,controller\.phase,controller\.bandwidth/);
      expect(lines.at(-1)).toMatch(/,bbr,(?:startup|drain|down|cruise|refill|up),/);
    });

    test('is told of in the report, and goes together with the ladder', async () => {
      const path = join(folder, 'both.csv');
      const ended = await wirelab(['transfer', ...link, '--tcp-info', path, '--ladder', '10']);
      const without = await wirelab(['transfer', ...link, '--ladder', '10']);
      expect(ended.stdout).toContain(`tcp_info  ${path}\n`);
      const [first, other] = [ended, without].map(({ stdout }) => stdout.slice(0, stdout.indexOf('200kB of')));
      expect(first).toBe(other);
      expect(first).toContain('SYN seq 0');
    });
  });

  test('a plan that makes no sense leaves the files that --pcap and --tcp-info name as they are', async () => {
    const info = join(folder, 'keep.csv');
    writeFileSync(info, 'precious');
    expect((await wirelab(['transfer', '--mtu', '70000', '--tcp-info', info])).code).toBe(2);
    expect(readFileSync(info, 'utf8')).toBe('precious');
    const path = join(folder, 'keep.pcapng');
    writeFileSync(path, 'precious');
    expect((await wirelab(['transfer', '--mtu', '70000', '--pcap', path])).code).toBe(2);
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  test('a link that carries nothing fails with the error of the program, and exit 1', async () => {
    const { code, stdout } = await wirelab(['transfer', '--size', '1kB', '--loss', '100%', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: 'EHOSTUNREACH' });
  });

  test('the ladder and the report are plain text without escape sequences', async () => {
    const { stdout, code } = await wirelab(['transfer', 'LICENSE', '--loss', '5%', '--ladder', '10']);
    expect(code).toBe(0);
    expect(stdout).toContain('SYN seq 0');
    expect(stdout).toContain('arrived whole');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
    expect(stdout).not.toMatch(/\u001b/);
  });
});

describe('demo', () => {
  test('alone lists them, each of which runs', async () => {
    const { stdout } = await wirelab(['demo', '--json']);
    const demos = (JSON.parse(stdout) as { demo: string }[]).map(({ demo }) => demo);
    expect(demos).toEqual(['udp-upper', 'tcp-upper', 'villagers', 'select-chat']);
    for (const demo of demos) {
      const run = await wirelab(['demo', demo]);
      expect(run.code, run.stderr).toBe(0);
      expect(run.stdout).toContain('ms');
    }
  });
});

describe('help', () => {
  test.each(['transfer', 'demo', 'read'])('of %s has an example', async (verb) => {
    const { stdout, code } = await wirelab([verb, '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples:\\n +wirelab ${verb}`));
  });
});
