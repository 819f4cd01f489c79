/** The transmit log: one record per segment in flight, and the pipe of RFC 6675 §4. */

import { describe, expect, test } from 'vitest';
import {
  FINAL,
  LOST,
  RETRANSMITTED,
  SACKED,
  TransmitLog,
} from '../../../../../src/layers/transport/tcp/transmit-log.ts';
import { clockAt } from '../../clock-at.ts';
import { SEQUENCE_STARTS } from './conversation.ts';

describe.each(SEQUENCE_STARTS)('transmit log, from sequence number %i', (start) => {
  const at = (place: number): number => (start + place) | 0;
  /** `count` segments of 100 octets. */
  const filled = (count: number): TransmitLog => {
    const log = new TransmitLog();
    for (let index = 0; index < count; index++)
      log.append(at(index * 100), at(index * 100 + 100), false, clockAt(index));
    return log;
  };

  test('records stand in sequence order, with their times', () => {
    const log = filled(3);
    expect([log.count, log.bytes, log.pipe]).toEqual([3, 300, 300]);
    expect([log.start(1), log.end(1), log.length(1)]).toEqual([at(100), at(200), 100]);
    expect([log.firstSent(2), log.lastSent(2), log.transmissions(2)]).toEqual([2, 2, 1]);
  });

  test('it grows, also when its ring has wrapped', () => {
    const log = filled(10);
    log.acknowledge(at(800));
    for (let index = 10; index < 100; index++)
      log.append(at(index * 100), at(index * 100 + 100), index === 99, clockAt(index));
    expect(log.count).toBe(92);
    for (let index = 0; index < 92; index++) {
      expect([log.start(index), log.firstSent(index)]).toEqual([at(800 + index * 100), 8 + index]);
    }
    expect(log.flags(91)).toBe(FINAL);
  });

  test('acknowledge removes whole records and cuts the one it straddles', () => {
    const log = filled(3);
    log.acknowledge(at(150));
    expect([log.count, log.bytes, log.start(0), log.length(0)]).toEqual([2, 150, at(150), 50]);
    log.acknowledge(at(150));
    log.acknowledge(at(0));
    expect([log.count, log.bytes]).toEqual([2, 150]);
    log.acknowledge(at(300));
    expect([log.count, log.bytes, log.pipe]).toEqual([0, 0, 0]);
  });

  test('RFC 2018 §5: a SACK block covers records "wholly contained within that block"', () => {
    const log = filled(5);
    expect(log.applySack(at(50), at(350))).toBe(200);
    expect([0, 1, 2, 3, 4].map((index) => log.flags(index))).toEqual([0, SACKED, SACKED, 0, 0]);
    expect([log.sackedBytes, log.sackedCount, log.pipe]).toEqual([200, 2, 300]);
    expect(log.applySack(at(100), at(300))).toBe(0);
    expect(log.applySack(at(200), at(400))).toBe(100);
  });

  test('a block that is reported again, and longer, gives what is new of it', () => {
    const log = filled(6);
    expect(log.applySack(at(100), at(250))).toBe(100);
    // The record that the edge lay in is whole now.
    expect(log.applySack(at(100), at(400))).toBe(200);
    expect(log.applySack(at(100), at(400))).toBe(0);
    expect(log.applySack(at(100), at(300))).toBe(0);
    // Another block beside it, and the first once more.
    expect(log.applySack(at(500), at(600))).toBe(100);
    expect(log.applySack(at(100), at(500))).toBe(100);
    expect([0, 1, 2, 3, 4, 5].map((index) => log.flags(index))).toEqual([0, SACKED, SACKED, SACKED, SACKED, SACKED]);
  });

  test('a record that begins before the block is not inside it, however often the block is reported', () => {
    const log = filled(4);
    log.applySack(at(200), at(300));
    expect(log.applySack(at(50), at(60))).toBe(0);
    expect(log.applySack(at(50), at(100))).toBe(0);
    expect(log.applySack(at(50), at(200))).toBe(100);
    expect(log.flags(0)).toBe(0);
  });

  test('what was forgotten or cut since is taken in when it is reported again', () => {
    const log = filled(5);
    expect(log.applySack(at(100), at(200))).toBe(100);
    expect(log.applySack(at(250), at(400))).toBe(100);
    log.split(2, at(250));
    expect(log.applySack(at(250), at(400))).toBe(50);
    log.markAllLost(true);
    expect(log.applySack(at(100), at(200))).toBe(100);
    expect(log.applySack(at(250), at(400))).toBe(150);
  });

  test('lost, sent again, SACKed: each octet counts in one way', () => {
    const log = filled(3);
    log.markLost(1);
    log.markLost(1);
    expect([log.lostBytes, log.pipe, log.firstLost()]).toEqual([100, 200, 1]);
    log.retransmitted(1, 50);
    expect([log.lostBytes, log.retransmittedBytes, log.pipe, log.firstLost()]).toEqual([0, 100, 300, -1]);
    expect([log.flags(1), log.transmissions(1), log.firstSent(1), log.lastSent(1)]).toEqual([RETRANSMITTED, 2, 1, 50]);
    log.markLost(1);
    expect([log.flags(1), log.lostBytes, log.retransmittedBytes]).toEqual([LOST, 100, 0]);
    log.applySack(at(100), at(200));
    expect([log.flags(1), log.lostBytes, log.sackedBytes, log.pipe]).toEqual([SACKED, 0, 100, 200]);
    log.markLost(1);
    expect(log.flags(1)).toBe(SACKED);
    expect(log.firstLost()).toBe(-1);
  });

  test('firstLost goes through what is lost in order, and back when something before it is lost', () => {
    const log = filled(6);
    for (const index of [2, 4]) log.markLost(index);
    expect(log.firstLost()).toBe(2);
    log.retransmitted(2, 9);
    expect(log.firstLost()).toBe(4);
    log.markLost(1);
    expect(log.firstLost()).toBe(1);
    log.acknowledge(at(100));
    expect(log.firstLost()).toBe(0);
    log.retransmitted(0, 9);
    expect(log.firstLost()).toBe(3);
  });

  test('split: both halves keep what is known; the FIN goes with the upper', () => {
    const log = new TransmitLog();
    log.append(at(0), at(100), false, clockAt(1));
    log.append(at(100), at(301), true, clockAt(2));
    log.append(at(301), at(302), false, clockAt(3));
    log.markLost(1);
    log.split(1, at(200));
    expect([0, 1, 2, 3].map((index) => [log.start(index), log.length(index), log.flags(index)])).toEqual([
      [at(0), 100, 0],
      [at(100), 100, LOST],
      [at(200), 101, LOST | FINAL],
      [at(301), 1, 0],
    ]);
    expect([log.count, log.bytes, log.lostBytes, log.firstLost()]).toEqual([4, 302, 201, 1]);
  });

  test('split when the ring is full, and of a SACKed record', () => {
    const log = filled(16);
    log.applySack(at(500), at(600));
    log.split(5, at(550));
    expect([log.count, log.sackedCount, log.sackedBytes]).toEqual([17, 2, 100]);
    expect([log.start(6), log.start(16)]).toEqual([at(550), at(1500)]);
  });

  test('markAllLost leaves what is SACKed, or forgets that it was', () => {
    const log = filled(4);
    log.applySack(at(100), at(200));
    log.markAllLost(false);
    expect([log.lostBytes, log.sackedBytes, log.pipe]).toEqual([300, 100, 0]);
    log.markAllLost(true);
    expect([log.lostBytes, log.sackedBytes, log.sackedCount, log.firstLost()]).toEqual([400, 0, 0, 0]);
  });

  test('firstFrom', () => {
    const log = filled(4);
    expect([-1, 0, 1, 100, 101, 300, 301].map((place) => log.firstFrom(at(place)))).toEqual([0, 0, 1, 1, 2, 3, 4]);
  });
});
