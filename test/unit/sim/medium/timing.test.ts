import { describe, expect, test } from 'vitest';
import { LineRate } from '../../../../src/sim/medium/line-rate.ts';
import { SojournStatistics } from '../../../../src/sim/medium/sojourn.ts';
import { clockAt } from '../../layers/clock-at.ts';
import { ids, scene } from './scene.ts';

describe('a link keeps time to the nanosecond', () => {
  test('without options a frame arrives at once, but not before the sender has finished', () => {
    const { send, atB, time } = scene();
    send(1);
    expect(atB).toEqual([]);
    time.run();
    expect(atB.map(({ at }) => at)).toEqual([0]);
  });

  test('serialisation, then delay: 1250 bytes at 10 Mbit/s are 1 ms', () => {
    const { send, atB, time, link } = scene({ rate: '10Mbit/s', delay: '20ms' });
    send(1, 1250);
    send(2, 1250);
    send(3, 125);
    time.run();
    expect(atB.map(({ at }) => at)).toEqual([21e6, 22e6, 22.1e6]);
    expect(link.aToB.line!.sojourn).toMatchObject({ count: 3, totalNs: 3e6, maximumNs: 2e6 });
  });

  test('the directions have nothing to do with each other', () => {
    const { send, atA, atB, time } = scene({ rate: { aToB: '10Mbit/s', bToA: '1Mbit/s' }, delay: { bToA: '5ms' } });
    send(1, 1250, 'a');
    send(2, 1250, 'b');
    time.run();
    expect([atB[0]!.at, atA[0]!.at]).toEqual([1e6, 15e6]);
  });

  test('a busy line loses no fraction of a nanosecond: 3000 frames of 100 bytes at 7 Mbit/s', () => {
    const { send, atB, time } = scene({ rate: '7Mbit/s', queue: { frames: 5000 } });
    for (let id = 1; id <= 3000; id++) send(id);
    time.run();
    atB.forEach(({ at }, index) => {
      expect(at).toBe(Math.floor(((index + 1) * 800e9) / 7e6));
    });
  });

  test('frames in flight share an event, and yet each keeps the place among equals that it took when it was sent on', () => {
    const { send, time, atB } = scene({ delay: '1us' });
    const seen: number[] = [];
    send(1);
    time.schedule(500, { fire: () => send(2) });
    time.schedule(700, { fire: () => time.schedule(1500, { fire: () => void seen.push(atB.length) }) });
    time.schedule(1500, { fire: () => void seen.push(atB.length) });
    time.run();
    expect(seen).toEqual([1, 2]);
  });

  test('overhead and the frame check sequence take time on the line', () => {
    const plain = scene({ rate: '8Mbit/s', overheadBytes: 20 });
    plain.send(1, 100);
    plain.time.run();
    expect(plain.atB[0]!.at).toBe(120_000);
    const checked = scene({ rate: '8Mbit/s', fcs: true });
    checked.send(1, 100);
    checked.time.run();
    expect(checked.atB[0]!.at).toBe(104_000);
  });

  test('a rate trace is followed within a frame, through outages and repetitions', () => {
    const steps = [
      { at: '0s', rate: '8Mbit/s' },
      { at: '1ms', rate: '0bit/s' },
      { at: '3ms', rate: '4Mbit/s' },
    ];
    // A byte a microsecond, then nothing for 2 ms, then a byte every 2 µs for 1 ms; and again.
    const { send, sendAt, atB, time } = scene({ rate: { steps, repeatEvery: '4ms' } });
    send(1, 600);
    send(2, 600);
    sendAt(3.9e6, 3, 100);
    time.run();
    expect(atB.map(({ at }) => at)).toEqual([600e3, 3.4e6, 4.05e6]);
  });

  test('a trace of equal steps is a constant rate', () => {
    const constant = new LineRate([{ atNs: 0, bitsPerSecond: 3_333_333 }]);
    const stepped = new LineRate(
      [0, 1000, 777_777].map((atNs) => ({ atNs, bitsPerSecond: 3_333_333 })),
      1_000_000,
    );
    const one = { beginsAt: 0, leavesAt: 0 };
    const other = { beginsAt: 0, leavesAt: 0 };
    for (let count = 0; count < 500; count++) {
      const bits = 8 * (64 + ((count * 97) % 1400));
      constant.put(one, clockAt(one.leavesAt), bits);
      stepped.put(other, clockAt(other.leavesAt), bits);
      expect(Math.abs(one.leavesAt - other.leavesAt)).toBeLessThanOrEqual(1);
    }
  });

  test('the queue holds what it may and drops the rest at its tail', () => {
    const byFrames = scene({ rate: '1Mbit/s', queue: { frames: 2 } });
    for (let id = 1; id <= 5; id++) byFrames.send(id);
    byFrames.time.run();
    // One on the line, two waiting.
    expect(ids(byFrames.atB)).toEqual([1, 2, 3]);
    expect(byFrames.drops).toEqual(
      [4, 5].map((id) => ({ id, reason: 'medium-queue-full', detail: 'queue limit 2 frames' })),
    );
    const byBytes = scene({ rate: '1Mbit/s', queue: { bytes: '250B' } });
    for (let id = 1; id <= 5; id++) byBytes.send(id, id === 5 ? 50 : 100);
    byBytes.time.run();
    expect(ids(byBytes.atB)).toEqual([1, 2, 3, 5]);
  });

  test('jitter varies the delay within its bounds and keeps the order unless asked otherwise', () => {
    for (const keepOrder of [true, false]) {
      const { send, time, atB } = scene({
        delay: '10ms',
        jitter: { distribution: 'uniform', maximum: '5ms', keepOrder },
      });
      for (let id = 0; id < 1000; id++) time.schedule(id * 1e5, { fire: () => send(id) });
      time.run();
      const delays = atB.map(({ at, id }) => at - id * 1e5);
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(10e6);
      expect(Math.max(...delays)).toBeLessThanOrEqual(15e6);
      expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(2e6);
      const sorted = [...ids(atB)].sort((one, other) => one - other);
      if (keepOrder) expect(ids(atB)).toEqual(sorted);
      else expect(ids(atB)).not.toEqual(sorted);
    }
  });

  test('normal jitter has its mean and deviation', () => {
    const { send, time, atB } = scene({
      jitter: { distribution: 'normal', mean: '10ms', deviation: '2ms', keepOrder: false },
    });
    for (let id = 0; id < 20_000; id++) time.schedule(id * 1e6, { fire: () => send(id) });
    time.run();
    const delays = atB.map(({ at, id }) => at - id * 1e6);
    const mean = delays.reduce((sum, delay) => sum + delay) / delays.length;
    const deviation = Math.sqrt(delays.reduce((sum, delay) => sum + (delay - mean) ** 2, 0) / delays.length);
    // Standard errors: 2 ms / sqrt(20000) = 14 µs, and 10 µs. Five of them.
    expect(Math.abs(mean - 10e6)).toBeLessThan(71e3);
    expect(Math.abs(deviation - 2e6)).toBeLessThan(50e3);
  });
});

test('sojourn quantiles lie within a sixteenth of the truth', () => {
  const statistics = new SojournStatistics();
  const values = Array.from({ length: 5000 }, (_, index) => Math.floor(1.004 ** index * 3));
  for (const value of values) statistics.add(value);
  for (const fraction of [0.01, 0.25, 0.5, 0.9, 0.99, 1]) {
    const exact = values[Math.ceil(fraction * values.length) - 1]!;
    const answer = statistics.quantileNs(fraction);
    expect(answer).toBeGreaterThanOrEqual(exact);
    expect(answer).toBeLessThanOrEqual(exact * 1.0625);
  }
});
