/**
 * Fast Open between two hosts whatever the medium does to the segments of its handshakes: each question is answered, as
 * it was asked, and at the end nothing is left. A question may arrive more than once: RFC 7413 §2.1 wants that borne.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FaultList } from '../../src/sim/medium/fault-list.ts';
import { visits } from '../unit/sockets/visits.ts';
import { runs } from './runs.ts';

const target = fc.oneof(
  fc.record({
    protocol: fc.constant('tcp' as const),
    flags: fc.constantFrom('S', 'S.', '.', 'F.', 'R', 'R.'),
    nth: fc.integer({ min: 1, max: 8 }),
  }),
  fc.record({
    protocol: fc.constant('tcp' as const),
    payload: fc.boolean(),
    nth: fc.integer({ min: 1, max: 20 }),
  }),
);

const action = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ action: 'drop' as const }) },
  { weight: 1, arbitrary: fc.constant({ action: 'duplicate' as const }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('15ms', '40ms', '1200ms', '7s').map((by) => ({ action: 'delay' as const, by })),
  },
  { weight: 1, arbitrary: fc.constant({ action: 'reorder' as const, frames: 1 }) },
);

const faults: fc.Arbitrary<FaultList> = fc.array(
  fc
    .record({ direction: fc.constantFrom('aToB' as const, 'bToA' as const), match: target, how: action })
    .map(({ direction, match, how }) => ({ direction, match, ...how })),
  { maxLength: 10, size: 'max' },
);

const settings = fc.record(
  {
    timestamps: fc.boolean(),
    selectiveAcknowledgment: fc.boolean(),
    windowScaling: fc.boolean(),
    userTimeoutOption: fc.boolean(),
    accurateEcn: fc.constantFrom('off' as const, 'request' as const),
    ecn: fc.constantFrom('off' as const, 'request' as const),
    maximumSegmentSize: fc.constantFrom(88, 536),
    sendBufferBytes: fc.constantFrom(50, 3000),
    receiveBufferBytes: fc.constantFrom(60, 3000),
    queueSynText: fc.boolean(),
    fastOpenBlackholeNs: fc.constantFrom(0, 3e9),
    fastOpenKeyLifetimeNs: fc.constantFrom(0, 7e9),
    synCookies: fc.constantFrom('off' as const, 'always' as const),
  },
  { requiredKeys: [] },
);

test('RFC 7413 §4.2: every question is answered as it was asked, whatever becomes of the segments, and nothing is left', async () => {
  let opened = 0;
  let fellBack = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        times: fc.constant(4),
        pause: fc.constantFrom(0, 5),
        link: fc.record({ faults }),
        client: settings,
        server: settings,
        padding: fc.tuple(fc.constantFrom(0, 10, 2000), fc.constantFrom(0, 5000)),
        queue: fc.constantFrom(1, 5),
      }),
      async (drawn) => {
        const { world, answers, asked, tookMs } = await visits(drawn);
        const questions = answers.map((_, visit) => `question ${visit}${'?'.repeat(drawn.padding[0])}`);
        expect(answers).toEqual(questions.map((question) => `answer to ${question}${'!'.repeat(drawn.padding[1])}`));
        expect(answers).toHaveLength(drawn.times);
        expect([...new Set(asked)].sort()).toEqual(questions);
        expect(world.hosts.map(({ tcp }) => tcp.connections.size)).toEqual([0, 0]);
        expect(world.pool.outstanding).toBe(0);
        const quick = tookMs.filter((took) => took < 40).length;
        opened += quick;
        fellBack += tookMs.length - quick;
      },
    ),
    runs(60),
  );
  expect(opened).toBeGreaterThan(30);
  expect(fellBack).toBeGreaterThan(30);
});
