/** CUBIC: RFC 9438. Segments have 1000 octets; `C` is 0.4 segments a second cubed, beta is 0.7. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Cubic } from '../../../../../../src/layers/transport/tcp/congestion/cubic.ts';
import type { TcpSettings } from '../../../../../../src/layers/transport/tcp/settings.ts';
import { type Acknowledgment, Driver, MSS } from './driver.ts';

const ALPHA = (3 * 0.3) / 1.7;

/** In congestion avoidance after a loss with `segments` in flight. */
const avoiding = (segments: number, settings: Partial<TcpSettings> = {}): Driver<Cubic> => {
  const driver = new Driver(new Cubic(), { hystart: 'none', ...settings }, segments * MSS);
  driver.loses();
  return driver;
};

/** The function as the RFC writes it, in segments and seconds. */
const cubicFunction = (wMax: number, cwndEpoch: number, seconds: number): number =>
  0.4 * (seconds - Math.cbrt((wMax - cwndEpoch) / 0.4)) ** 3 + wMax;

describe('RFC 9438 §4.2: the window follows the cubic function of time', () => {
  test('RFC 9438 §4.2 equation 1: through the concave and the convex region, whatever the round trip', () => {
    for (const rtt of [50, 100, 200]) {
      const driver = avoiding(1000);
      driver.acks(MSS, { rtt });
      const began = driver.nowMs;
      const k = Math.cbrt(300 / 0.4);
      while (driver.nowMs - began < 1.8 * k * 1000) {
        driver.round({ rtt });
        const expected = cubicFunction(1000, 700, (driver.nowMs - began) / 1000);
        expect(Math.abs(driver.cwnd / expected - 1), `after ${driver.nowMs} ms of ${rtt}`).toBeLessThan(0.01);
      }
    }
  });

  test('RFC 9438 §4.2 equation 2: K = cbrt((W_max - cwnd_epoch) / C)', () => {
    const driver = avoiding(1000);
    driver.acks();
    expect(driver.controller.state.k).toBeCloseTo(Math.cbrt(300 / 0.4), 10);
    expect(driver.controller.state.wMax).toBe(1000 * MSS);
  });

  test('an oracle that steps in segments and seconds agrees with it to the octet', () => {
    const driver = avoiding(300, { cubicRenoFriendly: false });
    let window = 210;
    const k = Math.cbrt(90 / 0.4);
    const at = (seconds: number): number => 0.4 * (seconds - k) ** 3 + 300;
    for (let ack = 0; ack < 20_000; ack++) {
      driver.acks(MSS, { after: ack === 0 ? 0 : 0.5, rtt: 100 });
      const target = Math.min(Math.max(at((ack * 0.5) / 1000 + 0.1), Math.floor(window * 1000) / 1000), 1.5 * window);
      window += (target - Math.floor(window * 1000) / 1000) / window;
      expect(Math.abs(driver.cwnd - window)).toBeLessThan(0.01);
    }
  });

  test('RFC 9438 §4.2: it never shrinks, even when the function lies below', () => {
    const driver = avoiding(1000, { cubicRenoFriendly: false });
    driver.acks();
    driver.controller.state.wMax = 100 * MSS;
    const { cwnd } = driver;
    driver.acks(MSS, { after: 10 });
    expect(driver.cwnd).toBeGreaterThanOrEqual(cwnd);
  });

  test('RFC 9438 §4.2: whatever is acknowledged when, it does not shrink, nor grow by more than half', () => {
    const acknowledgment = fc.record({
      segments: fc.integer({ min: 1, max: 100 }),
      rtt: fc.integer({ min: 1, max: 3000 }),
      after: fc.integer({ min: 0, max: 3000 }),
      unused: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 500 }), fc.array(acknowledgment, { maxLength: 60 }), (segments, acks) => {
        const driver = avoiding(segments);
        for (const { segments: acked, ...how } of acks) {
          const { controller } = driver;
          const before = controller.cwnd;
          driver.acks(acked * MSS, how);
          expect(controller.cwnd).toBeGreaterThanOrEqual(before);
          expect(controller.cwnd).toBeLessThanOrEqual(Math.max(1.5 * before + 1, before + MSS));
          if (how.unused) expect(controller.cwnd).toBe(before);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('RFC 9438 §4.2: the target is at most 1.5 times the window', () => {
    const driver = avoiding(100, { cubicRenoFriendly: false });
    driver.acks(MSS, { rtt: 20_000 });
    const { cwnd } = driver;
    driver.acks(MSS, { rtt: 20_000 });
    expect(driver.cwnd - cwnd).toBeCloseTo(0.5, 2);
    driver.acks(10 * driver.controller.cwnd, { rtt: 20_000 });
    expect(driver.cwnd / cwnd).toBeCloseTo(1.5, 1);
  });

  test.each<readonly [string, (driver: Driver<Cubic>) => void]>([
    ['acknowledgments of a window that is not used', (driver) => driver.rounds(100, { unused: true })],
    ['silence', (driver) => driver.acks(MSS, { after: 10_000 })],
  ])('RFC 9438 §4.2, RFC 9438 §5.8: the time "MUST NOT include periods" of it: %s', (_, pause) => {
    const [paused, busy] = [avoiding(500), avoiding(500)];
    for (const driver of [paused, busy]) driver.rounds(10);
    const { cwnd } = paused;
    pause(paused);
    expect(paused.cwnd - cwnd).toBeLessThan(1);
    busy.acks(MSS, { after: 100 });
    for (const driver of [paused, busy]) driver.rounds(5);
    expect(Math.abs(paused.cwnd - busy.cwnd)).toBeLessThan(0.02 * busy.cwnd);
  });

  test('counting acknowledgments is to the letter of RFC 9438 §4.4: (target - cwnd) / cwnd for each', () => {
    const [bytes, acks] = [avoiding(1000), avoiding(1000, { appropriateByteCounting: false })];
    for (const driver of [bytes, acks]) {
      driver.acks();
      driver.acks(2 * MSS, { after: 1000 });
    }
    const target = cubicFunction(1000, 700, 0.2);
    expect(acks.cwnd - 700).toBeGreaterThan(0);
    expect((bytes.cwnd - 700) / (acks.cwnd - 700)).toBeGreaterThan(1.9);
    expect(bytes.cwnd).toBeLessThan(target);
  });
});

describe('RFC 9438 §4.3: the Reno-friendly region', () => {
  const perRound = (driver: Driver<Cubic>, how: Acknowledgment): number => {
    const before = driver.controller.state.wEst;
    driver.round(how);
    return (driver.controller.state.wEst - before) / MSS;
  };

  test('RFC 9438 §4.3 equation 4: alpha = 3 * (1 - beta) / (1 + beta) segments a round trip, and the window is W_est', () => {
    const driver = avoiding(40);
    driver.rounds(2, { rtt: 5 });
    expect(perRound(driver, { rtt: 5 })).toBeCloseTo(ALPHA, 1);
    expect(driver.controller.cwnd).toBe(Math.floor(driver.controller.state.wEst));
  });

  test('RFC 9438 §4.3: once W_est has reached cwnd_prior, alpha is 1', () => {
    const driver = avoiding(40);
    let rounds = 0;
    while (driver.cwnd < 40) {
      driver.round({ rtt: 5 });
      rounds++;
    }
    expect(rounds).toBeGreaterThanOrEqual(Math.floor(12 / ALPHA));
    driver.round({ rtt: 5 });
    expect(perRound(driver, { rtt: 5 })).toBeCloseTo(1, 1);
  });

  test('RFC 9438 §4.3: counted by bytes, so delayed ACKs do not change it', () => {
    const [each, second] = [avoiding(40), avoiding(40)];
    for (let round = 0; round < 20; round++) {
      each.round({ rtt: 5 });
      second.round({ rtt: 5 }, 2);
    }
    expect(second.cwnd).toBeCloseTo(each.cwnd, 0);
  });

  test('RFC 9438 §4.3: the higher of the two: with a long round trip the cubic function leads', () => {
    const driver = avoiding(1000);
    driver.rounds(30, { rtt: 200 });
    expect(driver.controller.cwnd).toBeGreaterThan(1.2 * driver.controller.state.wEst);
  });

  test('switched off, a short round trip gains nothing', () => {
    const [on, off] = [avoiding(40), avoiding(40, { cubicRenoFriendly: false })];
    for (const driver of [on, off]) driver.rounds(20, { rtt: 5 });
    expect(on.cwnd - 28).toBeGreaterThan(8);
    expect(off.cwnd - 28).toBeLessThan(3);
  });
});

describe('congestion', () => {
  test('RFC 9438 §4.6: ssthresh is FlightSize * beta, W_max and cwnd_prior are the window before', () => {
    const driver = new Driver(new Cubic(), {}, 100 * MSS);
    driver.loses(90);
    expect([driver.ssthresh, driver.cwnd]).toEqual([63, 63]);
    expect(driver.controller.state).toMatchObject({ wMax: 100 * MSS, cwndPrior: 100 * MSS });
  });

  test('RFC 9438 §4.6: after a loss at least two segments, after a mark at least one', () => {
    const { controller } = avoiding(3);
    controller.congestion(2 * MSS, 'ecn');
    expect([controller.cwnd, controller.ssthresh]).toEqual([1400, 2 * MSS]);
    controller.congestion(MSS, 'ecn');
    expect([controller.cwnd, controller.ssthresh]).toEqual([MSS, 2 * MSS]);
    controller.congestion(2 * MSS, 'loss');
    expect([controller.cwnd, controller.ssthresh]).toEqual([2 * MSS, 2 * MSS]);
  });

  test('RFC 9438 §4.7: below W_max, fast convergence makes it (1 + beta) / 2 of the window', () => {
    for (const cubicFastConvergence of [true, false]) {
      const driver = avoiding(1000, { cubicFastConvergence });
      driver.loses();
      expect(driver.controller.state.wMax).toBe(cubicFastConvergence ? 0.85 * 700 * MSS : 700 * MSS);
      expect(driver.controller.state.cwndPrior).toBe(700 * MSS);
    }
  });

  test('RFC 9438 §4.7: not beyond W_max', () => {
    const driver = avoiding(100);
    while (driver.cwnd < 105) driver.round();
    const { cwnd } = driver.controller;
    driver.loses();
    expect(driver.controller.state.wMax).toBe(cwnd);
  });

  test('RFC 9438 §4.8: a timeout sets ssthresh by beta; avoidance then begins with K = 0 and W_max = W_est = cwnd', () => {
    const driver = avoiding(100);
    driver.rounds(5);
    driver.timesOut(70);
    expect([driver.ssthresh, driver.cwnd]).toEqual([49, 1]);
    while (driver.cwnd < 49) driver.acks();
    const before = driver.controller.cwnd;
    driver.acks();
    expect(driver.controller.state).toMatchObject({ k: 0, wMax: before });
    expect(driver.controller.state.wEst).toBeCloseTo(before + (ALPHA * MSS * MSS) / before, 5);
  });

  test('RFC 9438 §4.10: a slow start that HyStart++ ends without loss: cwnd_prior = cwnd, K = 0 and W_max = cwnd', () => {
    const driver = new Driver(new Cubic());
    for (const rtt of [100, 100, 130, 130, 130, 130, 130]) driver.round({ rtt });
    const { ssthresh } = driver.controller;
    expect(ssthresh).toBeLessThan(1e6);
    driver.acks();
    expect(driver.controller.state).toMatchObject({ k: 0, wMax: ssthresh, cwndPrior: ssthresh });
  });

  test('RFC 9438 §4.1.2: each reduction begins a new epoch, at the first acknowledgment of congestion avoidance', () => {
    for (const reduce of [(driver: Driver<Cubic>) => driver.loses(), (driver: Driver<Cubic>) => driver.timesOut()]) {
      const driver = avoiding(100);
      driver.rounds(20);
      reduce(driver);
      while (driver.controller.cwnd < driver.controller.ssthresh) driver.acks(MSS, { after: 1 });
      driver.acks(MSS, { after: 7 });
      expect(driver.controller.state.epochNs).toBe(driver.event.nowNs);
    }
  });

  test('RFC 9438 §4.1.2: a restart after idle begins a new epoch when slow start is over', () => {
    const driver = avoiding(100);
    driver.rounds(50);
    driver.controller.idle(10 * MSS);
    driver.nowMs += 60_000;
    while (driver.cwnd < 70) driver.acks();
    const { nowNs } = driver.event;
    driver.acks();
    expect(driver.controller.state.epochNs).toBe(nowNs);
  });

  test('segments of another size: the windows that it remembers follow', () => {
    const driver = avoiding(100);
    driver.acks();
    driver.controller.resize(500);
    expect(driver.controller.cwnd).toBeLessThan(36 * MSS);
    expect(driver.controller.state).toMatchObject({ wMax: 50 * MSS, cwndPrior: 50 * MSS });
    driver.controller.resize(2000);
    expect(driver.controller.state).toMatchObject({ wMax: 50 * MSS, cwndPrior: 50 * MSS });
  });
});

describe('RFC 9438 §4.9: spurious congestion', () => {
  const all = ({ controller }: Driver<Cubic>): unknown => ({
    ...controller.state,
    cwnd: controller.cwnd,
    ssthresh: controller.ssthresh,
  });

  test('RFC 9438 §4.9.2: restores all variables, after any history and whatever came since, while cwnd < cwnd_prior', () => {
    const history = fc.array(fc.constantFrom('round', 'loss', 'mark', 'timeout'), { maxLength: 12 });
    fc.assert(
      fc.property(history, fc.constantFrom('loss', 'mark', 'timeout'), fc.nat(3), (past, spurious, acks) => {
        const driver = avoiding(200);
        const happens = (what: string): void => {
          if (what === 'round') driver.round();
          else if (what === 'timeout') driver.timesOut();
          else driver.controller.congestion(driver.controller.cwnd, what === 'loss' ? 'loss' : 'ecn');
        };
        for (const what of past) happens(what);
        const before = all(driver);
        const { cwnd } = driver;
        happens(spurious);
        for (let ack = 0; ack < acks; ack++) driver.acks();
        if (driver.cwnd >= cwnd) return;
        driver.controller.undo();
        expect(all(driver)).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });

  test('RFC 9438 §4.9.2: once the window is beyond where it was, nothing is restored', () => {
    const driver = avoiding(20);
    while (driver.cwnd < 21) driver.round({ rtt: 10 });
    const before = all(driver);
    driver.controller.undo();
    expect(all(driver)).toEqual(before);
  });
});
