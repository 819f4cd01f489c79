/** The verb `bench loss`, from its words to its files. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { csvOf } from '../../../../src/cli/bench/csv.ts';
import { TAIL_LOSS } from '../../../../src/experiments/catalogue/tail-loss.ts';
import { tasksOf } from '../../../../src/experiments/presets.ts';
import type { ResultRow } from '../../../../src/experiments/row.ts';
import { rowOf } from '../../experiments/rows.ts';
import { wirelab } from '../command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirelab-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));
const read = (...path: string[]): string => readFileSync(join(folder, ...path), 'utf8');

/** A grid of eight measurements that take a moment each. */
const GRID =
  'bench loss --controllers reno,cubic --loss 2% --rate 5Mbit/s --rtt 20ms --set rack=true,false --size 50kB --seeds 2'.split(
    ' ',
  );

describe('a grid', () => {
  test('the same bytes from one worker and from two; the rows are in the order of the grid', async () => {
    const one = await wirelab([...GRID, '--workers', '1', '--out', join(folder, 'one')]);
    const two = await wirelab([...GRID, '--workers', '2', '--out', join(folder, 'two')]);
    expect([one.code, two.code]).toEqual([0, 0]);
    expect(read('two', 'results.jsonl')).toBe(read('one', 'results.jsonl'));
    expect(read('two', 'results.csv')).toBe(read('one', 'results.csv'));
    const [head, ...rows] = read('one', 'results.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(head).toMatchObject({ format: 'wirelab bench loss', version: 1, tasks: 8 });
    expect((rows as ResultRow[]).map(({ axes, seed }) => [axes.controller, axes.rack, seed])).toEqual(
      ['reno', 'cubic'].flatMap((controller) =>
        ['true', 'false'].flatMap((rack) => [1, 2].map((seed) => [controller, rack, seed])),
      ),
    );
    expect((rows as ResultRow[])[2]!.point.tcp).toEqual({ rack: false });
    expect(read('one', 'report.html')).toMatch(/^<!doctype html>/i);
    expect(one.stdout).toMatch(/the same losses with and without:\n.*\n +controller=reno +false/);
    expect(one.stdout).toMatch(/repeat {2}.*bench loss --seed 1 --controllers reno,cubic --loss 2%/);

    // Goes on: two rows are missing, and one is torn.
    const lines = read('one', 'results.jsonl').split('\n');
    writeFileSync(join(folder, 'one', 'results.jsonl'), `${lines.slice(0, 7).join('\n')}\n${lines[7]!.slice(0, 50)}`);
    const resumed = await wirelab([...GRID, '--out', join(folder, 'one'), '--resume']);
    expect(resumed.code).toBe(0);
    expect(read('one', 'results.jsonl')).toBe(read('two', 'results.jsonl'));

    const other = await wirelab([...GRID, '--out', join(folder, 'one'), '--resume', '--seed', '9']);
    expect([other.code, other.stderr]).toEqual([3, expect.stringMatching(/holds another grid/)]);
  }, 60_000);

  test('--json: rows, comparisons and expectations, a line each; exit 1 if an expectation is not met', async () => {
    const { code, stdout } = await wirelab('bench loss --preset tail-loss --json --workers 2'.split(' '));
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const outcomes = lines.flatMap(({ outcome }) => outcome ?? []) as { readonly met: boolean }[];
    expect(lines.filter(({ digest }) => digest !== undefined).length).toBe(tasksOf([TAIL_LOSS], 'standard').length);
    expect(outcomes.length).toBeGreaterThan(10);
    expect(code).toBe(outcomes.every(({ met }) => met) ? 0 : 1);
  }, 60_000);
});

test('Ctrl-C ends the workers and keeps what is done', async () => {
  const place = join(folder, 'broken');
  const words = 'bench loss --controllers reno --loss 0 --rate 5Mbit/s --rtt 20ms --seeds 400 --workers 1'.split(' ');
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...words, '--out', place]);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const rows = (): number => (existsSync(place) ? read('broken', 'results.jsonl').trim().split('\n').length - 1 : 0);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  while (rows() < 2 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 50));
  child.kill('SIGINT');
  expect(await ended).toBe(130);
  expect(stderr).toMatch(/interrupted after \d+ of 400 measurements: go on by --resume --out/);
  expect(rows()).toBeGreaterThanOrEqual(2);
}, 60_000);

test('a point under loss ends by its interval or its events; --events asks for the events alone', async () => {
  const grid = 'bench loss --controllers bbr1 --loss 1% --rate 2Mbit/s --rtt 20ms --json --workers 1'.split(' ');
  const rowWith = async (words: readonly string[]): Promise<ResultRow> => {
    const { stdout } = await wirelab([...grid, ...words]);
    return JSON.parse(stdout.split('\n')[0]!);
  };
  const usual = await rowWith([]);
  expect(usual).toMatchObject({ stopping: { leastEvents: 400, mostHalfWidth: 0.02 }, stoppedBy: 'interval' });
  expect(usual.halfWidth).toBeLessThanOrEqual(0.02);
  const chosen = await rowWith(['--events', '150']);
  expect(chosen).toMatchObject({ stopping: { leastEvents: 150, mostHalfWidth: 0 }, stoppedBy: 'events' });
  expect(chosen.lossEvents).toBeGreaterThanOrEqual(150);
}, 60_000);

