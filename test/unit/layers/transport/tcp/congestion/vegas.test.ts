/** Vegas: Brakmo and Peterson 1995. The shortest round trip is 100 ms; what is longer is the queue's. */
import { describe, expect, test } from 'vitest';
import { Vegas } from '../../../../../../src/layers/transport/tcp/congestion/vegas.ts';
import type { TcpSettings } from '../../../../../../src/layers/transport/tcp/settings.ts';
import { Driver, MSS } from './driver.ts';

/** In congestion avoidance with a window of 50 segments, on a path known to take 100 ms. */
const avoiding = (settings: Partial<TcpSettings> = {}): Driver<Vegas> => {
  const driver = new Driver(new Vegas(), settings, 100 * MSS);
  driver.acks(MSS, { rtt: 100 });
  driver.loses(100);
  return driver;
};

/** How the window changes in a round trip with so many of the 50 segments queued. */
function change(driver: Driver<Vegas>, queued: number): number {
  const rtt = (100 * driver.cwnd) / (driver.cwnd - queued);
  const before = driver.cwnd;
  driver.round({ rtt });
  return driver.cwnd - before;
}

describe('congestion avoidance', () => {
  test('fewer than alpha segments in the queue: one more; more than beta: one less; in between: none', () => {
    for (const [queued, expected] of [[1.9, 1] as const, [2.1, 0] as const, [2.9, 0] as const, [3.1, -1] as const]) {
      const driver = avoiding();
      driver.round();
      expect(change(driver, queued), `${queued}`).toBe(expected);
      expect(driver.ssthresh).toBeLessThanOrEqual(driver.cwnd);
    }
  });

  test('alpha and beta are settings', () => {
    const driver = avoiding({ vegasAlphaSegments: 5, vegasBetaSegments: 6 });
    driver.round();
    expect([change(driver, 4.5), change(driver, 5.5), change(driver, 6.5)]).toEqual([1, 0, -1]);
  });

  test('once a round trip, by the shortest of its samples, which no delayed ACK has made longer', () => {
    const driver = avoiding();
    driver.round();
    driver.acks(MSS, { rtt: 101 });
    expect(change(driver, 20)).toBe(1);
  });

  test('not below what gives it enough samples, however long the queue', () => {
    const driver = avoiding();
    driver.rounds(100, { rtt: 1000 });
    expect(driver.cwnd).toBeGreaterThanOrEqual(2);
    expect(driver.cwnd).toBeLessThanOrEqual(5);
  });

  test('with too few samples to tell a queue from a delayed ACK it is Reno', () => {
    const driver = new Driver(new Vegas(), {}, 4 * MSS);
    driver.acks(MSS, { rtt: 100 });
    driver.loses(4);
    expect(driver.cwnd).toBe(2);
    driver.round({ rtt: 300 }, 2);
    driver.round({ rtt: 300 }, 2);
    expect(driver.cwnd).toBe(4);
  });

  test('a window that is not used does not grow', () => {
    const driver = avoiding();
    driver.rounds(5, { unused: true });
    expect(driver.cwnd).toBe(50);
  });

  test('losses are Reno’s', () => {
    const driver = avoiding();
    driver.loses(50);
    expect([driver.ssthresh, driver.cwnd]).toEqual([25, 25]);
    driver.timesOut(24);
    expect([driver.ssthresh, driver.cwnd]).toEqual([12, 1]);
  });
});

describe('slow start', () => {
  test('§3.3: grows in every second round trip only', () => {
    const driver = new Driver(new Vegas());
    const windows = [driver.cwnd];
    for (let round = 0; round < 4; round++) {
      driver.round();
      windows.push(driver.cwnd);
    }
    expect(windows[1]).toBe(20);
    expect(windows[2]).toBe(20);
    expect(windows[3]).toBeGreaterThan(37);
    expect(windows[4]).toBe(windows[3]);
  });

  test('§3.3: ends when more than gamma segments queue, with the window that fills the path and a segment', () => {
    const driver = new Driver(new Vegas());
    driver.rounds(3);
    const { cwnd } = driver;
    driver.round({ rtt: 104 });
    expect(driver.controller.cwnd).toBe(Math.floor((cwnd * MSS * 100) / 104) + MSS);
    expect(driver.ssthresh).toBe(driver.cwnd);
    const patient = new Driver(new Vegas(), { vegasGammaSegments: 3 });
    patient.rounds(3);
    patient.round({ rtt: 104 });
    expect(patient.ssthresh).toBe(Number.POSITIVE_INFINITY);
  });
});
