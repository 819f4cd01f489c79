/** What can be run by name: all experiments with some effort, or one experiment with the usual one. */
import { EXPERIMENTS } from './catalogue/catalogue.ts';
import { EFFORTS } from './effort.ts';
import type { Effort, Experiment } from './experiment.ts';
import type { StoppingRule, Task } from './point.ts';
import { pointId } from './point-id.ts';

export interface Preset {
  readonly experiments: readonly Experiment[];
  readonly effort: Effort;
}

const EFFORT_NAMES = Object.keys(EFFORTS) as Effort[];

/** `quick`, `standard`, `full`, and each experiment by its name. */
export const PRESET_NAMES: readonly string[] = [...EFFORT_NAMES, ...EXPERIMENTS.map(({ name }) => name)];

/** @throws {RangeError} for a name that there is not */
export function presetOf(name: string): Preset {
  const effort = EFFORT_NAMES.find((one) => one === name);
  if (effort !== undefined) return { experiments: EXPERIMENTS, effort };
  const experiment = EXPERIMENTS.find((one) => one.name === name);
  if (experiment !== undefined) return { experiments: [experiment], effort: 'standard' };
  throw new RangeError(`there is no preset '${name}': use one of ${PRESET_NAMES.join(', ')}`);
}

/** What a person may ask otherwise. */
export interface TaskChoices {
  readonly firstSeed?: number;
  readonly seeds?: number;
  /** Where a place stops by loss events, and the bound on the half width for all. */
  readonly stopping?: Partial<StoppingRule>;
}

/** The measurements that experiments ask for, in order. */
export function tasksOf(experiments: readonly Experiment[], effort: Effort, choices: TaskChoices = {}): Task[] {
  const { firstSeed = 1 } = choices;
  const usual = EFFORTS[effort];
  return experiments.flatMap((experiment) => {
    const count = choices.seeds ?? experiment.seeds?.[effort] ?? usual.seeds;
    return experiment.places(effort).flatMap(({ axes, point, stopping: own }) => {
      const stopping = { ...usual.stopping, ...own };
      // What ends by itself, or has no dice, stops as it did.
      const chosen = stopping.leastEvents > 0 ? { ...stopping, ...choices.stopping } : stopping;
      const id = pointId(axes, point, chosen);
      return Array.from({ length: count }, (_, index) => ({
        experiment: experiment.name,
        pointId: id,
        axes,
        point,
        stopping: chosen,
        seed: firstSeed + index,
      }));
    });
  });
}
