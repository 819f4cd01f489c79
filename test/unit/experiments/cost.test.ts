/** What measurements are expected to cost: the order in which they are begun, and how long the rest takes. */
import { describe, expect, test } from 'vitest';
import { EXPERIMENTS } from '../../../src/experiments/catalogue/catalogue.ts';
import { expectedFrames } from '../../../src/experiments/cost.ts';
import { measurePoint } from '../../../src/experiments/measure-point.ts';
import type { Task } from '../../../src/experiments/point.ts';
import { tasksOf } from '../../../src/experiments/presets.ts';

const standard = tasksOf(EXPERIMENTS, 'standard');
const taskOf = (experiment: string, axes: Task['axes']): Task =>
  standard.find(
    (task) =>
      task.experiment === experiment && Object.entries(axes).every(([name, value]) => task.axes[name] === value),
  )!;
const lossRate = (controller: string, loss: number): number =>
  expectedFrames(taskOf('loss-rate', { controller, loss }));

describe('the frames that a measurement is expected to send', () => {
  test('400 loss events at 1e-4 are four million; a line that BBR fills for a minute is half a million', () => {
    expect(lossRate('reno', 1e-4)).toBeCloseTo(4e6, -4);
    expect(lossRate('bbr', 1e-4)).toBeCloseTo((60 * 100e6) / 8 / 1514, -4);
    expect(lossRate('reno', 0)).toBe(lossRate('bbr', 1e-4));
  });

  test('without an interval BBR waits for its events too', () => {
    const task = taskOf('loss-rate', { controller: 'bbr', loss: 1e-4 });
    const patient = { ...task, stopping: { ...task.stopping, mostHalfWidth: 0 } };
    expect(expectedFrames(patient)).toBeCloseTo(4e6, -4);
  });

  test('bursts, bit errors and several bottlenecks count; nothing takes longer than it may', () => {
    const burst = (frames: number): number =>
      expectedFrames(taskOf('burst-length', { controller: 'reno', burst: frames }));
    expect(burst(8) / burst(4)).toBeCloseTo(2, 1);
    expect(expectedFrames(taskOf('bit-errors', { controller: 'reno', bitErrors: 5e-8 }))).toBeCloseTo(
      400 / 6.06e-4,
      -4,
    );
    const hops = (count: number): number => expectedFrames(taskOf('parking-lot', { controller: 'reno', hops: count }));
    expect(hops(3) / hops(1)).toBeCloseTo(3, 1);
    const task = taskOf('loss-rate', { controller: 'reno', loss: 1e-4 });
    const short = { ...task, stopping: { ...task.stopping, mostSeconds: 10 } };
    expect(expectedFrames(short)).toBeLessThan(100_000);
  });

  test.each([
    ['outage', { controller: 'cubic', outageSeconds: 1 }],
    ['slow-start', { segments: 300 }],
    ['rate-trace', { controller: 'bbr', trace: 'mobile' }],
    ['ablation', { variant: 'all', path: 'loss 2 %' }],
  ] as const)('%s: to a factor of three of what is sent', (name, axes) => {
    const task = taskOf(name, axes);
    // An acknowledgment for every second one, and what is sent again.
    const sent = measurePoint(task).frames / 1.5;
    expect(expectedFrames(task) / sent).toBeGreaterThan(1 / 3);
    expect(expectedFrames(task) / sent).toBeLessThan(3);
  });
});

test('standard has an end: less than a hundred times the work of the quick one, and a tenth of the full one', () => {
  const work = (tasks: readonly Task[]): number => tasks.reduce((sum, task) => sum + expectedFrames(task), 0);
  expect(work(standard) / work(tasksOf(EXPERIMENTS, 'quick'))).toBeLessThan(40);
  expect(work(tasksOf(EXPERIMENTS, 'full')) / work(standard)).toBeGreaterThan(6);
});
