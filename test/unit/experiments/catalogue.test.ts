/** The experiments themselves: that they can be run, told apart, and can fail. */
import { describe, expect, test } from 'vitest';
import { EXPERIMENTS } from '../../../src/experiments/catalogue/catalogue.ts';
import { type Effort, viewOf } from '../../../src/experiments/experiment.ts';
import { buildPath } from '../../../src/experiments/path.ts';
import type { Task } from '../../../src/experiments/point.ts';
import { taskKey } from '../../../src/experiments/point-id.ts';
import { PRESET_NAMES, presetOf, tasksOf } from '../../../src/experiments/presets.ts';
import type { ResultRow } from '../../../src/experiments/row.ts';
import { checkRule } from '../../../src/experiments/stopping.ts';
import { distribution, rowOf } from './rows.ts';

const EFFORTS: readonly Effort[] = ['quick', 'standard', 'full'];

test.each(EFFORTS)(
  '%s: every place has a point that can be built, a rule that ends, and a name of its own',
  (effort) => {
    const tasks = tasksOf(EXPERIMENTS, effort);
    expect(new Set(tasks.map(taskKey)).size).toBe(tasks.length);
    const seen = new Set<string>();
    for (const task of tasks) {
      if (seen.has(`${task.experiment} ${task.pointId}`)) continue;
      seen.add(`${task.experiment} ${task.pointId}`);
      checkRule(task.stopping);
      if (effort === 'quick') buildPath(task.point, task.seed);
      // What a worker is given and what a file keeps is the same.
      expect(JSON.parse(JSON.stringify(task))).toEqual(task);
    }
  },
);

test('a preset is an effort or an experiment; another name is refused with those that there are', () => {
  expect(PRESET_NAMES).toEqual(['quick', 'standard', 'full', ...EXPERIMENTS.map(({ name }) => name)]);
  expect(presetOf('tail-loss').experiments.map(({ name }) => name)).toEqual(['tail-loss']);
  expect(() => presetOf('slow')).toThrow(/no preset 'slow': use one of quick, standard/);
});

test('what is asked for counts where a place stops by events, and nowhere else', () => {
  const { experiments } = presetOf('loss-rate');
  const usual = tasksOf(experiments, 'standard');
  const chosen = tasksOf(experiments, 'standard', { firstSeed: 5, seeds: 2, stopping: { leastEvents: 7 } });
  expect(chosen.length).toBe(2 * usual.length);
  expect(chosen.slice(0, 2).map(({ seed }) => seed)).toEqual([5, 6]);
  for (const { axes, stopping } of chosen) expect(stopping.leastEvents).toBe(axes.loss === 0 ? 0 : 7);
});

/** Worlds in which nothing is as it should be, each in its own way; the number is that of the task among all. */
const WRONG: Readonly<Record<string, (task: Task, index: number) => ResultRow>> = {
  slow: (task) => spread(task, { goodput: 1, utilisation: 0.01, fairness: 0.1, resentShare: 0.5 }, 1e12, 1e12),
  'too fast': (task) => spread(task, { goodput: 1e12, utilisation: 3, fairness: 3, resentShare: 0.5 }, 1, 1e12),
  'later and later': (task, index) => spread(task, { goodput: 1e12 * (index + 1) }, 1e12 * (index + 1), 1e12),
  'sooner and sooner': (task, index) => spread(task, { goodput: 1e12 / (index + 1) }, 1e12 / (index + 1), 1e12),
};

function spread(task: Task, figures: Partial<ResultRow>, completionNs: number, waitNs: number): ResultRow {
  const row = rowOf(task, { ...figures, queueDelay: distribution(waitNs) });
  // The first flow has next to nothing, or more than all.
  const flows = row.flows.map((flow, index) => ({
    ...flow,
    goodput: index === 0 ? 1 : row.goodput,
    completionNs: flow.completionNs === null ? null : completionNs,
  }));
  return { ...row, flows };
}

describe.each(EXPERIMENTS)('$name', (experiment) => {
  const tasks = tasksOf([experiment], 'standard');

  test('expects something, and nothing of rows that are not there', () => {
    expect(experiment.expected.length).toBeGreaterThan(40);
    expect(experiment.check([])).toEqual([]);
    expect(experiment.check(tasks.map((task) => rowOf(task))).length).toBeGreaterThan(0);
  });

  test('each of its claims can fail', () => {
    const claims = new Set<string>();
    const failed = new Set<string>();
    for (const wrong of Object.values(WRONG)) {
      for (const { claim, met } of experiment.check(tasks.map(wrong))) {
        claims.add(claim);
        if (!met) failed.add(claim);
      }
    }
    expect([...claims].filter((claim) => !failed.has(claim))).toEqual([]);
  });

  test('a part of its rows is judged as well', () => {
    const one = rowOf(tasks[0]!);
    for (const { experiment: name } of experiment.check([one])) expect(name).toBe(experiment.name);
  });

  test('its view is plain data', () => {
    const view = viewOf(
      experiment,
      tasks.map((task) => rowOf(task)),
    );
    expect(JSON.parse(JSON.stringify(view))).toEqual(view);
    for (const { points } of view.references) expect(points.length).toBeGreaterThan(0);
    expect(Object.keys(tasks[0]!.axes)).toEqual(expect.arrayContaining([view.x.key, ...view.series]));
  });
});
