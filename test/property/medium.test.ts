/** The laws of the medium, whatever the link: conservation, order, and the same seed is the same run. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LinkOptions } from '../../src/sim/medium/options.ts';
import { ids, scene } from '../unit/sim/medium/scene.ts';

const seed = Number(globalThis.process.env.WIRELAB_SEED ?? 20261122);

const percent = fc.integer({ min: 0, max: 60 }).map((value) => `${value}%`);
const duration = fc.integer({ min: 0, max: 5000 }).map((value) => `${value}us`);
const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined, freq: 2 });

const fault = fc
  .record({ direction: fc.constant('aToB' as const), ordinal: fc.integer({ min: 1, max: 60 }) })
  .chain((where) =>
    fc.oneof(
      fc.constant({ ...where, action: 'drop' as const }),
      fc.integer({ min: 1, max: 3 }).map((copies) => ({ ...where, action: 'duplicate' as const, copies })),
      duration.map((by) => ({ ...where, action: 'delay' as const, by })),
      fc.integer({ min: 1, max: 5 }).map((frames) => ({ ...where, action: 'reorder' as const, frames })),
      fc.record({ offset: fc.nat(200), mask: fc.integer({ min: 1, max: 255 }) }).map((what) => ({
        ...where,
        action: 'corrupt' as const,
        ...what,
      })),
      fc.integer({ min: 1, max: 100 }).map((lengthBytes) => ({ ...where, action: 'truncate' as const, lengthBytes })),
    ),
  );

const ordered = {
  loss: maybe(percent),
  burstLoss: maybe(fc.integer({ min: 1, max: 40 }).map((loss) => ({ loss: `${loss}%`, frames: 3 }))),
  duplicate: maybe(percent),
  bitErrors: maybe(fc.constantFrom('1e-3', '1e-5', '1e-7')),
  delay: maybe(duration),
  jitter: maybe(duration),
  mtuBytes: maybe(fc.integer({ min: 68, max: 400 })),
  down: maybe(fc.constant({ outages: [{ from: '300us', to: '900us' }], repeatEvery: '2ms' })),
};
const withLine = fc.record({
  rate: fc.integer({ min: 1, max: 2000 }).map((rate) => `${rate}Mbit/s`),
  queue: maybe(
    fc.oneof(
      fc.integer({ min: 1, max: 20 }).map((frames) => ({ frames })),
      fc.constantFrom(
        'red:min=2,max=5,weight=0.5',
        'codel:target=100us,interval=1ms',
        'fq_codel:target=100us,interval=1ms,limit=9',
        'pie:target=100us,update=100us,burst=0ms,alpha=2000',
        'dualpi2:target=100us,rtt=1ms',
      ),
    ),
  ),
});
const line = fc.oneof(fc.constant({}), withLine);

const disorder = fc.record({
  reorder: maybe(percent),
  truncate: maybe(percent),
  faults: maybe(fc.array(fault, { maxLength: 10 })),
  fcs: maybe(fc.boolean()),
});

/** Frames and the pauses before them, in microseconds. */
const traffic = fc.array(
  fc.record({ pause: fc.nat(200), length: fc.integer({ min: 18, max: 500 }), back: fc.boolean() }),
  { maxLength: 80 },
);

const defined = (options: object): LinkOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

function run(options: object, frames: readonly { pause: number; length: number; back: boolean }[], dice: number) {
  const stage = scene(defined(options), dice);
  let at = 0;
  frames.forEach(({ pause, length, back }, id) => {
    at += pause * 1000;
    stage.time.schedule(at, { fire: () => stage.send(id, length, back ? 'b' : 'a') });
  });
  stage.time.run();
  return stage;
}

test('every frame ends delivered or dropped, once per copy, and nothing is left (INVARIANTS 47)', () => {
  fc.assert(
    fc.property(fc.record(ordered), line, disorder, traffic, fc.nat(1000), (faults, rate, more, frames, dice) => {
      const { link, log, pool, time } = run({ ...faults, ...rate, ...more }, frames, dice);
      expect(pool.outstanding).toBe(0);
      expect(time.idle).toBe(true);
      const began = new Map<string, number>();
      for (const entry of log) {
        const [, from, what, serial, , copy] = entry.split(' ');
        if (what === 'sent') began.set(`${from}${serial}`, 0);
        if (what === 'duplicated') began.set(`${from}${copy}`, 0);
        if (what === 'delivered' || what === 'dropped') {
          expect(began.has(`${from}${serial}`)).toBe(true);
          began.set(`${from}${serial}`, began.get(`${from}${serial}`)! + 1);
        }
      }
      expect([...began.values()].every((ends) => ends === 1)).toBe(true);
      for (const direction of [link.aToB, link.bToA]) {
        const { counters } = direction;
        expect(counters.framesUnderway).toBe(0);
        expect(Object.values(counters.droppedBy).reduce((sum, count) => sum + count, 0)).toBe(counters.framesDropped);
      }
      expect(link.aToB.counters.framesSent).toBe(frames.filter(({ back }) => !back).length);
    }),
    { seed, numRuns: 150 },
  );
});

