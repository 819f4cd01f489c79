import { describe, expect, test } from 'vitest';
import { ipAddress } from '../../../../src/layers/address-text.ts';
import * as arp from '../../../../src/layers/link/arp.ts';
import { macAddress } from '../../../../src/layers/mac.ts';
import { viewOf } from '../../../../src/layers/record.ts';

const aliceMac = macAddress('02:00:00:00:00:0a');
const alice = ipAddress('192.0.2.10');
const bob = ipAddress('192.0.2.200');

function packet(operation: number, sender: number, target: number): DataView {
  const view = new DataView(new ArrayBuffer(arp.PACKET_LENGTH));
  expect(arp.writePacket(view, 0, operation, aliceMac, sender, 0, target)).toBe(28);
  return view;
}

describe('ARP', () => {
  test('RFC 826: a request for Ethernet and IPv4, byte by byte', () => {
    const view = packet(arp.REQUEST, alice.w3, bob.w3);
    expect(Buffer.from(view.buffer).toString('hex')).toBe(
      '0001' + '0800' + '06' + '04' + '0001' + '02000000000a' + 'c000020a' + '000000000000' + 'c00002c8',
    );
    expect(arp.check(view, 0, 28)).toBeUndefined();
    expect(arp.senderMac(view, 0)).toBe(aliceMac);
    expect(arp.senderWord(view, 0)).toBe(alice.w3);
    expect(arp.targetMac(view, 0)).toBe(0);
    expect(arp.targetWord(view, 0)).toBe(bob.w3);
    expect(arp.decode(view, 0, 28)).toEqual({
      hardwareType: 1,
      protocolType: 0x0800,
      operation: 1,
      senderHardware: aliceMac,
      senderProtocol: alice,
      targetHardware: 0,
      targetProtocol: bob,
    });
  });

  test('RFC 5227 §1.1: a probe has no sender address, an announcement has it twice', () => {
    const forms = (operation: number, sender: number, target: number): boolean[] => {
      const view = packet(operation, sender, target);
      return [arp.isProbe(view, 0), arp.isAnnouncement(view, 0)];
    };
    expect(forms(arp.REQUEST, 0, bob.w3)).toEqual([true, false]);
    expect(forms(arp.REQUEST, bob.w3, bob.w3)).toEqual([false, true]);
    expect(forms(arp.REQUEST, 0, 0)).toEqual([true, false]);
    expect(forms(arp.REQUEST, alice.w3, bob.w3)).toEqual([false, false]);
    expect(forms(arp.REPLY, bob.w3, bob.w3)).toEqual([false, false]);
    expect(forms(arp.REPLY, 0, bob.w3)).toEqual([false, false]);
  });

  test('Ethernet padding behind the packet is not read', () => {
    const view = new DataView(new Uint8Array(46).fill(0xee).buffer);
    arp.writePacket(view, 0, arp.REPLY, aliceMac, alice.w3, aliceMac, bob.w3);
    expect(arp.check(view, 0, 46)).toBeUndefined();
    expect(arp.packetLength(view, 0)).toBe(28);
    expect(arp.encode(arp.decode(view, 0, 46) as arp.ArpRecord)).toEqual(new Uint8Array(view.buffer, 0, 28));
  });

  test.each([
    ['another hardware', 1, 'arp-unsupported'],
    ['another protocol', 3, 'arp-unsupported'],
    ['another operation', 7, 'arp-unsupported'],
    ['hardware addresses that are too long', 4, 'arp-truncated'],
    ['protocol addresses that are too long', 5, 'arp-truncated'],
  ])('RFC 826: "?Do I have the hardware type": %s is told apart', (_what, byte, reason) => {
    const view = packet(arp.REQUEST, alice.w3, bob.w3);
    view.setUint8(byte, view.getUint8(byte) + 0x19);
    expect(arp.check(view, 0, 28)).toBe(reason);
  });

  test('RFC 1042: IEEE 802 hardware is Ethernet here; shorter addresses are none that we speak', () => {
    const view = packet(arp.REQUEST, alice.w3, bob.w3);
    view.setUint16(0, arp.HARDWARE_IEEE_802);
    expect(arp.check(view, 0, 28)).toBeUndefined();
    view.setUint8(4, 2);
    expect(arp.check(view, 0, 28)).toBe('arp-unsupported');
  });

  test.each([0, 7, 8, 27])('%i bytes are truncated', (length) => {
    const view = new DataView(packet(arp.REQUEST, alice.w3, bob.w3).buffer, 0, length);
    expect(arp.check(view, 0, length)).toBe('arp-truncated');
    expect(arp.decode(view, 0, length)).toBe('arp-truncated');
  });

  test('RFC 826: any hardware and protocol decode and encode: two-byte stations that speak a protocol of three-byte names', () => {
    const record: arp.ArpRecord = {
      hardwareType: 6,
      protocolType: 0x0804,
      operation: 2,
      senderHardware: Uint8Array.of(1, 2),
      senderProtocol: Uint8Array.of(3, 4, 5),
      targetHardware: Uint8Array.of(6, 7),
      targetProtocol: Uint8Array.of(8, 9, 10),
    };
    const bytes = arp.encode(record);
    expect(bytes).toHaveLength(18);
    expect(arp.decode(viewOf(bytes), 0, 18)).toEqual(record);
  });

  test('a programmer’s mistake is named', () => {
    const record = arp.decode(packet(1, alice.w3, bob.w3), 0, 28) as arp.ArpRecord;
    expect(() => arp.encode({ ...record, targetHardware: Uint8Array.of(1) })).toThrow(/same lengths/);
    expect(() => arp.encode({ ...record, targetProtocol: ipAddress('::1') })).toThrow(/neighbour discovery/);
    expect(() => arp.encode({ ...record, operation: 65536 })).toThrow(/the ARP operation/);
  });
});
