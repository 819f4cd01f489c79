import { describe, expect, test } from 'vitest';
import { checksum } from '../../../../src/layers/checksum.ts';
import { type FaultList, type ListedFault, parseFaultList } from '../../../../src/sim/medium/fault-list.ts';
import type { FrameMatch } from '../../../../src/sim/medium/frame-match.ts';
import { datagram, ecnIn } from './queues/datagram.ts';
import { ids, scene } from './scene.ts';

function run(faults: FaultList, count = 8) {
  const stage = scene({ delay: '1ms', faults });
  for (let id = 1; id <= count; id++) stage.sendAt(id * 1000, id, 60);
  stage.time.run();
  expect(stage.pool.outstanding).toBe(0);
  return stage;
}

describe('each action does what it says', () => {
  test('drop', () => {
    const { atB, drops } = run([{ direction: 'aToB', ordinal: 3, action: 'drop' }]);
    expect(ids(atB)).toEqual([1, 2, 4, 5, 6, 7, 8]);
    expect(drops).toEqual([{ id: 3, reason: 'medium-fault', detail: 'fault 0: drop' }]);
  });

  test('duplicate', () => {
    expect(ids(run([{ direction: 'aToB', ordinal: 2, action: 'duplicate', copies: 2 }], 3).atB)).toEqual([
      1, 2, 2, 2, 3,
    ]);
  });

  test('delay: later by that, and others pass', () => {
    const { atB, log } = run([{ direction: 'aToB', ordinal: 1, action: 'delay', by: '3us' }], 4);
    // It arrives with the fourth, which took its place in the order later.
    expect(ids(atB)).toEqual([2, 3, 1, 4]);
    expect(atB[2]!.at).toBe(1_004_000);
    expect(log.some((line) => line.includes('delayed 1 60 fault 0: delay by 3us'))).toBe(true);
  });

  test('reorder: behind so many later frames', () => {
    expect(ids(run([{ direction: 'aToB', ordinal: 2, action: 'reorder', frames: 3 }]).atB)).toEqual([
      1, 3, 4, 5, 2, 6, 7, 8,
    ]);
  });

  test('corrupt: that byte and those bits', () => {
    const { atB, log } = run([{ direction: 'aToB', ordinal: 2, action: 'corrupt', offset: 20, mask: 0x81 }], 2);
    expect(atB[0]!.bytes[20]).toBe(0);
    expect(atB[1]!.bytes[20]).toBe(0x81);
    expect(log.some((line) => line.includes('corrupted 2 60 fault 0: corrupt byte 20 with 0x81'))).toBe(true);
  });

  describe.each([4, 6] as const)('mark, over IPv%i', (family) => {
    const [NOT_ECT, ECT_1, ECT_0, CE] = [0, 1, 2, 3];
    /** The codepoints as they arrive of frames with these ones. */
    function marked(fault: Pick<Extract<ListedFault, { action: 'mark' }>, 'as'>, codepoints: readonly number[]) {
      const stage = scene({ faults: [{ direction: 'aToB', match: {}, action: 'mark', ...fault }] });
      for (const codepoint of codepoints) stage.sendBytes(datagram({ id: 1, family, ecn: codepoint }));
      stage.time.run();
      const arrived = stage.atB.map(({ bytes }) => ecnIn(bytes));
      return { ...stage, arrived };
    }

    test('RFC 3168 §5: to CE what is ECN-capable, and what is not is left alone', () => {
      const { arrived, link, log } = marked({}, [NOT_ECT, ECT_1, ECT_0, CE]);
      expect(arrived).toEqual([NOT_ECT, CE, CE, CE]);
      expect(link.faultsApplied).toEqual([2]);
      expect(link.aToB.counters.framesMarkedByFaults).toBe(2);
      expect(link.aToB.counters.framesMarked).toBe(0); // that is the queue's
      expect(log.filter((line) => line.includes('marked'))).toHaveLength(2);
      expect(log.some((line) => line.includes('fault 0: mark as ce'))).toBe(true);
    });

    test.each(['not-ect', 'ect1', 'ect0', 'ce'] as const)('as %s: whatever it was', (as) => {
      const { arrived, link } = marked({ as }, [NOT_ECT, ECT_1, ECT_0, CE]);
      expect(new Set(arrived)).toEqual(new Set([['not-ect', 'ect1', 'ect0', 'ce'].indexOf(as)]));
      expect(link.faultsApplied).toEqual([3]);
    });

    test('the rest of the frame is as it was, and the checksum of IPv4 still holds', () => {
      const before = datagram({ id: 1, family, ecn: ECT_0 });
      const { bytes } = marked({}, [ECT_0]).atB[0]!;
      const differing = [...bytes.keys()].filter((at) => bytes[at] !== before[at]);
      expect(differing).toEqual(family === 4 ? [15, 25] : [15]);
      if (family === 4) expect(checksum(new DataView(bytes.buffer, bytes.byteOffset), 14, 20)).toBe(0);
    });
  });

  test('mark: a frame without an IP packet is left alone', () => {
    const stage = scene({ faults: [{ direction: 'aToB', ordinal: 1, action: 'mark', as: 'ce' }] });
    stage.send(1);
    stage.time.run();
    expect(stage.link.faultsApplied).toEqual([0]);
    expect([...stage.atB[0]!.bytes.subarray(18)].every((byte) => byte === 0)).toBe(true);
  });

  test('truncate', () => {
    expect(run([{ direction: 'aToB', ordinal: 1, action: 'truncate', lengthBytes: 30 }], 1).atB[0]!.bytes).toHaveLength(
      30,
    );
  });

  test('several faults of one frame act in the order of the list, up to a drop', () => {
    const { atB, drops, link } = run(
      [
        { direction: 'aToB', ordinal: 1, action: 'duplicate' },
        { direction: 'aToB', ordinal: 1, action: 'drop' },
        { direction: 'aToB', ordinal: 1, action: 'corrupt', offset: 0, mask: 1 },
        { direction: 'aToB', ordinal: 99, action: 'drop' },
        { direction: 'bToA', ordinal: 1, action: 'drop' },
      ],
      2,
    );
    expect(ids(atB)).toEqual([2]);
    expect(drops).toHaveLength(1);
    expect(link.faultsApplied).toEqual([1, 1, 0, 0, 0]);
  });
});

