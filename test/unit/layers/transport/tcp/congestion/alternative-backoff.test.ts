import { describe, expect, test } from 'vitest';
import { Cubic } from '../../../../../../src/layers/transport/tcp/congestion/cubic.ts';
import { Reno } from '../../../../../../src/layers/transport/tcp/congestion/reno.ts';
import { Driver, MSS } from './driver.ts';

const WINDOW = 100 * MSS;

describe.each([
  { name: 'reno', create: () => new Reno(), mild: 80, full: 50 },
  { name: 'cubic', create: () => new Cubic(), mild: 85, full: 70 },
])('alternative backoff of $name', ({ create, mild, full }) => {
  const avoiding = (alternativeBackoff: boolean): Driver<Reno> => {
    const driver = new Driver<Reno>(create(), { alternativeBackoff }, WINDOW);
    driver.controller.ssthresh = WINDOW;
    return driver;
  };

  test('RFC 8511 §3.1: in congestion avoidance a mark reduces the window to beta_ecn, less than a loss does', () => {
    const marked = avoiding(true);
    marked.controller.congestion(WINDOW, 'ecn');
    expect([marked.cwnd, marked.ssthresh]).toEqual([mild, mild]);
    const lossy = avoiding(true);
    lossy.controller.congestion(WINDOW, 'loss');
    expect(lossy.cwnd).toBe(full);
  });

  test('RFC 8511 §3: in slow start a mark is taken for a loss', () => {
    const driver = avoiding(true);
    driver.controller.ssthresh = Number.POSITIVE_INFINITY;
    driver.controller.congestion(WINDOW, 'ecn');
    expect(driver.cwnd).toBe(full);
  });

  test('RFC 3168 §6.1.2: without that choice a mark is taken for a loss', () => {
    const driver = avoiding(false);
    driver.controller.congestion(WINDOW, 'ecn');
    expect(driver.cwnd).toBe(full);
  });

  test('RFC 3168 §6.1.2: a mark never raises the window, however much is in flight', () => {
    const driver = avoiding(true);
    driver.controller.cwnd = 1500;
    driver.controller.ssthresh = 2 * MSS;
    driver.controller.congestion(WINDOW, 'ecn');
    expect(driver.controller.cwnd).toBe(1500);
  });
});
