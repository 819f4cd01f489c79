/**
 * A 5 MB file through a bad link, by what the command line itself runs: equal SHA-256 at both ends at every loss rate
 * and with all faults at once; the same seed is the same run to the byte, in two processes too.
 *
 * Bits that flip twice in a segment may pass the Internet checksum (it has 16 bits): with bit errors the hashes can
 * differ and no TCP would know. At 1e-6 about one frame in 80 is damaged and one in 12,000 twice, and of those few are
 * missed; the seeds below are such that none is.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { runTransfer, type TransferPlan } from '../../src/cli/transfer-run.ts';
import { patternSource } from '../../src/sim/bulk-transfer.ts';
import type { LinkOptions } from '../../src/sim/medium/options.ts';

const FILE_BYTES = 5_000_000;
const SMALL_BYTES = 200_000;

const EVERYTHING: LinkOptions = {
  loss: '10%',
  reorder: '10%',
  duplicate: '5%',
  jitter: { distribution: 'uniform', maximum: '20ms', keepOrder: false },
  bitErrors: '1e-6',
};

function transfer(bytes: number, link: LinkOptions, seed: number, more: Partial<TransferPlan> = {}) {
  return runTransfer({
    source: patternSource(bytes),
    bytes,
    durationNs: undefined,
    warmupNs: 0,
    link,
    mtu: 1500,
    ipv6: false,
    seed,
    capture: undefined,
    keepEvents: false,
    command: 'test',
    progress: () => undefined,
    ...more,
  }).report;
}

/** At 30 % every second exchange fails, so sixteen in a row do so in some transfers in a hundred: nobody is to give up then. */
const PATIENT = { sender: { tcp: { dataRetries: 255 } }, receiver: { tcp: { dataRetries: 255 } } };

const hashOfPattern = (bytes: number): string => {
  const content = new Uint8Array(bytes);
  patternSource(bytes).read(content);
  return createHash('sha256').update(content).digest('hex');
};

describe.each([false, true])('a file of 5 MB arrives whole (IPv6: %s)', (ipv6) => {
  const wanted = hashOfPattern(FILE_BYTES);

  test.each(['0%', '1%', '5%', '10%', '30%'])('at %s loss in both directions', (loss) => {
    const report = transfer(FILE_BYTES, { loss, delay: '1ms', rate: '100Mbit/s' }, 1, { ipv6, hosts: PATIENT });
    expect(report).toMatchObject({ ok: true, bytesReceived: FILE_BYTES, sha256Received: wanted });
    if (loss !== '0%') expect(report.retransmissions).toBeGreaterThan(0);
    else expect(report.retransmissions).toBe(0);
  });

  test('with loss, reordering, duplication, jitter and bit errors all at once', () => {
    const report = transfer(FILE_BYTES, { ...EVERYTHING, delay: '1ms', rate: '100Mbit/s' }, 1, { ipv6 });
    expect(report).toMatchObject({ ok: true, bytesReceived: FILE_BYTES, sha256Received: wanted });
    expect(Object.keys(report.dropsByCause)).toEqual(expect.arrayContaining(['medium-loss', 'tcp-bad-checksum']));
  });
});

describe('a run is its seed', () => {
  const link: LinkOptions = { ...EVERYTHING, delay: '5ms', rate: '10Mbit/s' };

  const captured = (seed: number): { readonly digest: string; readonly pcapng: string } => {
    const hash = createHash('sha256');
    const report = transfer(SMALL_BYTES, link, seed, { capture: (bytes) => void hash.update(bytes) });
    return { digest: report.traceDigest, pcapng: hash.digest('hex') };
  };

  test('the same seed twice is the same digest and the same pcapng; another is not', () => {
    const [once, again, other] = [captured(1), captured(1), captured(2)];
    expect(again).toEqual(once);
    expect(other.digest).not.toBe(once.digest);
    expect(other.pcapng).not.toBe(once.pcapng);
  });

  test('watching changes nothing', () => {
    const watched = transfer(SMALL_BYTES, link, 3, { keepEvents: true, capture: () => undefined });
    expect(watched.traceDigest).toBe(transfer(SMALL_BYTES, link, 3).traceDigest);
  });

  test('two processes agree', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wirelab-'));
    try {
      const run = async (name: string, seed: number) => {
        const pcap = join(folder, name);
        const line = `transfer --size ${SMALL_BYTES}B --loss 10% --reorder 10% --duplicate 5% --jitter 20ms --ber 1e-6 --delay 5ms`;
        const { stdout } = await promisify(execFile)(process.execPath, [
          ...['--import', 'tsx', 'src/cli/main.ts', ...line.split(' ')],
          ...['--seed', String(seed), '--pcap', pcap, '--json'],
        ]);
        const { traceDigest, ok } = JSON.parse(stdout) as { traceDigest: string; ok: boolean };
        expect(ok).toBe(true);
        return { traceDigest, pcapng: createHash('sha256').update(readFileSync(pcap)).digest('hex') };
      };
      const [one, other, third] = await Promise.all([run('one', 4), run('other', 4), run('third', 5)]);
      expect(other).toEqual(one);
      expect(third!.traceDigest).not.toBe(one!.traceDigest);
      expect(third!.pcapng).not.toBe(one!.pcapng);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  /**
   * A change here is a change of behaviour on the wire or in time. If it is meant, write the new digests:
   * npx vitest run test/property/end-to-end.test.ts -u
   */
  test('digests are pinned', async () => {
    const seeds = [1, 2, 3, 4, 5, 6];
    const digests = Object.fromEntries(
      seeds.map((seed) => [seed, transfer(50_000, link, seed, { ipv6: seed % 2 === 0 }).traceDigest]),
    );
    await expect(`${JSON.stringify(digests, undefined, 2)}\n`).toMatchFileSnapshot('../golden/digests.json');
  });
});
