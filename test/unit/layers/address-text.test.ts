import { describe, expect, test } from 'vitest';
import { IpAddress, ipv4 } from '../../../src/layers/address.ts';
import {
  formatEndpoint,
  formatIpAddress,
  ipAddress,
  parseIpAddress,
  splitZone,
} from '../../../src/layers/address-text.ts';

describe('writing an address', () => {
  test.each([
    ['RFC 5952 §4.1: no leading zeros', [0x20010db8, 0, 0, 0x00010001], '2001:db8::1:1'],
    ['RFC 5952 §4.2.1: as short as possible', [0x20010db8, 0, 0, 0x00020001], '2001:db8::2:1'],
    [
      'RFC 5952 §4.2.2: one group alone is spelled out',
      [0x20010db8, 0x00000001, 0x00010001, 0x00010001],
      '2001:db8:0:1:1:1:1:1',
    ],
    ['RFC 5952 §4.2.3: the longest run', [0x20010000, 0x00000001, 0, 0x00000001], '2001:0:0:1::1'],
    ['RFC 5952 §4.2.3: the first of equal runs', [0x20010db8, 0, 0x00010000, 0x00000001], '2001:db8::1:0:0:1'],
    ['RFC 5952 §4.3: lower case', [0xfe800000, 0, 0xabcdef00, 0xdeadbeef], 'fe80::abcd:ef00:dead:beef'],
    ['RFC 5952 §5: IPv4-mapped in mixed notation', [0, 0, 0xffff, 0xc0000201], '::ffff:192.0.2.1'],
    ['no prefix that says IPv4: hexadecimal', [0, 0, 0, 0xc0000201], '::c000:201'],
    ['unspecified', [0, 0, 0, 0], '::'],
    ['loopback', [0, 0, 0, 1], '::1'],
    ['zeros at the end', [0x20010db8, 0, 0, 0], '2001:db8::'],
    ['no zeros at all', [0x10002, 0x30004, 0x50006, 0x70008], '1:2:3:4:5:6:7:8'],
  ] as const)('%s', (_rule, [w0, w1, w2, w3], text) => {
    const address = new IpAddress(6, w0, w1, w2, w3);
    expect(formatIpAddress(address)).toBe(text);
    expect(parseIpAddress(text)?.equals(address)).toBe(true);
  });

  test('RFC 1123 §2.1: IPv4 in dotted decimal, the upper half of the range too', () => {
    expect(formatIpAddress(ipv4(255, 254, 1, 0))).toBe('255.254.1.0');
    expect(parseIpAddress('255.254.1.0')).toEqual(ipv4(255, 254, 1, 0));
  });

  test('RFC 5952 §6: a port goes outside brackets', () => {
    expect(formatEndpoint(ipv4(10, 0, 0, 1), 80)).toBe('10.0.0.1:80');
    expect(formatEndpoint(ipAddress('2001:db8::1'), 80)).toBe('[2001:db8::1]:80');
  });
});

describe('reading an address', () => {
  test.each([
    ['0:0:0:0:0:0:0:0', '::'],
    ['2001:DB8:0:0:8:800:200C:417A', '2001:db8::8:800:200c:417a'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['::13.1.68.3', '::d01:4403'],
    ['0:0:0:0:0:FFFF:129.144.52.38', '::ffff:129.144.52.38'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('RFC 4291 §2.2: %s is %s', (text, canonical) => {
    expect(formatIpAddress(ipAddress(text))).toBe(canonical);
  });

  test.each([
    '',
    '.',
    ':',
    ':::',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '0x1.2.3.4',
    ' 1.2.3.4',
    '1.2.3.4 ',
    '1.2.3.-4',
    '1..3.4',
    '1.2.3.4e0',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '::1:2:3:4:5:6:7:8',
    '1::2::3',
    ':1::2',
    '1::2:',
    '12345::',
    'g::',
    '::1.2.3.4:5',
    '1.2.3.4::',
    '::1.2.3.04',
    '::1.2.3',
    'fe80::1%eth0',
    '[::1]',
    '::1/64',
  ])('%j is no address', (text) => {
    expect(parseIpAddress(text)).toBeUndefined();
    expect(() => ipAddress(text)).toThrow(TypeError);
  });

  test('RFC 4007 §11: a zone is taken off before', () => {
    expect(splitZone('fe80::1%eth0')).toEqual({ address: 'fe80::1', zone: 'eth0' });
    expect(splitZone('10.0.0.1')).toEqual({ address: '10.0.0.1', zone: '' });
  });
});
