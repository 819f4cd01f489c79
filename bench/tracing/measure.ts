/**
 * What tracing costs that is off: the stack beside a build without it. A process has both builds and runs them in turn.
 * Whichever was loaded first is some per cent faster than the other, whatever it is, so a second process has them the other
 * way round and the two are averaged. V8 compiles on the spot (`--predictable`) and not whenever another thread gets to it:
 * otherwise the same build differs from itself by 4 % from process to process.
 */
import path from 'node:path';
import { runNode } from '../measure/child.ts';
import { type Quartiles, quartiles } from '../measure/quartiles.ts';
import { makeBuilds } from './builds.ts';

const PAIRS = 5;

/** @returns per cent of processor time that bulk TCP takes more with tracing compiled in */
export async function measureTracing(): Promise<Quartiles> {
  const { withTracing, withoutTracing, remove } = await makeBuilds();
  const script = path.join(withTracing, 'bench/tracing/compare.js');
  const slower = async (one: string, other: string): Promise<number> => {
    const { ratio } = await runNode<{ readonly ratio: number }>(['--predictable', script, one, other]);
    return Math.log(ratio);
  };
  try {
    const percents: number[] = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      const forth = await slower(withTracing, withoutTracing);
      const back = await slower(withoutTracing, withTracing);
      percents.push(100 * (Math.exp((forth - back) / 2) - 1));
    }
    return quartiles(percents);
  } finally {
    await remove();
  }
}