test('taking one fault away leaves the others on their frames', () => {
  const faults: ListedFault[] = [
    { direction: 'aToB', ordinal: 2, action: 'drop' },
    { direction: 'aToB', ordinal: 4, action: 'duplicate' },
    { direction: 'aToB', ordinal: 5, action: 'corrupt', offset: 30, mask: 0xff },
    { direction: 'aToB', ordinal: 7, action: 'drop' },
  ];
  const fate = (list: FaultList, id: number): string => {
    const { atB } = run(list);
    return JSON.stringify(atB.filter((arrival) => arrival.id === id).map(({ bytes }) => [...bytes]));
  };
  faults.forEach((removed, index) => {
    const rest = faults.filter((_, other) => other !== index);
    for (const kept of rest) expect(fate(rest, kept.ordinal!)).toBe(fate(faults, kept.ordinal!));
    expect(fate(rest, removed.ordinal!)).not.toBe(fate(faults, removed.ordinal!));
  });
});

/** An Ethernet frame with an IPv4 or IPv6 TCP segment. */
function tcp(flags: number, sequence: number, payload: number, family: 4 | 6 = 4, port = 1000): Uint8Array {
  const ip = family === 4 ? 20 : 40;
  const bytes = new Uint8Array(14 + ip + 20 + payload);
  const view = new DataView(bytes.buffer);
  view.setUint16(12, family === 4 ? 0x0800 : 0x86dd);
  if (family === 4) {
    view.setUint8(14, 0x45);
    view.setUint16(16, 40 + payload);
    view.setUint8(22, 64);
    view.setUint8(23, 6);
  } else {
    view.setUint8(14, 0x60);
    view.setUint16(18, 20 + payload);
    view.setUint8(20, 6);
  }
  view.setUint16(14 + ip, port);
  view.setInt32(14 + ip + 4, sequence);
  view.setUint16(14 + ip + 12, 0x5000 | flags);
  return bytes;
}

const SYN = 0x02;
const PSH = 0x08;
const ACK = 0x10;