test('a link that may not reorder does not, and never delivers early', () => {
  fc.assert(
    fc.property(
      fc.record({ ...ordered, bitErrors: fc.constant(undefined) }),
      line,
      traffic,
      fc.nat(1000),
      (faults, rate, frames, dice) => {
        const { atB, atA, log } = run({ ...faults, ...rate }, frames, dice);
        for (const arrivals of [atA, atB]) {
          const order = ids(arrivals);
          for (let index = 1; index < order.length; index++)
            expect(order[index]!).toBeGreaterThanOrEqual(order[index - 1]!);
        }
        const sentAt = new Map<string, number>();
        for (const entry of log) {
          const [at, from, what, serial] = entry.split(' ');
          if (what === 'sent') sentAt.set(`${from}${serial}`, Number(at));
          const before = sentAt.get(`${from}${serial}`);
          if (what === 'delivered' && before !== undefined) expect(Number(at)).toBeGreaterThanOrEqual(before);
        }
      },
    ),
    { seed, numRuns: 150 },
  );
});

test('the same seed is the same run, another is another', () => {
  fc.assert(
    fc.property(fc.record(ordered), line, disorder, traffic, fc.nat(1000), (faults, rate, more, frames, dice) => {
      const options = { ...faults, ...rate, ...more };
      expect(run(options, frames, dice).log).toEqual(run(options, frames, dice).log);
    }),
    { seed, numRuns: 40 },
  );
  const frames = Array.from({ length: 200 }, () => ({ pause: 10, length: 100, back: false }));
  expect(run({ loss: '30%' }, frames, 1).log).not.toEqual(run({ loss: '30%' }, frames, 2).log);
});

test('one direction knows nothing of the other', () => {
  fc.assert(
    fc.property(fc.record(ordered), line, disorder, traffic, fc.nat(1000), (faults, rate, more, frames, dice) => {
      const options = { ...faults, ...rate, ...more };
      const both = run(options, frames, dice);
      const alone = run(
        options,
        frames.map((frame) => (frame.back ? { ...frame, length: 18 } : frame)),
        dice,
      );
      expect(alone.atB).toEqual(both.atB);
    }),
    { seed, numRuns: 40 },
  );
});

test('a run is pinned: nothing but a decision to change it changes it', () => {
  const frames = Array.from({ length: 300 }, (_, id) => ({
    pause: (id * 37) % 90,
    length: 60 + ((id * 101) % 1400),
    back: id % 3 === 0,
  }));
  const { log } = run(
    {
      rate: '20Mbit/s',
      queue: { frames: 20 },
      delay: '2ms',
      jitter: { distribution: 'normal', mean: '1ms', deviation: '300us' },
      loss: '3%',
      burstLoss: { loss: '2%', frames: 4 },
      duplicate: '3%',
      truncate: '1%',
      reorder: '3%',
      bitErrors: '1e-5',
      faults: [{ direction: 'aToB', ordinal: 7, action: 'reorder', frames: 2 }],
    },
    frames,
    7,
  );
  let digest = 0x811c9dc5;
  for (const character of log.join('\n')) digest = Math.imul(digest ^ character.charCodeAt(0), 0x01000193);
  expect([log.length, (digest >>> 0).toString(16)]).toMatchInlineSnapshot(`
    [
      617,
      "c9ebcf0f",
    ]
  `);
});

test('a line that foresees when frames leave is one that waits for it, to the byte and the nanosecond', () => {
  // A fault that meets no frame lets the line wait: faults are judged when a frame leaves.
  const never = ['aToB', 'bToA'].map((direction) => ({ direction, ordinal: 1_000_000, action: 'drop' }));
  // In whole microseconds, so that frames come at the very moment at which others leave or arrive.
  const exact = fc.record({
    rate: fc.constantFrom('8Mbit/s', '80Mbit/s', '8Gbit/s', '7Mbit/s'),
    delay: maybe(fc.integer({ min: 0, max: 400 }).map((value) => `${value}us`)),
    queue: maybe(fc.constantFrom('2', 'droptail:frames=5,mark=2', 'droptail:bytes=900B', 'droptail:frames=1')),
    overheadBytes: maybe(fc.constantFrom(4, 20)),
    fcs: maybe(fc.boolean()),
  });
  const bursts = fc.array(
    fc.record({
      pause: fc.nat(3).map((value) => value * 50),
      length: fc.constantFrom(50, 100, 200),
      back: fc.boolean(),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(exact, bursts, (options, frames) => {
      const foreseen = run(options, frames, 1);
      const waited = run({ ...options, faults: never }, frames, 1);
      expect(foreseen.log).toEqual(waited.log);
      expect(foreseen.link.queueReports()).toEqual(waited.link.queueReports());
    }),
    { seed, numRuns: 150 },
  );
});
