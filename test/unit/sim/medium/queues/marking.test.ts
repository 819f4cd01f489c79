import { describe, expect, test } from 'vitest';
import { checksum } from '../../../../../src/layers/checksum.ts';
import { CONGESTION_EXPERIENCED, ECT_0, ECT_1, NOT_ECT } from '../../../../../src/layers/network/ecn.ts';
import { Link } from '../../../../../src/sim/link.ts';
import { Medium } from '../../../../../src/sim/medium/medium.ts';
import { World } from '../../../../../src/sim/world.ts';
import { captureRun } from '../../../../../src/trace/capture.ts';
import { ladder } from '../../../../../src/trace/ladder.ts';
import { readPcapng } from '../../../../../src/trace/pcapng-read.ts';
import { Recorder } from '../../../../../src/trace/recorder.ts';
import { textWriter } from '../../../../../src/trace/text.ts';
import { scene } from '../scene.ts';
import { datagram, ecnIn, idIn } from './datagram.ts';
import { MS, queueStage } from './queue-stage.ts';

/** Marks whatever it may. */
const MARKING = { rate: '10Mbit/s', queue: 'droptail:mark=0' } as const;

/** By hand, with nothing of the library but the sum. */
function ipv4Verifies(bytes: Uint8Array, at = 14): boolean {
  return checksum(new DataView(bytes.buffer, bytes.byteOffset), at, 20) === 0;
}

describe('a mark', () => {
  test.each([ECT_0, ECT_1])('RFC 3168 §5: becomes CE (11), whichever of the ECT codepoints was there: %i', (ecn) => {
    for (const family of [4, 6] as const) {
      const { sendBytes, time, atB, link } = scene(MARKING);
      sendBytes(datagram({ id: 1, ecn, family, dscp: 46 }));
      time.run();
      expect(ecnIn(atB[0]!.bytes)).toBe(CONGESTION_EXPERIENCED);
      expect(link.aToB.counters.framesMarked).toBe(1);
    }
  });

  test('RFC 3168 §5: a packet that is not ECT is not marked, nor one that is marked already', () => {
    for (const family of [4, 6] as const) {
      const { sendBytes, time, atB, link } = scene(MARKING);
      sendBytes(datagram({ id: 1, ecn: NOT_ECT, family }));
      sendBytes(datagram({ id: 2, ecn: CONGESTION_EXPERIENCED, family }));
      time.run();
      expect(atB.map(({ bytes }) => ecnIn(bytes))).toEqual([NOT_ECT, CONGESTION_EXPERIENCED]);
      expect(link.aToB.counters.framesMarked).toBe(0);
    }
  });

  test('RFC 1624 §3: the IPv4 header checksum still verifies, whatever it was, and nothing else changes', () => {
    const { sendBytes, time, atB } = scene(MARKING);
    const frames = Array.from({ length: 64 }, (_, dscp) =>
      [0, 1, 0x1234, 0xfffe, 0xffff, 0x8000 + dscp * 411].map((id) => datagram({ id, ecn: ECT_0, dscp })),
    ).flat();
    for (const frame of frames) sendBytes(frame);
    time.run();
    const masked = (frame: Uint8Array) => frame.filter((_, index) => ![15, 24, 25].includes(index));
    atB.forEach(({ bytes }, index) => {
      expect(ipv4Verifies(bytes)).toBe(true);
      expect(bytes[15]).toBe(frames[index]![15]! | CONGESTION_EXPERIENCED);
      expect(masked(bytes)).toEqual(masked(frames[index]!));
    });
  });

  test('a checksum that was wrong stays wrong: no router vouches for what it did not check', () => {
    const sent = datagram({ id: 1, ecn: ECT_0 });
    sent[24]! ^= 0x10;
    const { sendBytes, time, atB } = scene(MARKING);
    sendBytes(sent);
    time.run();
    expect(ecnIn(atB[0]!.bytes)).toBe(CONGESTION_EXPERIENCED);
    expect(ipv4Verifies(atB[0]!.bytes)).toBe(false);
  });

  test('in IPv6 it changes the two bits and no other', () => {
    const sent = datagram({ id: 7, ecn: ECT_1, family: 6, dscp: 0b101101 });
    const { sendBytes, time, atB } = scene(MARKING);
    sendBytes(sent);
    time.run();
    const { bytes } = atB[0]!;
    expect(new DataView(bytes.buffer, bytes.byteOffset).getUint32(14)).toBe(0x6b712345);
    expect(bytes.filter((_, index) => index !== 15)).toEqual(sent.filter((_, index) => index !== 15));
  });

  test('is found behind VLAN tags', () => {
    for (const family of [4, 6] as const) {
      const { sendBytes, time, atB } = scene(MARKING);
      sendBytes(datagram({ id: 1, ecn: ECT_0, vlan: true, family }));
      time.run();
      const { bytes } = atB[0]!;
      if (family === 4) expect([bytes[19]! & 3, ipv4Verifies(bytes, 18)]).toEqual([3, true]);
      else expect((bytes[19]! >> 4) & 3).toBe(3);
    }
  });

  test('no frame is read beyond its end, nor marked if its header is cut or is no IP', () => {
    const whole = [datagram({ id: 1, ecn: ECT_0 }), datagram({ id: 1, ecn: ECT_0, family: 6 })];
    const arp = datagram({ id: 1, ecn: ECT_0 });
    arp[13] = 0x06;
    const frames = [
      arp,
      ...whole.flatMap((frame) => Array.from(frame.subarray(1), (_, index) => frame.slice(0, index + 1))),
    ];
    const { sendBytes, time, atB } = scene(MARKING);
    for (const frame of frames) sendBytes(frame);
    time.run();
    expect(atB.map(({ bytes }) => bytes)).toEqual(frames);
  });

  test('is made before the frame check sequence, which therefore holds', () => {
    const { sendBytes, time, atB, drops } = scene({ ...MARKING, fcs: true });
    sendBytes(datagram({ id: 1, ecn: ECT_0 }));
    time.run();
    expect(drops).toEqual([]);
    expect(ecnIn(atB[0]!.bytes)).toBe(CONGESTION_EXPERIENCED);
  });
});

