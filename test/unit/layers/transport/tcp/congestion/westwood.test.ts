/** Westwood+: Grieco and Mascolo 2004. */
import { describe, expect, test } from 'vitest';
import { Westwood } from '../../../../../../src/layers/transport/tcp/congestion/westwood.ts';
import { Driver, MSS } from './driver.ts';

/** A path of 100 ms that carries one segment a millisecond, with 150 segments in flight: 50 of them in the queue. */
const loaded = (): Driver<Westwood> => {
  const driver = new Driver(new Westwood(), {}, 150 * MSS);
  driver.acks(MSS, { rtt: 100 });
  for (let ack = 0; ack < 1000; ack++) driver.acks(MSS, { rtt: 150, after: 1, unused: true });
  return driver;
};

describe('ssthresh is the bandwidth estimate times the shortest round trip', () => {
  test('after a loss: the window that fills the path without a queue, not half of what was in flight', () => {
    const driver = loaded();
    driver.loses();
    expect(driver.ssthresh).toBeCloseTo(100, 0);
    expect(driver.cwnd).toBe(driver.ssthresh);
  });

  test('after a timeout: the same, with the loss window', () => {
    const driver = loaded();
    driver.timesOut();
    expect(driver.ssthresh).toBeCloseTo(100, 0);
    expect(driver.cwnd).toBe(1);
  });

  test('never more than the window was, nor less than two segments', () => {
    const driver = loaded();
    driver.loses();
    const { cwnd } = driver;
    driver.controller.cwnd = 30 * MSS;
    driver.loses();
    expect(driver.cwnd).toBe(30);
    expect(cwnd).toBeGreaterThan(30);
    const slow = new Driver(new Westwood());
    for (let ack = 0; ack < 20; ack++) slow.acks(10, { rtt: 100, after: 100 });
    slow.loses();
    expect(slow.cwnd).toBe(2);
  });

  test('before there is an estimate it is Reno', () => {
    const driver = new Driver(new Westwood());
    driver.loses(10);
    expect(driver.cwnd).toBe(5);
  });
});

describe('the estimate', () => {
  test('one sample a round trip moves it by a tenth of the difference', () => {
    const driver = loaded();
    driver.loses();
    const { controller } = driver;
    const half = MSS / 2e6;
    const untilNext = (): number => {
      const { bandwidth } = controller;
      let acks = 0;
      for (; controller.bandwidth === bandwidth; acks++) driver.acks(MSS, { rtt: 150, after: 2, unused: true });
      return acks;
    };
    untilNext(); // the rest of a faster round trip
    for (let sample = 0; sample < 5; sample++) {
      const before = controller.bandwidth;
      expect(untilNext()).toBe(75);
      expect(controller.bandwidth / (0.9 * before + 0.1 * half)).toBeCloseTo(1, 6);
    }
  });

  test('in the first slow start it follows at once, for the rate doubles in a round trip', () => {
    const driver = new Driver(new Westwood());
    driver.acks(MSS, { rtt: 100 });
    for (const gap of [8, 4, 2, 1]) {
      for (let ack = 0; ack < 100 / gap; ack++) driver.acks(MSS, { rtt: 100, after: gap });
      expect(driver.controller.bandwidth / (MSS / (gap * 1e6))).toBeCloseTo(1, 0);
    }
  });

  test('what is SACKed during recovery counts as arrived', () => {
    const driver = loaded();
    driver.loses();
    const { bandwidth } = driver.controller;
    for (let ack = 0; ack < 500; ack++) {
      driver.event.nowNs += 1e6;
      driver.event.ackedBytes = 0;
      driver.event.deliveredBytes = MSS;
      driver.controller.measured(driver.event);
    }
    expect(driver.controller.bandwidth / bandwidth).toBeCloseTo(1, 1);
  });
});
