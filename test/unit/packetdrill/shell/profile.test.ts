/** For which kernel a script is written. */
import { expect, test } from 'vitest';
import { profileOf } from '../../../../src/packetdrill/shell/profile.ts';

test.each([
  ['', 'linux'],
  ['0 `sysctl -q net.ipv4.tcp_sack=0`', 'linux'],
  ['0 `sysctl net.inet.tcp.sack.enable=0`', 'freebsd'],
  ['0 `sysctl net.inet6.ip6.hlim=3`', 'freebsd'],
  ['0 `sysctl net/inet/tcp/msl=3`', 'freebsd'],
  ['// net.inet.tcp.msl\n0 socket(...) = 3', 'linux'],
  ['# net.inet.tcp.msl\n', 'linux'],
  ['/* net.inet.\n net.inet. */ 0 < S 0:0(0)', 'linux'],
  ['/* net.inet. never ends', 'linux'],
  ['/* a */ `sysctl net.inet.tcp.msl=1`', 'freebsd'],
  ['`echo $#; sysctl net.inet.tcp.msl=1`', 'freebsd'],
  ['+0 setsockopt(3, "a // b", net.inet.x)', 'freebsd'],
  ['" // \nnet.inet.x', 'freebsd'],
  ['planet.inet.x', 'linux'],
  ['net.inetx', 'linux'],
] as const)('%j', (text, profile) => {
  expect(profileOf(text)).toBe(profile);
});

test('a long text takes no long time', () => {
  expect(profileOf('/*'.repeat(200_000))).toBe('linux');
  expect(profileOf('"'.repeat(200_000))).toBe('linux');
});