describe('the threshold of a drop-tail queue', () => {
  test('RFC 8257 §3.1: marks what comes while the queue is as long as the threshold, in frames', () => {
    const { comes, marks, drops } = queueStage('droptail:frames=6,mark=3');
    for (let id = 1; id <= 8; id++) comes(0, { id, ecn: ECT_0 });
    expect(marks.map(({ id }) => id)).toEqual([4, 5, 6]);
    expect(marks[0]!.detail).toBe('threshold 3 frames');
    expect(drops.map(({ id, reason }) => [id, reason])).toEqual([
      [7, 'medium-queue-full'],
      [8, 'medium-queue-full'],
    ]);
  });

  test('in bytes, and in time, which is known when a frame goes', () => {
    const bytes = queueStage('droptail:mark=250B');
    for (let id = 1; id <= 5; id++) bytes.comes(0, { id, ecn: ECT_0 });
    expect(bytes.marks.map(({ id }) => id)).toEqual([4, 5]);
    const time = queueStage('droptail:mark=1ms');
    for (let id = 1; id <= 3; id++) time.comes(0, { id, ecn: ECT_0 });
    for (const at of [0.5 * MS, MS - 1, MS]) time.goes(at);
    expect(time.marks).toEqual([{ id: 3, detail: 'threshold 1ms' }]);
  });

  test('what is not ECN-capable waits on: the limit alone drops', () => {
    const { comes, marks, drops, allGo } = queueStage('droptail:frames=4,mark=1');
    for (let id = 1; id <= 5; id++) comes(0, { id });
    expect(marks).toEqual([]);
    expect(drops.map(({ id }) => id)).toEqual([5]);
    expect(allGo(1)).toEqual([1, 2, 3, 4]);
  });

  test('without one nothing is marked', () => {
    const { comes, marks } = queueStage('100');
    for (let id = 1; id <= 100; id++) comes(0, { id, ecn: ECT_0 });
    expect(marks).toEqual([]);
  });
});

test('a mark is seen wherever a run is shown: event, capture, text, ladder, report', () => {
  const world = new World({ seed: 1, observer: (clock) => new Recorder(clock) });
  const recorder = world.observer as Recorder;
  const pieces: Uint8Array[] = [];
  const capture = captureRun((bytes) => pieces.push(bytes.slice()), { taps: ['a', 'b'] });
  recorder.listen(capture.add);
  const medium = new Medium(world.time, world.pool, world.random, recorder);
  const link = new Link(medium, 'l', 'a', 'b', { rate: '8Mbit/s', queue: 'droptail:mark=1' });
  link.ports[1].attach({ receive: () => undefined });
  const sent = [1, 2, 3].map((id) => datagram({ id, ecn: ECT_0 }));
  for (const bytes of sent) link.ports[0].send(world.pool.from(bytes));
  world.time.run();
  capture.end();

  const marked = recorder.events().filter(({ kind }) => kind === 'frame-marked');
  expect(marked).toMatchObject([{ serial: 3, detail: 'threshold 1 frames', time: 0 }]);
  const delivered = recorder.events().filter((event) => event.kind === 'frame-delivered');
  expect(delivered.map(({ bytes }) => [idIn(bytes), ecnIn(bytes)])).toEqual([
    [1, ECT_0],
    [2, ECT_0],
    [3, CONGESTION_EXPERIENCED],
  ]);
  // What the sender handed over stays as it was.
  const handedOver = recorder.events().filter((event) => event.kind === 'frame-sent');
  expect(handedOver.map(({ bytes }) => ecnIn(bytes))).toEqual([ECT_0, ECT_0, ECT_0]);

  const file = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    file.set(piece, at);
    at += piece.length;
  }
  const frames = [...readPcapng(file)];
  expect(frames.map(({ comments }) => comments?.join() ?? '')).toEqual([
    '',
    '',
    'marked CE by the queue: threshold 1 frames',
    '',
    '',
    'marked CE by the queue: threshold 1 frames',
  ]);
  const write = textWriter();
  expect(frames.map((frame) => write(frame)).join('')).toContain('# marked CE by the queue: threshold 1 frames');
  expect(ladder(recorder.events(), { width: 120 })).toContain('CE threshold 1 frames');
  expect(link.queueReports()[0]).toMatchObject({ from: 'a', to: 'b', frames: 3, drops: 0, marks: 1 });
});
