/** What a person at a terminal sees while a run lasts. */
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { remaining, showProgress } from '../../../../src/cli/bench/progress.ts';
import { EXPERIMENTS } from '../../../../src/experiments/catalogue/catalogue.ts';
import { tasksOf } from '../../../../src/experiments/presets.ts';
import { rowOf } from '../../experiments/rows.ts';

test('the rest by the work that is done, not by the number of measurements', () => {
  expect(remaining(0.001, 5)).toBe('begins');
  expect(remaining(0.25, 10)).toBe('30 s left');
  expect(remaining(0.1, 60)).toBe('9 min left');
  expect(remaining(1, 60)).toBe('0 s left');
});

test('counts measurements, and says which was the last', () => {
  let shown = '';
  const stream = new Writable({
    write: (chunk, _, done) => {
      shown += String(chunk);
      done();
    },
  });
  // A bar draws on terminals alone.
  const terminal = Object.assign(stream, {
    isTTY: true,
    columns: 120,
    cursorTo: () => true,
    clearLine: () => true,
    moveCursor: () => true,
  });
  const tasks = tasksOf(EXPERIMENTS, 'quick');
  const progress = showProgress(tasks, terminal);
  progress.done(rowOf(tasks[0]!));
  progress.stop();
  expect(shown).toContain(`0 of ${tasks.length} | begins`);
  expect(shown).toMatch(new RegExp(`1 of ${tasks.length} .*loss-rate: controller=reno loss=0`));
});
