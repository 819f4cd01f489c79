/** Times of departure: draft-ietf-ccwg-bbr-06 §5.6.2 and §5.6.3. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Departures, sendQuantum } from '../../../../../../src/layers/transport/tcp/rate/departures.ts';

const SECOND = 1e9;

describe('departures', () => {
  test('draft-ietf-ccwg-bbr-06 §5.6.2: each segment moves the next departure by its length over the rate', () => {
    const departures = new Departures();
    departures.departed(1000, 1e6, 1000, 5_000_000);
    expect(departures.nextNs).toBe(6_000_000);
    expect([departures.holds(5_999_999), departures.holds(6_000_000)]).toEqual([true, false]);
    departures.departed(500, 1e6, 500, 6_000_000);
    expect(departures.nextNs).toBe(6_500_000);
  });

  test('draft-ietf-ccwg-bbr-06 §5.6.2: time that was not used is gone', () => {
    const departures = new Departures();
    departures.departed(1000, 1e6, 1000, 0);
    departures.departed(1000, 1e6, 1000, 50_000_000);
    expect(departures.nextNs).toBe(51_000_000);
  });

  test('a quantum may leave ahead of its time, and then nothing before time has caught up', () => {
    const departures = new Departures();
    let sent = 0;
    while (!departures.holds(0)) {
      departures.departed(1000, 1e6, 3500, 0);
      sent++;
    }
    expect(sent).toBe(4);
    expect([departures.holds(3_999_999), departures.holds(4_000_000)]).toEqual([true, false]);
  });

  test('what is released does not wait', () => {
    const departures = new Departures();
    departures.departed(1000, 1, 1000, 0);
    expect(departures.holds(1)).toBe(true);
    departures.release();
    expect(departures.holds(1)).toBe(false);
    departures.departed(1000, 1e6, 1000, 10);
    expect(departures.nextNs).toBe(1_000_010);
  });

  test.each([
    [1e4, 2000],
    [1e6, 2000],
    [12.5e6, 12_500],
    [1e9, 65_536],
  ])('draft-ietf-ccwg-bbr-06 §5.6.3: at %d octets a second the quantum is %d', (rate, quantum) => {
    expect(sendQuantum(rate, 1000)).toBe(quantum);
  });

  test('in any stretch of time no more leaves than the rate, a quantum and a segment allow; and no less if it can', () => {
    const rates = fc.integer({ min: 1000, max: 1_000_000_000 });
    const lengths = fc.array(fc.integer({ min: 1, max: 1448 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(rates, lengths, (rate, segments) => {
        const departures = new Departures();
        const quantum = sendQuantum(rate, 1448);
        const sent: { at: number; before: number; after: number }[] = [];
        let now = 1_000_000_007;
        let total = 0;
        for (const length of segments) {
          if (departures.holds(now)) {
            expect(departures.nextNs).toBeGreaterThan(now);
            now = departures.nextNs;
            expect(departures.holds(now)).toBe(false);
          }
          departures.departed(length, rate, quantum, now);
          sent.push({ at: now, before: total, after: total + length });
          total += length;
        }
        for (const early of sent) {
          for (const late of sent) {
            if (late.at < early.at) continue;
            const allowed = ((late.at - early.at) / SECOND) * rate;
            expect(late.after - early.before).toBeLessThanOrEqual(allowed + quantum + 1448 + rate / SECOND);
          }
        }
        // A nanosecond of rounding for each wait.
        const least = ((now - sent[0]!.at) / SECOND) * rate;
        expect(total).toBeGreaterThanOrEqual(least - (sent.length * rate) / SECOND - 1);
      }),
      { seed: 2, numRuns: 150 },
    );
  });
});
