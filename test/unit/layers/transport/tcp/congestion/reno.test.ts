/** Reno by itself: RFC 5681 §3.1, RFC 3465. */
import { describe, expect, test } from 'vitest';
import { Reno } from '../../../../../../src/layers/transport/tcp/congestion/reno.ts';
import type { TcpSettings } from '../../../../../../src/layers/transport/tcp/settings.ts';
import { Driver, MSS } from './driver.ts';

/** In congestion avoidance, with a window of five segments. */
const avoiding = (settings: Partial<TcpSettings> = {}): Driver<Reno> => {
  const driver = new Driver(new Reno(), settings);
  driver.loses(10);
  return driver;
};

describe('growth', () => {
  test('RFC 5681 §3.1: in congestion avoidance, when cwnd octets are acknowledged, SMSS more', () => {
    const driver = avoiding();
    for (let ack = 0; ack < 4; ack++) driver.acks(MSS);
    expect(driver.cwnd).toBe(5);
    driver.acks(MSS);
    expect(driver.cwnd).toBe(6);
    for (let ack = 0; ack < 3; ack++) driver.acks(2 * MSS);
    expect(driver.cwnd).toBe(7);
  });

  test('RFC 3465 §2.1: "bytes_acked is reduced by the value of cwnd": what is left over counts on', () => {
    const driver = avoiding();
    const windows = [1, 2, 3].map(() => {
      driver.acks(4 * MSS);
      return driver.cwnd;
    });
    expect(windows).toEqual([5, 6, 7]);
  });

  test('RFC 3465 §2.1: nor does a loss begin the count anew: as large a part of the way to the next segment is gone', () => {
    const driver = new Driver(new Reno());
    driver.loses(40);
    driver.acks(15 * MSS);
    driver.loses(20);
    expect(driver.cwnd).toBe(10);
    driver.acks(2 * MSS);
    expect(driver.cwnd).toBe(10);
    driver.acks(MSS);
    expect(driver.cwnd).toBe(11);
    driver.timesOut();
    expect(driver.cwnd).toBe(1);
  });

  test('RFC 5681 §3.1: ACK division gains nothing', () => {
    const driver = avoiding();
    for (let ack = 0; ack < 50; ack++) driver.acks(100);
    expect(driver.cwnd).toBe(6);
  });

  test('RFC 3465 §2.1: delayed ACKs do not slow congestion avoidance down', () => {
    const [each, second] = [avoiding(), avoiding()];
    for (let round = 0; round < 20; round++) {
      each.round();
      second.round({}, 2);
    }
    expect(each.cwnd).toBeGreaterThan(20);
    expect(Math.abs(second.cwnd - each.cwnd)).toBeLessThanOrEqual(1);
  });

  test('RFC 5681 §3.1 equation 3: counting acknowledgments, SMSS*SMSS/cwnd for each, and so slower if they are delayed', () => {
    const driver = avoiding({ appropriateByteCounting: false });
    driver.acks(2 * MSS);
    expect(driver.controller.cwnd).toBe(5200);
    driver.acks(MSS);
    expect(driver.controller.cwnd).toBe(5200 + Math.floor(1e6 / 5200));
    const second = avoiding({ appropriateByteCounting: false });
    for (let round = 0; round < 20; round++) second.round({}, 2);
    expect(second.cwnd).toBeLessThan(16);
  });

  test('RFC 5681 §3.1 equation 3: "if the above formula yields 0, the result SHOULD be rounded up to 1 byte"', () => {
    const driver = new Driver(new Reno(), { appropriateByteCounting: false });
    driver.loses(6000);
    expect(driver.controller.cwnd).toBe(3000 * MSS);
    driver.acks(MSS);
    expect(driver.controller.cwnd).toBe(3000 * MSS + 1);
  });

  test('RFC 5681 §3.1: never more than SMSS in a round trip of congestion avoidance', () => {
    for (const appropriateByteCounting of [true, false]) {
      const driver = avoiding({ appropriateByteCounting });
      for (let round = 0; round < 50; round++) {
        const before = driver.cwnd;
        driver.round();
        expect(driver.cwnd - before).toBeLessThanOrEqual(1);
      }
    }
  });

  test('RFC 3465 §2.2: in slow start by what is acknowledged, up to L', () => {
    const driver = new Driver(new Reno(), { appropriateByteCountingLimitSegments: 2 });
    driver.acks(2 * MSS);
    expect(driver.cwnd).toBe(12);
    driver.acks(5 * MSS);
    expect(driver.cwnd).toBe(14);
    driver.acks(100);
    expect(driver.cwnd).toBe(14.1);
  });

  test('RFC 3465 §2.3: in a slow start that follows a timeout L is one segment', () => {
    const driver = new Driver(new Reno(), { appropriateByteCountingLimitSegments: 2 });
    driver.controller.timeout(40 * MSS, true);
    driver.acks(2 * MSS);
    expect(driver.cwnd).toBe(2);
  });

  test('Linux counts all that an acknowledgment covers, after a timeout too', () => {
    const driver = new Driver(new Reno(), { appropriateByteCountingLimitAfterTimeoutSegments: 65_535 });
    driver.controller.timeout(40 * MSS, true);
    driver.acks(2 * MSS);
    expect(driver.cwnd).toBe(3);
  });

  test('counting acknowledgments, slow start grows by a segment for each, however little it acknowledges', () => {
    const driver = new Driver(new Reno(), { appropriateByteCounting: false });
    for (let ack = 0; ack < 10; ack++) driver.acks(100);
    expect(driver.cwnd).toBe(20);
  });

  test('an acknowledgment does not make the window grow that was not used', () => {
    for (const driver of [avoiding(), new Driver(new Reno())]) {
      const before = driver.cwnd;
      for (let ack = 0; ack < 50; ack++) driver.acks(MSS, { unused: true });
      expect(driver.cwnd).toBe(before);
    }
  });
});

