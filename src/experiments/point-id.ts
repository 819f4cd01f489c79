/** The name of a place of the grid: a person reads what is on its axes, and a digest tells apart all that is not. */
import { jsonDigest } from './canonical-json.ts';
import type { Axes, Point, StoppingRule, Task } from './point.ts';

const DIGITS = 8;

/** `controller=reno loss=0.001 #1f3a5b7c`: the same text for the same point, axes and stopping rule. */
export function pointId(axes: Axes, point: Point, stopping: StoppingRule): string {
  return `${axesText(axes)} #${jsonDigest({ axes, point, stopping }, DIGITS)}`;
}

/** `controller=reno loss=0.001`. @param without axes that are left out */
export const axesText = (axes: Axes, without: readonly string[] = []): string =>
  Object.entries(axes)
    .filter(([name]) => !without.includes(name))
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

/** What one measurement is called among all. */
export const taskKey = ({ experiment, pointId: id, seed }: Pick<Task, 'experiment' | 'pointId' | 'seed'>): string =>
  `${experiment}\t${id}\t${seed}`;
