/** What every controller with a window of its own keeps to, whatever it is told in whatever order. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CongestionControl } from '../../../../../../src/layers/transport/tcp/congestion/congestion-control.ts';
import {
  CONTROLLER_NAMES,
  createController,
} from '../../../../../../src/layers/transport/tcp/congestion/controllers.ts';
import type { TcpSettings } from '../../../../../../src/layers/transport/tcp/settings.ts';
import { Driver, MSS } from './driver.ts';

/** BBR's window follows a model of the path; `none` has none. */
const WINDOWED = CONTROLLER_NAMES.filter((name) => name !== 'none' && !name.startsWith('bbr'));

const settings: fc.Arbitrary<Partial<TcpSettings>> = fc.record({
  appropriateByteCounting: fc.boolean(),
  appropriateByteCountingLimitSegments: fc.constantFrom(1, 2),
  hystart: fc.constantFrom('cubic' as const, 'all' as const, 'none' as const),
  cubicFastConvergence: fc.boolean(),
  cubicRenoFriendly: fc.boolean(),
  alternativeBackoff: fc.boolean(),
});

type Happening =
  | { readonly what: 'ack'; bytes: number; rtt: number; after: number; unused: boolean; marked: number }
  | { readonly what: 'congestion'; share: number; cause: 'loss' | 'ecn' }
  | { readonly what: 'timeout' | 'recovered'; share: number }
  | { readonly what: 'undo' | 'idle' };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      what: fc.constant('ack' as const),
      bytes: fc.integer({ min: 1, max: 20 * MSS }),
      rtt: fc.integer({ min: 1, max: 500 }),
      after: fc.integer({ min: 0, max: 500 }),
      unused: fc.boolean(),
      marked: fc.integer({ min: 0, max: MSS }),
    }),
  },
  fc.record({
    what: fc.constant('congestion' as const),
    share: fc.double({ min: 0.1, max: 1, noNaN: true }),
    cause: fc.constantFrom('loss' as const, 'ecn' as const),
  }),
  fc.record({
    what: fc.constantFrom('timeout' as const, 'recovered' as const),
    share: fc.double({ min: 0.1, max: 1, noNaN: true }),
  }),
  fc.record({ what: fc.constantFrom('undo' as const, 'idle' as const) }),
);

/** Lets it happen, and asks for what must hold of each. */
function happens(driver: Driver<CongestionControl>, one: Happening): void {
  const { controller } = driver;
  const [cwnd, ssthresh] = [controller.cwnd, controller.ssthresh];
  switch (one.what) {
    case 'ack':
      driver.acks(one.bytes, one);
      expect(controller.cwnd - cwnd, 'growth').toBeLessThanOrEqual(Math.max(8 * MSS, cwnd / 2 + 1));
      if (one.unused && controller.name !== 'vegas') expect(controller.cwnd, 'unused').toBe(cwnd);
      return;
    case 'congestion':
      controller.congestion(Math.floor(cwnd * one.share), one.cause);
      expect(controller.cwnd, 'reduced').toBeLessThanOrEqual(Math.max(cwnd, 2 * MSS));
      expect(controller.ssthresh).toBeGreaterThanOrEqual(2 * MSS);
      return;
    case 'timeout':
      controller.timeout(Math.floor(cwnd * one.share), true);
      expect(controller.cwnd, 'loss window').toBe(MSS);
      expect(controller.ssthresh).toBeGreaterThanOrEqual(2 * MSS);
      return;
    case 'recovered':
      controller.recovered(Math.floor(cwnd * one.share));
      expect(controller.cwnd).toBeLessThanOrEqual(Math.max(cwnd + MSS, controller.ssthresh));
      return;
    case 'undo':
      controller.undo();
      expect(controller.cwnd, 'undone').toBeGreaterThanOrEqual(cwnd);
      return;
    case 'idle':
      controller.idle(10 * MSS, 2e9);
      expect(controller.cwnd).toBeLessThanOrEqual(cwnd);
      expect(controller.ssthresh).toBe(ssthresh);
  }
}

describe.each(WINDOWED)('%s', (name) => {
  test('its window is whole octets and at least a segment; each event moves it within its bounds', () => {
    fc.assert(
      fc.property(settings, fc.array(happening, { maxLength: 80 }), (chosen, story) => {
        const driver = new Driver(createController(name), chosen);
        for (const one of story) {
          happens(driver, one);
          expect(Number.isInteger(driver.controller.cwnd)).toBe(true);
          expect(driver.controller.cwnd).toBeGreaterThanOrEqual(MSS);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('a reduction that is undone at once leaves both windows as they were, after any history', () => {
    const reduction = fc.constantFrom('loss' as const, 'ecn' as const, 'timeout' as const);
    fc.assert(
      fc.property(settings, fc.array(happening, { maxLength: 40 }), reduction, (chosen, story, kind) => {
        const driver = new Driver(createController(name), chosen);
        const { controller } = driver;
        for (const one of story) happens(driver, one);
        const { cwnd, ssthresh } = controller;
        if (kind === 'timeout') controller.timeout(cwnd, true);
        else controller.congestion(cwnd, kind);
        if (controller.cwnd >= cwnd) return; // nothing was taken away
        controller.undo();
        expect([controller.cwnd, controller.ssthresh]).toEqual([cwnd, ssthresh]);
      }),
      { numRuns: 100 },
    );
  });

  test('the same story gives the same window', () => {
    fc.assert(
      fc.property(settings, fc.array(happening, { maxLength: 60 }), (chosen, story) => {
        const [one, other] = [0, 1].map(() => {
          const driver = new Driver(createController(name), chosen);
          for (const happened of story) happens(driver, happened);
          return [driver.controller.cwnd, driver.controller.ssthresh];
        });
        expect(one).toEqual(other);
      }),
      { numRuns: 30 },
    );
  });
});
