/** The verb `packetdrill`, from its words to its lines, files and exit codes. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { captureFrames } from '../../../src/trace/capture-file.ts';
import { wirelab, wirelabProcess } from './command-line.ts';
import { FAIL, NO_SCRIPT, PASS, temporaryFolder, UNSUPPORTED, write } from './packetdrill-scripts.ts';

const top = temporaryFolder();
afterAll(() => rmSync(top, { recursive: true }));
const suite = write(join(top, 'suite'), {
  'a.pkt': PASS,
  'b/fail.pkt': FAIL,
  'b/unsupported.pkt': UNSUPPORTED,
  'c.pkt': PASS,
  'notes.txt': 'no script',
});
const inSuite = (path: string): string => join(suite, path);
const [good, bad, strange] = [inSuite('a.pkt'), inSuite('b/fail.pkt'), inSuite('b/unsupported.pkt')];
const unread = join(write(top, { 'broken.pkt': NO_SCRIPT }), 'broken.pkt');

describe('a folder', () => {
  test('one line a script in the order of their paths, the totals, and exit 1', async () => {
    const { code, stdout, stderr } = await wirelab(['packetdrill', suite]);
    const lines = stdout.split('\n');
    expect(lines.slice(0, 4)).toEqual([
      `pass         ${good}`,
      expect.stringMatching(new RegExp(`^fail         ${bad}:2: .*ack.*1.*2`)),
      `unsupported  ${strange}:1: option --frobnicate`,
      `pass         ${inSuite('c.pkt')}`,
    ]);
    expect(lines[4]).toMatch(/^4 scripts: 2 pass, 1 fail, 1 unsupported in \d+\.\d+ s$/);
    expect({ code, stderr, rest: lines.slice(5) }).toEqual({ code: 1, stderr: '', rest: [''] });
  });

  test('--json: an object a line, then the totals', async () => {
    const { code, stdout } = await wirelab(['packetdrill', suite, '--json']);
    const rows = stdout.trim().split('\n');
    expect(rows.map((row) => JSON.parse(row))).toEqual([
      { script: good, verdict: 'pass', line: null, reason: '' },
      { script: bad, verdict: 'fail', line: 2, reason: expect.stringMatching(/ack/) },
      { script: strange, verdict: 'unsupported', line: 1, reason: 'option --frobnicate' },
      { script: inSuite('c.pkt'), verdict: 'pass', line: null, reason: '' },
      { total: 4, pass: 2, fail: 1, unsupported: 1, seconds: expect.any(Number) },
    ]);
    expect(code).toBe(1);
  });

  test('of many only those are listed that did not pass; --verbose lists all, and tells more of each failure', async () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`${100 + index}.pkt`, PASS]));
    const folder = write(join(top, 'many'), { ...many, '115.pkt': FAIL });
    const short = await wirelab(['packetdrill', folder]);
    expect(short.stdout.trim().split('\n')).toEqual([
      expect.stringMatching(/^fail .*115\.pkt:2: /),
      expect.stringMatching(/^30 scripts: 29 pass, 1 fail, 0 unsupported in /),
    ]);
    const long = await wirelab(['packetdrill', folder, '--verbose']);
    expect(long.stdout.match(/^(pass|fail) /gm)).toHaveLength(30);
    expect(long.stdout).toMatch(/115\.pkt:2: .*\n {2}expected: \+0 > R\. 0:0\(0\) ack 2 win 0\n/);
  });
});

describe('exit codes', () => {
  test('0 if every script passed', async () => {
    expect(await wirelab(['packetdrill', good, inSuite('c.pkt')])).toMatchObject({ code: 0, stderr: '' });
  });

  test('1 if one is unsupported: that is no pass', async () => {
    expect(await wirelab(['packetdrill', good, strange])).toMatchObject({ code: 1, stderr: '' });
  });

  test('3 for a text that is no script, with its place; the others run, and 3 counts more than 1', async () => {
    const { code, stdout, stderr } = await wirelab(['packetdrill', unread, bad, good]);
    expect(code).toBe(3);
    expect(stderr).toMatch(new RegExp(`^${unread}:2:13: .*\n$`));
    expect(stdout).toMatch(new RegExp(`^fail         ${unread}:2: `));
    expect(stdout).toMatch(/^3 scripts: 1 pass, 2 fail, 0 unsupported/m);
  });

  test.each([
    [['packetdrill'], 2, /missing required argument 'paths'/],
    [['packetdrill', good, '--frobnicate'], 2, /unknown option '--frobnicate'/],
    [['packetdrill', good, '--define', 'NAME'], 2, /'NAME' is invalid\. Write NAME=VALUE/],
    [['packetdrill', good, '--define', '1A=2'], 2, /'1A=2' is invalid\. Write NAME=VALUE/],
    [['packetdrill', good, '--profile', 'plan9'], 2, /Allowed choices are linux, freebsd, rfc/],
    [['packetdrill', good, '--workers', '0'], 2, /--workers is a whole number from 1 on/],
    [['packetdrill', good, '--json', '--ladder'], 2, /cannot be used with/],
    [['packetdrill', good, '--json', '--verbose'], 2, /cannot be used with/],
    [['packetdrill', good, '--pcap', '-'], 2, /--pcap needs a folder/],
    [
      ['packetdrill', good, '--pcap', good],
      2,
      /--pcap: the folder .*a\.pkt cannot be written to: file already exists\.$/m,
    ],
    [['packetdrill', good, '--pcap', '/dev/null/x'], 2, /cannot be written to: not a directory\.$/m],
    [['packetdrill', join(top, 'none.pkt')], 3, /none\.pkt cannot be read: no such file or directory\.$/m],
    [['packetdrill', good, join(top, 'none')], 3, /none cannot be read: no such file or directory\.$/m],
  ] as const)('%j: %i, in one sentence, before anything runs', async (words, code, says) => {
    const ended = await wirelab(words);
    expect(ended.stderr).toMatch(says);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
  });

  test('3 for a folder without scripts', async () => {
    const folder = join(top, 'empty');
    mkdirSync(folder);
    const { code, stderr } = await wirelab(['packetdrill', folder]);
    expect([code, stderr]).toEqual([
      3,
      `wirelab: ${folder} holds no script: none of the files below it ends in .pkt.\n`,
    ]);
  });
});

describe('one script', () => {
  test('that fails: what was expected and what came, and the last rows of its ladder', async () => {
    const { code, stdout } = await wirelab(['packetdrill', bad]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fail .*\n {2}expected: \+0 > R\. 0:0\(0\) ack 2 win 0\n {2}came: .*\n/);
    expect(stdout).toMatch(/◀.* SYN seq 0 win 1000/);
  });

  test('--ladder draws it once, whether it passes or fails', async () => {
    const passed = await wirelab(['packetdrill', good, '--ladder']);
    expect(passed.stdout).toMatch(/^pass .*\n.*host .* script .*\n/);
    expect(passed.stdout.match(/RST ACK seq 1 ack 1/g)).toHaveLength(1);
    const failed = await wirelab(['packetdrill', bad, '--ladder']);
    expect(failed.stdout).toMatch(/expected: /);
    expect(failed.stdout.match(/RST ACK seq 1 ack 1/g)).toHaveLength(1);
  });

  test('from standard input', async () => {
    const { code, stdout } = await wirelabProcess(['packetdrill', '-'], PASS);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^pass {9}standard input\n1 script: 1 pass, 0 fail, 0 unsupported in /);
    const broken = await wirelabProcess(['packetdrill', '-', '--json'], NO_SCRIPT);
    expect(broken.code).toBe(3);
    expect(broken.stderr).toMatch(/^standard input:2:13: /);
    expect(JSON.parse(broken.stdout.split('\n')[0]!)).toMatchObject({ script: 'standard input', line: 2 });
  });
});

test('what a script includes is found from the folders above it, and what it prints stands below its line', async () => {
  const folder = write(join(top, 'including'), {
    'net/common/defaults.sh': 'echo from the defaults',
    'net/tcp/rto/a.pkt': `\`net/common/defaults.sh\`\n${PASS}%{ print("from the script") }%\n`,
    'net/tcp/rto/b.pkt': `\`../none.sh\`\n${PASS}`,
  });
  const included = await wirelab(['packetdrill', join(folder, 'net/tcp/rto/a.pkt')]);
  expect(included.stdout).toMatch(/^pass .*a\.pkt\n {2}from the defaults\n {2}from the script\n1 script: 1 pass/);
  const missing = await wirelab(['packetdrill', join(folder, 'net/tcp/rto/b.pkt')]);
  expect(missing.stdout).toMatch(/b\.pkt:1: .*\.\.\/none\.sh/);
  expect(missing.code).toBe(1);
});

test('--ladder of several: under those that failed', async () => {
  const { stdout } = await wirelab(['packetdrill', suite, '--ladder']);
  expect(stdout.match(/ host .* script /g)).toHaveLength(1);
  expect(stdout).toMatch(/fail .*\n.* host .* script /);
});

test('--define stands for a text; of a name that is given twice the last counts', async () => {
  const script = join(
    write(top, { 'defined.pkt': PASS.replace('1000', 'WIN').replace('ack 1', 'ack NEXT') }),
    'defined.pkt',
  );
  const defined = ['packetdrill', script, '--define', 'WIN=1000', '--define', 'NEXT=2', '--define', 'NEXT=1'];
  expect(await wirelab(defined)).toMatchObject({ code: 0 });
  expect(await wirelab(defined.slice(0, 6))).toMatchObject({ code: 1 });
  expect(await wirelab(['packetdrill', script])).toMatchObject({ code: 3 });
});

test("--profile: the host starts from that system's defaults", async () => {
  const syn = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
+0 > S 0:0(0) <mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 0>
`;
  const script = join(write(top, { 'syn.pkt': syn }), 'syn.pkt');
  expect(await wirelab(['packetdrill', script, '--profile', 'freebsd'])).toMatchObject({ code: 0 });
  expect(await wirelab(['packetdrill', script, '--profile', 'linux'])).toMatchObject({ code: 1 });
});

describe('--pcap', () => {
  test('a capture of each, named after its path, with the frames of the host; twice the same bytes', async () => {
    const folder = join(top, 'deep', 'captures');
    const other = write(join(top, 'other'), { 'b-c.pkt': PASS, 'b/c.pkt': FAIL });
    const words = ['packetdrill', other, strange, unread, '--pcap', folder];
    expect(await wirelab(words)).toMatchObject({ code: 3 });
    const base = top
      .split('/')
      .filter((part) => part !== '')
      .join('-');
    // Two paths that are alike without their slashes keep a file each.
    const names = [`${base}-other-b-c.pcapng`, `${base}-other-b-c-2.pcapng`];
    expect(readdirSync(folder).sort()).toEqual(
      [...names, `${base}-suite-b-unsupported.pcapng`, `${base}-broken.pcapng`].sort(),
    );
    const bytes = readFileSync(join(folder, names[0]!));
    const frames = [...captureFrames(bytes)];
    expect(frames.map(({ interfaceName, direction, linkType }) => [interfaceName, direction, linkType])).toEqual([
      ['host.tun0', 'inbound', 1],
      ['host.tun0', 'outbound', 1],
    ]);
    await wirelab(words);
    expect(readFileSync(join(folder, names[0]!)).equals(bytes)).toBe(true);
  });

  test('one that cannot be written ends the run with a sentence, and 2', async () => {
    const folder = join(top, 'taken');
    const inTheWay = `${good.slice(1, -'.pkt'.length).replaceAll('/', '-')}.pcapng`;
    mkdirSync(join(folder, inTheWay), { recursive: true });
    const { code, stdout, stderr } = await wirelab(['packetdrill', good, bad, '--pcap', folder]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/suite-a\.pcapng cannot be written: illegal operation on a directory\.\n$/);
  });
});
