/** Buffers that grow with what the path takes: dynamic right-sizing, and the sender's counterpart. */
import { describe, expect, test } from 'vitest';
import { MILLISECOND } from '../../../../../src/layers/clock.ts';
import { ReceiveTuning } from '../../../../../src/layers/transport/tcp/receive-tuning.ts';
import { offeredShift } from '../../../../../src/layers/transport/tcp/receive-window.ts';
import { RFC_SETTINGS, type TcpSettings } from '../../../../../src/layers/transport/tcp/settings.ts';
import { type ConversationOptions, established, SEQUENCE_STARTS } from './conversation.ts';

const KIBIBYTE = 1024;
const SINK = new Uint8Array(1024 * KIBIBYTE);

describe.each(SEQUENCE_STARTS)('the receive buffer, from sequence number %i', (start) => {
  const receiving = (settings: Partial<TcpSettings> = {}, from: ConversationOptions = {}) =>
    established({
      start,
      peerSyn: 'mss 1460,wscale 0',
      ...from,
      settings: {
        windowScaling: true,
        receiveBufferBytes: 64 * KIBIBYTE,
        receiveBufferMaximumBytes: 1024 * KIBIBYTE,
        receiveBufferAutotuning: true,
        ...settings,
      },
    });

  /** The peer fills the window, the program reads it all, and a round trip of 100 ms passes; so many times. */
  const rounds = (stage: ReturnType<typeof receiving>, count: number, options = (_round: number) => '') => {
    const { peer, connection, block } = stage;
    for (let round = 0; round < count; round++) {
      const end = (block.rcvAdv - block.irs) | 0;
      const first = (block.rcvNxt - block.irs) | 0;
      for (let at = first; at < end; at += 1460) {
        const to = Math.min(at + 1460, end);
        peer.sends(`. ${at}:${to}(${to - at}) ack 1${options(round)}`);
      }
      connection.receive(SINK, 0, SINK.length);
      peer.after('100ms');
      peer.takeSent();
    }
    return stage;
  };

  test('off: as it is, however fast the program reads', () => {
    const { block } = rounds(receiving({ receiveBufferAutotuning: false }), 10);
    expect(block.settings.receiveBufferBytes).toBe(64 * KIBIBYTE);
    expect(block.rcvWnd).toBeLessThanOrEqual(64 * KIBIBYTE);
  });

  test('on: twice what is read in a round trip and some, up to the maximum; the window follows', () => {
    const stage = receiving();
    const sizes: number[] = [];
    for (let round = 0; round < 10; round++) sizes.push(rounds(stage, 1).block.settings.receiveBufferBytes);
    expect(sizes.at(-1)).toBe(1024 * KIBIBYTE);
    expect(stage.block.rcvWnd).toBeGreaterThan(1000 * KIBIBYTE);
    // Each step is from one round trip to the next: never more than twice, and 16 segments.
    for (const [round, size] of sizes.entries()) {
      expect(size).toBeLessThanOrEqual(2 * (sizes[round - 1] ?? 64 * KIBIBYTE) + 17 * 1460);
    }
  });

  test('a program that reads less than half of it in a round trip has enough', () => {
    const { peer, connection, block } = receiving();
    for (let at = 1; at < 200_000; at += 1460) {
      peer.sends(`. ${at}:${at + 1460}(1460) ack 1`);
      connection.receive(SINK, 0, SINK.length);
      peer.after('10ms');
    }
    // 10 segments in 100 ms; but the window tells of a round trip of 45 segments at 10 ms.
    expect(block.settings.receiveBufferBytes).toBeLessThanOrEqual(2 * 65_536 + 17 * 1460);
  });

  test('a program that does not read holds no more than it did', () => {
    const { peer, block } = receiving();
    for (let at = 1; at < 60_000; at += 1460) peer.sends(`. ${at}:${at + 1460}(1460) ack 1`);
    peer.after('100s');
    expect(block.settings.receiveBufferBytes).toBe(64 * KIBIBYTE + 31);
  });

  test('the round trip is what the timestamps show, not how long a window takes', () => {
    const from = { peerSyn: 'mss 1460,wscale 0,TS val 1 ecr 0' };
    const stage = receiving({ timestamps: true }, from);
    const { peer, connection, block } = stage;
    // The peer sends at a rate of its own, 10 segments in 100 ms, and echoes what is 20 ms old.
    let at = 1;
    for (let tick = 0; tick < 100; tick++) {
      peer.after('10ms');
      const echo = Math.max(0, peer.time.now() / MILLISECOND - 20);
      peer.sends(`. ${at}:${at + 1448}(1448) ack 1 <nop,nop,TS val 2 ecr ${echo}>`);
      at += 1448;
      connection.receive(SINK, 0, SINK.length);
    }
    expect(block.receiveTuning.rttMs).toBe(20);
    expect(block.settings.receiveBufferBytes).toBe(64 * KIBIBYTE + 31);
  });

  test('the room that rounding to a unit of 32 bytes keeps back is there besides', () => {
    const { peer, block } = receiving();
    expect(peer.ladder[0]).toContain('win 65535 ');
    expect(block.settings.receiveBufferBytes).toBe(64 * KIBIBYTE + 31);
  });

  test('the scale offered in the SYN is for the maximum, since it is said once', () => {
    const { peer } = receiving();
    expect(peer.ladder[0]).toContain('wscale 5');
    expect(receiving({ receiveBufferAutotuning: false }).peer.ladder[0]).toContain('wscale 1');
    expect(receiving({ receiveBufferMaximumBytes: 1000 }).peer.ladder[0]).toContain('wscale 1');
  });
});