describe('one experiment of a preset', () => {
  test('--experiment runs it alone, --curve draws it as a picture by itself, and the report has its command', async () => {
    const [place, picture] = [join(folder, 'one-of-quick'), join(folder, 'curve.svg')];
    const words = `bench loss --preset quick --experiment outage,slow-start --out ${place} --curve ${picture}`;
    const { code, stdout } = await wirelab(words.split(' '));
    expect(code).toBe(0);
    expect(stdout).toContain(`curve   ${picture}\n`);
    const names = read('one-of-quick', 'results.jsonl')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => JSON.parse(line).experiment);
    // In the order of the preset.
    expect([...new Set(names)]).toEqual(['slow-start', 'outage']);
    const report = read('one-of-quick', 'report.html');
    for (const name of ['slow-start', 'outage']) {
      expect(report).toMatch(new RegExp(`<code>[^<]*bench loss --seed 1 --preset quick --experiment ${name}</code>`));
    }
    const svg = readFileSync(picture, 'utf8');
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg).toContain('>Short transfers without loss</text>');
    expect(svg).toContain('>wirelab bench loss --seed 1 --preset quick --experiment slow-start</text>');
  }, 60_000);
});

describe('what makes no sense is a sentence', () => {
  test.each([
    ['--experiment fog', /--experiment: there is no 'fog' in this preset: use some of loss-rate, burst-length/],
    ['--experiment loss-rate --rtt 20ms', /--preset says which points: leave out --rtt/],
    ['--preset pairs --curve x.svg', /--curve: pairs has no curve, since it is over names or a single place/],
    ['--controllers reno --curve x.svg', /--curve: grid has no curve/],
    ['--preset slow', /'slow' is invalid\. Allowed choices are quick, standard, full/],
    ['--preset quick --loss 1% --loss-model both', /--preset says which points: leave out --loss, --loss-model, or/],
    ['--resume', /--resume needs --out/],
    ['--controllers bic', /no congestion controller 'bic': use one of none, reno/],
    ['--controllers reno,,cubic', /--controllers is a list with commas, and 'reno,,cubic' has a gap/],
    ['--controllers reno,reno', /--controllers has a value twice/],
    ['--loss 5', /--loss is a probability, and '5' is more than 1: write 5%/],
    ['--loss-model fog', /no loss model 'fog': use one of independent, acknowledgments, both/],
    ['--loss 1% --loss-model burst:0', /--loss-model burst is a whole number from 1/],
    ['--rtt 20', /--rtt needs a unit: write 20ms/],
    ['--rate fast', /--rate is written like/],
    ['--rate 0bit/s', /a rate of '0bit\/s' carries nothing/],
    ['--queue fifo', /there is no queue 'fifo'/],
    ['--flows 0', /--flows is a whole number from 1 on, not '0'/],
    ['--set rack', /--set is name=value, as in rack=true,false, not 'rack'/],
    ['--set sack=true', /--set: TCP has no setting 'sack'/],
    ['--set rack=maybe', /--set rack is true or false, not 'maybe'/],
    ['--set hystart=never', /the TCP setting hystart is one of cubic, all, none, not 'never'/],
    ['--set initialWindowSegments=ten', /--set initialWindowSegments is a number, not 'ten'/],
    ['--set rack=true --set rack=false', /--set rack is there twice/],
    ['--set congestionControl=reno', /use --controllers/],
    ['--size 0B', /--size is more than nothing/],
    ['--seeds 0', /--seeds is a whole number from 1 on/],
    ['--workers 0', /--workers is a whole number from 1 on/],
    ['--events none', /--events is a whole number from 1 on/],
    ['--interval 0', /--interval is a share between 0 and 1/],
  ])('%s', async (words, says) => {
    const { code, stderr, stdout } = await wirelab(['bench', 'loss', ...words.split(' ')]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(says);
  });

  test('the help has examples, and every experiment', async () => {
    const { code, stdout } = await wirelab(['bench', 'loss', '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/wirelab bench loss --preset quick --out/);
    expect(stdout).toMatch(/wirelab bench loss --preset standard --experiment loss-rate --curve loss-curve\.svg/);
    expect(stdout).toMatch(/parking-lot +A flow across several bottlenecks/);
  });
});

test('CSV: a column for each axis, empty where an experiment has it not; quoted where it must be (RFC 4180 §2)', () => {
  const [first, second] = tasksOf([TAIL_LOSS], 'quick');
  const odd = { ...second!, axes: { note: 'a "b", c' } };
  const [head, one, two, end] = csvOf([rowOf(first!, { goodput: 5, halfWidth: null }), rowOf(odd)]).split('\r\n');
  expect(head).toMatch(
    /^experiment,point_id,seed,axis_variant,axis_lost,axis_note,goodput,goodput_half_width,ceiling,/,
  );
  expect(one).toMatch(/^tail-loss,variant=RACK and TLP lost=0 #[0-9a-f]{8},1,RACK and TLP,0,,5,,95000000,/);
  expect(two).toContain(',,,"a ""b"", c",');
  expect(end).toBe('');
  for (const line of [one, two])
    expect(line!.replaceAll(/"(?:[^"]|"")*"/g, '').split(',').length).toBe(head!.split(',').length);
});
