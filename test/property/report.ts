/**
 * Holds a property of scenarios, and makes of a failure what a person needs: the law that was broken, its section, the
 * seed, the smallest scenario that breaks it, the ladder of its run, and the command that plays it again.
 */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { TraceEvent } from '../../src/trace/events.ts';
import { ladder } from '../../src/trace/ladder.ts';
import { runs } from './runs.ts';
import type { Scenario } from './scenario.ts';
import { type Outcome, play } from './scenario-run.ts';

/** Plays a scenario; if it breaks a law, the error's message is a report. */
export function playWithReport(scenario: Scenario, heading = ''): Outcome {
  let events: readonly TraceEvent[] = [];
  try {
    return play(scenario, {
      keepEvents: true,
      failed: (kept) => {
        events = kept;
      },
    });
  } catch (error) {
    throw new Error(reportOf(scenario, error, events, heading));
  }
}

function reportOf(scenario: Scenario, error: unknown, events: readonly TraceEvent[], heading: string): string {
  const json = JSON.stringify(scenario);
  const what = error instanceof Error && error.name === 'Violation' ? error.message : String((error as Error).stack);
  return [
    what,
    heading,
    `faults: ${JSON.stringify(scenario.faults)}`,
    `scenario: ${json}`,
    ladder(events, { states: true, limit: 120, hosts: ['client', 'server'] }),
    `Play it again: npx tsx test/property/replay.ts '${json}'`,
  ].join('\n');
}

/** Tries a property on many scenarios. `check` throws when it does not hold; by default the scenario is just played. */
export function holdFor(
  scenarios: fc.Arbitrary<Scenario>,
  numRuns: number,
  check: (scenario: Scenario) => void = (scenario) => void play(scenario),
): void {
  const parameters = runs(numRuns);
  const details = fc.check(
    fc.property(scenarios, (scenario) => check(scenario)),
    parameters,
  );
  if (!details.failed) return;
  const [scenario] = details.counterexample ?? [];
  const command = `WIRELAB_SEED=${parameters.seed} WIRELAB_RUNS=${process.env.WIRELAB_RUNS ?? 1} npx vitest run test/property`;
  const heading = `seed ${details.seed}, path ${details.counterexamplePath}, run ${details.numRuns}, shrunk ${details.numShrinks} times\nThe whole search again: ${command}`;
  if (scenario === undefined) throw new Error(String(details.errorInstance));
  playWithReport(scenario, heading);
  // The run alone breaks no law: what `check` found is about more than one.
  throw new Error(reportOf(scenario, details.errorInstance, [], heading));
}

export interface Lesson {
  /** What was wrong, in a sentence. */
  readonly lesson: string;
  readonly scenario: Scenario;
}

/** Scenarios that once broke a law, by the file that holds them. */
export function corpus(): ReadonlyMap<string, Lesson> {
  const folder = new URL('../corpus/', import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return new Map(files.sort().map((file) => [file, JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Lesson]));
}
