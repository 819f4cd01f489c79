/** Measurements on several processors: in which order they are begun. */
import { expect, test } from 'vitest';
import { measureAll } from '../../../../src/cli/bench/pool.ts';
import { SLOW_START } from '../../../../src/experiments/catalogue/slow-start.ts';
import { tasksOf } from '../../../../src/experiments/presets.ts';

test('the longest is begun first, so that no processor waits for another at the end', async () => {
  const tasks = tasksOf([SLOW_START], 'quick').slice(0, 4);
  const done: unknown[] = [];
  await measureAll(tasks, {
    workers: 1,
    signal: new AbortController().signal,
    done: ({ axes }) => done.push(axes.segments),
  });
  expect(tasks.map(({ axes }) => axes.segments)).toEqual([4, 10, 30, 100]);
  expect(done).toEqual([100, 30, 10, 4]);
}, 60_000);
