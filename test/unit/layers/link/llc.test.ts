import { describe, expect, test } from 'vitest';
import * as ethernet from '../../../../src/layers/link/ethernet.ts';
import * as llc from '../../../../src/layers/link/llc.ts';
import { viewOf } from '../../../../src/layers/record.ts';

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

/** The first frame of 802.1D_spanning_tree.pcap of tcpdump's test suite, with 8 bytes of padding. */
const SPANNING_TREE = bytesOf(
  '0180c20000000019' +
    '06eab88500264242' +
    '030000000000' +
    '8001001906eab88000000000' +
    '8001001906eab8808005000014000200' +
    '0f00' +
    '0000000000000000',
);

describe('LLC', () => {
  test('spanning tree behind a length, padded to 60 bytes', () => {
    const frame = ethernet.decode(viewOf(SPANNING_TREE), 0, SPANNING_TREE.length) as ethernet.EthernetRecord;
    expect(frame.typeOrLength).toBe(38);
    expect(frame.trailer).toHaveLength(8);
    const record = llc.decode(viewOf(frame.payload), 0, frame.payload.length) as llc.LlcRecord;
    expect(record).toMatchObject({ destinationSap: 0x42, sourceSap: llc.SAP_SPANNING_TREE, control: 3 });
    expect(record.snap).toBeUndefined();
    expect(record.payload).toHaveLength(35);
    expect(ethernet.encode({ ...frame, payload: llc.encode(record) })).toEqual(SPANNING_TREE);
  });

  test('RFC 1042: SNAP brings an EtherType in 8 bytes', () => {
    const view = new DataView(new ArrayBuffer(9));
    llc.writeSnapHeader(view, 1, 0x0800);
    expect(Buffer.from(view.buffer).toString('hex')).toBe('00aaaa030000000800');
    expect(llc.check(view, 1, 8)).toBeUndefined();
    expect(llc.isSnap(view, 1)).toBe(true);
    expect(llc.headerLength(view, 1)).toBe(8);
    expect(llc.organization(view, 1)).toBe(llc.ORGANIZATION_ETHERTYPE);
    expect(llc.protocol(view, 1)).toBe(0x0800);
  });

  test('a control field that is not unnumbered has two bytes', () => {
    const supervisory = bytesOf('f0f00502');
    const record = llc.decode(viewOf(supervisory), 0, 4) as llc.LlcRecord;
    expect(record).toMatchObject({ control: 0x0205, payload: new Uint8Array(0) });
    expect(llc.encode(record)).toEqual(supervisory);
    expect(llc.decode(viewOf(supervisory), 0, 3)).toBe('llc-truncated');
  });

  test.each(['', 'aaaa', 'aaaa03', 'aaaa0300000008'])('%s is cut short', (hex) => {
    expect(llc.decode(viewOf(bytesOf(hex)), 0, hex.length / 2)).toBe('llc-truncated');
  });

  test('SNAP stands exactly where the header announces it', () => {
    const snap = { organization: 0, protocol: 0x0800 };
    const payload = new Uint8Array(0);
    const announcing = { destinationSap: 0xaa, sourceSap: 0xaa, control: 3, payload };
    expect(() => llc.encode(announcing)).toThrow(/SNAP exactly if/);
    expect(() => llc.encode({ ...announcing, sourceSap: 0x42, snap })).toThrow(/SNAP exactly if/);
    expect(() => llc.encode({ ...announcing, snap: { ...snap, organization: 2 ** 24 } })).toThrow(RangeError);
  });
});