describe('congestion', () => {
  test('RFC 5681 §3.1: a timeout for a segment that the timer has sent before holds ssthresh', () => {
    const driver = avoiding();
    driver.controller.timeout(8 * MSS, true);
    expect([driver.ssthresh, driver.cwnd]).toEqual([4, 1]);
    driver.controller.timeout(20 * MSS, false);
    expect([driver.ssthresh, driver.cwnd]).toEqual([4, 1]);
  });

  test('RFC 3168 §6.1.2: a mark halves the window as a loss does, but down to one segment', () => {
    const { controller } = avoiding();
    controller.congestion(5 * MSS, 'ecn');
    expect([controller.cwnd, controller.ssthresh]).toEqual([2500, 2500]);
    controller.congestion(2500, 'ecn');
    expect([controller.cwnd, controller.ssthresh]).toEqual([1250, 2 * MSS]);
    controller.congestion(1250, 'ecn');
    expect([controller.cwnd, controller.ssthresh]).toEqual([MSS, 2 * MSS]);
    controller.congestion(MSS, 'loss');
    expect([controller.cwnd, controller.ssthresh]).toEqual([2 * MSS, 2 * MSS]);
  });

  test('what was for nothing is taken back: both windows, and the first slow start', () => {
    const driver = new Driver(new Reno(), { hystart: 'all' });
    driver.controller.timeout(10 * MSS, true);
    driver.controller.timeout(10 * MSS, false);
    driver.controller.undo();
    expect([driver.ssthresh, driver.cwnd]).toEqual([Number.POSITIVE_INFINITY, 10]);
    // HyStart++ lets eight segments count at a time, a plain slow start one.
    driver.acks(8 * MSS);
    expect(driver.cwnd).toBe(18);
  });

  test('what the window has gained since is not lost by that', () => {
    const driver = avoiding();
    driver.rounds(10);
    const { cwnd } = driver;
    driver.controller.undo();
    expect(driver.cwnd).toBe(cwnd);
  });
});

describe('segments of another size', () => {
  test('RFC 5681 §3.1: smaller ones: "cwnd SHOULD be reduced by the ratio of the old segment size to the new"', () => {
    const { controller } = avoiding();
    controller.resize(500);
    expect([controller.cwnd, controller.ssthresh]).toEqual([2500, 2500]);
    const fresh = new Driver(new Reno()).controller;
    fresh.resize(536);
    expect([fresh.cwnd, fresh.ssthresh]).toEqual([5360, Number.POSITIVE_INFINITY]);
  });

  test('RFC 8899 §3: larger ones "MUST NOT increase the congestion window measured in bytes"', () => {
    const { controller } = avoiding();
    controller.resize(1400);
    expect(controller.cwnd).toBe(5000);
  });

  test('RFC 5681 §3.1: the loss window is a full-sized segment, so the window is never less', () => {
    const driver = avoiding();
    driver.controller.timeout(5000, true);
    driver.controller.resize(8000);
    expect(driver.controller.cwnd).toBe(8000);
  });
});
