/**
 * Signed transfers that this stack made, judged by others: tcpdump verifies MD5 signatures (`-M`), tshark reads TCP-AO.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { type IpAddress, UNSPECIFIED_V4, UNSPECIFIED_V6 } from '../../src/layers/address.ts';
import { World } from '../../src/sim/world.ts';
import * as the from '../../src/sockets/constants.ts';
import type { Socket } from '../../src/sockets/socket.ts';
import { type CaptureWriter, captureRun } from '../../src/trace/capture.ts';
import { Recorder } from '../../src/trace/recorder.ts';
import { testWith } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirelab-'));
afterAll(() => rmSync(folder, { recursive: true }));

const INVALID = /md5 +\(?invalid/g;
const secret = (text: string): Uint8Array => new TextEncoder().encode(text);

/** 20 KB from alice to bob over a link that loses some. @returns the capture's path */
async function captured(
  name: string,
  ipv6: boolean,
  prepare: (socket: Socket, any: IpAddress) => void,
): Promise<string> {
  const pieces: Uint8Array[] = [];
  let capture: CaptureWriter | undefined;
  const world = new World({
    seed: 3,
    observer: (clock) => {
      const recorder = new Recorder(clock, { kinds: [] });
      capture = captureRun((bytes) => void pieces.push(bytes.slice()), { taps: ['alice.eth0'] });
      recorder.listen(capture.add);
      return recorder;
    },
  });
  const [alice, bob] = [world.host('alice'), world.host('bob')];
  world.link(
    { host: alice, addresses: ['10.0.0.1/24', 'fd00::1/64'] },
    { host: bob, addresses: ['10.0.0.2/24', 'fd00::2/64'] },
    { rate: '10Mbit/s', delay: '5ms', loss: '3%' },
  );
  const domain = ipv6 ? the.AF_INET6 : the.AF_INET;
  const any = ipv6 ? UNSPECIFIED_V6 : UNSPECIFIED_V4;
  world.spawn(bob, 'server', async ({ socket }) => {
    const listening = socket(domain, the.SOCK_STREAM);
    prepare(listening, any);
    listening.bind(['', 179]);
    listening.listen(1);
    const [connection] = await listening.accept();
    while ((await connection.recv(5000)).length > 0) {}
    connection.close();
  });
  world.spawn(alice, 'client', async ({ socket }) => {
    const connection = socket(domain, the.SOCK_STREAM);
    prepare(connection, any);
    await connection.connect(['bob', 179]);
    await connection.sendall(new Uint8Array(20_000).fill(7));
    connection.shutdown(the.SHUT_WR);
    await connection.recv(1);
    connection.close();
  });
  await world.run();
  capture?.end();
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat(pieces));
  return path;
}

const run = (program: string, words: readonly string[]): string =>
  execFileSync(program, words, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] });

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

describe.each([false, true])('signatures (IPv6: %s)', (ipv6) => {
  testWith('tcpdump')(
    'RFC 2385 §2.0: tcpdump finds every MD5 digest valid, and none with another password',
    async () => {
      const path = await captured(`md5-${ipv6}.pcapng`, ipv6, (socket, address) =>
        socket.setsockopt(the.IPPROTO_TCP, the.TCP_MD5SIG_EXT, { address, prefixLength: 0, key: secret('password') }),
      );
      const judged = (password: string) =>
        lines(run('tcpdump', ['-r', path, '-n', '-v', '-M', password, 'tcp'])).join('\n');
      const [right, wrong] = [judged('password'), judged('passwort')];
      const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;
      const segments = count(right, /Flags \[/g);
      expect(segments).toBeGreaterThan(20);
      expect([count(right, /md5 valid/g), count(right, INVALID)]).toEqual([segments, 0]);
      expect([count(wrong, /md5 valid/g), count(wrong, INVALID)]).toEqual([0, segments]);
    },
  );

  testWith('tshark')(
    'RFC 5925 §2.2: tshark reads KeyID, RNextKeyID and a MAC of 12 bytes in every segment',
    async () => {
      const path = await captured(`tcp-ao-${ipv6}.pcapng`, ipv6, (socket, address) =>
        socket.setsockopt(the.IPPROTO_TCP, the.TCP_AO_ADD_KEY, {
          address,
          prefixLength: 0,
          sendId: 61,
          receiveId: 61,
          key: secret('testvector'),
        }),
      );
      const fields = ['tcp.options.ao.keyid', 'tcp.options.ao.rnextkeyid', 'tcp.options.ao.mac', '_ws.malformed'];
      const shown = lines(
        run('tshark', ['-r', path, '-Y', 'tcp', '-T', 'fields', ...fields.flatMap((field) => ['-e', field])]),
      );
      expect(shown.length).toBeGreaterThan(20);
      for (const line of shown) expect(line).toMatch(/^61\t61\t[0-9a-f]{24}\t$/);
      expect(new Set(shown).size).toBeGreaterThan(20);
    },
  );
});
