/** HyStart++: RFC 9406. With CUBIC it is usual, with Reno if asked for. */
import { describe, expect, test } from 'vitest';
import type { CongestionControl } from '../../../../../../src/layers/transport/tcp/congestion/congestion-control.ts';
import { Cubic } from '../../../../../../src/layers/transport/tcp/congestion/cubic.ts';
import { Reno } from '../../../../../../src/layers/transport/tcp/congestion/reno.ts';
import { Driver, MSS } from './driver.ts';

const driven = (): Driver<Reno> => new Driver(new Reno(), { hystart: 'all' });

/** Two rounds of 100 ms, so that there is a round to compare with: the window is 40 segments. */
const having = (...roundTrips: number[]): Driver<Reno> => {
  const driver = driven();
  for (const rtt of [100, 100, ...roundTrips]) driver.round({ rtt });
  return driver;
};

/** How the next round makes the window grow: about twofold, or by a quarter, or by a segment. */
function pace(driver: Driver<CongestionControl>, rtt: number): 'slow start' | 'conservative' | 'avoidance' {
  const before = driver.cwnd;
  driver.round({ rtt });
  const factor = driver.cwnd / before;
  return factor > 1.5 ? 'slow start' : factor > 1.15 ? 'conservative' : 'avoidance';
}

describe('RFC 9406 §4.2: when it leaves slow start', () => {
  test('RFC 9406 §4.2: a round of round trips longer by an eighth than the round before makes it conservative', () => {
    expect(pace(having(112.4), 112.4)).toBe('slow start');
    expect(pace(having(112.5), 112.5)).toBe('conservative');
  });

  test.each([
    [10, 13.9, 14],
    [400, 415.9, 416],
  ])(
    'RFC 9406 §4.3: the threshold is 4 ms to 16 ms: from %i ms, %f ms is not enough and %f ms is',
    (from, not, enough) => {
      for (const [rtt, expected] of [[not, 'slow start'] as const, [enough, 'conservative'] as const]) {
        const driver = driven();
        for (const roundTrip of [from, from, rtt]) driver.round({ rtt: roundTrip });
        expect(pace(driver, rtt)).toBe(expected);
      }
    },
  );

  test('RFC 9406 §4.2: it is the shortest of the round that counts, of at least N_RTT_SAMPLE = 8', () => {
    const driver = having();
    // One quick acknowledgment among the slow ones: no queue is standing.
    driver.acks(MSS, { rtt: 100 });
    expect(pace(driver, 150)).toBe('slow start');
    const few = having();
    const { cwnd } = few;
    for (let ack = 0; ack < 7; ack++) few.acks(MSS, { rtt: 150 });
    expect(few.cwnd - cwnd).toBe(7);
    few.acks(MSS, { rtt: 150 });
    expect(few.cwnd - cwnd).toBe(8);
    few.acks(4 * MSS, { rtt: 150 });
    expect(few.cwnd - cwnd).toBe(9);
  });

  test('RFC 9406 §4.2: cwnd + min(N, L * SMSS), with L = 8 when nothing is paced', () => {
    const driver = driven();
    driver.acks(8 * MSS);
    expect(driver.cwnd).toBe(18);
    driver.acks(10 * MSS);
    expect(driver.cwnd).toBe(26);
  });

  test('RFC 9406 §4.3: "a paced TCP implementation SHOULD use L = infinity"', () => {
    const driver = new Driver(new Reno(), { hystart: 'all', pacing: true });
    driver.acks(10 * MSS);
    expect(driver.cwnd).toBe(20);
  });
});

describe('Conservative Slow Start', () => {
  test('RFC 9406 §4.2: at most CSS_ROUNDS = 5 rounds, the one in which it began counted; then ssthresh = cwnd', () => {
    const driver = having(130, 130, 130, 130);
    expect(driver.ssthresh).toBe(Number.POSITIVE_INFINITY);
    driver.round({ rtt: 130 });
    expect(driver.ssthresh).toBe(driver.cwnd);
    expect(pace(driver, 130)).toBe('avoidance');
  });

  test('RFC 9406 §4.2: a round trip below the baseline shows that the exit was spurious: slow start resumes', () => {
    const driver = having(130, 130);
    driver.round({ rtt: 129 });
    expect(pace(driver, 129)).toBe('slow start');
    // Including HyStart++: the next delay is seen as well.
    driver.round({ rtt: 160 });
    for (let round = 2; round <= 5; round++) expect(pace(driver, 160), `round ${round}`).toBe('conservative');
    expect(pace(driver, 160)).toBe('avoidance');
  });

  test('RFC 9406 §4.2: loss ends it', () => {
    const driver = having(130, 130);
    driver.loses();
    expect(driver.ssthresh).toBe(driver.cwnd);
    expect(pace(driver, 130)).toBe('avoidance');
  });

  test('RFC 9406 §4.3: "SHOULD use HyStart++ only for the initial slow start"', () => {
    const driver = having(130, 130, 130, 130, 130);
    driver.timesOut(200);
    for (const rtt of [100, 100, 100, 100, 200]) driver.round({ rtt });
    expect(pace(driver, 200)).toBe('slow start');
    // Nor does what it has found end a later one.
    const idle = having(130, 130, 130, 130, 130);
    const { ssthresh } = idle;
    idle.controller.idle(10 * MSS);
    idle.round({ rtt: 100 });
    expect(idle.ssthresh).toBe(ssthresh);
  });
});

test.each([
  ['none', 'slow start', 'slow start'],
  ['cubic', 'slow start', 'conservative'],
  ['all', 'conservative', 'conservative'],
] as const)('hystart %s: a delay leaves Reno in %s, CUBIC in %s', (hystart, renos, cubics) => {
  for (const [controller, expected] of [[new Reno(), renos] as const, [new Cubic(), cubics] as const]) {
    const driver = new Driver<CongestionControl>(controller, { hystart });
    for (const rtt of [100, 100, 130]) driver.round({ rtt });
    expect(pace(driver, 130), controller.name).toBe(expected);
  }
});
