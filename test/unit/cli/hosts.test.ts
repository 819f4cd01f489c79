/** --profile, --cc and --sysctl of `transfer`, and the verb `sysctl`. */
import { describe, expect, test } from 'vitest';
import { wirelab } from './command-line.ts';

describe('how the hosts of a transfer behave', () => {
  const transfer = (...words: string[]) => wirelab(['transfer', '--size', '30kB', '--json', ...words]);

  test('a profile, a controller and sysctls are taken, and stand in the command that repeats the run', async () => {
    const words = ['--profile', 'linux', '--cc', 'vegas', '--sysctl', 'net.ipv4.tcp_sack=0', '--sysctl'];
    const { code, stdout } = await transfer(...words, 'net.ipv4.tcp_rmem=4096 65536 65536');
    expect(code).toBe(0);
    const { command, ok } = JSON.parse(stdout);
    expect(ok).toBe(true);
    expect(command).toContain(
      "--profile linux --cc vegas --sysctl net.ipv4.tcp_sack=0 --sysctl 'net.ipv4.tcp_rmem=4096 65536 65536'",
    );
  });

  test('each changes the bytes of the run', async () => {
    const digests = new Set<string>();
    const variants = [[], ['--profile', 'linux'], ['--profile', 'freebsd'], ['--sysctl', 'net.ipv4.tcp_sack=0']];
    for (const words of variants) digests.add(JSON.parse((await transfer(...words)).stdout).traceDigest);
    expect(digests.size).toBe(variants.length);
  });

  test.each([
    [['--profile', 'windows'], 'rfc, linux, freebsd'],
    [['--sysctl', 'net.ipv4.tcp_sack'], 'is not name=value'],
    [['--sysctl', 'net.ipv4.tcp_sak=1'], 'no sysctl is called "net.ipv4.tcp_sak"'],
    [['--sysctl', 'net.ipv4.tcp_sack=7'], 'takes 0 or 1; "7" is not one of them'],
    [['--cc', 'hybla'], 'cubic'],
  ])('%j is a mistake that is told', async (words, sentence) => {
    const { code, stderr, stdout } = await transfer(...words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
  });

  test('`sysctl` lists names and what they take', async () => {
    const { code, stdout } = await wirelab(['sysctl', 'tcp_sack']);
    expect([code, stdout]).toEqual([0, 'net.ipv4.tcp_sack  0 or 1\n']);
    expect(JSON.parse((await wirelab(['sysctl', '--json'])).stdout)['net.inet.tcp.delayed_ack']).toBe('0 or 1');
  });
});
