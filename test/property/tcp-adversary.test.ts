/**
 * A third party injects resets, SYNs, ACKs and data around the window. None of it may end a connection, change a byte
 * (invariants 1 and 5), move a variable (15, 16, 39) or draw a reset (38); rules and rates are RFC 5961's.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holdFor } from './report.ts';
import { type Injection, PLAIN, type Scenario } from './scenario.ts';
import { play } from './scenario-run.ts';
import { injections, scenarios } from './world-arbitrary.ts';

test('nothing that an intruder sends around the window does harm', () => {
  holdFor(scenarios({ injections }), 120);
});

test('nor while programs close early and abort', () => {
  holdFor(scenarios({ injections, rough: true }), 80);
});

describe('each kind of segment, while data flows', () => {
  const flowing: Scenario = {
    ...PLAIN,
    client: [{ do: 'write', bytes: 5000, calls: 1 }],
    server: [
      { do: 'write', bytes: 5000, calls: 1 },
      { do: 'sleep', ms: 500 },
    ],
    link: { delayMs: 40, rate: '1Mbit/s' },
    settings: { client: { receiveBufferBytes: 3000 }, server: { receiveBufferBytes: 3000 } },
    starts: { client: -2000, server: (2 ** 31 - 2000) | 0 },
  };
  const kinds: readonly Injection['kind'][] = ['rst', 'rst-ack', 'syn', 'syn-ack', 'ack', 'data', 'fin', 'null'];

  test.each(kinds)('%s', (kind) => {
    let injected = 0;
    const place = fc.record({
      offset: fc.constantFrom(-3000, -2, -1, 0, 1, 2, 3000, 70_000, 2 ** 31 - 1),
      ack: fc.constantFrom(-5000, 0, 1, 5000, 2 ** 31 - 1),
      atMs: fc.integer({ min: 200, max: 700 }),
      from: fc.constantFrom('next' as const, 'edge' as const),
      timestamp: fc.constantFrom('none' as const, 'current' as const, 'old' as const),
      to: fc.constantFrom('client' as const, 'server' as const),
    });
    holdFor(
      fc.array(place, { minLength: 1, maxLength: 6 }).map((places) => ({
        ...flowing,
        injections: places.map((each) => ({ ...each, kind, bytes: 200 })),
      })),
      15,
      (scenario) => {
        const { reached, programs } = play(scenario);
        injected += reached.get(`injected ${kind}`) ?? 0;
        expect(programs.map(({ read, ending }) => `${read} ${ending}`)).toEqual(['5000 orderly', '5000 orderly']);
      },
    );
    expect(injected).toBeGreaterThan(5);
  });
});

test('RFC 5961 §7: challenge ACKs are limited in number', () => {
  const many = (limit: number): number => {
    const { reached, frames } = play({
      ...PLAIN,
      client: [{ do: 'sleep', ms: 1500 }],
      settings: { client: { challengeAcksPerSecond: limit, timestamps: false }, server: {} },
      injections: Array.from({ length: 50 }, (_, index) => ({
        atMs: 1010 + index,
        to: 'client' as const,
        kind: 'rst' as const,
        from: 'next' as const,
        offset: 5,
        ack: 0,
        bytes: 1,
        timestamp: 'none' as const,
      })),
    });
    expect(reached.get('injected rst')).toBe(50);
    return frames;
  };
  expect(many(0) - many(10)).toBe(40);
});