describe('a match', () => {
  /** Which of the frames, counted from 1, a fault with this match takes. */
  function taken(match: FrameMatch, frames: readonly Uint8Array[]): number[] {
    const stage = scene({ faults: [{ direction: 'aToB', match, action: 'drop' }] });
    for (const frame of frames) stage.sendBytes(frame);
    stage.time.run();
    const dropped = stage.log.filter((line) => line.includes('dropped')).map((line) => Number(line.split(' ')[3]));
    return dropped;
  }

  for (const family of [4, 6] as const) {
    for (const first of [1000, 0x7fff_ffff, -1, -50]) {
      const conversation = [
        tcp(SYN, first, 0, family),
        tcp(SYN, first, 0, family),
        tcp(ACK, first + 1, 0, family),
        tcp(ACK | PSH, first + 1, 100, family),
        tcp(ACK, first + 101, 100, family),
        tcp(SYN, 77, 0, family, 2000),
      ];
      test(`over IPv${family}, with an initial sequence number of ${first >>> 0}`, () => {
        expect(taken({ protocol: 'tcp', flags: 'S', nth: 2 }, conversation)).toEqual([2]);
        expect(taken({ protocol: 'tcp', flags: 'S' }, conversation)).toEqual([1, 2, 6]);
        expect(taken({ flags: '.' }, conversation)).toEqual([3, 4, 5]);
        expect(taken({ flags: 'P.' }, conversation)).toEqual([4]);
        expect(taken({ payload: true }, conversation)).toEqual([4, 5]);
        expect(taken({ payload: true, nth: 2 }, conversation)).toEqual([5]);
        expect(taken({ sequence: { from: 0, to: 1 } }, conversation)).toEqual([1, 2, 6]);
        expect(taken({ sequence: { from: 100, to: 101 } }, conversation)).toEqual([4]);
        expect(taken({ sequence: { from: 100, to: 102 } }, conversation)).toEqual([4, 5]);
        expect(taken({ protocol: family === 4 ? 'ipv4' : 'ipv6', nth: 6 }, conversation)).toEqual([6]);
        expect(taken({ protocol: family === 4 ? 'ipv6' : 'ipv4' }, conversation)).toEqual([]);
        expect(taken({ protocol: 'udp' }, conversation)).toEqual([]);
      });
    }
  }

  test('reads no malformed frame beyond its end', () => {
    const whole = [tcp(SYN, 5, 30), tcp(SYN, 5, 30, 6)];
    for (const frame of whole) {
      for (let length = 0; length <= frame.length; length++) {
        const cut = frame.slice(0, length);
        expect(taken({ protocol: 'tcp' }, [cut])).toEqual(length === frame.length ? [1] : []);
      }
    }
    const looping = tcp(SYN, 5, 30, 6);
    looping[20] = 60; // A destination options header that says it is longer than the packet.
    looping[54] = 6;
    looping[55] = 255;
    expect(taken({ protocol: 'tcp' }, [looping])).toEqual([]);
  });
});

describe('a list from outside', () => {
  test('survives JSON', () => {
    const list: FaultList = [
      { direction: 'aToB', match: { protocol: 'tcp', flags: 'S.', nth: 1 }, action: 'drop' },
      { direction: 'bToA', ordinal: 4, action: 'reorder', frames: 2, within: '5ms' },
      { direction: 'bToA', ordinal: 5, action: 'mark' },
      { direction: 'bToA', ordinal: 6, action: 'mark', as: 'not-ect' },
    ];
    expect(parseFaultList(JSON.parse(JSON.stringify(list)))).toEqual(list);
  });

  test.each([
    [{}, 'a fault list is an array'],
    [[3], 'fault 0 is no object'],
    [[{ action: 'drop', ordinal: 1 }], "fault 0 needs a direction, 'aToB' or 'bToA', not undefined"],
    [[{ direction: 'aToB', action: 'lose', ordinal: 1 }], 'fault 0 has the action "lose": use one of drop, duplicate'],
    [[{ direction: 'aToB', action: 'drop' }], 'needs either an ordinal or a match'],
    [[{ direction: 'aToB', action: 'drop', ordinal: 1, match: {} }], 'needs either an ordinal or a match'],
    [[{ direction: 'aToB', action: 'drop', ordinal: 0 }], 'fault 0: ordinal is a whole number 1 or more, not 0'],
    [[{ direction: 'aToB', action: 'drop', ordinal: 1, by: '5ms' }], "fault 0 does not know 'by'"],
    [[{ direction: 'aToB', action: 'delay', ordinal: 1, by: '20' }], 'fault 0: by needs a unit: write 20ms, not 20'],
    [[{ direction: 'aToB', action: 'delay', ordinal: 1 }], 'fault 0: by is written like'],
    [[{ direction: 'aToB', action: 'reorder', ordinal: 1, frames: 0 }], 'frames is a whole number 1 or more'],
    [
      [{ direction: 'aToB', action: 'corrupt', ordinal: 1, offset: 0, mask: 0 }],
      'mask is a whole number from 1 to 255',
    ],
    [[{ direction: 'aToB', action: 'mark', ordinal: 1, as: 'CE' }], 'fault 0: as is one of not-ect, ect1, ect0, ce'],
    [[{ direction: 'aToB', action: 'mark', ordinal: 1, mask: 3 }], "fault 0 does not know 'mask'"],
    [[{ direction: 'aToB', action: 'truncate', ordinal: 1, lengthBytes: 0.5 }], 'lengthBytes is a whole number'],
    [[{ direction: 'aToB', action: 'drop', match: { protocol: 'sctp' } }], 'protocol is one of arp'],
    [[{ direction: 'aToB', action: 'drop', match: { flags: 'X' } }], "flags are letters of 'FSRP.UEWA'"],
    [[{ direction: 'aToB', action: 'drop', match: { protocol: 'udp', flags: 'S' } }], 'only TCP has flags'],
    [[{ direction: 'aToB', action: 'drop', match: { sequence: { from: 5, to: 5 } } }], 'sequence.to is a whole number'],
    [[{ direction: 'aToB', action: 'drop', match: { port: 80 } }], "does not know 'port'"],
  ])('is refused with a sentence: %j', (list, sentence) => {
    expect(() => parseFaultList(list)).toThrow(RangeError);
    expect(() => parseFaultList(list)).toThrow(sentence);
  });
});
