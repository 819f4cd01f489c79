/** DCTCP: RFC 8257. */
import { describe, expect, test } from 'vitest';
import { Dctcp } from '../../../../../../src/layers/transport/tcp/congestion/dctcp.ts';
import { Conversation } from '../conversation.ts';
import { Driver, MSS } from './driver.ts';

/** In congestion avoidance with a window of 20 segments. */
const avoiding = (): Driver<Dctcp> => {
  const driver = new Driver(new Dctcp(), {}, 40 * MSS);
  driver.loses();
  return driver;
};

/** A window's worth of acknowledgments, a share of them marked, until the estimate is made anew. */
function window(driver: Driver<Dctcp>, share: number): void {
  const { alpha } = driver.controller;
  for (let ack = 0; driver.controller.alpha === alpha && ack < 100; ack++) driver.acks(MSS, { marked: share * MSS });
}

describe('RFC 8257 §3.3: the estimate', () => {
  test('RFC 8257 §3.3: alpha is initialised to 1', () => {
    expect(avoiding().controller.alpha).toBe(1);
  });

  test('RFC 8257 §3.3 step 6: alpha = alpha * (1 - g) + g * M, with g = 1/16', () => {
    const driver = avoiding();
    driver.acks(); // ends the first window, which began before any data
    let alpha = 15 / 16;
    expect(driver.controller.alpha).toBe(alpha);
    for (const share of [0, 0, 0.5, 1, 0.25]) {
      window(driver, share);
      alpha = alpha * (15 / 16) + share / 16;
      expect(driver.controller.alpha).toBeCloseTo(alpha, 12);
    }
  });

  test('RFC 8257 §3.3 step 4: once for a window: when what was in flight at its start is acknowledged', () => {
    const driver = avoiding();
    driver.acks();
    const { alpha } = driver.controller;
    const end = driver.event.sndNxt - MSS; // SND.NXT when that acknowledgment came
    while (((driver.event.sndUna + MSS - end) | 0) <= 0) {
      driver.acks();
      expect(driver.controller.alpha).toBe(alpha);
    }
    driver.acks();
    expect(driver.controller.alpha).toBeLessThan(alpha);
  });

  test('RFC 8257 §3.3 step 5: M is by octets, not by acknowledgments', () => {
    const driver = avoiding();
    driver.acks();
    const { alpha } = driver.controller;
    driver.acks(9 * MSS, { marked: 9 * MSS });
    for (let ack = 0; ack < 30 && driver.controller.alpha === alpha; ack++) driver.acks(MSS);
    const share = (driver.controller.alpha - alpha * (15 / 16)) * 16;
    expect(share).toBeGreaterThan(0.4);
  });

  test('RFC 8257 §4.2: it stays between 0 and 1', () => {
    const driver = avoiding();
    for (let round = 0; round < 20; round++) driver.acks(20 * MSS, { marked: 40 * MSS });
    expect(driver.controller.alpha).toBe(1);
    for (let round = 0; round < 400; round++) driver.acks(40 * MSS, { unused: true });
    expect(driver.controller.alpha).toBeGreaterThanOrEqual(0);
    expect(driver.controller.alpha).toBeLessThan(1e-9);
  });
});

describe('reactions', () => {
  test('RFC 8257 §3.3 step 9: to a mark: cwnd = cwnd * (1 - alpha / 2)', () => {
    const driver = avoiding();
    for (let round = 0; round < 10; round++) window(driver, 0.1);
    const { alpha, cwnd } = driver.controller;
    driver.controller.congestion(cwnd, 'ecn');
    expect(driver.controller.cwnd).toBe(Math.floor(cwnd * (1 - alpha / 2)));
    expect(driver.controller.ssthresh).toBe(driver.controller.cwnd);
  });

  test('RFC 8257 §3.3: the first mark, before anything is known, halves as RFC 3168 does', () => {
    const { controller } = avoiding();
    controller.congestion(controller.cwnd, 'ecn');
    expect(controller.cwnd).toBe(10 * MSS);
  });

  test('RFC 8257 §3.4: it grows as conventional TCP does', () => {
    const driver = avoiding();
    const { cwnd } = driver;
    for (let ack = 0; ack < 20; ack++) driver.acks();
    expect(driver.cwnd - cwnd).toBe(1);
  });

  test('RFC 8257 §3.5: to a loss it reacts "in the same way as conventional TCP", and to a timeout', () => {
    const driver = avoiding();
    for (let round = 0; round < 10; round++) window(driver, 0);
    driver.loses(20);
    expect([driver.ssthresh, driver.cwnd]).toEqual([10, 10]);
    driver.timesOut(10);
    expect([driver.ssthresh, driver.cwnd]).toEqual([5, 1]);
  });
});

describe('a connection', () => {
  test.each([
    ['accurate feedback', {}, 'SEWA'],
    ['its own', { accurateEcn: 'off' }, 'SEW'],
    ['nothing where ECN is off', { accurateEcn: 'off', ecn: 'off' }, 'S'],
  ] as const)('RFC 8257 §4.1: asks for ECN by itself, which others only agree to: for %s', (_, settings, flags) => {
    const asking = new Conversation({ settings: { ...settings, congestionControl: 'dctcp' } });
    asking.connect();
    asking.expects(`${flags} 0:0(0)`);
    const other = new Conversation({ settings: { ...settings, congestionControl: 'reno' } });
    other.connect();
    other.expects('S 0:0(0)');
  });
});
