import { describe, expect, test } from 'vitest';
import { formatIpAddress, ipAddress } from '../../../src/layers/address-text.ts';
import {
  broadcastAddress,
  contains,
  formatPrefix,
  mask,
  network,
  parsePrefix,
  prefix,
} from '../../../src/layers/prefix.ts';

describe('prefixes', () => {
  test.each([
    ['10.0.0.1/24', '10.0.0.0/24', '255.255.255.0', '10.0.0.255'],
    ['172.31.77.200/12', '172.16.0.0/12', '255.240.0.0', '172.31.255.255'],
    ['192.0.2.129/25', '192.0.2.128/25', '255.255.255.128', '192.0.2.255'],
    ['192.0.2.9/30', '192.0.2.8/30', '255.255.255.252', '192.0.2.11'],
    ['192.0.2.9/31', '192.0.2.8/31', '255.255.255.254', undefined],
    ['192.0.2.9/32', '192.0.2.9/32', '255.255.255.255', undefined],
    ['192.0.2.9/0', '0.0.0.0/0', '0.0.0.0', '255.255.255.255'],
    ['2001:db8:1:2:3:4:5:6/64', '2001:db8:1:2::/64', 'ffff:ffff:ffff:ffff::', undefined],
    ['fe80::ffff/10', 'fe80::/10', 'ffc0::', undefined],
    ['::1/128', '::1/128', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', undefined],
    ['2001:db8::ffff:ffff/97', '2001:db8::8000:0/97', 'ffff:ffff:ffff:ffff:ffff:ffff:8000:0', undefined],
  ])('%s: network %s, mask %s, broadcast %s', (text, networkText, maskText, broadcastText) => {
    const parsed = prefix(text);
    const broadcast = broadcastAddress(parsed);
    expect(formatPrefix(parsed)).toBe(text);
    expect(formatPrefix(network(parsed))).toBe(networkText);
    expect(formatIpAddress(mask(parsed.address.family, parsed.length))).toBe(maskText);
    expect(broadcast && formatIpAddress(broadcast)).toBe(broadcastText);
    expect(contains(parsed, parsed.address)).toBe(true);
  });

  test.each([
    ['10.0.0.1/24', '10.0.0.255', true],
    ['10.0.0.1/24', '10.0.1.0', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '::', false],
    ['::/0', '0.0.0.0', false],
    ['::/0', 'ffff::', true],
    ['2001:db8::/33', '2001:db8:7fff::', true],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['2001:db8::/96', '2001:db8::1:0:0', false],
    ['2001:db8::/127', '2001:db8::1', true],
    ['2001:db8::/127', '2001:db8::2', false],
  ])('%s contains %s: %s', (text, address, expected) => {
    expect(contains(prefix(text), ipAddress(address))).toBe(expected);
  });

  test('an address alone is a prefix of full length', () => {
    expect(prefix('10.0.0.1').length).toBe(32);
    expect(prefix('::1').length).toBe(128);
  });

  test.each([
    '',
    '/24',
    '10.0.0.1/',
    '10.0.0.1/33',
    '10.0.0.1/08',
    '10.0.0.1/-1',
    '10.0.0.1/24/24',
    '::/129',
    '10.0.0/8',
    '10.0.0.1/ 8',
  ])('%j is no prefix', (text) => {
    expect(parsePrefix(text)).toBeUndefined();
    expect(() => prefix(text)).toThrow(TypeError);
  });
});
