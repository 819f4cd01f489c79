/** The headers that capturing systems put in front of a packet instead of a link's own. */
import { describe, expect, test } from 'vitest';
import * as ipnet from '../../../../src/layers/link/ipnet.ts';
import * as cooked from '../../../../src/layers/link/linux-cooked.ts';
import * as loopback from '../../../../src/layers/link/null.ts';
import { viewOf } from '../../../../src/layers/record.ts';

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

describe('BSD loopback', () => {
  test.each([
    ['0200000045', 2, true, 0x0800],
    ['0000000245', 2, false, 0x0800],
    ['1e00000060', 30, true, 0x86dd],
    ['0000001860', 24, false, 0x86dd],
    ['0700000000', 7, true, undefined],
    ['0001000000', 256, true, undefined],
  ])('%s is family %i', (hex, family, littleEndian, etherType) => {
    const bytes = bytesOf(hex);
    const record = loopback.decode(viewOf(bytes), 0, 5) as loopback.NullRecord;
    expect(record).toMatchObject({ family, littleEndian });
    expect(loopback.etherTypeOf(record.family)).toBe(etherType);
    expect(loopback.encode(record)).toEqual(bytes);
  });

  test('three bytes are no header', () => {
    expect(loopback.decode(viewOf(new Uint8Array(3)), 0, 3)).toBe('capture-header-truncated');
  });
});

describe('Linux cooked', () => {
  test('version 1: the first frame of mptcp-v1.pcap of tcpdump’s test suite', () => {
    const bytes = bytesOf('0000000100063232' + '87aa040200000800' + '4500');
    const record = cooked.decode(viewOf(bytes), 0, bytes.length, 1) as cooked.CookedRecord;
    expect(record).toEqual({
      version: 1,
      packetType: 0,
      hardwareType: 1,
      addressLength: 6,
      address: bytesOf('323287aa04020000'),
      protocol: 0x0800,
      interfaceIndex: 0,
      reserved: 0,
      payload: bytesOf('4500'),
    });
    expect(cooked.PACKET_TYPES[record.packetType]).toBe('to us');
    expect(cooked.encode(record)).toEqual(bytes);
    expect(cooked.decode(viewOf(bytes), 0, 15, 1)).toBe('capture-header-truncated');
  });

  test('version 2: protocol first, and the interface', () => {
    const bytes = bytesOf('86dd0000' + '00000003' + '0304' + '04' + '06' + '0000000000000000' + '60');
    const record = cooked.decode(viewOf(bytes), 0, bytes.length, 2) as cooked.CookedRecord;
    expect(record).toMatchObject({ protocol: 0x86dd, interfaceIndex: 3, hardwareType: 772, packetType: 4 });
    expect(record.addressLength).toBe(6);
    expect(cooked.encode(record)).toEqual(bytes);
    expect(cooked.decode(viewOf(bytes), 0, 19, 2)).toBe('capture-header-truncated');
    expect(() => cooked.encode({ ...record, packetType: 256 })).toThrow(/the cooked packet type/);
    expect(() => cooked.encode({ ...record, address: new Uint8Array(6) })).toThrow(/8 bytes/);
  });
});

describe('Solaris IP observability', () => {
  test('the first header of e1000g.pcap of tcpdump’s test suite', () => {
    const bytes = bytesOf('010200000000005400000002' + '00000000ffffffff00000000' + '45');
    const record = ipnet.decode(viewOf(bytes), 0, bytes.length) as ipnet.IpnetRecord;
    expect(record).toMatchObject({ version: 1, family: 2, hookType: 0, packetLength: 84, interfaceIndex: 2 });
    expect(record).toMatchObject({ sourceZone: 0xffff_ffff, destinationZone: 0, payload: Uint8Array.of(0x45) });
    expect(ipnet.encode(record)).toEqual(bytes);
    expect([2, 26, 10].map(ipnet.etherTypeOf)).toEqual([0x0800, 0x86dd, undefined]);
    expect(ipnet.decode(viewOf(bytes), 0, 23)).toBe('capture-header-truncated');
  });
});
