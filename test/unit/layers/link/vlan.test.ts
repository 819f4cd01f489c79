import { describe, expect, test } from 'vitest';
import * as arp from '../../../../src/layers/link/arp.ts';
import * as ethernet from '../../../../src/layers/link/ethernet.ts';
import { etherTypeName, isVlanTag } from '../../../../src/layers/link/ethertype.ts';
import * as vlan from '../../../../src/layers/link/vlan.ts';
import { viewOf } from '../../../../src/layers/record.ts';

/** The first frame of 802.1ad_QinQ.pcap of tcpdump's test suite. */
const QINQ = Uint8Array.from(
  Buffer.from(
    'ffffffffffff0020d25afb3f88a800c8810007d10806' +
      '00010800060400010020d25afb3fac154f61000000000000ac154f64' +
      '0000000000000000000000000000',
    'hex',
  ),
);

describe('VLAN tags', () => {
  test('a tag within a tag, and ARP in both', () => {
    const frame = ethernet.decode(viewOf(QINQ), 0, QINQ.length) as ethernet.EthernetRecord;
    expect(etherTypeName(frame.typeOrLength)).toBe('802.1ad');
    const stack = vlan.decode(viewOf(frame.payload), 0, frame.payload.length) as vlan.VlanRecord;
    expect(stack.tags).toEqual([
      { priority: 0, dropEligible: false, identifier: 200, typeOrLength: 0x8100 },
      { priority: 0, dropEligible: false, identifier: 2001, typeOrLength: 0x0806 },
    ]);
    const packet = arp.decode(viewOf(stack.payload), 0, stack.payload.length) as arp.ArpRecord;
    expect(packet.senderHardware).toBe(0x0020_d25a_fb3f);
    expect(ethernet.encode({ ...frame, payload: vlan.encode(stack) })).toEqual(QINQ);
  });

  test('IEEE 802.1Q §9.6: priority, drop eligibility and identifier share 16 bits', () => {
    const view = new DataView(new ArrayBuffer(5));
    vlan.writeTag(view, 1, 5, true, 0xabc, 0x86dd);
    expect(view.getUint32(1)).toBe(0xbabc86dd);
    expect(vlan.priority(view, 1)).toBe(5);
    expect(vlan.dropEligible(view, 1)).toBe(true);
    expect(vlan.identifier(view, 1)).toBe(0xabc);
    expect(vlan.typeOrLength(view, 1)).toBe(0x86dd);
  });

  test('a stack that is cut within a tag is dropped', () => {
    expect(vlan.decode(viewOf(QINQ), 14, 3)).toBe('vlan-truncated');
    expect(vlan.decode(viewOf(QINQ), 14, 7)).toBe('vlan-truncated');
    expect(vlan.decode(viewOf(QINQ), 14, 8)).toMatchObject({ payload: new Uint8Array(0) });
  });

  test('three EtherTypes announce a tag', () => {
    expect([0x8100, 0x88a8, 0x9100, 0x0800, 0x86dd].filter(isVlanTag)).toEqual([0x8100, 0x88a8, 0x9100]);
  });

  test('a programmer’s mistake is named', () => {
    const tag = { priority: 0, dropEligible: false, identifier: 1, typeOrLength: 0x0800 };
    const payload = new Uint8Array(0);
    expect(() => vlan.encode({ tags: [tag, tag], payload })).toThrow(/every VLAN tag but the last/);
    expect(() => vlan.encode({ tags: [{ ...tag, typeOrLength: 0x8100 }], payload })).toThrow(RangeError);
    expect(() => vlan.encode({ tags: [{ ...tag, identifier: 4096 }], payload })).toThrow(/the VLAN identifier/);
    expect(() => vlan.encode({ tags: [{ ...tag, priority: 8 }], payload })).toThrow(/the VLAN priority/);
    expect(() => vlan.encode({ tags: [], payload })).toThrow(/at least one/);
  });
});
