import { describe, expect, test } from 'vitest';
import { type CaptureSettings, captureRun } from '../../../src/trace/capture.ts';
import { readCapture } from '../../../src/trace/capture-file.ts';
import type { CapturedFrame } from '../../../src/trace/captured-frame.ts';
import { eventfulRun, FORTH, Run } from './run.ts';

function write(settings: CaptureSettings, run: Run): Buffer {
  const pieces: Uint8Array[] = [];
  const capture = captureRun((bytes) => pieces.push(bytes), settings);
  for (const event of run.recorder.events()) capture.add(event);
  capture.end();
  return Buffer.concat(pieces);
}

const frames = (settings: CaptureSettings, run = eventfulRun()): readonly CapturedFrame[] => {
  const { frames, damage } = readCapture(write(settings, run));
  expect(damage).toBeUndefined();
  return frames;
};

const milliseconds = (frame: CapturedFrame): number => frame.time!.seconds * 1000 + frame.time!.nanoseconds / 1e6;

describe('a capture of a run', () => {
  test('an interface sees what it sends when it is sent, and what reaches it when it arrives', () => {
    const seen = frames({ taps: ['alice.eth0'] });
    expect(seen.map((frame) => [milliseconds(frame), frame.direction])).toEqual([
      [0, 'outbound'],
      [40, 'inbound'],
      [40, 'outbound'],
      [40, 'outbound'],
      [42, 'outbound'],
      [43, 'outbound'],
      [240, 'outbound'],
      [281, 'inbound'],
    ]);
    expect(new Set(seen.map((frame) => frame.interfaceName))).toEqual(new Set(['alice.eth0']));
  });

  test('what became of a frame stands in its comment', () => {
    expect(frames({ taps: ['alice.eth0'] }).map((frame) => frame.comments ?? [])).toEqual([
      [],
      [],
      [],
      ['dropped by the medium: lost at random (5 %)'],
      ['held back by the medium: by 30 ms'],
      [],
      ['sent again: retransmission timeout; duplicated by the medium'],
      [],
    ]);
    expect(frames({ taps: ['bob.eth0'] }).at(-2)?.comments).toEqual([
      'copy made by the medium; corrupted by the medium: 1 bit flipped at byte 58; ' +
        'dropped by bob: tcp-bad-checksum: the TCP checksum does not match (RFC 9293 §3.1)',
    ]);
  });

  test('a link sees each frame once, when it is sent, copies too', () => {
    const seen = frames({ taps: ['cable'] });
    expect(seen.map(milliseconds)).toEqual([0, 20, 40, 40, 42, 43, 240, 241, 261]);
    expect(seen[7]?.comments?.[0]).toMatch(/^copy made by the medium; corrupted by the medium/);
  });

  test('several taps stand in one file, in the order of time', () => {
    const seen = frames({ taps: ['alice.eth0', 'bob.eth0'] });
    const times = seen.map(milliseconds);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(seen).toHaveLength(8 + 8);
  });

  test('a frame is held only until its end is known, and no longer', () => {
    const run = new Run();
    const pieces: Uint8Array[] = [];
    const capture = captureRun((bytes) => pieces.push(bytes), { taps: ['alice.eth0'] });
    run.recorder.listen(capture.add);
    const head = pieces.length;
    const slow = run.at(0).send(FORTH, { text: 'slow' });
    run.deliver(run.at(1).send(FORTH, { text: 'quick' }));
    run.at(2).state('A', 'B');
    expect(pieces.length - head).toBe(0);
    run.at(3).deliver(slow);
    run.at(4).state('A', 'B');
    expect(pieces.length - head).toBe(2);
    run.at(5).send(FORTH, {});
    capture.end();
    expect(readCapture(Buffer.concat(pieces)).frames.at(-1)?.comments).toEqual([
      'still under way when the recording ended',
    ]);
  });

  test('of two frames of one instant the one that the host sends after it has told of it is marked', () => {
    const run = new Run();
    const first = run.at(7).send(FORTH, { sequenceNumber: 9, text: 'data' });
    run.retransmits('fast', 9, 4);
    const again = run.send(FORTH, { sequenceNumber: 9, text: 'data' });
    run.at(8).deliver(first);
    run.deliver(again);
    const comments = frames({ taps: ['alice.eth0'] }, run).map((frame) => frame.comments);
    expect(comments).toEqual([undefined, ['sent again: fast retransmit']]);
  });

  test('equal runs give equal files, byte for byte', () => {
    const settings = { taps: ['alice.eth0', 'cable'], comment: 'seed 7' };
    expect(write(settings, eventfulRun()).equals(write(settings, eventfulRun()))).toBe(true);
  });

  test('no tap is a mistake', () => {
    expect(() => captureRun(() => {}, { taps: [] })).toThrow(/name an interface/);
  });
});
