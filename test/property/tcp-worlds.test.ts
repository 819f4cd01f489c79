/**
 * Whole connections between two hosts under explicit faults: every invariant that INVARIANTS names for TCP is asked
 * after every event (see `invariants/`).
 */
import { describe, expect, test } from 'vitest';
import { corpus, holdFor, playWithReport } from './report.ts';
import { PLAIN, type Scenario } from './scenario.ts';
import { play } from './scenario-run.ts';
import { scenarios } from './world-arbitrary.ts';

describe('scenarios that once broke a law', () => {
  test.each([...corpus()])('%s', (_file, { scenario }) => {
    playWithReport({ ...PLAIN, ...scenario });
  });
});

describe('two hosts, any operations, any faults', () => {
  test('that close in order', () => holdFor(scenarios(), 250));

  test('that may close early or abort', () => holdFor(scenarios({ rough: true }), 120));

  test('that connect to each other at the same moment', () => holdFor(scenarios({ simultaneous: true }), 60));

  test('that connect again from the same port', () => {
    holdFor(scenarios({ incarnations: 3, rough: true }), 50);
  });
});

test('invariant 5: numbers that overlap those of the connection before, whichever way TIME-WAIT ends', () => {
  let reused = 0;
  holdFor(scenarios({ incarnations: 3, overlapping: true }), 40, (scenario) => {
    reused += play(scenario).reached.get('TIME-WAIT reused') ?? 0;
  });
  expect(reused).toBeGreaterThan(5);
});

test('invariant 41: a run is the same wherever sequence numbers start', () => {
  holdFor(scenarios({ rough: true }), 40, (scenario) => {
    const other: Scenario = { ...scenario, starts: { client: 1_000_000, server: 2_000_000 } };
    expect(play(scenario).trace).toEqual(play(other).trace);
  });
});

test('invariant 41: initial sequence numbers of the same four go on with the clock', () => {
  const again = scenarios({ incarnations: 3, rough: true });
  holdFor(
    again.map((scenario) => ({ ...scenario, incarnations: 3, starts: null })),
    25,
  );
});

test('invariant 6: splitting or merging writes changes nothing that is read', () => {
  holdFor(scenarios(), 40, (scenario) => {
    const read = (calls: number): readonly number[] => {
      const client = scenario.client.map((each) => (each.do === 'write' ? { ...each, calls } : each));
      return play({ ...scenario, client }).programs.map((program) => program.read);
    };
    expect(read(1)).toEqual(read(7));
  });
});