describe('the round trip as a receiver measures it', () => {
  test('without timestamps it is the time that a window of data takes', () => {
    const tuning = new ReceiveTuning();
    tuning.arrived(0, 10_000, -1, 0);
    expect(tuning.read(10_000, 1000, 0)).toBe(0);
    tuning.arrived(9999, 10_000, -1, 90 * MILLISECOND);
    tuning.arrived(10_000, 20_000, -1, 100 * MILLISECOND);
    expect(tuning.read(20_000, 1000, 100 * MILLISECOND)).toBe(2 * 10_000 + 16_000);
    expect(tuning.rttMs).toBe(100);
    tuning.arrived(30_000, 20_000, -1, 150 * MILLISECOND);
    expect(tuning.read(1000, 1000, 199 * MILLISECOND)).toBe(0);
    expect(tuning.read(1, 1000, 200 * MILLISECOND)).toBe(2 * 21_000 + 16_000);
    expect(tuning.rttMs).toBe(50);
  });

  test('nothing is concluded before there is a measurement', () => {
    expect(new ReceiveTuning().read(1e6, 1460, 1e12)).toBe(0);
  });
});

test('the scale for a maximum leaves a first window that is worth having', () => {
  const settings = { ...RFC_SETTINGS, receiveBufferAutotuning: true, receiveBufferMaximumBytes: 2 ** 30 };
  for (const receiveBufferBytes of [1, 100, 4096, 65_536, 2 ** 20]) {
    const shift = offeredShift({ ...settings, receiveBufferBytes });
    expect(2 ** shift).toBeLessThanOrEqual(Math.max(1, receiveBufferBytes / 8));
  }
  expect(offeredShift({ ...settings, receiveBufferBytes: 2 ** 20 })).toBe(14);
  expect(offeredShift({ ...settings, receiveBufferBytes: 2 ** 31 })).toBe(14);
});

describe.each(SEQUENCE_STARTS)('the send buffer, from sequence number %i', (start) => {
  const sending = (settings: Partial<TcpSettings> = {}) =>
    established({
      start,
      peerSyn: 'mss 1460,wscale 7',
      settings: {
        windowScaling: true,
        sendBufferBytes: 16 * KIBIBYTE,
        sendBufferMaximumBytes: 256 * KIBIBYTE,
        sendBufferAutotuning: true,
        ...settings,
      },
    });

  /** The program writes what it can, the peer acknowledges all. @returns how much the program could write each time */
  const rounds = ({ peer, connection, block }: ReturnType<typeof sending>, count: number): number[] => {
    const written: number[] = [];
    for (let round = 0; round < count; round++) {
      written.push(connection.writableBytes);
      connection.send(SINK, 0, connection.writableBytes);
      for (let end = block.log.end(0); block.log.count > 0; end = block.log.end(0)) {
        peer.sends(`. 1:1(0) ack ${(end - block.iss) | 0} win 65535`);
      }
      peer.takeSent();
    }
    return written;
  };

  test('off: as it is, and the congestion window grows no further than it lets it', () => {
    const stage = sending({ sendBufferAutotuning: false });
    expect(rounds(stage, 8).at(-1)).toBe(16 * KIBIBYTE);
    expect(stage.block.congestion.cwnd).toBeLessThan(64 * KIBIBYTE);
  });

  test('on: twice the congestion window, up to the maximum', () => {
    const stage = sending();
    const { block } = stage;
    rounds(stage, 1);
    expect(block.settings.sendBufferBytes).toBe(2 * block.congestion.cwnd);
    expect(rounds(stage, 8).at(-1)).toBe(256 * KIBIBYTE);
    expect(block.congestion.cwnd).toBeGreaterThanOrEqual(128 * KIBIBYTE);
  });

  test('a larger buffer than that stays', () => {
    const stage = sending({ sendBufferBytes: 512 * KIBIBYTE });
    rounds(stage, 1);
    expect(stage.block.settings.sendBufferBytes).toBe(512 * KIBIBYTE);
  });
});
