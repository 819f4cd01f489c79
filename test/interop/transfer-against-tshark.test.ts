/**
 * A capture that this stack made, judged by tshark: nothing malformed, no bad checksum, no expert error in a clean run; and
 * the stream that tshark follows is the file, with and without loss.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { wirelab } from '../unit/cli/command-line.ts';
import { testWith } from './program.ts';

const FILE = 'package-lock.json';
const CHECKED = ['tcp', 'udp', 'ip'].flatMap((protocol) => ['-o', `${protocol}.check_checksum:TRUE`]);

const folder = mkdtempSync(join(tmpdir(), 'wirelab-'));
afterAll(() => rmSync(folder, { recursive: true }));

const tshark = (path: string, ...words: string[]): string =>
  execFileSync('tshark', ['-r', path, ...CHECKED, ...words], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });

async function captured(name: string, ...words: string[]): Promise<string> {
  const path = join(folder, name);
  const { code, stderr } = await wirelab(['transfer', FILE, '--pcap', path, '--json', ...words]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return path;
}

/** The bytes that the first TCP stream carries from its client, as tshark puts them together. */
function followed(path: string): Buffer {
  const lines = tshark(path, '-q', '-z', 'follow,tcp,raw,0').split('\n');
  const first = lines.findIndex((line) => line.startsWith('Node 1:')) + 1;
  const hex = lines.slice(first).filter((line) => /^[0-9a-f]+$/.test(line));
  return Buffer.from(hex.join(''), 'hex');
}

describe.each([
  ['IPv4', []],
  ['IPv6', ['--ipv6']],
])('a transfer by %s', (family, words) => {
  testWith('tshark')('clean: nothing malformed, no bad checksum, no expert error or warning', async () => {
    const path = await captured(`clean-${family}.pcapng`, '--rate', '20Mbit/s', '--delay', '5ms', ...words);
    const bad = tshark(path, '-Y', '_ws.malformed || ip.checksum.status == 0 || tcp.checksum.status == 0');
    expect(bad).toBe('');
    // 4194304 is PI_CHAT, 6291456 PI_NOTE … 8388608 PI_ERROR: SYN and FIN are chats.
    expect(tshark(path, '-Y', '_ws.expert.severity >= 6291456')).toBe('');
    expect(followed(path).equals(readFileSync(FILE))).toBe(true);
  });

  testWith('tshark')('with loss and reordering: the stream that tshark follows is still the file', async () => {
    const faults = ['--rate', '20Mbit/s', '--delay', '5ms', '--loss', '3%', '--reorder', '3%', '--seed', '5'];
    const path = await captured(`lossy-${family}.pcapng`, ...faults, ...words);
    expect(tshark(path, '-Y', '_ws.malformed || ip.checksum.status == 0 || tcp.checksum.status == 0')).toBe('');
    expect(tshark(path, '-Y', 'tcp.analysis.retransmission').split('\n').length).toBeGreaterThan(1);
    expect(followed(path).equals(readFileSync(FILE))).toBe(true);
  });
});
