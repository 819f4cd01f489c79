import { describe, expect, test } from 'vitest';
import { ipAddress } from '../../../src/layers/address-text.ts';
import {
  BROADCAST_MAC,
  formatMac,
  isGroupMac,
  macAddress,
  multicastMac,
  parseMac,
  readMac,
  writeMac,
} from '../../../src/layers/mac.ts';

describe('Ethernet addresses', () => {
  test.each([0, 1, 0x0200_0000_0001, 0x00ff_ffff_ffff, 0x8000_8000_8000, 0xfedc_ba98_7654, BROADCAST_MAC])(
    '%i is written and read back, first byte first',
    (mac) => {
      const view = new DataView(new ArrayBuffer(8));
      writeMac(mac, view, 1);
      expect(view.getUint8(1)).toBe(Math.floor(mac / 2 ** 40));
      expect(view.getUint8(6)).toBe(mac % 256);
      expect([view.getUint8(0), view.getUint8(7)]).toEqual([0, 0]);
      expect(readMac(view, 1)).toBe(mac);
      expect(parseMac(formatMac(mac))).toBe(mac);
    },
  );

  test('text is six bytes of two digits, all with one separator', () => {
    expect(formatMac(0x000a_0b0c_0d0e)).toBe('00:0a:0b:0c:0d:0e');
    expect(parseMac('00-0A-0b-0C-0d-0E')).toBe(0x000a_0b0c_0d0e);
    for (const text of [
      '',
      '0:a:b:c:d:e',
      '00:0a:0b:0c:0d',
      '00:0a:0b:0c:0d:0e:0f',
      '00:0a-0b:0c:0d:0e',
      '000a0b0c0d0e',
    ]) {
      expect(parseMac(text)).toBeUndefined();
      expect(() => macAddress(text)).toThrow(TypeError);
    }
  });

  test('the lowest bit of the first byte makes a group', () => {
    expect(isGroupMac(BROADCAST_MAC)).toBe(true);
    expect(isGroupMac(0x0100_5e00_0001)).toBe(true);
    expect(isGroupMac(0xfeff_ffff_ffff)).toBe(false);
    expect(isGroupMac(0x0001_0000_0001)).toBe(false);
  });

  test('RFC 1112 §6.4: the low 23 bits of an IPv4 group behind 01-00-5E', () => {
    expect(formatMac(multicastMac(ipAddress('224.0.0.1')))).toBe('01:00:5e:00:00:01');
    expect(formatMac(multicastMac(ipAddress('239.255.255.250')))).toBe('01:00:5e:7f:ff:fa');
    expect(multicastMac(ipAddress('224.129.2.3'))).toBe(multicastMac(ipAddress('225.1.2.3')));
  });

  test('RFC 2464 §7: the last four bytes of an IPv6 group behind 33-33', () => {
    expect(formatMac(multicastMac(ipAddress('ff02::1:ff28:9c5a')))).toBe('33:33:ff:28:9c:5a');
  });
});
